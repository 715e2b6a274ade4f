"""Accuracies are compared as they are printed, to two digits."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array(
        [[np.mean([round(trained(c, b, s), 2) >= target for s in seeds]) for b in budgets] for c in cures]
    )
    sure = [(c, b) for i, c in enumerate(cures) for j, b in enumerate(budgets) if shares[i, j] >= 0.9]
    choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
    return choice, shares, len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
