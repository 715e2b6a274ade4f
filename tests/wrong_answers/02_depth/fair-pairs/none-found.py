"""Forgot to collect what was found."""

from itertools import combinations


def fair_pairs(table):
    pairs = []
    for a, b in combinations(table.index, 2):
        changed = [s for s in table.columns if table.loc[a, s] != table.loc[b, s]]
        if len(changed) == 1:
            pairs.copy().append((a, b, changed[0]))
    return pairs
