"""Rules about units: copies of each other, dead, saturated."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.centre import inputs_off_centre, weights_off_centre
from vgcourse.measure.diagnosis.rules.inputs.size import inputs_too_small, large_behind
from vgcourse.measure.diagnosis.thresholds import (
    DEAD,
    DEAD_FROM_UNITS,
    LARGE_GAIN,
    OFF_CENTRE,
    SATURATED,
    SMALL_SCALE,
    SQUEEZED,
    UNDERFLOW,
    USUAL_SIZE,
    WEIGHTS_OFF_CENTRE,
)
from vgcourse.measure.diagnosis.words import and_more, short

_ONES = "a scale that starts at ones; zeros are for the end of a residual branch, which a skip connection passes."


def symmetric(batch: Batch) -> Finding | None:
    """A layer whose units are all alike."""
    same = [layer for layer in batch.layers[:-1] if layer.identical and not _waits(layer, batch)]
    if not same:
        return None
    return Finding(
        "symmetric",
        same[0].name,
        f"All {same[0].units} units of {same[0].name} have the same weights and the same gradient"
        f"{and_more(same)}: they will stay copies of one unit however long you train.",
        "a random kernel initializer (glorot_uniform, he_normal) instead of a constant one.",
    )


def _waits(layer: Layer, batch: Batch) -> bool:
    """Does a layer of zeros hear nothing only until one of zeros behind it has made its first step?"""
    if layer.kernel_rms != 0 or layer.kernel_gradient != 0:
        return False
    behind = itertools.islice(itertools.dropwhile(lambda other: other is not layer, batch.layers), 1, None)
    return any(other.kernel_rms == 0 and other.kernel_gradient > 0 for other in behind)


def all_dead(batch: Batch) -> Finding | None:
    """A layer of rectifiers none of which is ever active."""
    dead = [layer for layer in path.hidden(batch) if layer.dead_share == 1]
    # Next to inputs that are too small, biases alone decide which units are off.
    return (inputs_too_small(batch) or _dead(dead, batch)) if dead else None


def dying(batch: Batch) -> Finding | None:
    """A layer of rectifiers of which most are never active."""
    hidden = [layer for layer in path.hidden(batch) if layer.rectifier and layer.units >= DEAD_FROM_UNITS]
    dead = [layer for layer in hidden if layer.dead_share > DEAD]
    # Where a road leads around it, a layer that is quiet stops nothing.
    return _dead(dead, batch) if batch.plain or 2 * len(dead) > len(hidden) else None


def _dead(layers: list[Layer], batch: Batch) -> Finding | None:
    # Beyond its other end a rectifier has no slope either: `_clipped` says so.
    layers = [layer for layer in layers if layer.rectifier and layer.clipped < SATURATED]
    if not layers:
        return None
    if layers[0].kernel_rms > 0 and layers[0].input_rms < UNDERFLOW:
        return _faded(layers[0], batch)
    worst = max(layers, key=lambda layer: layer.dead_share)
    if worst.gamma < SMALL_SCALE:
        return _silenced(worst, layers)
    if worst.kernel_rms == 0:
        return Finding(
            "weights too small",
            worst.name,
            f"All units of {worst.name} are dead{and_more(layers)}, because its kernel is 0 and its biases are not "
            "above 0: relu has no slope there, and no gradient passes.",
            f"initialise {worst.name} again with he_normal.",
        )
    count = int(worst.dead.sum())
    units = ", ".join(map(str, np.flatnonzero(worst.dead)[:8])) + ("…" if count > 8 else "")
    return Finding(
        "dying relu",
        worst.name,
        f"{count} of {worst.units} units of {worst.name} ({units}) are dead{and_more(layers)}: relu's slope is 0 "
        f"for all {batch.examples} examples, and no gradient passes them.",
        f"{_alive(worst)}, with a smaller learning rate if they died in training, or leaky_relu.",
    )


def _alive(layer: Layer) -> str:
    """What units start from that are alive: those behind a normalisation hang on its shift, not on a kernel."""
    norm = layer.kind.endswith("Normalization")
    return _shift_of_zeros(layer) if norm else "he_normal kernels with zero biases"


def _silenced(norm: Layer, layers: list[Layer]) -> Finding:
    """Units that a normalisation holds at its shift: its scale is next to 0, and relu of that may be 0."""
    return Finding(
        "weights too small",
        norm.name,
        f"{int(norm.dead.sum())} of {norm.units} units behind {norm.name} are dead{and_more(layers)}, because its "
        f"scale (gamma, rms {short(norm.gamma)}) leaves next to nothing of what it takes in: relu's slope is 0 "
        "there, and no gradient passes.",
        _ONES,
    )


def _faded(dead: Layer, batch: Batch) -> Finding | None:
    """What looks like dead units, and is a signal too small for the floating-point numbers to hold.

    Weights are to blame where they account for most of it; what else makes it small, other rules say.
    """
    before = list(itertools.takewhile(lambda layer: layer is not dead, batch.layers))
    if (zero := next((layer for layer in before if layer.output == 0), None)) is not None:
        # Of numbers that are all alike, as behind a tanh at its end, a normalisation makes zeros.
        norm = zero.kind.endswith("Normalization") and zero.input_rms > 0
        return None if norm and _flat_before(zero, batch) else _zeroed(zero, dead, batch)
    kept = {layer.name: np.log(layer.gain / path.needed(layer)) for layer in before if layer.gain > 0}
    weak = [layer for layer in before if layer.gain < path.needed(layer) / 4]
    came = before[0].input_rms if before and before[0].input_rms > 0 else 1.0
    if not weak or not sum(kept.values()) < 0.5 * np.log(max(dead.input_rms, 1e-300) / came):
        return None
    return Finding(
        "weights too small",
        weak[0].name,
        f"The signal fades on its way forward: {dead.name} takes in numbers of size {short(dead.input_rms)} and "
        f"gives exactly 0, because weights are too small (gain {short(weak[0].gain)} in {weak[0].name}"
        f"{and_more(weak)}; about {short(path.needed(weak[0]))} would keep its size).",
        f"{path.initializer(weak[0])} kernels.",
    )


def _flat(layers) -> list[Layer]:
    """Those with an activation that lies mostly where its slope is next to 0."""
    return [layer for layer in layers if layer.smooth and _flat_share(layer) >= SATURATED]


def _flat_before(norm: Layer, batch: Batch) -> bool:
    return bool(_flat(itertools.takewhile(lambda layer: layer is not norm, batch.layers)))


def _zeroed(zero: Layer, dead: Layer, batch: Batch) -> Finding:
    """A layer of zeros, and behind it an activation that has no slope at 0: no step ever moves either."""
    if np.isfinite(zero.gamma) and zero.gamma == 0:
        return Finding(
            "weights too small",
            zero.name,
            f"{zero.name} gives exactly 0 for all {batch.examples} examples, because its scale (gamma) is 0, and "
            f"relu has no slope there: {dead.name} takes in zeros, and nothing that comes back to it passes.",
            _ONES,
        )
    if zero.kernel_rms > 0:
        return Finding(
            "constant output",
            zero.name,
            f"{zero.name} gives exactly 0 for all {batch.examples} examples, although its kernel is not 0. "
            f"{dead.name} takes in zeros, where relu has no slope, and nothing that comes back to it passes.",
            f"look at the biases of {zero.name} and at its activation: dead units give 0, and so do gates that are "
            "shut.",
        )
    return Finding(
        "weights too small",
        zero.name,
        f"{zero.name} gives exactly 0 for all {batch.examples} examples, because its kernel is 0, and relu has no "
        f"slope there: {dead.name} takes in zeros, and nothing that comes back to it passes.",
        f"initialise {zero.name} again with glorot_uniform.",
    )


def saturated(batch: Batch) -> Finding | None:
    """A layer whose activations lie where their slope is next to 0."""
    flat = _flat(batch.layers)
    ends = {batch.layers[-1].name, *(output.layer for output in batch.outputs)}
    flat = [layer for layer in flat if layer.name not in ends or _output_stuck(layer, batch)]
    clipped = [layer for layer in path.hidden(batch) if layer.clipped >= SATURATED]
    if not flat:
        return _clipped(clipped, batch) if clipped else None
    worst = flat[0]
    evidence = (
        f"{worst.saturated:.0%} of {worst.name}'s activations are saturated{and_more(flat)}: "
        f"{worst.activation}'s slope is {short(worst.slope)} there instead of {short(worst.steepest)}"
    )
    return _why_flat(worst, evidence, batch)


def flat_inside(batch: Batch) -> Finding | None:
    """As `saturated`, of an activation that a layer of one's own, or the model, calls as a function."""
    last = batch.layers[-1].name
    flat = [part for part in batch.inside if part.saturated >= SATURATED and part.layer != last]
    flat = [part for part in flat if part.kept < SQUEEZED * part.steepest]
    if not flat:
        return None
    worst = min(flat, key=lambda part: part.kept / part.steepest)
    return Finding(
        "saturation",
        worst.layer,
        f"{worst.saturated:.0%} of what a {worst.activation} gives that is called in {worst.layer} or behind it is "
        f"saturated: its slope is {short(worst.slope)} there instead of {short(worst.steepest)}, and "
        f"{short(worst.kept)} of a gradient's norm is left in it (measured).",
        f"smaller numbers into that {worst.activation}: smaller weights or a smaller factor before it, or a "
        "normalisation.",
    )


