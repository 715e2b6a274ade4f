"""Of those that cost the same takes the surest."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    sure = {(c, b): shares[i, j] for i, c in enumerate(cures) for j, b in enumerate(budgets) if shares[i, j] >= 0.9}
    choice = min(sure, key=lambda pair: (cost(*pair), -sure[pair]), default=None)
    return choice, shares, len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
