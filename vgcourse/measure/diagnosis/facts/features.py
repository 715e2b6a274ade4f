"""From caught tensors and their gradients to the numbers of a `Layer`."""

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts import normalised
from vgcourse.measure.diagnosis.facts.arrays import as_float64, mean_norm, over_glorot
from vgcourse.measure.diagnosis.facts.layer import Inside, Layer
from vgcourse.measure.diagnosis.facts.recurrent import gates_flat, gates_held
from vgcourse.measure.replaced import replaced
from vgcourse.measure.slopes import (
    NOT_ELEMENTWISE,
    SATURATED_SLOPE,
    STEEPEST_SLOPE,
    activation_name,
    activation_slope,
)
from vgcourse.measure.statistics import mean_by_unit, pooled_rms, rms

# By how much of their size copies of a unit come apart in training, by rounding alone.
_DRIFT = 1e-4
# Where the slopes of a function that is not known are looked at.
_PLACES = np.linspace(-5.0, 5.0, 201)
_WITH_ACTIVATION = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D)
_BOUNDED = ("tanh", "sigmoid")


def layers_of(infos, taps, caught, gradients, on_the_way: set[str]) -> list[Layer]:
    """The layers in the order of the call.

    Args:
        taps: what `tap_outputs` caught. caught: layer name -> `Call`. gradients: a `Gradients`.
        on_the_way: those of `on_every_road`.
    """
    by_name = {info.name: info for info in infos}
    # Eager tensors are numbered as they are made: the order of the call, activation layers included.
    born = {n: t[0]._id for n, t in taps.preactivations.items()} | {n: t[0]._id for n, t in taps.outputs.items()}
    layers = []
    for name in sorted(born, key=born.get):
        info = by_name.get(name)
        layer = Layer(name, type(info.layer).__name__ if info else "Activation", weighted=info is not None)
        layer.activation = taps.activations.get(name) or (info.activation if info else "linear")
        if info and isinstance(info.layer, keras.layers.RNN) and hasattr(info.layer, "activation"):
            layer.inner = activation_name(info.layer.activation)
        _add_signals(layer, taps.outputs.get(name), gradients.outputs.get(name))
        function = taps.functions.get(name)
        _add_activation(layer, function, taps.preactivations.get(name), gradients.preactivations.get(name))
        _add_across(layer, taps.across.get(name, []), gradients.across.get(name, []), name in on_the_way)
        if info and name in caught and isinstance(info.layer, keras.layers.TimeDistributed):
            _add_wrapped(layer, info.layer.layer, caught[name], gradients.outputs.get(name))
        if info:
            _add_weights(layer, info, gradients)
        if name in caught:
            add_input(layer, caught[name], gradients.inputs.get(name))
        layers.append(layer)
    return layers


def _add_signals(layer: Layer, outputs, gradients) -> None:
    if outputs:
        h = [as_float64(t) for t in outputs]
        layer.units = h[0].shape[-1] if h[0].ndim > 1 else 1
        layer.output = pooled_rms(h)
        layer.signal = pooled_rms([t.std(0) for t in h])
        layer.finite = all(np.isfinite(t).all() for t in h)
    known = [g for g in gradients or [] if g is not None]
    if known:
        layer.gradient, layer.gradient_norm = pooled_rms(known), mean_norm(known)
        layer.delta_norm = layer.gradient_norm
        layer.gradient_finite = all(np.isfinite(g).all() for g in known)
        layer.unit_gradient = np.sqrt(np.mean([mean_by_unit(g**2) for g in known], 0)) if known[0].ndim > 1 else None


def add_input(layer: Layer, call, gradients) -> None:
    """What the layer took in at its first call, and how much of the gradient it passes back through itself."""
    x = as_float64(call.inputs[0])
    layer.input_rms, layer.input_finite = rms(x), bool(np.isfinite(x).all())
    layer.input_size = x[0].size
    layer.input_signal = spread = rms(x.std(0))
    layer.input_offset = rms(x.mean(0)) / spread if spread else 0.0
    known = [g for g in gradients or [] if g is not None]
    if known and layer.delta_norm and not call.several:
        layer.passed = mean_norm(known) / layer.delta_norm
    layer.gates_flat, layer.gates_held = gates_flat(call.layer, x), gates_held(call.layer)
    layer.together, layer.over_epsilon = normalised.together(call.layer, x), normalised.over_epsilon(call.layer, x)
    layer.drowned = normalised.drowned(call.layer, x, call.inputs[0].dtype)
    if isinstance(call.layer, keras.layers.BatchNormalization):
        layer.moving_off, used = normalised.moving_off(call.layer, x, as_float64(call.outputs[0]))
        layer.statistics_off = layer.moving_off if used else None
        layer.momentum, layer.astray = float(call.layer.momentum), normalised.astray(call.layer, x)


