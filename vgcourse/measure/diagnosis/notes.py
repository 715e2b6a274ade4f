"""What else is worth knowing of a batch, beside the verdict: sentences."""

from collections.abc import Iterator

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules import steps
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import FAR_ABOVE, LEAST_RATE, LONG_WAY, SQUEEZED, VANISHED
from vgcourse.measure.diagnosis.words import no_better, share, short, way

_NAMED = 4
_OVER_EXAMPLES = "softmax over axis 0"
_OF_STEPS = ("learning rate too small", "clipping too strong")
# A step of less than half of the distance between neighbouring numbers changes nothing: at most this part of one.
_LOST = {"float16": 4096, "bfloat16": 512}


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
    yield from _about_squeezed(batch, cause)
    if batch.same_targets:
        meant = "" if any(output.own_loss for output in batch.outputs) else ": one constant answers them all"
        yield f"All {batch.examples} targets of this batch are the same{meant}."
    if batch.still and cause != "inputs do not vary":
        yield f"Of the model's inputs the same for all {batch.examples} examples: {_listed(batch.still)}."
    yield from batch.not_measured
    if batch.unopened:
        yield (
            f"Not measured: what passes between the layers inside {_listed(batch.unopened)}, because they are run "
            "step by step; diagnose the net inside on its own."
        )
    frozen = [layer.name for layer in batch.layers if not layer.trainable]
    if frozen:
        yield f"Frozen, so without a kernel gradient: {_listed(frozen)}."
    if batch.idle:
        yield (
            f"With weights to train, and not called: {_listed(batch.idle)}. Training leaves them as they are, unless "
            "a train_step of the model's own calls them."
        )
    if batch.unadapted:
        yield f"{_listed(batch.unadapted)}: not adapted to any inputs yet, and so without effect."
    if batch.untold:
        do, they_do = ("does", "it does") if len(batch.untold) == 1 else ("do", "they do")
        yield (
            f"call() of {batch.model} takes no argument training, so that fit() does not tell its layers that it "
            f"trains: {_listed(batch.untold)} {do} in training what {they_do} in predict()."
        )
    yield from _about_half_weights(batch)
    yield from _about_the_outputs(batch)
    yield from _about_far_targets(batch, cause)
    yield from _about_the_loss(batch)
    yield from _about_the_steps(batch, cause)
    yield from _about_small_steps(batch, cause)
    yield from _about_the_end(batch, cause)
    yield from _about_an_average(batch)
    if batch.worse_by_moving and cause not in ("wrong statistics", "not finite"):
        yield _by_moving_statistics(batch)


def _about_squeezed(batch: Batch, cause: str) -> Iterator[str]:
    """Softmax as an activation of hidden layers, where no road leads around it."""
    for layer in (layer for layer in batch.layers[:-1] if layer.activation == _OVER_EXAMPLES):
        yield (
            f"Behind {layer.name} stands a {layer.activation}: it shares 1 among the examples, so that what is "
            "answered to one of them hangs on the others of its batch."
        )
    squeezed = [layer for layer in batch.layers[:-1] if layer.slope == layer.across < SQUEEZED]
    squeezed = [layer for layer in squeezed if layer.activation != _OVER_EXAMPLES]
    if squeezed and cause != "flat activation":
        worst, names = min(squeezed, key=lambda layer: layer.across), [layer.name for layer in squeezed]
        yield (
            f"Between layers, behind {_listed(names)}, stands {worst.activation}: it lets {short(worst.across)} of a "
            f"gradient's norm through (measured at {worst.name})"
            f"{'. It belongs to the output' * ('softmax' in worst.activation)}."
        )


def _about_the_steps(batch: Batch, cause: str) -> Iterator[str]:
    """What steps do as things stand, where something else is amiss as well and is named first."""
    trial = batch.trial
    if cause in ("learning rate too large", "targets too large", "healthy") or trial is None or trial.better is None:
        return
    count = len(trial.losses) - 1
    steps = f"{count} step{'s' * (count > 1)}"
    yield (
        f"As it stands, {steps} of {batch.optimizer} on this batch take{'s' * (count == 1)} its loss from "
        f"{way(trial.losses)} (tried on a copy): ask again once this is mended."
    )


def _about_an_average(batch: Batch) -> Iterator[str]:
    """The weights as fit() leaves them, where they are a moving average that has not left its start."""
    left = batch.ema ** max(batch.steps_done - 1, 0) if batch.steps_done else 0.0
    if left > 0.5:
        yield (
            f"fit() ends by setting the weights to their moving average (use_ema, ema_momentum={batch.ema:g}): after "
            f"{batch.steps_done:,} steps {100 * left:.3g} % of it is what they were after the first."
        )


