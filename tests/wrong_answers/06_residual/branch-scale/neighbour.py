import numpy as np


def L(f, d, s, seeds, stat=np.median):
    return stat([f(d, s, k) for k in seeds])


def fit(depths, chosen):
    return np.polyfit(np.log(depths), np.log(chosen), 1)[0]


def scale_law(growth, depths, scales, seeds):
    def m(v):
        return sorted(v)[len(v) // 2]

    c = [max(s for s in scales if L(growth, d, s, seeds, m) <= 10) for d in depths]
    return (c, fit(depths, c))