def _add_activation(layer: Layer, function, preactivations, deltas) -> None:
    if function is None:
        return
    z = [as_float64(t) for t in preactivations]
    slope = np.concatenate(
        [np.abs(as_float64(activation_slope(function, t))).reshape(-1, t.shape[-1]) for t in preactivations]
    )
    layer.units = slope.shape[1]
    layer.steepest = _steepest(function, layer.activation, preactivations[0], slope)
    layer.slope = rms(slope)
    layer.unit_slope = np.sqrt((slope**2).mean(0))
    active = np.concatenate([t.reshape(-1, t.shape[-1]) for t in z]) > 0
    layer.clipped = float((slope[active] == 0).mean()) if layer.rectifier and active.any() else 0.0
    layer.dead = (slope == 0).all(0)
    layer.saturated_units = (slope < SATURATED_SLOPE * layer.steepest).mean(0)
    layer.saturated = float(layer.saturated_units.mean())
    layer.one_sided = _is_flat_on_one_side(function, preactivations[0], SATURATED_SLOPE * layer.steepest)
    spread = pooled_rms([t.std(0) for t in z])
    layer.z_offset = pooled_rms([t.mean(0) for t in z]) / spread if spread else np.inf
    layer.z_rms = pooled_rms(z)
    known = [d for d in deltas or [] if d is not None]
    if known:
        layer.delta_norm = mean_norm(known)
        if not layer.weighted:
            layer.gradient_norm = layer.delta_norm


def _add_across(layer: Layer, found, gradients, on_the_way: bool) -> None:
    """What an activation that makes a number of several, as softmax does, lets through of what comes back to it.

    A gate and the weights of a mean, which roads lead around, are not on the way.
    """
    pairs = [pair for pair in gradients if all(g is not None for g in pair)]
    if not pairs or layer.unit_slope is not None:
        return
    at_z, at_h = (mean_norm(side) for side in zip(*pairs, strict=True))
    if at_h > 0:
        layer.activation, layer.across = found[0][0], at_z / at_h
        if on_the_way:
            layer.slope, layer.delta_norm = layer.across, at_z


def inside_of(calls, gradients) -> list[Inside]:
    """The bounded activations that are no layer's own. gradients: at what each took in and gave, or None."""
    pairs = zip(calls, gradients, strict=True)
    heard = [(call, *pair) for call, pair in pairs if call.activation in _BOUNDED and call.place]
    return [_inside(call, *pair) for call, *pair in heard if all(g is not None and g.any() for g in pair)]


def _inside(call, at_z: np.ndarray, at_h: np.ndarray) -> Inside:
    slope = np.abs(as_float64(activation_slope(call.activation, call.z)))
    steepest = STEEPEST_SLOPE.get(call.activation, 1.0)
    flat = float((slope < SATURATED_SLOPE * steepest).mean())
    return Inside(call.place, call.activation, flat, rms(slope), steepest, mean_norm(at_z) / mean_norm(at_h))


def _steepest(function, name: str, z, slope: np.ndarray) -> float:
    """The steepest slope there is; of functions that Keras does not know it is looked for, and 1 at most."""
    if name in STEEPEST_SLOPE or hasattr(keras.activations, name) or isinstance(function, keras.layers.Layer):
        return STEEPEST_SLOPE.get(name, 1.0)
    places = keras.ops.cast(_PLACES[:, None], z.dtype) * keras.ops.ones((1, z.shape[-1]), z.dtype)
    try:
        found = np.abs(as_float64(activation_slope(function, places)))
    except Exception:  # a function of one's own may want another shape
        return 1.0
    return min(1.0, float(np.nanmax([*found.ravel(), slope.max()])))


def _is_flat_on_one_side(function, z, bound: float) -> bool:
    """Does it pass everything on for large numbers of one sign, and nothing for those of the other, as gelu does?"""
    ends = [keras.ops.full(z[:1].shape, end, z.dtype) for end in (-30.0, 30.0)]
    return sum(bool((np.abs(as_float64(activation_slope(function, end))) < bound).all()) for end in ends) == 1


def _add_wrapped(layer: Layer, inner, call, gradients) -> None:
    """The activation of what TimeDistributed wraps, computed anew: its own tensors live in a loop."""
    function = getattr(inner, "activation", None)
    name = activation_name(function)
    if not isinstance(inner, _WITH_ACTIVATION) or name in NOT_ELEMENTWISE | {"linear"}:
        return
    z = []
    for x in call.inputs:
        with replaced(inner, "activation", keras.activations.linear):
            every = inner(keras.ops.reshape(x, (-1, *x.shape[2:])))
        z.append(keras.ops.reshape(every, (*x.shape[:2], *every.shape[1:])))
    layer.activation = name
    known = gradients or [None] * len(z)
    deltas = [
        None if g is None else g * as_float64(activation_slope(function, t)) for g, t in zip(known, z, strict=True)
    ]
    _add_activation(layer, function, z, deltas)


