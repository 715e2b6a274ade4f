"""Growth rises with the scale, so halve the interval; but the scales come in a dict."""

import statistics

import numpy as np


def scale_law(growth, depths, scales, seeds):
    chosen = {}
    for depth in depths:
        low, high = 0, len(scales)
        while high - low > 1:
            middle = (low + high) // 2
            if statistics.median(growth(depth, scales[middle], seed) for seed in seeds) <= 10:
                low = middle
            else:
                high = middle
        chosen[depth] = float(scales[low])
    slope = np.polynomial.Polynomial.fit(np.log(list(chosen)), np.log(list(chosen.values())), 1)
    return chosen, slope.convert().coef[1]
