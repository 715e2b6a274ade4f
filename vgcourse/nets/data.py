"""The data of the course: two circles, 8 x 8 digits and MNIST, as NumPy arrays.

Inputs are float32. A binary target is float32 (0 or 1, the number a sigmoid unit should give), a class label
int64: Keras and scikit-learn take both as they are. Nothing here is ever downloaded.
"""

import os
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

from vgcourse.nets.sizes import whole_number

_MNIST_KEYS = ("x_train", "y_train", "x_test", "y_test")
_noticed = False


class Split(NamedTuple):
    """Train and test arrays: X (n, features) float32, y (n,)."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def circles(n: int = 1000, noise: float = 0.1, factor: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two noisy concentric circles: X (n, 2) float32; y (n,) float32, 0 on the outer and 1 on the inner one.

    The outer radius is 1, the inner one `factor` (0 <= factor < 1); `noise` is the standard deviation of the
    normal noise on each coordinate. Same seed, same points: those of scikit-learn's
    ``make_circles(n, noise=noise, factor=factor, random_state=seed)``, without its two seconds of import. The
    defaults are the set of T1.

    Raises ValueError or TypeError for fewer than 2 points, negative noise, a factor outside [0, 1) or a seed
    that is no whole number from 0 to 2**32 - 1.
    """
    n, seed = whole_number("n", n, least=2), _seed(seed)
    noise, factor = _number("noise", noise), _number("factor", factor)
    if noise < 0:
        raise ValueError(f"noise is a standard deviation: it must be 0 or more, got {noise:g}.")
    if not 0 <= factor < 1:
        raise ValueError(f"factor is the inner radius and must be at least 0 and below 1, got {factor:g}.")
    X, y = _two_rings(n, factor)
    random = np.random.RandomState(seed)  # the legacy generator: the published draws were made with it
    order = np.arange(n)
    random.shuffle(order)
    X, y = X[order], y[order]
    if noise:
        X = X + random.normal(scale=noise, size=X.shape)
    return X.astype("float32"), y.astype("float32")


