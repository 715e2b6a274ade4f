"""What else is worth knowing of a batch, beside the verdict: sentences."""

from collections.abc import Iterator

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch

_NAMED = 4


def notes(batch: Batch, cause: str = "") -> Iterator[str]:
    """Sentences; what the verdict, whose cause this is, has said already is left out."""
    for first in dict(batch.twins):
        names = [first, *(b for a, b in batch.twins if a == first)]
        yield (
            f"{_listed(names)} have equal kernels: one initializer instance or one seed serves them all; give each "
            "its own, or no seed."
        )
    for names in batch.linear_runs:
        yield (
            f"No activation stands between {_listed(names)}: together they are one linear map, and {names[-1]} alone "
            "could give the same answers unless a layer before it is narrower."
        )
    if batch.same_targets:
        yield f"All {batch.examples} targets of this batch are the same: one constant answers them all."
    yield from batch.not_measured
    frozen = [layer.name for layer in batch.layers if not layer.trainable]
    if frozen:
        yield f"Frozen, so without a kernel gradient: {_listed(frozen)}."
    yield from _about_the_loss(batch)
    if batch.worse_by_moving and cause != "wrong statistics":
        yield _by_moving_statistics(batch)


def _by_moving_statistics(batch: Batch) -> str:
    return (
        "evaluate() and predict() answer by the moving statistics of batch normalisation: by those the loss of this "
        f"batch is {batch.settled_loss:.3g}, by its own, as in training, {batch.loss:.3g}{_started_with(batch)}."
    )


def _started_with(batch: Batch) -> str:
    known = [layer.momentum**batch.steps_done for layer in batch.layers if layer.moving_off is not None]
    left = max(known, default=0.0)
    return f" ({100 * left:.3g} % of them is what they started with)" if left > 0.01 else ""


def _about_the_loss(batch: Batch) -> Iterator[str]:
    added = batch.penalties > 0.5 * abs(batch.loss)
    if added:
        yield f"Of the loss ({batch.loss:.3g}), {batch.penalties:.3g} is added by layers (regularizers, add_loss)."
    rest = batch.data_loss
    if batch.steps_done and batch.guess and 0.98 * batch.guess < rest <= 10 * batch.guess:
        yield (
            f"After {batch.steps_done:,} steps of training the loss ({rest:.3g}) is no better than that of the best "
            f"constant answer ({batch.guess:.3g})."
        )
    if batch.guess and np.isfinite(rest) and rest > 10 * batch.guess:
        which = "The rest" if added else "The loss"
        yield f"{which} ({rest:.3g}) is far above that of a constant answer ({batch.guess:.3g})."


def _listed(names: list[str]) -> str:
    """All of a few names, the first and the number of many."""
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more layers"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
