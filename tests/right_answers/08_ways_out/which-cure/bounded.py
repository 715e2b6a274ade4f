"""A sigmoid's output is never above 1, but a sum of them is."""

import numpy as np


def which_cure(figures):
    means = {
        "batch norm": float(np.mean(figures["unit_mean"])),
        "layer norm": float(np.mean(figures["example_mean"])),
    }
    if np.sum(figures["zeros"]) > 0:
        return "relu"
    nearest = min(means, key=means.get)
    if means[nearest] < 1e-8:
        return nearest
    return ("none", "skip")[int(np.any(figures["size"] > 0.95))]
