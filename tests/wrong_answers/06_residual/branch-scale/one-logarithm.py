"""Half of a logarithm."""

import numpy as np


def scale_law(growth, depths, scales, seeds):
    chosen = []
    for depth in depths:
        middle = [np.median([growth(depth, scale, seed) for seed in seeds]) for scale in scales]
        chosen.append(max(s for s, m in zip(scales, middle, strict=True) if m <= 10))
    exponent = np.polyfit(np.log(depths), chosen, 1)[0]
    return chosen, exponent
