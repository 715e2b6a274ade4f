"""Lesson 3, the callback: kernels by layer, from before the first step, as they were."""

import types
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, as_dict, near, off, shortened
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Weights, as_array, run
from vgcourse.course.exercises.weights.watched import CASES, NAMES, POINTS, Case, draw, model_of

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
        "nothing-kept": "fit ran, and `kernels` is still empty.",
        "keys-collide": "`kernels` has the keys {found}: those are names of variables, alike in every layer, and "
        "layers overwrite or mix each other. Use the layer's name.",
        "by-moment": "`kernels` has the keys {found}: those are moments. The keys are the layers' names, and under "
        "each stands a list, one kernel a moment.",
        "paths": Miss("The key is the layer's name, such as {wanted!r}. Yours are like {found!r}.", share=0.5),
        "other-model": "The model that was trained has the layers {wanted}; you recorded {found}. The one "
        "being trained is `self.model`, and each of its layers knows its name.",
        "no-list": "You append to `kernels[{name!r}]`, and there is no such list yet: {name} is a layer of the model "
        "that the check trains. Make the list when a layer is met for the first time.",
        "layers-missing": "Of the layers with a kernel, {missing} did not get recorded.",
        "only-dense": Miss(
            "Of Dense layers every kernel is right. But {layer} is a Conv1D: it has a kernel as well, and it is "
            "missing. "
            "Ask a layer whether it has one, not what it is.",
            share=0.5,
        ),
        "only-trainable": Miss(
            "Every kernel that is trained is right. But {layer} is frozen (`trainable=False`): its kernel stays as "
            "it is, and is there all the same.",
            share=0.5,
        ),
        "not-its-own": "A second capture that watches a second model begins with what the first one saw. Lists "
        "made in the class body are shared by all captures: make them in `__init__`.",
        "references": "All moments hold the same numbers, the last ones. A variable goes on changing, an array may "
        "be filled anew, a list written over: keep a copy at each moment, beside those before it.",
        "overwritten": "Of {layer} you keep one array, the last: each moment takes the place of the one before. "
        "Append it to a list.",
        "no-kernel-there": Miss(
            "All kernels are right. But {layer} has no kernel, and `kernels` has an entry for it.", share=0.5
        ),
        "no-start": Miss(
            "Every epoch's end is there, but the start is missing: the weights before the first step, epoch −1.",
            share=0.5,
        ),
        "no-end": Miss(
            "The first moments are right, and the last one is missing: the weights at the end of the last epoch. "
            "An epoch's beginning is the end of the one before.",
            share=0.5,
        ),
        "wrong-moments": "Here were {wanted} moments, the start included; of {layer} you keep {got}.",
        "with-bias": Miss("Each moment holds kernel and bias. Only the kernel is asked for.", share=0.5),
        "biases": "What you keep of {layer} is its bias, one number a unit. Asked for is the kernel.",
        "shapes": "The kernel of {layer} has shape {wanted}; you keep arrays of shape {got}.",
        "epoch-numbers": Miss(
            "The kernels are right. But `epochs` is {got}; it should be −1 for the start, then 0, 1, 2, …", share=0.5
        ),
        "wrong-values": "Beside a training by hand, what you keep of {layer} is right for {right} of {moments} "
        "moments, and off by up to {off:.3g}.",
    },
)


def _trained(case: Case, weights: Weights, X: np.ndarray, y: np.ndarray, rate: float) -> list[Weights]:
    """The weights at the start and after each epoch, by hand: batches in the order of the points."""
    moments = [weights]
    for _ in range(case.epochs):
        for rows in np.split(np.arange(POINTS), case.batches):
            step = run(weights, "tanh", X[rows], y[rows])
            pairs = zip(weights, step.kernels, step.biases, strict=True)
            rates = [0 if name in case.frozen else rate / len(rows) for name in case.names]
            steps = zip(rates, pairs, strict=True)
            weights = [(k - r * dk, b - r * db) for r, ((k, b), dk, db) in steps]
        moments.append(weights)
    return moments


@weight_capture.observe
def observe_weight_capture(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer, "a class, made with `class WeightCapture(keras.callbacks.Callback)`")
    if found := _without_hooks(answer):
        return {"methods": found}
    seen = [_watch(answer, case, *draw(rng, case)) for case in CASES]
    failed = next((one for one in seen if "captures" not in one), None)
    return failed or {"captures": [one["captures"] for one in seen]}


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


