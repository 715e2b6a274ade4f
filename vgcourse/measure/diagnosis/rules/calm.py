"""What is said when nothing is wrong, or nothing could be measured."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis import starts
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.loss import DISTANCES
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import CUT_SHORT, LOUD_AT_ZERO, VANISHED
from vgcourse.measure.diagnosis.words import share, short


def silent(batch: Batch) -> Finding | None:
    """The loss sends nothing at all: whatever the layers are like, it cannot be seen from here."""
    if batch.sent != 0:
        return None
    last = batch.layers[-1].name
    if any(layer.kernel_gradient > 0 for layer in batch.layers):
        return Finding(
            "not measured",
            last,
            f"Not measured: how the layers pass the gradient on, because the loss ({batch.loss:.3g}) is not computed "
            "of what the model answers: it calls layers itself, and is heard in the weights all the same.",
            "the columns kernel_gradient and update_ratio of .layers, or GradientCapture in fit(): they hold for "
            "this loss, too.",
        )
    if batch.loss <= 1e-12:
        why, remedy = _why_nothing_is_sent(batch)
        return Finding(
            "not measured",
            last,
            f"Not measured: the layers, because the loss is {batch.loss:g} at {last} and sends no gradient{why}.",
            remedy,
        )
    if (cut := _cut_short(batch)) is not None:
        return cut
    return Finding(
        "not measured",
        last,
        f"Not measured: the layers, because the loss ({batch.loss:.3g}) has no gradient at all at the output {last}: "
        "it is flat there, or depends on it by a step (argmax, round, a comparison).",
        "a look at what makes the answers so that this loss is flat there."
        if any("crossentropy" in output.loss or output.loss in DISTANCES for output in batch.outputs)
        else "a loss with a slope, such as a cross-entropy or the squared error.",
    )


def _cut_short(batch: Batch) -> Finding | None:
    """Probabilities so sure, and wrong, that a cross-entropy takes them for the least that it knows."""
    for output in batch.outputs:
        sure = np.minimum(output.values, 1 - output.values).max() < CUT_SHORT
        if output.deaf == 1 and sure and "crossentropy" in output.loss and output.head in ("sigmoid", "softmax"):
            return Finding(
                "saturation",
                output.layer,
                f"All answers of {output.layer} are 0 or 1, to within {CUT_SHORT:g}, and those that are wrong cost "
                f"{batch.loss:.3g}: so near the ends of {output.head} {output.loss.replace('_', ' ')} counts them as "
                "Keras's epsilon of 1e-7, and has no slope.",
                "from_logits=True with a linear output: then it has one however sure an answer is.",
            )
    return None


def _why_nothing_is_sent(batch: Batch) -> tuple[str, str]:
    """(what makes a loss 0, what to try): answers that are right, weights of 0, or a loss that leaves all out."""
    if batch.weighs_nothing:
        return f": all {batch.examples} sample weights of this batch are 0", "a batch with weights above 0."
    if batch.guess is not None and batch.guess > 0:
        return "", "a batch that it does not answer perfectly yet."
    return (
        ": either all answers are right, or the loss leaves all examples out or multiplies them by 0",
        "a batch that it does not answer perfectly yet, and a look at what masks, labels to ignore, loss weights and "
        "factors leave of it.",
    )


def loud_at_zero(batch: Batch) -> Finding | None:
    """Answers of exactly 0, at which a loss of directions is next to infinitely steep: they drown the rest."""
    found = [output for output in batch.outputs if 0 < output.zero_share < 1 and output.louder_at_zero > LOUD_AT_ZERO]
    if not found:
        return None
    one = found[0]
    count = round(one.zero_share * batch.examples)
    why = ": it compares directions, and an answer of 0 has none" if one.loss == "cosine_similarity" else ""
    return Finding(
        "not measured",
        one.layer,
        f"Not measured: how the layers pass the gradient on, because {one.layer} answers {count} of {batch.examples} "
        f"examples with exactly 0, and there the loss sends {short(one.louder_at_zero)} times what it sends "
        f"elsewhere{why}.",
        "a bias other than 0 in the layers, or more units, so that no example is answered with 0; fit() goes on from "
        "the others.",
    )


def nothing_to_train(batch: Batch) -> Finding | None:
    """A net none of whose weights is trainable."""
    weighted = [layer for layer in batch.layers if layer.weighted]
    if any(layer.trainable for layer in weighted):
        return None
    first = weighted[0].name
    return Finding(
        "no gradient",
        first,
        f"All {len(weighted)} layers with weights are frozen, from {first} on: a training step changes nothing.",
        "trainable=True for the layers that are to learn, and compile again.",
    )


def cut_off(batch: Batch) -> Finding | None:
    """Layers that were computed and are to be trained, and are not connected to the loss by any slope."""
    cut = _cut(batch)
    # Of several outputs one may be without a loss on purpose.
    if not cut or len(batch.outputs) > 1:
        return None
    return Finding(
        "no gradient",
        cut[0].name,
        f"No gradient at all reaches {_names(cut)}: no path with a slope leads from there to the loss, so that "
        "the weights there stay as they are.",
        "look behind it for stop_gradient, argmax, a cast to whole numbers or a detour through NumPy; or freeze it "
        "(trainable=False) where it is meant so.",
    )


def _cut(batch: Batch) -> list[Layer]:
    return [layer for layer in batch.layers if layer.weighted and layer.trainable and np.isnan(layer.kernel_gradient)]


def not_its_own(batch: Batch) -> Finding | None:
    """Weights that the answers hang on, and that belong to no layer of the model."""
    if not batch.foreign:
        return None
    shapes = ", ".join(map(str, batch.foreign[:3])) + "…" * (len(batch.foreign) > 3)
    one = len(batch.foreign) == 1
    those = "a weight tensor that is none" if one else f"{len(batch.foreign)} weight tensors that are none"
    they = (
        "it hears the loss, and fit() leaves it as it is"
        if one
        else "they hear the loss, and fit() leaves them as they are"
    )
    return Finding(
        "no gradient",
        batch.called_by,
        f"The answers of {batch.model} hang on {those} of its own (shape{'s' * (not one)} {shapes}): {they}.",
        "layers as attributes of the model, made once and not in call(), a Lambda or an object that Keras does not "
        "know; trainable=False for those that are meant to stay.",
    )


def healthy(batch: Batch) -> Finding:
    """What is left where no rule found a fault: gradients arrive, and none of the above."""
    chain = path.chain(batch)
    # The last layer in the way that is still at 0: all that the loss sends stops there.
    zero = next((layer for layer in reversed(chain) if layer.kernel_rms == 0 and layer.trainable), None)
    if zero is not None and (zero is chain[-1] or chain[0].delta_norm == 0):
        return Finding(
            "healthy",
            zero.name,
            f"Healthy: {zero.name} {_stands(batch)} at exactly 0, so that the layers before it hear nothing until "
            f"its {_first(batch)} step; ask again after that.",
            "",
        )
    if chain and starts.starts_flat(chain[-1]):
        return Finding(
            "healthy",
            chain[-1].name,
            f"Healthy: all weights of {chain[-1].name} are one number, so that what comes back to its units sums to "
            f"0 and the layers before it hear nothing until its {_first(batch)} step; ask again after that.",
            "",
        )
    if chain and starts.small_head(chain[-1]) and chain[0].delta_norm < VANISHED * path.sent(batch):
        head = chain[-1]
        return Finding(
            "healthy",
            head.name,
            f"Healthy: {head.name} {'is' if batch.steps_done else 'starts'} small ({short(head.glorot)} of Glorot's "
            "size), so that the layers before it hear little until it has made some steps; ask again after that.",
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
    if len(chain) < 2 or np.isnan(path.reach(chain, batch)).all():
        return Finding("healthy", name, f"Healthy: {name} is next to the loss, no gradient is lost.", "")
    reach = path.reach(chain, batch)
    return Finding(
        "healthy",
        name,
        f"Healthy: the loss is heard {_where(chain, reach, batch)}; "
        f"{chain[0].name} gets {share(reach[0])} what it sends"
        + (
            f", a factor of about {short(path.per_layer(reach, chain))} per hidden layer."
            if batch.plain and len(chain) > 3
            else "."
        ),
        "",
    )


def _stands(batch: Batch) -> str:
    return "stands" if batch.steps_done else "starts"


def _first(batch: Batch) -> str:
    return "next" if batch.steps_done else "first"


def _where(chain: list[Layer], reach: np.ndarray, batch: Batch) -> str:
    """In every layer, as far as that is so: keys and queries, or gates, may hear little in a well net."""
    faint = [layer.name for layer, r in zip(chain, reach, strict=True) if not r >= VANISHED]
    if not faint and (cut := _cut(batch)):
        return f"in every layer but {_names(cut)}, which no gradient reaches"
    if not faint:
        return "in every layer" + f", {_listed(batch.unopened)} taken as one" * bool(batch.unopened)
    return f"from the first layer on (less than {VANISHED:g} of it in {_listed(faint)})"


def _names(layers: list[Layer]) -> str:
    return _listed([layer.name for layer in layers])


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
