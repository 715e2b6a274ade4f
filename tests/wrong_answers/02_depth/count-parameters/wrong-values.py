"""One bias a layer."""


def count_parameters(depth, width):
    return 2 * width + 1 + (depth - 1) * (width * width + 1) + width + 1
