"""Kernels that wander: what the exercises on recorded kernels draw."""

import numpy as np


def walk(rng: np.random.Generator, moments: int, shape: tuple[int, int], size: float = 0.2) -> np.ndarray:
    """(moments, *shape): a random walk with a drift, around a mean that is not 0, of both signs."""
    start = 0.5 * rng.choice([-1, 1]) + rng.normal(size=shape)
    drift = size * rng.normal(size=shape)
    steps = drift + size * rng.normal(size=(moments - 1, *shape))
    return start + np.concatenate([np.zeros((1, *shape)), steps.cumsum(0)])


def same(got: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two results agree but for rounding (an answer may compute in float32)."""
    return np.shape(got) == np.shape(wanted) and np.allclose(got, wanted, rtol=2e-5, atol=2e-6)
