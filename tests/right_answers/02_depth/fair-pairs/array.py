"""The triples as the rows of an array."""

from itertools import combinations

import numpy as np


def fair_pairs(table):
    table = table.astype(object).where(table.notna(), "default")
    found = []
    for a, b in combinations(table.index, 2):
        changed = [s for s in table.columns if table.loc[a, s] != table.loc[b, s]]
        if len(changed) == 1:
            found.append((a, b, changed[0]))
    return np.array(found)
