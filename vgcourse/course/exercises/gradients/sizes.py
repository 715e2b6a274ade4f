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
        "layers-missing": "Of {wanted} layers, {missing} did not come back. The output has a kernel as well.",
        "keys-collide": "For {wanted} layers only {got} entries came back, under {keys}. What has the same key "
        "overwrites what was there: use the layer's name.",
        "names": "The keys should be the layers' names, such as {wanted}; here they are {got}.",
        "underflow": Miss(
            "The smallest gradients come out as exactly 0. Squares of numbers below 1e-19 are too small "
            "for float32: go to float64 before you square.",
            share=0.5,
        ),
        "signed-mean": "That is the plain mean: positive and negative entries cancel. Square, then average.",
        "deviation": "That is the standard deviation. It leaves out what all entries have in common; "
        "take the root mean square.",
        "mean-abs": "That is the mean of the absolute values: a good measure as well, but here the root "
        "mean square is asked for.",
        "norm": "That is the root of the sum of squares. It grows with the number of entries, so layers "
        "of different size cannot be compared: take the mean of the squares.",
        "no-root": "That is the mean of the squares. The root is missing.",
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
    """A drawn net of four layers, and a fixed one of seven in which half of a kernel's gradient is exactly 0."""
    fixed = np.random.default_rng(3)
    names, arrays = _gradients(fixed, ("in", "low", "below", "middle", "above", "high", "out"))
    arrays[4][::2] = 0
    return [_gradients(rng, ("first", "second", "third", "last")), (names, arrays)]


def _gradients(rng: np.random.Generator, words: tuple[str, ...]) -> Case:
    """Names of the layers, and gradients of kernel and bias in turn; one layer's are of the size 1e-25."""
    names = [f"{word}_{rng.integers(10, 99)}" for word in words]
    widths = [3, *(int(n) for n in rng.permutation(np.arange(2, 2 + len(words)))[:-1] + 2), 1]
    scales = rng.permutation([1e-25, *np.geomspace(1e-4, 1, len(words) - 1)])
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
        sizes.append(as_array(answer(model, [tf.constant(a) for a in arrays])))
    return {"sizes": sizes}


@layer_rms.judge
def judge_layer_rms(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    for sizes, (names, _) in zip(seen["sizes"], cases, strict=True):
        if problem := _judge_names(sizes, names):
            return problem
    got = [
        np.array([float(sizes[name]) for name in names])
        for sizes, (names, _) in zip(seen["sizes"], cases, strict=True)
    ]
    wanted = [np.array([_rms(kernel.astype(float)) for kernel in arrays[::2]]) for _, arrays in cases]
    if all(map(_alike, got, wanted)):
        return None
    if all(_alike(g, np.where(w < 1e-20, 0, w)) for g, w in zip(got, wanted, strict=True)):
        return "underflow"
    i = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _alike(g, w))
    fact = _largest_slip(cases[i][0], got[i], wanted[i])
    keys = [_slips_of_size(g, arrays) for g, (_, arrays) in zip(got, cases, strict=True)]
    return next((key for key in keys[0] if key in keys[1]), "wrong-values"), fact


def _judge_names(sizes: Any, names: list[str]) -> Any:
    if sizes is None:
        return "no-return"
    if not isinstance(sizes, dict):
        return "not-a-dict"
    if missing := [name for name in names if name not in sizes]:
        if set(sizes) < set(names):
            return "layers-missing", {"missing": ", ".join(missing)[:80], "wanted": len(names)}
        if len(sizes) < len(names):
            return "keys-collide", {"got": len(sizes), "wanted": len(names), "keys": ", ".join(sizes)[:60]}
    if set(sizes) != set(names):
        return "names", {"wanted": names[0], "got": ", ".join(sizes)[:80]}
    return None


def _slips_of_size(got: np.ndarray, arrays: list) -> list[str]:
    """The misconceptions whose result these numbers are."""
    kernels, biases = ([a.astype(float) for a in arrays[i::2]] for i in (0, 1))
    both = [np.append(kernel, bias) for kernel, bias in zip(kernels, biases, strict=True)]
    slips = {
        "signed-mean": [np.mean(k) for k in kernels],
        "deviation": [np.std(k) for k in kernels],
        "mean-abs": [np.mean(np.abs(k)) for k in kernels],
        "norm": [np.linalg.norm(k) for k in kernels],
        "no-root": [np.mean(k**2) for k in kernels],
        "in-turn": [_rms(a.astype(float)) for a in arrays[: len(kernels)]],
        "biases": [_rms(b) for b in biases],
        "bias-mixed": [_rms(v) for v in both],
    }
    # What vanishes in float32 may be 0 there: compare what is left.
    seen = got != 0
    return [key for key, wrong in slips.items() if seen.any() and _alike(got[seen], np.array(wrong)[seen])]


