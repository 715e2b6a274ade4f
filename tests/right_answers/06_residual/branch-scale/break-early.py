import numpy as np


def L(f, d, s, seeds, stat=np.median):
    return stat([f(d, s, k) for k in seeds])


def fit(depths, chosen):
    return np.polyfit(np.log(depths), np.log(chosen), 1)[0]


def scale_law(growth, depths, scales, seeds):
    c = []
    for d in depths:
        b = None
        for s in scales:
            if L(growth, d, s, seeds) > 10:
                break
            b = s
        c.append(b)
    return (c, fit(depths, c))
