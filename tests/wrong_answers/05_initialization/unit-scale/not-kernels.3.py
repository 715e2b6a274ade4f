import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def unit_scale(kernels, phi, X):
    out, h = ([], X)
    for k in kernels:
        f = 1 / rms(h @ k)
        out.append(f)
        h = phi(h @ (f * k))
    return out
