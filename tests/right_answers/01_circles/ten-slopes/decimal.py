"""A decimal number."""

from decimal import Decimal


def best_case(depth):
    return Decimal("0.25") ** depth
