"""The output's sigmoid comes on top."""


def best_case(depth):
    return 0.25 ** (depth + 1)
