"""The first row with every other, and no other pair."""


def fair_pairs(table):
    table = table.astype(object).where(table.notna(), "default")
    found, first = [], table.index[0]
    for other in table.index[1:]:
        changed = [s for s in table.columns if table.loc[first, s] != table.loc[other, s]]
        if len(changed) == 1:
            found.append((first, other, changed[0]))
    return found
