"""As many (width, width) kernels as hidden layers."""


def count_parameters(depth, width):
    return 3 * width + depth * (width * width + width) + width + 1
