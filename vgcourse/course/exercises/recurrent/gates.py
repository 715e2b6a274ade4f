"""Lesson 7, the forget gate: the bias for a memory of T steps, and where Keras keeps it."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import (
    NO_RETURN,
    Seen,
    all_close,
    as_number,
    cause,
    close,
    fact,
    first_off,
    of_two,
)
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

_HALF = "gate_bias is right. "

gate_for = Exercise(
    "gate-bias",
    points=3,
    title="the forget gate's bias for a memory of T steps",
    answers=("gate_bias", "open_gate"),
    passed="The bias answers to the number of steps, and it stands at the gate that forgets, nowhere else.",
    changes=(0,),
    misses={
        "no-return": NO_RETURN.format(name="gate_bias"),
        "not-one-number": "gate_bias gives back one number; yours has the shape {got}.",
        "gate": "That is how far the gate has to be open, a number between 0 and 1. The bias is what a sigmoid turns "
        "*into* it.",
        "no-root": "That gate would leave the share at a single step. Over all the steps the gate is multiplied by "
        "itself, once a step.",
        "logarithm": "That is a logarithm, and not yet a bias: the gate is a sigmoid of the bias, so what is wanted "
        "is the sigmoid's inverse.",
        "sign": "Right in size, with the wrong sign: that gate would forget what it should keep.",
        "rule": "That is the logarithm of the number of steps, or near it: a rule of thumb for a share of 1/e. Here "
        "the share is an argument.",
        "step-lost": "That is the bias for one step less: over `steps` steps the gate is multiplied by itself "
        "`steps` times.",
        "step-added": "That is the bias for one step more: over `steps` steps the gate is multiplied by itself "
        "`steps` times.",
        "wrong-values": "Put your bias through a sigmoid and take it to the power of the steps: that should be the "
        "share.",
        "unchanged": Miss(
            _HALF + "open_gate leaves the layer's weights as they were. Is the changed array given back to the layer "
            "(`get_weights` and `.numpy()` give copies)? Is its place right for any number of units?",
            share=0.5,
        ),
        "input-gate": Miss(_HALF + "open_gate sets the first quarter, which is the input gate's.", share=0.5),
        "candidate": Miss(
            _HALF + "open_gate sets the third quarter: that is the new content, and no gate at all.", share=0.5
        ),
        "output-gate": Miss(_HALF + "open_gate sets the last quarter, which is the output gate's.", share=0.5),
        "all-gates": Miss(
            _HALF + "open_gate sets the whole bias, that of all gates. The forget gate has a quarter of it.",
            share=0.5,
        ),
        "one-unit": Miss(
            _HALF + "open_gate sets the bias of a single unit. Each of the units has a forget gate of its own.",
            share=0.5,
        ),
        "added": Miss(
            _HALF
            + "open_gate adds to the bias that is there. Keras has put a 1 there already: put yours in its place.",
            share=0.5,
        ),
        "others-lost": Miss(
            _HALF + "The forget gate's bias is right, but open_gate changes the other gates' biases as well.",
            share=0.5,
        ),
        "kernels-changed": Miss(
            _HALF + "open_gate changes a kernel. Only the bias, and only a quarter of it, should be another.",
            share=0.5,
        ),
        "wrong-gate": Miss(
            _HALF + "After open_gate the forget gate's biases should all be the number that it is given.", share=0.5
        ),
    },
)
Cells = list[tuple[int, float]]


def _draw(rng: np.random.Generator) -> tuple[list[tuple[int, float]], Cells]:
    """(steps, share) of memories, none of bias 0 (a search does not hit it); (units, bias) of several layers."""
    memories = [(25, float(np.exp(-1))), (1, 0.6), (400, 0.9), (50, 0.01), (10, 1e-6), (3, 0.13)]
    memories.append((int(rng.integers(5, 300)), float(rng.uniform(0.1, 0.9))))
    return memories, [(4, 2.5), (1, -1.5), (3, float(rng.uniform(3, 6)))]


def _start(units: int, seed: int) -> list[np.ndarray]:
    """Weights of an LSTM with two inputs, none of them 0, so that each change shows."""
    rng = np.random.default_rng(seed)
    shapes = (2, 4 * units), (units, 4 * units), (4 * units,)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


@gate_for.observe
def observe_gate_for(gate_bias: Any, open_gate: Any, rng: np.random.Generator) -> Seen:
    need_callable(gate_bias)
    need_callable(open_gate)
    import keras

    memories, cells = _draw(rng)
    with np.errstate(all="ignore"):
        found = [as_number(gate_bias(steps, left)) for steps, left in memories]
    after = []
    for seed, (units, bias) in enumerate(cells):
        layer = keras.layers.LSTM(units)
        layer.build((None, 5, 2))
        layer.set_weights(_start(units, seed))
        open_gate(layer, bias)
        after.append([np.asarray(weight) for weight in layer.get_weights()])
    return {"biases": found, "after": after}


@gate_for.judge
def judge_gate_for(seen: Seen, rng: np.random.Generator) -> Any:
    memories, cells = _draw(rng)
    layers = _judge_layers(seen["after"], cells)
    return of_two(_judge_biases(seen["biases"], memories), layers, gate_for.answers, gate_for.misses)


def _judge_biases(found: list, memories: list[tuple[int, float]]) -> Any:
    for value in found:
        if value is None:
            return "no-return"
        if np.shape(value):
            return "not-one-number", {"got": str(np.shape(value))}
    got = [float(np.ravel(value)[0]) for value in found]
    wanted = [bias_for(*memory) for memory in memories]
    if all_close(got, wanted):
        return None
    case = first_off(got, wanted)
    steps, left = memories[case]
    key = cause(got, _slips(memories)) or "wrong-values"
    return key, fact(f"gate_bias({steps}, {left:.4g})", got[case], wanted[case])


def bias_for(steps: int, left: float) -> float:
    """The bias whose sigmoid, to the power of the steps, is the share."""
    gate = left ** (1 / steps)
    return float(np.log(gate) - np.log1p(-gate))


def _slips(memories: list[tuple[int, float]]) -> dict[str, list[float]]:
    steps, left = (np.array(column, float) for column in zip(*memories, strict=True))
    right = np.array([bias_for(*memory) for memory in memories])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "gate": left ** (1 / steps),
            "no-root": np.log(left / (1 - left)),
            "logarithm": np.log(left) / steps,
            "sign": -right,
            "rule": np.log(steps),
            "step-added": [bias_for(s + 1, p) for s, p in memories],
            "step-lost": [bias_for(s - 1, p) if s > 1 else np.inf for s, p in memories],
        }
    return {key: list(map(float, values)) for key, values in found.items()}


def _judge_layers(after: list, cells: Cells) -> Any:
    shown = [
        _slip_of_layer(weights, _start(units, seed), units, bias)
        for seed, (weights, (units, bias)) in enumerate(zip(after, cells, strict=True))
    ]
    wrong = [key for key in shown if key is not None]
    if not wrong:
        return None
    # With a single unit its gate's bias is all of the gate's.
    telling = [key for key, (units, _) in zip(shown, cells, strict=True) if units > 1 or key is not None]
    key = wrong[0] if len(set(telling)) == 1 else "wrong-gate"
    i = shown.index(wrong[0])
    return key, _shown(after[i], _start(cells[i][0], i), *cells[i])


def _shown(after: list, before: list, units: int, bias: float) -> dict[str, str]:
    """The first quarter of the bias that is not as it should be; nothing where the bias is not the matter."""
    wanted = before[2].reshape(4, units).copy()
    wanted[1] = bias
    if len(after) != 3 or np.shape(after[2]) != before[2].shape:
        return {}
    got = np.asarray(after[2]).reshape(4, units)
    for gate in (1, 0, 2, 3):
        if not close(got[gate], wanted[gate], 1e-5):
            place = f"layer.get_weights()[2][{gate * units}:{(gate + 1) * units}]"
            with_units = f"With {units} unit{'s' * (units > 1)}"
            return fact(f"{with_units}, after open_gate(layer, {bias:.3g}), {place}", got[gate], wanted[gate])
    return {}


def _slip_of_layer(after: list, before: list, units: int, bias: float) -> str | None:
    """What was done to one layer; None where it is right."""
    if len(after) != 3 or any(np.shape(a) != b.shape for a, b in zip(after, before, strict=True)):
        return "wrong-gate"
    if not (np.array_equal(after[0], before[0]) and np.array_equal(after[1], before[1])):
        return "kernels-changed"
    old, new = before[2].reshape(4, units), np.asarray(after[2]).reshape(4, units)
    if np.array_equal(old, new):
        return "unchanged"
    if close(new[1], np.full(units, bias), 1e-5):
        if np.array_equal(np.delete(new, 1, 0), np.delete(old, 1, 0)):
            return None
        return "all-gates" if np.allclose(new, bias, 1e-5) else "others-lost"
    if close(new[1], old[1] + bias, 1e-5):
        return "added"
    if np.sum(old != new) == 1 and units > 1:
        return "one-unit"
    places = {0: "input-gate", 2: "candidate", 3: "output-gate"}
    moved = [gate for gate in places if close(new[gate], np.full(units, bias), 1e-5)]
    return places[moved[0]] if len(moved) == 1 else "wrong-gate"


@gate_for.own_version
def own_gate_for() -> Any:
    def gate_bias(steps, left):
        gate = left ** (1 / steps)
        return np.log(gate / (1 - gate))

    def open_gate(layer, bias):
        values = layer.cell.bias.numpy()
        values[layer.units : 2 * layer.units] = bias
        layer.cell.bias.assign(values)

    return gate_bias, open_gate
