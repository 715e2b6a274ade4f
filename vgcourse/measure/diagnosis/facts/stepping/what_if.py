"""The loss, and what steps make of it, were one thing otherwise: on copies, or put back at once."""

from contextlib import ExitStack

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.measure import left_as_it_was
from vgcourse.measure.diagnosis.facts.stepping.found import OddInput, OddNorms, Trial
from vgcourse.measure.diagnosis.facts.stepping.trial import (
    Tried,
    fresh_trial,
    loss_with,
    try_steps,
)
from vgcourse.measure.diagnosis.thresholds import (
    BELOW_EPSILON,
    FAR_ABOVE,
    LARGE_INPUT,
    OFF_CENTRE,
    SMALL_INPUT,
)
from vgcourse.measure.layers import walk
from vgcourse.measure.replaced import replaced
from vgcourse.measure.statistics import rms


def trial(model, x, y, run, twin, optimizer, batch: Batch) -> Trial | None:
    """What the next steps do to loss and units, on copies; None, and a note, where the model refuses."""
    dead = {layer.name: int(layer.dead.sum()) for layer in batch.layers if layer.dead is not None}
    try:
        tried = Tried(model, x, y, run.used, optimizer, twin.variables)
        return try_steps(tried, twin, run.loss, dead, batch.guess)
    except Exception as error:  # a model of one's own class may do in a copy what it likes
        batch.not_measured.append(f"Not measured: a step on a copy, because the model raised {type(error).__name__}.")
        return None


def free_loss(model, x, y, run, batch: Batch) -> float | None:
    """The loss with the weights that have a price at 0, where no other answer is known to compare with."""
    if not batch.prices or batch.guess is not None or not np.isfinite(run.loss):
        return None
    priced = [v for info in run.infos for v in info.variables if v.regularizer is not None and v.trainable]
    try:
        with left_as_it_was(model):
            for variable in priced:
                variable.assign(keras.ops.zeros_like(variable))
            return loss_with(Tried(model, x, y, run.used, None, []))
    except Exception:  # a model of one's own class may do with weights of 0 what it likes
        return None


def settled_loss(model, x, y, run, batch: Batch) -> float | None:
    """The loss as evaluate() has it, where training has begun and batch normalisations use the batch's statistics."""
    own = [layer for layer in batch.layers if layer.moving_off is not None and layer.statistics_off is None]
    if not own or not batch.steps_done or not keras_private.takes_training(model):
        return None
    with left_as_it_was(model):
        return float(run.used.compute(x, y, model(x, training=False))[0])


def large_table(model, x, y, run, batch: Batch) -> tuple[Layer, float] | None:
    """The embedding of large numbers, and the loss with its vectors of rms 1, where the loss is far above a guess."""
    tables = {info.name: info for info in run.infos if isinstance(info.layer, keras.layers.Embedding)}
    large = [layer for layer in batch.layers if layer.name in tables and layer.kernel_rms > LARGE_INPUT]
    if not large or batch.guess is None or not np.isfinite(run.loss):
        return None
    worst = max(large, key=lambda layer: layer.kernel_rms)
    with left_as_it_was(model):
        for layer in large:
            table = tables[layer.name].layer.embeddings
            table.assign(table / layer.kernel_rms)
        return worst, loss_with(Tried(model, x, y, run.used, None, []))


def large_bias(model, x, y, run, batch: Batch) -> tuple[Layer, float, float] | None:
    """The layer with the largest bias, its rms, and the loss without, where the loss is far above a guess."""
    biases = {info.name: info.bias for info in run.infos if info.bias is not None}
    known = [layer for layer in batch.layers if layer.name in biases]
    if not known or batch.guess is None or not batch.data_loss > FAR_ABOVE * batch.guess:
        return None
    worst = max(known, key=lambda layer: layer.bias_rms)
    with left_as_it_was(model):
        biases[worst.name].assign(keras.ops.zeros_like(biases[worst.name]))
        return worst, worst.bias_rms, loss_with(Tried(model, x, y, run.used, None, []))


def standardised_loss(model, x, y, run, batch) -> float | None:
    """The loss with standardised inputs, where the inputs are large and the loss is far above a guess."""
    if batch.large is None or batch.guess is None:
        return None
    alone = len(keras.tree.flatten(x)) == 1

    def standard(a):
        return _standard(a) if alone or (a.dtype.kind == "f" and rms(a) > LARGE_INPUT) else a

    try:
        return loss_with(Tried(model, keras.tree.map_structure(standard, x), y, run.used, None, []))
    except Exception as error:  # numbers that were names in a table
        batch.not_measured.append(
            f"Not measured: what standardised inputs would do, because the model raised {type(error).__name__}."
        )
        return None


def odd_input(model, x, y, run, optimizer, batch: Batch) -> OddInput | None:
    """What as many steps do with standardised inputs, where the model's only input is next to 0 or off centre."""
    first, fed = path.takes_the_input(batch), path.fed_by_the_input(batch)
    if first is None or batch.same_inputs or not isinstance(x, np.ndarray) or not np.isfinite(run.loss):
        return None
    if not (0 < first.input_rms < SMALL_INPUT or (fed is not None and fed.input_offset > OFF_CENTRE)):
        return None
    optimizer = optimizer if batch.trial is not None else keras.optimizers.Adam(0.01)
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    try:
        here, there = (
            fresh_trial(Tried(model, inputs, y, run.used, optimizer, variables)).losses
            for inputs in (x, _standard(x / rms(x)))
        )
    except Exception:  # a model of one's own class may do in a copy what it likes
        return None
    return OddInput(here, there)


def odd_norms(model, x, y, run, optimizer, batch: Batch) -> OddNorms | None:
    """What as many steps do with smaller epsilons, where normalisations take in next to nothing beside theirs."""
    faint = {layer.name: layer for layer in batch.layers if 0 < layer.over_epsilon < BELOW_EPSILON}
    if not faint or not np.isfinite(run.loss):
        return None
    norms = {name: (layer, faint[name].over_epsilon) for name, layer, _ in walk(model) if name in faint}
    first = next(iter(faint))
    epsilon = norms[first][0].epsilon
    optimizer = optimizer if batch.trial is not None else keras.optimizers.Adam(0.01)
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    tried = Tried(model, x, y, run.used, optimizer, variables)
    try:
        here = fresh_trial(tried).losses
        with ExitStack() as stack:
            for layer, over in norms.values():
                stack.enter_context(replaced(layer, "epsilon", 1e-3 * over * layer.epsilon))
            return OddNorms(first, epsilon, here, fresh_trial(tried).losses)
    except Exception:  # a model of one's own class may do in a copy what it likes
        return None


def _standard(x: np.ndarray) -> np.ndarray:
    axes = tuple(range(x.ndim - 1)) if x.ndim > 2 else (0,)
    x = x.astype("float32")
    return (x - x.mean(axes)) / (x.std(axes) + 1e-6)
