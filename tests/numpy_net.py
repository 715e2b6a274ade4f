"""A plain NumPy net in float64: the oracle that theory and Keras are held against."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vgcourse.nets.theory import ACTIVATIONS, weight_moments


@dataclass
class Net:
    """Kernels (fan_in, fan_out) from first hidden layer to output; biases are 0, the output unit is linear."""

    kernels: list[np.ndarray]
    activation: str

    def forward(self, X):
        """Pre-activations z of every layer and outputs h, h[0] being the input."""
        phi, z, h = ACTIVATIONS[self.activation].value, [], [np.asarray(X, float)]
        for kernel in self.kernels:
            z.append(h[-1] @ kernel)
            h.append(phi(z[-1]))
        h[-1] = z[-1]
        return z, h

    def backward(self, X, delta_out):
        """dL/dz of every layer, first hidden to output, given dL/dz of the output; one row an example."""
        slope, (z, _) = ACTIVATIONS[self.activation].slope, self.forward(X)
        deltas = [delta_out]
        for kernel, pre in zip(self.kernels[:0:-1], z[-2::-1], strict=True):
            deltas.append((deltas[-1] @ kernel.T) * slope(pre))
        return deltas[::-1]

    def kernel_gradients(self, X, delta_out):
        """dL/dW of every layer, for the loss that is the mean over the examples."""
        _, h = self.forward(X)
        return [a.T @ d / len(X) for a, d in zip(h, self.backward(X, delta_out), strict=False)]

    def logistic_deltas(self, X, y):
        """dL_i/dz for the binary cross-entropy of a sigmoid output."""
        out = self.forward(X)[0][-1][:, 0]
        return self.backward(X, (0.5 * (1 + np.tanh(out / 2)) - y)[:, None])


def net(depth, width, activation, initializer, seed, shape="normal", inputs=2):
    """A random net: moments from the initializer, and that shape of distribution."""
    rng, sizes = np.random.default_rng(seed), [inputs] + [width] * depth + [1]
    kernels = [kernel(rng, fans, initializer, shape) for fans in pairwise(sizes)]
    return Net(kernels, activation)


def kernel(rng, fans, initializer, shape):
    if shape == "orthogonal":
        q, r = np.linalg.qr(rng.normal(size=(max(fans), min(fans))))
        q = q * np.sign(np.diag(r))
        return q if q.shape == fans else q.T
    mean, variance = weight_moments(initializer, *fans)
    if shape == "uniform":
        return rng.uniform(mean - np.sqrt(3 * variance), mean + np.sqrt(3 * variance), fans)
    return rng.normal(mean, np.sqrt(variance), fans)


def rms(array):
    return float(np.sqrt(np.mean(np.square(array))))


def factor(deltas):
    """(rms delta_1 / rms delta_d)^(1 / (d - 1)) over the hidden layers; NaN where the signal died."""
    first, last, depth = rms(deltas[0]), rms(deltas[-2]), len(deltas) - 1
    return (first / last) ** (1 / (depth - 1)) if first and last else np.nan


def median_factor(X, y, seeds, **setup):
    """Median over nets, the dead ones left out."""
    return float(np.nanmedian([factor(net(seed=seed, **setup).logistic_deltas(X, y)) for seed in range(seeds)]))
