"""The names of Keras and TensorFlow that are not promised to stay, each used here and nowhere else in this wing.

Checked against Keras 3.15.1 with TensorFlow 2.21.0, and in Keras 3.10 with TensorFlow 2.19 as far as the tests
reach. With a new version, run the tests of this wing; what has moved is mended in this file.
"""

import keras
import tensorflow as tf
from tensorflow.python.framework import ops


def all_layers(layer) -> list:
    """The layer and every layer inside it, at any depth."""
    return layer._flatten_layers()


def direct_layers(layer) -> list:
    """The layers directly inside."""
    return layer._flatten_layers(include_self=False, recursive=False)


def made_trainable(layer) -> list:
    """The layer's own variables that were made trainable, whether frozen or not."""
    return list(layer._trainable_variables)


def takes_training(model) -> bool:
    """Whether the model's call has an argument ``training``."""
    return getattr(model, "_call_has_training_arg", True)


def optimizer_variables(optimizer) -> list:
    """The variables that a built optimizer updates, in the order in which it wants their gradients."""
    return list(optimizer._trainable_variables)


def optimizer_iterations(optimizer) -> int:
    """Calls of apply. The public ``iterations`` counts an accumulated gradient only with the last of its group."""
    return int(optimizer._iterations.numpy())


def learning_rate_or_schedule(optimizer):
    """The learning rate's variable, or the schedule that it follows."""
    return optimizer._learning_rate


def logits(tensor):
    """The logits that Keras left on a sigmoid's or softmax's output, else None."""
    return getattr(tensor, "_keras_logits", None)


def leave_logits(tensor, value) -> None:
    tensor._keras_logits = value


def mask(tensor):
    """The mask that Keras left on a layer's output, else None."""
    return getattr(tensor, "_keras_mask", None)


def leave_mask(tensor, value) -> None:
    tensor._keras_mask = value


def is_of_keras(kind: type) -> bool:
    """Whether a class or function is Keras's own, not somebody's."""
    return kind.__module__.startswith("keras.")


def is_of_library(kind: type) -> bool:
    """Whether a class is of Keras, TensorFlow, NumPy or Python itself: no place where somebody keeps optimizers."""
    return kind.__module__.split(".")[0] in {"keras", "tensorflow", "numpy", "builtins", "collections", "functools"}


def is_layer_of_keras(layer) -> bool:
    return type(layer).__module__.startswith("keras.src.layers")


def random_seed_dtype() -> str:
    return keras.src.backend.random_seed_dtype()


def global_seed_state():
    """The variable behind ``keras.random`` functions without a seed, or None before the first of them."""
    seeds = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    return None if seeds is None else seeds.state


def outer_graph(graph):
    """The graph in which the function of this graph is called."""
    return getattr(graph, "outer_graph", None)


def current_graph():
    return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()


def custom_gradients(graph) -> set[str]:
    """The names that ``tf.custom_gradient`` gave its functions in this graph and the functions it calls."""
    names, todo, seen = set(), [graph], set()
    while todo:
        graph = todo.pop()
        if graph is None or id(graph) in seen:
            continue
        seen.add(id(graph))
        for op in graph.get_operations():
            if op.type in ("Identity", "IdentityN"):
                names.update(_gradient_name(op))
        todo += [getattr(function, "graph", None) for function in getattr(graph, "_functions", {}).values()]
    return names


def _gradient_name(op):
    try:
        name = op.get_attr("_gradient_op_type").decode()
    except ValueError:
        return
    if name.startswith("CustomGradient-"):
        yield name


def forget_custom_gradients(names: set[str]) -> None:
    """Take them out of TensorFlow's registry, which keeps for ever what they hold: the whole graph.

    Only for graphs whose gradients are taken, once and for all.
    """
    registry = ops.gradient_registry._registry
    while names:
        registry.pop(names.pop(), None)


def prepares_dropout(layer) -> str:
    """The name of the method by which a recurrent layer draws its dropout masks before the loop."""
    return "_maybe_config_dropout_masks"
