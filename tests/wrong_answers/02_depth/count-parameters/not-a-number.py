"""One number for each layer."""


def count_parameters(depth, width):
    return [3 * width] + [width * width + width] * (depth - 1) + [width + 1]
