"""Differing is differing."""

from itertools import combinations


def fair_pairs(table):
    table = table.astype(object).where(table.notna(), "default")
    found = []
    for a, b in combinations(table.index, 2):
        a_row, b_row = table.loc[a], table.loc[b]
        changed = [s for s in table.columns if a_row[s] != b_row[s]]
        if changed:
            found.append((a, b, changed[0]))
    return found
