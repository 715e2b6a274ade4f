"""Lesson 6, a residual block as a Keras layer: x + scale * dense(activation(x)), and a change of width."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, is_blank, need_callable
from vgcourse.course.checks.looking import first_line
from vgcourse.course.exercises.residual.block_judging import FRESH, judge_case, judge_fresh, judge_slope
from vgcourse.course.exercises.residual.block_readings import (
    PHIS,
    as_array,
    readings_of,
    slip_of,
    slope_of,
    weights_of,
)

# Features in, units, activation, scale (None: drawn), how loud x is.
CASES = (
    (5, 5, "tanh", None, 1),
    (3, 6, "tanh", None, 1),
    (1, 4, "tanh", None, 1),
    (8, 3, "relu", 2.5, 9),
    (64, 16, "elu", -0.5, 1),
    (6, 6, "relu", None, 9),
)
EXAMPLES = 12

residual_block = Exercise(
    "residual-block",
    points=3,
    title="a residual block as a Keras layer",
    answers=("ResidualBlock",),
    passed="The skip carries x itself, the branch adds what it has to say, and a change of width costs one "
    "more kernel and nothing else.",
    misses={
        "no-return": NO_RETURN.format(name="call"),
        "no-weights": "After a call the block owns no weights, so no optimizer will find any. A Dense that is made "
        "inside `call` is a new one at every call: make it in `build` and keep it on `self`.",
        "only-skip": "What comes out is x itself, and the block owns no weights: the branch is missing.",
        "shared": "Two blocks of yours share their weights: changing those of one changes the other. What "
        "stands in the class body, or outside, belongs to all of them; what is put on `self` does not.",
        "width": "With {inputs} inputs and {units} units it stops: {error}. Bring x to the new width first.",
        "stops": "With {inputs} inputs, {units} units and {activation} it stops: {error}. The 5 units with tanh on 5 "
        "inputs ran.",
        "broadcast": Miss(
            "With 1 input and 4 units nothing stops you, and yet it is wrong: NumPy and TensorFlow "
            "broadcast, so the one column of x was added to all four. Project x whenever the widths differ.",
            share=0.5,
        ),
        "skip-dropped": Miss(
            "Where the width changes, the skip is gone, and its 1 with it: only the branch comes out.", share=0.5
        ),
        "padded": Miss(
            "Where the width changes, x is filled up with zeros (or cut). That is a known way, without "
            "weights; here a linear Dense was asked for.",
            share=0.5,
        ),
        "no-projection": "With {inputs} inputs and {units} units your block owns no kernel for the skip. x cannot be "
        "added as it is: bring it to {units} features with a linear Dense.",
        "always-projects": Miss(
            "The skip has a kernel even where the width stays the same. Then it is one more random matrix, and "
            "its derivative is not 1. Project only where it must be.",
            share=0.5,
        ),
        "bent-projection": Miss(
            "The projection has an activation in it. The skip should be linear, or it is no clear road.", share=0.5
        ),
        "project-bias": Miss(
            "The projection has a bias, and the branch has one already: `use_bias=False`.",
            share=0.5,
        ),
        "projected-first": Miss(
            "Where the width changes, your branch begins at the projected x. Here it begins at x itself, and "
            "only the skip is projected.",
            share=0.5,
        ),
        "not-he": Miss(
            "The block computes what it should. But with {inputs} inputs and 64 units its fresh kernel has a root "
            "mean square of {got:.3f}; He's weights have √(2/{inputs}) = {wanted:.3f}.",
            share=0.5,
        ),
        "other-weights": "With {inputs} inputs and {units} units your block owns weights of the shapes {got}. The "
        "branch has one kernel and one bias; a skip that is projected has one kernel more.",
        "no-skip": "That is the branch alone: x itself never arrives.",
        "wrong-skip": "The skip starts at the wrong tensor: what you add is activation(x), while x should go through "
        "untouched.",
        "activation-on-sum": "The activation is applied to the sum, so it stands on the skip's road again. In this "
        "form only the branch is activated.",
        "order": "In your branch the dense layer comes before the activation. Here the activation comes first.",
        "no-activation": "There is no activation in your branch: a stack of such blocks is one linear map.",
        "scale-ignored": Miss("`self.scale` is not used: nothing changes when it does.", share=0.5),
        "scale-inside": Miss(
            "`self.scale` multiplies x before the activation. It belongs to what the branch says: scale · "
            "dense(...).",
            share=0.5,
        ),
        "bias-at-full": Miss(
            "`self.scale` multiplies what goes into the dense layer, and so not its bias. It belongs to what the "
            "branch says: scale · dense(...).",
            share=0.5,
        ),
        "activated-twice": "There is an activation behind the dense layer. Here it stands before it, once: the "
        "branch ends with the dense layer's sums, which may have either sign.",
        "multiplied": "Skip and branch are multiplied with each other. They are added.",
        "other-mixture": Miss(
            "With {inputs} inputs, {units} units, {activation} and scale {scale:.3g} your output is {skip:.3g} · x "
            "{branch} · dense(activation(x)). Wanted is 1 · x {wanted} · dense(activation(x)), x projected where the "
            "width changes.",
            share=0.5,
        ),
        "silent-projection": Miss(
            "The block computes what it should. But where the width changes, the fresh projection is 0: at the start "
            "nothing of x arrives.",
            share=0.5,
        ),
        "scale-on-sum": Miss(
            "`self.scale` multiplies the whole sum. Only the branch should be turned down.", share=0.5
        ),
        "wrong-shape": "With {inputs} inputs and {units} units {examples} examples come out as {got}.",
        "no-bias": Miss(
            "The branch's Dense has no bias. Asked for is a `Dense(units)` as it comes.",
            share=0.5,
        ),
        "bias-start": Miss(
            "The block computes what it should. But its fresh bias is not 0, as a Dense's is where nothing else is "
            "said.",
            share=0.5,
        ),
        "alike": Miss(
            "The block computes what it should. But two fresh blocks begin with the same kernel, number by number. "
            "Give no fixed seed, and no initializer that several blocks share.",
            share=0.5,
        ),
        "frozen": Miss(
            "With {inputs} inputs and {units} units the block computes what it should. But not all of its weights "
            "are trainable.",
            share=0.5,
        ),
        "other-in-training": Miss(
            "With {inputs} inputs and {units} units the output is right. But with training=True something else comes "
            "out, as from dropout.",
            share=0.5,
        ),
        "no-way-back": Miss(
            "With {inputs} inputs and {units} units the output is right. But its derivative to x, by a tape, is not "
            "that of this block: on one of its roads the gradient does not come through.",
            share=0.5,
        ),
        "defaults": Miss(
            "All is right where activation and scale are given. But `ResidualBlock(5, name='first')` {how}.",
            share=0.5,
        ),
        "other-activation": Miss(
            "With {inputs} inputs and {units} units your block answers as with {got}, where it was made with "
            "{activation}. Take the activation that is asked for, `self.activation`.",
            share=0.5,
        ),
        "wrong-values": "Wanted is x + scale · dense(activation(x)), x projected where the width changes.",
    },
)


def _draw(rng: np.random.Generator) -> tuple[list[np.ndarray], float, int]:
    """Inputs for every case, a scale, and the seed of the weights."""
    inputs = [(loud * rng.normal(size=(EXAMPLES, case[0]))).astype("float32") for *case, loud in CASES]
    return inputs, float(rng.uniform(0.3, 0.7)), int(rng.integers(1, 2**31))


@residual_block.observe
def observe_residual_block(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer, "a class")
    if is_blank(getattr(answer, "call", None)):
        raise NotImplementedError
    inputs, scale, seed = _draw(rng)
    cases = [
        _case(answer, (units, activation), scale if own is None else own, x, seed)
        for (_, units, activation, own, _), x in zip(CASES, inputs, strict=True)
    ]
    first, second = answer(5, "tanh", scale=scale), answer(5, "tanh", scale=scale)
    first(inputs[0])
    outputs = [as_array(second(inputs[0]))]
    first.set_weights([2.0 * w + 1 for w in first.get_weights()])
    stopped = any("error" in case for case in cases)
    fresh = [] if stopped else [_fresh(answer, features) for features in (FRESH, FRESH, 2 * FRESH)]
    seen = {"cases": cases, "neighbour": [*outputs, as_array(second(inputs[0]))], "fresh": fresh}
    return seen if stopped else {**seen, "short": _short(answer, inputs[0], seed)}


NAME = "first"


def _short(answer: Any, x: np.ndarray, seed: int) -> Seen:
    """A block made without activation and scale, and with a name."""
    try:
        layer = answer(x.shape[1], name=NAME)
    except TypeError as error:
        return {"error": _reason(error)}
    layer(x)
    shapes = [list(w.shape) for w in layer.get_weights()]
    layer.set_weights(weights_of(shapes, seed))
    return {"name": str(layer.name), "shapes": shapes, "y": as_array(layer(x))}


def _fresh(answer: Any, features: int) -> list:
    """The weights of a block of 64 units, as they are drawn."""
    block = answer(FRESH, "relu")
    block(np.zeros((1, features), "float32"))
    return [np.asarray(w) for w in block.get_weights()]


def _case(answer: Any, kind: tuple[int, str], scale: float, x: np.ndarray, seed: int) -> Seen:
    try:
        layer = answer(*kind, scale=scale)
        layer(x)
        shapes = [list(w.shape) for w in layer.get_weights()]
        layer.set_weights(weights_of(shapes, seed))
        seen = {"shapes": shapes, "y": as_array(layer(x)), "trained": as_array(layer(x, training=True))}
        return seen | {"trainable": len(layer.trainable_weights), "dx": slope_of(layer, x)}
    except Exception as error:
        if (x.shape[1], *kind) == CASES[0][:3]:
            raise  # nothing is asked of this block but that it runs
        return {"error": _reason(error)}


def _reason(error: Exception) -> str:
    return first_line(error)[:120]


@residual_block.judge
def judge_residual_block(seen: Seen, rng: np.random.Generator) -> Any:
    inputs, drawn, seed = _draw(rng)
    found: list = []
    for case, kind, x in zip(seen["cases"], CASES, inputs, strict=True):
        features, units, activation, own, _ = kind
        place = {"inputs": features, "units": units, "activation": activation}
        if "error" in case:
            # Only the width sets this block apart from the first one, which ran.
            key = "width" if features != units and activation == CASES[0][2] else "stops"
            found.append((key, {**place, "error": str(case["error"]).rstrip(".")}))
            continue
        if case["y"] is None:
            return "no-return"
        if not case["shapes"]:
            return "only-skip" if near(case["y"], x) else "no-weights"
        scale = drawn if own is None else own
        if problem := judge_case(case, (units, activation), x.astype(float), scale, seed):
            key, fields = problem if isinstance(problem, tuple) else (problem, {})
            found.append((key, {**place, **fields}))
        elif problem := judge_slope(case, (units, activation), x.astype(float), scale, seed):
            found.append((problem, place))
        if features == units and not found and not near(*seen["neighbour"], rtol=1e-6, atol=1e-6):
            return "shared"
    if found:
        shares = [residual_block.misses[key].share for key, _ in found]
        if not all(fields["inputs"] != fields["units"] for _, fields in found):
            return found[shares.index(min(shares))]
        return with_other_half(found[0], not shares[0], "Where the width stays the same, the block is right.")
    return judge_fresh(seen["fresh"]) or _judge_short(seen["short"], inputs[0], seed)


def _judge_short(seen: Seen, x: np.ndarray, seed: int) -> Any:
    if "error" in seen:
        return "defaults", {"how": f"stops: {seen['error']}".rstrip(".")}
    y, units, relu = np.asarray(seen["y"], float), x.shape[1], PHIS["relu"][0]
    readings = readings_of(seen["shapes"], units, units, seed)
    if not any(slip_of(y, x.astype(float), 1.0, reading, relu) == "passed" for reading in readings):
        return "defaults", {"how": "does not answer as one with relu and scale 1 does"}
    return None if seen["name"] == NAME else ("defaults", {"how": f"has the name {seen['name']!r}"})


@residual_block.own_version
def own_residual_block() -> Any:
    import keras

    class ResidualBlock(keras.layers.Layer):
        def __init__(self, units, activation="relu", scale=1.0, **kwargs):
            super().__init__(**kwargs)
            self.units, self.scale = units, scale
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")
            self.project = None
            if input_shape[-1] != self.units:
                self.project = keras.layers.Dense(self.units, use_bias=False)

        def call(self, x):
            road = x if self.project is None else self.project(x)
            return road + self.scale * self.dense(self.activation(x))

    return ResidualBlock
