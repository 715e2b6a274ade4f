"""Slopes along the way add up."""


def best_case(depth):
    return depth * 0.25
