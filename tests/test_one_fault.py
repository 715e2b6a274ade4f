"""One fault round every own version: a check tries telling inputs, and looks at all that comes back.

The generator takes the course's own version, whatever it does, and makes one thing wrong: an argument keeps the value
of the first call; what was handed out is changed; one entry of a result is off, or a whole call; everything is off
where an argument holds something negative, or has one row, … Where that bites, points are lost, with a verdict.
"""

import copy
import functools
import inspect
import random

import numpy as np
import pytest

from vgcourse.course.checks import registry

# Plain functions of numbers, arrays, lists and dictionaries, whose checks take a tenth of a second at most.
IDS = (
    "leak-free-scaling", "radial-threshold", "sigmoid", "backward-pass", "tanh-slopes", "count-parameters",
    "quartile-band", "layer-statistics", "path-length", "update-ratio", "layer-factor", "variance-walk",
    "block-growth", "back-in-time", "time-factor", "clipped-step", "short-window", "pretrain", "batch-norm",
    "norm-factor", "chance-loss",
)  # fmt: skip
# A best threshold lies anywhere in a gap: what is a little off is as good.
SEARCHED = {"best_threshold"}
OF_ARRAYS = {
    "a negative number": lambda a: (a < 0).any(),
    "a zero": lambda a: (a == 0).any(),
    "no zero": lambda a: (a != 0).all(),
    "whole numbers": lambda a: a.dtype.kind in "iu",
    "a square": lambda a: a.ndim > 1 and a.shape[-1] == a.shape[-2],
    "no square": lambda a: a.ndim > 1 and a.shape[-1] != a.shape[-2],
    "one row": lambda a: a.ndim and len(a) == 1,
    "an odd number of rows": lambda a: a.ndim and len(a) % 2 == 1,
    "large numbers": lambda a: a.size and np.abs(a).max() > 10,
    "a matrix": lambda a: a.ndim == 2,
    "a row in no order": lambda a: a.ndim == 1 and a.size > 1 and (np.diff(a) < 0).any(),
}
OF_NUMBERS = {
    "negative": lambda x: x < 0,
    "zero": lambda x: x == 0,
    "one": lambda x: x == 1,
    "odd": lambda x: x % 2 == 1,
    "below one": lambda x: 0 < x < 1,
    "large": lambda x: abs(x) > 10,
}


def leaves(value, path=()):
    """Every array or number in lists and dictionaries, with its place."""
    if isinstance(value, (dict, list, tuple)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from leaves(part, (*path, key))
    else:
        yield path, value


def with_leaf(value, path, change):
    if not path:
        return change(value)
    if isinstance(value, dict):
        return {key: with_leaf(part, path[1:], change) if key == path[0] else part for key, part in value.items()}
    parts = [with_leaf(part, path[1:], change) if i == path[0] else part for i, part in enumerate(value)]
    return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)


def off(value, at=slice(None)):
    """The numbers at these places five percent too large, whole ones by 1."""
    array = np.array(value)
    if array.dtype.kind not in "fiu" or not array.size:
        return value
    flat = array.reshape(-1)
    larger = np.where(flat == 0, 0.01 * (np.abs(flat).max() or 100), 1.05 * flat)
    flat[at] = larger[at] if array.dtype.kind == "f" else flat[at] + 1
    return array if array.ndim else array.item()


def all_off(result, how=off):
    for path, _ in list(leaves(result)):
        result = with_leaf(result, path, how)
    return result


def no_number(value):
    return np.asarray(value) * np.nan if np.asarray(value).dtype.kind == "f" else value


def traits(value):
    if isinstance(value, (bool, str)) or value is None:
        return {repr(value)}
    if isinstance(value, (int, float, np.generic)):
        return {name for name, has in OF_NUMBERS.items() if has(value)}
    arrays = [np.asarray(part) for _, part in leaves(value) if np.asarray(part).dtype.kind in "fiu"]
    return {name for name, has in OF_ARRAYS.items() if any(has(array) for array in arrays)}


def same(a, b):
    one, other = list(leaves(a)), list(leaves(b))
    return [p for p, _ in one] == [p for p, _ in other] and all(
        np.shape(x) == np.shape(y)
        and (np.allclose(x, y, 1e-9, 1e-9, equal_nan=True) if np.asarray(x).dtype.kind in "fiub" else x == y)
        for (_, x), (_, y) in zip(one, other, strict=True)
    )


def noting(answer, calls):
    """The answer; what each of its calls was given and gave back goes into ``calls``."""
    signature = inspect.signature(answer)

    @functools.wraps(answer)
    def noted(*args):
        given = signature.bind(*args)
        given.apply_defaults()
        result = answer(*args)
        calls.append((dict(given.arguments), result))
        return result

    return noted


