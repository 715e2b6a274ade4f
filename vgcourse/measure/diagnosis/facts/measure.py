"""One batch forward and back through a model, every layer tapped. The model stays as it was."""

import functools
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import first_reason
from vgcourse.measure.diagnosis.facts.arrays import as_array, as_float64
from vgcourse.measure.diagnosis.facts.taps.attention import Attention, attention_of, tap_attention
from vgcourse.measure.diagnosis.facts.taps.functions import Called, tap_functions
from vgcourse.measure.diagnosis.facts.taps.noise import Noise, tap_noise
from vgcourse.measure.diagnosis.thresholds import VANISHED
from vgcourse.measure.layers import LayerInfo, Taps, weighted_layers
from vgcourse.measure.replaced import replaced
from vgcourse.measure.statistics import rms

# As Keras's LossScaleOptimizer starts: gradients in float16 underflow from 6e-8 on. Where they overflow it goes down
# as that one does, below 1, too.
_LOSS_SCALE, _LEAST_SCALE = 2.0**15, 2.0**-24


@dataclass
class Call:
    """What a layer took in, the first of ``several`` tensors, and gave back, call by call."""

    layer: keras.layers.Layer
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    several: bool = False


@dataclass
class Gradients:
    """Gradients of the summed loss, float64, and each variable's gradient of the mean loss with its next step.

    Attributes:
        inputs: layer name -> gradient at what it took in, by way of this layer alone, per call.
        across: layer name -> gradients at what an activation that makes a number of several took in and gave.
        inside: the same of each activation that is no layer's own.
        predictions: one for each output; at the logits where Keras computes the loss from them.
        steps: id of a variable -> size of its next step, relative to its own. sizes: as `Twin.sizes` has it.
    """

    outputs: dict
    preactivations: dict
    inputs: dict
    predictions: list
    variables: dict
    across: dict = field(default_factory=dict)
    inside: list = field(default_factory=list)
    steps: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)

    def of(self, variable):
        """The gradient of a variable, or None, and the size of its step relative to its own, or nan."""
        return self.variables.get(id(variable)), self.steps.get(id(variable), np.nan)


@dataclass
class ForwardBackward:
    """One forward and backward pass of a training step."""

    infos: list[LayerInfo]
    taps: Taps
    calls: dict[str, Call]
    prediction: object
    loss: float
    used: object
    gradients: Gradients
    attention: list[Attention] = field(default_factory=list)
    noise: list[Noise] = field(default_factory=list)
    inside: list[Called] = field(default_factory=list)
    foreign: list = field(default_factory=list)


@contextmanager
def left_as_it_was(model) -> Iterator[None]:
    """Put every variable back: weights, moving statistics, seeds, recurrent states, metrics."""
    found = {id(v): v for v in [*model.variables, *getattr(model, "metrics_variables", [])]}
    seeds = keras_private.global_seed_state()
    if seeds is not None:
        found[id(seeds)] = seeds
    before = [(v, as_array(v)) for v in found.values()]
    try:
        yield
    finally:
        for variable, value in before:
            if as_array(variable).tobytes() != value.tobytes():
                variable.assign(value)


def measure(model, x, y, resolve) -> ForwardBackward:
    """Run ``model`` forward and back on one batch.

    Args:
        model: any built Keras 3 model. x, y: one batch, arrays or nested structures of them.
        resolve: a function of the prediction that returns the `LossInUse`.
    """
    infos = weighted_layers(model)
    half = computes_in_half(model)
    with left_as_it_was(model), tf.GradientTape(persistent=half) as tape:
        with ExitStack() as stack:
            taps, heard = stack.enter_context(tap_functions(model))
            calls = stack.enter_context(_tap_calls(model, infos))
            compared, noise = stack.enter_context(tap_attention(model)), stack.enter_context(tap_noise(model))
            prediction = answer(model, x)
        watched = list(tape.watched_variables())
        with tape.stop_recording():
            used = resolve(prediction)
        mean, count = _loss_of(used, model, x, y, prediction)
        total = tf.cast(mean, tf.float32) * count
    sources = {
        "outputs": {n: [(h, _or_logits(h)) for h in found] for n, found in taps.outputs.items()},
        "preactivations": taps.preactivations,
        "inputs": {n: call.inputs for n, call in calls.items()},
        "across": {n: [(z, h) for _, z, h in found] for n, found in taps.across.items()},
        "inside": [(call.z, call.h) for call in heard.calls],
        "predictions": [(p, _or_logits(p)) for p in keras.tree.flatten(prediction)],
        "variables": [v.value for info in infos for v in info.variables],
        "foreign": _not_of(model, watched),
    }
    found, scale = scaled_gradients(tape, total, sources, half)
    tensors = (taps.outputs, keras.tree.flatten(prediction))
    foreign = [v for v, g in zip(sources["foreign"], found["foreign"], strict=True) if g is not None]
    gradients = _gradients(found, tensors, infos, scale, count)
    return ForwardBackward(
        infos,
        taps,
        calls,
        prediction,
        float(mean),
        used,
        gradients,
        attention_of(compared),
        noise,
        heard.calls,
        foreign,
    )


