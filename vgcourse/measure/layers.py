"""Find the layers of any Keras 3 model and tap their outputs while it runs."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import keras
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.replaced import replaced
from vgcourse.measure.slopes import ACTIVATION_LAYERS, activation_name, looks_across

# They run their inner layers in a loop of their own, whose tensors mean nothing outside of it.
_OPAQUE = (keras.layers.RNN, keras.layers.TimeDistributed)


@dataclass(frozen=True)
class LayerInfo:
    """A layer that owns weights.

    Attributes:
        name: its unique name in the model, ``"block/dense"`` inside a nested model or layer.
        layer: the Keras layer.
        kernel, bias: its variables of that name, or None.
        others: name -> variable, for every other weight made trainable (``gamma``, ``recurrent_kernel``,
            ``embeddings``). A frozen layer keeps its entries: ask ``variable.trainable``.
        activation: name of its own activation function, ``"linear"`` where it applies none.
    """

    name: str
    layer: keras.layers.Layer
    kernel: keras.Variable | None
    bias: keras.Variable | None
    others: dict[str, keras.Variable]
    activation: str

    @property
    def variables(self) -> list[keras.Variable]:
        """The layer's weights: kernel, bias, then the others, of those that it has."""
        return list(self.named_variables.values())

    @property
    def named_variables(self) -> dict[tuple[str, str], keras.Variable]:
        """(group of a Recording, name in it) -> weight, in the order of `variables`."""
        own = {("kernels", self.name): self.kernel, ("biases", self.name): self.bias}
        own |= {("variables", f"{self.name}/{name}"): variable for name, variable in self.others.items()}
        return {key: variable for key, variable in own.items() if variable is not None}


@dataclass
class Taps:
    """What `tap_outputs` caught.

    Attributes:
        outputs: layer name -> its output tensors, one per call (a shared layer has several), in call order.
            Of a layer with several outputs, the first.
        preactivations: name -> what went into its activation function. A separate activation layer that
            takes a weighted layer's output counts as this layer's, any other stands under its own name.
        activated: name -> what came out of it, phi(z), call by call.
        activations: name -> name of this element-wise activation function.
        functions: name -> the function itself.
        across: name -> (name of the function, what went in, what came out), call by call, of a weighted layer's
            activation that makes a number of several, as softmax does.
    """

    outputs: dict[str, list] = field(default_factory=dict)
    preactivations: dict[str, list] = field(default_factory=dict)
    activated: dict[str, list] = field(default_factory=dict)
    activations: dict[str, str] = field(default_factory=dict)
    functions: dict = field(default_factory=dict)
    across: dict[str, list[tuple]] = field(default_factory=dict)

    def owner(self, tensor) -> str | None:
        """The layer whose output this very tensor is."""
        return next((n for n, outs in self.outputs.items() if any(o is tensor for o in outs)), None)


def weighted_layers(model: keras.Model, x=None) -> list[LayerInfo]:
    """The layers of a built model that own weights, in call order, shared layers once.

    Args:
        model: any built Keras 3 model: sequential, functional, nested, subclassed.
        x: an input batch. A subclassed model tells its call order only when it runs; without x its layers
            come in the order in which they were assigned.

    Raises:
        TypeError: where model is not a Keras model. ValueError: where it has no weights (yet).
    """
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(f"model: expected a Keras model, got {type(model).__name__}.")
    infos = [info for name, layer, _ in walk(model) if (info := _layer_info(name, layer)).variables]
    if not infos and all(getattr(layer, "built", False) for layer in keras_private.all_layers(model)):
        raise ValueError(f"model: {model.name!r} has no weights: none of its layers has anything to learn.")
    if not infos:
        raise ValueError(
            f"model: {model.name!r} has no weights yet. Start it with keras.Input(shape=...), "
            "or call it once on a batch, as in model(X[:1])."
        )
    return infos if x is None else _by_call(model, infos, x)


def layer_names(model: keras.Model) -> list[str]:
    """The unique names of all layers inside model, whether they own weights or not."""
    return [name for name, _, _ in walk(model)]


