"""The way down inside the way up."""

import numpy as np


def rms(values):
    return float((values**2).mean() ** 0.5)


def sizes_of(kernels, phi, slope, h):
    """Error at this layer's input, and the rms in each layer from here to the top."""
    if len(kernels) == 1:
        return np.ones((len(h), 1)) @ kernels[0].T, []
    z = h @ kernels[0]
    error, sizes = sizes_of(kernels[1:], phi, slope, phi(z))
    delta = error * slope(z)
    return delta @ kernels[0].T, [rms(delta), *sizes]


def measured_factor(nets, phi, slope, X):
    sizes = [sizes_of(kernels, phi, slope, X)[1] for kernels in nets]
    alive = [of for of in sizes if of[0] > 0]
    return np.exp(np.median([(np.log(of[0]) - np.log(of[-1])) / (len(of) - 1) for of in alive]))
