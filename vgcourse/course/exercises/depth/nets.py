"""Lesson 2, the nets: a multilayer perceptron with one seed a layer."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near, off, slip
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article

make_mlp = Exercise(
    "make-mlp",
    points=3,
    title="a net of any depth, one seed a layer",
    answers=("make_mlp",),
    same_work=("mlp",),
    passed="Depth, width, activation, weights and seed: each of them can now be changed alone. That is all an "
    "honest comparison needs.",
    misses={
        "no-return": NO_RETURN.format(name="make_mlp"),
        "not-a-model": "make_mlp gives back {found}; it should be the Keras model itself.",
        "depth": "Asked for {wanted} hidden layers, make_mlp builds {got}. The output layer comes on top of `depth`.",
        "shape": "The kernels have shapes {got}; wanted are {wanted}: 2 inputs, `width` units in each hidden "
        "layer, 1 output.",
        "other-weights": "The kernels have the right shapes. Beside them belong {wanted} biases, one array for each "
        "layer; so many further arrays does this model hold: {got}.",
        "output-activation": "The hidden layers are right, but the output goes through {found}. A probability "
        "needs a sigmoid there, whatever the hidden layers use.",
        "no-activation": "The hidden layers are linear: nothing bends what they add up, so ten of them can do no "
        "more than one.",
        "activation-ignored": "Asked for {wanted}, make_mlp still builds {found}. Use the argument `activation`.",
        "shared-kernels": "With seed {seed}, hidden layers {i} and {j} begin with exactly the same kernel. "
        "An initializer with a fixed seed gives the same numbers to everyone who asks: each layer needs a seed "
        "of its own.",
        "shared-end": Miss(
            "Nearly. With seed {seed}, {one} and {other} begin with the same numbers, but for their scale, as two "
            "kernels from one seed do. Each layer needs a seed of its own.",
            share=0.5,
        ),
        "seed-ignored": "Two nets with the same seed begin differently: nobody could repeat your experiment. Hand "
        "the seed to every initializer.",
        "one-seed": "Nets with different seeds begin with the same weights: a hundred runs would be one run, a "
        "hundred times.",
        "fixed-layer": Miss(
            "Nets with seeds {a} and {b} begin with the same kernel in layer {i} of {count}: its seed does not "
            "depend on `seed`.",
            share=0.5,
        ),
        "overlapping-seeds": Miss(
            "Nearly. With {depth} hidden layers, layer {i} of seed {a} begins with the numbers of layer {j} of seed "
            "{b}: runs that share weights are not independent. Keep the layers' seeds further apart.",
            share=0.5,
        ),
        "stops": Miss(
            "Nearly. But with {depth} hidden layers and seed {seed} your code stopped with {stopped}: keep the "
            "layers' seeds apart, and small enough.",
            share=0.5,
        ),
        "not-the-initializer": "Some kernels do not come from the `initializer` that was handed in: with numbers "
        "drawn between {low:.2f} and {high:.2f}, the {layer} holds {got:.3g}.",
        "biases": "Biases should begin at 0, Keras's default; some of these do not.",
        "frozen": Miss(
            "The net computes what it should. But only {got} of its {wanted} weight arrays are trainable: the others "
            "would stay as they are drawn.",
            share=0.5,
        ),
        "another-layer": Miss(
            "The net computes what it should. But among its layers is a {kind}, which nobody asked for: now or with "
            "other settings, it changes how the net trains.",
            share=0.5,
        ),
        "other-setting": Miss(
            "The net computes what it should. But {which} is set, which nobody asked for: it changes how the net "
            "trains.",
            share=0.5,
        ),
        "precision": Miss(
            "A layer of this net works in {dtype}, which holds three digits at best. Leave the dtype at float32.",
            share=0.5,
        ),
        "other-in-training": Miss(
            "Used, the net computes what it should; called with training=True, as in a training step, it does not.",
            share=0.5,
        ),
        "wrong-values": "The weights look right, but the output differs by {off:.3g} from what they should give. "
        "Hidden layers use `activation`, the output uses a sigmoid.",
    },
)

_ACTIVATIONS = {
    "tanh": np.tanh,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "linear": lambda z: z,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
    "relu": lambda z: np.maximum(z, 0),
}


def _draw(rng: np.random.Generator) -> tuple[list[dict[str, Any]], np.ndarray, float]:
    """Settings of two nets that differ in everything, inputs (40, 2), and the lower end of a uniform draw."""
    depths, widths = (rng.integers(3, 5), 2), rng.permutation([3, 4, 6])[:2]
    seeds = rng.integers(1, 500, 2)
    names = rng.permutation(["tanh", "softsign"])
    zipped = zip(depths, widths, names, seeds, strict=True)
    nets = [{"depth": int(d), "width": int(w), "activation": str(a), "seed": int(s)} for d, w, a, s in zipped]
    return nets, rng.normal(0, 1.5, (40, 2)).astype("float32"), float(rng.uniform(0.2, 0.4))


def _look(
    answer: Any, initializer: Any, X: np.ndarray | None, depth: int, width: int, activation: str, seed: int
) -> Seen:
    model = answer(depth, width, activation, initializer, seed)
    if isinstance(model, type) or not hasattr(model, "get_weights"):
        return {"kind": type(model).__name__}
    # A model without an Input is built by its first call.
    output = None if X is None and model.get_weights() else np.asarray(model(np.zeros((1, 2)) if X is None else X))
    seen = {"weights": [np.asarray(w) for w in model.get_weights()], "output": output}
    if X is None:
        return seen
    layers = getattr(model, "layers", [])
    kinds, trainable = [type(layer).__name__ for layer in layers], len(model.trainable_weights)
    bound = [f"{type(one).__name__}'s {n}" for one in layers for n in BOUNDS if getattr(one, n, None) is not None]
    coarse = [one.compute_dtype for one in layers if getattr(one, "compute_dtype", "") in ("float16", "bfloat16")]
    trained = np.asarray(model(X, training=True))
    return {**seen, "trained": trained, "trainable": trainable, "kinds": kinds, "bound": bound, "coarse": coarse}


# What a layer may ask of its weights while it trains.
BOUNDS = [f"{of}_regularizer" for of in ("kernel", "bias", "activity")] + ["kernel_constraint", "bias_constraint"]


@make_mlp.observe
def observe_make_mlp(answer: Any, rng: np.random.Generator) -> Seen:
    import keras

    need_callable(answer)
    nets, X, low = _draw(rng)

    # A class, as Keras's own are: `Dense` takes a class as well.
    class Narrow(keras.initializers.RandomUniform):
        def __init__(self, seed=None):
            super().__init__(low, low + 0.2, seed=seed)

    glorot, first = keras.initializers.GlorotNormal, nets[0]
    small = {"width": 3, "activation": "tanh"}
    return {
        "first": _look(answer, glorot, X, **first),
        "second": _look(answer, glorot, X, **nets[1]),
        "shallow": _look(answer, glorot, X, **SHALLOW),
        "again": _look(answer, glorot, None, **first),
        "next": _look(answer, glorot, None, **{**first, "seed": first["seed"] + 1}),
        "narrow": _look(answer, Narrow, None, **first),
        **{f"{d} {s}": _look_or_stop(answer, glorot, {**small, "depth": d, "seed": s}) for d, s in SETTINGS},
    }


def _look_or_stop(answer: Any, initializer: Any, net: dict[str, Any]) -> Seen:
    """Powers of a seed leave all integers behind: what the other seeds show says more of that than the error."""
    try:
        return _look(answer, initializer, None, **net)
    except (ValueError, OverflowError) as error:
        return {"stopped": type(error).__name__}


# Always tried: one hidden layer; and of the same depth, up to the lesson's deepest, seeds at which layers of two nets
# come to one number. 0 times anything is 0, 1 to any power is 1; a seed is the other's layer or depth (2 + 1000 · 1);
# hundreds of layers meet the hundredth seed; late in a hundred runs 91 · 11, 100 · 10 and 10 · 99 + 10 meet layers
# of seed 1 from 1000 on; late in a thousand outputs of 998 + 3, 995 + 6, 970 + 30 or 2 · 499 + 3 do. What begins with
# one random number a seed, below 1,000 or a million, has two of these that meet, NumPy's as well as Python's.
SHALLOW = {"depth": 1, "width": 4, "activation": "relu", "seed": 3}
SETTINGS = [(3, 0), (3, 1), (3, 2), (3, 3), (3, 100), (20, 0), (20, 1), (10, 1), (10, 90), (10, 99)]
SETTINGS += [(3, seed) for seed in (45, 283, 499, 659, 855, 970, 995, 998, 999)]


@make_mlp.judge
def judge_make_mlp(seen: Seen, rng: np.random.Generator) -> Any:
    nets, X, low = _draw(rng)
    for one in seen.values():
        if "kind" in one:
            return "no-return" if one["kind"] == "NoneType" else ("not-a-model", {"found": with_article(one["kind"])})
    pairs = [(nets[0], seen["first"]), (nets[1], seen["second"]), (SHALLOW, seen["shallow"])]
    others = [({"depth": d, "width": 3}, seen[f"{d} {s}"]) for d, s in SETTINGS]
    for net, one in [*pairs, *others]:
        if "stopped" not in one and (problem := _judge_shapes(net, [w.shape for w in one["weights"]])):
            return problem
    return (
        # First whether the kernels are the initializer's at all: of others, alike in all nets, no seed is at fault.
        _judge_narrow(seen["narrow"]["weights"], low)
        or _judge_seeds(seen, nets[0]["seed"])
        or next(
            (
                ("stops", {"depth": d, "seed": s, **one})
                for d, s in SETTINGS
                if "stopped" in (one := seen[f"{d} {s}"])
            ),
            None,
        )
        or _judge_biases(pairs)
        or next((("precision", {"dtype": one["coarse"][0]}) for _, one in pairs if one["coarse"]), None)
        or next((p for net, one in pairs if (p := _judge_output(net, one, X))), None)
        or next((p for _, one in pairs if (p := _judge_training(one))), None)
    )


# Layers that another net's training needs, or that do nothing as they are set.
OTHERS = ("Dropout", "Noise", "Normalization", "Regularization")


def _judge_training(one: Seen) -> Any:
    """A net that computes what it should: does it train as it should?"""
    if not near(one["trained"], one["output"]):
        return "other-in-training"
    if one["trainable"] < len(one["weights"]):
        return "frozen", {"got": one["trainable"], "wanted": len(one["weights"])}
    kind = next((kind for kind in one["kinds"] if kind.endswith(OTHERS)), None)
    if kind:
        return "another-layer", {"kind": kind}
    return ("other-setting", {"which": one["bound"][0]}) if one["bound"] else None


def _judge_shapes(net: dict[str, Any], shapes: list[tuple]) -> Any:
    kernels = [shape for shape in shapes if len(shape) == 2]
    sizes = [2, *[net["width"]] * net["depth"], 1]
    wanted = list(itertools.pairwise(sizes))
    if kernels == wanted and len(shapes) == 2 * len(kernels):
        return None
    if kernels == wanted:
        return "other-weights", {"wanted": len(wanted), "got": len(shapes) - len(kernels)}
    if len(kernels) != len(wanted):
        return "depth", {"wanted": net["depth"], "got": len(kernels) - 1}
    return "shape", {"got": kernels, "wanted": wanted}


def _judge_seeds(seen: Seen, seed: int) -> Any:
    kernels = {n: [w for w in one["weights"] if w.ndim == 2] for n, one in seen.items() if "stopped" not in one}
    first, again, after = (kernels[name] for name in ("first", "again", "next"))
    if not all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)) and not _has_twins(first):
        return "seed-ignored"
    built = [(d, s, kernels[f"{d} {s}"]) for d, s in SETTINGS if f"{d} {s}" in kernels]
    nets = [(seed, first), *((s, net) for _, s, net in built)]
    for s, net in nets:
        if twins := _has_twins(net):
            return "shared-kernels", {"seed": s, "i": twins[0] + 1, "j": twins[1] + 1}
    pairs = [(seed, first, seed + 1, after)]
    pairs += [(a, one, b, other) for (d, a, one), (e, b, other) in itertools.combinations(built, 2) if d == e]
    problems = itertools.chain(itertools.starmap(_judge_pair, pairs), itertools.starmap(_judge_ends, nets))
    return next(filter(None, problems), None)


def _judge_ends(seed: int, net: list[np.ndarray]) -> Any:
    """The first kernel and the last have shapes of their own, and from one seed yet the same numbers."""
    last = len(net) - 1
    shared = (pair for pair in itertools.combinations(range(len(net)), 2) if _same_numbers(*(net[i] for i in pair)))
    names = [[f"hidden layer {i + 1}" if i < last else "the output layer" for i in pair] for pair in shared]
    return ("shared-end", {"seed": seed, "one": names[0][0], "other": names[0][1]}) if names else None


def _same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether one begins with the other's numbers: in Keras a seed gives them in order, scaled for the shape."""
    count = min(a.size, b.size)
    if count < 3 or abs(a.flat[0] * b.flat[1] - a.flat[1] * b.flat[0]) > 1e-3 * abs(a.flat[0] * b.flat[1]):
        return False  # of most pairs the first two say so
    if np.any(a == 0) or np.any(b == 0):
        return False
    ratio = a.ravel()[:count] / b.ravel()[:count]
    return bool(ratio[0] > 0 and np.ptp(ratio) < 1e-4 * ratio[0])


