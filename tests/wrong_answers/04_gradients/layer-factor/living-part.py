import numpy as np


def layer_factor(profiles):
    s = []
    for r in profiles:
        k = r > 0
        if k.sum() > 1:
            s.append(np.polyfit(np.arange(len(r))[k], np.log(r[k]), 1)[0])
    return np.exp(-np.median(s))
