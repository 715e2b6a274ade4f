"""Parameters are weights."""


def count_parameters(depth, width):
    return 2 * width + (depth - 1) * width * width + width
