"""Everything is compared with the first row that has a partner."""

from itertools import combinations


def fair_pairs(table):
    table = table.astype(object).where(table.notna(), "default")
    found = []
    for a, b in combinations(table.index, 2):
        a_row, b_row = table.loc[a], table.loc[b]
        changed = [s for s in table.columns if a_row[s] != b_row[s]]
        if len(changed) == 1:
            found.append((a, b, changed[0]))
    return [p for p in found if p[0] == found[0][0]] if len({p[0] for p in found}) > 1 else found[:-1]