def _not_of(model, watched) -> list:
    """Weights that a call has used, and that could be trained, of those that the model does not own."""
    own = {id(part) for v in model.variables for part in (v.value, *getattr(v.value, "values", ()))}  # of replicas
    return [v for v in watched if id(v) not in own]


def _loss_of(used, model, x, y, prediction):
    """(mean loss, factor to its sum). Raises ValueError where a loss of Keras's cannot be computed."""
    try:
        return used.compute(x, y, prediction)
    except tf.errors.InvalidArgumentError as error:
        half = {keras.backend.standardize_dtype(added.dtype) for added in model.losses} - {"float32", "float64"}
        if half:
            raise ValueError(
                f"loss: layers add to it in {half.pop()} (add_loss, regularizers of activities), and Keras, in fit() "
                "too, cannot add that to one in float32; cast it in add_loss, or give these layers dtype='float32'."
            ) from error
        raise ValueError(
            f"loss: {used.name.replace('_', ' ')} cannot be computed of targets of shape {_shapes(y)} and outputs of "
            f"shape {_shapes(prediction)}: {str(error).strip().splitlines()[0]}"
        ) from error


def _shapes(data) -> str:
    return ", ".join(str(tuple(np.shape(a))) for a in keras.tree.flatten(data))


def answer(model, x):
    """What the model answers in a training step. Raises ValueError where it does not take x."""
    try:
        return model(x, training=True) if keras_private.takes_training(model) else model(x)
    except NotImplementedError as error:
        inside = [k for k, v in vars(model).items() if isinstance(v, keras.Model) and not k.startswith("_")]
        nets = f", as in diagnose(model.{inside[0]}, X, y)" if inside else ""
        raise ValueError(
            f"model: {type(model).__name__} has no call(); diagnose the nets inside it{nets}."
        ) from error
    except (ValueError, TypeError, KeyError, tf.errors.InvalidArgumentError) as error:
        shapes = ", ".join(str(a.shape) for a in keras.tree.flatten(x))
        size = _batch_size(model)
        if size is not None and size != len(keras.tree.flatten(x)[0]):
            of_all = f"hand over {size} of them, as in diagnose(model, X[:{size}], y[:{size}])"
            raise ValueError(f"X: the model is made for batches of {size} examples; {of_all}.") from error
        beyond = _beyond_the_table(error)
        if beyond is not None:
            raise ValueError(f"X: the model looks up number {beyond[0]} in a table of {beyond[1]} rows.") from error
        raise ValueError(f"X: the model does not take arrays of shape {shapes}: {first_reason(error)}") from error


def _beyond_the_table(error) -> tuple[str, str] | None:
    """(the number, how many rows there are), where TensorFlow says that a table, such as an embedding's, ends."""
    said = re.search(r"= (-?\d+) is not in \[0, (\d+)\)", str(error))
    return (said[1], said[2]) if said else None


def twins(infos) -> list[tuple[str, str]]:
    """Pairs of layers whose kernels are equal to the last bit, which no fresh random draw would give."""
    seen: dict[tuple, str] = {}
    pairs = []
    for info in infos:
        if info.kernel is None:
            continue
        w = as_array(info.kernel)
        if w.size < 2 or (w == w.flat[0]).all() or not np.isfinite(w.astype(float)).all():
            continue
        key = (w.shape, w.tobytes())
        if key in seen:
            pairs.append((seen[key], info.name))
        seen.setdefault(key, info.name)
    return pairs


@contextmanager
def _tap_calls(model, infos) -> Iterator[dict[str, Call]]:
    """Catch what each layer takes in and gives back.

    It is handed a copy of its input: the gradient at the copy is what comes back through this layer alone,
    whatever else its input feeds.
    """
    calls: dict[str, Call] = {}
    names = {id(info.layer): info.name for info in infos if info.layer is not model}
    bare = [p for p in keras_private.all_layers(model) if isinstance(p, keras.layers.BatchNormalization)]
    parts = [info.layer for info in infos if info.layer is not model]
    parts += [p for p in bare if id(p) not in names]
    with ExitStack() as stack:
        for layer in parts:
            name = names.get(id(layer), layer.name)
            stack.enter_context(replaced(layer, "call", _catching(calls, name, layer, layer.call)))
        yield calls


