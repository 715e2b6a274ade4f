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

    def o(kernels):
        sizes = one(kernels, phi, slope, X)
        return sizes

    out = []
    for kernels in nets:
        zs, h = ([], X)
        for k in kernels[:-1]:
            z = h @ k
            zs.append(z)
            h = phi(z)
        e = np.ones((len(X), 1))
        first = None
        for k, z in zip(kernels[:0:-1], zs[::-1], strict=False):
            e = e @ k.T * slope(z)
            if first is None:
                first = rms(e)
        e = e @ kernels[0].T
        if rms(e) > 0:
            out.append((rms(e) / first) ** (1 / len(zs)))
    return np.median(out)
