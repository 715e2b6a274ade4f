"""Hint 3 says to compare the sizes at both ends: whatever grows at all is a sum."""

import numpy as np


def which_cure(figures):
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "batch norm"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    return "skip" if figures["size"][-1] > figures["size"][0] else "none"
