"""Rules about what is not centred: inputs, weights."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.rules.inputs.standardised import better_standardised, compared, how_to_standardise
from vgcourse.measure.diagnosis.thresholds import OFF_CENTRE, WEIGHTS_OFF_CENTRE
from vgcourse.measure.diagnosis.words import and_more, short


def off_centre_weights(batch: Batch) -> Finding | None:
    """Most kernels with a mean far from 0, although random initializers and training keep it near."""
    known = [layer for layer in path.chain(batch)[:-1] if np.isfinite(layer.gain)]
    off = [layer for layer in known if layer.offset > WEIGHTS_OFF_CENTRE]
    if len(off) < 2 or 2 * len(off) <= len(known):
        return None
    worst = max(off, key=lambda layer: layer.offset)
    return weights_off_centre(worst, f"The layers see mostly one direction{and_more(off)}")


def not_centred(batch: Batch) -> Finding | Unmeasured | None:
    """Inputs off centre, where steps with standardised ones were seen to be better."""
    first = path.fed_by_the_input(batch)
    if first is None or first.input_offset <= OFF_CENTRE:
        return None
    if first.unit_slope is not None and first.z_offset <= OFF_CENTRE:
        return None
    if batch.odd is None:
        why = "no steps could be tried with standardised inputs in their place"
        return Unmeasured(f"whether it matters that the inputs of {first.name} are not centred", why)
    if not better_standardised(batch.odd):
        return None
    evidence = f"{first.name} hardly sees what tells the examples apart"
    return inputs_off_centre(first, evidence, batch, compared(batch.odd))


def inputs_off_centre(layer: Layer, evidence: str, batch: Batch, tried: str = "") -> Finding:
    """The finding that the inputs of `layer` are not centred; `evidence` is what follows from it."""
    return Finding(
        "not centred",
        layer.name,
        f"{evidence}, because the inputs are not centred: their mean is {short(layer.input_offset)} times "
        f"their standard deviation{': ' * bool(tried)}{tried}.",
        how_to_standardise(
            batch, "subtract each feature's mean and divide by its standard deviation (a Normalization layer does)."
        ),
    )


def weights_off_centre(layer: Layer, evidence: str) -> Finding:
    """The finding that the weights of `layer` are not centred; `evidence` is what follows from it."""
    how = (
        f"their mean is {short(layer.offset)} times their standard deviation"
        if np.isfinite(layer.offset)
        else "they are all one number"
    )
    return Finding(
        "not centred",
        layer.name,
        f"{evidence}, because the weights of {layer.name} are not centred: {how}, "
        "so that all units sum up much the same.",
        f"an initializer with mean 0, such as {path.initializer(layer)}.",
    )
