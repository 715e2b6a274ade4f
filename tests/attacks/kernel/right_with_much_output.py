"""A right answer that prints half a megabyte.

answer: none
earns: 1
"""

import numpy as np


def rms(values):
    print("a line of no interest\n" * 10_000)
    return np.sqrt(np.mean(np.square(values)))
