"""What one batch shows of every layer: the numbers that a diagnosis rests on. The model stays as it was."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.diagnosis.arrays import as_array, as_float64, mean_by_unit, norm, rms
from vgcourse.measure.diagnosis.updates import update_ratios
from vgcourse.measure.layers import output_gradients, tap_outputs, weighted_layers
from vgcourse.measure.slopes import SATURATED_SLOPE, STEEPEST_SLOPE, activation_slope


@dataclass
class Layer:
    """One layer on one batch. Norms are per example: the root of the mean over examples of the squared norm.

    Attributes:
        output: rms of the output h. signal: rms over units of h's standard deviation over the examples,
            what the layer says about its input.
        gradient: rms of dL_i/dh over examples and units. gradient_norm, delta_norm: norm of dL_i/dh, dL_i/dz.
        gain: ||W||_F / sqrt(fan_out), the factor by which random weights pass a gradient's norm back.
        offset: |mean| / standard deviation of the kernel, 0 where that could be chance (4 standard errors).
        slope: rms of phi'(z); steepest: the largest |phi'| there is.
        dead, saturated_units: (units,) bool and float, per unit or channel; None without an activation.
        z_offset: rms of z's mean over the examples, relative to the rms of its standard deviation.
        input_rms, input_offset: rms of what the layer takes in; size of its mean over the examples, relative
            to its standard deviation.
        identical: units that share incoming weights *and* their gradient, so that they stay the same for ever.
    """

    name: str
    kind: str
    activation: str = "linear"
    units: int = 0
    output: float = np.nan
    signal: float = np.nan
    gradient: float = np.nan
    gradient_norm: float = np.nan
    delta_norm: float = np.nan
    kernel_gradient: float = np.nan
    kernel_rms: float = np.nan
    update_ratio: float = np.nan
    gain: float = np.nan
    offset: float = 0.0
    slope: float = 1.0
    steepest: float = 1.0
    saturated: float = np.nan
    z_offset: float = 0.0
    input_rms: float = np.nan
    input_offset: float = 0.0
    dead: np.ndarray | None = None
    saturated_units: np.ndarray | None = None
    unit_slope: np.ndarray | None = None
    unit_gradient: np.ndarray | None = None
    identical: bool = False
    weighted: bool = True
    trainable: bool = True
    finite: bool = True

    @property
    def rectifier(self) -> bool:
        """Can its slope be exactly zero over half of the axis, so that a unit can die?"""
        return self.activation in ("relu", "relu6", "threshold")

    @property
    def smooth(self) -> bool:
        """Has it an activation that saturates rather than dies?"""
        return self.unit_slope is not None and "relu" not in self.activation and not self.rectifier

    @property
    def dead_share(self) -> float:
        return float(self.dead.mean()) if self.dead is not None and self.dead.size else np.nan


@dataclass
class Batch:
    """All layers in the order of the call, and what holds for the model as a whole."""

    layers: list[Layer]
    loss: float
    examples: int
    guess: float | None = None
    loss_name: str = ""
    optimizer: str = ""
    compiled: bool = False
    twins: list[tuple[str, str]] = field(default_factory=list)

    @property
    def learnt(self) -> bool:
        """Is the loss below a tenth of what the best constant answer gets?"""
        return self.guess is not None and bool(self.loss < 0.1 * self.guess)


@contextmanager
def left_as_it_was(model) -> Iterator[None]:
    """Put every variable back: weights, moving statistics, seeds, recurrent states, metrics."""
    found = {id(v): v for v in [*model.variables, *getattr(model, "metrics_variables", [])]}
    seeds = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    if seeds is not None:
        found[id(seeds.state)] = seeds.state
    before = [(v, as_array(v)) for v in found.values()]
    try:
        yield
    finally:
        for variable, value in before:
            if as_array(variable).tobytes() != value.tobytes():
                variable.assign(value)


def measure(model, x, y, loss, optimizer) -> tuple[list[Layer], float]:
    """Run ``model`` forward and back on one batch and measure each layer.

    Args:
        model: any built Keras 3 model.
        x, y: one batch, arrays or nested structures of them.
        loss: a function (x, y, y_pred) -> (scalar loss, what to multiply it by for the sum over examples).
        optimizer: the one whose next step is tried out on a copy.

    Returns:
        The layers in the order of the call, and the loss.
    """
    infos = weighted_layers(model)
    variables = [v for info in infos for v in info.variables]
    with left_as_it_was(model), tf.GradientTape(persistent=True) as tape:
        with tap_outputs(model) as taps, _tap_inputs(infos) as inputs:
            prediction = _answer(model, x)
        mean, count = loss(x, y, prediction)
        total = tf.cast(mean, tf.float32) * count
    # The tape watches the variables of a frozen layer, too; a training step leaves them alone.
    found = tape.gradient(mean, [v.value for v in variables])
    gradients = [g if v.trainable else None for v, g in zip(variables, found, strict=True)]
    backward = output_gradients(tape, total, taps)
    deltas = tape.gradient(total, taps.preactivations)
    del tape
    steps = update_ratios(optimizer, variables, gradients)
    known = {id(v): (g, s) for v, g, s in zip(variables, gradients, steps, strict=True)}
    layers = _layers(infos, taps, backward, deltas, known)
    for layer in layers:
        _add_input(layer, inputs.get(layer.name))
    return layers, float(mean)


def _answer(model, x):
    """What the model answers in a training step. Raises ValueError where it does not take x."""
    try:
        return model(x, training=True)
    except (ValueError, TypeError, KeyError, tf.errors.InvalidArgumentError) as error:
        shapes = ", ".join(str(a.shape) for a in keras.tree.flatten(x))
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f"X: the model does not take arrays of shape {shapes}: {reason}") from error


def twins(model) -> list[tuple[str, str]]:
    """Pairs of layers whose kernels are equal to the last bit, which no fresh random draw would give."""
    seen: dict[tuple, str] = {}
    pairs = []
    for info in weighted_layers(model):
        if info.kernel is None:
            continue
        w = as_array(info.kernel)
        if w.size < 2 or (w == w.flat[0]).all():
            continue
        key = (w.shape, w.tobytes())
        if key in seen:
            pairs.append((seen[key], info.name))
        seen.setdefault(key, info.name)
    return pairs


@contextmanager
def _tap_inputs(infos) -> Iterator[dict[str, object]]:
    """Catch what each layer with a kernel takes in at its first call: layer name -> tensor."""
    caught: dict[str, object] = {}
    wrapped = []

    def catch(name, call):
        @functools.wraps(call)
        def wrapper(*args, **kwargs):
            if args and tf.is_tensor(args[0]):
                caught.setdefault(name, args[0])
            return call(*args, **kwargs)

        return wrapper

    try:
        for info in infos:
            if info.kernel is not None:
                wrapped.append((info.layer, vars(info.layer).get("call")))
                object.__setattr__(info.layer, "call", catch(info.name, info.layer.call))
        yield caught
    finally:
        for layer, before in reversed(wrapped):
            if before is None:
                object.__delattr__(layer, "call")
            else:
                object.__setattr__(layer, "call", before)


def _layers(infos, taps, backward, deltas, gradients) -> list[Layer]:
    by_name = {info.name: info for info in infos}
    # Eager tensors are numbered as they are made: the order of the call, activation layers included.
    born = {n: t[0]._id for n, t in taps.preactivations.items()} | {n: t[0]._id for n, t in taps.outputs.items()}
    layers = []
    for name in sorted(born, key=born.get):
        info = by_name.get(name)
        layer = Layer(name, type(info.layer).__name__ if info else "Activation", weighted=info is not None)
        layer.activation = taps.activations.get(name) or (info.activation if info else "linear")
        _add_signals(layer, taps.outputs.get(name), backward.get(name))
        _add_activation(layer, taps.functions.get(name), taps.preactivations.get(name), deltas.get(name))
        if info:
            _add_weights(layer, info, gradients)
        layers.append(layer)
    return layers


def _add_signals(layer: Layer, outputs, gradients) -> None:
    if outputs:
        h = [as_float64(t) for t in outputs]
        layer.units = h[0].shape[-1]
        layer.output = rms(h)
        layer.signal = rms([t.std(0) for t in h])
        layer.finite = all(np.isfinite(t).all() for t in h)
    known = [as_float64(g) for g in gradients or [] if g is not None]
    if known:
        layer.gradient, layer.gradient_norm = rms(known), norm(known)
        layer.delta_norm = layer.gradient_norm
        layer.unit_gradient = np.sqrt(np.mean([mean_by_unit(g**2) for g in known], 0))


def _add_input(layer: Layer, tensor) -> None:
    if tensor is None:
        return
    x = as_float64(tensor)
    layer.input_rms = rms([x])
    spread = rms([x.std(0)])
    layer.input_offset = rms([x.mean(0)]) / spread if spread else 0.0


def _add_activation(layer: Layer, function, preactivations, deltas) -> None:
    if function is None:
        return
    z = [as_float64(t) for t in preactivations]
    slope = np.concatenate(
        [np.abs(as_float64(activation_slope(function, t))).reshape(-1, t.shape[-1]) for t in preactivations]
    )
    layer.units = slope.shape[1]
    layer.steepest = STEEPEST_SLOPE.get(layer.activation, 1.0)
    layer.slope = rms([slope])
    layer.unit_slope = np.sqrt((slope**2).mean(0))
    layer.dead = (slope == 0).all(0)
    layer.saturated_units = (slope < SATURATED_SLOPE * layer.steepest).mean(0)
    layer.saturated = float(layer.saturated_units.mean())
    spread = rms([t.std(0) for t in z])
    layer.z_offset = rms([t.mean(0) for t in z]) / spread if spread else np.inf
    known = [as_float64(d) for d in deltas or [] if d is not None]
    if known:
        layer.delta_norm = norm(known)
        if not layer.weighted:
            layer.gradient_norm = layer.delta_norm


def _add_weights(layer: Layer, info, gradients) -> None:
    main = info.kernel if info.kernel is not None else info.variables[0]
    w = as_float64(main)
    g, layer.update_ratio = gradients[id(main)]
    layer.trainable = bool(main.trainable)
    layer.finite = layer.finite and all(np.isfinite(as_float64(v)).all() for v in info.variables)
    layer.kernel_rms = rms([w])
    if g is not None:
        layer.kernel_gradient = rms([as_float64(g)])
    if info.kernel is None or w.ndim < 2 or info.others:
        return
    flat = w.reshape(-1, w.shape[-1])
    layer.gain = float(np.sqrt((flat**2).sum() / flat.shape[1]))
    spread = flat.std()
    if abs(flat.mean()) * np.sqrt(flat.size) > 4 * spread:
        layer.offset = float(abs(flat.mean()) / spread) if spread else np.inf
    layer.identical = g is not None and _same_columns(flat, as_float64(g).reshape(flat.shape))


def _same_columns(kernel: np.ndarray, gradient: np.ndarray) -> bool:
    """Do all units have one set of incoming weights, and will the next step leave it so? Shapes (in, units)."""
    if kernel.shape[1] < 2 or (kernel != kernel[:, :1]).any() or not np.isfinite(gradient).all():
        return False
    return bool(np.allclose(gradient, gradient[:, :1], rtol=1e-3, atol=1e-6 * np.abs(gradient).max()))
