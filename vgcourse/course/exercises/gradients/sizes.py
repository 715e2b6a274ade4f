"""Lesson 4, sizes: one number a layer, and one number a net, the layer factor."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import as_array

layer_rms = Exercise(
    "layer-rms",
    points=2,
    title="the size of each layer's kernel gradient",
    answers=("layer_rms",),
    passed="One honest number a layer, and even a gradient of 1e-25 keeps its size.",
    misses={
        "no-return": NO_RETURN.format(name="layer_rms"),
        "not-a-dict": "layer_rms gives back a dict: the layer's name → one number.",
        "keys-collide": "Only {got} of {wanted} layers are left. Every kernel is called 'kernel', so "
        "they overwrite each other in the dict: use the layer's name.",
        "names": "The keys should be the layers' names, such as {wanted}; here they are {got}.",
        "underflow": Miss(
            "The smallest gradients come out as exactly 0. Squares of numbers below 1e-19 are too small "
            "for float32: go to float64 before you square.",
            share=0.5,
        ),
        "signed-mean": "That is the plain mean: positive and negative entries cancel. Square before you average.",
        "deviation": "That is the standard deviation. It leaves out what all entries have in common; "
        "take the root mean square.",
        "mean-abs": "That is the mean of the absolute values: a good measure as well, but here the root "
        "mean square is asked for.",
        "norm": "That is the root of the sum of squares. It grows with the number of entries, so layers "
        "of different size cannot be compared: take the mean of the squares.",
        "no-root": "That is the mean of the squares. The root is missing.",
        "in-turn": "The list holds kernel and bias of each layer in turn, so its second entry is a bias, not the "
        "second layer's kernel. Take every other one.",
        "biases": "Those are the biases' gradients. In the list, a layer's kernel comes first.",
        "bias-mixed": "Kernel and bias are mixed. A bias gradient knows no input, so it has another "
        "size: take the kernel alone.",
        "wrong-values": "For {layer} you get {got:.4g}, where the root mean square is {wanted:.4g}.",
    },
)


def _gradients(rng: np.random.Generator) -> tuple[list[str], list[np.ndarray]]:
    """Names of four layers, and gradients of kernel and bias in turn; one layer's are of the size 1e-25."""
    names = [f"{word}_{rng.integers(10, 99)}" for word in ("first", "second", "third", "last")]
    shapes, scales = ((3, 5), (5, 4), (4, 6), (6, 1)), rng.permutation([1e-25, 1e-3, 1e-2, 1.0])
    arrays = []
    for shape, scale in zip(shapes, scales, strict=True):
        arrays.append(scale * (rng.normal(size=shape) + 0.7))
        arrays.append(scale * 4 * (rng.normal(size=shape[1]) + 2))
    return names, [a.astype("float32") for a in arrays]


@layer_rms.observe
def observe_layer_rms(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    import keras
    import tensorflow as tf

    names, arrays = _gradients(rng)
    model = keras.Sequential([keras.Input((3,))])
    for name, kernel in zip(names, arrays[::2], strict=True):
        model.add(keras.layers.Dense(kernel.shape[1], "tanh", name=name))
    return {"sizes": as_array(answer(model, [tf.constant(a) for a in arrays]))}


@layer_rms.judge
def judge_layer_rms(seen: Seen, rng: np.random.Generator) -> Any:
    sizes, (names, arrays) = seen["sizes"], _gradients(rng)
    if sizes is None:
        return "no-return"
    if not isinstance(sizes, dict):
        return "not-a-dict"
    if len(sizes) < len(names):
        return "keys-collide", {"got": len(sizes), "wanted": len(names)}
    if set(sizes) != set(names):
        return "names", {"wanted": names[0], "got": ", ".join(sizes)[:80]}
    got = np.array([float(sizes[name]) for name in names])
    kernels, biases = ([a.astype(float) for a in arrays[i::2]] for i in (0, 1))
    wanted = np.array([_rms(kernel) for kernel in kernels])
    if _alike(got, wanted):
        return None
    if _alike(got, np.where(wanted < 1e-20, 0, wanted)):
        return "underflow"
    return _slip_of_size(got, kernels, biases) or _largest_slip(names, got, wanted)


def _slip_of_size(got: np.ndarray, kernels: list, biases: list) -> str | None:
    both = [np.append(kernel, bias) for kernel, bias in zip(kernels, biases, strict=True)]
    slips = {
        "signed-mean": [np.mean(k) for k in kernels],
        "deviation": [np.std(k) for k in kernels],
        "mean-abs": [np.mean(np.abs(k)) for k in kernels],
        "norm": [np.linalg.norm(k) for k in kernels],
        "no-root": [np.mean(k**2) for k in kernels],
        "in-turn": [_rms(array) for array in (kernels[0], biases[0], kernels[1], biases[1])],
        "biases": [_rms(b) for b in biases],
        "bias-mixed": [_rms(v) for v in both],
    }
    # What vanishes in float32 may be 0 there: compare what is left.
    seen = got != 0
    return next((key for key, wrong in slips.items() if _alike(got[seen], np.array(wrong)[seen])), None)


def _largest_slip(names: list[str], got: np.ndarray, wanted: np.ndarray) -> Any:
    worst = int(np.argmax(np.abs(np.log(np.maximum(np.abs(got), 1e-300) / wanted))))
    return "wrong-values", {"layer": names[worst], "got": got[worst], "wanted": wanted[worst]}


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _alike(got: np.ndarray, wanted: np.ndarray) -> bool:
    return near(got, wanted, rtol=1e-4, atol=0)


@layer_rms.own_version
def own_layer_rms() -> Any:
    def layer_rms(model, gradients):
        kernels = zip(model.layers, gradients[::2], strict=True)
        return {layer.name: _rms(np.asarray(gradient, float)) for layer, gradient in kernels}

    return layer_rms


layer_factor = Exercise(
    "layer-factor",
    points=3,
    title="the layer factor, as a slope",
    answers=("layer_factor",),
    passed="A straight line on a logarithmic axis is a factor per layer, and you read it off as theory does.",
    misses={
        "no-return": NO_RETURN.format(name="layer_factor"),
        "no-number": "layer_factor gives back one number for all nets together; here it gives {found}.",
        "dead-net": Miss(
            "Some of the nets have a gradient of exactly 0, which has no logarithm, and they have shifted your "
            "result to {got:.3g}. Leave such nets out.",
            share=0.5,
        ),
        "upside-down": Miss(
            "That is the factor on the way up, from the input to the output. The error walks down: "
            "{got:.3g} should be its inverse.",
            share=0.5,
        ),
        "slope": "That is the slope of the logarithm, {got:.3g}. Undo the logarithm to get a factor.",
        "base": "The logarithm and its inverse do not belong together: `np.log` goes with `np.exp`, "
        "`np.log10` with `10 **`.",
        "linear": "This line was fitted to the sizes themselves. A factor per layer is a straight line "
        "only on a logarithmic axis.",
        "averaged-first": "You averaged the nets first. The largest then speaks for all of them: fit one "
        "line a net, and take the median of the slopes.",
        "mean": Miss("That is the mean over the nets. A few odd ones pull it far away; take the median.", share=0.5),
        "two-points": Miss(
            "You use the first and the last layer alone, hence the noise of just two numbers. Fit a line "
            "through all of them.",
            share=0.5,
        ),
        "wrong-values": "You get {got:.4g}, where the median over the nets' lines is {wanted:.4g}.",
    },
)


def _profiles(rng: np.random.Generator) -> np.ndarray:
    """(24, 8): 21 nets of which 4 fall more steeply, and three whose lower layers receive exactly 0."""
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.5, 1.2))
    factors = factor * np.exp(0.05 * rng.normal(size=21)) * np.repeat([1, 0.1], [17, 4])
    passed = np.arange(7, -1, -1)
    sizes = np.exp(0.7 * rng.normal(size=(21, 1)) + 0.35 * rng.normal(size=(21, 8))) * factors[:, None] ** passed
    dead = np.where(passed > 4, 0, sizes[:3])
    return rng.permutation(np.concatenate([sizes, dead]))


