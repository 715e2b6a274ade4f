"""Lesson 3, the callback: kernels by layer, from before the first step, as they were."""

import types
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, near, off
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Weights, as_array, run

weight_capture = Exercise(
    "weight-capture",
    points=3,
    title="a callback that keeps the kernels",
    answers=("WeightCapture",),
    passed="Every kernel at every moment, the start included, is what a training by hand gives.",
    misses={
        "wants-arguments": "`WeightCapture()` should work without arguments. The model need not be handed in: "
        "Keras sets `self.model` before the first call.",
        "no-hooks": "Keras calls methods by their names, which begin with on_, such as `on_epoch_end`. Yours are "
        "called {found}: it never calls those.",
        "no-attributes": "After fit, your capture has no `{name}`. Make it in `__init__`.",
        "not-a-dict": "`kernels` should be a dict: a layer's name → its kernels in the order of time.",
        "nothing-kept": "fit ran for two epochs, and `kernels` is still empty.",
        "keys-collide": "`kernels` has the keys {found}: those are names of variables, alike in every layer, and "
        "layers overwrite or mix each other. Use the layer's name.",
        "paths": Miss("The key is the layer's name, such as {wanted!r}. Yours are like {found!r}.", share=0.5),
        "other-model": "The model that was trained has the layers {wanted}; you recorded {found}. The one "
        "being trained is `self.model`, and each of its layers knows its name.",
        "no-list": "You append to `kernels[{name!r}]`, and there is no such list yet: {name} is a layer of the model "
        "that the check trains. Make the list when a layer is met for the first time.",
        "layers-missing": "Of the layers with a kernel, {missing} did not get recorded.",
        "not-its-own": "A second capture that watches a second model begins with what the first one saw. Lists "
        "made in the class body are shared by all captures: make them in `__init__`.",
        "references": "All moments hold the same numbers, the last ones. You keep the variable, and it "
        "goes on changing: keep a copy of its values.",
        "no-start": Miss(
            "Every epoch's end is there, but the start is missing: the weights before the first step, epoch −1.",
            share=0.5,
        ),
        "no-end": Miss(
            "The first moments are right, and the last one is missing: the weights at the end of the last epoch. "
            "An epoch's beginning is the end of the one before.",
            share=0.5,
        ),
        "wrong-moments": "Two epochs make {wanted} moments, the start included; of {layer} you keep {got}.",
        "with-bias": Miss("Each moment holds kernel and bias. Only the kernel is asked for.", share=0.5),
        "biases": "What you keep of {layer} is its bias, one number a unit. Asked for is the kernel.",
        "shapes": "The kernel of {layer} has shape {wanted}; you keep arrays of shape {got}.",
        "epoch-numbers": Miss(
            "The kernels are right. But `epochs` is {got}; it should be −1 for the start, then 0, 1.", share=0.5
        ),
        "wrong-values": "The kernel of {layer} is off by up to {off:.3g} from a training by hand.",
    },
)
NAMES, HALF = ("lower", "middle", "upper"), 20
EPOCHS = (2, 1)  # of the first and of the second run


def _draw(rng: np.random.Generator) -> tuple[Weights, np.ndarray, np.ndarray, float]:
    """A 3-4-2-1 net with tanh, 40 points, and a learning rate: two steps an epoch, in the order of the points."""
    weights = [(rng.normal(size=s), 0.5 * rng.normal(size=s[1])) for s in ((3, 4), (4, 2), (2, 1))]
    X, y = rng.normal(size=(2 * HALF, 3)), (rng.random(2 * HALF) < 0.4).astype(float)
    return weights, X.astype("float32"), y.astype("float32"), float(rng.uniform(0.5, 0.9))


def _trained(epochs: int, weights: Weights, X: np.ndarray, y: np.ndarray, rate: float) -> list[Weights]:
    """The weights at the start and after each epoch, by hand."""
    moments = [weights]
    for _ in range(epochs):
        for rows in (slice(0, HALF), slice(HALF, None)):
            step = run(weights, "tanh", X[rows], y[rows])
            pairs = zip(weights, step.kernels, step.biases, strict=True)
            weights = [(k - rate * dk / HALF, b - rate * db / HALF) for (k, b), dk, db in pairs]
        moments.append(weights)
    return moments


@weight_capture.observe
def observe_weight_capture(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer, "a class, made with `class WeightCapture(keras.callbacks.Callback)`")
    if found := _without_hooks(answer):
        return {"methods": found}
    first, second = (_watch(answer, epochs, *_draw(rng)) for epochs in EPOCHS)
    return first if "captures" not in first else {"captures": [first["captures"], second["captures"]]}


def _without_hooks(answer: Any) -> list[str]:
    """Names of the methods, if Keras would call none of them. A class with no methods at all is still blank."""
    own = [name for name, value in vars(answer).items() if isinstance(value, types.FunctionType)]
    if any(name.startswith("on_") for name in own) or not _is_direct(answer):
        return []
    own = [name for name in own if name != "__init__"]
    if not own:
        raise NotImplementedError
    return own


def _is_direct(answer: Any) -> bool:
    """Whether it is a class that inherits from Keras alone: hooks of another parent may do."""
    return isinstance(answer, type) and all(base.__module__.startswith("keras") for base in answer.__bases__)