def faults(calls):
    """(name, what becomes of the arguments, what becomes of the result): of every call of one answer."""
    first = copy.deepcopy(calls[0][0])
    for name in first:
        yield f"{name} stays that of the first call", lambda i, a, n=name: {**a, n: kept(first[n], a[n])}, None
        met = [traits(arguments[name]) for arguments, _ in calls]
        for trait in sorted(set().union(*met) - set.intersection(*met)):
            where = lambda i, a, r, n=name, t=trait: all_off(r) if t in traits(a[n]) else r  # noqa: E731
            yield f"off where {name} is or has {trait}", None, where
    for number in range(len(calls)):
        for word, how in (("off", off), ("no number", no_number)):
            yield f"call {number} {word}", None, lambda i, a, r, k=number, h=how: all_off(r, h) if i == k else r
    for path in {path for _, result in calls[:3] for path, _ in leaves(result)}:
        for place in (0, -1):
            yield f"{path} off at {place}", None, lambda i, a, r, p=path, k=place: one_off(r, p, k)
    yield "earlier results stay", None, earlier()


def kept(first, now):
    """The first call's argument, where it fits."""
    shapes = [[np.shape(part) for _, part in leaves(one)] for one in (first, now)]
    return copy.deepcopy(first) if shapes[0] == shapes[1] else now


def one_off(result, path, place):
    there = path in [found for found, _ in leaves(result)]
    return (
        with_leaf(result, path, lambda leaf: off(leaf, slice(-1, None) if place else slice(1))) if there else result
    )


def earlier():
    """A dictionary that is never emptied."""
    found = {}
    return lambda i, a, r: found.update(r) or dict(found) if isinstance(r, dict) else r


def faulty(answer, before, after, bites):
    signature, number = inspect.signature(answer), iter(range(10**6))

    @functools.wraps(answer)
    def wrong(*args):
        given, i = signature.bind(*args), next(number)
        given.apply_defaults()
        right = answer(*given.args)
        if before:
            given.arguments = before(i, given.arguments)
        result = answer(*given.args) if before else right
        result = after(i, given.arguments, copy.deepcopy(result)) if after else result
        bites.append(not same(result, right))
        return result

    return wrong


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", IDS)
def test_no_single_fault_passes(id):
    exercise = registry.find(id)
    seed, own = exercise.suitable(3), exercise.reference()
    own = own if isinstance(own, tuple) else (own,)
    noted = [[] for _ in own]
    given = tuple(noting(answer, calls) for answer, calls in zip(own, noted, strict=True))
    assert exercise.verdict(exercise.observe_answers(given, seed, watched=False), seed).passed
    passed = []
    for place, (answer, calls) in enumerate(zip(own, noted, strict=True)):
        for what, before, after in faults(calls):
            bites: list[bool] = []
            answers = tuple(faulty(one, before, after, bites) if i == place else one for i, one in enumerate(own))
            verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
            if any(bites) and (verdict.passed or verdict.is_withheld) and answer.__name__ not in SEARCHED:
                passed.append(f"{answer.__name__}: {what}: {verdict.key}")
    assert passed == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", IDS)
def test_an_answer_that_gives_nothing_in_its_last_call_is_told_of_that_call(id):
    """And not that it gives nothing, as if its `return` were forgotten."""
    exercise = registry.find(id)
    seed, own = exercise.suitable(3), exercise.reference()
    own = own if isinstance(own, tuple) else (own,)
    for place in range(len(own)):
        calls: list = []
        noted = tuple(noting(answer, calls) if i == place else answer for i, answer in enumerate(own))
        exercise.observe_answers(noted, seed, watched=False)
        number, last = iter(range(10**6)), len(calls) - 1
        answer = own[place]
        # The number is drawn first, so that a call in a call does not take another one's.
        late = functools.wraps(answer)(lambda *args, a=answer, n=number, k=last: None if next(n) == k else a(*args))
        answers = tuple(late if i == place else one for i, one in enumerate(own))
        verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
        assert verdict.share < 1
        assert last == 0 or verdict.key != "no-return" or f"in the call {answer.__name__}(" in verdict.message, (
            verdict
        )


# Answers that are handed a model, or a layer.
ON_MODELS = (
    "output-gradients", "layer-rms", "find-fault", "train-step", "break-symmetry", "refresh-statistics", "gate-bias",
)  # fmt: skip


# Setting → another value of it.
SPOILED = {"trainable": False, "activation": abs, "momentum": 0.5}


def spoiling(answer, name, draw, done):
    """The answer, after whose first call one layer of what it was handed has another value of this setting."""

    @functools.wraps(answer)
    def spoils(model, *args, **kwargs):
        result = answer(model, *args, **kwargs)
        fitting = [layer for layer in getattr(model, "layers", [model]) if hasattr(layer, name)]
        if fitting and not done:
            setattr(layer := draw.choice(fitting), name, SPOILED[name])
            done.append(f"{layer.name}.{name}")
        return result

    return spoils


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", ON_MODELS)
def test_a_model_is_left_with_the_settings_that_it_came_with(id):
    exercise, draw = registry.find(id), random.Random(id)
    seed, own = exercise.suitable(3), exercise.reference()
    own = own if isinstance(own, tuple) else (own,)
    for name in SPOILED:
        done: list[str] = []
        answers = tuple(spoiling(answer, name, draw, done) for answer in own)
        verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
        assert not done or verdict.share < 1, (done, verdict)
        assert done or name != "trainable"
