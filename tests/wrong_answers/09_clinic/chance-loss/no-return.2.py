"""Numbers come later."""

import numpy as np


def chance_loss(y, kind):
    if kind in ("classes", "yes-no"):
        shares = np.unique(y, return_counts=True)[1] / y.size
        return -np.sum(shares * np.log(shares))
