"""Lesson 7, truncated back-propagation through time: the gradient of a window, and the inputs it never hears."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, close, common_cause, differs, of_two, same_arrays
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.recurrent.backward import roll

_HALF = "The gradients are right. "

short_window = Exercise(
    "short-window",
    points=3,
    title="what a window of k steps can never learn",
    answers=("truncated", "deaf_inputs"),
    passed="A window bounds what the net can learn to write down, whatever the loss, the optimizer and the patience.",
    misses={
        "no-return": "{which} gives back None. Does it end with `return`?",
        "not-two": "truncated gives back two arrays: dL/dWx and dL/dU.",
        "shapes": "{which} has the shape of the kernel, {wanted}; yours has {got}.",
        "swapped": Miss("Right gradients in the wrong order: first dL/dWx, then dL/dU.", share=0.5),
        "whole": "That is the gradient through all steps: the window cuts nothing off.",
        "one-too-few": "Your window has one step too few: with a window of 1 the last step still counts.",
        "one-too-many": "Your window has one step too many: with a window of 1 only the last step counts.",
        "first-steps": "Those are the window's steps at the *beginning* of the sequence. The error comes from "
        "the end.",
        "long-window": Miss(
            "Where the window is no longer than the sequence, yours is right. A longer one reaches back to the first "
            "step, and no further: nothing is cut off.",
            share=0.5,
        ),
        "state-cut": "You let the net start anew, from a state of 0, where the window begins. The way *forward* is "
        "not cut: the states are those in `hs`, and only the error stops.",
        "last-only": "That is the gradient of the last step alone, whatever the window.",
        "next-input": "Each step's error meets the input of the step before or after it. hs[t + 1] came from "
        "X[:, t].",
        "averaged": "You divide by how many examples or steps there are. The error that you are given has seen to "
        "that already: add up.",
        "no-slope": "tanh's slope is missing: those are the gradients of a net without an activation.",
        "wrong-values": "Begin with a window of 1: the last step alone.",
        "from-one": Miss(_HALF + "You count the inputs from 1. The first one has the number 0.", share=0.5),
        "one-of-them": Miss(_HALF + "You name one input. Asked for are all that are never heard.", share=0.5),
        "positive-only": Miss(
            _HALF + "You look for numbers above 0. An input that is -1 is heard as well as one that is 1.", share=0.5
        ),
        "too-faint": Miss(
            _HALF + "You take small numbers for silence. Never heard is what is exactly 0; all else has a gradient.",
            share=0.5,
        ),
        "constant": Miss(
            _HALF + "You look for inputs that never change. One that is always 0.5 is always heard: never heard is "
            "what is 0.",
            share=0.5,
        ),
        "one-number": Miss(
            _HALF + "deaf_inputs gives back the numbers of the inputs, such as [0, 2]; yours is one number.",
            share=0.5,
        ),
        "deaf-window": Miss(
            _HALF
            + "deaf_inputs looks at one step too many or too few: with a window of 1 only the last step counts.",
            share=0.5,
        ),
        "all-inputs": Miss(
            _HALF + "You look for inputs that are 0 at all steps. What counts are the steps inside the window.",
            share=0.5,
        ),
        "head": Miss(
            _HALF + "You look at the sequence's first steps. The window lies at its end.",
            share=0.5,
        ),
        "average": Miss(
            _HALF + "You look at sums or means. +1 and -1 have a mean of 0, and are heard both.", share=0.5
        ),
        "one-example": Miss(
            _HALF
            + "One example decides here. An input is never heard only if it is 0 in the window in *every* example.",
            share=0.5,
        ),
        "heard": Miss(_HALF + "Those are the inputs that the window does hear. Asked for are the others.", share=0.5),
        "mask": Miss(
            _HALF + "deaf_inputs gives back the numbers of the inputs, such as [0, 2], and not one truth value for "
            "each.",
            share=0.5,
        ),
        "wrong-inputs": Miss(
            _HALF + "deaf_inputs: an input is never heard if it is 0 at every step of the window.", share=0.5
        ),
    },
)
Case = tuple[np.ndarray, list[np.ndarray], np.ndarray, np.ndarray, int]


def _draw(rng: np.random.Generator) -> tuple[list[Case], list[tuple[np.ndarray, int]]]:
    """Short windows, whole ones and one too long, a loud error, a first state that is not 0; inputs that one example
    hears alone, and inputs that are all heard."""
    fixed = np.random.default_rng(11)
    drawn = int(rng.integers(3, 6))
    cases = [
        _net(rng, 4, 3, 8, drawn),
        _net(fixed, 3, 4, 7, 1, 90.0),
        _net(fixed, 5, 3, 9, 8),
        _net(fixed, 2, 3, 6, 6, first=np.array([0.5, -0.3, 0.8])),
    ]
    cases.append(_net(fixed, 3, 2, 5, 7, first=np.array([0.6, -0.8])))
    return cases, [
        _inputs(rng, 3),
        _inputs(fixed, 5, 0),
        _inputs(fixed, 3, 3),
        (_inputs(fixed, 4)[0], 8),
        (_inputs(fixed, 1)[0], 1),
        (_inputs(fixed, 4)[0], 11),
        (fixed.normal(size=(3, 4, 2)), 4),
    ]


def _net(
    rng: np.random.Generator, n: int, units: int, steps: int, window: int, loud: float = 1.0, first: Any = 0.0
) -> Case:
    X, Wx = rng.normal(size=(n, steps, 2)), rng.normal(size=(2, units))
    U = rng.normal(size=(units, units)) / np.sqrt(units)
    hs = roll(X, 0.7 * Wx, U, np.zeros(units), np.zeros((n, units)) + first)
    return X, hs, U, loud * rng.normal(size=(n, units)), window


def _inputs(rng: np.random.Generator, window: int, example: int = 2) -> tuple[np.ndarray, int]:
    """Twelve inputs: heard early only, always, never, at the window's first step only, by one example, cancelling;
    never above 0, cancelling over the steps, heard at the first step only, faint, always the same, and nearly 0."""
    X = np.zeros((4, 8, 12))
    X[:, : 8 - window, 0] = rng.normal(size=(4, 8 - window))
    X[:, :, 1] = rng.normal(size=(4, 8))
    X[:, 8 - window, 3] = rng.normal(size=4)
    X[example, -1, 4] = rng.uniform(0.5, 1)
    X[:, -1, 5] = [1, -1, 2, -2]
    X[:, -1, 6] = -rng.uniform(0.5, 1, 4)
    X[:, -1, 7], X[:, -2, 7] = [1, -1, 2, 2], [-1, 1, -2, -2]
    X[:, 0, 8] = 1
    X[:, -1, 9] = rng.uniform(1e-4, 1e-3, 4)
    X[:, :, 10] = 0.5
    X[:, -1, 11] = rng.uniform(2e-9, 2.4e-9, 4)  # np.isclose takes it for 0, and four of them together
    return X[:, :, rng.permutation(12)], window


@short_window.observe
def observe_short_window(truncated: Any, deaf_inputs: Any, rng: np.random.Generator) -> Seen:
    need_callable(truncated)
    need_callable(deaf_inputs)
    cases, inputs = _draw(rng)
    return {
        "gradients": [_two(truncated(*case)) for case in cases],
        "deaf": [_numbers(deaf_inputs(X, window)) for X, window in inputs],
    }


def _two(found: Any) -> Any:
    if found is None:
        return None
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return "one"
    return [None if part is None else np.asarray(part) for part in found]


def _numbers(found: Any) -> Any:
    """The inputs named, sorted; "mask" for truth values, "one-number" for no list."""
    if found is None:
        return None
    if isinstance(found, tuple) and len(found) == 1 and np.ndim(found[0]) == 1:  # as np.where gives it
        found = found[0]
    array = np.asarray(sorted(found) if isinstance(found, (set, frozenset, dict)) else found)
    if array.dtype == bool or array.ndim == 0:
        return "mask" if array.ndim else "one-number"
    return np.sort(array.ravel()).astype(float)


@short_window.judge
def judge_short_window(seen: Seen, rng: np.random.Generator) -> Any:
    cases, inputs = _draw(rng)
    problem, deaf_problem = _judge_truncated(seen["gradients"], cases), _judge_deaf(seen["deaf"], inputs)
    return of_two(problem, deaf_problem, short_window.answers, short_window.misses)


def _judge_truncated(got: list, cases: list[Case]) -> Any:
    for found, case in zip(got, cases, strict=True):
        if problem := _judge_form(found, case):
            return problem
    wanted = [gradients(*case) for case in cases]
    off = [i for i, w in enumerate(wanted) if not same_arrays(got[i], w)]
    return _judge_gradients(got, wanted, cases, off[0]) if off else None


def _judge_form(found: Any, case: Case) -> Any:
    if found is None:
        return "no-return", {"which": "truncated"}
    if isinstance(found, str) or any(part is None for part in found):
        return "not-two"
    X, _, U, _, _ = case
    shapes = [(X.shape[2], len(U)), U.shape]
    got = [np.shape(part) for part in found]
    if got == shapes or (got == shapes[::-1] and got[0] != got[1]):
        return None
    k = next(k for k in (0, 1) if got[k] != shapes[k])
    return "shapes", {"which": ("dL/dWx", "dL/dU")[k], "wanted": str(shapes[k]), "got": str(got[k])}


def _judge_gradients(got: list, wanted: list, cases: list[Case], i: int) -> Any:
    if all(same_arrays(g[::-1], w) for g, w in zip(got, wanted, strict=True)):
        return "swapped"
    k = next(k for k in (0, 1) if np.shape(got[i][k]) != np.shape(wanted[i][k]) or not close(got[i][k], wanted[i][k]))
    X, *_, window = cases[i]
    place = f"{X.shape[1]} steps, a window of {window}: {('dL/dWx', 'dL/dU')[k]}"
    shown = {"fact": differs(place, got[i][k], wanted[i][k])}
    fits = [k for k, case in enumerate(cases) if case[4] <= case[0].shape[1]]
    if all(same_arrays(got[k], wanted[k]) for k in fits):
        return "long-window", shown
    return common_cause(got, [_slips(*case) for case in cases], same_arrays) or "wrong-values", shown


def gradients(X: np.ndarray, hs: list, U: np.ndarray, error: np.ndarray, window: int) -> list[np.ndarray]:
    """dL/dWx and dL/dU over the last `window` steps."""
    return _sums(X, hs, U, error, range(max(0, len(hs) - 1 - window), len(hs) - 1))


def _sums(
    X: np.ndarray,
    hs: list,
    U: np.ndarray,
    error: np.ndarray,
    steps: range,
    shift: int = 0,
    slope: bool = True,
) -> list[np.ndarray]:
    """What the steps of a range, counted from 0, have to say; the error passes the later ones on its way."""
    dWx, dU = np.zeros((X.shape[2], len(U))), np.zeros_like(U)
    for t in range(len(hs) - 2, -1, -1):
        dz = error * (1 - hs[t + 1] ** 2) if slope else error
        if t in steps:
            dWx += X[:, (t + shift) % X.shape[1]].T @ dz
            dU += hs[t].T @ dz
        error = dz @ U.T
    return [dWx, dU]


def _slips(X: np.ndarray, hs: list, U: np.ndarray, error: np.ndarray, window: int) -> dict[str, list]:
    steps = X.shape[1]

    def over(first: int, end: int = steps, shift: int = 0) -> list[np.ndarray]:
        return _sums(X, hs, U, error, range(max(0, first), end), shift)

    begin = max(0, steps - window)
    anew = [np.zeros_like(hs[0])] * (begin + 1)
    right, counts = over(begin), (len(X), steps - begin, len(X) * (steps - begin))
    return {
        "whole": [over(0)],
        "one-too-few": [over(begin + 1 if window <= steps else 0), over(steps - window + 1)],
        "one-too-many": [over(begin - 1)],
        "first-steps": [over(0, min(window, steps))],
        "last-only": [over(steps - 1)],
        "next-input": [over(begin, steps, -1), over(begin, steps, 1)],
        "averaged": [[part / count for part in right] for count in counts],
        "no-slope": [_sums(X, hs, U, error, range(begin, steps), slope=False)],
        "state-cut": [_sums(X, [*anew, *hs[begin + 1 :]], U, error, range(begin, steps))],
    }


def _judge_deaf(got: list, inputs: list) -> Any:
    for found in got:
        if found is None:
            return "no-return", {"which": "deaf_inputs"}
        if isinstance(found, str):
            return found
    wanted = [deaf(X, window) for X, window in inputs]
    off = [i for i, w in enumerate(wanted) if not np.array_equal(got[i], w)]
    if not off:
        return None
    i = off[0]
    X, window = inputs[i]
    shown = {
        "fact": f"{X.shape[1]} steps, a window of {window}: yours is {_said(got[i])}, wanted {_said(wanted[i])}."
    }
    slips = [_deaf_slips(*case) for case in inputs]
    return common_cause(got, slips, lambda g, w: np.array_equal(g, w)) or "wrong-inputs", shown


def _said(numbers: Any) -> str:
    return "[" + ", ".join(f"{n:g}" for n in numbers) + "]"


def deaf(X: np.ndarray, window: int) -> np.ndarray:
    """The numbers of the inputs that are 0 at every step of the window, in every example."""
    return np.flatnonzero(~np.any(X[:, -window:] != 0, axis=(0, 1)))


def _deaf_slips(X: np.ndarray, window: int) -> dict[str, list]:
    end = X[:, -window:]
    right = deaf(X, window)
    everything = np.arange(X.shape[2])
    shorter = deaf(X, window - 1) if window > 1 else everything
    sliced = deaf(X, window - 1) if window > 1 else deaf(X, X.shape[1])  # X[:, -0:] is all of X
    return {
        "from-one": [right + 1],
        "positive-only": [np.flatnonzero(~np.any(end > 0, axis=(0, 1))), np.flatnonzero(end.max((0, 1)) == 0)],
        "too-faint": [np.flatnonzero(np.all(np.abs(end) < limit, axis=(0, 1))) for limit in (0.01, 1e-8)],
        "constant": [np.flatnonzero(np.ptp(end, axis=(0, 1)) == 0)],
        "all-inputs": [deaf(X, X.shape[1])],
        "deaf-window": [deaf(X, window + 1), shorter, sliced],
        "head": [np.flatnonzero(~np.any(X[:, :window] != 0, axis=(0, 1)))],
        "average": [
            np.flatnonzero(np.all(np.abs(sums) < limit, tuple(range(sums.ndim - 1))))
            for sums in (end.sum((0, 1)), end.sum(0), end.sum(1))
            for limit in (1e-9, 1e-8)
        ],
        "one-example": [
            np.flatnonzero(~np.any(end[0] != 0, axis=0)),
            np.flatnonzero(~np.any(end[-1] != 0, axis=0)),
            np.flatnonzero(np.any(~np.any(end != 0, axis=1), axis=0)),
        ],
        "heard": [np.setdiff1d(everything, right)],
        "one-of-them": [right[:1], right[-1:]],
    }


@short_window.own_version
def own_short_window() -> Any:
    def truncated(X, hs, U, error, window):
        T = X.shape[1]
        dWx, dU = np.zeros((X.shape[2], U.shape[1])), np.zeros_like(U)
        for t in reversed(range(max(0, T - window), T)):
            dz = error * (1 - hs[t + 1] ** 2)
            dWx = dWx + X[:, t].T @ dz
            dU = dU + hs[t].T @ dz
            error = dz @ U.T
        return dWx, dU

    def deaf_inputs(X, window):
        heard = np.any(X[:, -window:] != 0, axis=(0, 1))
        return np.flatnonzero(~heard)

    return truncated, deaf_inputs