def _watch(answer: Any, case: Case, weights: Weights, X: np.ndarray, y: np.ndarray, rate: float) -> Seen:
    import keras

    try:
        capture = answer()
    except TypeError as error:
        if "argument" not in str(error):
            raise
        return {"arguments": str(error)[:100]}
    model = model_of(weights, case)
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy", run_eagerly=True)
    try:
        model.fit(X, y, POINTS // case.batches, case.epochs, shuffle=False, verbose=0, callbacks=[capture])
    except KeyError as error:
        kernels = as_dict(getattr(capture, "kernels", None))
        if not error.args or error.args[0] not in case.names or not isinstance(kernels, dict):
            raise
        return {"names": list(case.names), "absent": error.args[0], "found": [str(key) for key in kernels]}
    for name in ("epochs", "kernels"):
        if not hasattr(capture, name):
            return {"lacks": name}
    kernels = as_dict(capture.kernels)
    if isinstance(kernels, dict):
        # Entries may be keyed by whatever a student thinks of; None stands for layers without a kernel.
        kernels = {str(key): as_array(list(kept)) for key, kept in kernels.items() if kept is not None and len(kept)}
    return {"captures": {"epochs": as_array(list(capture.epochs)), "kernels": as_array(kernels)}}


@weight_capture.judge
def judge_weight_capture(seen: Seen, rng: np.random.Generator) -> Any:
    if "methods" in seen:
        return "no-hooks", {"found": shortened(", ".join(map(str, seen["methods"])), 80)}
    if "arguments" in seen:
        return "wants-arguments"
    if "lacks" in seen:
        return "no-attributes", {"name": seen["lacks"]}
    if "absent" in seen:
        return _judge_absent(str(seen["absent"]), list(map(str, seen["found"])), list(map(str, seen["names"])))
    captures, moments = seen["captures"], [_kept(case, _trained(case, *draw(rng, case))) for case in CASES]
    for one, case in zip(captures[:2], CASES[:2], strict=True):
        if problem := _judge_names(one["kernels"], case.names):
            return problem
    if set(NAMES) <= set(captures[1]["kernels"]):
        return "not-its-own"
    for one, case, wanted in zip(captures, CASES, moments, strict=True):
        if problem := _judge_kernels(one["kernels"], wanted, case.names):
            return problem
    kinds = _judge_kinds(captures[2]["kernels"], CASES[2])
    extra = (_judge_extra(one["kernels"], case.names) for one, case in zip(captures, CASES, strict=True))
    if problem := kinds or next(filter(None, extra), None):
        return problem
    epochs = (_judge_epochs(one["epochs"], len(kept)) for one, kept in zip(captures, moments, strict=True))
    return next(filter(None, epochs), None)


def _kept(case: Case, moments: list[Weights]) -> list[Weights]:
    """With a convolution's kernel in its own shape: (steps, inputs, units)."""
    if case.build != "convolved":
        return moments
    return [[(first[0][None], first[1]), *others] for first, *others in moments]


def _judge_kinds(kernels: dict[str, Any], case: Case) -> Any:
    """Where all dense and trainable layers are kept, others may be missing."""
    missing = [name for name in case.names if name not in kernels]
    if not missing or set(missing) == set(case.names):
        return _judge_names(kernels, case.names)
    key = "only-trainable" if missing == list(case.frozen) else "only-dense" if missing == ["scan"] else None
    return (key, {"layer": missing[0]}) if key else _judge_names(kernels, case.names)


def _judge_extra(kernels: dict[str, Any], names: tuple[str, ...]) -> Any:
    extra = [name for name in kernels if name not in names]
    return ("no-kernel-there", {"layer": extra[0]}) if extra else None


def _judge_absent(name: str, found: list[str], names: list[str]) -> Any:
    if found and not set(found) & set(names):
        return "other-model", {"wanted": ", ".join(names), "found": shortened(", ".join(found), 80)}
    return "no-list", {"name": name}


def _judge_names(kernels: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(kernels, dict):
        return "not-a-dict"
    if not kernels:
        return "nothing-kept"
    missing, found = [name for name in names if name not in kernels], shortened(", ".join(kernels), 80)
    if not missing:
        return None
    if all(key.removeprefix("-").isdigit() for key in kernels) and "-1" in kernels:
        return "by-moment", {"found": found}
    if set(kernels) <= {"kernel", "bias"}:
        return "keys-collide", {"found": found}
    if all(any(f"{name}/" in key for key in kernels) for name in names):
        return "paths", {"wanted": names[0], "found": next(iter(kernels))}
    if len(missing) == len(names):
        return "other-model", {"wanted": ", ".join(names), "found": found}
    return "layers-missing", {"missing": ", ".join(missing)}


def _judge_kernels(kernels: dict[str, Any], moments: list[Weights], names: tuple[str, ...]) -> Any:
    for i, name in enumerate(names):
        if name not in kernels:
            continue  # it is told of what is there, first
        kept, wanted = [_whole(entry) for entry in kernels[name]], [weights[i][0] for weights in moments]
        rows = {np.shape(row) for row in kept if isinstance(row, np.ndarray)}
        if rows == {wanted[-1].shape[1:]} and near(kept, wanted[-1]):
            return "overwritten", {"layer": name}  # the rows of the one array that is kept
        problem = _judge_shapes(kept, wanted[0], moments[0][i][1]) or _judge_values(kept, wanted)
        if problem:
            key, fields = problem if isinstance(problem, tuple) else (problem, {})
            return key, {"layer": name, **fields}
    return None


def _whole(entry: Any) -> Any:
    """A kernel that was kept as nested lists, as the array it is: of a convolution it has three axes."""
    rows = isinstance(entry, list) and {np.shape(row) for row in entry}
    return np.array(entry, float) if rows and len(rows) == 1 and len(min(rows)) in (1, 2) else entry


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
    if len(got) == len(wanted) and near(got, np.broadcast_to(wanted[-1], got.shape)):
        return "references"
    if len(got) == 1 and near(got[0], wanted[-1]):
        return "overwritten"
    if near(got, wanted[1:]):
        return "no-start"
    if near(got, wanted[:-1]):
        return "no-end"
    if len(got) != len(wanted):
        return "wrong-moments", {"wanted": len(wanted), "got": len(got)}
    right = sum(near(one, other) for one, other in zip(got, wanted, strict=True))
    return "wrong-values", {**off(got, wanted), "right": right, "moments": len(wanted)}


def _judge_epochs(epochs: list, moments: int) -> Any:
    if near(epochs, np.arange(moments) - 1):
        return None
    return "epoch-numbers", {"got": f"[{', '.join(f'{float(epoch):g}' for epoch in epochs)}]"}


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
