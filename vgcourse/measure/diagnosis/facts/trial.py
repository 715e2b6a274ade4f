"""Try it out: steps of the optimizer and a cure, on copies of the weights, the model's own left alone."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.layer import Trial
from vgcourse.measure.diagnosis.facts.measure import answer, left_as_it_was
from vgcourse.measure.diagnosis.facts.updates import Twin
from vgcourse.measure.layers import tap_outputs
from vgcourse.measure.slopes import unit_saturation

# A first step that raises the loss by half is looked into: four more, then smaller rates.
_SUSPICIOUS, _STEPS, _SLOWER = 1.5, 5, (0.1, 0.01, 0.001, 1e-4)


def try_steps(model, x, y, used, twin: Twin, optimizer, before: float, dead: dict, gradients: dict) -> Trial:
    """Whether steps on this very batch lower its loss.

    Args:
        twin: after its first step. before: the loss at the start. dead: layer -> dead units at the start.
        gradients: those of the first step.
    """
    loss, now = _dead_and_loss(model, x, y, used, twin)
    losses = [before, loss]
    while len(losses) <= _STEPS and np.isfinite(losses[-1]) and _suspicious(losses, dead, now):
        found = _gradients(model, x, y, used, twin)
        twin.step(found)
        loss, now = _dead_and_loss(model, x, y, used, twin)
        losses.append(loss)
    killed = {n: now[n] - dead.get(n, 0) for n in now if now[n] > dead.get(n, 0)}
    better = None
    if not losses[-1] < max(before, 1e-12) or killed:
        better = _better_rate(model, x, y, used, optimizer, twin.variables, before, gradients)
    return Trial(losses, killed, better)


def loss_with(model, x, y, used) -> float:
    """The loss of another batch."""
    with left_as_it_was(model):
        return float(used.compute(x, y, answer(model, x))[0])


def _suspicious(losses, dead, now) -> bool:
    return losses[1] > _SUSPICIOUS * losses[0] or any(now[n] > dead.get(n, 0) + 1 for n in now)


def _better_rate(model, x, y, used, optimizer, variables, before, gradients) -> float | None:
    for factor in _SLOWER:
        slower = Twin(optimizer, variables, factor)
        slower.step(gradients)
        if _dead_and_loss(model, x, y, used, slower)[0] < before:
            return factor
    return None


def _scope(twin: Twin):
    return keras.StatelessScope(state_mapping=[(v, twin.copy_of(v).value) for v in twin.variables])


def _dead_and_loss(model, x, y, used, twin: Twin) -> tuple[float, dict[str, int]]:
    with left_as_it_was(model), _scope(twin), tap_outputs(model) as taps:
        loss = float(used.compute(x, y, answer(model, x))[0])
    return loss, _counts(taps)


def _counts(taps) -> dict[str, int]:
    found = {n: z[0] for n, z in taps.preactivations.items() if taps.activations[n] in ("relu", "relu6")}
    return {n: int(np.sum(unit_saturation(taps.activations[n], z)[1].numpy())) for n, z in found.items()}


def _gradients(model, x, y, used, twin: Twin) -> dict:
    # The scope hands on these very tensors, so that the tape knows them.
    values = [tf.identity(twin.copy_of(v).value) for v in twin.variables]
    pairs = list(zip(twin.variables, values, strict=True))
    with left_as_it_was(model), tf.GradientTape() as tape, keras.StatelessScope(state_mapping=pairs):
        tape.watch(values)
        loss, _ = used.compute(x, y, answer(model, x))
    return dict(zip(map(id, twin.variables), tape.gradient(loss, values), strict=True))


def follows_schedule(optimizer) -> bool:
    """Does its learning rate change with the steps, as in a warm-up?"""
    rate = keras_private.learning_rate_or_schedule(optimizer)
    return not isinstance(rate, keras.Variable | float | int)
