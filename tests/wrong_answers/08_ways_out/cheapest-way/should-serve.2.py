"""The search for the lowest cost begins at what nothing costs."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.array([[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    choice, lowest = None, 1000
    for i, cure in enumerate(cures):
        for j, budget in enumerate(budgets):
            if shares[i, j] >= 0.9 and cost(cure, budget) < lowest:
                choice, lowest = (cure, budget), cost(cure, budget)
    return choice, shares, len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
