"""Rules about the gates of recurrent layers, which inputs or biases hold open or shut."""

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.size import large_behind
from vgcourse.measure.diagnosis.thresholds import FLAT_GATE, HELD_GATES, SATURATED
from vgcourse.measure.diagnosis.words import and_more, short


def gates_flat(batch: Batch) -> Finding | None:
    """Gates of a recurrent layer that its input alone holds open or shut."""
    flat = [layer for layer in batch.layers if layer.gates_flat >= SATURATED]
    if not flat:
        return _held_gates(batch)
    worst = flat[0]
    evidence = (
        f"What {worst.name} takes in (rms {short(worst.input_rms)}) drives {worst.gates_flat:.0%} of {_what(worst)} "
        f"beyond {FLAT_GATE:g}{and_more(flat)}, before its past is added: there sigmoid and tanh have less than 6 % "
        "of their steepest slope"
    )
    if (large := large_behind(worst, evidence, batch)) is not None:
        return large
    if worst.input_rms > 5 and worst is path.takes_the_input(batch):
        return Finding(
            "inputs too large",
            worst.name,
            f"{evidence}.",
            "standardise what it takes in: subtract each feature's mean, divide by its standard deviation.",
        )
    if worst.input_rms > 5:
        return Finding("saturation", worst.name, f"{evidence}.", "a normalisation of what it takes in.")
    return Finding("weights too large", worst.name, f"{evidence}.", "glorot_uniform for its kernel.")


def _what(layer: Layer) -> str:
    return "its activations" if layer.kind == "SimpleRNN" else "its gates"


def _held_gates(batch: Batch) -> Finding | None:
    """Gates that their biases hold open or shut, so that neither input nor past moves them."""
    held = [layer for layer in batch.layers if layer.gates_held >= HELD_GATES]
    if not held:
        return None
    return Finding(
        "saturation",
        held[0].name,
        f"The biases of {held[0].name} hold {held[0].gates_held:.0%} of {_what(held[0])} beyond {FLAT_GATE:g}"
        f"{and_more(held)}: there sigmoid and tanh have less than 6 % of their steepest slope, and neither the input "
        "nor the past moves them much.",
        "biases of 0, and 1 at the forget gate of an LSTM, as Keras begins.",
    )
