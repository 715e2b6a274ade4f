"""Lesson 1, the data: scaling without a leak."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, all_close, as_sent, cause, close, fact, things, worst
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

leak_free = Exercise(
    "leak-free-scaling",
    points=1,
    title="scaling without a leak",
    answers=("scale",),
    same_work=("minmax",),
    passed="The training points alone set the scale; a test point beyond it simply lands outside [-1, 1].",
    misses={
        "no-return": NO_RETURN.format(name="scale"),
        "not-two": "scale gives back two arrays, the scaled training points and the scaled test points; "
        "here it gives {found}.",
        "wrong-shape": "{name} has shape {wanted}, and what you give back for it has shape {got}.",
        "leaks": "The test points still had a say in the minimum and the maximum: take both from X_train alone.",
        "each-by-itself": "The test set was scaled by its own minimum and maximum, so the same point means "
        "different things in the two sets. One ruler for both.",
        "one-range": "One minimum and one maximum for the whole array: each column has its own range "
        "(think of axis=0).",
        "zero-to-one": "This runs from 0 to 1. The lesson's data run from −1 to 1.",
        "standardised": "This is (x − mean) / sd. Here we want the smallest training value at −1 and the "
        "largest at 1.",
        "clipped": Miss(
            "Test points beyond the training range were cut off at ±1. Let them lie outside: that is what happens "
            "with new data.",
            share=0.5,
        ),
        "swapped": Miss("The two arrays come back in the wrong order: training first, then test.", share=0.5),
        "test-set": Miss(
            "The training points are right. The test points need the same formula, with the a and b of the training "
            "points.",
            share=0.5,
        ),
        "whole-numbers": Miss(
            "Right for decimal numbers. But points may be whole numbers, too: does a result land in an array of "
            "their type, as by np.empty_like or `X[:] = …`?",
            share=0.5,
        ),
        "wrong-values": "For each column, a and b are its smallest and its largest training value. Put them into the "
        "formula, and mind its brackets.",
    },
)


# Always tried: a training range that a test point leaves by far.
FAR = (
    np.array([[1.0, 10.0], [4.0, -20.0], [2.0, 0.0], [3.0, 7.0]]),
    np.array([[60.0, 5.0], [-40.0, 300.0], [2.0, 1.0]]),
)
WHOLE = np.array([[0, 10], [8, 40], [1, 17], [5, 25]]), np.array([[9, 20], [-3, 33], [3, 10]])


def _sets(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and test points; the test set reaches beyond the training set at both ends of each column."""
    spread = rng.uniform(0.5, 4, 2) * [1, 2]
    train, test = (rng.uniform(-1, 1, (n, 2)) for n in (40, 25))
    test[0], test[1] = rng.uniform(-1.8, -1.3, 2), rng.uniform(1.3, 1.8, 2)
    centre = rng.uniform(1, 3, 2) * [1, -1]
    return [(centre + spread * train, centre + spread * test), FAR, WHOLE]


def _ruler(values: np.ndarray, by: np.ndarray, axis: int | None = 0) -> np.ndarray:
    low, high = by.min(axis), by.max(axis)
    return 2 * (values - low) / (high - low) - 1


@leak_free.observe
def observe_leak_free(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    *sets, whole = _sets(rng)
    scaled = [as_sent(answer(train.copy(), test.copy())) for train, test in sets]
    try:
        return {"scaled": [*scaled, as_sent(answer(*(points.copy() for points in whole)))]}
    except TypeError as error:  # a float does not go into an array of whole numbers
        return {"scaled": scaled, "stopped": f"{type(error).__name__}: {error}"}


@leak_free.judge
def judge_leak_free(seen: Seen, rng: np.random.Generator) -> Any:
    sets, got = _sets(rng), []
    for scaled, given in zip(seen["scaled"], sets, strict=False):
        if problem := _judge_parts(scaled, *given):
            return problem
        got.append(np.concatenate([np.asarray(part, float) for part in scaled]))
    results = [_scalings(train, test) for train, test in sets]
    wanted = [result.pop("") for result in results]
    if all_close(got, wanted, rtol=5e-5):
        return None
    if "stopped" in seen and all_close(got, wanted[:-1], rtol=5e-5):
        return "whole-numbers", {"fact": f"For whole numbers, scale stops with {seen['stopped']}."}
    sets, wanted, results = (part[: len(got)] for part in (sets, wanted, results))
    key = cause(got, {key: [result[key] for result in results] for key in results[0]}, rtol=5e-5)
    off = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not close(g, w, rtol=5e-5))
    if key:
        return key, {} if key == "swapped" else _at_worst(got[off], wanted[off], sets[off])
    trained = [(g[: len(train)], w[: len(train)]) for g, w, (train, _) in zip(got, wanted, sets, strict=True)]
    if len(got) > 2 and all_close(got[:2], wanted[:2], rtol=5e-5):
        return "whole-numbers", _at_worst(got[2], wanted[2], sets[2])
    if all(close(g, w, rtol=5e-5) for g, w in trained):
        return "test-set", _at_worst(got[off], wanted[off], sets[off])
    i = next(i for i, (g, w) in enumerate(trained) if not close(g, w, rtol=5e-5))
    return "wrong-values", _at_worst(*trained[i], sets[i])


def _judge_parts(scaled: Any, train: np.ndarray, test: np.ndarray) -> Any:
    if scaled is None:
        return "no-return"
    if not isinstance(scaled, list) or len(scaled) != 2:
        return "not-two", {"found": things(len(scaled)) if isinstance(scaled, list) else "one array"}
    shapes = [np.shape(part) for part in scaled]
    if shapes == [test.shape, train.shape]:
        return None  # swapped, as will be seen from the numbers
    for name, shape, given in zip(("X_train", "X_test"), shapes, (train, test), strict=True):
        if shape != given.shape:
            return "wrong-shape", {"name": name, "wanted": given.shape, "got": shape}
    return None


def _at_worst(got: np.ndarray, wanted: np.ndarray, sets: tuple[np.ndarray, np.ndarray]) -> dict[str, str]:
    """The value that lands farthest from its place, as a fact; ``got`` may hold the training points alone."""
    row, column = worst(got, wanted)[0]
    low, high = (int(end) if end % 1 == 0 else end for end in (sets[0][:, column].min(), sets[0][:, column].max()))
    runs = f"Column {column} of X_train runs from {low:.4g} to {high:.4g}"
    value = np.concatenate(sets)[row, column]
    of_test = " of X_test" if row >= len(sets[0]) else ""
    return fact(f"{runs}; scaled, the value {value:.4g}{of_test}", got[row, column], wanted[row, column])


def _scalings(train: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """Both sets scaled as asked (under no key), and as each misconception scales them."""
    both = np.concatenate([train, test])
    right = _ruler(both, train)
    return {
        "": right,
        "leaks": _ruler(both, both),
        "each-by-itself": np.concatenate([_ruler(train, train), _ruler(test, test)]),
        "one-range": _ruler(both, train, axis=None),
        "zero-to-one": (right + 1) / 2,
        "standardised": (both - train.mean(0)) / train.std(0),
        "clipped": np.clip(right, -1, 1),
        "swapped": np.concatenate([_ruler(test, train), _ruler(train, train)]),
    }


@leak_free.own_version
def own_leak_free() -> Any:
    def scale(X_train, X_test):
        low, high = X_train.min(axis=0), X_train.max(axis=0)
        return tuple(2 * (X - low) / (high - low) - 1 for X in (X_train, X_test))

    return scale
