import numpy as np


def unit_scale(kernels, phi, X):
    new = [k.copy() for k in kernels]
    for i in range(len(new)):
        h = X
        for k in new[:i]:
            h = phi(h @ k)
        new[i] = new[i] * np.mean((h @ new[i]) ** 2) ** (-0.5)
    return new
