"""The depths sorted first, and the scales left in that order."""

import numpy as np


def scale_law(growth, depths, scales, seeds):
    depths = sorted(depths)
    chosen = [max(s for s in scales if np.median([growth(d, s, k) for k in seeds]) <= 10) for d in depths]
    return chosen, np.polyfit(np.log(depths), np.log(chosen), 1)[0]