def _largest_slip(names: list[str], got: np.ndarray, wanted: np.ndarray) -> dict[str, Any]:
    worst = int(np.argmax(np.abs(np.log(np.maximum(np.abs(got), 1e-300) / wanted))))
    fact = f"For {names[worst]} you get {got[worst]:.4g}, where the root mean square is {wanted[worst]:.4g}."
    return {"fact": fact}


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _alike(got: np.ndarray, wanted: np.ndarray) -> bool:
    return near(got, wanted, rtol=2e-6, atol=0)


@layer_rms.own_version
def own_layer_rms() -> Any:
    def layer_rms(model, gradients):
        kernels = zip(model.layers, gradients[::2], strict=True)
        return {layer.name: np.sqrt(np.mean(np.asarray(g, float) ** 2)) for layer, g in kernels}

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
            "Some of the nets have a gradient of exactly 0, in some layer or other, and 0 has no logarithm. "
            "Leave such nets out.",
            share=0.5,
        ),
        "upside-down": Miss(
            "That is the factor on the way up, from the input to the output. The error walks down: turn it over.",
            share=0.5,
        ),
        "slope": "That is the slope of the logarithm. Undo the logarithm to get a factor.",
        "base": "The logarithm and its inverse do not belong together: `np.log` goes with `np.exp`, "
        "`np.log10` with `10 **`.",
        "linear": "This line was fitted to the sizes themselves. A factor per layer is a straight line "
        "only on a logarithmic axis.",
        "averaged-first": "You averaged the nets first. The largest then speaks for all of them: fit one "
        "line a net, and take the median of the slopes.",
        "pooled-median": Miss(
            "You took the median over the nets first, layer by layer, and fitted one line to it. Fit one "
            "line a net, and take the median of the slopes.",
            share=0.5,
        ),
        "one-too-many": Miss(
            "That is the root for d layers, of the first layer's size over the last one's. Between d layers "
            "there are d - 1 steps; and a line through all of them has less noise than its two ends.",
            share=0.5,
        ),
        "never-above-1": Miss("Your factor never exceeds 1. A gradient can also grow on its way down.", share=0.5),
        "mean": Miss("That is the mean over the nets. A few odd ones pull it far away; take the median.", share=0.5),
        "two-points": Miss(
            "You use the first and the last layer alone, hence the noise of just two numbers. Fit a line "
            "through all of them.",
            share=0.5,
        ),
        "wrong-values": "Begin with a single net: fit its line, and look at the slope.",
    },
)


def _nets(rng: np.random.Generator) -> list[np.ndarray]:
    """Drawn nets whose gradient shrinks or grows; then, always, one that shrinks, and one that grows tenfold.

    The second has an even number of living nets and sizes of 1e-40; in the third some nets are dead in the middle
    layers alone.
    """
    fixed = np.random.default_rng(8)
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.5, 1.2))
    shrinks, grows = 1e-30 * _profiles(fixed, 0.4, 18, 6), _profiles(fixed, 13.0, 21, 11)
    grows[fixed.permutation(len(grows))[:3], 4:7] = 0
    return [_profiles(rng, factor, 21, 8), shrinks, grows]


def _profiles(rng: np.random.Generator, factor: float, living: int, layers: int) -> np.ndarray:
    """(living + 3, layers): four of the living fall more steeply; in the others lower layers receive exactly 0."""
    factors = factor * np.exp(0.05 * rng.normal(size=living)) * np.repeat([1, 0.1], [living - 4, 4])
    passed = np.arange(layers - 1, -1, -1)
    noise = 0.7 * rng.normal(size=(living, 1)) + 0.35 * rng.normal(size=(living, layers))
    sizes = np.exp(noise) * factors[:, None] ** passed
    dead = np.where(passed > layers // 2, 0, sizes[:3])
    return rng.permutation(np.concatenate([sizes, dead]))


def _slopes(logs: np.ndarray) -> np.ndarray:
    """The slope of a line through each row, over the number of layers passed."""
    passed = np.arange(logs.shape[-1] - 1, -1, -1) - (logs.shape[-1] - 1) / 2
    return logs @ passed / (passed @ passed)


@layer_factor.observe
def observe_layer_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"factors": [as_array(answer(profiles)) for profiles in _nets(rng)]}


@layer_factor.judge
def judge_layer_factor(seen: Seen, rng: np.random.Generator) -> Any:
    cases, factors = _nets(rng), []
    for got in seen["factors"]:
        if got is None:
            return "no-return"
        if isinstance(got, (list, dict, str)) or np.shape(got) != ():
            found = "several" if isinstance(got, (list, dict)) else f"an array of shape {np.shape(got)}"
            return "no-number", {"found": found}
        factors.append(float(np.ravel(np.asarray(got, float))[0]))
    off = [i for i, profiles in enumerate(cases) if not _any_near(factors[i], _right(profiles))]
    if not off:
        return None
    return _cause_of_factor(factors, cases), _fact_of_factor(factors[off[0]], cases[off[0]])


