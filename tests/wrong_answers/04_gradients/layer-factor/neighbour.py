import numpy as np


def layer_factor(profiles):
    p = profiles[(profiles > 0).all(axis=1)]
    s = sorted(np.polyfit(np.arange(p.shape[1]), np.log(r), 1)[0] for r in p)
    return np.exp(-s[len(s) // 2])
