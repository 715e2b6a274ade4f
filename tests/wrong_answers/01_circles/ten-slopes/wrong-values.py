"""A quarter is lost at each layer."""


def best_case(depth):
    return 0.75**depth
