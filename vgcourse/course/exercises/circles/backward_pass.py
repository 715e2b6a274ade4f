"""Lesson 1, the chain rule: the backward pass of a 2-5-1 net, judged by finite differences."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, close, fact, things, worst
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.circles.sigmoids import logistic, logistic_slope

backward = Exercise(
    "backward-pass",
    points=2,
    title="the backward pass of a 2-5-1 net",
    answers=("backward",),
    passed="All 21 derivatives agree with measured ones: this is back-propagation, and it is yours.",
    misses={
        "no-return": NO_RETURN.format(name="backward"),
        "not-four": "backward gives back four arrays, dW1, db1, dW2, db2; here it gives {found}.",
        "order": "Four arrays of the right shapes, in another order: dW1, db1, dW2, db2.",
        "transposed": "dW1 has shape {got}: each gradient has the shape of its parameter, here (2, 5). Which of "
        "the two factors should be transposed?",
        "bias-not-summed": "Your bias gradient still has one row per point. A bias serves all points: add up "
        "what they say.",
        "wrong-shape": "{name} has shape {got}; a gradient has the shape of its parameter, {wanted}.",
        "not-averaged": Miss(
            "Each gradient is {n} times too large: the loss is the mean over {n} points, this is the sum.",
            share=0.5,
        ),
        "wrong-count": Miss(
            "Each gradient is {factor:.3g} times what it should be: the loss is the mean over the points, here {n}. "
            "Divide by their number, once.",
            share=0.5,
        ),
        "same-factor": Miss(
            "Each gradient is {factor:.3g} times what it should be, for {n} points as for {other}. Nothing divides "
            "or multiplies it but the number of points; a learning rate comes later.",
            share=0.5,
        ),
        "bias-alone": Miss(
            "{kernel} is right, {bias} is not: it is the same error, with the same 1/n, added up over the points.",
            share=0.5,
        ),
        "uphill": Miss(
            "All signs are flipped: these steps would climb. dL/dz at the output is p − y, not y − p.", share=0.5
        ),
        "squared-error": "Your output layer has a factor p(1 − p) too many. With the cross-entropy it cancels: "
        "that was the point of the section before.",
        "no-slope": Miss(
            "The output layer is right. The hidden layer lacks a factor: between dL/dh and dL/dz stands the slope of "
            "the sigmoid.",
            share=0.5,
        ),
        "slope-of-output": Miss(
            "The output layer is right. In the hidden layer you take the sigmoid's slope at h, its output. "
            "It is wanted at z, its input.",
            share=0.5,
        ),
        "no-kernel": Miss(
            "The output layer is right. On its way back to the hidden units the error must pass through W2.",
            share=0.5,
        ),
        "hidden-layer": Miss(
            "The output layer is right, the hidden layer is not. Walk back one step at a time: dh, then dz1, then "
            "dW1 and db1.",
            share=0.5,
        ),
        "wrong-values": "The output layer is where the way back begins: look at dz2 first, then at dW2 and db2.",
    },
)
_NAMES = ("dW1", "db1", "dW2", "db2")


def _nets(rng: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    """X (n, 2), y (n, 1) and the four parameters of 2-5-1 nets: one drawn, one with few points and small gradients,
    one with large points, all of one class; one that is nearly sure of itself, rightly and wrongly."""
    drawn = _net(rng, 60, 1.0)
    fixed = np.random.default_rng(7)
    few, far = _net(fixed, 7, 0.03), _net(fixed, 24, 8.0)
    few = (*few[:-1], np.array([-0.7]))
    far = (50 * far[0], np.ones_like(far[1]), far[2] / 400, far[3], far[4], np.array([3.3018]))
    *sure, _ = _net(fixed, 15, 1.0)
    return [drawn, few, far, (*sure, np.array([9.0]))]


def _net(rng: np.random.Generator, n: int, size: float) -> tuple[np.ndarray, ...]:
    X, y = size * rng.normal(size=(n, 2)), (rng.random((n, 1)) < 0.4).astype(float)
    return X, y, rng.normal(size=(2, 5)), rng.normal(size=5), size**0.5 * rng.normal(size=(5, 1)), rng.normal(size=1)


def _loss(X, y, W1, b1, W2, b2) -> float:
    z = logistic(X @ W1 + b1) @ W2 + b2
    return float(np.mean(np.logaddexp(0, z) - y * z))


def _differences(net: tuple[np.ndarray, ...], step: float = 1e-5) -> list[np.ndarray]:
    """The loss's derivative to each parameter, by central differences."""
    net = tuple(array.copy() for array in net)
    gradients = []
    for parameter in net[2:]:
        gradient = np.empty_like(parameter)
        for i in np.ndindex(parameter.shape):
            kept = parameter[i]
            losses = []
            for parameter[i] in (kept + step, kept - step):
                losses.append(_loss(*net))
            parameter[i] = kept
            gradient[i] = (losses[0] - losses[1]) / (2 * step)
        gradients.append(gradient)
    return gradients


@backward.observe
def observe_backward(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"gradients": [as_sent(answer(*(array.copy() for array in net))) for net in _nets(rng)]}


