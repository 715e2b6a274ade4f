"""One array of accuracies."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    accuracy = np.array([[[trained(c, b, s) for s in seeds] for b in budgets] for c in cures])
    prices = np.array([[cost(c, b) for b in budgets] for c in cures], dtype="float32")
    shares = np.count_nonzero(accuracy >= target, axis=2) / len(seeds)
    spent = prices.sum() * len(seeds)
    if not np.any(shares >= 0.9):
        return None, shares.tolist(), spent
    row, column = np.argwhere(shares >= 0.9)[np.argmin(prices[shares >= 0.9])]
    return [cures[row], np.int64(budgets[column])], shares.tolist(), spent