def _catching(calls: dict[str, Call], name: str, layer, call):
    @functools.wraps(call)
    def wrapper(*args, **kwargs):
        flat = keras.tree.flatten(args[0]) if args else []
        place = next((k for k, a in enumerate(flat) if tf.is_tensor(a) and a.dtype.is_floating), None)
        if place is None:
            return call(*args, **kwargs)
        copy = tf.identity(flat[place])
        if (mask := keras_private.mask(flat[place])) is not None:
            keras_private.leave_mask(copy, mask)
        given = [*flat[:place], copy, *flat[place + 1 :]]
        first = copy if tf.is_tensor(args[0]) else keras.tree.pack_sequence_as(args[0], given)
        result = call(first, *args[1:], **kwargs)
        known = calls.setdefault(name, Call(layer, several=len(flat) > 1))
        known.inputs.append(copy)
        known.outputs.append(keras.tree.flatten(result)[0])
        return result

    return wrapper


def _or_logits(h):
    logits = keras_private.logits(h)
    return h if logits is None else logits


def tied_to_a_batch_size(model) -> bool:
    """Is it made for one number of examples, or does it keep a state for each of them?"""
    parts = keras_private.all_layers(model)
    stateful = any(getattr(part, "stateful", False) for part in parts if isinstance(part, keras.layers.RNN))
    return stateful or any(i.shape[0] is not None for i in getattr(model, "inputs", None) or [])


def _batch_size(model) -> int | None:
    """The number of examples that a model declares for all its batches."""
    sizes = {i.shape[0] for i in getattr(model, "inputs", None) or []} - {None}
    return sizes.pop() if len(sizes) == 1 else None


def computes_in_half(model) -> bool:
    """Whether a part of it computes in float16, whose small numbers need a scale."""
    return any(getattr(part, "compute_dtype", "") == "float16" for part in keras_private.all_layers(model))


def scaled_gradients(tape, total, sources, half: bool):
    """Gradients times a scale that neither underflows nor overflows, and the scale. half: a persistent tape."""
    scale = _LOSS_SCALE if half else 1.0
    while True:
        found = tape.gradient(total, sources, output_gradients=tf.constant(scale))
        last = not half or scale <= _LEAST_SCALE or not np.isfinite(float(total))
        if last or all(np.isfinite(as_float64(g)).all() for g in tf.nest.flatten(found) if g is not None):
            return found, scale
        scale /= 8


def _through_a_logarithm(pair, shares) -> bool:
    """Is the loss one of the logarithms of a softmax's shares? Its slope there is 1 / share, however well all is, and
    only what comes to the logits says how loud it is. pair: the gradients there and at the logits."""
    if any(g is None for g in pair) or shares.shape[-1] < 2:
        return False
    (g, at_logits), p = map(as_float64, pair), as_float64(shares)
    whole = np.allclose(p.sum(-1), 1, atol=1e-2)
    return bool(whole and 0.1 * rms(g * p) <= rms(at_logits) < VANISHED * rms(g))


def _gradients(found, tensors, infos, scale: float, count: float) -> Gradients:
    def number(g):
        return None if g is None else as_float64(g) / scale

    def or_logits(pair, tensor):
        return number(pair[1] if pair[0] is None or _through_a_logarithm(pair, tensor) else pair[0])

    def paired(pairs, tensors):
        return [or_logits(pair, tensor) for pair, tensor in zip(pairs, tensors, strict=True)]

    variables = [v for info in infos for v in info.variables]
    # The tape watches the variables of a frozen layer, too; a training step leaves them alone.
    mean = {
        id(v): None if g is None or not v.trainable else tf.cast(tf.convert_to_tensor(g), v.dtype) / (scale * count)
        for v, g in zip(variables, found["variables"], strict=True)
    }
    return Gradients(
        {n: paired(pairs, tensors[0][n]) for n, pairs in found["outputs"].items()},
        {n: [number(g) for g in gs] for n, gs in found["preactivations"].items()},
        {n: [number(g) for g in gs] for n, gs in found["inputs"].items()},
        paired(found["predictions"], tensors[1]),
        mean,
        {n: [tuple(map(number, pair)) for pair in pairs] for n, pairs in found["across"].items()},
        [tuple(map(number, pair)) for pair in found["inside"]],
    )