def _has_twins(net: list[np.ndarray]) -> tuple[int, int] | None:
    inner = range(1, len(net) - 1)
    return next((pair for pair in itertools.combinations(inner, 2) if np.array_equal(*(net[i] for i in pair))), None)


def _judge_pair(a: int, one: list[np.ndarray], b: int, other: list[np.ndarray]) -> Any:
    alike = [i for i, pair in enumerate(zip(one, other, strict=True)) if np.array_equal(*pair)]
    if len(alike) == len(one):
        return "one-seed"
    if alike:
        return "fixed-layer", {"a": a, "b": b, "i": alike[0] + 1, "count": len(one)}
    for i, j in itertools.product(range(len(one)), range(len(other))):
        if _same_numbers(one[i], other[j]):
            return "overlapping-seeds", {"depth": len(one) - 1, "a": a, "b": b, "i": i + 1, "j": j + 1}
    return None


def _judge_narrow(weights: list[np.ndarray], low: float) -> Any:
    kernels, biases = weights[::2], weights[1::2]
    for i, kernel in enumerate(kernels):
        outside = kernel[(kernel < low - 1e-5) | (kernel > low + 0.2 + 1e-5)]
        if outside.size:
            layer = "output kernel" if i == len(kernels) - 1 else f"kernel of hidden layer {i + 1}"
            return "not-the-initializer", {"low": low, "high": low + 0.2, "layer": layer, "got": float(outside[0])}
    return "biases" if any(np.any(bias != 0) for bias in biases) else None


