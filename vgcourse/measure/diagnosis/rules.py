"""From numbers to a verdict: which layer, which cause, what to try. Arithmetic on measured numbers, no model.

The rules are tried in order, the first that applies decides. Each rests on the back-propagated gradient's norm
per example, which He's initialisation keeps for dense and convolutional layers of any shape, and names a cause
from the two factors that a gradient meets in every layer: the weights (gain) and the activation's slope.
"""

from dataclasses import dataclass

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.measure import Batch, Layer
from vgcourse.measure.diagnosis.thresholds import (
    DEAD,
    DEAD_FROM_UNITS,
    EXPLODED,
    LARGE_GAIN,
    OFF_CENTRE,
    SATURATED,
    STEP_TOO_LARGE,
    STEP_TOO_SMALL,
    STRONG_FACTOR,
    STRONG_PRODUCT,
    VANISHED,
    WEAK_FACTOR,
    WEAK_PRODUCT,
    WEIGHTS_OFF_CENTRE,
)
from vgcourse.measure.diagnosis.words import and_more, share, short


@dataclass(frozen=True)
class Finding:
    """cause: a short key. layer: where it is worst. sentence: both, with numbers. remedy: what to try."""

    cause: str
    layer: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} Try: {self.remedy}" if self.remedy else self.sentence


def judge(batch: Batch) -> Finding:
    """The verdict on one measured batch."""
    rules = (not_finite, symmetric, all_dead)
    unless_learnt = (dying, saturated, off_centre_weights, exploding, vanishing, not_centred, step_size)
    for rule in rules if batch.learnt else (*rules, *unless_learnt):
        if verdict := rule(batch):
            return verdict
    return healthy(batch)


def not_finite(batch: Batch) -> Finding | None:
    bad = next((layer for layer in batch.layers if not layer.finite), None)
    if bad is None and np.isfinite(batch.loss):
        return None
    where = bad or batch.layers[-1]
    return Finding(
        "not finite",
        where.name,
        f"{where.name} is the first layer with numbers that are not finite (loss {batch.loss:g}).",
        "start again from fresh weights with a smaller learning rate or clipnorm=1.0 in the optimizer.",
    )


def symmetric(batch: Batch) -> Finding | None:
    same = [layer for layer in batch.layers[:-1] if layer.identical]
    if not same:
        return None
    return Finding(
        "symmetric",
        same[0].name,
        f"All {same[0].units} units of {same[0].name} have the same weights and the same gradient"
        f"{and_more(same)}: they will stay copies of one unit however long you train.",
        "a random kernel initializer (glorot_uniform, he_normal) instead of a constant one.",
    )


def all_dead(batch: Batch) -> Finding | None:
    return _dead([layer for layer in batch.layers[:-1] if layer.dead_share == 1], batch)


def dying(batch: Batch) -> Finding | None:
    return _dead(
        [layer for layer in _hidden(batch) if layer.units >= DEAD_FROM_UNITS and layer.dead_share > DEAD], batch
    )


def _dead(layers: list[Layer], batch: Batch) -> Finding | None:
    layers = [layer for layer in layers if layer.rectifier]
    if not layers:
        return None
    worst = max(layers, key=lambda layer: layer.dead_share)
    count = int(worst.dead.sum())
    units = ", ".join(map(str, np.flatnonzero(worst.dead)[:8])) + ("…" if count > 8 else "")
    return Finding(
        "dying relu",
        worst.name,
        f"{count} of {worst.units} units of {worst.name} ({units}) are dead{and_more(layers)}: relu's slope is 0 "
        f"for all {batch.examples} examples, and no gradient passes them.",
        "he_normal kernels with zero biases, a smaller learning rate, or leaky_relu.",
    )


def saturated(batch: Batch) -> Finding | None:
    flat = [layer for layer in batch.layers if layer.smooth and layer.saturated >= SATURATED]
    flat = [layer for layer in flat if layer is not batch.layers[-1] or _output_stuck(batch)]
    if not flat:
        return None
    worst = flat[0]
    evidence = (
        f"{worst.saturated:.0%} of {worst.name}'s activations are saturated{and_more(flat)}: "
        f"{worst.activation}'s slope is {short(worst.slope)} there instead of {short(worst.steepest)}"
    )
    first = next(layer for layer in batch.layers if np.isfinite(layer.gain) or layer is batch.layers[-1])
    if worst is first and worst.input_offset > OFF_CENTRE:
        return _inputs_off_centre(worst, evidence)
    if worst.offset > WEIGHTS_OFF_CENTRE:
        return _weights_off_centre(worst, evidence)
    if worst is first and worst.input_rms > 5:
        return Finding(
            "saturation",
            worst.name,
            f"{evidence}, because its inputs are large (rms {short(worst.input_rms)}).",
            "standardise the inputs: subtract each feature's mean, divide by its standard deviation.",
        )
    if worst.gain > LARGE_GAIN:
        return Finding(
            "weights too large",
            worst.name,
            f"{evidence}, because its weights are too large (gain {short(worst.gain)}, Glorot's is about 1).",
            "glorot_uniform for sigmoid and tanh, or batch normalisation before the activation.",
        )
    return Finding(
        "saturation",
        worst.name,
        f"{evidence}; its pre-activations lie {short(worst.z_offset)} standard deviations off centre.",
        "zero biases, smaller or standardised inputs, or batch normalisation before the activation.",
    )


