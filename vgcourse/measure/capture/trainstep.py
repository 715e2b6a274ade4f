"""Listen to the train step that Keras compiles for ``fit``, and leave the model as it was.

Keras keeps its compiled step in ``model.train_function`` and looks it up before every call. A listener puts a
function of its own there for one call: traced from the same ``train_step``, while optimizer and layers report
what passes through them. Before that call starts, Keras's function is back in its place, so there is nothing
left to restore when ``fit`` raises or is interrupted.
"""

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private, layers
from vgcourse.measure.capture.time_probe import probed_call
from vgcourse.measure.replaced import replaced


class Listener:
    """What can be heard of a train step.

    `on_step_begin` to `on_step_end` run where the step is built: once per trace in a compiled model, at every
    step where it runs eagerly. Their arguments are tensors of that place.
    """

    def on_step_begin(self) -> None:
        """A train step begins."""

    def step_ear(self, layer: keras.layers.Layer):
        """What hears a recurrent layer's gradients by time step, as ``hear`` of `probed_call`; or None."""

    def on_output(self, layer: keras.layers.Layer, output):
        """A layer has been called. Returns what stands for its output from here on."""
        return output

    def on_loss(self, loss) -> None:
        """The loss is known, before any scaling of it."""

    def on_apply(self, gradients: list, variables: list, scale) -> None:
        """An optimizer is about to use these gradients: before clipping, without the loss scale.

        ``scale`` is the factor that mixed precision put on the loss of this step, or None.
        """

    def on_rate(self, rate) -> None:
        """The learning rate that an optimizer is about to use, a scalar tensor."""

    def on_step_end(self, loss=None) -> None:
        """The train step ends. ``loss`` is the batch's as its logs tell it, where they do."""

    def on_call_end(self) -> None:
        """The compiled function has returned, after one or (``steps_per_execution``) several steps."""


def listen(model: keras.Model, listener: Listener, functions: dict) -> None:
    """Let listener hear the next call of ``model.train_function``, and only that one.

    Args:
        model: a compiled Keras model on the TensorFlow backend.
        listener: shares the call with whoever else listens.
        functions: keeps what was traced, between one call and the next.
    """
    call = vars(model).get("train_function")
    if not isinstance(call, _NextCall):
        model.make_train_function()
        call = _NextCall(model, model.train_function, functions)
        vars(model)["train_function"] = call
    if listener not in call.listeners:
        call.listeners.append(listener)


def stop_listening(model: keras.Model) -> None:
    """Take back what `listen` prepared and no call has used: another callback raised in between."""
    call = vars(model).get("train_function")
    if isinstance(call, _NextCall):
        call.restore()


class _NextCall:
    """Stands in for ``model.train_function`` for one call."""

    def __init__(self, model, plain, functions: dict):
        self.model, self.plain, self.functions = model, plain, functions
        self.listeners: list[Listener] = []

    def restore(self) -> None:
        vars(self.model)["train_function"] = self.plain

    def __call__(self, iterator):
        self.restore()
        function, gradients = self._function()
        result = function(iterator)
        keras_private.forget_custom_gradients(gradients)
        for listener in self.listeners:
            listener.on_call_end()
        return result

    def _function(self):
        # A model compiled or unfrozen in between has a new train function: then ours is built anew, too.
        plain, heard, *made = self.functions.get("traced", (None, None))
        if plain is not self.plain or heard != self.listeners:
            made = _make_train_function(self.model, list(self.listeners))
            self.functions["traced"] = (self.plain, list(self.listeners), *made)
        return made


def _make_train_function(model, listeners: list[Listener]) -> tuple:
    """A second train function, from the model's own train_step; its first one stays as it is.

    Returns the function, and a set that takes up the names of the custom gradients whenever it is traced.
    """
    train_step, gradients = model.train_step, set()

    def heard_step(data):
        for listener in listeners:
            listener.on_step_begin()
        with _reporting(model, listeners):
            loss_of = _batch_loss(model)
            logs = train_step(data)
        # Keras learns that a dataset is at its end by a call that fails for want of a batch. Operations that need
        # none of the batch run in that call all the same: what counts steps has to wait for it.
        parts = tf.nest.flatten(data, expand_composites=True)
        with tf.control_dependencies([part for part in parts if tf.is_tensor(part)]):
            loss = loss_of(logs)
            for listener in listeners:
                listener.on_step_end(loss)
        if (graph := keras_private.current_graph()) is not None:
            gradients.update(keras_private.custom_gradients(graph))
        return logs

    with replaced(model, "train_step", heard_step), replaced(model, "train_function", None):
        model.make_train_function()
        return model.train_function, gradients


def _batch_loss(model):
    """Called before a step; gives back what finds the batch's loss in the step's logs, after it.

    Logs usually hold the mean over the epoch so far: then the batch's share of it counts.
    """
    means = [m for m in model.metrics if m.name == "loss" and hasattr(m, "total") and hasattr(m, "count")]
    before = [(tf.identity(m.total.value), tf.identity(m.count.value)) for m in means]

    def loss_of(logs):
        told = logs.get("loss") if isinstance(logs, dict) else None
        loss = None if told is None else tf.cast(tf.reduce_mean(told), tf.float32)
        for mean, (total, count) in zip(means, before, strict=True):
            seen = mean.count.value - count
            share = tf.math.divide_no_nan(mean.total.value - total, seen)
            loss = tf.where(seen > 0, share, np.nan if loss is None else loss)
        return loss

    return loss_of


