"""Activations that a model calls as functions: ``tf.nn.relu(dense(x))``, or a tanh inside a layer of one's own.

No layer tells of them, so that operations are heard as they are carried out. One that takes what a layer gives, or
gives what a layer of one's own gives, is that layer's activation as if it had been an argument.
"""

import functools
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import keras

from vgcourse.measure import keras_private
from vgcourse.measure.layers import LayerInfo, Taps, tap_outputs, weighted_layers
from vgcourse.measure.replaced import replaced

# TensorFlow's name of an operation -> Keras's name of the activation.
_ACTIVATIONS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Relu6": "relu6",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
}
# They hand on what they take in; two numbers of one tensor meet in none of them.
_HANDS_ON = ("Identity", "Cast", "Reshape", "ExpandDims", "Squeeze")
_BY_A_CONSTANT = ("Mul", "RealDiv", "AddV2", "Sub", "BiasAdd", "Neg")
_LOOKS_ONLY = ("Shape", "Rank", "Size", "StopGradient")


@dataclass(frozen=True)
class Called:
    """An activation that was called as a function. place: the layer in whose call, or behind which; else ""."""

    activation: str
    z: object
    h: object
    place: str


@dataclass
class Heard:
    """What operations did with tensors, by the numbers of these.

    Attributes:
        calls: the activations. taken: how many operations took a tensor, apart from those that look at its shape.
        source: tensor -> the one that it is, but for a constant. gates: tensors by which others are multiplied.
        inside: the layers whose calls are under way, the innermost last.
    """

    calls: list[Called] = field(default_factory=list)
    taken: Counter = field(default_factory=Counter)
    source: dict[int, int] = field(default_factory=dict)
    gates: set[int] = field(default_factory=set)
    inside: list[str] = field(default_factory=list)

    def root(self, number: int) -> int:
        """The tensor that this one is but for a constant."""
        while number in self.source:
            number = self.source[number]
        return number

    def note(self, kind: str, inputs, outputs) -> None:
        """One operation. inputs, outputs: eager tensors."""
        if kind in _LOOKS_ONLY or len(outputs) != 1:
            return
        for tensor in inputs:
            self.taken[tensor._id] += kind not in _HANDS_ON
        out = outputs[0]
        if kind in _ACTIVATIONS:
            self.calls.append(Called(_ACTIVATIONS[kind], inputs[0], out, self.inside[-1] if self.inside else ""))
        elif kind in _HANDS_ON:
            self.source[out._id] = inputs[0]._id
        elif kind in _BY_A_CONSTANT:
            self._combine(kind, inputs, out)

    def _combine(self, kind: str, inputs, out) -> None:
        own = [t for t in inputs if t.shape.rank and t.shape == out.shape]
        if len(inputs) == 1 or (len(own) == 1 and all(t is own[0] or _is_constant(t, out) for t in inputs)):
            self.source[out._id] = own[0]._id if own else inputs[0]._id
        elif kind == "Mul":
            self.gates.update(self.root(t._id) for t in inputs)


def _is_constant(tensor, beside) -> bool:
    """One number, or one for each unit, the same for all examples."""
    return tensor.shape.rank < beside.shape.rank or tensor.shape[0] == 1


@contextmanager
def tap_functions(model) -> Iterator[tuple[Taps, Heard]]:
    """As `tap_outputs`; when the block is left, with the activations of its layers that were called as functions."""
    infos = {info.name: info for info in weighted_layers(model)}
    heard = Heard()
    with tap_outputs(model) as taps:
        with ExitStack() as stack:
            for name, info in infos.items():
                if info.layer is not model:
                    stack.enter_context(replaced(info.layer, "call", _entering(heard, name, info.layer.call)))
            stack.enter_context(keras_private.hearing_operations(heard.note))
            yield taps, heard
        _attribute(taps, heard, infos)


def _entering(heard: Heard, name: str, call):
    @functools.wraps(call)
    def entered(*args, **kwargs):
        heard.inside.append(name)
        try:
            return call(*args, **kwargs)
        finally:
            heard.inside.pop()

    return entered


def _attribute(taps: Taps, heard: Heard, infos: dict[str, LayerInfo]) -> None:
    """Give activations to the layers whose outputs they take or are; the others stay in ``heard.calls``."""
    # What a known activation takes in or computes on its way (silu is a number times its sigmoid) is none of its own.
    known = [*taps.preactivations.values(), *taps.activated.values()]
    busy = {t._id for tensors in known for t in tensors if hasattr(t, "_id")}
    busy |= {t._id for calls in taps.across.values() for _, *pair in calls for t in pair if hasattr(t, "_id")}
    given = {t._id: name for name, tensors in taps.outputs.items() for t in tensors if hasattr(t, "_id")}
    named = {name for name in infos if name in taps.activations or name in taps.across}
    rest, found = [], []
    for call in heard.calls:
        z, h = heard.root(call.z._id), call.h._id
        if {z, call.z._id, h} & busy or call.z.shape != call.h.shape or _is_opaque(infos.get(call.place)):
            continue
        owner = given.get(z) if z == call.z._id else None
        if owner is None and not _is_of_keras(infos.get(given.get(h))):
            owner = given.get(h)
        alone = heard.taken[call.z._id] == 1 and call.h._id not in heard.gates
        (found if owner is not None and owner not in named and alone else rest).append((owner, call))
    for owner, call in found:
        taps.activated.setdefault(owner, []).append(call.h)
        taps.preactivations.setdefault(owner, []).append(call.z)
        taps.activations[owner] = call.activation
        taps.functions[owner] = getattr(keras.activations, call.activation)
    # What others are multiplied by is shut or open on purpose.
    heard.calls = [
        replace(call, place=call.place or given.get(heard.root(call.z._id), ""))
        for _, call in rest
        if call.h._id not in heard.gates
    ]


def _is_opaque(info: LayerInfo | None) -> bool:
    return info is not None and isinstance(info.layer, (keras.layers.RNN, keras.layers.TimeDistributed))


def _is_of_keras(info: LayerInfo | None) -> bool:
    return info is not None and keras_private.is_layer_of_keras(info.layer)
