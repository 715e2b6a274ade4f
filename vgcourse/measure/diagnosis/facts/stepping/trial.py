"""Try it out: steps of the optimizer and a cure, on copies of the weights, the model's own left alone."""

from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.measure import (
    answer,
    computes_in_half,
    left_as_it_was,
    scaled_gradients,
    tied_to_a_batch_size,
)
from vgcourse.measure.diagnosis.facts.stepping.found import OtherRate, Trial
from vgcourse.measure.diagnosis.facts.stepping.rates import follows_schedule
from vgcourse.measure.diagnosis.facts.stepping.settings import pace
from vgcourse.measure.diagnosis.facts.stepping.updates import Twin
from vgcourse.measure.diagnosis.facts.taps.functions import tap_functions
from vgcourse.measure.diagnosis.thresholds import FAR_ABOVE, FAR_SLOWER, SLOWER, USUAL_STEP
from vgcourse.measure.layers import inner_optimizer
from vgcourse.measure.slopes import unit_saturation

FEW, MOST_STEPS = 8, 40
# A first step that moves a kernel by a tenth of its size is looked into even where it lowers the loss.
_LARGE_STEP = 0.1
# As many examples a step as Keras's fit takes.
_MINI_BATCH = 32


@dataclass(frozen=True)
class Tried:
    """Where steps are tried: a model on one batch, with its loss and a second of its optimizer.

    Attributes:
        used: a `LossInUse`. variables: what the optimizer moves. parts: the rows of the batch that each step takes,
            in turn; None is the whole of it.
    """

    model: keras.Model
    x: object
    y: object
    used: object
    optimizer: object
    variables: list
    parts: tuple = (None,)

    def part(self, step: int):
        """(x, y, rows) of a step, counted from 0."""
        rows = self.parts[step % len(self.parts)]
        if rows is None:
            return self.x, self.y, None
        x = keras.tree.map_structure(lambda a: a[rows], self.x)
        return x, None if self.y is None else keras.tree.map_structure(lambda a: a[rows], self.y), rows

    def loss(self) -> float:
        """The loss as the net stands now."""
        return float(self.used.compute(self.x, self.y, answer(self.model, self.x))[0])


def try_steps(tried: Tried, twin: Twin, before: float, dead: dict, guess: float | None) -> Trial:
    """Whether steps on this very batch lower its loss, and kill no units.

    Draws are the same at every step (dropout, a VAE's noise), so that only the weights differ.

    Args:
        twin: after its first step. before: the loss at the start. dead: layer -> dead units at the start.
        guess: the loss of the best constant answer, or None.
    """
    growth = pace(tried.optimizer)
    # Of the kernels: biases start at 0, and move by much of their size however small the step.
    ratios = twin.ratios()
    kernels = [ratios[id(v)] for v in twin.variables if len(v.shape) > 1]
    large = max((r for r in kernels if np.isfinite(r)), default=0.0) * growth > _LARGE_STEP
    trial = Trial([before], guess=guess)
    _look(trial, tried, twin, dead)
    if not (large or trial.killed or not trial.losses[1] < before):
        return trial
    # Momentum goes on growing for some 1 / (1 - momentum) steps, and needs as many again to show where it leads.
    count = int(min(MOST_STEPS, max(FEW, 2 * growth)))
    _go_on(trial, tried, twin, dead, count)
    if trial.harmful:
        trial.better = _better_rate(tried, before, dead, count, guess)
        if trial.better is None or trial.better.factor <= FAR_SLOWER:
            trial.fresh = _fresh_loss(tried, before, dead, count, guess)
        return trial
    if large and guess is not None and 0 < FAR_ABOVE * guess < trial.losses[-1]:
        better = _better_rate(tried, before, dead, count, guess)
        trial.missed = better is not None and better.loss < 0.1 * trial.losses[-1]
        trial.better = better if trial.missed else None
    return trial if trial.missed else (large and _in_mini_batches(tried, before, dead, count, guess)) or trial


def _fresh_loss(tried: Tried, before: float, dead: dict, count: int, guess: float | None) -> float | None:
    """What as many steps at the same rate lead to without what the optimizer remembers, where they do no harm."""
    inner = inner_optimizer(tried.optimizer)
    if not keras_private.optimizer_iterations(inner) or follows_schedule(inner):  # it would begin its schedule anew
        return None
    twin, trial = Twin(tried.optimizer, tried.variables, fresh=True), Trial([before], guess=guess)
    _go_on(trial, tried, twin, dead, count)
    return trial.losses[-1] if not trial.harmful and trial.losses[-1] < before else None


