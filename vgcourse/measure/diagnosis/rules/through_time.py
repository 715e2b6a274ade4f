"""Rules about time: a gradient that vanishes or explodes on its way back through the steps of a layer."""

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import VANISHED
from vgcourse.measure.diagnosis.through_time.facts import LayerTime
from vgcourse.measure.diagnosis.words import and_more, percent, share, short


def unmeasured(batch: Batch) -> Unmeasured | None:
    """Recurrent layers whose gradient by time step was not measured, and why."""
    unknown = batch.time.unknown
    if not unknown:
        return None
    reasons = dict.fromkeys(unknown.values())
    why = "; ".join(f"{reason}" for reason in reasons)
    return Unmeasured(f"the gradient through time in {', '.join(unknown)}", why)


def explodes(batch: Batch) -> Finding | None:
    """A gradient that grows from time step to time step on its way back."""
    found = [fact for fact in batch.time.layers if fact.explodes]
    if not found:
        return None
    worst = max(found, key=lambda fact: fact.left)
    return Finding(
        "exploding through time",
        worst.layer,
        f"The gradient explodes through time in {worst.layer}{and_more(found)}: {_pace(worst)}, {worst.steps - 1} "
        f"steps back an error is {short(worst.left)} times what it was at the last step.",
        _cure(worst),
    )


def vanishes(batch: Batch) -> Finding | None:
    """A gradient that is lost on its way back through the time steps."""
    found = [fact for fact in batch.time.layers if fact.vanishes]
    # What is near suffices where the loss has come down without the far steps.
    if not found or batch.half_learnt:
        return None
    worst = min(found, key=lambda fact: fact.left)
    return Finding(
        "vanishing through time",
        worst.layer,
        f"The gradient vanishes through time in {worst.layer}{and_more(found)}: {_pace(worst)}, after "
        f"{worst.steps - 1} steps {percent(worst.left)} is left of an error at the last step, and the first step "
        f"hears {share(worst.heard)} what the loudest hears of the loss. From {worst.reach} steps back on it is less "
        f"than {percent(VANISHED)}: what stands there is hardly learnt from.",
        _cure(worst),
    )


def _pace(fact: LayerTime) -> str:
    return f"{short(fact.factor)} a step" if fact.factor == fact.factor else "its pace changes from step to step"


def _cure(fact: LayerTime) -> str:
    cure = fact.cure
    if cure.helps:
        return f"{cure.what}: {_then(cure.left)} (tried)."
    instead = "shorter sequences, or a layer over all steps (attention, pooling) in place of the last output"
    if fact.explodes:
        return f"{cure.what}."
    return f"{instead}." if cure.left == cure.left else f"{cure.what}, {instead}."


def _then(left: float) -> str:
    return f"{percent(left)} is left then" if left <= 1 else f"an error is {short(left)} times what it was then"
