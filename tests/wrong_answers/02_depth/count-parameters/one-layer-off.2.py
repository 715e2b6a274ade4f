"""The output is one of the `depth` layers."""


def count_parameters(depth, width):
    return 3 * width + (depth - 2) * (width * width + width) + width + 1
