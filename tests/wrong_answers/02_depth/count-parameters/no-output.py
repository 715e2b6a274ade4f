"""The output is not a hidden layer, so it does not count."""


def count_parameters(depth, width):
    return 3 * width + (depth - 1) * (width * width + width)
