"""How flat an activation function is where it stands: slopes, saturated activations, dead units."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private

# An activation counts as saturated below this share of its steepest slope: for tanh |h| > 0.97.
SATURATED_SLOPE = 0.06
# The steepest slope of those that do not end at 1; selu's is scale * alpha, just below 0.
STEEPEST_SLOPE = {
    "sigmoid": 0.25,
    "hard_sigmoid": 1 / 6,
    "sparse_sigmoid": 0.5,
    "selu": 1.7581,
    "hard_silu": 1.5,
    "gelu": 1.1289,
    "silu": 1.0998,
    "mish": 1.0885,
}

# As TensorFlow's own gradients compute it; compiling an exponential again is slow.
_SLOPE_OF_OUTPUT = {
    "sigmoid": lambda h: h * (1 - h),
    "tanh": lambda h: 1 - h * h,
    "relu": lambda h: tf.cast(h > 0, h.dtype),
}

ACTIVATION_LAYERS = {
    keras.layers.Activation: None,
    keras.layers.ReLU: "relu",
    keras.layers.LeakyReLU: "leaky_relu",
    keras.layers.PReLU: "prelu",
    keras.layers.ELU: "elu",
}
NOT_ELEMENTWISE = {"softmax", "log_softmax", "glu", "sparsemax"}
# Where it is looked whether a function of one's own takes each number by itself.
_PROBE = np.array([[0.3, -0.8, 1.1, 0.1], [-0.4, 0.7, -1.3, 0.9], [1.2, -0.1, 0.5, -0.6]], "float32")


def looks_across(activation) -> bool:
    """Does an activation make a number of several, as softmax does? Then it has no slope at each of them.

    Of a function that Keras does not know it is tried out: one number is changed, and others must stay.
    """
    if activation_name(activation) in NOT_ELEMENTWISE:
        return True
    if isinstance(activation, keras.layers.Layer) or keras_private.is_of_keras(activation):
        return False
    changed = _PROBE.copy()
    changed[0, 0] += 1
    with tf.init_scope():
        try:
            first, again, other = (np.array(activation(tf.constant(z))) for z in (_PROBE, _PROBE, changed))
        except Exception:  # a function of one's own may want another shape
            return False
    if first.shape != _PROBE.shape:
        return True
    alike = np.isclose(first, other, rtol=1e-4, atol=1e-6)
    alike[0, 0] = True
    return bool(np.array_equal(first, again, equal_nan=True) and not alike.all() and not np.isnan(first).any())


def activation_slope(activation, z):
    """The element-wise derivative phi'(z) of an activation function.

    Args:
        activation: a Keras activation name, function or layer that acts on each element.
        z: pre-activations, any shape, NumPy array or tensor.

    Returns:
        A tensor of the shape of z. Where relu has its kink the slope is 0.
    """
    function = keras.activations.get(activation)
    z = tf.convert_to_tensor(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        h = function(z)
    slope = tape.gradient(h, z)
    return tf.zeros_like(z) if slope is None else slope


def saturation(activation, z) -> tuple:
    """How much of a layer is flat, for one batch of pre-activations z of shape (batch, ..., units).

    Returns:
        (saturated, dead), two scalar tensors: the means over units of what `unit_saturation` returns.
    """
    return tuple(tf.reduce_mean(per_unit) for per_unit in unit_saturation(activation, z))


def unit_saturation(activation, z, h=None) -> tuple:
    """How flat each unit is, for one batch of pre-activations z of shape (batch, ..., units).

    Where the activations h = phi(z) are given, a slope that follows from them is not computed anew.

    Returns:
        (saturated, dead), float32 tensors of shape (units,). A unit is a channel of the last axis. saturated:
        the fraction of its activations whose slope is below 6 % of the steepest (for tanh |h| > 0.97, the
        bound of Karpathy's makemore). dead: 1 where the slope is exactly 0 for every example and position.
    """
    name = activation_name(activation)
    if h is not None and name in _SLOPE_OF_OUTPUT:
        slope = _SLOPE_OF_OUTPUT[name](by_unit(h))
    else:
        slope = tf.abs(activation_slope(activation, by_unit(z)))
    bound = SATURATED_SLOPE * STEEPEST_SLOPE.get(name, 1.0)
    saturated = tf.reduce_mean(tf.cast(slope < bound, tf.float32), axis=0)
    return saturated, tf.reduce_min(tf.cast(slope == 0, tf.float32), axis=0)


def by_unit(values):
    """A tensor of shape (batch, ..., units) as (rows, units); (batch,) counts as one unit."""
    values = values[:, None] if values.shape.rank == 1 else values
    return tf.reshape(values, (-1, values.shape[-1]))


def activation_name(activation) -> str:
    """The name Keras knows an activation function or activation layer by."""
    if activation is None:
        return "linear"
    if isinstance(activation, str):
        return activation
    if isinstance(activation, keras.layers.Layer):
        known = ACTIVATION_LAYERS.get(type(activation))
        return known or activation_name(getattr(activation, "activation", type(activation).__name__))
    return getattr(activation, "__name__", type(activation).__name__)
