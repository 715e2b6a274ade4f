"""Lesson 4, an unknown net: in which layer the gradient is lost, and which units are dead."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Weights, as_array, keras_model, run

find_fault = Exercise(
    "find-fault",
    points=3,
    title="the faulty layer and the dead units",
    answers=("find_fault",),
    passed="Layer and units, all found: the question that the readers of T2 asked, and that nobody answered.",
    misses={
        "no-return": NO_RETURN.format(name="find_fault"),
        "not-two": "find_fault gives back two things: the name of a layer, and a list of pairs (layer, unit).",
        "smallest": "{got} *receives* the smallest gradient, but it is not to blame: it was lost further "
        "up. Compare each layer's gradient with that of the layer above it.",
        "neighbour": Miss(
            "Right place, wrong name: {got} is where the lost gradient arrives. It was lost between "
            "there and the next layer's output, hence in the layer above.",
            share=0.5,
        ),
        "wrong-layer": "{got} is not the layer that loses most of the gradient.",
        "no-dead": Miss("The layer is right. But there are dead units, and your list has none.", share=0.5),
        "unit-number": Miss("The layer is right, and so are the units, counted from 1. Count from 0.", share=0.5),
        "asleep": Miss(
            "The layer is right. But {got} is not dead: for a few of the examples it is on, and each of "
            "them can wake it further.",
            share=0.5,
        ),
        "unheard": Miss(
            "The layer is right. But {got} is not dead: it is on, its outgoing weights are 0, so that "
            "nobody listens. A dead unit is one whose own slope is 0 for every example.",
            share=0.5,
        ),
        "wrong-units": Miss(
            "The layer is right. Of the dead units you found {found} of {dead}, and {extra} more.", share=0.5
        ),
    },
)
DEPTH, WIDTH, EXAMPLES = 6, 7, 200


def _draw(rng: np.random.Generator) -> tuple[Weights, np.ndarray, np.ndarray, dict[str, Any]]:
    """A relu net with one weak layer, two dead units, one that sleeps and one that nobody hears."""
    X = rng.normal(size=(EXAMPLES, 3)).astype("float32")
    y = (X[:, 0] * X[:, 1] > 0).astype("float32")
    faults = _place(rng)
    return _weights(rng, X, faults), X, y, faults


@find_fault.suits
def suits_find_fault(rng: np.random.Generator) -> bool:
    weights, X, y, faults = _draw(rng)
    return _is_clear(run(weights, "relu", X, y), faults)


def _place(rng: np.random.Generator) -> dict[str, Any]:
    """Where the faults are: layers count from 0, hidden_1."""
    weak = int(rng.integers(2, DEPTH - 1))
    others = [i for i in range(DEPTH - 1) if i != weak]
    layers = rng.permutation(others)[:3]
    units = [int(u) for u in rng.integers(0, WIDTH - 1, 3)]
    dead = {(int(layer), unit) for layer, unit in zip(layers[:2], units[:2], strict=True)}
    sleeper = (int(layers[2]), units[2])
    return {"weak": weak, "dead": dead, "asleep": sleeper, "unheard": (sleeper[0], (sleeper[1] + 1) % WIDTH)}


def _weights(rng: np.random.Generator, X: np.ndarray, faults: dict[str, Any]) -> Weights:
    weights, h = [], X.astype(float)
    for layer in range(DEPTH):
        fan_in = h.shape[1]
        kernel, bias = rng.normal(size=(fan_in, WIDTH)) * np.sqrt(2 / fan_in), np.zeros(WIDTH)
        kernel *= 0.01 if layer == faults["weak"] else 1
        if faults["unheard"][0] == layer - 1:
            kernel[faults["unheard"][1]] = 0
        # A unit that is nearly always off by chance is turned round: it is then nearly always on.
        kernel *= np.where((h @ kernel > 0).mean(0) < 0.2, -1, 1)
        z = h @ kernel
        for where, unit in faults["dead"]:
            if where == layer:
                bias[unit] = -2 * np.abs(z[:, unit]).max()
        if faults["asleep"][0] == layer:
            unit = faults["asleep"][1]
            bias[unit] = -np.sort(z[:, unit])[[-5, -4]].mean()
        weights.append((kernel, bias))
        h = np.maximum(z + bias, 0)
    return [*weights, (rng.normal(size=(WIDTH, 1)) / np.sqrt(WIDTH), np.zeros(1))]


def _factors(ran: Any) -> np.ndarray:
    """The factor of each layer from the second on: rms of dL/dh below it over rms above."""
    sizes = np.array([np.sqrt(np.mean(d**2)) for d in ran.dh])
    return sizes[:-1] / np.maximum(sizes[1:], 1e-30)


def _is_clear(ran: Any, faults: dict[str, Any]) -> bool:
    """Whether no other layer and no other unit could be blamed."""
    factors, weak = _factors(ran), faults["weak"] - 1
    if not 8 * factors[weak] < np.delete(factors, weak).min():
        return False
    # The lowest layer receives least, so that "receives the smallest" is another layer than "loses most".
    sizes = [np.mean(d**2) for d in ran.dh]
    alive = [(z > 0).mean(0) for z in ran.z]
    quiet = {(i, u) for i, share in enumerate(alive) for u in np.flatnonzero(share < 0.08)}
    return int(np.argmin(sizes)) < weak and quiet == {*faults["dead"], faults["asleep"]} and _wide(ran, faults)


def _wide(ran: Any, faults: dict[str, Any]) -> bool:
    """Whether the sleeper's few examples are on by more than rounding."""
    layer, unit = faults["asleep"]
    z = ran.z[layer][:, unit]
    return 3 <= (z > 0).sum() <= 5 and np.abs(z).min() > 1e-4 * np.abs(z).max()


