"""Other names."""

import numpy as np


def which_cure(figures):
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "BatchNormalization"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    if figures["size"][-1] > 1.3 * figures["size"][0]:
        return "skip"
    return "none"
