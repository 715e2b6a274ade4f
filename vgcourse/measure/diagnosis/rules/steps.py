"""Rules about the optimizer's next steps, as tried on copies of the weights."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import NEXT_TO_0, SLOWER, STEP_TOO_LARGE, STEP_TOO_SMALL, VANISHED
from vgcourse.measure.diagnosis.words import short, way


def uphill(batch: Batch) -> Finding | None:
    """A learning rate below 0."""
    if not batch.compiled or not batch.rate < 0:
        return None
    return Finding(
        "learning rate too small",
        _most_moved(batch),
        f"The learning rate is below 0: every step of {batch.optimizer} goes up the gradient, and the loss with it.",
        "a learning rate above 0, such as 1e-3.",
    )


def harmful_rate(batch: Batch) -> Finding | Unmeasured | None:
    """Steps on this very batch that kill units or raise its loss, while smaller ones do not."""
    trial = batch.trial
    if trial is None or not trial.harmful:
        return None
    if trial.better is None:
        return Unmeasured(
            f"why {_steps(trial, batch)} its loss from {way(trial.losses)}",
            f"rates down to 1/{1 / min(SLOWER):,.0f} of that do not lower it either: it may not be what the "
            "gradients are of",
        )
    emptied = trial.emptied
    if trial.thrown and not (trial.risen or emptied) and trial.better.loss >= trial.losses[-1]:
        return None
    name = max(emptied, key=emptied.get) if emptied else _most_moved(batch)
    leave = "leaves" if len(trial.losses) == 2 else "leave"
    dead = (
        f" and {leave} {emptied[name]} of {trial.units[name]} units of {name} dead that were alive" if emptied else ""
    )
    rate = trial.better
    return Finding(
        "learning rate too large",
        name,
        f"{_steps(trial, batch)} its loss from {way(trial.losses)}{dead} (tried on a copy"
        f"{'' if emptied else f'; {name} changes most'}).",
        f"a learning rate {1 / rate.factor:,.0f} times smaller: as many steps take the loss to {short(rate.loss)} "
        "(tried too).",
    )


def _steps(trial, batch: Batch) -> str:
    count = len(trial.losses) - 1
    part = "" if trial.part is None else f", {trial.part} examples at a time,"
    noun, verb = ("step", "takes") if count == 1 else ("steps", "take")
    return f"{count} {noun} of {batch.optimizer} on this batch{part} {verb}"


def _most_moved(batch: Batch) -> str:
    steps = [(layer.update_ratio, layer.name) for layer in batch.layers if np.isfinite(layer.update_ratio)]
    return max(steps)[1] if steps else batch.layers[-1].name


def step_size(batch: Batch) -> Finding | Unmeasured | None:
    """Steps far too large or far too small for the weights that they change."""
    steps = [(layer.step, layer.name) for layer in batch.layers if np.isfinite(layer.step)]
    if not batch.compiled or not steps:
        return None
    largest, name = max(steps)
    # A scale or a bias that starts at 0 moves by infinitely much, what hears nothing by nothing, whatever the rate.
    from_zero = any(np.isinf(layer.step) for layer in batch.layers)
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
    if from_zero or not heard or not largest < STEP_TOO_SMALL:
        return None
    if batch.scheduled:
        return _by_schedule(batch, largest, name)
    if batch.held is not None:
        return _held_back(batch, largest, name)
    return Finding(
        "learning rate too small",
        name,
        f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}{_heard(batch)}.",
        _larger_rate(batch) if largest > 0 else "a learning rate such as 1e-3.",
    )


def _much(batch: Batch, largest: float, name: str) -> str:
    """How little a step changes the kernel that it changes most, where a sentence goes "changes no kernel ..."."""
    if largest == 0:
        return f"at all, in {name} or elsewhere"
    if any(layer.name == name and layer.glorot < NEXT_TO_0 for layer in batch.layers):
        return f"by more than {largest:.1e} of Glorot's size, {name}, which is next to 0, most (1e-3 is a usual step)"
    return f"by more than {largest:.1e} of its size, {name} most (1e-3 is a usual step)"


def _heard(batch: Batch) -> str:
    """That it is not for want of a gradient, where that is so."""
    chain = path.chain(batch)
    return ", while all layers hear the loss" * bool((path.reach(chain, batch) >= VANISHED).all())


def _by_schedule(batch: Batch, largest: float, name: str) -> Finding | Unmeasured:
    """Small steps are where a warm-up starts, and where training ends: amiss is an end before anything was learnt."""
    if batch.ended and batch.guess is not None and batch.data_loss > 0.98 * batch.guess:
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}: after "
            f"{batch.steps_done:,} steps its schedule has come to an end, with no larger rate to come, and the loss "
            f"({short(batch.data_loss)}) is no better than that of a constant answer ({short(batch.guess)}).",
            "a schedule over more steps, or one that ends higher.",
        )
    now = "has come to its end, with no larger rate to come" if batch.ended else "is small now"
    return Unmeasured("whether the learning rate is too small", f"it follows a schedule and {now}")


def _larger_rate(batch: Batch) -> str:
    if batch.faster is None:
        return "a learning rate larger by a factor of ten, then again."
    return (
        f"a learning rate {batch.faster.factor:,.0f} times larger: some steps with it take the loss of this batch "
        f"from {batch.loss:.4g} to {batch.faster.loss:.4g} (tried on a copy)."
    )


def _held_back(batch: Batch, largest: float, name: str) -> Finding:
    held = batch.held
    usual = "1e-7" if held.setting == "epsilon" else "1.0, or none"
    return Finding(
        "clipping too strong" if held.setting.startswith(("clip", "global")) else "learning rate too small",
        name,
        f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}, because of "
        f"{held.setting}={held.value:g}: without it the largest step is {_times(held.factor)} (tried on a copy).",
        f"{held.setting}={usual}.",
    )


def _times(factor: float) -> str:
    return f"{short(factor)} times as large" if np.isfinite(factor) else "above 0"
