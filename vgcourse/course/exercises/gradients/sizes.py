"""Lesson 4, sizes: one number a layer."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_dict, as_number, near, rms, shortened, told_apart
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
        "layers-missing": "Of {wanted} layers, {missing} did not come back. All of them have a kernel, the output "
        "too.",
        "keys-collide": "For {wanted} layers only {got} entries came back, under {keys}. What has the same key "
        "overwrites what was there: use the layer's name.",
        "names": "The keys should be the layers' names, such as {wanted}; here they are {got}.",
        "not-a-number": "For {layer} you give back something of shape {got}. Asked for is one number a layer: "
        "average over all entries, without `axis`.",
        "other-layers": Miss(
            "These are the right numbers under the wrong names: the list is in the order of the "
            "layers, from the first to the output.",
            share=0.5,
        ),
        "underflow": Miss(
            "The smallest gradients come out as exactly 0. Squares of numbers below 1e-19 are too small "
            "for float32: go to float64 before you square.",
            share=0.5,
        ),
        "signed-mean": "That is the plain mean: positive and negative entries cancel. Square, then average.",
        "deviation": Miss(
            "That is the standard deviation. It leaves out what all entries have in common; take the root mean "
            "square.",
            share=0.5,
        ),
        "mean-abs": Miss(
            "That is the mean of the absolute values: a good measure as well, but here the root mean square is asked "
            "for.",
            share=0.5,
        ),
        "norm": Miss(
            "That is the root of the sum of squares. It grows with the number of entries, so layers of different "
            "size cannot be compared: take the mean of the squares.",
            share=0.5,
        ),
        "no-root": Miss("That is the mean of the squares. The root is missing.", share=0.5),
        "sum": "That is the sum of the squares: neither divided by how many there are, nor under a root.",
        "divided-late": "You divide after the root: that is √(sum of squares) / n. Divide by how many entries there "
        "are first, then take the root.",
        "one-less": Miss(
            "You divide the sum of squares by n - 1. That belongs to a variance around an estimated mean; "
            "here nothing is estimated: divide by n.",
            share=0.5,
        ),
        "middle": "That is the median of the absolute values: half of the entries can do as they like, and it does "
        "not move.",
        "largest": "That is the largest entry alone, without its sign. All of them count: square, average, root.",
        "by-columns": "You take the root for every column or row, and average the roots. Square, average over *all* "
        "entries, and take one root.",
        "no-zeros": "You leave out the entries that are 0. They are part of the layer: what receives nothing counts.",
        "floor": "No size of yours is below {floor:.2g}, however small the gradient. Whatever is added there: "
        "beside a gradient of 1e-25 it is everything.",
        "logarithm": Miss(
            "That is the logarithm of the root mean square: right for an axis, but asked for is the number.",
            share=0.5,
        ),
        "in-turn": "The list holds kernel and bias of each layer in turn: its second entry is a bias, not the "
        "second layer's kernel. Take every other one.",
        "biases": "Those are the biases' gradients. In the list, a layer's kernel comes first.",
        "bias-mixed": "Kernel and bias are mixed. A bias gradient knows no input, so it has another "
        "size: take the kernel alone.",
        "wrong-values": "Take the entries of that layer's gradient, and compute it once by hand.",
    },
)


Case = tuple[list[str], list[np.ndarray]]


def _draw(rng: np.random.Generator) -> list[Case]:
    """A drawn net of four layers, and a fixed one of seven: one explodes, and half of one is exactly 0."""
    fixed = np.random.default_rng(3)
    names, arrays = _gradients(fixed, ("in", "low", "below", "middle", "above", "high", "out"), 300.0)
    arrays[4][::2] = 0
    return [_gradients(rng, ("first", "second", "third", "last")), (names, arrays)]


def _gradients(rng: np.random.Generator, words: tuple[str, ...], loudest: float = 1.0) -> Case:
    """Names of the layers, and gradients of kernel and bias in turn; one layer's are of the size 1e-25."""
    names = [f"{word}_{rng.integers(10, 99)}" for word in words]
    widths = [3, *(int(n) for n in rng.permutation(np.arange(2, 2 + len(words)))[:-1] + 2), 1]
    scales = rng.permutation([1e-25, *np.geomspace(1e-4, loudest, len(words) - 1)])
    arrays = []
    for fan_in, fan_out, scale in zip(widths[:-1], widths[1:], scales, strict=True):
        arrays.append(scale * (rng.normal(size=(fan_in, fan_out)) + 0.7))
        arrays.append(scale * 4 * (rng.normal(size=fan_out) + 2))
    return names, [a.astype("float32") for a in arrays]


