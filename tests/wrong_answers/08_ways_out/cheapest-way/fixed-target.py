"""The target of the worked call is written into the function."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= 0.95 for s in seeds]) for b in budgets] for c in cures])
    sure = [(c, b) for i, c in enumerate(cures) for j, b in enumerate(budgets) if shares[i, j] >= 0.9]
    spent = len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
    return min(sure, key=lambda pair: cost(*pair), default=None), shares, spent
