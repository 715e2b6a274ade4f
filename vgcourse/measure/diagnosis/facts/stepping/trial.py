"""Try it out: steps of the optimizer and a cure, on copies of the weights, the model's own left alone."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.layer import Slower, Trial
from vgcourse.measure.diagnosis.facts.measure import answer, computes_in_half, left_as_it_was, scaled_gradients
from vgcourse.measure.diagnosis.facts.stepping.settings import pace
from vgcourse.measure.diagnosis.facts.stepping.updates import Twin
from vgcourse.measure.layers import tap_outputs
from vgcourse.measure.slopes import unit_saturation

_STEPS, _MOST, _SLOWER = 8, 40, (0.1, 0.01, 0.001, 1e-4)
# A first step that moves a kernel by a tenth of its size is looked into even where it lowers the loss.
_LARGE_STEP = 0.1


def try_steps(model, x, y, used, twin: Twin, optimizer, before: float, dead: dict, gradients: dict) -> Trial:
    """Whether steps on this very batch lower its loss, and kill no units.

    Draws are the same at every step (dropout, a VAE's noise), so that only the weights differ.

    Args:
        twin: after its first step. before: the loss at the start. dead: layer -> dead units at the start.
        gradients: those of the first step.
    """
    growth = pace(optimizer)
    large = max((r for r in twin.ratios().values() if np.isfinite(r)), default=0.0) * growth > _LARGE_STEP
    trial = Trial([before])
    _look(trial, model, x, y, used, twin, dead)
    if not (large or trial.killed or not trial.losses[1] < before):
        return trial
    # Momentum goes on growing for some 1 / (1 - momentum) steps, and needs as many again to show where it leads.
    count = int(min(_MOST, max(_STEPS, 2 * growth)))
    _go_on(trial, model, x, y, used, twin, dead, count)
    if trial.harmful:
        trial.better = _better_rate(model, x, y, used, optimizer, twin.variables, before, dead, gradients, count)
    return trial


def fresh_trial(model, x, y, used, optimizer, variables) -> Trial:
    """The same number of steps from the model's own weights, on another batch."""
    twin, trial = Twin(optimizer, variables, fresh=True), Trial([loss_with(model, x, y, used)])
    with left_as_it_was(model), tap_outputs(model) as taps:
        answer(model, x)
    _, dead = _counts(taps)
    _go_on(trial, model, x, y, used, twin, dead)
    return trial


def loss_with(model, x, y, used) -> float:
    """The loss of another batch."""
    with left_as_it_was(model):
        return float(used.compute(x, y, answer(model, x))[0])


def _go_on(trial: Trial, model, x, y, used, twin: Twin, dead: dict, count: int = _STEPS) -> None:
    while len(trial.losses) <= count and np.isfinite(trial.losses[-1]):
        twin.step(_gradients(model, x, y, used, twin))
        _look(trial, model, x, y, used, twin, dead)


def _better_rate(model, x, y, used, optimizer, variables, before, dead, gradients, count) -> Slower | None:
    """The first of some smaller rates with which as many steps lower the loss and kill no layer."""
    for factor in _SLOWER:
        twin, trial = Twin(optimizer, variables, factor), Trial([before])
        twin.step(gradients)
        _look(trial, model, x, y, used, twin, dead)
        _go_on(trial, model, x, y, used, twin, dead, count)
        if not trial.harmful and trial.losses[-1] < before:
            return Slower(factor, trial.losses[-1])
    return None


def _scope(twin: Twin):
    return keras.StatelessScope(state_mapping=[(v, twin.copy_of(v).value) for v in twin.variables])


def _look(trial: Trial, model, x, y, used, twin: Twin, dead: dict) -> None:
    """Add the loss with the twin's weights to the trial, and which units are dead now."""
    with left_as_it_was(model), _scope(twin), tap_outputs(model) as taps:
        trial.losses.append(float(used.compute(x, y, answer(model, x))[0]))
    trial.units, now = _counts(taps)
    trial.killed = {n: now[n] - dead.get(n, 0) for n in now if now[n] > dead.get(n, 0)}


def _counts(taps) -> tuple[dict[str, int], dict[str, int]]:
    """Layer -> units, and layer -> dead ones, of those that relu can kill."""
    found = {n: z[0] for n, z in taps.preactivations.items() if taps.activations[n] in ("relu", "relu6")}
    dead = {n: unit_saturation(taps.activations[n], z)[1].numpy() for n, z in found.items()}
    return {n: len(d) for n, d in dead.items()}, {n: int(d.sum()) for n, d in dead.items()}


def _gradients(model, x, y, used, twin: Twin) -> dict:
    # The scope hands on these very tensors, so that the tape knows them.
    values = [tf.identity(twin.copy_of(v).value) for v in twin.variables]
    pairs, half = list(zip(twin.variables, values, strict=True)), computes_in_half(model)
    with (
        left_as_it_was(model),
        tf.GradientTape(persistent=half) as tape,
        keras.StatelessScope(state_mapping=pairs),
    ):
        tape.watch(values)
        loss = tf.cast(used.compute(x, y, answer(model, x))[0], tf.float32)
    found, scale = scaled_gradients(tape, loss, values, half)
    found = [None if g is None else tf.convert_to_tensor(g) / scale for g in found]
    return dict(zip(map(id, twin.variables), found, strict=True))


def follows_schedule(optimizer) -> bool:
    """Does its learning rate change with the steps, as in a warm-up?"""
    rate = keras_private.learning_rate_or_schedule(optimizer)
    return not isinstance(rate, keras.Variable | float | int)
