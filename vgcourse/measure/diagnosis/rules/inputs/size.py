"""Rules about the size of what comes in: inputs and vectors of a table too large, inputs too small."""

import itertools

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.stepping.found import falls_further
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.rules.inputs.standardised import (
    STANDARDISE,
    better_standardised,
    compared,
    how_to_standardise,
)
from vgcourse.measure.diagnosis.thresholds import (
    FAINT,
    FAR_ABOVE,
    GROWN,
    LARGE_GAIN,
    LARGE_INPUT,
    LARGE_VECTORS,
    SMALL_INPUT,
)
from vgcourse.measure.diagnosis.words import share, short


def inputs_too_large(batch: Batch) -> Finding | Unmeasured | None:
    """Only where it was seen that they do harm, and that to standardise them helps."""
    better, first = batch.standardised_loss, batch.large
    if better is None and first is not None and batch.guess is None:
        why = "of this loss it is not known what a constant answer gets"
        return Unmeasured(f"whether the inputs of {first.name} (rms {short(first.input_rms)}) are too large", why)
    if better is None or not batch.data_loss > 3 * batch.guess or not better < batch.loss / 2:
        return None
    if first.input_rms <= LARGE_INPUT and not better < batch.loss / FAR_ABOVE:
        return None
    return Finding(
        "inputs too large",
        first.name,
        f"{first.name} takes in numbers of size {short(first.input_rms)} (rms), and the loss starts at "
        f"{short(batch.loss)}, where a constant answer gets {short(batch.guess)}; the same weights get "
        f"{short(better)} on standardised inputs.",
        how_to_standardise(batch, STANDARDISE),
    )


def vectors_too_large(batch: Batch) -> Finding | None:
    """An embedding whose numbers are to the rest of the net what inputs in bytes are."""
    if batch.large_table is None or not batch.data_loss > 3 * batch.guess:
        return None
    layer, better = batch.large_table
    if not better < batch.loss / 2:
        return None
    return Finding(
        "weights too large",
        layer.name,
        f"The vectors of {layer.name} hold numbers of size {short(layer.kernel_rms)} (rms), and the loss is "
        f"{short(batch.loss)}, where a constant answer gets {short(batch.guess)}; the same weights get "
        f"{short(better)} with vectors of size 1.",
        smaller_vectors(layer),
    )


def smaller_vectors(table: Layer) -> str:
    """What to try where the vectors of a table are too large."""
    return f"Keras's own initializer, 'uniform' (rms 0.03), for {table.name}, or a normalisation behind it."


def large_behind(layer: Layer, evidence: str, batch: Batch) -> Finding | None:
    """What makes large what a layer in the midst of a net takes in: vectors of a table, inputs, weights before it."""
    return (
        _vectors_behind(layer, evidence, batch)
        or _inputs_behind(layer, evidence, batch)
        or _weights_behind(layer, evidence, batch)
    )


def _inputs_behind(layer: Layer, evidence: str, batch: Batch) -> Finding | None:
    first = batch.large
    if first is None or first is layer or not LARGE_VECTORS < layer.input_rms < GROWN * first.input_rms:
        return None
    return Finding(
        "inputs too large",
        first.name,
        f"{evidence}. {layer.name} takes in numbers of size {short(layer.input_rms)} (rms), because the inputs are "
        f"large: {first.name} takes in such of size {short(first.input_rms)}.",
        how_to_standardise(batch, STANDARDISE),
    )


def _weights_behind(layer: Layer, evidence: str, batch: Batch) -> Finding | None:
    """The layer with large weights that makes large what another takes in."""
    before = list(itertools.takewhile(lambda other: other is not layer, batch.layers))[::-1]
    # What stands before a normalisation has no say in how large the numbers behind it are.
    near = itertools.takewhile(lambda other: not other.kind.endswith("Normalization"), before)
    loud = [other for other in near if other.gain > LARGE_GAIN and other.output > GROWN * other.input_rms]
    loud = [other for other in loud if LARGE_VECTORS < layer.input_rms < GROWN * other.output]
    if not loud:
        return None
    worst = max(loud, key=lambda other: other.output / other.input_rms)
    return Finding(
        "weights too large",
        worst.name,
        f"{evidence}. {layer.name} takes in numbers of size {short(layer.input_rms)} (rms), and {worst.name} makes "
        f"such of size {short(worst.output)} of such of size {short(worst.input_rms)}: its weights are large (gain "
        f"{short(worst.gain)}, about {short(path.needed(worst))} would keep the size).",
        f"{path.initializer(worst)} kernels.",
    )


def _vectors_behind(layer: Layer, evidence: str, batch: Batch) -> Finding | None:
    """The embedding that makes large what a layer takes in; `evidence` is what follows from it."""
    before = itertools.takewhile(lambda other: other is not layer, batch.layers)
    tables = [other for other in before if other.kind == "Embedding" and other.kernel_rms > LARGE_INPUT]
    if not tables or not layer.input_rms > LARGE_VECTORS:
        return None
    table = max(tables, key=lambda other: other.kernel_rms)
    return Finding(
        "weights too large",
        table.name,
        f"{evidence}. {layer.name} takes in numbers of size {short(layer.input_rms)} (rms), and the vectors of "
        f"{table.name} hold such of size {short(table.kernel_rms)}.",
        smaller_vectors(table),
    )


def too_small_to_normalise(batch: Batch) -> Finding | None:
    """What a normalisation takes in is lost beside its epsilon, where it was seen that steps do better with less."""
    odd = batch.odd_norms
    if odd is None or not falls_further(odd.here, odd.small):
        return None
    norm = next(layer for layer in batch.layers if layer.name == odd.layer)
    return Finding(
        "inputs too small",
        norm.name,
        f"{norm.name} takes in numbers of size {short(norm.input_rms)} (rms), whose variance is "
        f"{share(norm.over_epsilon)} its epsilon of {odd.epsilon:g}: it makes such of size "
        f"{short(norm.output)} of them, and not of size 1. {len(odd.here) - 1} steps{odd.by} take the loss from "
        f"{odd.here[0]:.4g} to {odd.here[-1]:.4g}, with an epsilon far below that from {odd.small[0]:.4g} to "
        f"{odd.small[-1]:.4g} (tried on copies).",
        f"look before {norm.name} for a small factor or small weights.",
    )


def one_drowns_the_others(batch: Batch) -> Finding | None:
    """A column of another size, before a normalisation of all columns together: it leaves nothing of the others."""
    norm = path.takes_the_input(batch)
    if norm is None or norm.drowned is None or not norm.drowned[2] < FAINT:
        return None
    column, times, left = norm.drowned
    return Finding(
        "inputs too large",
        norm.name,
        f"{norm.name} makes one size of all columns of an example together, and column {column} of what it takes in "
        f"(counted from 0) varies {short(times)} times as much as the median one: on the smaller ones {left:.1g} of "
        "what it gives depends.",
        "standardise each column: subtract its mean, divide by its standard deviation (a Normalization layer before "
        f"{norm.name} does).",
    )


def inputs_too_small(batch: Batch) -> Finding | None:
    """Only where it was seen that as many steps do better on standardised inputs."""
    first = path.takes_the_input(batch)
    if first is None or not 0 < first.input_rms < SMALL_INPUT or not better_standardised(batch.odd):
        return None
    return Finding(
        "inputs too small",
        first.name,
        f"{first.name} takes in numbers of size {short(first.input_rms)} (rms), next to which a bias is large: "
        f"{compared(batch.odd)}.",
        how_to_standardise(
            batch, "standardise the inputs (a Normalization layer does), and look whether they are divided twice."
        ),
    )
