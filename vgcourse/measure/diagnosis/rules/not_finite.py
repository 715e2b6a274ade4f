"""Rules about numbers that are not finite: where they begin, and what made them so."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.size import smaller_vectors
from vgcourse.measure.diagnosis.rules.inputs.standardised import STANDARDISE, how_to_standardise
from vgcourse.measure.diagnosis.thresholds import EXPONENTIAL_ENDS, FLOAT16_ENDS, HUGE, LARGE_GAIN
from vgcourse.measure.diagnosis.words import short
from vgcourse.measure.statistics import rms

_AGAIN = "start again from fresh weights with a smaller learning rate or global_clipnorm=1.0 in the optimizer"


def not_finite(batch: Batch) -> Finding | None:
    """Numbers that are not finite: the first layer that has them, or gets them back."""
    bad = next((layer for layer in batch.layers if not layer.finite), None)
    if bad is not None:
        return _first_not_finite(bad, batch)
    if not np.isfinite(batch.loss):
        return None
    worst = next((layer for layer in reversed(batch.layers) if not layer.gradient_finite), None)
    if worst is None:
        return None
    return Finding(
        "not finite",
        worst.name,
        f"The loss ({batch.loss:.3g}) and all outputs are finite, and the gradient that comes back to {worst.name} "
        "is not: a slope between it and the loss is infinite or 0/0.",
        "look there for a square root, a norm or a power at 0, and add a small constant.",
    )


def loss_not_finite(batch: Batch) -> Finding | None:
    """A loss that is not finite, made of numbers that are. Asked once it is known that it fits the output."""
    if np.isfinite(batch.loss):
        return None
    last = batch.layers[-1].name
    if any(not np.isfinite(output.values).all() for output in batch.outputs):
        return _made_behind(last, batch)
    return _too_large_to_square(batch) or Finding(
        "not finite",
        last,
        f"All weights and all outputs up to {last} are finite, and the loss is {batch.loss:g}: the loss itself "
        "makes it of what the output hands over.",
        "look in the loss for a logarithm of 0, a division by 0 or a number that is too large.",
    )


def _first_not_finite(bad: Layer, batch: Batch) -> Finding:
    start = f"{bad.name} is the first layer with numbers that are not finite (loss {batch.loss:g})"
    if not bad.moving_finite and bad.kind == "BatchNormalization":
        return _moving_not_finite(bad, batch)
    if not bad.weights_finite:
        return Finding("not finite", bad.name, f"{start}: its weights are not.", f"{_AGAIN}{_and_ask_first(batch)}.")
    if not bad.input_finite and batch.beyond and bad is batch.layers[0] and bad.computes == "float16":
        return _beyond_float16(start, bad, batch)
    if batch.standardised_loss is not None and np.isfinite(batch.standardised_loss):
        return _of_large_inputs(start, batch)
    if not bad.input_finite:
        return _made_on_the_way(start, bad, batch)
    took = f", and so is what it takes in (rms {short(bad.input_rms)})" if bad.input_rms >= 0 else ""
    return Finding(
        "not finite",
        bad.name,
        f"{start}: its weights are finite{took}, what it makes of them is not.",
        f"look at what {bad.name} computes: numbers too large for their floating-point type, in an exponential or a "
        "sum over large weights or inputs.",
    )


def _moving_not_finite(bad: Layer, batch: Batch) -> Finding:
    """One batch with a NaN in it is enough, also where no gradient was taken of it."""
    return Finding(
        "not finite",
        bad.name,
        f"The moving statistics of {bad.name} are not finite, and its trained weights are: evaluate() and predict() "
        f"answer by them (loss of this batch, as in training, {batch.loss:.3g}).",
        f"moving statistics of {bad.name} set back (mean 0, variance 1) and some epochs of training: a moving "
        "average of NaN stays NaN; look for the batch that brought it.",
    )


def _of_large_inputs(start: str, batch: Batch) -> Finding:
    return Finding(
        "inputs too large",
        batch.large.name,
        f"{start}: all weights are finite, and the inputs are large. What {batch.large.name} takes in has an rms of "
        f"{short(batch.large.input_rms)}; on standardised inputs the same weights give finite numbers (loss "
        f"{short(batch.standardised_loss)}).",
        how_to_standardise(batch, STANDARDISE),
    )


def _and_ask_first(batch: Batch) -> str:
    """Neither helps against a slope that is infinite or 0/0: that shows before training has spread it."""
    return (
        "; ask before their first step, too: a slope may be infinite, which no rate mends" if batch.compiled else ""
    )


def _made_on_the_way(start: str, bad: Layer, batch: Batch) -> Finding:
    earlier = list(itertools.takewhile(lambda layer: layer is not bad, batch.layers))
    large = [layer for layer in earlier if layer.kind == "Embedding" and layer.kernel_rms > EXPONENTIAL_ENDS]
    if large:
        return _of_large_vectors(start, max(large, key=lambda layer: layer.kernel_rms))
    large = [layer for layer in earlier if layer.gain > LARGE_GAIN and layer.output > EXPONENTIAL_ENDS]
    if large:
        return _of_large_weights(start, max(large, key=lambda layer: layer.output))
    before = "the inputs are" if bad is batch.layers[0] else "the layers before it give finite numbers"
    half = any(layer.computes == "float16" for layer in [*earlier, bad])
    beyond = f", a number beyond {FLOAT16_ENDS:,.0f} (where float16 ends), such as a mask of -1e9" * half
    return Finding(
        "not finite",
        bad.name,
        f"{start}: its weights are finite, and what it takes in is not, although {before}. They are made on the way "
        "to it.",
        f"look before {bad.name} for a logarithm of 0, a division by 0 (a standard deviation of 0), a root of a "
        f"negative number{beyond} or an exponential of a large one.",
    )


def _of_large_vectors(start: str, table: Layer) -> Finding:
    return Finding(
        "weights too large",
        table.name,
        f"{start}: its weights are finite, and what it takes in is not. On the way the vectors of {table.name} bring "
        f"in numbers of size {short(table.kernel_rms)} (rms).",
        smaller_vectors(table),
    )


def _of_large_weights(start: str, large: Layer) -> Finding:
    return Finding(
        "weights too large",
        large.name,
        f"{start}: its weights are finite, and what it takes in is not. On the way {large.name} makes numbers of "
        f"size {short(large.output)} (rms) of such of size {short(large.input_rms)}: its weights are large (gain "
        f"{short(large.gain)}, about {short(path.needed(large))} would keep the size).",
        f"{path.initializer(large)} kernels.",
    )


def _made_behind(last: str, batch: Batch) -> Finding:
    """Answers that are not finite, of layers that are: what has no weights stands behind them."""
    return Finding(
        "not finite",
        last,
        f"All weights and all outputs of layers with weights are finite, up to {last}, and what the model answers is "
        f"not (loss {batch.loss:g}): it is made behind {last}.",
        f"look behind {last} for a division by 0 (a row of zeros that is brought to length 1), a logarithm or a root "
        "of what is not above 0, or an exponential of a large number.",
    )


def _beyond_float16(start: str, bad: Layer, batch: Batch) -> Finding:
    """Inputs that are infinite as soon as they are cast."""
    return Finding(
        "not finite",
        bad.name,
        f"{start}: the inputs reach {short(batch.beyond)}, and float16, in which the model computes, ends at "
        f"{FLOAT16_ENDS:,.0f}.",
        "standardise X before the model takes it (in the model it is cast first), or the dtype policy float32.",
    )


def _too_large_to_square(batch: Batch) -> Finding | None:
    """Answers whose loss float32 does not hold, although it holds them; to blame is what has made them large."""
    answers = max((rms(output.values) for output in batch.outputs), default=0.0)
    growth = [(layer.output / layer.input_rms, layer) for layer in batch.layers if layer.input_rms > 0]
    if not answers > HUGE or not growth:
        return None
    layer = max(growth, key=lambda pair: pair[0])[1]
    return Finding(
        "not finite",
        layer.name,
        f"The loss is {batch.loss:g}, because the answers are of size {short(answers)} (rms): too large for float32 "
        f"in a loss. {layer.name} grows them most, from {short(layer.input_rms)} to {short(layer.output)}.",
        f"look at its weights and its activation; {_AGAIN}.",
    )
