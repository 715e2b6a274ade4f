import numpy as np


def scale_law(growth, depths, scales, seeds):
    c = []
    for d in depths:
        for s in reversed(list(scales)):
            if np.median([growth(d, s, k) for k in seeds]) <= 10:
                c.append(float(s))
                break
    x = np.log(depths) - np.mean(np.log(depths))
    return (tuple(c), float(np.sum(x * np.log(c)) / np.sum(x * x)))
