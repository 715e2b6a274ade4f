import numpy as np


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    reached = {(c, b): sum(trained(c, b, s) >= target for s in seeds) / len(seeds) for b in budgets for c in cures}
    sure = [pair for pair, share in reached.items() if share >= 0.9]
    shares = np.array([[reached[c, b] for b in budgets] for c in cures])
    return (
        min(sure, key=lambda pair: cost(*pair), default=None),
        shares,
        len(seeds) * sum(cost(*pair) for pair in reached),
    )
