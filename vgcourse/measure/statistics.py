"""Sizes of arrays, in float64: the square of a float32 underflows from 1e-19 on. NumPy only."""

import numpy as np

# A gradient counts as vanished, or exploded, where this share of it is left: of what the loss sends in a layer, of
# an error at the last time step in the first. Width 32, He and relu: the log of the norm has mean -5L/(2n)/2 and
# variance 5L/n/4 (Hanin 2018): three standard deviations at L = 20 are 0.03.
VANISHED, EXPLODED = 1e-3, 1e3
# Elements of a large array that are looked at together: as float64, 256 kB, what a core keeps close to it.
_BLOCK = 2**15
STATISTICS = ("mean", "std", "rms", "mean_abs", "l1", "min", "max", "zeros")


def layer_statistics(values: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of `Recording.frame` for an array of shape (T, *shape): name -> (T,) float64.

    A value that is not finite makes the statistics of its moment NaN or infinite, not an error.
    """
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    if not flat.shape[1]:
        return {name: np.full(len(flat), np.nan) for name in STATISTICS}
    size = np.abs(flat)
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            "mean": flat.mean(1),
            "std": flat.std(1),
            "rms": np.sqrt((flat**2).mean(1)),
            "mean_abs": size.mean(1),
            "l1": size.sum(1),
            "min": flat.min(1),
            "max": flat.max(1),
            "zeros": (flat == 0).mean(1),
        }


def array_statistics(values: np.ndarray) -> np.ndarray:
    """As `layer_statistics`, for one array of any shape: (8,) float64 in the order of `STATISTICS`.

    No copy of the whole is made: every block is read once from memory, and looked at while it is near.
    """
    flat = np.ravel(values)
    if not flat.size:
        return np.full(len(STATISTICS), np.nan)
    if flat.dtype not in (np.float32, np.float64):
        flat = flat.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        blocks = [_of_block(flat[i : i + _BLOCK]) for i in range(0, flat.size, _BLOCK)]
        total, squares, l1, least, most, zeros = np.transpose(blocks)
        mean, square = total.sum() / flat.size, squares.sum() / flat.size
        sd, size = _spread(flat, mean, square), l1.sum() / flat.size
    return np.array([mean, sd, np.sqrt(square), size, l1.sum(), least.min(), most.max(), zeros.sum() / flat.size])


def _of_block(block: np.ndarray) -> tuple:
    """Sum, sum of squares, sum of sizes, least, most and number of zeros of a (n,) block."""
    wide = block.astype(np.float64)
    # Not `wide @ wide`: for so little, the threads of BLAS cost more than they do.
    total, squares = wide.sum(), np.einsum("i,i", wide, wide)
    l1 = np.abs(wide, out=wide).sum()
    return total, squares, l1, block.min(), block.max(), block.size - np.count_nonzero(block != 0)


def _spread(flat: np.ndarray, mean: float, square: float) -> float:
    """The standard deviation: from the two means, where their difference keeps its digits."""
    variance = square - mean**2
    return np.sqrt(variance) if variance > 1e-6 * square else flat.std(dtype=np.float64)


def rms(values, axis=None) -> np.ndarray | float:
    """The root mean square, over all elements or along axis. NaN where there is none."""
    values = np.asarray(values, np.float64)
    if not values.size and axis is None:
        return float("nan")
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.sqrt(np.mean(values**2, axis=axis))
    return float(size) if axis is None else size


def pooled_rms(arrays) -> float:
    """The root mean square over all elements of several arrays together: the calls of a shared layer."""
    return rms(np.concatenate([np.asarray(a, np.float64).ravel() for a in arrays])) if arrays else float("nan")


def norm(values) -> float:
    """The norm of one example: the root of the mean over the first axis of the squared norms of the rest."""
    rows = np.asarray(values, np.float64).reshape(len(values), -1)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt((rows**2).sum(1).mean()))


def mean_by_unit(values) -> np.ndarray:
    """(..., units) -> (units,), the mean over everything but the last axis."""
    return np.asarray(values).reshape(-1, np.shape(values)[-1]).mean(0)


def first_nonfinite(epochs, values) -> float | None:
    """The epoch of the first of T moments whose value is NaN or infinite, else None.

    Args:
        epochs: (T,). values: (T, ...), measured at every moment.
    """
    values = np.asarray(values, float)
    bad = ~np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    return float(np.asarray(epochs)[bad.argmax()]) if bad.any() else None
