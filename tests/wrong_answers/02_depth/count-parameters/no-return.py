"""Printed, not returned."""


def count_parameters(depth, width):
    total = 3 * width + (depth - 1) * (width * width + width) + width + 1
    print(end="" if total else " ")
