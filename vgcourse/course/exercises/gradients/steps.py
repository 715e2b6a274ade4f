"""Lesson 4, one training step: the loss before it, its gradients, and the weights after it."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, close, differs, near, shortened, things
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.looking import first_line
from vgcourse.course.exercises.gradients.oracle import Pass, Weights, as_array, keras_model, names, run
from vgcourse.course.exercises.gradients.step_trials import StepTrial, draw

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
        "frozen-too": Miss(
            "Right, until a layer is frozen. That net has {wanted} *trainable* variables, and {got} gradients came "
            "back.",
            share=0.5,
        ),
        "labels": "The loss compares every prediction with every label: y is flat, (n,), and the output "
        "is a column, (n, 1), so they spread to an n × n table. Make y a column, or let the Keras loss "
        "do it.",
        "summed": Miss(
            "Your gradients are those of the sum over the batch. The loss is a mean, whatever the size of the batch.",
            share=0.5,
        ),
        "no-update": Miss(
            "{right}, but the weights are still where they were. Who hands the gradients to the optimizer?",
            share=0.5,
        ),
        "uphill": Miss("{right}, but the weights moved along the gradient: uphill.", share=0.5),
        "own-rate": Miss(
            "{right}, and the weights moved in the right direction, {got:.3g} "
            "times as far as this optimizer would go.",
            share=0.5,
        ),
        "no-memory": Miss(
            "That is the second step of an optimizer with momentum, which remembers its first. Yours goes as "
            "if there had been none: let the optimizer that you are given make every step.",
            share=0.5,
        ),
        "sgd-only": Miss(
            "With SGD all is right. With Adam {what}: let the optimizer that you are given make every step.",
            share=0.5,
        ),
        "loss-after": Miss(
            "That is the loss after the update. Give back the one that the gradients belong to.", share=0.5
        ),
        "gradients-after": Miss(
            "Those are the gradients after the update, at the new weights. The step was made with others.",
            share=0.5,
        ),
        "wrong-loss": "In this net the gradients are right.",
        "wrong-values": "Begin with one point: the loss there, and its derivative.",
        "wrong-update": "{right}.",
    },
)


STEPS = 2


@train_step.observe
def observe_train_step(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    *cases, last = draw(rng)
    return {"cases": [_steps(answer, case) for case in cases], "adam": _steps_or_stop(answer, last)}


def _steps_or_stop(answer: Any, case: StepTrial) -> Any:
    """An answer that makes the steps itself may miss something that SGD has."""
    try:
        return _steps(answer, case)
    except Exception as error:
        return f"{type(error).__name__}: {first_line(error)}"


def _steps(answer: Any, case: StepTrial) -> list[Seen]:
    model, optimizer = keras_model(case.weights, "tanh"), case.optimizer()
    for layer in model.layers[: case.frozen]:
        layer.trainable = False
    return [_step(answer, model, optimizer, case) for _ in range(STEPS)]


def _step(answer: Any, model: Any, optimizer: Any, case: StepTrial) -> Seen:
    try:
        step = as_array(answer(model, optimizer, case.X, case.y))
    except ValueError as error:
        # Keras's optimizer refuses a list of None before the answer can give it back.
        if "No gradients provided" not in str(error):
            raise
        step = [np.nan, [None]]
    return {"step": step, "after": [np.asarray(w) for w in model.get_weights()]}


@train_step.judge
def judge_train_step(seen: Seen, rng: np.random.Generator) -> Any:
    trials = draw(rng)
    if (turned := _turned(seen)) is None:
        return _judge_all(seen, trials)
    right = {} if _judge_all(turned, trials) else {"also_right": "Each of the two is right."}
    return "not-two", {"found": "the gradients, and then the loss", **right}


def _turned(seen: Seen) -> Seen | None:
    """The same with loss and gradients in each other's place, where the list always came first; else None."""
    stopped = isinstance(seen["adam"], str)
    every = seen["cases"] if stopped else [*seen["cases"], seen["adam"]]
    pairs = [one["step"] for steps in every for one in steps]
    if not all(
        isinstance(p, list) and len(p) == 2 and isinstance(p[0], list) and np.shape(p[1]) == () for p in pairs
    ):
        return None
    turned = [[{**one, "step": one["step"][::-1]} for one in steps] for steps in every]
    return {"cases": turned, "adam": seen["adam"]} if stopped else {"cases": turned[:-1], "adam": turned[-1]}


