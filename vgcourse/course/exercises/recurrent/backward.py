"""Lesson 7, back-propagation through time: the error at every step, and the gradient of the one kernel."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, close, common_cause, differs, same_arrays, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

_HALF = "The errors are right. "

back_in_time = Exercise(
    "back-in-time",
    points=3,
    title="back-propagation through time",
    answers=("back_in_time",),
    passed="One error a step, and one gradient that adds up what each use of the kernel has to say.",
    misses={
        "no-return": "back_in_time gives back None. Does it end with `return`?",
        "not-two": "back_in_time gives back two things: the list of errors, and dL/dU.",
        "not-a-list": "The first of the two is a list with one array for each of h_0, h_1, ... h_T.",
        "count": "Your list has {got} arrays. {steps} steps have {wanted} states: h_0, before the first, and one "
        "after each.",
        "shapes": "Every dL/dh_t has the shape of h_t, {wanted}; one of yours has {got}.",
        "upside-down": Miss(
            "Right errors in the wrong order. You walk from the last step to the first; the list should begin with "
            "dL/dh_0.",
            share=0.5,
        ),
        "results-swapped": Miss("Right, but in the other order: first the list of errors, then dL/dU.", share=0.5),
        "no-slope": "tanh's slope is missing: those are the errors of a net without an activation.",
        "slope-early": "The slope is taken one step too early, at the state that goes *into* the tanh's sum. The "
        "tanh of step t gave h_t: its slope is 1 - h_t².",
        "not-squared": "That is 1 - h for the slope. tanh has 1 - h².",
        "tanh-twice": "That is 1 - tanh(h)². The states *are* tanh already: the slope at step t is 1 - h_t².",
        "sigmoid-slope": "h (1 - h) is the slope of a sigmoid. tanh has 1 - h².",
        "piled-up": "You add what goes on to the state before to what came to the state behind. The error at h_t is "
        "what comes through step t + 1, and nothing else.",
        "behind-the-slope": Miss(
            "What you list for the steps between is the error behind tanh's slope, dL/dz_t. (Or `*=` has changed an "
            "array that was in the list already.) dL/dh_t is the error before the slope.",
            share=0.5,
        ),
        "slope-after": "First the slope, then the kernel: on the way up the tanh came last, so on the way back it "
        "comes first.",
        "no-transpose": "Going back, the error goes through the kernel the other way round: `U.T`.",
        "last-use": Miss(
            _HALF + "dL/dU is that of the last step alone. The kernel was used at every step, and it gets a gradient "
            "from every one of them: add them up.",
            share=0.5,
        ),
        "first-use": Miss(
            _HALF
            + "dL/dU is that of the first step alone; each turn of the loop has put its own in the place of the "
            "sum.",
            share=0.5,
        ),
        "own-state": Miss(
            _HALF + "For dL/dU each step's error meets the state of that same step. The kernel worked on the state "
            "*before* it.",
            share=0.5,
        ),
        "kernel-no-slope": Miss(
            _HALF + "In dL/dU the slope is missing: between h_t and the kernel stands the tanh.", share=0.5
        ),
        "kernel-turned": Miss(
            _HALF + "dL/dU is turned over: its rows belong to the state that goes in, as those of U do.", share=0.5
        ),
        "averaged": Miss(
            _HALF + "dL/dU is divided by how many examples or steps there are. The error that you are given has "
            "seen to that already: add up.",
            share=0.5,
        ),
        "kernel": Miss(_HALF + "dL/dU is not yet: begin with a single step.", share=0.5),
        "wrong-values": "Begin with a single step.",
    },
)
Case = tuple[list[np.ndarray], np.ndarray, np.ndarray]


def roll(X: np.ndarray, Wx: np.ndarray, U: np.ndarray, b: np.ndarray, first: Any = None) -> list[np.ndarray]:
    """[h_0, ... h_T] of a tanh net for inputs (n, T, features); h_0 is 0 where it is not given."""
    hs = [np.zeros((len(X), len(U))) if first is None else first]
    for t in range(X.shape[1]):
        hs.append(np.tanh(X[:, t] @ Wx + hs[-1] @ U + b))
    return hs


def back(hs: list[np.ndarray], U: np.ndarray, error: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """dL/dh_0 to dL/dh_T, and dL/dU."""
    errors, dU = [np.asarray(error, float)], np.zeros_like(U, float)
    for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
        dz = errors[0] * (1 - after**2)
        dU += before.T @ dz
        errors.insert(0, dz @ U.T)
    return errors, dU


def _draw(rng: np.random.Generator) -> list[Case]:
    """A drawn net; a longer one with a loud error; one step; one unit and one example; a start that is not 0."""
    fixed = np.random.default_rng(7)
    return [_net(rng, 5, 3, 6), _net(fixed, 3, 4, 11, 30.0), _net(fixed, 4, 3, 1), _net(fixed, 1, 1, 5)]


def _net(rng: np.random.Generator, n: int, units: int, steps: int, loud: float = 1.0) -> Case:
    X, Wx, b = rng.normal(size=(n, steps, 2)), rng.normal(size=(2, units)), rng.normal(size=units)
    U = rng.normal(size=(units, units)) / np.sqrt(units)
    hs = roll(X, 0.6 * Wx, U, 0.3 * b, rng.uniform(-0.9, 0.9, (n, units)))
    return hs, U, loud * rng.normal(size=(n, units))


@back_in_time.observe
def observe_back_in_time(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"found": [_plain(answer(*case)) for case in _draw(rng)]}


def _plain(answer: Any) -> Any:
    """None, "one" where it is not two things, or the two as plain arrays."""
    if answer is None:
        return None
    if not isinstance(answer, (list, tuple)) or len(answer) != 2:
        return "one"
    errors, dU = answer
    turned = _is_list(dU) and not _is_list(errors)
    errors, dU = (dU, errors) if turned else (errors, dU)
    parts = errors if _is_list(errors) else None
    return {
        "turned": turned,
        "errors": None if parts is None else [None if part is None else np.asarray(part) for part in parts],
        "kernel": None if dU is None else np.asarray(dU),
    }


def _is_list(errors: Any) -> bool:
    return isinstance(errors, (list, tuple)) or np.ndim(errors) == 3


@back_in_time.judge
def judge_back_in_time(seen: Seen, rng: np.random.Generator) -> Any:
    cases, found = _draw(rng), seen["found"]
    if odd := [one for one in found if not isinstance(one, dict)]:
        return "no-return" if odd[0] is None else "not-two"
    wanted = [back(*case) for case in cases]
    kernels = [one["kernel"] for one in found]
    off = [i for i, w in enumerate(wanted) if kernels[i] is None or not close(kernels[i], w[1], 1e-5, 1e-5)]
    problem = _judge_list([one["errors"] for one in found], wanted, cases)
    if any(one["turned"] for one in found):
        return "not-a-list" if problem or off else "results-swapped"
    if problem:
        return with_other_half(problem, not off, "dL/dU is right.")
    return _judge_kernels(kernels, wanted, cases, off[0]) if off else None


def _judge_list(errors: list, wanted: list, cases: list[Case]) -> Any:
    """What is wrong with the errors, in form or value."""
    if problem := next(filter(None, map(_judge_form, errors, cases)), None):
        return problem
    off = [i for i, w in enumerate(wanted) if not same_arrays(errors[i], w[0])]
    return _judge_errors(errors, wanted, cases, off[0]) if off else None


def _judge_form(errors: Any, case: Case) -> Any:
    hs = case[0]
    if not isinstance(errors, list) or any(part is None for part in errors):
        return "not-a-list"
    if len(errors) != len(hs):
        return "count", {"got": len(errors), "wanted": len(hs), "steps": len(hs) - 1}
    shapes = [np.shape(part) for part in errors if np.shape(part) != hs[0].shape]
    return ("shapes", {"wanted": str(hs[0].shape), "got": str(shapes[0])}) if shapes else None


def _judge_errors(got: list, wanted: list, cases: list[Case], case: int) -> Any:
    right = wanted[case][0]
    step = next(t for t, (g, w) in enumerate(zip(got[case], right, strict=True)) if not close(g, w, 1e-5, 1e-5))
    fact = {"fact": differs(f"{len(right) - 1} steps, dL/dh_{step}", got[case][step], right[step])}
    if all(same_arrays(g[::-1], w[0]) for g, w in zip(got, wanted, strict=True)):
        return "upside-down", fact
    slips = [_slips(*case) for case in cases]
    turned = [g[::-1] for g in got]
    return common_cause(got, slips, same_arrays) or common_cause(turned, slips, same_arrays) or "wrong-values", fact


def _judge_kernels(got: list, wanted: list, cases: list[Case], case: int) -> Any:
    if got[case] is None:
        return "kernel"
    fact = {"fact": differs(f"{len(cases[case][0]) - 1} steps, dL/dU", got[case], wanted[case][1])}
    slips = [_kernel_slips(w[0], w[1], *case) for w, case in zip(wanted, cases, strict=True)]
    return common_cause(got, slips, lambda g, w: close(g, w, 1e-5, 1e-5)) or "kernel", fact


def _walk(hs: list, error: np.ndarray, step: Callable) -> list[np.ndarray]:
    errors = [error]
    for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
        errors.insert(0, step(errors[0], before, after))
    return errors


def _slips(hs: list, U: np.ndarray, error: np.ndarray) -> dict[str, list]:
    """The lists of errors that each misconception gives."""
    steps: dict[str, Callable] = {
        "no-slope": lambda e, before, after: e @ U.T,
        "slope-early": lambda e, before, after: (e * (1 - before**2)) @ U.T,
        "not-squared": lambda e, before, after: (e * (1 - after)) @ U.T,
        "tanh-twice": lambda e, before, after: (e * (1 - np.tanh(after) ** 2)) @ U.T,
        "sigmoid-slope": lambda e, before, after: (e * after * (1 - after)) @ U.T,
        "slope-after": lambda e, before, after: (e @ U.T) * (1 - after**2),
        "piled-up": lambda e, before, after: e + (e * (1 - after**2)) @ U.T,
        "no-transpose": lambda e, before, after: (e * (1 - after**2)) @ U,
    }
    found = {key: [_walk(hs, error, step)] for key, step in steps.items()}
    right = back(hs, U, error)[0]
    behind = [e * (1 - h**2) for e, h in zip(right, hs, strict=True)]
    found["behind-the-slope"] = [[right[0], *behind[1:-1], last] for last in (error, behind[-1])]
    found["slope-early"].append(_walk(hs, error, lambda e, before, after: (e @ U.T) * (1 - before**2)))
    return found


def _kernel_slips(errors: list, right: np.ndarray, hs: list, U: np.ndarray, error: np.ndarray) -> dict[str, list]:
    before, after = hs[:-1], hs[1:]
    dz = [e * (1 - h**2) for e, h in zip(errors[1:], after, strict=True)]
    uses = [h.T @ d for h, d in zip(before, dz, strict=True)]
    return {
        "last-use": [uses[-1]],
        "first-use": [uses[0]],
        "own-state": [sum(h.T @ d for h, d in zip(after, dz, strict=True))],
        "kernel-no-slope": [sum(h.T @ e for h, e in zip(before, errors[1:], strict=True))],
        "kernel-turned": [right.T],
        "averaged": [right / count for count in (len(hs[0]), len(dz), len(hs[0]) * len(dz))],
    }


@back_in_time.own_version
def own_back_in_time() -> Any:
    def back_in_time(hs, U, error):
        errors, dU = [error], np.zeros_like(U)
        for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
            dz = errors[0] * (1 - after**2)
            dU = dU + before.T @ dz
            errors.insert(0, dz @ U.T)
        return errors, dU

    return back_in_time