@layer_rms.observe
def observe_layer_rms(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    import keras
    import tensorflow as tf

    sizes = []
    for names, arrays in _draw(rng):
        layers = [keras.layers.Dense(k.shape[1], "tanh", name=n) for n, k in zip(names, arrays[::2], strict=True)]
        model = keras.Sequential([keras.Input((3,)), *layers])
        sizes.append(_numbers(answer(model, [tf.constant(a) for a in arrays])))
    return {"sizes": sizes}


def _numbers(sizes: Any) -> Any:
    sizes = as_dict(sizes)
    if not isinstance(sizes, dict):
        return as_array(sizes)
    return {str(name): as_number(size) for name, size in sizes.items()}


@layer_rms.judge
def judge_layer_rms(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    for sizes, (names, _) in zip(seen["sizes"], cases, strict=True):
        if problem := _judge_names(sizes, names) or _judge_shapes(sizes):
            return problem
    got = [
        np.array([float(sizes[name]) for name in names])
        for sizes, (names, _) in zip(seen["sizes"], cases, strict=True)
    ]
    wanted = [np.array([rms(kernel.astype(float)) for kernel in arrays[::2]]) for _, arrays in cases]
    if all(map(_alike, got, wanted)):
        return None
    if all(_alike(g, np.where(w < 1e-20, 0, w)) for g, w in zip(got, wanted, strict=True)):
        return "underflow"
    i = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _alike(g, w))
    fact = _largest_slip(cases[i][0], got[i], wanted[i])
    keys = [_slips_of_size(g, arrays) for g, (_, arrays) in zip(got, cases, strict=True)]
    return next((key for key in keys[0] if key in keys[1]), "wrong-values"), {
        **fact,
        "floor": min(got[0].min(), got[1].min()),
    }


def _judge_names(sizes: Any, names: list[str]) -> Any:
    if sizes is None:
        return "no-return"
    if not isinstance(sizes, dict):
        return "not-a-dict"
    if missing := [name for name in names if name not in sizes]:
        if set(sizes) < set(names):
            return "layers-missing", {"missing": shortened(", ".join(missing), 80), "wanted": len(names)}
        if len(sizes) < len(names):
            return "keys-collide", {"got": len(sizes), "wanted": len(names), "keys": shortened(", ".join(sizes), 60)}
    if set(sizes) != set(names):
        return "names", {"wanted": names[0], "got": shortened(", ".join(sizes), 80)}
    return None


def _judge_shapes(sizes: dict[str, Any]) -> Any:
    shapes = {name: np.shape(size) for name, size in sizes.items()}
    name = next((name for name, shape in shapes.items() if shape), None)
    return name and ("not-a-number", {"layer": name, "got": str(shapes[name])})


def _slips_of_size(got: np.ndarray, arrays: list) -> list[str]:
    """The misconceptions whose result these numbers are."""
    kernels, biases = ([a.astype(float) for a in arrays[i::2]] for i in (0, 1))
    both = [np.append(kernel, bias) for kernel, bias in zip(kernels, biases, strict=True)]
    squares = [k**2 for k in kernels]
    slips = {
        "signed-mean": [[np.mean(k) for k in kernels], [abs(np.mean(k)) for k in kernels]],
        "deviation": [[np.std(k) for k in kernels], [np.std(k, ddof=1) for k in kernels]],
        "mean-abs": [[np.mean(np.abs(k)) for k in kernels]],
        "norm": [[np.linalg.norm(k) for k in kernels]],
        "no-root": [[np.mean(s) for s in squares]],
        "sum": [[np.sum(s) for s in squares]],
        "divided-late": [
            [np.linalg.norm(k) / n for k, n in zip(kernels, of, strict=True)] for of in _counts(kernels)
        ],
        "one-less": [[np.sqrt(np.sum(s) / (s.size - 1)) for s in squares]],
        "middle": [[np.median(np.abs(k)) for k in kernels], [np.sqrt(np.median(s)) for s in squares]],
        "largest": [[np.abs(k).max() for k in kernels]],
        "by-columns": [[np.mean(np.sqrt(np.mean(s, axis))) for s in squares] for axis in (0, 1)],
        "no-zeros": [[rms(k[k != 0]) for k in kernels]],
        "logarithm": [[log(rms(k)) for k in kernels] for log in (np.log, np.log10)],
        "in-turn": [[rms(a.astype(float)) for a in arrays[: len(kernels)]]],
        "biases": [[rms(b) for b in biases]],
        "bias-mixed": [[rms(v) for v in both], [rms(k) + rms(b) for k, b in zip(kernels, biases, strict=True)]],
    }
    # What vanishes in float32 may be 0 there: compare what is left.
    seen = got != 0
    found = [
        key for key, ways in slips.items() if seen.any() and any(_alike(got[seen], np.array(w)[seen]) for w in ways)
    ]
    right = np.array([rms(k) for k in kernels])
    if _alike(np.sort(got), np.sort(right)):
        found.append("other-layers")
    if _has_floor(got, right):
        found.append("floor")
    return found


def _counts(kernels: list) -> list[list[int]]:
    """What a norm is divided by: entries, inputs, units."""
    return [[k.size for k in kernels], [len(k) for k in kernels], [k.shape[1] for k in kernels]]


def _has_floor(got: np.ndarray, right: np.ndarray) -> bool:
    """Whether what is tiny comes out far too large, and all that is larger than that as it is."""
    tiny, floor = right < 1e-20, got.min()
    large = right > 100 * floor
    return bool(
        floor > 1e-18 and large.any() and np.allclose(got[large], right[large], 1e-3) and np.all(got[tiny] == floor)
    )


def _largest_slip(names: list[str], got: np.ndarray, wanted: np.ndarray) -> dict[str, Any]:
    worst = int(np.argmax(np.abs(np.log(np.maximum(np.abs(got), 1e-300) / wanted))))
    mine, right = told_apart(got[worst], wanted[worst])
    return {"fact": f"For {names[worst]} you get {mine}, where the root mean square is {right}."}


def _alike(got: np.ndarray, wanted: np.ndarray) -> bool:
    return near(got, wanted, rtol=2e-6, atol=0)


@layer_rms.own_version
def own_layer_rms() -> Any:
    def layer_rms(model, gradients):
        kernels = zip(model.layers, gradients[::2], strict=True)
        return {layer.name: np.sqrt(np.mean(np.asarray(g, float) ** 2)) for layer, g in kernels}

    return layer_rms
