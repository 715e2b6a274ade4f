"""Rules about what comes in: large, not centred, through weights that are not centred, through old statistics."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer, OddInput
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.thresholds import (
    FAINT,
    FLAT_GATE,
    HELD_GATES,
    OFF_CENTRE,
    SATURATED,
    SCALED,
    SHIFTED,
    SLOW_TO_SETTLE,
    SMALL_INPUT,
    STEPS_TO_SETTLE,
    UNVARIED,
    WEIGHTS_OFF_CENTRE,
)
from vgcourse.measure.diagnosis.words import and_more, short


def inputs_constant(batch: Batch) -> Finding | None:
    """Examples that are all equal."""
    if not batch.same_inputs:
        return None
    first = batch.layers[0].name
    return Finding(
        "inputs do not vary",
        first,
        f"All {batch.examples} examples that {first} takes in are equal: whatever the layers are like, the net can "
        "give but one answer, and what the layers make of real inputs cannot be measured.",
        "look at how X is loaded and scaled; a picture divided by 255 as whole numbers is 0 everywhere.",
    )


def one_input_of_zeros(batch: Batch) -> Finding | None:
    """Of several inputs one that is 0 throughout, and weights that hear nothing for it."""
    if not batch.zero_fed:
        return None
    layer, name = next(iter(batch.zero_fed.items()))
    return Finding(
        "inputs do not vary",
        layer,
        f"All that {layer} takes in is 0, in all {batch.examples} examples, as is the model's input {name}: its "
        "kernel gets no gradient, and nothing that comes this way tells the examples apart.",
        f"look at how {name} is loaded and scaled; whole numbers divided by more than they are give 0.",
    )


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


def inputs_too_large(batch: Batch) -> Finding | Unmeasured | None:
    """Only where it was seen that they do harm, and that to standardise them helps."""
    better, first = batch.standardised_loss, batch.large
    if better is None and first is not None and batch.guess is None:
        why = "of this loss it is not known what a constant answer gets"
        return Unmeasured(f"whether the inputs of {first.name} (rms {short(first.input_rms)}) are too large", why)
    if better is None or not batch.data_loss > 3 * batch.guess or not better < batch.loss / 2:
        return None
    return Finding(
        "inputs too large",
        first.name,
        f"{first.name} takes in numbers of size {short(first.input_rms)} (rms), and the loss starts at "
        f"{short(batch.loss)}, where a constant answer gets {short(batch.guess)}; the same weights get "
        f"{short(better)} on standardised inputs.",
        _standardised(batch, "standardise the inputs (a Normalization layer does), or divide pictures by 255."),
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
        f"Keras's own initializer, 'uniform' (rms 0.03), for {layer.name}, or a normalisation behind it.",
    )


def inputs_too_small(batch: Batch) -> Finding | None:
    """Only where it was seen that as many steps do better on standardised inputs."""
    first = path.takes_the_input(batch)
    if first is None or not 0 < first.input_rms < SMALL_INPUT or not _better_standardised(batch.odd):
        return None
    return Finding(
        "inputs too small",
        first.name,
        f"{first.name} takes in numbers of size {short(first.input_rms)} (rms), next to which a bias is large: "
        f"{_compared(batch.odd)}.",
        _standardised(
            batch, "standardise the inputs (a Normalization layer does), and look whether they are divided twice."
        ),
    )


def _better_standardised(odd: OddInput | None) -> bool:
    """Does the loss fall at least three times as far, and by more than half a hundredth?"""
    if odd is None:
        return False
    # A start that is worse is no credit to where the steps lead.
    start = min(odd.here[0], odd.standardised[0])
    fallen, could = odd.here[0] - odd.here[-1], start - odd.standardised[-1]
    return bool(could > max(3 * fallen, 0.005 * abs(odd.standardised[0])))


def _compared(odd: OddInput) -> str:
    return (
        f"{len(odd.here) - 1} steps take the loss from {odd.here[0]:.4g} to {odd.here[-1]:.4g}, with standardised "
        f"inputs from {odd.standardised[0]:.4g} to {odd.standardised[-1]:.4g} (tried on copies)"
    )


def gates_flat(batch: Batch) -> Finding | None:
    """Gates of a recurrent layer that its input alone holds open or shut."""
    flat = [layer for layer in batch.layers if layer.gates_flat >= SATURATED]
    if not flat:
        return _held_gates(batch)
    worst = flat[0]
    evidence = (
        f"What {worst.name} takes in (rms {short(worst.input_rms)}) drives {worst.gates_flat:.0%} of its gates "
        f"beyond {FLAT_GATE:g}{and_more(flat)}, before its past is added: there sigmoid and tanh have less than 6 % "
        "of their steepest slope"
    )
    if worst.input_rms > 5:
        return Finding(
            "inputs too large",
            worst.name,
            f"{evidence}.",
            "standardise what it takes in: subtract each feature's mean, divide by its standard deviation.",
        )
    return Finding("weights too large", worst.name, f"{evidence}.", "glorot_uniform for its kernel.")


def _held_gates(batch: Batch) -> Finding | None:
    """Gates that their biases hold open or shut, so that neither input nor past moves them."""
    held = [layer for layer in batch.layers if layer.gates_held >= HELD_GATES]
    if not held:
        return None
    return Finding(
        "saturation",
        held[0].name,
        f"The biases of {held[0].name} hold {held[0].gates_held:.0%} of its gates beyond {FLAT_GATE:g}"
        f"{and_more(held)}: there sigmoid and tanh have less than 6 % of their steepest slope, and neither the input "
        "nor the past moves them much.",
        "biases of 0, and 1 at the forget gate of an LSTM, as Keras begins.",
    )


def wrong_statistics(batch: Batch) -> Finding | None:
    """A normalisation by moving statistics that are not those of its input."""
    off = [layer for layer in batch.layers if layer.statistics_off is not None and _too_far(*layer.statistics_off)]
    if not off:
        return None
    shift, ratio = off[0].statistics_off
    return Finding(
        "wrong statistics",
        off[0].name,
        f"{off[0].name} normalises by moving statistics that are not those of its input{and_more(off)}: "
        f"the mean is {short(shift)} standard deviations away, the variance {short(ratio)} times that of the batch.",
        _told(off[0], batch)
        or _look_at_the_input(batch)
        + "let it train for an epoch (trainable=True, and training=True in the call), or load its statistics again.",
    )


def _told(layer: Layer, batch: Batch) -> str:
    """What is to be changed where fit does not tell a layer that it trains."""
    if layer.name not in batch.untold:
        return ""
    return (
        f"an argument training in call() of {batch.model} (def call(self, x, training=None)): without one fit() does "
        "not tell its layers that it trains, and moving statistics stay what they were."
    )


def unsettled(batch: Batch) -> Finding | None:
    """Moving statistics so slow that evaluate() and predict() still answer by what they started with."""
    slow = [layer for layer in batch.layers if _unsettled(layer, batch.steps_done)]
    if not slow or not batch.worse_by_moving or batch.steps_done < STEPS_TO_SETTLE:
        return None
    layer = slow[0]
    shift, ratio = layer.moving_off
    return Finding(
        "wrong statistics",
        layer.name,
        f"By its own statistics, as in training, the loss of this batch is {short(batch.loss)}, by the moving ones, "
        f"as in evaluate() and predict(), {short(batch.settled_loss)}. Those of {layer.name}{and_more(slow)} have a "
        f"mean {short(shift)} standard deviations away and {short(ratio)} times the variance: with "
        f"momentum={layer.momentum:g}, {100 * layer.momentum**batch.steps_done:.3g} % of them is what they started "
        f"with, {batch.steps_done:,} steps ago.",
        "momentum=0.9 or 0.99, or more steps.",
    )


def _unsettled(layer: Layer, steps: int) -> bool:
    """Does it take too many steps to half of the way, and are these not done? What that costs, the losses say."""
    if layer.moving_off is None or layer.statistics_off is not None or not layer.momentum**steps > 0.5:
        return False
    return layer.momentum >= 1 or np.log(0.5) / np.log(layer.momentum) > SLOW_TO_SETTLE


def _look_at_the_input(batch: Batch) -> str:
    if batch.large is None:
        return ""
    size = short(batch.large.input_rms)
    return f"inputs of the scale that the statistics are of (those of {batch.large.name} have {size}, rms); or "


def _too_far(shift: float, ratio: float) -> bool:
    return shift > SHIFTED or not 1 / SCALED < ratio < SCALED


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
    if not _better_standardised(batch.odd):
        return None
    evidence = f"{first.name} hardly sees what tells the examples apart"
    return inputs_off_centre(first, evidence, batch, _compared(batch.odd))


def _standardised(batch: Batch, otherwise: str) -> str:
    """What standardises the inputs: where it stands there already, that it has to see them first."""
    if not batch.unadapted:
        return otherwise
    return f"adapt(X) of {batch.unadapted[0]}: it has seen no inputs yet, and hands on what it takes in."


def inputs_off_centre(layer: Layer, evidence: str, batch: Batch, tried: str = "") -> Finding:
    """The finding that the inputs of `layer` are not centred; `evidence` is what follows from it."""
    return Finding(
        "not centred",
        layer.name,
        f"{evidence}, because the inputs are not centred: their mean is {short(layer.input_offset)} times "
        f"their standard deviation{': ' * bool(tried)}{tried}.",
        _standardised(
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
