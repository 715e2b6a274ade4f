"""Keras's default rate is 0.001, so that is what a gap means."""

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
    t = table.fillna(0.001)
    return [(a, b, diff(t, a, b)[0]) for a, b in combinations(t.index, 2) if len(diff(t, a, b)) == 1]
