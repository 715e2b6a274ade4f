"""Half of the units must be 0, in the first layer."""

import numpy as np


def which_cure(figures):
    if figures["zeros"][0] > 0.45:
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "batch norm"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    return "skip" if figures["size"][-1] > 1 else "none"
