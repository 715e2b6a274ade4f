"""Lesson 4, one training step: the loss before it, its gradients, and the weights after it."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near, off
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Pass, Weights, as_array, keras_model, run

train_step = Exercise(
    "train-step",
    points=2,
    title="one training step with a GradientTape",
    answers=("train_step",),
    changes=(0,),
    passed="Loss, gradients and new weights are those of a pass by hand: fit does nothing else, some thousand times.",
    misses={
        "no-return": NO_RETURN.format(name="train_step"),
        "not-two": "train_step gives back two things, the loss and the list of gradients; here it gives {found}.",
        "no-gradient": "There are no gradients. The tape knows only what was computed inside its `with` "
        "block: the model's call and the loss belong there, and `model.predict` leaves no trace.",
        "swapped": "The labels and the predictions have changed places: `bce` takes the labels first, bce(y, p).",
        "not-all": "There are {wanted} trainable variables, and {got} gradients came back.",
        "labels": "The loss compares every prediction with every label: y is flat, (n,), and the output "
        "is a column, (n, 1), so they spread to an n × n table. Make y a column, or let the Keras loss "
        "do it.",
        "summed": Miss(
            "Your gradients are {n} times too large: those of the sum over the batch. The loss is a "
            "mean, whatever the size of the batch.",
            share=0.5,
        ),
        "no-update": Miss(
            "Loss and gradients are right, but the weights are still where they were. Who hands the "
            "gradients to the optimizer?",
            share=0.5,
        ),
        "uphill": "Loss and gradients are right, but the weights moved the wrong way: along the gradient, uphill.",
        "own-rate": "The weights moved in the right direction, {got:.3g} times as far as the optimizer "
        "would go. Leave the step to it.",
        "loss-after": Miss(
            "That is the loss after the update. Give back the one that the gradients belong to.", share=0.5
        ),
        "wrong-loss": "The gradients are right, but the loss is {got:.4g} where the mean binary "
        "cross-entropy is {wanted:.4g}.",
        "wrong-values": "The largest difference between your gradients and those by hand is {off:.3g}.",
        "wrong-update": "Loss and gradients are right; the new weights are off by up to {off:.3g}.",
    },
)


def _draw(rng: np.random.Generator) -> tuple[Weights, np.ndarray, np.ndarray, float]:
    """A 2-4-1 net with tanh, 40 points with labels (40,), and a learning rate."""
    weights = [(rng.normal(size=shape), 0.5 * rng.normal(size=shape[1])) for shape in ((2, 4), (4, 1))]
    X = rng.normal(size=(40, 2)).astype("float32")
    y = (rng.random(40) < 0.35).astype("float32")
    return weights, X, y, float(rng.uniform(0.3, 0.6))


@train_step.observe
def observe_train_step(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    import keras

    weights, X, y, rate = _draw(rng)
    model = keras_model(weights, "tanh")
    try:
        step = as_array(answer(model, keras.optimizers.SGD(rate), X, y))
    except ValueError as error:
        # Keras's optimizer refuses a list of None before the answer can give it back.
        if "No gradients provided" not in str(error):
            raise
        step = [np.nan, [None]]
    return {"step": step, "after": [np.asarray(w) for w in model.get_weights()]}


@train_step.judge
def judge_train_step(seen: Seen, rng: np.random.Generator) -> Any:
    weights, X, y, rate = _draw(rng)
    step, right = seen["step"], run(weights, "tanh", X, y)
    if step is None:
        return "no-return"
    if not isinstance(step, list) or len(step) != 2 or not isinstance(step[1], list):
        found = f"{len(step)} things" if isinstance(step, list) and len(step) != 2 else "something else"
        return "not-two", {"found": found}
    loss, gradients = step
    if any(g is None for g in gradients):
        return "no-gradient"
    wanted = [g / len(X) for pair in zip(right.kernels, right.biases, strict=True) for g in pair]
    if len(gradients) != len(wanted):
        return "not-all", {"got": len(gradients), "wanted": len(wanted)}
    if problem := _judge_gradients(gradients, wanted, weights, X, y):
        return problem
    if problem := _judge_update(seen["after"], weights, wanted, rate):
        return problem
    steps = iter(wanted)
    moved = [(kernel - rate * next(steps), bias - rate * next(steps)) for kernel, bias in weights]
    return _judge_loss(loss, right, run(moved, "tanh", X, y))


@train_step.own_version
def own_train_step() -> Any:
    import keras
    import tensorflow as tf

    bce = keras.losses.BinaryCrossentropy()

    def train_step(model, optimizer, X, y):
        with tf.GradientTape() as tape:
            loss = bce(y, model(X, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss, gradients

    return train_step


def _judge_gradients(got: list, wanted: list, weights: Weights, X: np.ndarray, y: np.ndarray) -> Any:
    got, flat = _flat(got), _flat(wanted)
    if near(got, flat):
        return None
    if near(got, len(X) * flat):
        return "summed", {"n": len(X)}
    # Every prediction against every label: as if each point had the mean label.
    spread = run(weights, "tanh", X, np.full(len(X), y.mean()))
    spread = _flat([g / len(X) for pair in zip(spread.kernels, spread.biases, strict=True) for g in pair])
    if near(got, spread) or near(got, len(X) * spread):
        return "labels"
    if got.shape == flat.shape and _are_swapped(got, weights, X, y):
        return "swapped"
    return "wrong-values", off(got, flat) if got.shape == flat.shape else {"off": float("nan")}


def _are_swapped(got: np.ndarray, weights: Weights, X: np.ndarray, y: np.ndarray) -> bool:
    """Whether these are the gradients of bce(p, y): Keras keeps the labels 1e-7 away from 0 and 1, in float32."""
    kept = np.clip(y, np.float32(1e-7), np.float32(1 - 1e-7))
    slope = np.log(1 - kept) - np.log(kept)
    back = run(weights, "tanh", X, y, error=lambda p, _: slope.reshape(p.shape) * p * (1 - p))
    wrong = _flat([g / len(X) for pair in zip(back.kernels, back.biases, strict=True) for g in pair])
    return bool(np.linalg.norm(got - wrong) < 0.03 * np.linalg.norm(wrong))


def _judge_update(after: list, weights: Weights, gradients: list, rate: float) -> Any:
    before, after = _flat([array for pair in weights for array in pair]), _flat(after)
    step, moved = -rate * _flat(gradients), after - before
    if near(moved, step):
        return None
    if near(moved, 0 * step):
        return "no-update"
    if near(moved, -step):
        return "uphill"
    ratio = float(moved @ step / (step @ step))
    if near(moved, ratio * step) and ratio > 0:
        return "own-rate", {"got": ratio}
    return "wrong-update", off(moved, step)


def _judge_loss(loss: Any, right: Pass, after: Pass) -> Any:
    loss = np.asarray(loss, float)
    if loss.shape == () and near(loss, right.loss):
        return None
    if loss.shape == () and near(loss, after.loss):
        return "loss-after"
    return "wrong-loss", {"got": float(np.mean(loss)), "wanted": right.loss}


def _flat(arrays: list) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(array, float)) for array in arrays])
