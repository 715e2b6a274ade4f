"""Lesson 5, variance through linear layers: the signal on its way up, the gradient on its way down."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

variance_walk = Exercise(
    "variance-walk",
    points=2,
    title="variance through k linear layers",
    answers=("variance_walk",),
    passed="Up it is the number of inputs that counts, down the number of outputs: two walks with one kernel.",
    misses={
        "no-return": NO_RETURN.format(name="variance_walk"),
        "not-two": "variance_walk gives back two lists, the signal's and the gradient's; here it gives {found}.",
        "lengths": "For {k} layers both lists have {wanted} numbers: the end at which the walk begins counts too. "
        "Yours have {got}.",
        "root": "Those are the roots. Asked for are mean *squares*: they are multiplied by n Var(W) itself.",
        "squared": "You square the variances. They are squares already.",
        "fans-swapped": "The fans are exchanged. A unit on the way up adds up its *inputs*; an error on the way down "
        "adds up what comes from the *outputs*.",
        "fan-in-twice": Miss(
            "The signal is right. But the gradient comes down: there each sum runs over the units that the layer "
            "feeds, hence over another number of terms.",
            share=0.5,
        ),
        "fan-out-twice": Miss(
            "The gradient is right. But on the way up each unit adds up the layer's inputs, another number of terms.",
            share=0.5,
        ),
        "no-fan": "Those are products of the variances alone. A sum of n terms has n times the mean square of one.",
        "factors": "Those are the single layers' factors. A walk multiplies them up, from layer to layer.",
        "reversed": Miss(
            "Both walks are right, but the gradient is listed from the output to the input. Its first number "
            "should be layer 0's.",
            share=0.5,
        ),
        "order": "The signal is right. For the gradient you pair the widths, from the output down, with the "
        "variances from the input up.",
        "from-input": "The signal is right. The gradient is 1 at the *output*, and walks down from there; yours "
        "begins with 1 at the input.",
        "wrong-values": "The {which} in layer {layer} should be {wanted:.4g}; you get {got:.4g}.",
    },
)
LAYERS = 4


def _draw(rng: np.random.Generator) -> tuple[list[int], list[float]]:
    """Five widths, no two alike, and four variances."""
    widths = rng.choice(np.arange(3, 60), LAYERS + 1, replace=False)
    return [int(n) for n in widths], [float(v) for v in np.exp(rng.uniform(-4, -1, LAYERS))]


def _up(fans: Sequence[float], variances: Sequence[float]) -> np.ndarray:
    return np.cumprod([1.0, *(n * v for n, v in zip(fans, variances, strict=True))])


def _down(fans: Sequence[float], variances: Sequence[float]) -> np.ndarray:
    return _up(fans[::-1], variances[::-1])[::-1]


@variance_walk.observe
def observe_variance_walk(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"walks": _lists(answer(*_draw(rng)))}


def _lists(found: Any) -> Any:
    """None, or a list with an array for each thing that came back."""
    if found is None:
        return None
    return [np.asarray(part, float) for part in found] if isinstance(found, (tuple, list, np.ndarray)) else [found]


@variance_walk.judge
def judge_variance_walk(seen: Seen, rng: np.random.Generator) -> Any:
    walks, (widths, variances) = seen["walks"], _draw(rng)
    if walks is None:
        return "no-return"
    if len(walks) != 2:
        return "not-two", {"found": _words(walks)}
    if any(np.shape(walk) != (LAYERS + 1,) for walk in walks):
        return "lengths", {"k": LAYERS, "wanted": LAYERS + 1, "got": " and ".join(str(np.size(w)) for w in walks)}
    signal, gradient = _up(widths[:-1], variances), _down(widths[1:], variances)
    if _equal(walks, (signal, gradient)):
        return None
    slips = _slips(widths, variances)
    return next((key for key, wrong in slips.items() if _equal(walks, wrong)), None) or _first_off(
        walks, signal, gradient
    )


def _words(walks: list) -> str:
    if walks and all(np.shape(walk) == () for walk in walks):
        return f"one list of {len(walks)} numbers" if len(walks) > 1 else "one thing"
    return f"{len(walks)} thing{'s' * (len(walks) != 1)}"


def _equal(got: Any, wanted: Any) -> bool:
    return all(near(g, w, rtol=1e-6, atol=0) for g, w in zip(got, wanted, strict=True))


def _slips(widths: list[int], variances: list[float]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    fan_in, fan_out, ones = widths[:-1], widths[1:], np.ones(LAYERS)
    v = np.array(variances)
    signal, gradient = _up(fan_in, v), _down(fan_out, v)
    return {
        "root": (np.sqrt(signal), np.sqrt(gradient)),
        "squared": (_up(fan_in, v**2), _down(fan_out, v**2)),
        "fans-swapped": (_up(fan_out, v), _down(fan_in, v)),
        "fan-in-twice": (signal, _down(fan_in, v)),
        "fan-out-twice": (_up(fan_out, v), gradient),
        "no-fan": (_up(ones, v), _down(ones, v)),
        "factors": (np.append(1, fan_in * v), np.append(fan_out * v, 1)),
        "reversed": (signal, gradient[::-1]),
        "order": (signal, _down(fan_out, v[::-1])),
        "from-input": (signal, _up(fan_out, v)),
    }


def _first_off(walks: Any, signal: np.ndarray, gradient: np.ndarray) -> Any:
    for which, got, wanted in (("signal", walks[0], signal), ("gradient", walks[1], gradient)):
        if not near(got, wanted, rtol=1e-6, atol=0):
            layer = int(np.argmax(~np.isclose(got, wanted, rtol=1e-6, atol=0)))
            return "wrong-values", {"which": which, "layer": layer, "wanted": wanted[layer], "got": float(got[layer])}
    return None


@variance_walk.own_version
def own_variance_walk() -> Any:
    def variance_walk(widths, variances):
        return _up(widths[:-1], variances).tolist(), _down(widths[1:], variances).tolist()

    return variance_walk
