"""All hidden layers are alike."""


def count_parameters(depth, width):
    return depth * (width * width + width) + width + 1
