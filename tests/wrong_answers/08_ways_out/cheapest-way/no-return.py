"""Prints."""

import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    shares = np.zeros((len(cures), len(budgets)))
    choice, lowest, spent = None, np.inf, 0
    for i, cure in enumerate(cures):
        for j, budget in enumerate(budgets):
            reached = [trained(cure, budget, seed) >= target for seed in seeds]
            shares[i, j] = np.mean(reached)
            price = cost(cure, budget)
            spent += price * len(seeds)
            if shares[i, j] >= 0.9 and price < lowest:
                choice, lowest = (cure, budget), price
    print(choice)
