"""Rules about answers that are all alike although inputs differ: where the difference is lost."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import FAINT, UNVARIED
from vgcourse.measure.diagnosis.words import short


def signal_lost(batch: Batch) -> Finding | None:
    """All answers alike, although inputs and the layers up to some place differ over the examples."""
    known = [layer for layer in batch.layers if np.isfinite(layer.signal) or np.isfinite(layer.input_signal)]
    alone = next((layer for layer in batch.layers if layer.together == 1), None)
    if alone is not None and batch.plain and not batch.same_inputs:
        return _of_one_number(alone, batch)
    if batch.varies or batch.same_inputs or any(layer.kernel_rms == 0 for layer in known):
        return None
    last = max((k for k, layer in enumerate(known) if layer.signal > UNVARIED * layer.output), default=-1)
    if last + 1 >= len(known):
        return None
    layer = known[last + 1]
    start = f"The answers are the same for all {batch.examples} examples although the inputs differ"
    if layer.input_signal <= UNVARIED * layer.input_rms:
        if last >= 0 and (_is_shut(known[last]) or known[last].signal < 100 * UNVARIED * known[last].output):
            return None  # why it is so, other rules say, and `faded` if none does
        before = f"{known[last].name} still tells them apart, " if last >= 0 else ""
        return Finding(
            "constant output",
            layer.name,
            f"{start}: {before}{layer.name} takes in the same for all.",
            f"look before {layer.name} for a dropout of 1, a factor of 0, a mean over the examples (axis 0) or "
            "over what a normalisation has centred, or numbers too large or too small for their floating-point type.",
        )
    if not layer.kind.endswith("Normalization"):
        return None
    if layer.input_signal > FAINT * layer.input_rms:
        return Finding(
            "constant output",
            layer.name,
            f"{start}: {layer.name} takes in what differs and gives the same for all. It makes a mean of 0 and a "
            "variance of 1.",
            f"no {layer.name} there, or one over an axis with more numbers.",
        )
    return _fades(known[: last + 2], start)


def _is_shut(layer: Layer) -> bool:
    """Does what follows it make all alike: relu of units that are dead, tanh of what is beyond its ends?"""
    return layer.dead_share == 1


def faded(batch: Batch) -> Finding | None:
    """All answers alike, and no one place that makes them so. Asked when nothing else accounts for it."""
    known = [layer for layer in batch.layers if layer.output > 0 and np.isfinite(layer.signal)]
    if batch.varies or batch.same_inputs or len(known) < 2 or any(layer.kernel_rms == 0 for layer in batch.layers):
        return None
    shares = [layer.signal / layer.output for layer in known]
    start = f"The answers are the same for all {batch.examples} examples although the inputs differ"
    worst = known[int(np.argmin(shares))]
    if worst is known[0]:
        return Finding(
            "constant output",
            worst.name,
            f"{start}: of what {worst.name} gives (rms {short(worst.output)}), {min(shares):.1e} differs over them, "
            "which is lost in rounding beside what is the same for all.",
            f"smaller biases in {worst.name}, or inputs that are centred.",
        )
    return Finding(
        "constant output",
        worst.name,
        f"{start}: what tells them apart fades on its way. Of what {known[0].name} gives, {shares[0]:.1e} differs "
        f"over the examples (standard deviation over rms), of what {worst.name} gives {min(shares):.1e}.",
        "skip connections or normalisation between layers, or fewer of them.",
    )


def _of_one_number(norm: Layer, batch: Batch) -> Finding:
    """Rounding may let answers differ by a little; what comes back through it is exactly nothing."""
    return Finding(
        "constant output",
        norm.name,
        f"The answers are the same for all {batch.examples} examples but for rounding, although the inputs differ: "
        f"{norm.name} makes a mean of 0 and a variance of 1 of one number, of which it leaves nothing but its shift.",
        f"no {norm.name} there, or one over more numbers.",
    )


def _fades(layers: list[Layer], start: str) -> Finding | None:
    """No one layer makes all alike: the differences shrink from layer to layer beside what is the same for all."""
    shares = [layer.signal / layer.output if layer.output > 0 else 0.0 for layer in layers]
    falls = [after / before if before > 0 else 1.0 for before, after in itertools.pairwise(shares)]
    if not falls or not min(falls) < FAINT:
        return None
    place = int(np.argmin(falls))
    before, after = layers[place], layers[place + 1]
    return Finding(
        "constant output",
        after.name,
        f"{start}: of what {before.name} gives, {shares[place]:.1e} differs over the examples (standard deviation "
        f"over rms), of what {after.name} gives {shares[place + 1]:.1e}.",
        "start again from fresh weights with a smaller learning rate, if it could tell them apart before training.",
    )