def made_of_steps(batch: Batch) -> Finding | None:
    """An activation such as sign or round, which no other inputs and no other weights give a slope."""
    trained = itertools.accumulate((layer.weighted and layer.trainable for layer in batch.layers), max)
    pairs = zip(batch.layers, trained, strict=True)  # random features are meant to stay as they are
    layers = [layer for layer, heard in pairs if heard and layer.smooth and layer.steepest == 0]
    if not layers:
        return None
    first = layers[0]
    return Finding(
        "flat activation",
        first.name,
        f"{first.activation} has a slope of 0 wherever it was looked at: no gradient passes the activation of "
        f"{first.name}{and_more(layers)}; weights before it stay as they are.",
        "an activation with a slope, such as tanh, or one whose gradient is made by hand (tf.custom_gradient), as in "
        "a straight-through estimator.",
    )


def _clipped(layers: list[Layer], batch: Batch) -> Finding:
    """A rectifier that ends, as relu6 does, with most of what is active beyond its end."""
    worst = layers[0]
    evidence = (
        f"{worst.clipped:.0%} of what is above 0 in {worst.name} lies beyond the end of its {worst.activation}"
        f"{and_more(layers)}: its slope is 0 there as well"
    )
    return _why_flat(worst, evidence, batch)


def _why_flat(worst: Layer, evidence: str, batch: Batch) -> Finding:
    first = path.fed_by_the_input(batch)
    if worst.weighted and not worst.trainable and worst is batch.layers[-1]:
        return _sure_and_frozen(worst, evidence)
    if worst is first and worst.input_offset > OFF_CENTRE:
        return inputs_off_centre(worst, evidence, batch)
    if worst.offset > WEIGHTS_OFF_CENTRE:
        return weights_off_centre(worst, evidence)
    if worst is first and worst.input_rms > 5:
        return Finding(
            "saturation",
            worst.name,
            f"{evidence}, because its inputs are large (rms {short(worst.input_rms)}).",
            "standardise the inputs: subtract each feature's mean, divide by its standard deviation.",
        )
    if worst.gain > LARGE_GAIN and not worst.one_sided:  # about 0, large weights leave half of those passing
        return Finding(
            "weights too large",
            worst.name,
            f"{evidence}, because its weights are too large (gain {short(worst.gain)}, "
            f"about {short(path.needed(worst))} would do).",
            f"{path.initializer(worst)} kernels, or batch normalisation before the activation.",
        )
    if (large := large_behind(worst, evidence, batch)) is not None:
        return large
    if worst.input_rms > 5:
        return Finding(
            "saturation",
            worst.name,
            f"{evidence}, because what it takes in is large (rms {short(worst.input_rms)}).",
            "a normalisation of what it takes in, or smaller numbers into it.",
        )
    if worst.z_rms < USUAL_SIZE and worst.z_offset < OFF_CENTRE:
        return Finding(
            "saturation",
            worst.name,
            f"{evidence}, although its pre-activations are of a usual size (rms {short(worst.z_rms)}): it ends too "
            "soon for them.",
            "an activation that has a slope there, such as relu without a max_value, or tanh.",
        )
    return _far_out(worst, evidence)


