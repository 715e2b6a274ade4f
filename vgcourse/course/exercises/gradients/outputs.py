"""Lesson 4, the back-propagated gradient: dL/dh at every hidden layer's output, example by example."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near, off
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
        "inputs": "That is the gradient at each layer's input, hence its neighbour's. It should be at its output.",
        "kernels": "Those have the shape of kernels, {got}. The gradient at the output has one row an "
        "example and one column a unit.",
        "not-per-example": "The examples are gone: {layer} has shape {got}, it should be {wanted}. Let "
        "each example keep its own row, errors of opposite sign would cancel.",
        "activations": "Those are the outputs h themselves. Asked for is the loss's derivative with respect to them.",
        "wrong-values": "At {layer} the largest difference from a pass by hand is {off:.3g}.",
    },
)


def _draw(rng: np.random.Generator) -> tuple[Weights, np.ndarray, np.ndarray]:
    """A 3-6-5-4-1 net with tanh, and 30 points with labels (30,)."""
    shapes = ((3, 6), (6, 5), (5, 4), (4, 1))
    weights = [(rng.normal(size=s) / np.sqrt(s[0]), 0.3 * rng.normal(size=s[1])) for s in shapes]
    return weights, rng.normal(size=(30, 3)).astype("float32"), (rng.random(30) < 0.4).astype("float32")


@output_gradients.observe
def observe_output_gradients(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    weights, X, y = _draw(rng)
    return {"gradients": as_array(answer(keras_model(weights, "tanh"), X, y))}


@output_gradients.judge
def judge_output_gradients(seen: Seen, rng: np.random.Generator) -> Any:
    got, (weights, X, y) = seen["gradients"], _draw(rng)
    if got is None:
        return "no-return"
    if not isinstance(got, dict):
        return "not-a-dict"
    hidden, right = names(weights)[:-1], run(weights, "tanh", X, y)
    if _are_inputs(got, hidden, right):
        return "inputs"
    if missing := [name for name in hidden if name not in got]:
        return "layers-missing", {"missing": ", ".join(missing)}
    if empty := [name for name in hidden if got[name] is None]:
        return "no-gradient", {"layer": empty[0]}
    extra = [name for name in got if name not in hidden]
    got = [np.asarray(got[name], float) for name in hidden]
    if problem := _judge_shapes(hidden, got, weights, right):
        return problem
    wanted = right.dh
    if all(near(g, w) for g, w in zip(got, wanted, strict=True)):
        return ("output-too", {"extra": ", ".join(extra)[:60]}) if extra else None
    return _name_slip(hidden, got, right, len(X))


def _are_inputs(got: dict, hidden: list[str], right: Pass) -> bool:
    """Whether each layer but the first has the gradient of the layer below: that at its input."""
    below = zip(hidden[1:], right.dh[:-1], strict=True)
    n = len(right.dh[0])
    pairs = [(got.get(name), d) for name, d in below]
    return all(g is not None and (near(g, d) or near(g, d / n)) for g, d in pairs)


def _judge_shapes(hidden: list[str], got: list[np.ndarray], weights: Weights, right: Pass) -> Any:
    shapes, wanted = [g.shape for g in got], [w.shape for w in right.dh]
    if shapes == wanted:
        return None
    rows, kernels = wanted[0][0], [w.shape for w, _ in weights]
    if shapes in (kernels[:-1], kernels[1:]):
        return "kernels", {"got": shapes[0]}
    if len(shapes[0]) == 2 and shapes[0] == (rows, weights[0][0].shape[0]):
        return "inputs"
    i = next(i for i, shape in enumerate(shapes) if shape != wanted[i])
    return "not-per-example", {"layer": hidden[i], "got": shapes[i], "wanted": wanted[i]}


def _name_slip(hidden: list[str], got: list[np.ndarray], right: Pass, n: int) -> Any:
    slips = {"averaged": [d / n for d in right.dh], "preactivation": right.dz, "activations": right.h}
    slips["preactivation "] = [d / n for d in right.dz]
    for key, wrong in slips.items():
        # Relative to each layer's size: a thirtieth of a small gradient is small as well.
        if all(near(g, w, atol=1e-5 * np.abs(w).max()) for g, w in zip(got, wrong, strict=True)):
            return key.strip(), {"n": n}
    worst = max(range(len(got)), key=lambda i: off(got[i], right.dh[i])["off"])
    return "wrong-values", {"layer": hidden[worst], **off(got[worst], right.dh[worst])}


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
