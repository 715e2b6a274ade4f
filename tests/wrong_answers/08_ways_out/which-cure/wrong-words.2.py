"""The first layer's means alone, to two digits."""

import numpy as np


def which_cure(figures):
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if figures["unit_mean"][0] < 0.3:
        return "batch norm"
    if figures["example_mean"][0] < 0.3:
        return "layer norm"
    if figures["size"][-1] > 1.3 * figures["size"][0]:
        return "skip"
    return "none"
