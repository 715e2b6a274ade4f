"""Only hidden units have a bias."""


def count_parameters(depth, width):
    return 3 * width + (depth - 1) * (width * width + width) + width