def _slopes(logs: np.ndarray) -> np.ndarray:
    """The slope of a line through each row, over the number of layers passed."""
    passed = np.arange(logs.shape[-1] - 1, -1, -1) - (logs.shape[-1] - 1) / 2
    return logs @ passed / (passed @ passed)


@layer_factor.observe
def observe_layer_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"factor": as_array(answer(_profiles(rng)))}


@layer_factor.judge
def judge_layer_factor(seen: Seen, rng: np.random.Generator) -> Any:
    got, profiles = seen["factor"], _profiles(rng)
    if got is None:
        return "no-return"
    if isinstance(got, (list, dict, str)) or np.size(got) != 1:
        found = "several" if isinstance(got, (list, dict)) else f"an array of shape {np.shape(got)}"
        return "no-number", {"found": found}
    got = float(np.ravel(np.asarray(got, float))[0])
    whole = profiles[(profiles > 0).all(1)]
    wanted = float(np.exp(np.median(_slopes(np.log(whole)))))
    if near(got, wanted, rtol=1e-6, atol=0):
        return None
    if not np.isfinite(got) or got == 0:
        return "dead-net", {"got": got}
    return _slip_of_factor(got, profiles, whole, wanted) or ("wrong-values", {"got": got, "wanted": wanted})


def _slip_of_factor(got: float, profiles: np.ndarray, whole: np.ndarray, wanted: float) -> Any:
    slopes = _slopes(np.log(whole))
    ends = np.exp(np.median(np.log(whole[:, 0] / whole[:, -1])) / (whole.shape[1] - 1))
    linear = [np.median(_slopes(p)) for p in (whole, profiles)]
    # A zero in the lower layers makes a slope without limit, or, with something tiny added, a very steep one.
    steep = np.append(slopes, [-np.inf] * (len(profiles) - len(whole)))
    pooled = [np.exp(_slopes(np.log(f(p, axis=0)))) for p in (whole, profiles) for f in (np.mean, np.median)]
    slips = {
        "dead-net": [np.exp(np.median(steep)), np.median(np.exp(steep))],
        "upside-down": [1 / wanted],
        "slope": [s * np.median(slopes) / b for s in (1, -1) for b in (1, np.log(10))],
        "base": [np.exp(s * np.log(wanted) / np.log(10)) for s in (1, -1)]
        + [10 ** (s * np.log(wanted)) for s in (1, -1)],
        "linear": [t * v for v in linear for t in (1, -1)] + [np.exp(t * v) for v in linear for t in (1, -1)],
        "averaged-first": pooled + [1 / p for p in pooled],
        "mean": [np.exp(np.mean(slopes)), np.mean(np.exp(slopes))],
        "two-points": [ends, 1 / ends, np.median((whole[:, 0] / whole[:, -1]) ** (1 / (whole.shape[1] - 1)))],
    }
    for key, values in slips.items():
        if any(near(got, value, rtol=1e-6, atol=0) for value in values):
            return key, {"got": got}
    return None


@layer_factor.own_version
def own_layer_factor() -> Any:
    def layer_factor(profiles):
        whole = np.asarray(profiles, float)
        return float(np.exp(np.median(_slopes(np.log(whole[(whole > 0).all(1)])))))

    return layer_factor