def exploding(batch: Batch) -> Finding | None:
    chain = path.chain(batch)
    if len(chain) < 2:
        return None
    reach = path.reach(chain)
    factors = path.factors(chain)
    compound = path.geometric(factors) > STRONG_FACTOR and np.prod(factors) > STRONG_PRODUCT
    if not compound and np.nanmax(reach) < EXPLODED:
        return None
    worst = chain[int(np.nanargmax(reach))]
    culprit = path.one_culprit(chain, largest=True)
    start = f"The gradient explodes: {worst.name} gets {share(np.nanmax(reach))} what the loss sends"
    if culprit is not None:
        return Finding(
            "weights too large",
            culprit.name,
            f"{start}, nearly all of it from the weights of {culprit.name} "
            f"(gain {short(culprit.gain)}, about {short(path.needed(culprit))} would keep the size).",
            f"initialise {culprit.name} again with {path.initializer(culprit)}, or clip with clipnorm=1.0.",
        )
    if any(layer.kind == "BatchNormalization" for layer in chain):
        return Finding(
            "exploding",
            worst.name,
            f"{start}: batch normalisation before relu multiplies it by 1.21 per layer at initialisation, whatever "
            f"the weights (measured here: {short(path.per_layer(reach[::2], chain[::2]))}).",
            "skip connections around the normalised layers, or fewer of them.",
        )
    why = (
        f" (weights {short(path.geometric(path.gains(chain)))}, slope {short(path.typical_slope(chain))})"
        if compound
        else ""
    )
    return Finding(
        "exploding",
        worst.name,
        f"{start}: each layer multiplies it by about {short(path.per_layer(reach, chain))}{why}.",
        f"{path.initializer(worst)} kernels; on residual branches a factor of 1/sqrt(depth); clipnorm=1.0 meanwhile.",
    )


def vanishing(batch: Batch) -> Finding | None:
    chain = path.chain(batch)
    # A zero output layer lets nothing through at first, and no longer after its first step.
    if len(chain) < 2 or chain[-1].kernel_rms == 0:
        return None
    reach, factors = path.reach(chain), path.factors(chain)
    lost = np.maximum.accumulate(np.nan_to_num(reach, nan=np.inf)) < VANISHED
    compound = len(factors) > 1 and path.geometric(factors) < WEAK_FACTOR and np.prod(factors) < WEAK_PRODUCT
    if not lost.any() and not compound:
        return None
    return _name_the_loss(chain, reach)


def _name_the_loss(chain: list[Layer], reach: np.ndarray) -> Finding:
    first = chain[int(np.nanargmin(reach))]
    start = f"The gradient vanishes on its way back: {first.name} gets {share(np.nanmin(reach))} what the loss sends"
    off = [layer for layer in chain if layer.offset > WEIGHTS_OFF_CENTRE]
    if len(off) * 2 > len(chain):
        return _weights_off_centre(off[0], start)
    culprit = path.one_culprit(chain, largest=False)
    if culprit is not None:
        return Finding(
            "weights too small",
            culprit.name,
            f"{start}, nearly all of it lost in {culprit.name}, whose weights pass on {short(culprit.gain)} "
            f"of a gradient (about {short(path.needed(culprit))} would keep its size).",
            f"initialise {culprit.name} again with {path.initializer(culprit)}.",
        )
    return _spread_out(chain, reach, first, start)


def _spread_out(chain, reach, first, start) -> Finding:
    pace = f"{start}, about {short(path.per_layer(reach, chain))} of it per layer"
    gain, slope = path.geometric(path.gains(chain)), path.typical_slope(chain)
    by_weights = np.log(path.needed(first) / gain) if gain > 0 else 0.0
    by_slope = -np.log(max(slope * path.needed(first), 1e-30))
    if max(by_weights, by_slope) < 0.1:
        return Finding(
            "vanishing",
            first.name,
            f"{pace}; neither the weights (gain {short(gain)}) nor the slopes ({short(slope)}) are small.",
            "skip connections, normalisation between layers, or fewer layers.",
        )
    if by_weights >= by_slope:
        return Finding(
            "weights too small",
            first.name,
            f"{pace}, because the weights are too small: they pass on {short(gain)} of a gradient, "
            f"{first.activation} needs about {short(path.needed(first))}.",
            f"{path.initializer(first)} kernels.",
        )
    flat = path.steepest(chain)
    return Finding(
        "flat activation",
        first.name,
        f"{pace}, because {first.activation} is flat: its slope is {short(slope)}, never above {short(flat)}, "
        f"and the weights (gain {short(gain)}) do not make up for it.",
        "tanh with glorot_uniform, relu with he_normal, skip connections, or batch normalisation.",
    )


