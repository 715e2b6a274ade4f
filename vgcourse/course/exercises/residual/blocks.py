"""Lesson 6, a residual block as a Keras layer: x + scale * dense(activation(x)), and a change of width."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, is_blank, need_callable

CASES = ((5, 5), (3, 6), (1, 4))  # features in, units
EXAMPLES = 12
FRESH = 64  # units of a block whose initial weights are looked at

residual_block = Exercise(
    "residual-block",
    points=3,
    title="a residual block as a Keras layer",
    answers=("ResidualBlock",),
    passed="The skip carries x itself, the branch adds what it has to say, and a change of width costs one "
    "more kernel and nothing else.",
    misses={
        "no-return": NO_RETURN.format(name="call"),
        "no-weights": "The block owns no weights, so no optimizer will find any. A Dense that is made inside "
        "`call` is a new one at every call: make it in `build` and keep it on `self`.",
        "shared": "Two blocks of yours share their weights: changing those of one changes the other. What "
        "stands in the class body, or outside, belongs to all of them; what is put on `self` does not.",
        "width": "With {inputs} inputs and {units} units it stops: {error}. Bring x to the new width first.",
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
        "always-projects": Miss(
            "The skip has a kernel even where the width stays the same. Then it is one more random matrix, and "
            "its derivative is not 1. Project only where it must be.",
            share=0.5,
        ),
        "bent-projection": Miss(
            "The projection has the activation in it. The skip should be linear, or it is no clear road.", share=0.5
        ),
        "project-bias": Miss(
            "All is right but that the projection has a bias, and the branch has one already: `use_bias=False`.",
            share=0.5,
        ),
        "projected-first": Miss(
            "Where the width changes, your branch begins at the projected x. Here it begins at x itself, and "
            "only the skip is projected.",
            share=0.5,
        ),
        "not-he": Miss(
            "The block computes what it should. But with 64 inputs its fresh kernel has a root mean square of "
            "{got:.3f}; He's weights have √(2/64) = 0.177.",
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
        "scale-ignored": Miss("All is right but `self.scale`: nothing changes when it does.", share=0.5),
        "scale-on-sum": Miss(
            "`self.scale` multiplies the whole sum. Only the branch should be turned down.", share=0.5
        ),
        "wrong-shape": "With {inputs} inputs and {units} units {examples} examples come out as {got}.",
        "wrong-values": "With {inputs} inputs and {units} units the largest difference from x + scale · "
        "dense(activation(x)) is {off:.3g}.",
    },
)


def _draw(rng: np.random.Generator) -> tuple[list[np.ndarray], float, int]:
    """Inputs for every case, a scale, and the seed of the weights."""
    inputs = [rng.normal(size=(EXAMPLES, features)).astype("float32") for features, _ in CASES]
    return inputs, float(rng.uniform(0.3, 0.7)), int(rng.integers(1, 2**31))


def weights_of(shapes: list, seed: int) -> list[np.ndarray]:
    """One drawn array a shape; student's process and judge draw the same."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=tuple(int(side) for side in shape)) for shape in shapes]


@residual_block.observe
def observe_residual_block(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer, "a class")
    if is_blank(getattr(answer, "call", None)):
        raise NotImplementedError
    inputs, scale, seed = _draw(rng)
    seen: Seen = {
        "cases": [_case(answer, units, scale, x, seed) for (_, units), x in zip(CASES, inputs, strict=True)]
    }
    first, second = answer(5, "tanh", scale=scale), answer(5, "tanh", scale=scale)
    first(inputs[0])
    outputs = [_as_array(second(inputs[0]))]
    first.set_weights([2.0 * w + 1 for w in first.get_weights()])
    return seen | {"neighbour": [*outputs, _as_array(second(inputs[0]))], "fresh": _fresh(answer)}


def _fresh(answer: Any) -> list:
    """The weights of a block of 64 units, as they are drawn."""
    block = answer(FRESH, "relu")
    block(np.zeros((1, FRESH), "float32"))
    return [np.asarray(w) for w in block.get_weights()]


def _case(answer: Any, units: int, scale: float, x: np.ndarray, seed: int) -> Seen:
    try:
        layer = answer(units, "tanh", scale=scale)
        layer(x)
        shapes = [list(w.shape) for w in layer.get_weights()]
        layer.set_weights(weights_of(shapes, seed))
        return {"shapes": shapes, "y": _as_array(layer(x))}
    except Exception as error:
        if x.shape[1] == units:
            raise
        return {"error": str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__}


def _as_array(value: Any) -> Any:
    return None if value is None else np.asarray(value)


@residual_block.judge
def judge_residual_block(seen: Seen, rng: np.random.Generator) -> Any:
    inputs, scale, seed = _draw(rng)
    for case, (features, units), x in zip(seen["cases"], CASES, inputs, strict=True):
        place = {"inputs": features, "units": units}
        if "error" in case:
            return "width", {**place, "error": str(case["error"]).rstrip(".")}
        if case["y"] is None:
            return "no-return"
        if not case["shapes"]:
            return "no-weights"
        if problem := _judge_case(case, units, x.astype(float), scale, seed):
            return problem if isinstance(problem, tuple) else (problem, place)
        if features == units and not near(*seen["neighbour"], rtol=1e-6, atol=1e-6):
            return "shared"
    return _judge_fresh(seen["fresh"])


