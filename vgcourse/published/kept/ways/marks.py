"""What the figures of a fresh net show, layer by layer: by these marks one tells which cure it has had."""

import numpy as np

from vgcourse.measure.statistics import rms

__all__ = ["CURES", "five_nets", "marks"]

CURES = ("none", "relu", "skip", "batch norm", "layer norm")
EXAMPLES = 64


def five_nets(seed: int = 0) -> list[dict[str, np.ndarray]]:
    """The figures of five nets of ten layers, one with each of `CURES`, in an order that the seed decides."""
    rng = np.random.default_rng(seed)
    return [marks(rng, CURES[i], 10, 16, 4) for i in rng.permutation(len(CURES))]


def marks(rng: np.random.Generator, cure: str, depth: int, width: int, inputs: int) -> dict[str, np.ndarray]:
    """Before training, (depth,) each: gradient, size, zeros, unit_mean, example_mean.

    The net is one of sigmoids with Glorot's weights, and one change (relu comes with He's weights). ``gradient``: rms
    of dL/dh. ``size``: rms of h. ``zeros``: the share of h that is exactly 0. Of what the activation receives:
    ``unit_mean``, the size of a unit's mean over the examples, and ``example_mean``, the size of an example's mean
    over the units, averaged over the layer. 64 normal examples, an error drawn at the last layer.
    """
    kernels, h, zs, error = _run(rng, cure, depth, width, inputs)
    active = [_normalised(cure, z) for z in zs]
    return {
        "gradient": np.array([rms(e) for e in _errors(cure, kernels, zs, error)]),
        "size": np.array([rms(of) for of in h]),
        "zeros": np.array([np.mean(of == 0) for of in h]),
        "unit_mean": np.array([np.mean(np.abs(z.mean(0))) for z in active]),
        "example_mean": np.array([np.mean(np.abs(z.mean(1))) for z in active]),
    }


def _axis(cure: str) -> int | None:
    return {"batch norm": 0, "layer norm": 1}.get(cure)


def _normalised(cure: str, z: np.ndarray) -> np.ndarray:
    """What the activation receives."""
    axis = _axis(cure)
    if axis is None:
        return z
    return (z - z.mean(axis, keepdims=True)) / np.sqrt(z.var(axis, keepdims=True) + 1e-3)


def _run(rng: np.random.Generator, cure: str, depth: int, width: int, inputs: int) -> tuple:
    """Kernels; h and z of each layer; dL/dh of the last."""
    h, hs, zs, kernels = rng.normal(size=(EXAMPLES, inputs)), [], [], []
    for layer in range(depth):
        limit = np.sqrt(6 / (h.shape[1] + width))
        glorot = rng.uniform(-limit, limit, (h.shape[1], width))
        he = rng.normal(0, np.sqrt(2 / h.shape[1]), glorot.shape)
        kernels.append(he if cure == "relu" else glorot)
        zs.append(h @ kernels[-1])
        out = _phi(cure, _normalised(cure, zs[-1]))
        h = h + out if cure == "skip" and layer else out
        hs.append(h)
    return kernels, hs, zs, rng.normal(size=(EXAMPLES, width))


def _phi(cure: str, z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0) if cure == "relu" else 1 / (1 + np.exp(-z))


def _errors(cure: str, kernels: list, zs: list, error: np.ndarray) -> list[np.ndarray]:
    """dL/dh of every layer."""
    found = [error]
    for kernel, z in zip(kernels[:0:-1], zs[:0:-1], strict=True):
        out = _phi(cure, _normalised(cure, z))
        g = found[0] * ((out > 0) if cure == "relu" else out * (1 - out))
        below = _through(cure, z, g) @ kernel.T
        found.insert(0, found[0] + below if cure == "skip" else below)
    return found


def _through(cure: str, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The error at z, given that at what the activation receives."""
    axis = _axis(cure)
    if axis is None:
        return g
    s, hat = np.sqrt(z.var(axis, keepdims=True) + 1e-3), _normalised(cure, z)
    return (g - g.mean(axis, keepdims=True) - hat * (g * hat).mean(axis, keepdims=True)) / s
