"""T2's network in NumPy: several nets trained at once, so that a judge can repeat an experiment."""

from collections.abc import Callable, Sequence

import numpy as np

SHAPES = ((2, 5), *((5, 5),) * 4, (5, 1))
Weights = list[np.ndarray]


def trained(
    phi: Callable, slope: Callable, moments: Sequence, rate: float, nets: int = 8, epochs: int = 150, seed: int = 5
) -> np.ndarray:
    """Accuracy of each net on T2's training points: SGD with momentum 0.9, batches of 32, binary cross-entropy.

    Five hidden layers of 5 units. `moments` holds the mean and variance of the weights, a pair for each kernel; they
    are drawn from the uniform distribution that has these.
    """
    from vgcourse.nets.data import t2_circles

    X, y, *_ = t2_circles()
    X, y = X.astype(float), y.astype(float)[:, None]
    rng = np.random.default_rng(seed)
    # One array holds all weights, so that a step of the optimizer is three operations.
    flat = np.zeros((nets, sum((fan_in + 1) * fan_out for fan_in, fan_out in SHAPES)))
    gradient, speed, weights = np.zeros_like(flat), np.zeros_like(flat), _views(flat)
    gradients = _views(gradient)
    for (mean, variance), kernel in zip(moments, weights[::2], strict=True):
        kernel[:] = mean + np.sqrt(3 * variance) * rng.uniform(-1, 1, kernel.shape)
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for rows in np.split(rng.permutation(len(X)), range(32, len(X), 32)):
                _differentiate(weights, gradients, phi, slope, X[rows], y[rows])
                speed *= 0.9
                speed -= rate * gradient
                flat += speed
        logit = _forward(weights, phi, X)[0][-1]
    return np.mean((logit > 0) == (y > 0.5), axis=(1, 2))


def _views(flat: np.ndarray) -> Weights:
    """Kernel, bias, kernel, bias, ... as windows on the columns of `flat`."""
    parts, start = [], 0
    for fan_in, fan_out in SHAPES:
        for rows in (fan_in, 1):
            parts.append(flat[:, start : start + rows * fan_out].reshape(len(flat), rows, fan_out))
            start += rows * fan_out
    return parts


def _forward(weights: Weights, phi: Callable, X: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    zs, hs = [], [X]
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        zs.append(hs[-1] @ kernel + bias)
        hs.append(phi(zs[-1]))
    return zs, hs


def _differentiate(
    weights: Weights, gradients: Weights, phi: Callable, slope: Callable, X: np.ndarray, y: np.ndarray
) -> None:
    """Fill `gradients` with those of the mean loss."""
    zs, hs = _forward(weights, phi, X)
    error = (1 / (1 + np.exp(-zs[-1])) - y) / len(X)
    for layer in reversed(range(len(zs))):
        np.matmul(np.swapaxes(hs[layer], -1, -2), error, out=gradients[2 * layer])
        error.sum(axis=1, keepdims=True, out=gradients[2 * layer + 1])
        if layer:
            error = (error @ np.swapaxes(weights[2 * layer], -1, -2)) * slope(zs[layer - 1])
