"""An exact fraction."""

from fractions import Fraction


def best_case(depth):
    return Fraction(1, 4) ** depth
