"""Lesson 5, variance through linear layers: the signal on its way up, the gradient on its way down."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, common_cause, near
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
        "lengths": "For {k} both lists have {wanted} numbers: the end at which the walk begins counts too. "
        "Yours have {got}.",
        "root": Miss(
            "Those are the roots. Asked for are mean *squares*: they are multiplied by n Var(W) itself.", share=0.5
        ),
        "squared": "You square the variances. They are squares already.",
        "fans-swapped": "The fans are exchanged. A unit on the way up adds up its *inputs*; an error on the "
        "way down "
        "adds up what comes from the *outputs*.",
        "fan-in-twice": Miss(
            "The signal is right. But the gradient comes down: there each sum runs over the units that the "
            "layer feeds, hence over another number of terms.",
            share=0.5,
        ),
        "fan-out-twice": Miss(
            "The gradient is right. But on the way up each unit adds up the layer's inputs, another number of terms.",
            share=0.5,
        ),
        "results-swapped": Miss("Right, but in the other order: the signal's list comes first.", share=0.5),
        "halved": "You halve at every layer, as a ReLU would. This network is linear.",
        "no-fan": "Those are products of the variances alone. A sum of n terms has n times the mean square of one.",
        "factors": "Those are the single layers' factors. A walk multiplies them up, from layer to layer.",
        "reversed": Miss(
            "Both walks are right, but the gradient is listed from the output to the input. Its first number "
            "should be layer 0's.",
            share=0.5,
        ),
        "order": Miss(
            "The signal is right. For the gradient you pair the widths, from the output down, with the "
            "variances from the input up.",
            share=0.5,
        ),
        "from-input": Miss(
            "The signal is right. The gradient is 1 at the *output*, and walks down from there; yours "
            "begins with 1 at the input.",
            share=0.5,
        ),
        "wrong-values": "Follow the walk from there, layer by layer.",
    },
)
Case = tuple[list[int], list[float]]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Drawn widths, no two alike; one layer alone; one that shrinks to 1e-9; eleven that grow beyond 1e9."""
    widths = rng.choice(np.arange(3, 60), 5, replace=False)
    drawn = [int(n) for n in widths], [float(v) for v in np.exp(rng.uniform(-4, -1, 4))]
    growing = [9, 40, 3, 17, 28, 5, 33, 12, 50, 21, 6, 14], [0.5, 1.5, 2.0, 0.7, 0.9, 1.1, 3.0, 0.4, 0.8, 1.2, 0.6]
    return [drawn, ([7, 3], [0.25]), ([5, 4, 8, 2, 6], [2e-3, 5e-4, 1e-3, 3e-3]), growing]


def _up(fans: Sequence[float], variances: Sequence[float]) -> np.ndarray:
    return np.cumprod([1.0, *(n * v for n, v in zip(fans, variances, strict=True))])


def _down(fans: Sequence[float], variances: Sequence[float]) -> np.ndarray:
    return _up(fans[::-1], variances[::-1])[::-1]


@variance_walk.observe
def observe_variance_walk(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"walks": [_lists(answer(*case)) for case in _draw(rng)]}


def _lists(found: Any) -> Any:
    """None, or a list with an array for each thing that came back."""
    if found is None:
        return None
    return [np.asarray(part, float) for part in found] if isinstance(found, (tuple, list, np.ndarray)) else [found]


@variance_walk.judge
def judge_variance_walk(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    for walks, (_, variances) in zip(seen["walks"], cases, strict=True):
        if walks is None:
            return "no-return"
        if len(walks) != 2:
            return "not-two", {"found": _words(walks)}
        k = len(variances)
        if any(np.shape(walk) != (k + 1,) for walk in walks):
            lengths = " and ".join(str(np.size(walk)) for walk in walks)
            return "lengths", {"k": f"{k} layer{'s' * (k > 1)}", "wanted": k + 1, "got": lengths}
    rights = [(_up(widths[:-1], v), _down(widths[1:], v)) for widths, v in cases]
    fact = next(
        (
            _first_off(walks, right, case)
            for walks, right, case in zip(seen["walks"], rights, cases, strict=True)
            if not _equal(walks, right)
        ),
        None,
    )
    if fact is None:
        return None
    slips = [{key: [wrong] for key, wrong in _slips(*case).items()} for case in cases]
    if key := common_cause(seen["walks"], slips, _equal):
        return key, {"fact": fact}
    return "wrong-values", {"fact": fact, "also_right": _right_half(seen["walks"], rights)}


def _right_half(walks: list, rights: list) -> str | None:
    """Which of the two lists is right in every case."""
    for part, name in enumerate(("signal", "gradient")):
        if all(_equal([got[part]], [wanted[part]]) for got, wanted in zip(walks, rights, strict=True)):
            return f"The {name} is right."
    return None


def _words(walks: list) -> str:
    if walks and all(np.shape(walk) == () for walk in walks):
        return f"one list of {len(walks)} numbers" if len(walks) > 1 else "one thing"
    return f"{len(walks)} thing{'s' * (len(walks) != 1)}"


def _equal(got: Any, wanted: Any) -> bool:
    return all(near(g, w, rtol=1e-6, atol=0) for g, w in zip(got, wanted, strict=True))


def _slips(widths: list[int], variances: list[float]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    fan_in, fan_out, ones = widths[:-1], widths[1:], np.ones(len(variances))
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
        "results-swapped": (gradient, signal),
        "halved": (_up(fan_in, v / 2), _down(fan_out, v / 2)),
    }


def _first_off(walks: Any, right: tuple[np.ndarray, np.ndarray], case: Case) -> str:
    place = f"For the widths {case[0]} and the variances {[round(v, 4) for v in case[1]]}"
    for which, got, wanted in zip(("signal", "gradient"), walks, right, strict=True):
        if not near(got, wanted, rtol=1e-6, atol=0):
            layer = int(np.argmax(~np.isclose(got, wanted, rtol=1e-6, atol=0)))
            return f"{place} the {which} in layer {layer} is {wanted[layer]:.6g}; yours is {float(got[layer]):.6g}."
    return ""


@variance_walk.own_version
def own_variance_walk() -> Any:
    def variance_walk(widths, variances):
        up = [n * v for n, v in zip(widths[:-1], variances, strict=True)]
        down = [n * v for n, v in zip(widths[1:], variances, strict=True)]
        signal, gradient = np.cumprod([1.0, *up]), np.cumprod([1.0, *down[::-1]])[::-1]
        return signal.tolist(), gradient.tolist()

    return variance_walk
