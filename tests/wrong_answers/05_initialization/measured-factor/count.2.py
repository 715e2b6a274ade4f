import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def one(kernels, phi, slope, X):
    zs, h = ([], X)
    for k in kernels[:-1]:
        z = h @ k
        zs.append(z)
        h = phi(z)
    e = np.ones((len(X), 1))
    sizes = []
    for k, z in zip(kernels[:0:-1], zs[::-1], strict=False):
        e = e @ k.T * slope(z)
        sizes.append(rms(e))
    return sizes


def measured_factor(nets, phi, slope, X):
    s = [one(n, phi, slope, X) for n in nets]
    return np.median([(a[-1] / a[0]) ** (1 / (len(a) + 1)) for a in s if a[-1] > 0])
