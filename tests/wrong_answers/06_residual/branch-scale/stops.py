"""The scale before the first that is too large; there may be none that is."""

import numpy as np


def scale_law(growth, depths, scales, seeds):
    chosen = []
    for depth in depths:
        medians = np.array([np.median([growth(depth, scale, seed) for seed in seeds]) for scale in scales])
        chosen.append(scales[np.flatnonzero(medians > 10)[0] - 1])
    return chosen, np.polyfit(np.log(depths), np.log(chosen), 1)[0]
