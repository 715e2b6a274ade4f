"""A quarter to the power of the depth."""


def best_case(depth):
    return 0.25**depth