def _right(profiles: np.ndarray) -> list[float]:
    """The factor of the median slope; with an even number of nets the median of the factors is another number."""
    slopes = _slopes(np.log(profiles[(profiles > 0).all(1)]))
    return [float(np.exp(np.median(slopes))), float(np.median(np.exp(slopes)))]


def _any_near(got: float, wanted: list) -> bool:
    return any(near(got, value, rtol=1e-6, atol=0) for value in wanted)


def _fact_of_factor(got: float, profiles: np.ndarray) -> dict[str, Any]:
    nets, layers = profiles.shape
    dead = int(np.sum(~(profiles > 0).all(1)))
    place = f"For {nets} nets of {layers} layers, {dead} of them dead"
    return {"fact": f"{place}, you get {got:.6g}, where it should be {_right(profiles)[0]:.6g}.", "got": got}


def _cause_of_factor(factors: list[float], cases: list[np.ndarray]) -> str:
    slips = [_slips_of_factor(profiles) for profiles in cases]
    # A bound under which all is dead spoils the tiny nets alone: that is no dead net's doing.
    only_tiny = all(_any_near(got, _right(p)) for got, p in zip(factors[::2], cases[::2], strict=True))
    for key in slips[0]:
        if not (key == "dead-net" and only_tiny) and all(
            _spoilt(key, got) or _any_near(got, of[key]) for got, of in zip(factors, slips, strict=True)
        ):
            return key
    return "wrong-values"


def _spoilt(key: str, got: float) -> bool:
    """With a dead net's logarithm in it, a median is no number, or 0."""
    return key == "dead-net" and (not np.isfinite(got) or got == 0)


TINY = (1e-300, 1e-30, 1e-12, 1e-10, 1e-8)


def _slips_of_factor(profiles: np.ndarray) -> dict[str, list]:
    whole = profiles[(profiles > 0).all(1)]
    slopes, right = _slopes(np.log(whole)), _right(profiles)
    ends = np.median(np.log(whole[:, 0] / whole[:, -1])) / (whole.shape[1] - 1)
    whole_ratio = np.median((whole[:, 0] / whole[:, -1]) ** (1 / (whole.shape[1] - 1)))
    linear = [np.median(_slopes(p)) for p in (whole, profiles)]
    # A zero in the lower layers makes a slope without limit, or, with something tiny added, a very steep one.
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = np.append(slopes, [-np.inf] * (len(profiles) - len(whole)))
        level = np.append(slopes, [np.inf] * (len(profiles) - len(whole)))
        ratios = [np.median((p[:, 0] / p[:, -1]) ** (1 / (p.shape[1] - 1))) for p in (profiles,)]
        tiny = [np.exp(np.median(_slopes(np.log(profiles + small)))) for small in TINY]
        pooled = [
            (f, p, np.exp(_slopes(np.log(f(p, axis=0))))) for p in (whole, profiles) for f in (np.mean, np.median)
        ]
    of_mean, of_median = ([r for f, _, r in pooled if f is g] for g in (np.mean, np.median))
    return {
        "dead-net": [np.exp(np.median(steep)), np.exp(np.median(level)), *ratios, *tiny, *right],
        "upside-down": [1 / value for value in right],
        "slope": [s * np.median(slopes) / b for s in (1, -1) for b in (1, np.log(10))],
        "base": [np.exp(s * np.log(right[0]) / np.log(10)) for s in (1, -1)]
        + [10 ** (s * np.log(right[0])) for s in (1, -1)],
        "linear": [t * v for v in linear for t in (1, -1)] + [np.exp(t * v) for v in linear for t in (1, -1)],
        "averaged-first": of_mean + [1 / p for p in of_mean],
        "pooled-median": of_median + [1 / p for p in of_median],
        "mean": [np.exp(np.mean(slopes)), np.mean(np.exp(slopes))],
        "two-points": [np.exp(ends), np.exp(-ends), whole_ratio],
        "one-too-many": [np.exp(ends * (whole.shape[1] - 1) / whole.shape[1])],
        "never-above-1": [min(1.0, right[0]), np.exp(-abs(np.median(slopes))), np.exp(np.median(-np.abs(slopes)))],
    }


@layer_factor.own_version
def own_layer_factor() -> Any:
    def layer_factor(profiles):
        profiles = np.asarray(profiles, float)
        whole = profiles[(profiles > 0).all(axis=1)]
        slopes = np.polyfit(np.arange(whole.shape[1]), np.log(whole).T, 1)[0]  # all networks at once
        return float(np.exp(-np.median(slopes)))

    return layer_factor
