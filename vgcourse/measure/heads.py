"""What a model's output is, by how it is made: probabilities, logits or numbers.

The structure is asked, never the values: a net whose answers happen to lie in [0, 1] gives no probabilities.
Only of a NumPy array, which has no structure, the values are all there is.
"""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.layers import activation_name

# Activations after which an output is neither a probability nor a logit.
BOUNDED = ("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "softplus", "exponential", "tanh", "softsign")
_TELLING = ("sigmoid", "softmax", *BOUNDED)
# They move values about and change none.
_PASSING = ("Reshape", "Flatten", "Squeeze", "ExpandDims", "Permute", "Transpose", "Cast", "Identity")
# In a training step they change some, and stand behind no output that is well.
_NOISE = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianDropout", "GaussianNoise")
_PASSING_IN_GRAPH = ("Identity", "Reshape", "Squeeze", "ExpandDims", "Cast", "Transpose", "ReadVariableOp")
_AVERAGING = ("Average", "GlobalAveragePooling1D", "GlobalAveragePooling2D")
_OPS = {"Sigmoid": "sigmoid", "Softmax": "softmax", "Relu": "relu", "Tanh": "tanh", "Softplus": "softplus"}


def output_activation(output, model=None, x=None) -> str:
    """Name of the activation that a model's output comes from; ``"linear"`` where it comes from none.

    Args:
        output: a Keras tensor, a tensor of an eager call or of a graph, or a NumPy array.
        model, x: the model and an input batch: a model of one's own class is traced where its eager output
            does not tell.
    """
    if keras_private.origin(output) is not None:
        return _of_symbol(output)
    if keras_private.logits(output) is not None:
        return _of_logits(output)
    if not tf.is_tensor(output):
        return _of_values(np.asarray(output))
    if not tf.executing_eagerly():
        return _of_graph(output)
    if model is None or x is None or _of_values(output.numpy()) == "linear":
        return "linear"
    return _traced(model, x)


def _of_symbol(tensor) -> str:
    operation, node, index = keras_private.origin(tensor)
    if isinstance(operation, keras.Model) and getattr(operation, "outputs", None):
        return _of_symbol(operation.outputs[index])
    kind = type(operation).__name__
    if kind in (*_PASSING, *_NOISE, *_AVERAGING):
        before = {_of_symbol(t) for t in keras_private.inputs_of_call(operation, node)}
        return before.pop() if len(before) == 1 else "linear"
    return _of_operation(operation)


def _of_operation(operation) -> str:
    if isinstance(operation, keras.layers.Wrapper):
        return _of_operation(operation.layer)
    if isinstance(operation, keras.Model) and getattr(operation, "outputs", None):
        return _of_symbol(operation.outputs[0])
    kind = type(operation).__name__
    if kind in ("Softmax", "Sigmoid", "Relu", "Tanh", "ReLU", "LeakyReLU", "ELU", "PReLU"):
        return {"LeakyReLU": "leaky_relu"}.get(kind, kind.lower())
    return activation_name(getattr(operation, "activation", None))


def _of_logits(output) -> str:
    """Keras leaves the logits on what a sigmoid or a softmax returns, and not which of the two it was."""
    z, h = (np.asarray(keras.ops.convert_to_numpy(t), np.float32) for t in (keras_private.logits(output), output))
    with np.errstate(over="ignore", invalid="ignore"):
        same = np.allclose(h, 1 / (1 + np.exp(-z)), atol=1e-2, equal_nan=True)
    return "sigmoid" if same else "softmax"


def _of_values(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if not known.size or known.min() < 0 or known.max() > 1:
        return "linear"
    sums = values.sum(-1) if values.ndim > 1 else values
    several = values.ndim > 1 and values.shape[-1] > 1
    return "softmax" if several and np.nanmax(np.abs(sums - 1)) < 1e-3 else "sigmoid"


def _of_graph(tensor) -> str:
    while tensor.op.type in _PASSING_IN_GRAPH and tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return _OPS.get(tensor.op.type, "linear")


def _traced(model, x) -> str:
    """The last operation of the model's graph."""
    found = []

    def look(inputs):
        found.append(_of_graph(keras.tree.flatten(model(inputs, training=False))[0]))
        return 0

    specs = keras.tree.map_structure(lambda a: tf.TensorSpec(np.shape(a), a.dtype), x)
    try:
        with keras_private.losses_kept(model):
            tf.function(look, autograph=False).get_concrete_function(specs)
    except Exception:  # whatever one's own code does not take in a graph: then nothing is known
        return "linear"
    return found[-1]
