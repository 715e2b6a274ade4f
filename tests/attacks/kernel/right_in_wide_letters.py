"""A right answer whose name was typed in the wide letters of an East Asian keyboard: Python reads it as rms.

answer: none
earns: 1
"""

import numpy as np


def ｒｍｓ(values):
    return np.sqrt(np.mean(np.square(values)))