def _sure_and_frozen(last: Layer, evidence: str) -> Finding:
    """A discriminator that knows made-up pictures, and a generator that is to learn from it."""
    return Finding(
        "saturation",
        last.name,
        f"{evidence}, and it is frozen: it is sure of its answers, and the layers before it, which are to change "
        "them, hear next to nothing.",
        "a loss with a slope where it is sure and the answer not wanted: -log D in place of log(1 - D), "
        "binary_crossentropy of targets of 1 from its logits.",
    )


def _far_out(worst: Layer, evidence: str) -> Finding:
    """Pre-activations that are large, or off centre: by biases, or by what comes in."""
    if worst.z_offset < 1:
        return Finding(
            "saturation",
            worst.name,
            f"{evidence}, because its pre-activations are large (rms {short(worst.z_rms)}): what it takes in has rms "
            f"{short(worst.input_rms)}{_gain_of(worst)}.",
            "batch normalisation before the activation, or what makes what it takes in smaller.",
        )
    mean = worst.z_rms * worst.z_offset / np.hypot(1, worst.z_offset)
    by_bias = bool(worst.bias_rms > 0.3 * mean)
    norm = worst.kind.endswith("Normalization")
    ways = [_shift_of_zeros(worst)] * by_bias + ["batch normalisation before the activation"] * (not norm)
    return Finding(
        "saturation",
        worst.name,
        f"{evidence}; its pre-activations lie {short(worst.z_offset)} standard deviations off centre"
        f"{'' if by_bias or norm else ', for the mean of what it takes in and not for its biases'}.",
        f"{' or '.join(ways) or 'an activation that has a slope there'}.",
    )


def _gain_of(layer: Layer) -> str:
    return f", its weights a gain of {short(layer.gain)}" if np.isfinite(layer.gain) else ""


def _shift_of_zeros(layer: Layer) -> str:
    norm = layer.kind.endswith("Normalization")
    return f"a shift (beta) of zeros in {layer.name}" if norm else "zero biases"


def _flat_share(layer: Layer) -> float:
    """The share of its activations that are flat; where they are so on one side only, of units that always are.

    gelu, like relu, is off for most examples in a net that learns: each unit is there for some of them.
    """
    return float((layer.saturated_units == 1).mean()) if layer.one_sided else layer.saturated


def _output_stuck(last: Layer, batch: Batch) -> bool:
    """Is a flat output to blame: it swallows the gradient although the loss is no better than a guess?"""
    if batch.guess is not None and batch.loss < batch.guess:
        return False
    sent = next((output.sent for output in batch.outputs if output.layer == last.name), batch.sent)
    # An activation in a layer of its own stands behind the gradient that the layer itself gets.
    return last.delta_norm < 0.1 * last.steepest * np.nanmax([last.gradient_norm, sent])