def inner_optimizer(optimizer):
    """The optimizer that makes the step: what a LossScaleOptimizer (float16) wraps, else itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def takes_text(model) -> bool:
    """Does the model encode strings itself? One that does not declare what it takes may."""
    declared = getattr(model, "inputs", None)
    return any(i.dtype == "string" for i in declared) if declared else True


def is_plain(model) -> bool:
    """Known to be a plain chain, in which each layer feeds the next one only?

    False also where the structure cannot be told, as in a class of one's own.
    """
    if isinstance(model, keras.Sequential):
        return all(_is_link(layer) for layer in model.layers)
    if not getattr(model, "inputs", None) or len(model.inputs) != 1 or len(model.outputs) != 1:
        return False
    return all(_is_link(layer) and keras_private.is_in_line(layer) for layer in model.layers)


def _is_link(layer) -> bool:
    if isinstance(layer, keras.Model):
        return is_plain(layer)
    return keras_private.is_of_keras(type(layer)) and not isinstance(layer, keras.layers.MultiHeadAttention)


@contextmanager
def tap_outputs(model: keras.Model) -> Iterator[Taps]:
    """Catch every weighted layer's output while the model is called.

    Works eagerly, inside ``tf.GradientTape`` and while a ``tf.function`` is traced; the tensors belong to
    the place of the call. The model is as before when the block is left, also by an exception.

    >>> with tf.GradientTape() as tape, tap_outputs(model) as taps:
    ...     loss = loss_fn(y, model(x, training=True))
    >>> output_gradients(tape, loss, taps)["hidden_1"]
    """
    taps = Taps()
    with ExitStack() as stack:
        for name, layer, own_activation in walk(model):
            for attribute, catch in _catches(taps, name, layer, own_activation):
                stack.enter_context(replaced(layer, attribute, _caught(getattr(layer, attribute), catch)))
        yield taps


def output_gradients(tape: tf.GradientTape, target, taps: Taps, variables=None):
    """The gradient of target with respect to every tapped output.

    Keras computes the cross-entropy of a sigmoid or softmax from its logits, past the output h. Where this
    happened, the gradient is the one with respect to the logits z.

    Args:
        variables: differentiate with respect to these as well, in the same backward pass.

    Returns:
        layer name -> list of tensors, one per call; None where target does not depend on the output.
        With `variables`: the pair of this and the list of their gradients.
    """
    sources = {n: [(h, _logits(h)) for h in outs] for n, outs in taps.outputs.items()}
    unwrapped = [getattr(v, "value", v) for v in variables or ()]
    found, gradients = tape.gradient(target, (sources, unwrapped))
    outputs = {n: [z if h is None else h for h, z in pairs] for n, pairs in found.items()}
    return outputs if variables is None else (outputs, gradients)


def walk(model) -> list[tuple[str, keras.layers.Layer, bool]]:
    """(unique name, layer, is it the activation of another layer) for every layer inside model."""
    found, seen, names = [], {id(model)}, set()

    def visit(layer, prefix, own_activation):
        if id(layer) in seen:
            return
        seen.add(id(layer))
        name = _unique(prefix + layer.name, names)
        found.append((name, layer, own_activation))
        if not isinstance(layer, _OPAQUE):
            descend(layer, name + "/")

    def descend(parent, prefix):
        for child in _children(parent):
            visit(child, prefix, child is getattr(parent, "activation", None))

    if not isinstance(model, _OPAQUE):
        descend(model, "")
    root = [(model.name, model, False)] if _own_variables(model) else []
    return root + found


def _children(layer) -> list:
    # A Sequential also tracks the functional model that it builds for itself.
    if isinstance(layer, keras.Model):
        return layer.layers
    return keras_private.direct_layers(layer)


def _unique(name: str, taken: set[str]) -> str:
    candidate, n = name, 1
    while candidate in taken:
        candidate, n = f"{name}_{n}", n + 1
    taken.add(candidate)
    return candidate


def _own_variables(layer) -> list:
    if isinstance(layer, _OPAQUE):
        return [v for sub in keras_private.all_layers(layer) for v in keras_private.made_trainable(sub)]
    # A wrapper such as SpectralNormalization holds the wrapped layer's kernel by a name of its own.
    inner = {id(v) for child in _children(layer) for v in child.variables}
    return [v for v in keras_private.made_trainable(layer) if id(v) not in inner]


def _layer_info(name: str, layer) -> LayerInfo:
    variables = _own_variables(layer)
    named: dict[str, keras.Variable] = {}
    taken: set[str] = set()
    for v in variables:
        named[_unique(v.name, taken)] = v
    kernel, bias = named.pop("kernel", None), named.pop("bias", None)
    own = None if isinstance(layer, _OPAQUE) else getattr(layer, "activation", None)
    return LayerInfo(name, layer, kernel, bias, named, activation_name(own))


def _by_call(model, infos: list[LayerInfo], x) -> list[LayerInfo]:
    """The same layers in the order in which a call on x finishes them; uncalled ones last."""
    state = [(v, v.numpy()) for v in model.non_trainable_variables]
    with tap_outputs(model) as taps:
        model(x, training=False)
    for variable, value in state:
        variable.assign(value)
    order = {name: i for i, name in enumerate(taps.outputs)}
    return sorted(infos, key=lambda info: order.get(info.name, len(order)))


def _catches(taps: Taps, name: str, layer, own_activation: bool):
    """(attribute, what hears each call of it) for what is to be caught of a layer."""
    is_activation = type(layer) in ACTIVATION_LAYERS
    if _own_variables(layer):
        yield "call", functools.partial(_catch_output, taps, name)
    if (is_activation or type(layer) is keras.layers.Softmax) and not own_activation:
        yield "call", functools.partial(_catch_activation_layer, taps, name, layer)
    if "activation" in vars(layer) and not is_activation and not isinstance(layer, _OPAQUE):
        function = layer.activation
        if function is not None and activation_name(function) != "linear":
            catch = _catch_across if looks_across(function) else _catch_activation
            yield "activation", functools.partial(catch, taps, name)


def _caught(original, catch):
    """The same function; catch hears its arguments and its result."""

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        result = original(*args, **kwargs)
        catch(original, args, kwargs, result)
        return result

    return wrapper


def _catch_output(taps: Taps, name: str, original, args, kwargs, result) -> None:
    tensor = next(iter(keras.tree.flatten(result)), None)
    if isinstance(tensor, tf.Tensor) and tensor.dtype.is_floating:
        taps.outputs.setdefault(name, []).append(tensor)


def _catch_activation(taps: Taps, name: str, original, args, kwargs, result) -> None:
    _note_activation(taps, name, activation_name(original), original, args[0], result)


def _catch_activation_layer(taps: Taps, name: str, layer, original, args, kwargs, result) -> None:
    z = args[0] if args else next(iter(kwargs.values()))
    function = getattr(layer, "activation", original)
    if type(layer) is keras.layers.Softmax:
        _note_across(taps, taps.owner(z), _softmax_over(layer.axis, z), z, result)
    elif looks_across(layer if function is original else function):
        _note_across(taps, taps.owner(z), activation_name(layer), z, result)
    else:
        _note_activation(taps, taps.owner(z) or name, activation_name(layer), function, z, result)


def _catch_across(taps: Taps, name: str, original, args, kwargs, result) -> None:
    _note_across(taps, name, activation_name(original), args[0], result)


def _note_across(taps: Taps, name: str | None, activation: str, z, h) -> None:
    if name is not None and tf.is_tensor(z):
        taps.across.setdefault(name, []).append((activation, z, h))


def _softmax_over(axis, z) -> str:
    """Its name, with the axis that it shares 1 along where that is not the one of the units."""
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    usual = [a % len(z.shape) for a in axes] == [len(z.shape) - 1]
    return "softmax" if usual else f"softmax over axis {', '.join(map(str, axes))}"


def _note_activation(taps: Taps, name: str, activation: str, function, z, h) -> None:
    if tf.is_tensor(z):
        taps.activated.setdefault(name, []).append(h)
        taps.preactivations.setdefault(name, []).append(z)
        taps.activations[name] = activation
        taps.functions[name] = function


def _logits(h):
    """What Keras's cross-entropies use in place of a probability h, else h itself."""
    logits = keras_private.logits(h)
    if logits is None and not tf.executing_eagerly() and h.op.type in ("Sigmoid", "Softmax"):
        logits = h.op.inputs[0]
    return h if logits is None else logits
