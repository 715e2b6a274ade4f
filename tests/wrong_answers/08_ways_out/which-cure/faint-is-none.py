"""A vanished gradient means untreated."""

import numpy as np


def which_cure(figures):
    if figures["gradient"][0] < 0.01 * figures["gradient"][-1]:
        return "none"
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "batch norm"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    if figures["size"][-1] > 1.3 * figures["size"][0]:
        return "skip"
    return "none"
