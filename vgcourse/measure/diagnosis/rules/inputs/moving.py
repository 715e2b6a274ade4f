"""Rules about moving statistics: not those of what comes in, or too slow to become so."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import SCALED, SHIFTED, SLOW_TO_SETTLE, STEPS_TO_SETTLE
from vgcourse.measure.diagnosis.words import and_more, short


def wrong_statistics(batch: Batch) -> Finding | None:
    """A normalisation by moving statistics that are not those of its input."""
    off = [layer for layer in batch.layers if layer.statistics_off is not None and _too_far(*layer.statistics_off)]
    if not off:
        return None
    shift, ratio = off[0].statistics_off
    return Finding(
        "wrong statistics",
        off[0].name,
        f"{off[0].name} normalises by moving statistics that are not those of its input{and_more(off)}: "
        f"the mean is {short(shift)} standard deviations away, the variance {short(ratio)} times that of the batch.",
        _told(off[0], batch)
        or _look_at_the_input(batch)
        + "let it train for an epoch (trainable=True, and training=True in the call), or load its statistics again.",
    )


def _told(layer: Layer, batch: Batch) -> str:
    """What is to be changed where fit does not tell a layer that it trains."""
    if layer.name not in batch.untold:
        return ""
    return (
        f"an argument training in call() of {batch.model} (def call(self, x, training=None)): without one fit() does "
        "not tell its layers that it trains, and moving statistics stay what they were."
    )


def unsettled(batch: Batch) -> Finding | None:
    """Moving statistics so slow that evaluate() and predict() still answer by what they started with."""
    slow = [layer for layer in batch.layers if _unsettled(layer, batch.steps_done)]
    if not slow or not batch.worse_by_moving or batch.steps_done < STEPS_TO_SETTLE:
        return None
    layer = slow[0]
    shift, ratio = layer.moving_off
    return Finding(
        "wrong statistics",
        layer.name,
        f"By its own statistics, as in training, the loss of this batch is {short(batch.loss)}, by the moving ones, "
        f"as in evaluate() and predict(), {short(batch.settled_loss)}. Those of {layer.name}{and_more(slow)} have a "
        f"mean {short(shift)} standard deviations away and {short(ratio)} times the variance: with "
        f"momentum={layer.momentum:g}, {100 * layer.momentum**batch.steps_done:.3g} % of them is what they started "
        f"with, {batch.steps_done:,} steps ago.",
        "momentum=0.9 or 0.99, or more steps.",
    )


def astray(batch: Batch) -> Finding | None:
    """Moving statistics that no training on such batches leads to, by which evaluate() knows nothing any more."""
    off = [layer for layer in batch.layers if layer.astray and layer.statistics_off is None]
    settled = batch.settled_loss
    if not off or settled is None or not _all_lost(batch):
        return None
    shift, ratio = off[0].moving_off
    no_better = f", where a constant answer gets {short(batch.guess)}" if batch.guess else ""
    return Finding(
        "wrong statistics",
        off[0].name,
        f"By its own statistics, as in training, the loss of this batch is {short(batch.loss)}, by the moving ones, "
        f"as in evaluate() and predict(), {short(settled)}{no_better}. Those of {off[0].name}{and_more(off)} have a "
        f"mean {short(shift)} standard deviations away and {short(ratio)} times the variance, and lie neither at "
        "what they started with nor on the way from there to this batch's.",
        "moving statistics set back (mean 0, variance 1) and some epochs of training, or more of these alone; look "
        "for a batch of other numbers.",
    )


def _all_lost(batch: Batch) -> bool:
    """Is what was learnt, as in training, gone by the moving statistics?"""
    if batch.guess is None:
        return batch.worse_by_moving
    return batch.data_loss < 0.98 * batch.guess and not batch.settled_loss - batch.penalties <= 0.98 * batch.guess


def _unsettled(layer: Layer, steps: int) -> bool:
    """Does it take too many steps to half of the way, and are these not done? What that costs, the losses say."""
    if layer.moving_off is None or layer.statistics_off is not None or not layer.momentum**steps > 0.5:
        return False
    return layer.momentum >= 1 or np.log(0.5) / np.log(layer.momentum) > SLOW_TO_SETTLE


def _look_at_the_input(batch: Batch) -> str:
    if batch.large is None:
        return ""
    size = short(batch.large.input_rms)
    return f"inputs of the scale that the statistics are of (those of {batch.large.name} have {size}, rms); or "


def _too_far(shift: float, ratio: float) -> bool:
    return shift > SHIFTED or not 1 / SCALED < ratio < SCALED
