import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def measured_factor(nets, phi, slope, X):

    def o(kernels):
        zs, h = ([], X)
        for k in kernels[:-1]:
            z = h @ k
            zs.append(z)
            h = phi(z)
        e = np.ones_like(zs[-1])
        sizes = [rms(e)]
        for k, z in zip(kernels[-2:0:-1], zs[-2::-1], strict=False):
            e = e @ k.T * slope(z)
            sizes.append(rms(e))
        return sizes

    s = [o(n) for n in nets]
    return np.median([(a[-1] / a[0]) ** (1 / (len(a) - 1)) for a in s if a[-1] > 0])
