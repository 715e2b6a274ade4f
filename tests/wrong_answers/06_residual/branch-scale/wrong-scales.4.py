"""The first seed left out."""

import numpy as np


def scale_law(growth, depths, scales, seeds):
    chosen = []
    for depth in depths:
        middle = [np.median([growth(depth, scale, seed) for seed in seeds[1:]]) for scale in scales]
        chosen.append(max(s for s, m in zip(scales, middle, strict=True) if m <= 10))
    return chosen, np.polyfit(np.log(depths), np.log(chosen), 1)[0]
