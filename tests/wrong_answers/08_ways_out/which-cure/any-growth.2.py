"""The largest size stands at the last layer: then something was added on the way."""

import numpy as np


def which_cure(figures):
    if np.max(figures["zeros"]) > 0:
        return "relu"
    for word, cure in (("unit_mean", "batch norm"), ("example_mean", "layer norm")):
        if np.all(figures[word] < 1e-9):
            return cure
    first, last = figures["size"][[0, -1]]
    return "none" if first >= last else "skip"
