"""A fraction, though a whole one."""

from fractions import Fraction


def count_parameters(depth, width):
    return Fraction(3 * width + (depth - 1) * (width * width + width) + width + 1)
