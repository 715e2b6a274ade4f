"""Check and shape the data of a sweep."""

import numpy as np

from vgcourse.measure.arguments import no_gaps, same_length
from vgcourse.measure.sweeping.stack_run import Data
from vgcourse.nets.data import circles


def sweep_data(data=None, test=None) -> Data:
    """(X, y) or (X, y, X_test, y_test), and test as (X_test, y_test), as `Data`; default `circles`.

    Raises:
        ValueError: naming `data` or `test`, where shapes or labels do not fit.
    """
    parts = list(circles() if data is None else _pair("data", data, (2, 4)))
    if len(parts) == 4 and test is not None:
        raise ValueError("test: data already holds a test set, (X, y, X_test, y_test); give it once.")
    tested = parts[2:] or ([] if test is None else _pair("test", test, (2,)))
    X, y = _inputs("data", parts[0]), _labels("data", parts[1])
    same_length("data", X, y)
    outputs = _outputs(y)
    if not tested:
        return Data(X, _targets("data", y, outputs))
    argument = "test" if test is not None else "data"
    X_test, y_test = _inputs(argument, tested[0]), _labels(argument, tested[1])
    same_length(argument, X_test, y_test)
    if X_test.shape[1] != X.shape[1]:
        raise ValueError(f"{argument}: X has {X.shape[1]} features, but X_test has {X_test.shape[1]}.")
    return Data(X, _targets("data", y, outputs), X_test, _targets(argument, y_test, outputs))


def _pair(argument: str, given, lengths: tuple[int, ...]) -> tuple:
    if not isinstance(given, list | tuple) or len(given) not in lengths:
        wanted = " or ".join(["(X, y)", "(X, y, X_test, y_test)"][: len(lengths)])
        raise ValueError(f"{argument}: expected {wanted}, got {type(given).__name__}.")
    return tuple(given)


def _inputs(argument: str, X) -> np.ndarray:
    X = np.asarray(X)
    if X.ndim != 2 or not X.size or X.dtype.kind not in "fiub":
        raise ValueError(f"{argument}: X must be numbers of shape (n, features), got {X.dtype} of shape {X.shape}.")
    no_gaps(argument, X, "X")
    return X.astype(np.float32)


def _labels(argument: str, y) -> np.ndarray:
    y = np.asarray(y)
    if y.dtype.kind not in "fiub" or y.ndim not in (1, 2) or not y.size:
        raise ValueError(f"{argument}: y must hold one label or one-hot row per example, got {y.dtype} {y.shape}.")
    no_gaps(argument, y, "y")
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _outputs(y: np.ndarray) -> int:
    if y.ndim == 2:
        return y.shape[1]
    return 1 if set(np.unique(y)) <= {0, 1} else int(y.max()) + 1


def _targets(argument: str, y: np.ndarray, outputs: int) -> np.ndarray:
    """Labels as (n, outputs) float32: 0 or 1 for one output, one-hot rows for several."""
    one_hot = y.ndim == 2 and y.shape[1] == outputs and (y >= 0).all() and np.allclose(y.sum(1), 1)
    classes = y.ndim == 1 and np.array_equal(y, y.round()) and y.min() >= 0 and y.max() < max(outputs, 2)
    if not one_hot and not classes:
        wanted = "0 and 1" if outputs == 1 else f"whole numbers from 0 to {outputs - 1}, or one-hot rows"
        raise ValueError(f"{argument}: y must hold {wanted}, got values from {y.min():g} to {y.max():g}.")
    if one_hot:
        return y.astype(np.float32)
    return (y[:, None] if outputs == 1 else np.eye(outputs)[y.astype(int)]).astype(np.float32)
