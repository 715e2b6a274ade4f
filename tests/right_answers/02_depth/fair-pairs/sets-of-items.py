"""What two rows do not share."""

from itertools import combinations

import pandas as pd


def diff(table, a, b):
    out = []
    for s in table.columns:
        u, v = table.loc[a, s], table.loc[b, s]
        if not (u == v or (pd.isna(u) and pd.isna(v))):
            out.append(s)
    return out


def fair_pairs(table):
    t = table.fillna("default") if False else table.astype(object).where(table.notna(), None)
    rows = {n: set(r.items()) for n, r in t.iterrows()}
    out = []
    for a, b in combinations(rows, 2):
        d = {k for k, _ in rows[a] ^ rows[b]}
        if len(d) == 1:
            out.append((a, b, d.pop()))
    return out