def _judge_all(seen: Seen, trials: list[StepTrial]) -> Any:
    *cases, last = trials
    problems = [_judge_case(steps, case) for steps, case in zip(seen["cases"], cases, strict=True)]
    found = [problem for problem in problems if problem]
    if not found:
        return _judge_adam(seen["adam"], last)
    key, fields = found[0]
    # Memory shows only where there is momentum, and a frozen layer only where one is frozen.
    alone = {"no-memory": [problems[2], problems[3]], "frozen-too": [problems[4]]}
    shown_by = alone.get(key, problems)
    # With labels that are all alike, every prediction against every label is right: one net may pass.
    enough = len(found) >= (len(shown_by) if key in alone else len(problems) - 1)
    if all(kind in _UPDATES and LOSS_TOO in told["right"] for kind, told in found):
        fields = {**fields, "also_right": "Up to there loss and gradients are right in every net."}
    elif all(kind in ("wrong-loss", "loss-after") for kind, _ in found):
        fields = {
            **fields,
            "also_right": "Up to there the gradients, and the weights' steps with SGD, are right.",
        }
    elif all(told.get("step_right") for _, told in found):
        fields = {**fields, "also_right": "Up to there the loss, and the weights' steps with SGD, are right."}
    if key in _SHAPES or (enough and all(p[0] == key for p in found)):
        return key, fields
    return _PLAIN.get(key, key), fields


def _judge_adam(seen: Any, case: StepTrial) -> Any:
    """What is wrong with the steps of another optimizer, where SGD's are right."""
    if isinstance(seen, str):
        return "sgd-only", {"what": f"your code stops, {shortened(seen, 120)}"}
    if problem := _judge_case(seen, case):
        return "sgd-only", {**problem[1], "what": "it is not"}
    return None


_SHAPES = ("no-return", "not-two", "no-gradient", "not-all")
_UPDATES = ("no-update", "uphill", "own-rate", "no-memory", "wrong-update")
LOSS_TOO = "loss and gradients are right"
# What is left of a verdict where its cause does not fit all the nets that were tried.
_PLAIN = {
    **dict.fromkeys(("swapped", "labels", "summed", "gradients-after"), "wrong-values"),
    **dict.fromkeys(_UPDATES, "wrong-update"),
    "loss-after": "wrong-loss",
    "frozen-too": "not-all",
}


def _judge_case(steps: list[Seen], case: StepTrial) -> Any:
    """The first thing that is wrong with two steps of one net: (key, fields), or None."""
    weights, memory = case.weights, None
    for number, seen in enumerate(steps):
        wanted, right = _wanted(weights, case)
        step, memory = case.step(wanted, memory)
        moved = _moved(weights, case, step)
        after = _wanted(moved, case)
        if problem := _judge_step(seen, case, weights, (right, wanted, step), after, number):
            return problem if isinstance(problem, tuple) else (problem, {})
        weights = moved
    return None


def _wanted(weights: Weights, case: StepTrial) -> tuple[np.ndarray, Pass]:
    """The gradients of the trainable variables in a row, and the pass they come from."""
    right = run(weights, "tanh", case.X, case.y)
    return _in_a_row(right, case), right


def _in_a_row(ran: Pass, case: StepTrial) -> np.ndarray:
    pairs = list(zip(ran.kernels, ran.biases, strict=True))[case.frozen :]
    return _flat([g / len(case.X) for pair in pairs for g in pair])


def _moved(weights: Weights, case: StepTrial, step: np.ndarray) -> Weights:
    moved, start = list(weights[: case.frozen]), 0
    for kernel, bias in weights[case.frozen :]:
        split, end = start + kernel.size, start + kernel.size + bias.size
        moved.append((kernel + step[start:split].reshape(kernel.shape), bias + step[split:end]))
        start = end
    return moved


def _judge_step(seen: Seen, case: StepTrial, weights: Weights, right: tuple, after: tuple, number: int) -> Any:
    step, (ran, wanted, move) = seen["step"], right
    if step is None:
        return "no-return"
    if not isinstance(step, list) or len(step) != 2 or not isinstance(step[1], list):
        return "not-two", {"found": _in_words(step)}
    loss, gradients = step
    if any(g is None for g in gradients) and not (case.frozen and len(gradients) == 2 * len(weights)):
        return "no-gradient"
    count = 2 * len(weights[case.frozen :])
    if len(gradients) != count:
        return "frozen-too" if case.frozen else "not-all", {"got": len(gradients), "wanted": count}
    off, late = _judge_update(seen["after"], weights, move, wanted, case, number), _judge_loss(loss, ran, after[1])
    if problem := _judge_gradients(gradients, wanted, weights, case, after[0]):
        return problem[0], {**problem[1], "step_right": not off and not late}
    if not off:
        return late
    right = "In this net " + ("the gradients are right" if late else LOSS_TOO)
    return off[0], {"right": right, **off[1]}


