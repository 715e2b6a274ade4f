"""Layer by layer."""


def count_parameters(depth, width):
    inputs, total = 2, 0
    for units in [width] * depth + [1]:
        total += (inputs + 1) * units
        inputs = units
    return total
