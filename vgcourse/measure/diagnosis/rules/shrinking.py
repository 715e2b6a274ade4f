"""Rules about weights that are driven to 0: a decay at every step, a price that outweighs the data."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import DEAR, DECAYS, SHRUNK, USUAL_DECAY
from vgcourse.measure.diagnosis.words import share, short


def decays(batch: Batch) -> Finding | None:
    """A weight decay that takes off more than steps can learn."""
    if not batch.compiled or not batch.decay > DECAYS:
        return None
    moved = [layer for layer in batch.layers if layer.weighted and layer.trainable]
    if not moved:
        return None
    name = moved[0].name
    steps = np.log(0.01) / np.log1p(-batch.decay) if batch.decay < 1 else 1
    kept = (
        f"so that after {max(1, round(steps)):,} steps 1 % is left of what a step has learnt"
        if batch.decay < 1
        else "so that nothing is left of what a step has learnt"
    )
    return Finding(
        "weight decay too large",
        name,
        f"Every step of {batch.optimizer} takes {batch.decay:.2g} of its size off each weight that decays, in {name} "
        f"and behind it (weight_decay times the learning rate), {kept}.",
        f"a weight decay of {_usual_decay(batch.rate):g} or less: a step's share is that times the learning rate.",
    )


def _usual_decay(rate: float) -> float:
    """0.1, or what does little at a large rate."""
    return float(f"{min(0.1, USUAL_DECAY / rate):.1g}") if rate > 0 else 0.1


def leashed(batch: Batch) -> Finding | None:
    """A constraint on kernels, applied after every step, that leaves them too small to pass anything on."""
    if not batch.leashes:
        return None
    worst = min(batch.leashes, key=lambda leash: leash.kept)
    more = len(batch.leashes) - 1
    return Finding(
        "regularization too strong",
        worst.layer,
        f"After every step {worst.constraint} leaves the kernel of {worst.layer} {share(worst.kept)} the size that "
        f"glorot_uniform gives it{f', and {more} more are held like it' * bool(more)}: what passes through it "
        "shrinks as much, whatever it has learnt.",
        "a constraint that leaves room, such as MaxNorm(2), or none.",
    )


def dear(batch: Batch) -> Finding | None:
    """With all weights at 0 the loss is about that of a constant answer: no minimum costs more."""
    free = batch.free if batch.guess is None else batch.guess
    if not batch.prices or not free or not free > 0:
        return None
    lacking = {layer.name: path.needed(layer) / layer.gain for layer in batch.layers if layer.gain > 0}
    shrunk = {name: times for name, times in lacking.items() if times > SHRUNK}
    # Weights that have shrunk already are as dear as those that keep the size of a signal would be.
    costs = [(p.value * shrunk.get(p.layer, 1.0) ** p.degree, p) for p in batch.prices]
    total, now = sum(cost for cost, _ in costs), sum(p.value for p in batch.prices)
    if not total > DEAR * free:
        return None
    worst = max(batch.prices, key=lambda price: price.value)
    size = (free / total) ** (1 / worst.degree)
    whose = "" if total < 1.5 * now else f" (weights that keep the size of a signal would cost {short(total)})"
    return Finding(
        "regularization too strong",
        worst.layer,
        f"Of the loss ({short(batch.loss)}), {short(now)} is the price that regularizers put on the weights{whose}, "
        f"most of it on {worst.layer}. {_without(batch, free)}: training drives the weights to less than "
        f"{short(size)} of the size they need{', whatever the data' * (batch.guess is not None)}.",
        f"a factor in the regularizer that is smaller by {short(total / free)} or more.",
    )


def held_down(batch: Batch) -> Finding | None:
    """An activity regularizer that asks far more than a constant answer costs, which needs no activity at all."""
    if not batch.held_down or not batch.guess or not batch.added > DEAR * batch.guess:
        return None
    return Finding(
        "regularization too strong",
        batch.held_down,
        f"Of the loss ({short(batch.loss)}), {short(batch.added)} is added for what layers give, most of it by the "
        f"activity regularizer of {batch.held_down}. A constant answer would get about {short(batch.guess)} in all, "
        f"with {batch.held_down} at 0: training drives it there.",
        f"a factor in the regularizer that is smaller by {short(10 * batch.added / batch.guess)} or more.",
    )


def _without(batch: Batch, free: float) -> str:
    if batch.guess is None:
        return f"With these weights at 0 the loss is {short(free)} in all (tried on a copy)"
    return f"A constant answer with weights of 0 would get about {short(free)} in all"