def _in_mini_batches(tried: Tried, before: float, dead: dict, count: int, guess: float | None) -> Trial | None:
    """The same by mini-batches, where they do harm: one batch may agree to a step that the next one does not."""
    n = len(keras.tree.flatten(tried.x)[0])
    if n < 2 * _MINI_BATCH or tied_to_a_batch_size(tried.model):
        return None
    # Every k-th example, as the batch is evenly spread over what was handed over.
    tried = replace(tried, parts=tuple(slice(k, None, n // _MINI_BATCH) for k in range(n // _MINI_BATCH)))
    twin, trial = Twin(tried.optimizer, tried.variables), Trial([before], part=_MINI_BATCH, guess=guess)
    _go_on(trial, tried, twin, dead, count)
    if not trial.harmful:
        return None
    trial.better = _better_rate(tried, before, dead, count, guess)
    return trial if trial.better else None


def fresh_trial(tried: Tried, count: int = FEW) -> Trial:
    """So many steps from the model's own weights, on another batch."""
    twin, trial = Twin(tried.optimizer, tried.variables, fresh=True), Trial([loss_with(tried)])
    with left_as_it_was(tried.model), tap_functions(tried.model) as (taps, _):
        answer(tried.model, tried.x)
    _, dead = _counts(taps)
    _go_on(trial, tried, twin, dead, count)
    return trial


def answers_with(tried: Tried, twin: Twin) -> list:
    """What the model's outputs give in a training step with the weights of the twin, in flattened order."""
    with left_as_it_was(tried.model), _scope(twin):
        return keras.tree.flatten(answer(tried.model, tried.x))


def loss_with(tried: Tried) -> float:
    """The loss of another batch."""
    with left_as_it_was(tried.model):
        return tried.loss()


def _go_on(trial: Trial, tried: Tried, twin: Twin, dead: dict, count: int = FEW) -> None:
    gradients = None
    while len(trial.losses) <= count and np.isfinite(trial.losses[-1]):
        twin.step(gradients or _gradients(tried, len(trial.losses) - 1, twin)[0])
        gradients = None
        if tried.parts == (None,) and len(trial.losses) < count:
            # The next gradients are of the whole batch: on the way to them its loss is known.
            gradients, loss = _gradients(tried, len(trial.losses), twin)
            if np.isfinite(loss):
                trial.losses.append(loss)
                continue
        _look(trial, tried, twin, dead)


def _better_rate(tried: Tried, before: float, dead: dict, count: int, guess: float | None) -> OtherRate | None:
    """The first of some smaller rates with which as many steps lower the loss and kill no layer."""
    for factor in SLOWER:
        twin, trial = Twin(tried.optimizer, tried.variables, factor), Trial([before], guess=guess)
        _go_on(trial, tried, twin, dead, count)
        if not trial.harmful and trial.losses[-1] < before:
            return OtherRate(factor, trial.losses[-1], count)
    return None


def end_of(tried: Tried, before: float, count: int) -> float:
    """The loss after so many steps, as the optimizer's schedule has them."""
    trial = Trial([before])
    _go_on(trial, tried, Twin(tried.optimizer, tried.variables), {}, count)
    return trial.losses[-1]


def after_some_steps(tried: Tried, before: float) -> tuple[Twin, int]:
    """(an optimizer's twin with the weights that some steps lead to, how many)."""
    twin = Twin(tried.optimizer, tried.variables)
    _go_on(Trial([before]), tried, twin, {})
    return twin, FEW


def faster_rate(tried: Tried, before: float, largest: float) -> OtherRate | None:
    """The larger rate whose first step would be a usual one, where some steps with it were seen to lower the loss.

    Args:
        largest: by how much of their size the present step changes the kernels that it changes most.
    """
    if not largest > 0:
        return None
    factor = 10 ** round(np.log10(USUAL_STEP / largest))
    try:
        twin, trial = Twin(tried.optimizer, tried.variables, factor), Trial([before])
        _go_on(trial, tried, twin, {})
    except Exception:  # a model or an optimizer of one's own may do in a copy what it likes
        return None
    return OtherRate(factor, trial.losses[-1]) if not trial.risen and trial.losses[-1] < before else None


def _scope(twin: Twin):
    return _with_values([(v, twin.copy_of(v).value) for v in twin.variables])


def _with_values(pairs: list):
    """Other values in place of the variables', for calls that add their losses as ever."""
    return keras.StatelessScope(state_mapping=pairs, collect_losses=True)


def _look(trial: Trial, tried: Tried, twin: Twin, dead: dict) -> None:
    """Add the loss with the twin's weights to the trial, and which units are dead now."""
    with left_as_it_was(tried.model), _scope(twin), tap_functions(tried.model) as (taps, _):
        trial.losses.append(tried.loss())
    trial.units, now = _counts(taps)
    trial.killed = {n: now[n] - dead.get(n, 0) for n in now if now[n] > dead.get(n, 0)}


def _counts(taps) -> tuple[dict[str, int], dict[str, int]]:
    """Layer -> units, and layer -> dead ones, of those that relu can kill."""
    found = {n: z[0] for n, z in taps.preactivations.items() if taps.activations[n] in ("relu", "relu6")}
    dead = {n: unit_saturation(taps.activations[n], z)[1].numpy() for n, z in found.items()}
    return {n: len(d) for n, d in dead.items()}, {n: int(d.sum()) for n, d in dead.items()}


def _gradients(tried: Tried, step: int, twin: Twin) -> tuple[dict, float]:
    """(id of a variable -> its gradient, the loss) of the examples of a step."""
    # The scope hands on these very tensors, so that the tape knows them.
    values = [tf.identity(twin.copy_of(v).value) for v in twin.variables]
    pairs, half = list(zip(twin.variables, values, strict=True)), computes_in_half(tried.model)
    x, y, rows = tried.part(step)
    with (
        left_as_it_was(tried.model),
        tf.GradientTape(persistent=half) as tape,
        _with_values(pairs),
    ):
        tape.watch(values)
        loss = tf.cast(tried.used.compute(x, y, answer(tried.model, x), rows)[0], tf.float32)
    found, scale = scaled_gradients(tape, loss, values, half)
    found = [None if g is None else tf.convert_to_tensor(g) / scale for g in found]
    return dict(zip(map(id, twin.variables), found, strict=True)), float(loss)
