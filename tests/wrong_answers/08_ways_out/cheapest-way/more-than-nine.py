"""More than nine of ten."""

import itertools

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    pairs = list(itertools.product(cures, budgets))
    sure = [pair for pair, share in zip(pairs, shares.ravel(), strict=True) if share > 0.9]
    choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
    return choice, shares, len(seeds) * sum(cost(*pair) for pair in pairs)