@backward.judge
def judge_backward(seen: Seen, rng: np.random.Generator) -> Any:
    nets, every = _nets(rng), []
    for got, net in zip(seen["gradients"], nets, strict=True):
        if got is None:
            return "no-return"
        if not isinstance(got, list) or len(got) != 4:
            return "not-four", {"found": things(len(got)) if isinstance(got, list) else "one array"}
        got, wanted = [np.asarray(array, float) for array in got], _differences(net)
        if problem := _judge_shapes([a.shape for a in got], [a.shape for a in wanted], len(net[0])):
            return problem
        every.append(([array.reshape(right.shape) for array, right in zip(got, wanted, strict=True)], wanted, net))
    if all(_agree(got, wanted) for got, wanted, _ in every):
        return None
    # A cause is named where it explains what came for every net.
    problems = [_name_slip(*one) for one in every if not _agree(one[0], one[1])]
    keys = {problem[0] for problem in problems}
    if len(keys) == 1 and len(problems) == len(every):
        return _same_factor(problems) if keys == {"wrong-count"} else problems[0]
    # What is said of the output layer must hold for every net, too.
    outputs = [one for one in every if not _agree(one[0][2:], one[1][2:])]
    return ("wrong-values", _off_by(outputs, 2)) if outputs else ("hidden-layer", _off_by(every, 0))


def _agree(got: list[np.ndarray], wanted: list[np.ndarray]) -> bool:
    """Measured derivatives have seven digits or so of the largest."""
    return all(close(g, w, rtol=1e-4) for g, w in zip(got, wanted, strict=True))


def _off_by(every: list[tuple], first: int) -> dict[str, str]:
    """A fact: the gradient that is farthest off, of the two from ``first`` on, in the first net where one is."""
    got, wanted, net = next(one for one in every if not _agree(one[0][first : first + 2], one[1][first : first + 2]))
    which = max((first, first + 1), key=lambda i: np.max(np.nan_to_num(np.abs(got[i] - wanted[i]), nan=np.inf)))
    place, mine, right = worst(got[which], wanted[which])
    return fact(f"For {len(net[0])} points, {_NAMES[which]}[{', '.join(map(str, place))}]", mine, right)


def _judge_shapes(got: list[tuple], wanted: list[tuple], n: int) -> Any:
    if any(len(shape) == 2 and shape[0] == n for shape in (got[1], got[3])):
        return "bias-not-summed"
    # A bias gradient that kept its axis, (1, 5) for (5,), says the same.
    got = [(s[-1],) if len(s) == 2 and s[0] == 1 and i % 2 else s for i, s in enumerate(got)]
    if got == wanted:
        return None
    if sorted(got) == sorted(wanted):
        return "order"
    if got[0] == (5, 2):
        return "transposed", {"got": got[0]}
    i = next(i for i in range(4) if got[i] != wanted[i])
    return "wrong-shape", {"name": _NAMES[i], "got": got[i], "wanted": wanted[i]}


def _name_slip(got: list[np.ndarray], wanted: list[np.ndarray], net: tuple[np.ndarray, ...]) -> tuple[str, dict]:
    """What explains the gradients of one net: (key, fields)."""
    X, y, W1, b1, W2, b2 = net
    h = logistic(X @ W1 + b1)
    p = logistic(h @ W2 + b2)
    twice = (p - y) * p * (1 - p) / len(X)
    if _agree(got[2:], wanted[2:]):
        return _name_hidden(got, wanted, net, h, (p - y) / len(X))
    if _agree(got, [len(X) * array for array in wanted]):
        return "not-averaged", {"n": len(X)}
    if _agree(got[2:], [-array for array in wanted[2:]]):
        return "uphill", {}
    if _agree(got[2:], [h.T @ twice, twice.sum(0)]):
        return "squared-error", {}
    if close(got[2], wanted[2], rtol=1e-4):
        return "bias-alone", {"kernel": "dW2", "bias": "db2"}
    factor = float(np.sum(got[2] * wanted[2]) / np.sum(wanted[2] ** 2))
    if factor > 0 and abs(factor - 1) > 0.005 and _agree([array / factor for array in got], wanted):
        return "wrong-count", {"factor": factor, "n": len(X)}
    return "wrong-values", _off_by([(got, wanted, net)], 2)


def _same_factor(problems: list[tuple[str, dict]]) -> tuple[str, dict]:
    """What is to be said of gradients that are so many times too large: of their number, if it has to do with it."""
    (key, fields), *others = problems
    if all(np.isclose(other["factor"], fields["factor"], rtol=1e-3) for _, other in others):
        return "same-factor", {**fields, "other": others[0][1]["n"]}
    return key, fields


def _name_hidden(got: list, wanted: list, net: tuple, h: np.ndarray, dz2: np.ndarray) -> tuple[str, dict]:
    X, W2 = net[0], net[4]
    if close(got[0], wanted[0], rtol=1e-4):
        return "bias-alone", {"kernel": "dW1", "bias": "db1"}
    dh = dz2 @ W2.T
    hidden = {"no-slope": dh, "slope-of-output": dh * logistic_slope(h), "no-kernel": dz2 * h * (1 - h)}
    for key, dz1 in hidden.items():
        if _agree(got[:2], [X.T @ dz1, dz1.sum(0)]):
            return key, {}
    return "hidden-layer", _off_by([(got, wanted, net)], 0)


@backward.own_version
def own_backward() -> Any:
    def sigmoid(z):
        return np.exp(-np.logaddexp(0, -z))

    def backward(X, y, W1, b1, W2, b2):
        h = sigmoid(X @ W1 + b1)
        dz2 = (sigmoid(h @ W2 + b2) - y) / len(X)
        dz1 = dz2 @ W2.T * h * (1 - h)
        return X.T @ dz1, dz1.sum(axis=0), h.T @ dz2, dz2.sum(axis=0)

    return backward
