"""Lesson 4, an unknown net: in which layer the gradient is lost, and which units are dead."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, rms, shortened
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.fault_nets import (
    ONE_SIGN,
    TELLING,
    UNLIKE,
    draw,
    of_one_sign,
    of_widths,
    uneven,
)
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
        "smallest": Miss(
            "The dead units are right. Yours *receives* the smallest gradient, which may have been lost "
            "further up. Compare each layer's gradient with that of the layer above it.",
            share=0.5,
        ),
        "neighbour": Miss(
            "The dead units are right. Yours is where the lost gradient arrives. It was lost between "
            "there and the next layer's output, hence in the layer above.",
            share=0.5,
        ),
        "kernel-gradients": Miss(
            "The dead units are right. Yours is where the *kernel's* gradient drops most. That is signal "
            "times error; the question is about the error alone.",
            share=0.5,
        ),
        "wrong-layer": Miss("The dead units are right.", share=0.5),
        "wrong-both": "The list of dead units is not right either.",
        "names": Miss(
            "Right for hidden_1, hidden_2 and so on. In a net whose hidden layers are called {names} you name {got}: "
            "take the names from the model.",
            share=0.5,
        ),
        "no-dead": Miss("The layer is right. But there are dead units, and your list has none.", share=0.5),
        "unit-number": Miss("The layer is right, and so are the units, counted from 1. Count from 0.", share=0.5),
        "asleep": Miss(
            "The layer is right. But {got} is not dead: for one example or a few it is on, and each of "
            "them can wake it further.",
            share=0.5,
        ),
        "unheard": Miss(
            "The layer is right. But {got} is not dead: it is on, its outgoing weights are 0, so that "
            "nobody listens. A dead unit is one whose own slope is 0 for every example.",
            share=0.5,
        ),
        "off-for-some": Miss(
            "The layer is right. Your units are those that are off for at least one example. A dead unit is off for "
            "every one.",
            share=0.5,
        ),
        "wrong-units": Miss(
            "The layer is right. In one net, of the dead units you found {found} of {dead}, and {extra} more.",
            share=0.5,
        ),
    },
)


NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")


@find_fault.suits
def suits_find_fault(rng: np.random.Generator) -> bool:
    weights, X, y, faults = draw(rng)
    return _is_clear(run(weights, "relu", X, y), faults)


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


@dataclass(frozen=True)
class _Patient:
    """A relu net and its points; the layer to blame (from 0), the dead units, and units that are not dead."""

    weights: Weights
    X: np.ndarray
    y: np.ndarray
    weak: int
    dead: frozenset
    asleep: frozenset
    unheard: frozenset


def _nets(rng: np.random.Generator) -> list[tuple[Weights, np.ndarray, np.ndarray]]:
    """What the answer is given: a net drawn now, and the five that tell."""
    telling = [uneven(np.random.default_rng(seed), depth, dead) for depth, seed, dead in TELLING]
    return [draw(rng)[:3], *telling, of_widths(UNLIKE), of_one_sign(ONE_SIGN)]


def _cases(rng: np.random.Generator) -> list[_Patient]:
    """The same nets, and what is to be found in them."""
    (weights, X, y, faults), *others = draw(rng), *_nets(rng)[1:]
    asleep, unheard = (frozenset({_name(place)}) for place in (faults["asleep"], faults["unheard"]))
    dead = frozenset(map(_name, faults["dead"]))
    return [_Patient(weights, X, y, faults["weak"], dead, asleep, unheard), *(_examined(*net) for net in others)]


def _examined(weights: Weights, X: np.ndarray, y: np.ndarray) -> _Patient:
    ran = run(weights, "relu", X, y)
    off = _units(ran, lambda on: on == 0)
    few = _units(ran, lambda on: (on > 0) & (on <= 0.05))
    return _Patient(weights, X, y, 1 + int(np.argmin(_factors(ran))), off, few, frozenset())


def _units(ran: Any, asked: Callable[[np.ndarray], np.ndarray]) -> frozenset:
    """The hidden units whose share of examples for which they are on is as asked."""
    on = [(z > 0).mean(axis=0) for z in ran.z]
    return frozenset((f"hidden_{i + 1}", int(u)) for i, of in enumerate(on) for u in np.flatnonzero(asked(of)))


def _shortcuts(case: _Patient, ran: Any) -> dict[str, int]:
    """Layers (from 0) that other measures would blame."""
    kernels = np.array([rms(k) for k in ran.kernels[:-1]])
    sizes, signals = np.array([rms(d) for d in ran.dh]), np.array([rms(h) for h in ran.h])
    return {
        "smallest": int(np.argmin(sizes)),
        "kernel-gradients": 1 + int(np.argmin(kernels[:-1] / kernels[1:])),
        "kernel": 1 + int(np.argmin([rms(k) for k, _ in case.weights[1:-1]])),
        "signal": 1 + int(np.argmin(signals[1:] / signals[:-1])),
        "difference": 1 + int(np.argmin(sizes[:-1] - sizes[1:])),
    }


@find_fault.observe
def observe_find_fault(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    found = [answer(keras_model(weights, "relu"), X, y) for weights, X, y in _nets(rng)]
    depth, seed, dead = TELLING[0]
    weights, X, y = uneven(np.random.default_rng(seed), depth, dead)
    found.append(answer(_named(keras_model(weights, "relu"), depth), X, y))
    *found, named = [_plain(pair) if isinstance(pair, (list, tuple)) else as_array(pair) for pair in found]
    return {"found": found, "named": named}


def _named(model: Any, depth: int) -> Any:
    """The model with other names, in the place of hidden_1, hidden_2, …"""
    for layer, name in zip(model.layers, NAMES[:depth], strict=False):
        layer.name = name
    return model


def _plain(found: Any) -> list:
    """The layer's name, and pairs of a name and a number, whatever kind of table holds them."""
    if len(found) != 2:
        return [None] * len(found)
    pairs = found[1].to_numpy() if hasattr(found[1], "to_numpy") else found[1]
    return [_word(found[0]), [_pair(pair) for pair in pairs]]


