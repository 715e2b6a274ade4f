"""Once for the table, once more for the choice."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    def share(cure, budget):
        return np.mean([trained(cure, budget, seed) >= target for seed in seeds])

    shares = np.array([[share(cure, budget) for budget in budgets] for cure in cures])
    sure = [(cure, budget) for cure in cures for budget in budgets if share(cure, budget) >= 0.9]
    choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
    return choice, shares, len(seeds) * sum(cost(cure, budget) for cure in cures for budget in budgets)
