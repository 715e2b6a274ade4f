"""Kernels that wander: what the exercises on recorded kernels draw."""

import numpy as np

from vgcourse.course.checks.compare import close


def walk(rng: np.random.Generator, moments: int, shape: tuple[int, int], size: float = 0.2) -> np.ndarray:
    """(moments, *shape): a random walk with a drift, around a mean that is not 0, of both signs."""
    start = 0.5 * rng.choice([-1, 1]) + rng.normal(size=shape)
    drift = size * rng.normal(size=shape)
    steps = drift + size * rng.normal(size=(moments - 1, *shape))
    return start + np.concatenate([np.zeros((1, *shape)), steps.cumsum(0)])


def telling() -> list[np.ndarray]:
    """Recordings that are always tried: one whose weights are all positive, a small, a large and a long one."""
    rng = np.random.default_rng(5)
    positive = 1 + np.abs(walk(rng, 4, (2, 3)))
    home = np.array(
        [[[1.0, -2.0], [4.0, 0.5]], [[3.0, 1.0], [4.0, 2.0]], [[1.0, -2.0], [4.0, 0.5]]]
    )  # ends where it began
    return [positive, 1e-3 * walk(rng, 5, (3, 2)), 300 * walk(rng, 3, (2, 2)), walk(rng, 30, (6, 2)), home]


def same(got: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two results agree but for rounding (an answer may compute in float32)."""
    return close(got, wanted)
