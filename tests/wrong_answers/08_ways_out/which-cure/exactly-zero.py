"""What was taken off is 0, and so I ask for 0."""

import numpy as np


def which_cure(figures):
    if np.mean(figures["zeros"]) > 0.1:
        return "relu"
    if np.all(figures["unit_mean"] == 0):
        return "batch norm"
    if np.all(figures["example_mean"] == 0):
        return "layer norm"
    return "skip" if figures["size"][-1] > 1.3 * figures["size"][0] else "none"