def _watch(answer: Any, epochs: int, weights: Weights, X: np.ndarray, y: np.ndarray, rate: float) -> Seen:
    import keras

    try:
        capture = answer()
    except TypeError as error:
        if "argument" not in str(error):
            raise
        return {"arguments": str(error)[:100]}
    model = _model(weights)
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy", run_eagerly=True)
    try:
        model.fit(X, y, batch_size=HALF, epochs=epochs, shuffle=False, verbose=0, callbacks=[capture])
    except KeyError as error:
        kernels = getattr(capture, "kernels", None)
        if not error.args or error.args[0] not in NAMES or not isinstance(kernels, dict):
            raise
        return {"absent": error.args[0], "found": [str(key) for key in kernels]}
    for name in ("epochs", "kernels"):
        if not hasattr(capture, name):
            return {"lacks": name}
    kernels = capture.kernels
    if isinstance(kernels, dict):
        # Entries may be keyed by whatever a student thinks of; None stands for layers without a kernel.
        kernels = {str(key): as_array(list(kept)) for key, kept in kernels.items() if kept is not None and len(kept)}
    return {"captures": {"epochs": as_array(list(capture.epochs)), "kernels": as_array(kernels)}}


def _model(weights: Weights) -> Any:
    """Activations as layers of their own, which have no kernel."""
    import keras

    layers = [keras.Input((3,))]
    for name, (kernel, _) in zip(NAMES, weights, strict=True):
        squash = keras.layers.Activation("sigmoid" if name == NAMES[-1] else "tanh", name=f"{name}_squash")
        layers += [keras.layers.Dense(kernel.shape[1], name=name), squash]
    model = keras.Sequential(layers)
    model.set_weights([array for pair in weights for array in pair])
    return model


@weight_capture.judge
def judge_weight_capture(seen: Seen, rng: np.random.Generator) -> Any:
    if "methods" in seen:
        return "no-hooks", {"found": ", ".join(map(str, seen["methods"]))[:80]}
    if "arguments" in seen:
        return "wants-arguments"
    if "lacks" in seen:
        return "no-attributes", {"name": seen["lacks"]}
    if "absent" in seen:
        return _judge_absent(str(seen["absent"]), list(map(str, seen["found"])))
    moments, later = (_trained(epochs, *_draw(rng)) for epochs in EPOCHS)
    first, second = seen["captures"]
    if problem := _judge_names(first["kernels"]):
        return problem
    if all(len(second["kernels"][name]) == len(first["kernels"][name]) + len(later) for name in NAMES):
        return "not-its-own"
    if problem := _judge_kernels(first["kernels"], moments) or _judge_kernels(second["kernels"], later):
        return problem
    return _judge_epochs(first["epochs"], len(moments)) or _judge_epochs(second["epochs"], len(later))


def _judge_absent(name: str, found: list[str]) -> Any:
    if found and not set(found) & set(NAMES):
        return "other-model", {"wanted": ", ".join(NAMES), "found": ", ".join(found)[:80]}
    return "no-list", {"name": name}


def _judge_names(kernels: Any) -> Any:
    if not isinstance(kernels, dict):
        return "not-a-dict"
    if not kernels:
        return "nothing-kept"
    missing, found = [name for name in NAMES if name not in kernels], ", ".join(kernels)[:80]
    if not missing:
        return None
    if set(kernels) <= {"kernel", "bias"}:
        return "keys-collide", {"found": found}
    if all(any(f"{name}/" in key for key in kernels) for name in NAMES):
        return "paths", {"wanted": NAMES[0], "found": next(iter(kernels))}
    if len(missing) == len(NAMES):
        return "other-model", {"wanted": ", ".join(NAMES), "found": found}
    return "layers-missing", {"missing": ", ".join(missing)}


def _judge_kernels(kernels: dict[str, Any], moments: list[Weights]) -> Any:
    for i, name in enumerate(NAMES):
        kept, wanted = kernels[name], [weights[i][0] for weights in moments]
        problem = _judge_shapes(kept, wanted[0], moments[0][i][1]) or _judge_values(kept, wanted)
        if problem:
            key, fields = problem if isinstance(problem, tuple) else (problem, {})
            return key, {"layer": name, **fields}
    return None


def _judge_shapes(kept: list, kernel: np.ndarray, bias: np.ndarray) -> Any:
    if any(isinstance(entry, list) for entry in kept):
        return "with-bias"
    shapes = [np.shape(entry) for entry in kept]
    if all(shape == kernel.shape for shape in shapes):
        return None
    if set(shapes) == {kernel.shape, bias.shape}:
        return "with-bias"
    if set(shapes) == {bias.shape}:
        return "biases"
    return "shapes", {"wanted": kernel.shape, "got": next(s for s in shapes if s != kernel.shape)}


def _judge_values(kept: list, wanted: list[np.ndarray]) -> Any:
    got = np.array(kept, float)
    if near(got, wanted):
        return None
    if near(got, np.broadcast_to(wanted[-1], got.shape)):
        return "references"
    if near(got, wanted[1:]):
        return "no-start"
    if near(got, wanted[:-1]):
        return "no-end"
    if len(got) != len(wanted):
        return "wrong-moments", {"wanted": len(wanted), "got": len(got)}
    return "wrong-values", off(got, wanted)


def _judge_epochs(epochs: list, moments: int) -> Any:
    if near(epochs, np.arange(moments) - 1):
        return None
    return "epoch-numbers", {"got": [float(epoch) for epoch in epochs]}


@weight_capture.own_version
def own_weight_capture() -> Any:
    import keras

    class WeightCapture(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.epochs, self.kernels = [], {}

        def keep(self, epoch):
            self.epochs.append(epoch)
            for layer in self.model.layers:
                if hasattr(layer, "kernel"):
                    self.kernels.setdefault(layer.name, []).append(layer.kernel.numpy())

        def on_train_begin(self, logs=None):
            self.keep(-1)

        def on_epoch_end(self, epoch, logs=None):
            self.keep(epoch)

    return WeightCapture