@contextmanager
def _reporting(model, listeners: list[Listener]) -> Iterator[None]:
    with ExitStack() as stack:
        for optimizer in optimizers_of(model):
            apply, scale_loss = _optimizer_reports(optimizer, listeners)
            stack.enter_context(replaced(optimizer, "apply", apply))
            stack.enter_context(replaced(optimizer, "scale_loss", scale_loss))
        for layer in _inner_layers(model):
            if ears := [ear for listener in listeners if (ear := listener.step_ear(layer)) is not None]:
                probed = probed_call(layer, functools.partial(_all_hear, ears))
                stack.enter_context(replaced(layer, "call", probed))
            stack.enter_context(replaced(layer, "call", _layer_report(layer, listeners)))
        yield


def optimizers_of(model) -> list:
    """Every optimizer that a model keeps: the compiled one first, then wherever its attributes lead.

    Looked for in attributes of the model and its layers, in lists, tuples, sets and dicts, in objects of somebody's
    own, and in these again.
    """
    found, seen = {}, set()
    todo = [getattr(model, "optimizer", None), *(vars(layer) for layer in keras_private.all_layers(model))]
    while todo:
        part = todo.pop(0)
        if part is None or id(part) in seen or isinstance(part, str | bytes | int | float | type):
            continue
        seen.add(id(part))
        if isinstance(part, keras.optimizers.Optimizer):
            found[id(part)] = part
        elif isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, list | tuple | set | frozenset):
            todo += part
        elif hasattr(part, "__dict__") and not keras_private.is_of_library(type(part)):
            todo.append(vars(part))
    return list(found.values())


def _inner_layers(model) -> list:
    return [layer for _, layer, is_activation in layers.walk(model) if not is_activation]


def _optimizer_reports(optimizer, listeners):
    original_apply, original_scale = optimizer.apply, optimizer.scale_loss
    scale = None

    def scale_loss(loss):
        nonlocal scale
        scaled = original_scale(loss)
        # The scale that this very step uses: the optimizer's variable may already hold another one.
        scale = None if scaled is loss else original_scale(tf.ones_like(loss))
        for listener in listeners:
            listener.on_loss(loss)
        return scaled

    def apply(grads, trainable_variables=None):
        own = trainable_variables is None
        variables = keras_private.optimizer_variables(optimizer) if own else trainable_variables
        unscaled = [g if g is None or scale is None else _divide(g, scale) for g in grads]
        rate = tf.cast(tf.convert_to_tensor(optimizer.learning_rate), tf.float32)
        for listener in listeners:
            listener.on_rate(rate)
            listener.on_apply(unscaled, list(variables), scale)
        return original_apply(grads, trainable_variables)

    return apply, scale_loss


def _divide(gradient, scale):
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(_divide(gradient.values, scale), gradient.indices, gradient.dense_shape)
    return gradient / tf.cast(scale, gradient.dtype)


def _all_hear(ears: list, group: str, probe, mask):
    """One probe for all who listen: a second one beside it would miss some of the roads."""
    for ear in ears:
        probe = ear(group, probe, mask)
    return probe


def _layer_report(layer, listeners):
    original = layer.call

    def call(*args, **kwargs):
        output = original(*args, **kwargs)
        for listener in listeners:
            output = listener.on_output(layer, output)
        return output

    return call


def tap_gradient(output, arrive):
    """The same output; arrive(gradient) is called with its gradient on the way back.

    Of a layer with several outputs, the first. Where Keras's losses compute from the logits behind an output,
    the gradient is the one with respect to the logits, as in `layers.output_gradients`.
    """
    flat = keras.tree.flatten(output)
    h = flat[0]
    if not isinstance(h, tf.Tensor) or not h.dtype.is_floating:  # Ragged and sparse ones pass unheard.
        return output
    logits = keras_private.logits(h)
    if logits is None and not hasattr(h, "numpy") and h.op.type in ("Sigmoid", "Softmax"):
        # Keras's losses look for such an op to compute from its logits: nothing may stand in between.
        return output
    flat[0] = report_gradient(h, arrive)
    if logits is not None:
        keras_private.leave_logits(flat[0], report_gradient(logits, arrive))
    if (mask := keras_private.mask(h)) is not None:
        keras_private.leave_mask(flat[0], mask)
    return keras.tree.pack_sequence_as(output, flat)


def report_gradient(tensor, arrive):
    """The same tensor; arrive(gradient) is called with its gradient on the way back."""

    @tf.custom_gradient
    def identity(x):
        def gradient(upstream):
            arrive(upstream)
            return upstream

        return tf.identity(x), gradient

    return identity(tensor)


def report_gradient_beside(tensor, anchor, arrive):
    """As `report_gradient`, for a tensor that no tape watches: one watches anchor, whose gradient gains zeros."""

    @tf.custom_gradient
    def identity(x, watched):
        def gradient(upstream):
            arrive(upstream)
            return upstream, tf.zeros_like(watched)

        return tf.identity(x), gradient

    return identity(tensor, anchor)


def reachable(tensor) -> bool:
    """Whether the tensor can be used here: one from inside a loop or a nested function cannot."""
    if hasattr(tensor, "numpy"):
        return True
    graph = keras_private.current_graph()
    while graph is not None and graph is not tensor.graph:
        graph = keras_private.outer_graph(graph)
    return graph is not None
