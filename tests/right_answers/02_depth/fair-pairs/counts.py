"""Whole columns at once, gaps filled, lists in a list."""


def fair_pairs(table):
    filled = table.astype(str).fillna("default")
    found = []
    for i, a in enumerate(filled.index):
        below = filled.iloc[i + 1 :]
        differs = below.ne(filled.loc[a])
        for b in below.index[differs.sum(axis=1) == 1]:
            found.append([a, b, differs.columns[differs.loc[b]][0]])
    return found
