"""Runs are dear: what was trained once is looked up, by another sweep too."""

import numpy as np

KNOWN = {}


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    def run(*which):
        if which not in KNOWN:
            KNOWN[which] = trained(*which)
        return KNOWN[which]

    shares = np.array([[np.mean([run(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures])
    sure = [(c, b) for i, c in enumerate(cures) for j, b in enumerate(budgets) if shares[i, j] >= 0.9]
    choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
    return choice, shares, len(seeds) * sum(cost(c, b) for c in cures for b in budgets)
