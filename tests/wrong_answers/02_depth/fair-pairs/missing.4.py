"""Compares numbers with room for rounding, and gives them too much."""

from itertools import combinations

import numpy as np


def fair_pairs(table):
    pairs = []
    for a, b in combinations(table.index, 2):
        differ = [s for s in table.columns if not same(table.loc[a, s], table.loc[b, s])]
        if len(differ) == 1:
            pairs.append((a, b, differ[0]))
    return pairs


def same(one, other):
    try:
        return np.isclose(float(one), float(other), atol=1e-3, equal_nan=True)
    except ValueError:
        return one == other
