"""Between ten layers there are nine steps."""


def best_case(depth):
    return 0.25 ** (depth - 1)