def _add_weights(layer: Layer, info, gradients) -> None:
    main = info.kernel if info.kernel is not None else info.variables[0]
    w = as_float64(main)
    (g, layer.update_ratio), layer.step = gradients.of(main), gradients.sizes.get(id(main), np.nan)
    layer.trainable, layer.stored = bool(main.trainable), str(main.dtype)
    layer.computes = getattr(info.layer, "compute_dtype", layer.stored)
    # Moving averages, too: relu swallows a NaN, and the loss stays finite.
    layer.weights_finite = all(np.isfinite(as_float64(v)).all() for v in _numbers(info.layer, info))
    layer.finite = layer.finite and layer.weights_finite
    layer.moving_finite = layer.weights_finite or not all(np.isfinite(as_float64(v)).all() for v in info.variables)
    layer.kernel_rms = rms(w)
    shift = info.bias if info.bias is not None else info.others.get("beta")
    layer.bias_rms = 0.0 if shift is None else rms(as_float64(shift))
    layer.recurrent = isinstance(info.layer, keras.layers.RNN)
    if isinstance(info.layer, normalised.NORMALISED) and "gamma" in info.others:
        layer.gamma = rms(as_float64(info.others["gamma"]))
    if g is not None:
        layer.kernel_gradient = rms(as_float64(g))
    if info.kernel is None or w.ndim < 2:
        return
    layer.glorot = over_glorot(w)
    half = layer.computes in ("float16", "bfloat16")
    if info.others:
        layer.identical = layer.recurrent and _same_cells(info, gradients, 2e-2 if half else 1e-4)
        return
    flat = _by_unit(info.layer, w)
    layer.gain = float(np.sqrt((flat**2).sum() / _fan_out(info.layer, w)))
    spread = flat.std()
    if abs(flat.mean()) * np.sqrt(flat.size) > 4 * spread:
        layer.offset = float(abs(flat.mean()) / spread) if spread else np.inf
    layer.identical = g is not None and _same_columns(
        flat, _by_unit(info.layer, as_float64(g)), 2e-2 if half else 1e-4
    )


def _numbers(layer, info) -> list:
    moving = [v for v in layer.non_trainable_variables if "float" in str(v.dtype)]
    return [*info.variables, *(moving if not keras_private.direct_layers(layer) else [])]


def _by_unit(layer, w: np.ndarray) -> np.ndarray:
    """A kernel or its gradient as (incoming weights, units): a transposed convolution has its units last but one."""
    w = np.swapaxes(w, -1, -2) if "Transpose" in type(layer).__name__ else w
    return w.reshape(-1, w.shape[-1])


def _fan_out(layer, w: np.ndarray) -> int:
    """Number of output units whose incoming weights the kernel holds."""
    if "Depthwise" in type(layer).__name__:
        return w.shape[-1] * w.shape[-2]
    if "Transpose" in type(layer).__name__:
        return w.shape[-2]
    if isinstance(layer, keras.layers.EinsumDense):
        inputs, kernel = layer.equation.split("->")[0].split(",")
        return int(np.prod([n for letter, n in zip(kernel, w.shape, strict=False) if letter not in inputs]))
    return w.shape[-1]


def _same_cells(info, gradients, rounding: float) -> bool:
    """Are all units of a recurrent layer copies of each other: from the input and from all of them, gate by gate?"""
    recurrent = info.others.get("recurrent_kernel")
    if recurrent is None:
        return False
    units = recurrent.shape[-2]
    for variable in (info.kernel, recurrent):
        w, (g, _) = as_float64(variable), gradients.of(variable)
        if g is None or w.shape[-1] % units:
            return False
        gates = np.stack([w, as_float64(g)]).reshape(2, -1, w.shape[-1] // units, units)
        if not all(_same_columns(gates[0, :, k], gates[1, :, k], rounding) for k in range(gates.shape[2])):
            return False
    return True


def _same_columns(kernel: np.ndarray, gradient: np.ndarray, rounding: float) -> bool:
    """Do all units have one set of incoming weights, and will the next step leave it so? Shapes (in, units).

    Gradients are sums whose terms cancel: equal ones differ by some ``rounding`` of the largest, and so do weights
    after steps along them.
    """
    if kernel.shape[1] < 2 or not np.isfinite(gradient).all():
        return False
    # Fresh random weights are nowhere near this: their columns differ by as much as they are large.
    if (np.ptp(kernel, axis=1) > _DRIFT * np.abs(kernel).max()).any():
        return False
    return bool(np.allclose(gradient, gradient[:, :1], rtol=1e-3, atol=rounding * np.abs(gradient).max()))
