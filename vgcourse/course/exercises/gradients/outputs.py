"""Lesson 4, the back-propagated gradient: dL/dh at every hidden layer's output, example by example."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_dict, differs, shortened
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Pass, Weights, as_array, keras_model, names, run

output_gradients = Exercise(
    "output-gradients",
    points=2,
    title="the gradient at each layer's output",
    answers=("output_gradients",),
    passed="Every row is one example's own error on its way down: the quantity that vanishes, measured "
    "at its source.",
    misses={
        "no-return": NO_RETURN.format(name="output_gradients"),
        "not-a-dict": "output_gradients gives back a dict: a hidden layer's name → its gradient.",
        "layers-missing": "Of the hidden layers, {missing} did not come back.",
        "no-gradient": "The gradient of {layer} is None: the loss was not computed from that very "
        "tensor. Run the layers one after the other inside the tape, and keep each result.",
        "output-too": Miss(
            "The hidden layers are right, and {extra} came back as well. Asked for are the hidden layers alone: "
            "the figures below would count it as one of them.",
            share=0.5,
        ),
        "averaged": Miss(
            "Each entry is {n} times too small: you differentiate the mean loss. Row i should be example "
            "i's own gradient, whatever the size of the batch: use the sum of the losses.",
            share=0.5,
        ),
        "preactivation": "That is dL/dz, before the activation. Asked for is dL/dh, at the layer's output.",
        "inputs": "That is the gradient at each layer's input, its neighbour's. Asked for: at its output.",
        "kernels": "Those have the shape of kernels, {got}. The gradient at the output has one row an "
        "example and one column a unit.",
        "not-per-example": "{layer} has shape {got}, it should be {wanted}: one row an example, one column a unit. "
        "Errors of opposite sign would cancel, so each example keeps its own row.",
        "activations": "Those are the outputs h themselves. Asked for is the loss's derivative by them.",
        "uphill": Miss("All is right but the sign: those are the gradients of minus the loss.", share=0.5),
        "wrong-values": "Begin with the highest hidden layer, and compare one row.",
    },
)


Case = tuple[Weights, np.ndarray, np.ndarray, str]


def _draw(rng: np.random.Generator) -> list[Case]:
    """A drawn net; a deeper one with large gradients; one of relu, whose gradients are tiny."""
    fixed = np.random.default_rng(4)
    drawn, deep, tiny = (
        _net(rng, (3, 6, 5, 4, 1), 30),
        _net(fixed, (2, 5, 4, 3, 6, 4, 1), 17),
        _net(fixed, (4, 3, 5, 1), 45, "relu"),
    )
    loud = [(2 * kernel, bias) for kernel, bias in deep[0][:-1]]
    quiet = [*tiny[0][:-1], (1e-6 * tiny[0][-1][0], tiny[0][-1][1])]
    return [drawn, ([*loud, (9 * deep[0][-1][0], deep[0][-1][1])], *deep[1:]), (quiet, *tiny[1:])]


def _net(rng: np.random.Generator, widths: tuple[int, ...], points: int, activation: str = "tanh") -> Case:
    """A net's weights, points, labels (n,), and its activation."""
    shapes = itertools.pairwise(widths)
    weights = [(rng.normal(size=s) / np.sqrt(s[0]), 0.3 * rng.normal(size=s[1])) for s in shapes]
    X = rng.normal(size=(points, widths[0])).astype("float32")
    return weights, X, (rng.random(points) < 0.4).astype("float32"), activation


def _names(weights: Weights, activation: str) -> list[str]:
    """Those of vg.mlp for tanh; for relu the hidden layers have names of their own."""
    own = ("lower", "upper", "highest")
    return names(weights) if activation == "tanh" else [*own[: len(weights) - 1], "output"]


def _named(model: Any, names: list[str]) -> Any:
    """The model, with a copy of each layer under its name."""
    import keras

    layers = [
        type(layer).from_config({**layer.get_config(), "name": name})
        for layer, name in zip(model.layers, names, strict=True)
    ]
    named = keras.Sequential([keras.Input(model.input_shape[1:]), *layers])
    named.set_weights(model.get_weights())
    return named


