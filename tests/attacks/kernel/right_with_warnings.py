"""A right answer that warns, on stderr, in the check.

answer: none
earns: 1
"""

import sys
import warnings

import numpy as np


def rms(values):
    warnings.warn("careful", stacklevel=2)
    print("working …", file=sys.stderr)
    return np.sqrt(np.mean(np.square(values)))
