"""Answers by themselves: one bias for all of them, units that are dead, a loss that nobody knows."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.rules.output.misfit import MISFIT
from vgcourse.measure.diagnosis.thresholds import FAR_ABOVE
from vgcourse.measure.diagnosis.words import short


def pairs(batch: Batch) -> Finding | None:
    """A loss of one's own that takes every answer against every target."""
    if batch.by_row is None:
        return None
    output = batch.outputs[0]
    loss, meant = batch.by_row
    return Finding(
        MISFIT,
        output.layer,
        f"{output.loss} gives {loss:.4g} with the targets as they come and {meant:.4g} with targets in the shape of "
        f"{output.layer}'s answers, {output.values.shape}: it takes answers and targets in pairs that do not belong "
        "together.",
        "targets of the answers' shape, y[:, None] for one unit, or a reshape in the loss.",
    )


def biased(batch: Batch) -> Finding | None:
    """A bias that alone makes all answers wrong."""
    if batch.biased is None:
        return None
    layer, size, without = batch.biased
    if not without < batch.loss / FAR_ABOVE:
        return None
    if layer is not batch.layers[-1]:
        return Finding(
            "weights too large",
            layer.name,
            f"The bias of {layer.name} is large (rms {short(size)}): with it the loss is {short(batch.loss)}, where "
            f"a constant answer gets {short(batch.guess)}, and {short(without)} with a bias of 0 there (tried on a "
            "copy).",
            f"a bias of 0 in {layer.name}.",
        )
    return Finding(
        "constant output",
        layer.name,
        f"The bias of {layer.name} (rms {short(size)}) answers for all {batch.examples} examples: the loss is "
        f"{short(batch.loss)}, where a constant answer gets {short(batch.guess)}, and {short(without)} without "
        "that bias.",
        f"a bias of 0 in {layer.name}, or the constant that answers best.",
    )


def own_loss(batch: Batch) -> Unmeasured | None:
    """A loss of one's own may take the output for anything: logits, probabilities, quantiles."""
    own = [output for output in batch.outputs if output.own_loss]
    if not own:
        return None
    names = ", ".join(dict.fromkeys(output.layer for output in own))
    return Unmeasured(
        f"whether the loss fits the output {names}",
        f"{own[0].loss} is no loss of Keras's, and what it expects is not known",
    )


def dead_output(batch: Batch) -> Finding | None:
    """Output units that are 0 for every example although their targets are not."""
    for output in batch.outputs:
        if output.head not in ("relu", "relu6") or output.targets is None:
            continue
        values, targets = (a.reshape(-1, a.shape[-1] if a.ndim > 1 else 1) for a in (output.values, output.targets))
        dead = (values == 0).all(0)
        missed = dead & (targets != 0).any(0)
        # A few silent pixels of many are no illness of an autoencoder; half of all units are.
        if missed.sum() and (dead.mean() >= 0.5 or dead.size <= 4):
            listed = ", ".join(map(str, np.flatnonzero(missed)[:8]))
            return Finding(
                "dying relu",
                output.layer,
                f"{missed.sum()} of {dead.size} units of the output {output.layer} ({listed}) are dead: relu is 0 "
                f"for all {batch.examples} examples, their targets are not, and no gradient passes.",
                "a linear output layer (softplus where answers must be positive).",
            )
    return None