def _judge_fresh(arrays: list) -> Any:
    kernel = next(a for a in arrays if np.shape(a) == (FRESH, FRESH))
    size = float(np.sqrt(np.mean(np.asarray(kernel, float) ** 2)))
    # 9 standard errors of the root mean square of 4,096 normal numbers; Glorot's weights are 0.71 of He's.
    return None if abs(size / np.sqrt(2 / FRESH) - 1) < 0.1 else ("not-he", {"got": size})


def _judge_case(case: Seen, units: int, x: np.ndarray, scale: float, seed: int) -> Any:
    y, place = np.asarray(case["y"], float), {"inputs": x.shape[1], "units": units}
    if y.shape != (len(x), units):
        return "wrong-shape", {**place, "examples": len(x), "got": str(y.shape)}
    readings = _readings(case["shapes"], x.shape[1], units, seed)
    found = [_slip(y, x, scale, reading) for reading in readings]
    same = x.shape[1] == units
    if "passed" in found:
        if same:
            return "always-projects" if len(readings[0][1]) else None
        return "project-bias" if [list(shape) for shape in case["shapes"]].count([units]) > 1 else None
    if keys := [key for key in found if key]:
        return keys[0]
    if not readings:
        if _is_projected_first(y, x, scale, case["shapes"], seed):
            return "projected-first"
        return "other-weights", {**place, "got": ", ".join(str(tuple(shape)) for shape in case["shapes"])[:120]}
    whole = [reading for reading in readings if same or reading[1]]
    nearest = min((np.abs(y - _right(x, scale, *reading)).max() for reading in whole), default=np.nan)
    return "wrong-values", {**place, "off": float(nearest)}


def _readings(shapes: list, features: int, units: int, seed: int) -> list[tuple]:
    """Every way to read the weights: ((kernel, bias) of the branch, [kernel, bias] of the skip or [])."""
    known = [[features, units], [units]]
    if len(shapes) > 4 or any(list(shape) not in known for shape in shapes):
        return []
    arrays = weights_of(shapes, seed)
    kernels, biases = ([a for a in arrays if a.ndim == dims] for dims in (2, 1))
    biases = [*biases, np.zeros(units), np.zeros(units)][:2]
    ways = []
    for order in itertools.permutations(range(len(kernels))):
        branch, *skip = [kernels[i] for i in order]
        for first, second in (biases, biases[::-1]):
            ways.append(((branch, first), [skip[0], second] if skip else []))
    return ways


def _is_projected_first(y: np.ndarray, x: np.ndarray, scale: float, shapes: list, seed: int) -> bool:
    units, arrays = y.shape[1], weights_of(shapes, seed)
    first, second = ([a for a in arrays if a.shape == shape] for shape in ((x.shape[1], units), (units, units)))
    biases = [*(a for a in arrays if a.ndim == 1), np.zeros(units), np.zeros(units)][:2]
    if x.shape[1] == units or len(first) != 1 or len(second) != 1 or any(b.shape != (units,) for b in biases):
        return False
    for inside, outside in (biases, biases[::-1]):
        road = x @ first[0] + outside
        if any(near(y, road + s * (np.tanh(road) @ second[0] + inside)) for s in (scale, 1)):
            return True
    return False


def _right(x: np.ndarray, scale: float, branch: tuple, skip: list) -> np.ndarray:
    road = x @ skip[0] + skip[1] if skip else x
    return road + scale * (np.tanh(x) @ branch[0] + branch[1])


def _slip(y: np.ndarray, x: np.ndarray, scale: float, reading: tuple) -> str | None:
    """What the output shows under one reading of the weights: "passed", a key, or None."""
    (kernel, bias), skip = reading
    units, h = kernel.shape[1], np.tanh(x)
    inner, linear = h @ kernel + bias, x @ kernel + bias
    if skip:
        road, bent = x @ skip[0] + skip[1], [np.tanh(x @ skip[0] + skip[1]), h @ skip[0] + skip[1]]
        if near(y, road + scale * inner):
            return "passed"
        if any(near(y, way + s * inner) for way in bent for s in (scale, 1)):
            return "bent-projection"
    elif x.shape[1] != units:
        return _slip_of_width(y, x, scale, inner)
    else:
        road = x
    slips = {
        "passed": [road + scale * inner],
        "no-skip": [scale * inner, inner, np.tanh(linear), scale * np.tanh(linear)],
        "wrong-skip": [np.tanh(road) + s * inner for s in (scale, 1)],
        "activation-on-sum": [np.tanh(road + s * part) for s in (scale, 1) for part in (inner, linear)]
        + [s * np.tanh(road + inner) for s in (scale,)],
        "order": [road + s * np.tanh(linear) for s in (scale, 1)],
        "no-activation": [road + s * linear for s in (scale, 1)],
        "scale-ignored": [road + inner],
        "scale-on-sum": [scale * (road + inner)],
    }
    return next((key for key, wrong in slips.items() if any(near(y, w) for w in wrong)), None)


def _slip_of_width(y: np.ndarray, x: np.ndarray, scale: float, inner: np.ndarray) -> str | None:
    """There is no projection, though the width changes."""
    filled = np.pad(x, ((0, 0), (0, inner.shape[1] - x.shape[1])))
    slips = {"skip-dropped": 0 * inner, "padded": filled}
    if x.shape[1] == 1:
        slips["broadcast"] = np.broadcast_to(x, inner.shape)
    return next((key for key, road in slips.items() if any(near(y, road + s * inner) for s in (scale, 1))), None)


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
