import numpy as np


def unit_scale(kernels, phi, X):
    out, h = ([], X)
    for k in kernels:
        new = k / np.mean(np.abs(h @ k))
        out.append(new)
        h = phi(h @ new)
    return out