def _in_words(step: Any) -> str:
    """What came in the place of a loss and a list."""
    if isinstance(step, list) and len(step) != 2:
        return things(len(step))
    found = step[1] if isinstance(step, list) else step
    words = "a dict" if isinstance(found, dict) else "an array" if np.shape(found) else "one number"
    return f"one thing and {words}" if isinstance(step, list) else words


def _judge_gradients(got: list, wanted: np.ndarray, weights: Weights, case: StepTrial, after: np.ndarray) -> Any:
    flat, shapes = _flat(got), [array.shape for pair in weights[case.frozen :] for array in pair]
    if _close(flat, wanted, case) and [np.shape(gradient) for gradient in got] == shapes:
        return None
    fact = {"fact": _fact_of_gradients(got, wanted, case)}
    spread = _in_a_row(run(weights, "tanh", case.X, np.full(len(case.X), case.y.mean())), case)
    n = len(case.X)
    slips = {"summed": [n * wanted], "labels": [spread, n * spread], "gradients-after": [after]}
    for key, wrongs in slips.items():
        if any(_close(flat, wrong, case) for wrong in wrongs):
            return key, fact
    swapped = flat.shape == wanted.shape and _are_swapped(flat, weights, case)
    return "swapped" if swapped else "wrong-values", fact


def _close(got: np.ndarray, wanted: np.ndarray, case: StepTrial) -> bool:
    """Within float32's reach, layer by layer: what is small in one layer may be large in another."""
    if got.shape != wanted.shape:
        return False
    sizes = np.cumsum([a.size for pair in case.weights[case.frozen :] for a in pair])[:-1]
    parts = zip(np.split(got, sizes), np.split(wanted, sizes), strict=True)
    return all(close(g, w, rtol=3e-4, floor=1e-4) for g, w in parts)


def _fact_of_gradients(got: list, wanted: np.ndarray, case: StepTrial) -> str:
    start = 0
    layers = zip(names(case.weights)[case.frozen :], case.weights[case.frozen :], strict=True)
    labels = [(f"{name}'s {kind}", array) for name, pair in layers for kind, array in zip(KINDS, pair, strict=True)]
    for (label, array), mine in zip(labels, got, strict=True):
        right = wanted[start : start + array.size].reshape(array.shape)
        start += array.size
        if not close(mine, right, rtol=3e-4, floor=1e-4):
            return differs(f"Gradient of {label}", mine, right)
    return "The gradients differ."


KINDS = ("kernel", "bias")


def _are_swapped(got: np.ndarray, weights: Weights, case: StepTrial) -> bool:
    """Whether these are the gradients of bce(p, y): Keras keeps the labels 1e-7 away from 0 and 1, in float32."""
    kept = np.clip(case.y, np.float32(1e-7), np.float32(1 - 1e-7))
    slope = np.log(1 - kept) - np.log(kept)
    back = run(weights, "tanh", case.X, case.y, error=lambda p, _: slope.reshape(p.shape) * p * (1 - p))
    wrong = _in_a_row(back, case)
    return bool(np.linalg.norm(got - wrong) < 0.03 * np.linalg.norm(wrong))


def _judge_update(
    after: list, weights: Weights, step: np.ndarray, gradient: np.ndarray, case: StepTrial, number: int
) -> Any:
    frozen = 2 * case.frozen
    start = [array for pair in weights for array in pair]
    if frozen and not near(_flat(after[:frozen]), _flat(start[:frozen]), 1e-6, 1e-6):
        return "wrong-update", {"fact": differs("The frozen kernel", after[0], start[0])}
    moved = _flat(after[frozen:]) - _flat(start[frozen:])
    room = 1e-3 * np.abs(step) + 1e-3 * np.abs(step).max() + 3e-7 * np.abs(_flat(start[frozen:]))

    def same(wrong: np.ndarray) -> bool:
        return bool(np.all(np.abs(moved - wrong) <= room))

    if same(step):
        return None
    which = ("first", "second")[number]
    fact = {"fact": differs(f"The {which} step of the trainable weights, in a row", moved, step)}
    if number and case.momentum and same(-case.rate * gradient):
        return "no-memory", fact
    if same(0 * step):
        return "no-update", fact
    if same(-step):
        return "uphill", fact
    ratio = float(moved @ step / (step @ step))
    return "own-rate" if same(ratio * step) and ratio > 0 else "wrong-update", {**fact, "got": ratio}


def _judge_loss(loss: Any, right: Pass, after: Pass) -> Any:
    loss = np.asarray(loss, float)
    if loss.shape == () and near(loss, right.loss, 1e-4, 0):
        return None
    fact = {"fact": differs("The loss", loss, right.loss)}
    late = loss.shape == () and near(loss, after.loss, 1e-4, 0)
    return "loss-after" if late else "wrong-loss", fact


def _flat(arrays: list) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(array, float)) for array in arrays])


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
