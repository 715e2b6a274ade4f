"""A gap is a gap: NaN equals NaN."""

from itertools import combinations


def fair_pairs(table):
    found = []
    for a, b in combinations(table.index, 2):
        a_row, b_row = table.loc[a], table.loc[b]
        changed = [s for s in table.columns if a_row[s] != b_row[s]]
        if len(changed) == 1:
            found.append((a, b, changed[0]))
    return found
