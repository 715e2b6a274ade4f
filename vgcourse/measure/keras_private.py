"""The names of Keras and TensorFlow that are not promised to stay, each used here and nowhere else in this wing.

Checked against Keras 3.15.1 with TensorFlow 2.21.0, and in Keras 3.10 with TensorFlow 2.19 as far as the tests
reach. With a new version, run the tests of this wing; what has moved is mended in this file.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf
from tensorflow.python.framework import op_callbacks, ops


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


@contextmanager
def losses_kept(model) -> Iterator[None]:
    """What the last call has added by add_loss, as it was: another call, maybe in a graph, puts its own there."""
    before = [(layer, list(layer._losses), set(layer._loss_ids)) for layer in all_layers(model)]
    try:
        yield
    finally:
        for layer, losses, ids in before:
            layer._losses[:] = losses
            layer._loss_ids = ids


@contextmanager
def without_added_losses(model) -> Iterator[None]:
    """Nothing that add_loss and activity regularizers have put there, for as long; the prices on weights stay."""
    with losses_kept(model):
        for layer in all_layers(model):
            layer._losses[:] = []
            layer._loss_ids = set()
        yield


def optimizer_variables(optimizer) -> list:
    """The variables that a built optimizer updates, in the order in which it wants their gradients."""
    return list(optimizer._trainable_variables)


def optimizer_iterations(optimizer) -> int:
    """Calls of apply. The public ``iterations`` counts an accumulated gradient only with the last of its group."""
    return int(optimizer._iterations.numpy())


def set_iterations(optimizer, count) -> None:
    """Set how many steps an optimizer believes to have made."""
    optimizer._iterations.assign(count)


def accumulated_gradients(optimizer) -> list:
    """Its sums of gradients, where it takes several batches for a step."""
    return list(getattr(optimizer, "_accumulated_gradients", None) or ())


def learning_rate_or_schedule(optimizer):
    """The learning rate's variable, or the schedule that it follows."""
    return optimizer._learning_rate


def logits(tensor):
    """The logits that Keras left on a sigmoid's or softmax's output, else None."""
    return getattr(tensor, "_keras_logits", None)


def leave_logits(tensor, value) -> None:
    """Keep with a tensor of probabilities the logits it was made of, as Keras's activations do."""
    tensor._keras_logits = value


def mask(tensor):
    """The mask that Keras left on a layer's output, else None."""
    return getattr(tensor, "_keras_mask", None)


def leave_mask(tensor, value) -> None:
    """Keep with a tensor the mask of its time steps, as Keras's layers do."""
    tensor._keras_mask = value


def is_of_keras(kind: type) -> bool:
    """Whether a class or function is Keras's own, not somebody's."""
    return (getattr(kind, "__module__", None) or "").startswith("keras.")


def is_of_library(kind: type) -> bool:
    """Whether a class is of Keras, TensorFlow, NumPy or Python itself: no place where somebody keeps optimizers."""
    return kind.__module__.split(".")[0] in {"keras", "tensorflow", "numpy", "builtins", "collections", "functools"}


def is_layer_of_keras(layer) -> bool:
    """Whether Keras itself brings this layer, so that its call is known."""
    return type(layer).__module__.startswith("keras.src.layers")


def random_seed_dtype() -> str:
    """The type in which a SeedGenerator keeps its state."""
    return keras.src.backend.random_seed_dtype()


def global_seed_state():
    """The variable behind ``keras.random`` functions without a seed, or None before the first of them."""
    seeds = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    return None if seeds is None else seeds.state


def outer_graph(graph):
    """The graph in which the function of this graph is called."""
    return getattr(graph, "outer_graph", None)


def current_graph():
    """The graph that is being traced, or None outside of one."""
    return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()


@contextmanager
def hearing_operations(hear) -> Iterator[None]:
    """hear(name of the operation, its inputs, its outputs) of every operation carried out in the block, eagerly."""

    def callback(name, inputs, attributes, outputs, op_name=None, graph=None):
        if graph is None:
            hear(name, inputs, outputs)

    op_callbacks.add_op_callback(callback)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(callback)


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


def attention_method(layer) -> str | None:
    """The name of the method to which a layer with heads hands its queries and keys; None for other layers."""
    known = keras.layers.MultiHeadAttention | keras.layers.GroupQueryAttention
    return "_compute_attention" if isinstance(layer, known) else None


def attention_scale(layer) -> float:
    """What the scores are multiplied by, 1 / sqrt(size of a head)."""
    for name in ("_inverse_sqrt_key_dim", "_inverse_sqrt_head_dim"):
        if hasattr(layer, name):
            return float(getattr(layer, name))
    return 1.0


def loss_arguments(loss) -> dict:
    """What a loss made of a function hands on to it."""
    return getattr(loss, "_fn_kwargs", None) or {}


def origin(tensor):
    """(operation, its node's index, the tensor's place among the outputs) of a Keras tensor, else None."""
    return tuple(tensor._keras_history) if hasattr(tensor, "_keras_history") else None


def inputs_of_call(operation, node: int) -> list:
    """The Keras tensors that went into one symbolic call of an operation."""
    return operation._inbound_nodes[node].input_tensors


def is_in_line(layer) -> bool:
    """In a functional model: does each call of the layer take one tensor, and does at most one call take its own?"""
    return all(len(node.input_tensors) <= 1 for node in layer._inbound_nodes) and len(layer._outbound_nodes) <= 1
