"""The number is on the screen."""


def best_case(depth):
    print(0.25**depth)