def off_centre_weights(batch: Batch) -> Finding | None:
    """Most kernels with a mean far from 0, although random initializers and training keep it near."""
    known = [layer for layer in path.chain(batch)[:-1] if np.isfinite(layer.gain)]
    off = [layer for layer in known if layer.offset > WEIGHTS_OFF_CENTRE]
    if len(off) < 2 or 2 * len(off) <= len(known):
        return None
    worst = max(off, key=lambda layer: layer.offset)
    return _weights_off_centre(worst, f"The layers see mostly one direction{and_more(off)}")


def not_centred(batch: Batch) -> Finding | None:
    first = next((layer for layer in batch.layers if np.isfinite(layer.gain)), None)
    if first is None or first.input_offset <= OFF_CENTRE:
        return None
    if first.unit_slope is not None and first.z_offset <= OFF_CENTRE:
        return None
    return _inputs_off_centre(first, f"{first.name} hardly sees what tells the examples apart")


def step_size(batch: Batch) -> Finding | None:
    steps = [(layer.update_ratio, layer.name) for layer in batch.layers if np.isfinite(layer.update_ratio)]
    if not batch.compiled or not steps:
        return None
    largest, name = max(steps)
    if min(steps)[0] > STEP_TOO_LARGE:
        return Finding(
            "learning rate too large",
            name,
            f"One step of {batch.optimizer} changes every kernel by {min(steps)[0]:.0%} or more, "
            f"{name} by {largest:.0%} (0.1 % is a usual step).",
            "a learning rate smaller by a factor of ten, then again.",
        )
    if largest < STEP_TOO_SMALL:
        return Finding(
            "learning rate too small",
            name,
            f"One step of {batch.optimizer} changes no kernel by more than {largest:.1e} of its size, "
            f"{name} most (1e-3 is a usual step), while all layers hear the loss.",
            "a learning rate larger by a factor of ten, then again.",
        )
    return None


def healthy(batch: Batch) -> Finding:
    chain = path.chain(batch)
    if chain and chain[-1].kernel_rms == 0:
        return Finding(
            "healthy",
            chain[-1].name,
            f"Healthy: {chain[-1].name} starts at exactly 0, so that the layers before it hear nothing until its "
            "first step; ask again after that.",
            "",
        )
    name = chain[0].name if chain else batch.layers[0].name
    if batch.learnt:
        return Finding(
            "healthy",
            name,
            f"Healthy: it has learnt (loss {batch.loss:.2g}, a constant answer gets {batch.guess:.2g}), "
            "so that small gradients are as they should be.",
            "",
        )
    if len(chain) < 2:
        return Finding("healthy", name, f"Healthy: {name} is next to the loss, no gradient is lost.", "")
    reach = path.reach(chain)
    return Finding(
        "healthy",
        name,
        f"Healthy: the loss is heard in every layer; {chain[0].name} gets {share(reach[0])} what it sends, "
        f"a factor of about {short(path.per_layer(reach, chain))} per layer.",
        "",
    )


def _inputs_off_centre(layer: Layer, evidence: str) -> Finding:
    return Finding(
        "not centred",
        layer.name,
        f"{evidence}, because the inputs are not centred: their mean is {short(layer.input_offset)} times "
        "their standard deviation.",
        "subtract each feature's mean and divide by its standard deviation (a Normalization layer does).",
    )


def _weights_off_centre(layer: Layer, evidence: str) -> Finding:
    return Finding(
        "not centred",
        layer.name,
        f"{evidence}, because the weights of {layer.name} are not centred: their mean is {short(layer.offset)} times "
        "their standard deviation, so that all units sum up much the same.",
        f"an initializer with mean 0, such as {path.initializer(layer)}.",
    )


def _hidden(batch: Batch) -> list[Layer]:
    return batch.layers[:-1]


def _output_stuck(batch: Batch) -> bool:
    """Is a flat output to blame: it swallows the gradient although the loss is no better than a guess?"""
    last = batch.layers[-1]
    if batch.guess is not None and batch.loss < batch.guess:
        return False
    return last.delta_norm < 0.1 * last.steepest * last.gradient_norm