@find_fault.observe
def observe_find_fault(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    weights, X, y, _ = _draw(rng)
    found = answer(keras_model(weights, "relu"), X, y)
    return {"found": as_array(found) if found is None or not isinstance(found, (list, tuple)) else _plain(found)}


def _plain(found: Any) -> list:
    """The layer's name, and pairs of a name and a number."""
    return [as_array(found[0]), [_pair(pair) for pair in found[1]]] if len(found) == 2 else [None] * len(found)


def _pair(pair: Any) -> Any:
    return [str(pair[0]), int(pair[1])] if isinstance(pair, (list, tuple)) and len(pair) == 2 else as_array(pair)


@find_fault.judge
def judge_find_fault(seen: Seen, rng: np.random.Generator) -> Any:
    found, (weights, X, y, faults) = seen["found"], _draw(rng)
    if found is None:
        return "no-return"
    if not isinstance(found, list) or len(found) != 2 or not all(_is_pair(p) for p in found[1] or []):
        return "not-two"
    layer = found[0]
    if layer != f"hidden_{faults['weak'] + 1}":
        return _wrong_layer(layer, faults["weak"], run(weights, "relu", X, y))
    return _judge_units({(name, int(unit)) for name, unit in found[1]}, faults)


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)


def _wrong_layer(got: Any, weak: int, ran: Any) -> Any:
    smallest = int(np.argmin([np.mean(d**2) for d in ran.dh])) + 1
    if got == f"hidden_{smallest}":
        return "smallest", {"got": got}
    return ("neighbour" if got == f"hidden_{weak}" else "wrong-layer"), {"got": got}


def _judge_units(got: set, faults: dict[str, Any]) -> Any:
    dead = {_name(place) for place in faults["dead"]}
    if got == dead:
        return None
    if not got:
        return "no-dead"
    if got == {(name, unit + 1) for name, unit in dead}:
        return "unit-number"
    for key in ("unheard", "asleep"):
        if _name(faults[key]) in got:
            return key, {"got": "unit {1} of {0}".format(*_name(faults[key]))}
    return "wrong-units", {"found": len(got & dead), "dead": len(dead), "extra": len(got - dead)}


def _name(place: tuple[int, int]) -> tuple[str, int]:
    return f"hidden_{place[0] + 1}", place[1]


@find_fault.own_version
def own_find_fault() -> Any:
    from vgcourse.course.exercises.gradients.outputs import output_gradients

    gradients_of = output_gradients.reference()

    def find_fault(model, X, y):
        sizes = {name: np.sqrt(np.mean(np.square(g))) for name, g in gradients_of(model, X, y).items()}
        hidden = list(sizes)
        lost = {above: sizes[below] / sizes[above] for below, above in itertools.pairwise(hidden)}
        dead, h = [], X
        for layer in model.layers[:-1]:
            h = np.asarray(layer(h))
            dead += [(layer.name, int(unit)) for unit in np.flatnonzero((h == 0).all(axis=0))]
        return min(lost, key=lost.get), dead

    return find_fault
