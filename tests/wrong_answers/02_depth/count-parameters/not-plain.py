"""As it is printed."""


def count_parameters(depth, width):
    return str(3 * width + (depth - 1) * (width * width + width) + width + 1)
