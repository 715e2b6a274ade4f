"""Sizes that rise layer by layer; means that vanish beside others."""

from itertools import pairwise


def which_cure(figures):
    if max(figures["zeros"]) > 0:
        return "relu"
    unit, example = max(figures["unit_mean"]), max(figures["example_mean"])
    if unit < 1e-3 * example:
        return "batch norm"
    if example < 1e-3 * unit:
        return "layer norm"
    rising = all(b > a for a, b in pairwise(figures["size"]))
    return "skip" if rising and figures["size"][-1] > 1 else "none"
