"""The loss, and what steps make of it, were one thing otherwise: on copies, or put back at once."""

from contextlib import ExitStack

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.arrays import mean_norm
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.measure import left_as_it_was, measure
from vgcourse.measure.diagnosis.facts.stepping.found import Deaf, OddInput, OddNorms, Trial, falls_further
from vgcourse.measure.diagnosis.facts.stepping.trial import (
    FEW,
    MOST_STEPS,
    Tried,
    after_some_steps,
    end_of,
    fresh_trial,
    loss_with,
    try_steps,
)
from vgcourse.measure.diagnosis.thresholds import (
    BELOW_EPSILON,
    DEAF,
    FAR_ABOVE,
    LARGE_INPUT,
    OFF_CENTRE,
    SMALL_INPUT,
    VANISHED,
)
from vgcourse.measure.layers import walk
from vgcourse.measure.replaced import replaced
from vgcourse.measure.statistics import rms

# (How many steps, are they Adam's?): more of them, and other ones, where the first do not tell two courses apart.
_TRIES = ((FEW, False), (MOST_STEPS, False), (MOST_STEPS, True))
_BY_ADAM = " of Adam with learning rate 0.01"


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
    small = 0 < first.input_rms < SMALL_INPUT
    if not (small or (fed is not None and fed.input_offset > OFF_CENTRE)):
        return None
    # The model may make them small itself, as one that divides by 255 what has been divided.
    within = rms(x) / first.input_rms if small else 1.0
    pairs = (x, within * _standard(x / rms(x)))
    try:
        for count, other in _TRIES if small else _TRIES[:1]:
            here, there = (
                fresh_trial(_tried(model, inputs, y, run, optimizer, batch, other), count).losses for inputs in pairs
            )
            if falls_further(here, there):
                break
    except Exception:  # a model of one's own class may do in a copy what it likes
        return None
    return OddInput(here, there, _BY_ADAM * other)


def _tried(model, x, y, run, optimizer, batch: Batch, other: bool) -> Tried:
    optimizer = keras.optimizers.Adam(0.01) if other or batch.trial is None else optimizer
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    return Tried(model, x, y, run.used, optimizer, variables)


def odd_norms(model, x, y, run, optimizer, batch: Batch) -> OddNorms | None:
    """What as many steps do with smaller epsilons, where normalisations take in next to nothing beside theirs."""
    faint = {layer.name: layer for layer in batch.layers if 0 < layer.over_epsilon < BELOW_EPSILON}
    if not faint or not np.isfinite(run.loss):
        return None
    norms = {name: (layer, faint[name].over_epsilon) for name, layer, _ in walk(model) if name in faint}
    first = next(iter(faint))
    epsilon = norms[first][0].epsilon
    try:
        for count, other in _TRIES:
            tried = _tried(model, x, y, run, optimizer, batch, other)
            here = fresh_trial(tried, count).losses
            with ExitStack() as stack:
                for layer, over in norms.values():
                    stack.enter_context(replaced(layer, "epsilon", 1e-3 * over * layer.epsilon))
                less = fresh_trial(tried, count).losses
            if falls_further(here, less):
                break
    except Exception:  # a model of one's own class may do in a copy what it likes
        return None
    return OddNorms(first, epsilon, here, less, _BY_ADAM * other)


def until_the_end(model, x, y, run, twin, optimizer, count: int) -> float | None:
    """The loss at the end of a schedule that has so many steps to come."""
    try:
        return end_of(Tried(model, x, y, run.used, optimizer, twin.variables), run.loss, count)
    except Exception:  # a model of one's own class may do in a copy what it likes
        return None


def deaf(model, x, y, run, batch: Batch) -> list[Deaf]:
    """The layers beside roads that hear next to nothing, and no more after some steps."""
    faint = {layer.name: layer.gradient_norm for layer in _faint(batch)}
    if not faint or not np.isfinite(run.loss):
        return []
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    try:
        moved, count = after_some_steps(
            Tried(model, x, y, run.used, keras.optimizers.Adam(1e-3), variables), run.loss
        )
        with left_as_it_was(model):
            for variable in variables:
                variable.assign(moved.copy_of(variable).value)
            later = measure(model, x, y, lambda prediction: run.used)
    except Exception:  # a model of one's own class may do in a copy what it likes
        return []
    heard = {name: _norm(later, name) for name in faint}
    known = [(name, norm) for name, norm in faint.items() if heard[name] < 2 * norm]
    return [Deaf(name, norm / path.sent(batch), count) for name, norm in known]


def _faint(batch: Batch) -> list[Layer]:
    """Layers that hear a millionth, where others hear all; of queries and keys it is usual to hear little."""
    chain, sent = path.chain(batch), path.sent(batch)
    if (
        batch.plain
        or len(batch.outputs) > 1
        or not any(layer.gradient_norm > VANISHED * sent for layer in chain[:-1])
    ):
        return []
    faint = [layer for layer in chain[:-1] if layer.trainable and 0 < layer.gradient_norm < DEAF * sent]
    return [layer for layer in faint if layer.name not in path.queries_and_keys(batch)]


def _norm(run, name: str) -> float:
    known = [g for g in run.gradients.outputs.get(name) or [] if g is not None]
    return mean_norm(known) if known else 0.0


def _standard(x: np.ndarray) -> np.ndarray:
    axes = tuple(range(x.ndim - 1)) if x.ndim > 2 else (0,)
    x = x.astype("float32")
    return (x - x.mean(axes)) / (x.std(axes) + 1e-6)