def _about_small_steps(batch: Batch, cause: str) -> Iterator[str]:
    """Steps of nothing, where something else is amiss as well and is named first: mending that alone is in vain."""
    if cause in (*_OF_STEPS, "healthy", "not finite"):
        return
    # Of gradients that have vanished any optimizer makes small steps: the settings are at fault on their own.
    found = steps.step_size(batch) if batch.rate < LEAST_RATE or steps.is_held_back(batch) else None
    if isinstance(found, Finding) and found.cause in _OF_STEPS:
        yield f"Apart from that: {found.sentence}"


def _about_the_end(batch: Batch, cause: str) -> Iterator[str]:
    """What a schedule leads to that has few steps to come."""
    if batch.end is not None and cause == "healthy" and not batch.learnt:
        count, loss = batch.end
        yield (
            f"After {count} more steps the schedule of {batch.optimizer} is at a hundredth of that or below: on this "
            f"batch they take the loss from {batch.loss:.4g} to {loss:.4g} (tried on a copy). It counts batches, not "
            "epochs."
        )


def _by_moving_statistics(batch: Batch) -> str:
    return (
        "evaluate() and predict() answer by the moving statistics of batch normalisation: by those the loss of this "
        f"batch is {batch.settled_loss:.3g}, by its own, as in training, {batch.loss:.3g}{_started_with(batch)}."
    )


def _started_with(batch: Batch) -> str:
    known = [layer.momentum**batch.steps_done for layer in batch.layers if layer.moving_off is not None]
    left = max(known, default=0.0)
    return f" ({100 * left:.3g} % of them is what they started with)" if left > 0.01 else ""


def _about_half_weights(batch: Batch) -> Iterator[str]:
    """Weights that are kept, and not only used, in half precision."""
    for kind, parts in _LOST.items():
        names = [layer.name for layer in batch.layers if layer.weighted and layer.trainable and layer.stored == kind]
        if names:
            yield (
                f"The weights of {_listed(names)} are kept in {kind}: a step of less than 1/{parts:,} of a weight is "
                f"lost in rounding. The dtype policy mixed_{kind} computes in {kind}, too, and keeps them in float32."
            )


def _about_the_outputs(batch: Batch) -> Iterator[str]:
    """One of several outputs may speak so low that the layers that all share hear the others alone."""
    if len(batch.outputs) < 2 or not batch.sent > 0:
        return
    loudest = max(batch.outputs, key=lambda output: output.sent)
    deaf = [output.layer for output in batch.outputs if output.sent == 0]
    if deaf:
        yield (
            f"The loss sends nothing at all into {_listed(deaf)}: no loss for it, a loss weight of 0, or answers "
            "that are right already."
        )
    for output in batch.outputs:
        if 0 < output.sent < VANISHED * loudest.sent:
            yield (
                f"Into {output.layer} the loss sends {share(output.sent / loudest.sent)} what it sends into "
                f"{loudest.layer}: of the two, layers that both share follow {loudest.layer} alone. Look at the loss "
                "weights and at the size of the targets."
            )


def _about_far_targets(batch: Batch, cause: str) -> Iterator[str]:
    fact = batch.far
    if cause == "targets too large" or fact is None or not LONG_WAY < fact.steps < np.inf:
        return
    yield (
        f"The targets of {fact.layer} are of size {short(fact.size)} (rms), its answers of size "
        f"{short(fact.answers)}: the first step of {batch.optimizer} brings them closer by 1/{fact.steps:,.0f} of "
        "the way. Standardised targets spare it that way."
    )


def _about_the_loss(batch: Batch) -> Iterator[str]:
    added = batch.penalties > 0.5 * abs(batch.loss)
    if added:
        yield (
            f"Of the loss ({batch.loss:.3g}), {batch.penalties:.3g} is added by layers (regularizers, add_loss)"
            f"{_by(batch.dearest)}."
        )
    if abs(batch.left_out) > 0.01 * abs(batch.loss):
        yield (
            f"Left out here: the {short(batch.left_out)} that layers add to the loss (regularizers, add_loss)"
            f"{_by(batch.dearest)}. Compiled, the model has them in its loss."
        )
    rest = batch.data_loss
    if batch.steps_done and batch.guess and 0.98 * batch.guess < rest <= FAR_ABOVE * batch.guess:
        yield (
            f"After {batch.steps_done:,} steps of training the loss ({rest:.3g}) is {no_better(rest, batch.guess)} "
            f"than that of the best constant answer ({batch.guess:.3g})."
        )
    if batch.guess and not batch.same_targets and np.isfinite(rest) and rest > FAR_ABOVE * batch.guess:
        which = "The rest" if added else "The loss"
        yield f"{which} ({rest:.3g}) is far above that of a constant answer ({batch.guess:.3g})."


def _by(name: str) -> str:
    return f", most of it by {name}" if name else ""


def _listed(names: list[str]) -> str:
    """All of a few names, the first and the number of many."""
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more layers"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