def _word(name: Any) -> Any:
    return str(name) if isinstance(name, str) else as_array(name)


def _pair(pair: Any) -> Any:
    """[name, unit], as far as it is one."""
    if not isinstance(pair, (list, tuple, np.ndarray)) or len(pair) != 2:
        return None
    name, unit = pair
    whole = str(unit).isdigit() or (isinstance(unit, (float, np.floating)) and float(unit).is_integer())
    return [str(name), int(unit)] if isinstance(name, str) and whole else None


@find_fault.judge
def judge_find_fault(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _cases(rng)
    for found in seen["found"]:
        if found is None:
            return "no-return"
        if not isinstance(found, list) or len(found) != 2 or not all(map(_is_pair, found[1] or [])):
            return "not-two"
    layers, units = zip(*((name, {(n, int(u)) for n, u in pairs}) for name, pairs in seen["found"]), strict=True)
    right = [layer == f"hidden_{case.weak + 1}" for layer, case in zip(layers, cases, strict=True)]
    dead = [got == case.dead for got, case in zip(units, cases, strict=True)]
    if all(right):
        return _judge_named(seen["named"], cases[1]) if all(dead) else _judge_units(units, cases)
    key, fact = _judge_layers(layers, cases)
    return (key if all(dead) else "wrong-both"), fact


def _judge_named(found: Any, case: _Patient) -> Any:
    """The first of the telling nets once more, under other names."""
    called = {f"hidden_{i}": name for i, name in enumerate(NAMES, 1)}
    wanted = called[f"hidden_{case.weak + 1}"], sorted((called[name], unit) for name, unit in case.dead)
    if isinstance(found, list) and len(found) == 2 and all(map(_is_pair, found[1] or [])):
        told = (name for name in (found[0], *(name for name, _ in found[1])) if name not in NAMES)
        if (found[0], sorted((name, unit) for name, unit in found[1])) == wanted:
            return None
        return "names", {"names": ", ".join(NAMES), "got": shortened(str(next(told, found[0])), 30)}
    return "not-two"


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)


