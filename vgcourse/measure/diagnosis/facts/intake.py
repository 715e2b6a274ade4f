"""One batch out of whatever a user hands over: arrays, their structures, datasets, generators."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.arguments import as_numbers, is_text, no_gaps

_BATCHES = 64  # of a dataset whose batches are small: enough is enough


def one_batch(X, y, batch_size: int, weights=None, text: bool = False):
    """``batch_size`` examples, evenly spread, so that labels in order give all classes. Draws nothing.

    Args:
        text: whether X may hold strings.

    Returns:
        (x, y, weights, all labels); labels and weights are None where none were handed over.

    Raises:
        TypeError, ValueError: naming what cannot be taken, and what to hand over instead.
    """
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer) or batch_size < 2:
        raise ValueError(f"batch_size: need a whole number of at least 2 examples, got {batch_size!r}.")
    if _is_stream(X):
        X, y, weights = _from_stream(X, y, weights, batch_size)
    X = _arrays("X", X)
    y = None if y is None else _arrays("y", y)
    weights = None if weights is None else _weights(weights)
    named = [(name, data) for name, data in (("X", X), ("y", y), ("sample_weight", weights)) if data is not None]
    counts = {name: {len(a) if a.ndim else 0 for a in keras.tree.flatten(d)} for name, d in named}
    if len(set().union(*counts.values())) != 1 or counts["X"] <= {0, 1}:
        has = ", ".join(f"{name} has {_listed(count)}" for name, count in counts.items())
        raise ValueError(f"{_listed(counts)}: need the same number of examples, at least 2; {has}.")
    for name, data in named:
        _check_finite(name, data, text and name == "X")
    n = counts["X"].pop()
    rows = np.unique(np.linspace(0, n - 1, min(n, batch_size)).round().astype(int))
    batch = [None if d is None else keras.tree.map_structure(lambda a: _floats(a[rows]), d) for d in (X, y, weights)]
    return *batch, y


def _is_stream(X) -> bool:
    if isinstance(X, tf.data.Dataset | keras.utils.PyDataset) or hasattr(X, "__next__"):
        return True
    # A PyTorch DataLoader, or another object that gives batches and is no array itself.
    bare = not isinstance(X, list | tuple | dict | str) and not hasattr(X, "__array__") and not hasattr(X, "shape")
    return bare and hasattr(X, "__iter__")


def _from_stream(stream, y, weights, batch_size: int):
    """The first batches of a stream of (X, y) or (X, y, weights), put together up to ``batch_size`` examples."""
    if y is not None:
        raise ValueError("y: X is a dataset, which brings its labels along; leave y out.")
    if weights is not None:
        raise ValueError("sample_weight: X is a dataset, which brings its weights along; leave them out.")
    if isinstance(stream, keras.utils.PyDataset):
        stream = map(stream.__getitem__, range(len(stream)))
    parts, count = [], 0
    for element in itertools.islice(stream, _BATCHES):
        given = (*element, None, None) if isinstance(element, tuple | list) else (element, None, None)
        parts.append([None if d is None else _arrays("X", d) for d in given[:3]])
        count += max((len(a) if a.ndim else 0 for a in keras.tree.flatten(parts[-1][0])), default=0)
        if count >= batch_size or count < len(parts):
            break
    if not count:
        raise ValueError("X: this dataset gives no batches; hand over arrays, or batch it: dataset.batch(32).")
    return tuple(None if part[0] is None else _joined(part) for part in zip(*parts, strict=True))


def _joined(parts):
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def _arrays(name: str, data):
    if isinstance(data, list) and data and np.ndim(data[0]) == 0 and not hasattr(data[0], "shape"):
        data = np.asarray(data)
    return keras.tree.map_structure(lambda a: _array(name, a), data)


def _array(name: str, values) -> np.ndarray:
    if isinstance(values, tf.RaggedTensor):
        raise ValueError(f"{name}: ragged; hand over some 256 examples as a whole array, {name}[:256].to_tensor().")
    if isinstance(values, tf.SparseTensor):
        raise ValueError(f"{name}: sparse; hand over tf.sparse.to_dense({name}) of some 256 examples.")
    if hasattr(values, "toarray"):
        raise ValueError(f"{name}: sparse; hand over some 256 of its rows, as in {name}[:256].toarray().")
    try:
        return as_numbers(np.asarray(values.detach().cpu() if hasattr(values, "detach") else values))
    except ValueError as error:
        raise ValueError(f"{name}: its examples differ in length; pad them (keras.utils.pad_sequences).") from error


def _check_finite(name: str, data, text: bool) -> None:
    for array in keras.tree.flatten(data):
        if array.dtype.kind == "O" and array.size and np.ndim(array.flat[0]):
            raise ValueError(f"{name}: its examples differ in length; pad them (keras.utils.pad_sequences).")
        if text and is_text(array):
            continue
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name}: need numbers, got an array of {array.dtype}; encode it first.")
        no_gaps(name, array)


def _floats(array: np.ndarray) -> np.ndarray:
    return array.astype("float32") if array.dtype.kind in "fb" else array


def _weights(weights) -> np.ndarray:
    array = _array("sample_weight", weights)
    if array.ndim != 1 or array.dtype.kind not in "fiub" or (array < 0).any():
        raise ValueError(
            "sample_weight: need one number of 0 or more for each example; of class weights make them with "
            "[class_weight[k] for k in y]."
        )
    return array.astype("float32")


def _listed(counts) -> str:
    return " and ".join(map(str, sorted(counts))) or "none"
