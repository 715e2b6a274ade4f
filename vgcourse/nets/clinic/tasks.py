"""What the clinic's nets are to learn: pictures, sequences, tokens, as NumPy arrays, drawn from a seed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STEPS, NOISE = 24, 0.65
TOKENS, SYMBOLS = 8, 10


class Task(NamedTuple):
    """Training and test examples of one ward."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def pictures(seed: int) -> Task:
    """Digits of 8 x 8 pixels in [0, 1], (n, 8, 8, 1), and their classes."""
    from vgcourse.nets.data import digits

    d = digits(seed)
    X, X_test = (x.reshape(-1, 8, 8, 1) for x in (d.X_train, d.X_test))
    return Task(X, d.y_train, X_test, d.y_test)


def rows(seed: int) -> Task:
    """The same digits as rows of 64 pixels."""
    from vgcourse.nets.data import digits

    d = digits(seed)
    return Task(d.X_train, d.y_train, d.X_test, d.y_test)


def copies(seed: int) -> Task:
    """Digits that are their own targets."""
    task = rows(seed)
    return Task(task.X, task.X, task.X_test, task.X_test)


def recall(seed: int) -> Task:
    """Sequences (n, STEPS, 1): the first number is +1 or -1, what follows is noise; which was it?"""
    return _drawn(_one_recall, seed)


def order(seed: int) -> Task:
    """Tokens (n, TOKENS), in which one 1 and one 2 stand somewhere: does the 1 come first?"""
    return _drawn(_one_order, seed)


def _drawn(draw: Callable, seed: int) -> Task:
    rng = np.random.default_rng(seed)
    return Task(*draw(rng, 2048), *draw(rng, 400))


def _one_recall(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    bit = rng.integers(0, 2, n)
    X = NOISE * rng.normal(size=(n, STEPS, 1))
    X[:, 0, 0] = 2 * bit - 1
    return X.astype("float32"), bit.astype("float32")


def _one_order(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    X = rng.integers(3, SYMBOLS, (n, TOKENS))
    places = rng.permuted(np.tile(np.arange(TOKENS), (n, 1)), axis=1)[:, :2]
    X[np.arange(n), places[:, 0]], X[np.arange(n), places[:, 1]] = 1, 2
    return X.astype("int32"), (places[:, 0] < places[:, 1]).astype("float32")


def score(y: np.ndarray, said: np.ndarray) -> float:
    """How well a net does: the share of right answers, or of the variance that it explains (0: no better than means).

    ``said`` are logits, one a class or one for yes and no, or the numbers themselves. What is not finite counts as
    wrong, and explains nothing.
    """
    said = np.asarray(said, float)
    finite = np.isfinite(said).all(axis=-1)
    if y.ndim > 1:
        missed = np.mean((said - y) ** 2) / np.mean((y - y.mean(axis=0)) ** 2) if finite.all() else 1.0
        return float(1 - missed)
    named = said.argmax(axis=-1) if said.shape[-1] > 1 else said[:, 0] > 0
    return float(np.mean((named == y) & finite))
