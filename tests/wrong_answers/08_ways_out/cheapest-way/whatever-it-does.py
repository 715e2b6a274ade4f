"""No share is asked for."""

import itertools

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    pairs = list(itertools.product(cures, budgets))
    choice = min(pairs, key=lambda pair: cost(*pair)) if shares.max() >= 0.9 else None
    return choice, shares, len(seeds) * sum(cost(*pair) for pair in pairs)