def _judge_biases(pairs: list[tuple]) -> str | None:
    return "biases" if any(np.any(bias != 0) for _, one in pairs for bias in one["weights"][1::2]) else None


def _forward(weights: list[np.ndarray], X: np.ndarray, hidden: str, output: str) -> np.ndarray:
    h = X.astype(float)
    for i in range(0, len(weights), 2):
        name = output if i == len(weights) - 2 else hidden
        h = _ACTIVATIONS[name](h @ weights[i].astype(float) + weights[i + 1])
    return h


def _judge_output(net: dict[str, Any], one: Seen, X: np.ndarray) -> Any:
    got, own = one["output"], net["activation"]
    if near(got, wanted := _forward(one["weights"], X, own, "sigmoid")):
        return None
    outputs = {name: _forward(one["weights"], X, own, name) for name in _ACTIVATIONS}
    if name := slip(got, outputs):
        return "output-activation", {"found": "nothing at all" if name == "linear" else name}
    hidden = {name: _forward(one["weights"], X, name, "sigmoid") for name in _ACTIVATIONS}
    name = slip(got, hidden)
    if name == "linear":
        return "no-activation"
    if name:
        return "activation-ignored", {"wanted": own, "found": name}
    return "wrong-values", off(got, wanted) if got.shape == wanted.shape else {"off": float("nan")}


@make_mlp.own_version
def own_make_mlp() -> Any:
    import keras

    def make_mlp(depth, width, activation, initializer, seed):
        model = keras.Sequential([keras.Input((2,))])
        for layer in range(depth + 1):
            units, phi = (width, activation) if layer < depth else (1, "sigmoid")
            kernel = initializer(seed=1000 * seed + layer)
            model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
        return model

    return make_mlp
