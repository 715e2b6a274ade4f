"""The best case is that nothing is lost."""


def best_case(depth):
    return 1 - 0.25 * depth
