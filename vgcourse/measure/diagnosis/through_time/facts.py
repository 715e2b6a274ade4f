"""What time does to the gradient in each recurrent layer, on some examples of the batch."""

from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.capture.by_step import StepProfile, profiles_of, recurrent_layers
from vgcourse.measure.diagnosis.facts.measure import left_as_it_was, tied_to_a_batch_size
from vgcourse.measure.diagnosis.thresholds import EXPLODED, VANISHED
from vgcourse.measure.diagnosis.through_time.cures import Cure, cure_for

_EXAMPLES = 32  # enough for an rms over units, and a loop over the steps is slow


@dataclass(frozen=True)
class LayerTime:
    """One recurrent layer. Steps are counted in the order in which it takes them.

    Attributes:
        steps, factor, left: as in `StepProfile`.
        heard: what the layer hears of the loss at its first step, over what it hears at the loudest; NaN where the
            loss does not reach it.
        reach: how many steps back an error at the last step stays above a thousandth; None if all the way.
        cure: what was tried, where there was need.
    """

    layer: str
    steps: int
    factor: float
    left: float
    heard: float
    reach: int | None = None
    cure: Cure | None = None

    @property
    def vanishes(self) -> bool:
        """Do the first steps hear too little, by way of time and of the loss's own ways to them?"""
        return self.left < VANISHED and self.heard < VANISHED

    @property
    def explodes(self) -> bool:
        """Whether more arrives at the first step than at the last, by far."""
        return self.left > EXPLODED


@dataclass
class ThroughTime:
    """layers: those that could be measured. unknown: name of a recurrent layer -> a clause saying why not."""

    layers: list[LayerTime] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


def through_time(model, x, y, run) -> ThroughTime:
    """Measure every recurrent layer of a model on some examples of the batch; the model stays as it was.

    Args:
        run: the `ForwardBackward` of the batch.
    """
    every = [info.name for info in run.infos if isinstance(info.layer, keras.layers.RNN)]
    if not every:
        return ThroughTime()
    layers = recurrent_layers(model)
    x, y, rows = _some(model, x, y)
    answer = _answer(model, x)

    def summed(output):
        mean, count = run.used.compute(x, y, output, rows)
        return tf.cast(mean, tf.float32) * count

    def again():
        return profiles_of(answer, layers)

    try:
        with left_as_it_was(model):
            profiles = profiles_of(answer, layers, summed)
    except Exception as error:  # a layer or model of one's own may do in a second call what it likes
        return ThroughTime(unknown=dict.fromkeys(every, f"the model raised {type(error).__name__} in a second call"))
    unknown = {name: why for name in every if (why := _why_not(name, layers, profiles))}
    known = dict(layers)
    found = [_fact(p, known[n], run.calls.get(n), model, again) for n, p in profiles.items() if n not in unknown]
    return ThroughTime(found, unknown)


def _answer(model, x):
    return (lambda: model(x, training=False)) if keras_private.takes_training(model) else (lambda: model(x))


def _some(model, x, y):
    """(x, y, rows): some of the examples, evenly spread, as tensors; all where the model is tied to a batch size."""
    n = len(keras.tree.flatten(x)[0])
    rows = (
        np.arange(n)
        if tied_to_a_batch_size(model)
        else np.unique(np.linspace(0, n - 1, min(n, _EXAMPLES)).round().astype(int))
    )
    x = keras.tree.map_structure(lambda a: tf.convert_to_tensor(a[rows]), x)
    return x, None if y is None else keras.tree.map_structure(lambda a: a[rows], y), rows


def _why_not(name: str, layers, profiles) -> str:
    if name not in dict(layers):
        return "its cell does not say how many numbers it gives a step"
    if name not in profiles:
        return "it is not called on a sequence of vectors"
    if profiles[name].kind == "unknown":
        return "it takes too few steps to compare, or gives a gradient of zero"
    return ""


def _fact(profile: StepProfile, layer, call, model, again) -> LayerTime:
    fact = LayerTime(
        profile.layer, profile.steps, profile.factor, profile.left, profile.heard, profile.steps_above(VANISHED)
    )
    if not fact.vanishes and not fact.explodes:
        return fact
    with left_as_it_was(model):
        cure = cure_for(fact, layer, call, lambda: again()[fact.layer].left)
    return LayerTime(**(vars(fact) | {"cure": cure}))
