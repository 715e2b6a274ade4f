"""Layers that add noise in a training step, and how large it is beside what they are handed."""

import functools
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.layers import walk
from vgcourse.measure.replaced import replaced
from vgcourse.measure.statistics import rms

_DROPS = tuple(
    getattr(keras.layers, name)
    for name in (
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "GaussianDropout",
        "AlphaDropout",
    )
)
# What selu gives for numbers far below 0: AlphaDropout puts it in the place of what it drops.
_SELU_ENDS = -1.7581


@dataclass(frozen=True)
class Noise:
    """Noise of one layer in one training step.

    Attributes:
        layer: its unique name. rate: the share that it drops, NaN where it adds noise. ratio: rms of the noise over
            that of the signal: sqrt(p / (1 - p)) for dropout at rate p. what: the setting that makes it.
        instead: what stands in the place of what is dropped.
    """

    layer: str
    rate: float
    ratio: float
    what: str = "rate"
    instead: float = 0.0


@contextmanager
def tap_noise(model) -> Iterator[list[Noise]]:
    """Which layers of the model make noise while it is called; those that are switched off do not count."""
    found: list[Noise] = []
    with ExitStack() as stack:
        for name, layer, _ in walk(model):
            found.extend(_of_recurrent(name, layer))
            if isinstance(layer, (*_DROPS, keras.layers.GaussianNoise)):
                stack.enter_context(replaced(layer, "call", _hearing(found, name, layer, layer.call)))
        yield found


def untold(model, heard: list[Noise]) -> list[str]:
    """Layers that act in training only, and that Keras's fit does not tell that it trains.

    It tells a model whose call() takes an argument ``training``, which hands it on to all layers inside.

    Args:
        heard: of those that made noise all the same, because call() switches them on itself.
    """
    if keras_private.takes_training(model) or type(model).train_step is not keras.Model.train_step:
        return []
    known = {noise.layer for noise in heard}
    named = [(name, layer) for name, layer, _ in walk(model) if name not in known and layer.trainable]
    return [name for name, layer in named if _noisy(layer) or isinstance(layer, keras.layers.BatchNormalization)]


def _noisy(layer) -> bool:
    setting = "stddev" if isinstance(layer, keras.layers.GaussianNoise) else "rate"
    return isinstance(layer, (*_DROPS, keras.layers.GaussianNoise)) and getattr(layer, setting) > 0


def _hearing(found: list[Noise], name: str, layer, call):
    @functools.wraps(call)
    def heard(*args, **kwargs):
        result = call(*args, **kwargs)
        if args and tf.executing_eagerly() and all(noise.layer != name for noise in found):
            x, h = as_float64(args[0]), as_float64(result)
            if h.shape == x.shape and (h != x).any():
                found.append(_noise(name, layer, x))
        return result

    return heard


def _noise(name: str, layer, x: np.ndarray) -> Noise:
    if isinstance(layer, keras.layers.GaussianNoise):
        signal = rms(x.std(0))
        return Noise(name, math.nan, float(layer.stddev) / signal if signal else math.inf, "stddev")
    ratio = _of_rate(float(layer.rate))
    if not isinstance(layer, keras.layers.AlphaDropout):
        return Noise(name, float(layer.rate), ratio)
    signal = rms(x)
    ratio *= rms(x - _SELU_ENDS) / signal if signal else math.inf
    return Noise(name, float(layer.rate), ratio, instead=_SELU_ENDS)


def _of_recurrent(name: str, layer) -> Iterator[Noise]:
    """A recurrent layer drops inside its cell, where no layer is called."""
    cell = getattr(layer, "cell", None) if isinstance(layer, keras.layers.RNN) else None
    for setting in ("dropout", "recurrent_dropout"):
        rate = getattr(cell, setting, 0.0)
        if isinstance(rate, float | int) and rate > 0:
            yield Noise(name, float(rate), _of_rate(float(rate)), setting)


def _of_rate(rate: float) -> float:
    return math.sqrt(rate / (1 - rate)) if rate < 1 else math.inf
