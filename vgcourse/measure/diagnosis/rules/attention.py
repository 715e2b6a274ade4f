"""Rules about attention: rows so sharp that their softmax passes no gradient to queries and keys."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.size import large_behind
from vgcourse.measure.diagnosis.thresholds import LARGE_GAIN, SATURATED
from vgcourse.measure.diagnosis.words import and_more, short


def closed(batch: Batch) -> Finding | None:
    """A mask that leaves nothing to look at."""
    found = [fact for fact in batch.attention if fact.closed]
    if not found:
        return None
    name = found[0].layer
    return Finding(
        "no gradient",
        name,
        f"The mask of {name} leaves no place open in any row{and_more(found)}: softmax then shares alike among all "
        "places, and queries and keys hear nothing of the loss.",
        "look at the mask: in Keras True is a place that may be looked at.",
    )


def sharp(batch: Batch) -> Finding | None:
    """Attention that has settled on one of several places."""
    found = [fact for fact in batch.attention if fact.sharp >= SATURATED]
    if not found:
        return None
    worst = found[0]
    evidence = (
        f"{worst.sharp:.0%} of the rows of {worst.layer} give all their attention to one of several places"
        f"{and_more(found)}: there softmax is flat, and queries and keys hardly hear the loss"
    )
    large = _too_large(worst.layer, batch)
    if large is not None:
        return Finding(
            "weights too large",
            large.name,
            f"{evidence}. The weights of {large.name} are large (gain {short(large.gain)}, Glorot's is about 1).",
            f"{path.initializer(large)} kernels.",
        )
    for part in _parts(worst.layer, batch):
        if (large := large_behind(part, evidence, batch)) is not None:
            return large
    return Finding(
        "saturation",
        worst.layer,
        f"{evidence}.",
        f"a LayerNormalization of what {worst.layer} takes in, or of its queries and keys.",
    )


def _too_large(name: str, batch: Batch) -> Layer | None:
    parts = [layer for layer in _parts(name, batch) if np.isfinite(layer.gain) and layer.gain > LARGE_GAIN]
    return max(parts, key=lambda layer: layer.gain, default=None)


def _parts(name: str, batch: Batch) -> list[Layer]:
    """What makes the queries and keys of a layer."""
    return [layer for layer in batch.layers if layer.name in (f"{name}/query", f"{name}/key")]
