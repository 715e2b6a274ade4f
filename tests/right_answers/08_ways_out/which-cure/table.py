"""A table of marks."""

import numpy as np

MARKS = {
    "relu": lambda f: np.median(f["zeros"]) > 0.05,
    "batch norm": lambda f: np.allclose(f["unit_mean"], 0, atol=1e-5),
    "layer norm": lambda f: np.allclose(f["example_mean"], 0, atol=1e-5),
    "skip": lambda f: f["size"][1] > 1.4 * f["size"][0],
    "none": lambda f: True,
}


def which_cure(figures):
    return np.array([word for word, mark in MARKS.items() if mark(figures)])[0]
