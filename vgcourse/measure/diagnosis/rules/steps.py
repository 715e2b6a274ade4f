"""Rules about the optimizer's next steps, as tried on copies of the weights."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import RISEN, STEP_TOO_LARGE, STEP_TOO_SMALL
from vgcourse.measure.diagnosis.words import short


def harmful_rate(batch: Batch) -> Finding | None:
    """Steps on this very batch that kill units or raise its loss, while smaller ones lower it."""
    trial = batch.trial
    if trial is None or trial.better is None:
        return None
    after, count = trial.losses[-1], len(trial.losses) - 1
    risen = not after <= RISEN * trial.losses[0] and not min(trial.losses[1:]) < trial.losses[0]
    units = {layer.name: layer.units for layer in batch.layers}
    killed = {n: k for n, k in trial.killed.items() if k > 0.5 * units.get(n, np.inf)}
    if not risen and not (killed and not after < trial.losses[0]):
        return None
    steps = f"{count} step{'s' * (count > 1)} of {batch.optimizer}"
    name = max(killed, key=killed.get) if killed else _most_moved(batch)
    dead = f" and leave {killed[name]} of {units[name]} units of {name} dead that were alive" if killed else ""
    return Finding(
        "learning rate too large",
        name,
        f"{steps} on this batch take its loss from {short(trial.losses[0])} to {short(after)}{dead} (tried on a copy"
        f"{'' if killed else f'; {name} changes most'}).",
        f"a learning rate {1 / trial.better:,.0f} times smaller, with which one step lowers the loss (tried too).",
    )


def _most_moved(batch: Batch) -> str:
    steps = [(layer.update_ratio, layer.name) for layer in batch.layers if np.isfinite(layer.update_ratio)]
    return max(steps)[1] if steps else batch.layers[-1].name


def step_size(batch: Batch) -> Finding | Unmeasured | None:
    steps = [(layer.update_ratio, layer.name) for layer in batch.layers if np.isfinite(layer.update_ratio)]
    if not batch.compiled or not steps:
        return None
    largest, name = max(steps)
    # Weights that start at 0 move by infinitely much, those that hear nothing by nothing, whatever the rate.
    from_zero = any(np.isinf(layer.update_ratio) for layer in batch.layers)
    heard = any(layer.kernel_gradient > 0 for layer in batch.layers)
    falls = batch.trial is not None and batch.trial.losses[-1] < batch.loss
    if min(steps)[0] > STEP_TOO_LARGE and not falls:
        return Finding(
            "learning rate too large",
            name,
            f"One step of {batch.optimizer} changes every kernel by {min(steps)[0]:.0%} or more, "
            f"{name} by {largest:.0%} (0.1 % is a usual step).",
            "a learning rate smaller by a factor of ten, then again.",
        )
    if from_zero or not heard:
        return None
    if largest < STEP_TOO_SMALL and batch.scheduled:
        return Unmeasured("whether the learning rate is too small", "it follows a schedule and is small now")
    if largest < STEP_TOO_SMALL:
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel by more than {largest:.1e} of its size, "
            f"{name} most (1e-3 is a usual step), while all layers hear the loss.",
            "a learning rate larger by a factor of ten, then again.",
        )
    return None
