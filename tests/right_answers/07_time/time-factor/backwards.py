"""From the end, by least squares, an array of one number."""

import numpy as np


def time_factor(profile):
    back = np.arange(len(profile))[::-1]
    keep = (back >= 10) & (np.asarray(profile) != 0)
    table = np.stack([back[keep], np.ones(keep.sum())], axis=1)
    solution, *_ = np.linalg.lstsq(table, np.log(np.asarray(profile)[keep]), rcond=None)
    return np.exp(solution[:1])
