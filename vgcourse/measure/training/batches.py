"""Which examples a step trains on, and which ones a measurement looks at. NumPy only."""

from collections.abc import Iterator

import numpy as np

from vgcourse.measure.arguments import evenly_spaced

PROBE_LIMIT = 2048
"""A measurement between epochs looks at no more examples than this."""


def batch_order(n: int, epochs: int, seed: int = 0, shuffle: bool = True) -> np.ndarray:
    """The order in which n examples are visited, (epochs, n) int32: one permutation an epoch.

    More epochs continue the same sequence. Not shuffled, every row is 0 ... n - 1.
    """
    return next(batch_orders(n, [epochs], seed, shuffle))


def batch_orders(n: int, chunks, seed: int = 0, shuffle: bool = True) -> Iterator[np.ndarray]:
    """The rows of `batch_order`, as many at a time as `chunks` asks for."""
    random = np.random.default_rng(seed)
    for epochs in chunks:
        rows = np.tile(np.arange(n), (epochs, 1))  # NumPy shuffles its own integers a third faster than int32
        yield (random.permuted(rows, axis=1, out=rows) if shuffle else rows).astype(np.int32)


def probe_rows(n: int, limit: int = PROBE_LIMIT) -> np.ndarray:
    """The examples that are measured: all n, or `limit` evenly spaced ones where there are more."""
    return evenly_spaced(n, limit)