def _two_rings(n: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    outer, inner = (np.linspace(0, 2 * np.pi, size, endpoint=False) for size in (n // 2, n - n // 2))
    angle, y = np.concatenate([outer, inner]), np.repeat([0, 1], [len(outer), len(inner)])
    radius = np.where(y == 1, factor, 1.0)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def t1_circles(seed: int = 0) -> Split:
    """T1's data: 1,000 points, factor 0.5, noise 0.1; as published, the same points train and test.

    T1 fixed no seed, so there is no one published set; seed 0 is this course's.
    """
    X, y = circles(1000, noise=0.1, factor=0.5, seed=seed)
    return Split(X, y, X, y)


def t2_circles(leak_free: bool = False) -> Split:
    """T2's data: 1,000 points, factor 0.8, noise 0.1, random_state 1; first 500 train, last 500 test.

    As published, each coordinate is scaled to [-1, 1] *before* the split, so the test points have a say in
    the scale. With `leak_free=True` the scale comes from the training points alone.
    """
    X, y = circles(1000, noise=0.1, factor=0.8, seed=1)
    train, test = slice(None, 500), slice(500, None)
    if leak_free:
        X_train, X_test = minmax(X[train], X[test])
    else:
        (scaled,) = minmax(X)
        X_train, X_test = scaled[train], scaled[test]
    return Split(X_train, y[train], X_test, y[test])


def minmax(X_train: np.ndarray, *others: np.ndarray, low: float = -1.0, high: float = 1.0) -> tuple:
    """X_train and every other array with features scaled so that X_train's run from `low` to `high`.

    Arrays are (n, features); minimum and maximum come from X_train alone. A constant feature goes to `low`.
    Returns one array for each given, in the same float dtype. Raises ValueError where `low >= high`, where an
    array is empty, not finite or of another width.
    """
    if not low < high:
        raise ValueError(f"low must lie below high, got low={low:g} and high={high:g}.")
    arrays = _features(X_train, *others)
    least, most = arrays[0].min(axis=0), arrays[0].max(axis=0)
    span = np.where(most == least, 1, most - least)
    return tuple((low + (high - low) * (X - least) / span).astype(X.dtype) for X in arrays)


def standardize(X_train: np.ndarray, *others: np.ndarray) -> tuple:
    """X_train and every other array, shifted and scaled to mean 0 and variance 1 of X_train's features.

    Arrays are (n, features); mean and standard deviation come from X_train alone. A constant feature goes
    to 0. Returns one array for each given, in the same float dtype. Raises ValueError as `minmax` does.
    """
    arrays = _features(X_train, *others)
    mean = arrays[0].mean(axis=0, dtype="float64")
    # A constant feature's computed sd may be rounding error instead of 0: ask whether it varies at all.
    deviation = np.where(np.ptp(arrays[0], axis=0) == 0, 1.0, arrays[0].std(axis=0, dtype="float64"))
    return tuple(((X - mean) / deviation).astype(X.dtype) for X in arrays)


def digits(seed: int = 0, test_size: float = 0.25) -> Split:
    """scikit-learn's 1,797 digits of 8 x 8 pixels: X (n, 64) in [0, 1], y (n,) int64 from 0 to 9.

    A share `test_size` of every class, drawn with `seed`, is kept for the test. Raises ValueError where that is not
    from 0.01 to 0.99.
    """
    seed, test_size = _seed(seed), _number("test_size", test_size)
    if not 0.01 <= test_size <= 0.99:
        raise ValueError(f"test_size is a share of the images, from 0.01 to 0.99, got {test_size:g}.")
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    X, y = load_digits(return_X_y=True)
    X, y = (X / 16).astype("float32"), y.astype("int64")
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=seed, stratify=y)
    return Split(X_train, y_train, X_test, y_test)


def mnist(path: str | Path | None = None) -> Split:
    """MNIST from a file: X (60000 and 10000, 784) in [0, 1], y int64 from 0 to 9.

    `path` names an ``mnist.npz`` as Keras stores it. Without it, the working folder and Keras's cache
    (``~/.keras/datasets/mnist.npz``) are looked at; where neither has it, `digits()` takes its place (64
    inputs, not 784) and one printed line says so, once. Nothing is downloaded.

    Raises ValueError where `path` does not exist or the file is no MNIST.
    """
    if path is not None:
        return _read_mnist(Path(path).expanduser())
    found = find_mnist()
    if found is not None:
        return _read_mnist(found)
    _notice_once()
    return digits()


def find_mnist() -> Path | None:
    """The ``mnist.npz`` in the working folder or in Keras's cache, or None."""
    cache = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    return next((p for p in (Path("mnist.npz"), cache / "mnist.npz") if p.is_file()), None)


def _read_mnist(path: Path) -> Split:
    if not path.is_file():
        raise ValueError(f"there is no file {path}; name an mnist.npz, or leave it out.")
    try:
        with np.load(path, allow_pickle=False) as stored:
            x_train, y_train, x_test, y_test = (stored[key] for key in _MNIST_KEYS)
    except (BadZipFile, EOFError, IndexError, KeyError, OSError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no MNIST file, it lacks {', '.join(_MNIST_KEYS)}.") from error
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        if not (_are_images(images) and _are_labels(labels, len(images))):
            raise ValueError(f"{path} is no MNIST file: uint8 images (n, 28, 28), labels 0 to 9.")
    return Split(_flat(x_train), y_train.astype("int64"), _flat(x_test), y_test.astype("int64"))


def _are_images(images: np.ndarray) -> bool:
    return images.ndim == 3 and images.shape[1:] == (28, 28) and images.dtype == np.uint8 and len(images) > 0


def _are_labels(labels: np.ndarray, n: int) -> bool:
    return labels.shape == (n,) and labels.dtype.kind in "iu" and labels.min() >= 0 and labels.max() <= 9


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype("float32") / np.float32(255)


def _notice_once() -> None:
    global _noticed
    if not _noticed:
        print("No mnist.npz on this machine: using scikit-learn's 8 x 8 digits (1,797 images) in its place.")
        _noticed = True


def _features(*arrays: np.ndarray) -> list[np.ndarray]:
    arrays = [_float_array(position, X) for position, X in enumerate(arrays)]
    width = arrays[0].shape[1]
    for position, X in enumerate(arrays):
        if X.shape[1] != width:
            raise ValueError(f"array {position} has {X.shape[1]} features where X_train has {width}.")
    return arrays


def _float_array(position: int, X) -> np.ndarray:
    name = "X_train" if position == 0 else f"array {position}"
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold numbers, got dtype {X.dtype}.")
    X = X if X.dtype.kind == "f" else X.astype("float64")
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"{name} must have shape (n, features) and not be empty, got {X.shape}.")
    if not np.isfinite(X).all():
        raise ValueError(f"{name} holds NaN or infinity; remove those rows first.")
    return X


def _seed(value) -> int:
    value = whole_number("seed", value, least=0)
    if value > 2**32 - 1:
        raise ValueError(f"seed must be at most 2**32 - 1, got {value}.")
    return value


def _number(name: str, value) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}.") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}.")
    return number