def _judge_layers(layers: tuple, cases: list[_Patient]) -> Any:
    """The cause that fits all nets, and the fact of the first that is wrong."""
    rans = [run(case.weights, "relu", case.X, case.y) for case in cases]
    wrong = next(i for i, case in enumerate(cases) if layers[i] != f"hidden_{case.weak + 1}")
    names = [f"hidden_{i + 1}" for i in range(1, len(rans[wrong].dh))]
    factors = dict(zip(names, _factors(rans[wrong]), strict=True))
    fact = f"In a net of {len(names) + 1} hidden layers you name {shortened(str(layers[wrong]), 30)}"
    if layers[wrong] in factors:
        fact += f". It multiplies the error's rms by {factors[layers[wrong]]:.3g}; another layer's factor is smaller"
    readings = {
        "neighbour": [case.weak - 1 for case in cases],
        **{
            key: [_shortcuts(case, ran)[key] for case, ran in zip(cases, rans, strict=True)]
            for key in ("smallest", "kernel-gradients")
        },
    }
    fits = (k for k, of in readings.items() if all(f"hidden_{i + 1}" == n for i, n in zip(of, layers, strict=True)))
    return next(fits, "wrong-layer"), {"fact": f"{fact}."}


def _judge_units(units: tuple, cases: list[_Patient]) -> Any:
    pairs = list(zip(units, cases, strict=True))
    if not any(units):
        return "no-dead"
    if all(got == {(name, unit + 1) for name, unit in case.dead} for got, case in pairs):
        return "unit-number"
    rans = [run(case.weights, "relu", case.X, case.y) for case in cases]
    if all(got == _units(ran, lambda on: on < 1) for got, ran in zip(units, rans, strict=True)):
        return "off-for-some"
    more = [got - case.dead for got, case in pairs]
    for key in ("unheard", "asleep"):
        shown = sorted(unit for of, case in zip(more, cases, strict=True) for unit in of & getattr(case, key))
        if shown and all(of <= getattr(case, key) for of, case in zip(more, cases, strict=True)):
            return key, {"got": "unit {1} of {0}".format(*shown[0])}
    i = next(i for i, (got, case) in enumerate(pairs) if got != case.dead)
    counts = {"found": len(units[i] & cases[i].dead), "dead": len(cases[i].dead), "extra": len(more[i])}
    return "wrong-units", {**counts, "fact": _unit_off(units[i], cases[i].dead, rans[i])}


def _unit_off(got: set, dead: frozenset, ran: Any) -> str:
    """One unit that is listed and should not be, or the other way round."""
    for name, unit in sorted(got - dead):
        layer = int(name.rpartition("_")[2] or 0) - 1 if name.startswith("hidden_") else -1
        if not 0 <= layer < len(ran.z) or unit >= ran.z[layer].shape[1]:
            return f"You list unit {unit} of {shortened(name, 30)}: there is no such hidden unit."
        on = int((ran.z[layer][:, unit] > 0).sum())
        return f"You list unit {unit} of {name}, which is on for {on} of {len(ran.z[layer])} examples."
    name, unit = min(dead - got)
    return f"Unit {unit} of {name} is off for every example, and not in your list."


def _name(place: tuple[int, int]) -> tuple[str, int]:
    return f"hidden_{place[0] + 1}", place[1]


@find_fault.own_version
def own_find_fault() -> Any:
    import keras
    import tensorflow as tf

    bce = keras.losses.BinaryCrossentropy()

    def find_fault(model, X, y):
        outputs, dead = {}, []
        with tf.GradientTape() as tape:
            h = tf.convert_to_tensor(X)
            for layer in model.layers:
                h = outputs[layer.name] = layer(h)
            loss = bce(y, h)
        del outputs[model.layers[-1].name]
        for name, h in outputs.items():
            dead += [(name, int(unit)) for unit in np.flatnonzero((h.numpy() == 0).all(axis=0))]
        gradients = tape.gradient(loss, outputs)
        sizes = {name: np.sqrt(np.mean(np.square(gradients[name], dtype=float))) for name in outputs}
        lost = {above: sizes[below] / sizes[above] for below, above in itertools.pairwise(sizes)}
        return min(lost, key=lost.get), dead

    return find_fault
