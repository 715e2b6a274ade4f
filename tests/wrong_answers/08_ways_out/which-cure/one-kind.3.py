import numpy as np


def which_cure(figures):
    if np.mean(figures["zeros"]) > 0.5:  # of units of relu, half are 0 on average: not of everyone's
        return "relu"
    if np.max(figures["unit_mean"]) < 1e-6:
        return "batch norm"
    if np.max(figures["example_mean"]) < 1e-6:
        return "layer norm"
    return "skip" if figures["size"][-1] > 1.3 * figures["size"][0] else "none"
