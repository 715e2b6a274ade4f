"""Rules about the optimizer's next steps, as tried on copies of the weights."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.facts.stepping.settings import REMEMBERED
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import (
    DEAF,
    FEW_STEPS,
    LEARNT_A_LITTLE,
    LITTLE_TO_COME,
    NEXT_TO_0,
    SLOWER,
    STEP_TOO_LARGE,
    STEP_TOO_SMALL,
    VANISHED,
)
from vgcourse.measure.diagnosis.words import no_better, share, short, way


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


_AVERAGED = "use_ema=False, or a smaller ema_momentum: the average is one of the last 1 / (1 - ema_momentum) steps."
_FRESH = "compile again: that makes a fresh optimizer."


def ruined_state(batch: Batch) -> Finding | None:
    """What the optimizer remembers is not finite, or drives weights off where a fresh one does well."""
    trial = batch.trial
    if batch.bad_state:
        return Finding(
            "not finite",
            batch.bad_state,
            f"All weights are finite, and the state of {batch.optimizer} is not: what it remembers of the weights of "
            f"{batch.bad_state} holds numbers that are infinite or NaN{_lead_to(trial)}.",
            f"{_FRESH[:-1]}; look for a batch or a step that made them so.",
        )
    if trial is None or trial.fresh is None:
        return None
    return Finding(
        "learning rate too large",
        _most_moved(batch),
        f"{_steps(trial, batch)} its loss from {way(trial.losses)}, because of what it remembers of "
        f"{batch.steps_done:,} steps: a fresh one of the same settings takes it to {short(trial.fresh)} (both tried "
        "on copies).",
        _FRESH,
    )


def _lead_to(trial) -> str:
    known = trial is not None and trial.harmful
    return f", and its next step takes the loss from {way(trial.losses[:2])} (tried on a copy)" if known else ""


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
        f"a learning rate {1 / rate.factor:,.0f} times smaller: {_as_many(trial)} take the loss to "
        f"{short(rate.loss)} (tried too).",
    )


def _as_many(trial) -> str:
    """Steps that lead to what is not finite are not gone on with."""
    same = trial.better.steps == len(trial.losses) - 1
    return "as many steps" if same else f"{trial.better.steps} steps"


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
    if from_zero or not heard:
        return None
    if not largest < STEP_TOO_SMALL:
        return _undone(batch, largest, name) or _ends_soon(batch, largest, name)
    if batch.held is not None:
        return _held_back(batch, largest, name)
    if batch.scheduled:
        return _by_schedule(batch, largest, name)
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
    if batch.ended and _nothing_learnt(batch):
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}: after "
            f"{batch.steps_done:,} steps its schedule has come to an end, with no larger rate to come, and the loss "
            f"({short(batch.data_loss)}) is {no_better(batch.data_loss, batch.guess)} than that of a constant answer "
            f"({short(batch.guess)}).",
            "a schedule over more steps, or one that ends higher.",
        )
    now = "has come to its end, with no larger rate to come" if batch.ended else "is small now"
    return Unmeasured("whether the learning rate is too small", f"it follows a schedule and {now}")


def _nothing_learnt(batch: Batch) -> bool:
    return batch.guess is not None and batch.data_loss > LEARNT_A_LITTLE * batch.guess


def _ends_soon(batch: Batch, largest: float, name: str) -> Finding | None:
    """A schedule whose steps were counted in epochs, as it often is, comes to its end before anything was learnt."""
    if not _nothing_learnt(batch):
        return None
    if batch.end is not None and batch.end[1] > LEARNT_A_LITTLE * batch.guess:
        return _ends_in_vain(batch, name)
    if not batch.to_come < min(FEW_STEPS, LITTLE_TO_COME / largest):
        return None
    return Finding(
        "learning rate too small",
        name,
        f"The schedule of {batch.optimizer} is about to end: all steps to come are together worth "
        f"{short(batch.to_come)} of the next one, which changes no kernel by more than {largest:.1%} of its size, "
        f"{name} most, and the loss ({short(batch.data_loss)}) is {no_better(batch.data_loss, batch.guess)} than "
        f"that of a constant answer ({short(batch.guess)}).",
        "a schedule over more steps: it counts batches, not epochs.",
    )


def _ends_in_vain(batch: Batch, name: str) -> Finding:
    count, loss = batch.end
    return Finding(
        "learning rate too small",
        name,
        f"The schedule of {batch.optimizer} is about to end: the {count} steps to come take the loss of this batch "
        f"from {batch.loss:.4g} to {loss:.4g} (tried on a copy), where a constant answer gets {batch.guess:.4g}.",
        "a schedule over more steps: it counts batches, not epochs.",
    )


def _undone(batch: Batch, largest: float, name: str) -> Finding | None:
    """A step of a usual size, of which the optimizer leaves next to nothing."""
    held = batch.held
    if held is None:
        return None
    every = f"{held.value:,.0f} steps" if held.value > 1 else "step"
    what, remedy = {
        "ema_overwrite_frequency": (
            f"after every {every} the weights are set back to their moving average (use_ema, ema_overwrite_frequency="
            f"{held.value:g}), which takes up {share(1 / held.factor)} what steps have changed",
            _AVERAGED,
        ),
        "gradient_accumulation_steps": (
            f"gradient_accumulation_steps={held.value:g} makes one step of the gradients of {held.value:,.0f} "
            "batches, and until then all weights stay as they are",
            "fewer of them: as many batches as stand for one that memory does not hold, such as 4.",
        ),
    }[held.setting]
    return Finding(
        "learning rate too small",
        name,
        f"One step of {batch.optimizer} would change {name}, the kernel that it changes most, by {largest:.1e} of "
        f"its size, and {what}.",
        remedy,
    )


def _larger_rate(batch: Batch) -> str:
    if batch.faster is None:
        return "a learning rate larger by a factor of ten, then again."
    return (
        f"a learning rate {batch.faster.factor:,.0f} times larger: some steps with it take the loss of this batch "
        f"from {batch.loss:.4g} to {batch.faster.loss:.4g} (tried on a copy)."
    )


def _held_back(batch: Batch, largest: float, name: str) -> Finding:
    held = batch.held
    if held.setting == REMEMBERED:
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}, because of what it "
            f"remembers of {batch.steps_done:,} steps: a fresh one of the same settings makes the largest step "
            f"{_times(held.factor)} (tried on a copy).",
            _FRESH,
        )
    if held.setting == "epsilon" and held.value == 1e-7:
        heard = max((layer.kernel_gradient for layer in batch.layers if layer.kernel_gradient > 0), default=0.0)
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}, because the gradients "
            f"of all kernels (rms {short(heard)} at most) are small beside its epsilon of 1e-7: without it the "
            f"largest step is {_times(held.factor)} (tried on a copy).",
            "a loss, or a loss weight, that is larger by as much: the gradients grow with it.",
        )
    usual = "1e-7" if held.setting == "epsilon" else "1.0, or none"
    return Finding(
        "clipping too strong" if held.setting.startswith(("clip", "global")) else "learning rate too small",
        name,
        f"One step of {batch.optimizer} changes no kernel {_much(batch, largest, name)}, because of "
        f"{held.setting}={held.value:g}: without it the largest step is {_times(held.factor)} (tried on a copy).",
        _AVERAGED if held.setting == "ema_overwrite_frequency" else f"{held.setting}={usual}.",
    )


def deaf(batch: Batch) -> Finding | None:
    """Layers beside roads whose part in the answers is next to nothing, which no step changes."""
    if not batch.deaf:
        return None
    # Of those that follow one another the last one stands next to what makes them deaf.
    names, run = [layer.name for layer in batch.layers], [batch.deaf[0]]
    for one in batch.deaf[1:]:
        if names.index(one.layer) != names.index(run[-1].layer) + 1:
            break
        run.append(one)
    worst, more = run[-1], len(batch.deaf) - 1
    also = f", {more} more layer{'s' * (more > 1)} less than {DEAF:g} of it" * bool(more)
    return Finding(
        "vanishing",
        worst.layer,
        f"{worst.layer} gets {share(worst.share)} what the loss sends{also}, while others hear it; "
        f"{worst.steps} steps of Adam do not change that (tried on a copy).",
        f"look behind {worst.layer} for a factor or a gate that leaves next to nothing of it, and is not trained.",
    )


def is_held_back(batch: Batch) -> bool:
    """Does a setting make steps small that is no matter of how large gradients are?"""
    return batch.held is not None and batch.held.setting not in ("epsilon", REMEMBERED)


def _times(factor: float) -> str:
    return f"{short(factor)} times as large" if np.isfinite(factor) else "above 0"