@output_gradients.observe
def observe_output_gradients(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {
        "cases": [
            as_array(as_dict(answer(_named(keras_model(w, activation), _names(w, activation)), X, y)))
            for w, X, y, activation in _draw(rng)
        ]
    }


@output_gradients.judge
def judge_output_gradients(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    found = [_judge_case(got, *case) for got, case in zip(seen["cases"], cases, strict=True)]
    problems = [problem if isinstance(problem, tuple) else (problem, {}) for problem in found if problem]
    if not problems:
        return None
    # A cause is named where every net shows it.
    if len({key for key, _ in problems}) == 1 and len(problems) == len(cases):
        return problems[0]
    key, fields = next((problem for problem in problems if "fact" in problem[1]), problems[0])
    return ("wrong-values" if "fact" in fields else key), fields


def _judge_case(got: Any, weights: Weights, X: np.ndarray, y: np.ndarray, activation: str) -> Any:
    if got is None:
        return "no-return"
    if not isinstance(got, dict):
        return "not-a-dict"
    hidden, right = _names(weights, activation)[:-1], run(weights, activation, X, y)
    if _are_inputs(got, hidden, right):
        return "inputs", {"fact": _fact(hidden, [got.get(name) for name in hidden], right)}
    if missing := [name for name in hidden if name not in got]:
        return "layers-missing", {"missing": ", ".join(missing)}
    if empty := [name for name in hidden if got[name] is None]:
        return "no-gradient", {"layer": empty[0]}
    extra = [name for name in got if name not in hidden]
    arrays = [np.asarray(got[name], float) for name in hidden]
    if problem := _judge_shapes(hidden, arrays, weights, right):
        return problem
    if all(_same(g, w) for g, w in zip(arrays, right.dh, strict=True)):
        return ("output-too", {"extra": shortened(", ".join(extra), 60)}) if extra else None
    return _name_slip(hidden, arrays, right, len(X))


def _same(got: Any, wanted: np.ndarray) -> bool:
    """Relative to each example's own error: it may be tiny beside another's.

    In float32 Keras comes within 3e-6 of it; half precision or a thousandth too much are farther off than this.
    """
    got, size = np.asarray(got, float), np.abs(wanted).max(axis=1, keepdims=True)
    return got.shape == wanted.shape and bool(np.all(np.abs(got - wanted) <= 2e-4 * size + 3e-6 * size.max()))


def _fact(hidden: list[str], got: list, right: Pass) -> str:
    for name, mine, wanted in zip(hidden, got, right.dh, strict=True):
        if mine is not None and not _same(mine, wanted):
            return differs(f"{len(hidden)} hidden layers, {name}", mine, wanted)
    return ""


def _are_inputs(got: dict, hidden: list[str], right: Pass) -> bool:
    """Whether each layer but the first has the gradient of the layer below: that at its input."""
    below = zip(hidden[1:], right.dh[:-1], strict=True)
    n = len(right.dh[0])
    pairs = [(got.get(name), d) for name, d in below]
    return all(g is not None and (_same(g, d) or _same(g, d / n)) for g, d in pairs)


def _judge_shapes(hidden: list[str], got: list[np.ndarray], weights: Weights, right: Pass) -> Any:
    shapes, wanted = [g.shape for g in got], [w.shape for w in right.dh]
    if shapes == wanted:
        return None
    rows, kernels = wanted[0][0], [w.shape for w, _ in weights]
    if shapes in (kernels[:-1], kernels[1:]):
        return "kernels", {"got": shapes[0]}
    if all(shape == (rows, kernel[0]) for shape, kernel in zip(shapes, kernels, strict=False)):
        return "inputs", {"fact": f"{hidden[0]} has shape {shapes[0]}, it should be {wanted[0]}."}
    i = next(i for i, shape in enumerate(shapes) if shape != wanted[i])
    return "not-per-example", {"layer": hidden[i], "got": shapes[i], "wanted": wanted[i]}


def _name_slip(hidden: list[str], got: list[np.ndarray], right: Pass, n: int) -> Any:
    fact = {"fact": _fact(hidden, got, right), "n": n}
    slips = {"averaged": [[d / n for d in right.dh]], "preactivation": [right.dz, [d / n for d in right.dz]]}
    slips |= {"activations": [right.h], "uphill": [[-d for d in right.dh]]}
    for key, ways in slips.items():
        if any(all(_same(g, w) for g, w in zip(got, wrong, strict=True)) for wrong in ways):
            return key, fact
    return "wrong-values", fact


@output_gradients.own_version
def own_output_gradients() -> Any:
    import keras
    import tensorflow as tf

    bce = keras.losses.BinaryCrossentropy()

    def output_gradients(model, X, y):
        outputs = {}
        with tf.GradientTape() as tape:
            h = tf.convert_to_tensor(X)
            for layer in model.layers:
                h = outputs[layer.name] = layer(h)
            total = len(X) * bce(y, h)
        del outputs[model.layers[-1].name]
        return tape.gradient(total, outputs)

    return output_gradients
