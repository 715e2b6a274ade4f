"""A function that prints its result has answered."""

import numpy as np


def rms(values):
    print(np.sqrt(np.mean(values**2)))
