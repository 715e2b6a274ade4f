"""Median accuracies."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.zeros((len(cures), len(budgets)))
    choice, lowest, spent = None, np.inf, 0
    for i, cure in enumerate(cures):
        for j, budget in enumerate(budgets):
            reached = [trained(cure, budget, seed) for seed in seeds]
            shares[i, j] = np.median(reached)
            price = cost(cure, budget)
            spent += price * len(seeds)
            if shares[i, j] >= target and price < lowest:
                choice, lowest = (cure, budget), price
    return choice, shares, spent
