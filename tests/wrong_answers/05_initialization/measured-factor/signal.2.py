import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def measured_factor(nets, phi, slope, X):
    out = []
    for ks in nets:
        h, s = (X, [])
        for k in ks[:-1]:
            h = phi(h @ k)
            s.append(rms(h))
        if s[-1] > 0:
            out.append((s[-1] / s[0]) ** (1 / (len(s) - 1)))
    return np.median(out)
