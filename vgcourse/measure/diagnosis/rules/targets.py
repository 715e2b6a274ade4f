"""Rules about the targets: of another size than what the net answers."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.facts.stepping.found import FarTargets
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import SLOW
from vgcourse.measure.diagnosis.words import short, way


def far(batch: Batch) -> Finding | Unmeasured | None:
    """Only where it was seen that steps lead nowhere, and that with standardised targets they do."""
    fact = batch.far
    if fact is None:
        return None
    if np.isnan(fact.steps):
        why = "no step could be tried" if batch.compiled else "that hangs on the optimizer, and the model has none"
        return Unmeasured(f"whether targets of size {short(fact.size)} (rms) are too large", why)
    tried = fact.standardised
    if tried is None or tried.harmful or not tried.losses[-1] < tried.losses[0]:
        return None
    return Finding(
        "targets too large",
        fact.layer,
        f"The targets are of size {short(fact.size)} (rms), the answers of {fact.layer} of size "
        f"{short(fact.answers)}: {_pace(fact, batch)} (tried on a copy).",
        "standardise the targets (subtract their mean, divide by their standard deviation), and undo it on the "
        f"answers: {len(tried.losses) - 1} steps take the loss from {way(tried.losses)} then (tried too).",
    )


def _pace(fact: FarTargets, batch: Batch) -> str:
    losses = batch.trial.losses
    if batch.trial.harmful:
        return f"{len(losses) - 1} steps of {batch.optimizer} take the loss from {way(losses)}"
    if fact.steps > 100 * SLOW:
        return f"a step of {batch.optimizer} brings them hardly closer, by less than 1/{100 * SLOW:,.0f} of the way"
    return f"the first step of {batch.optimizer} brings them closer by 1/{fact.steps:,.0f} of the way"
