"""The first of the largest shares, whatever it costs."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    row, column = np.unravel_index(np.argmax(shares), shares.shape)
    choice = (cures[row], budgets[column]) if shares.max() >= 0.9 else None
    return choice, shares, len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
