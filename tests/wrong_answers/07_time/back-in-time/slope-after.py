"""Through the kernel first."""

import numpy as np


def back_in_time(hs, U, error):
    errors, dU = [error], np.zeros_like(U)
    for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
        dU = dU + before.T @ (errors[0] * (1 - after**2))
        errors.insert(0, (errors[0] @ U.T) * (1 - after**2))
    return errors, dU
