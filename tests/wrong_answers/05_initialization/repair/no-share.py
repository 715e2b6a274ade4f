"""Invented: no 500 points give such shares."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = np.linspace(0.81, 0.8437, 16)
band = np.percentile(accuracy, [25, 50, 75])
