"""A gradient that shrinks on its way back: by whose weights, slopes, or what lies between layers."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis import places, starts
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.centre import weights_off_centre
from vgcourse.measure.diagnosis.thresholds import (
    DEAD_FROM_UNITS,
    LARGE_INPUT,
    SQUEEZED,
    VANISHED,
    WEAK_FACTOR,
    WEAK_PRODUCT,
    WEIGHTS_OFF_CENTRE,
)
from vgcourse.measure.diagnosis.words import and_more, share, short


def vanishing(batch: Batch) -> Finding | None:
    """A gradient that shrinks from layer to layer until the lowest hear next to nothing."""
    chain = path.chain(batch)
    # A layer that starts at 0 lets nothing through at first, and no longer after its first step.
    chain = starts.without_silenced(chain, batch)
    # What is frozen from the input on is not to hear anything.
    chain = list(itertools.dropwhile(lambda layer: not layer.trainable, chain))
    if len(chain) < 2 or starts.starts_flat(chain[-1]):
        return None
    reach, factors = path.reach(chain, batch), path.factors(chain)
    lost = np.maximum.accumulate(np.nan_to_num(reach, nan=np.inf)) < VANISHED
    compound = len(factors) > 1 and path.geometric(factors) < WEAK_FACTOR and np.prod(factors) < WEAK_PRODUCT
    # One softmax may be a bottleneck that is meant, and the notes tell what it lets through.
    compound = compound and path.agree(reach, factors) and sum(layer.across < 1 for layer in chain[:-1]) != 1
    compound = compound and not path.without_scale(chain)
    bottlenecks = [layer.across for layer in chain[:-1] if layer.across == layer.slope and layer.across < SQUEEZED]
    compound = compound or (len(bottlenecks) > 1 and np.prod(bottlenecks) < WEAK_PRODUCT**2)
    if not lost.any() and not compound:
        return None
    return _name_the_loss(chain, reach, batch, int(lost.sum()) or len(chain))


def _name_the_loss(chain: list[Layer], reach: np.ndarray, batch: Batch, deaf: int) -> Finding:
    """deaf: so many layers from the first on hear next to nothing. Behind them a query may hear as little in a well
    net."""
    least = int(np.nanargmin(reach[:deaf]))
    first = chain[least]
    start = f"The gradient vanishes on its way back: {first.name} gets {share(reach[least])} what the loss sends"
    off = [layer for layer in chain if layer.offset > WEIGHTS_OFF_CENTRE]
    if len(off) * 2 > len(chain):
        return weights_off_centre(off[0], start)
    if squeezed := places.squeezed(chain, reach):
        return _squeezed(squeezed, start)
    if (stop := places.stop(batch) or places.stop_behind(first, batch)) is not None:
        return Finding(
            "vanishing",
            stop.name,
            f"{start}, all of it lost in {stop.name}, which passes on nothing of what comes back to it"
            f"{_of_one_number(stop)}.",
            f"no {stop.name} there, or what lets a gradient through.",
        )
    if first.output > LARGE_INPUT and any(layer.kind.endswith("Normalization") for layer in _next(chain, first)):
        return Finding(
            "weights too large",
            first.name,
            f"{start}. What it gives is of size {short(first.output)} (rms), and the normalisation behind it divides "
            "what comes back by as much.",
            f"smaller weights in {first.name}.",
        )
    if (held := places.held_at_0(chain, batch)) is not None:
        return Finding(
            "weights too small",
            held.name,
            f"{start}, all of it lost in {held.name}: its kernel is 0, and frozen, so that no step changes that.",
            "trainable=True for it, and compile again, or the weights that it was to be frozen with.",
        )
    culprit = path.one_culprit(chain, largest=False)
    if culprit is not None:
        return Finding(
            "weights too small",
            culprit.name,
            f"{start}, nearly all of it lost in {culprit.name} ({path.strength_in_words(culprit)}, about "
            f"{short(path.needed(culprit))} would keep its size).",
            f"initialise {culprit.name} again with {path.initializer(culprit)}.",
        )
    if (leak := places.largest_drop(batch, reach)) is not None:
        where, kept, how = leak
        lost = f"most of it lost {how}, where {short(kept)} of it is left" if kept else f"all of it lost {how}"
        return Finding(
            "vanishing",
            where,
            f"{start}, {lost}.",
            "look at what is computed there: its scale, its slopes, how many numbers it averages over.",
        )
    return _spread_out(chain, reach, first, start, batch, deaf)


def _squeezed(layers: list[Layer], start: str, much: str = "most of it") -> Finding:
    """Softmax and the like as an activation between layers."""
    worst = min(layers, key=lambda layer: layer.across)
    return Finding(
        "flat activation",
        worst.name,
        f"{start}, {much} lost in {worst.activation}, the activation of {worst.name}{and_more(layers)}: it makes "
        f"each number of several, and lets {short(worst.across)} of a gradient's norm "
        "through (measured).",
        f"relu with he_normal between layers{'; softmax belongs to the output' * ('softmax' in worst.activation)}.",
    )


def _next(chain: list[Layer], layer: Layer) -> list[Layer]:
    """The layer behind it in the chain, if there is one."""
    return [after for before, after in itertools.pairwise(chain) if before is layer]


def _of_one_number(layer: Layer) -> str:
    return ": of one number a normalisation leaves nothing but its shift" if layer.together == 1 else ""


def _no_reason(chain: list[Layer], gain: float, slope: float) -> str:
    parts = []
    if len(path.gains(chain)):
        parts.append(f"weights (gain {short(gain)})")
    if any(layer.unit_slope is not None for layer in chain[:-1]):
        parts.append(f"slopes ({short(slope)})")
    if not parts:
        return "neither gains nor slopes are known of the layers on the way"
    return f"{' and '.join(parts)} do not account for it"


def _from(layer: Layer, named: Layer) -> str:
    """Where it begins, if that is another layer than the one that the sentence has named."""
    return "" if layer is named else f" from {layer.name} on"


def _shrunk(small: list[Layer], start: str) -> Finding:
    """What recurrent layers pass on follows from no gain; that kernels are far below their usual size shows."""
    size = short(path.geometric([layer.glorot for layer in small]))
    return Finding(
        "weights too small",
        small[0].name,
        f"{start}. The kernel of {small[0].name} is small{and_more(small)}: {size} of the size that glorot_uniform "
        "gives it.",
        f"{path.initializer(small[0])} kernels.",
    )


def _spread_out(chain, reach, first, start, batch: Batch, deaf: int) -> Finding:
    if (behind := places.lost_behind(chain, reach)) is not None:
        last, left = behind
        return Finding(
            "vanishing",
            last.name,
            f"{start}, most of it lost between {last.name} and the output: {last.name} itself gets {share(left)} "
            "that, and neither its slopes nor the weights behind it account for it.",
            "look at what is computed there: its scale, its slopes, how many numbers it averages over.",
        )
    pace = f"{start}, about {short(path.per_layer(reach, chain))} of it per hidden layer"
    gains, slope = path.gains(chain), path.typical_slope(chain)
    gain, weak = path.geometric(gains), path.weakest(chain) if len(gains) else [first]
    needed = path.needed(weak[0])
    by_weights = np.log(needed / gain) if gain > 0 else np.inf
    by_slope = -np.log(max(slope * needed, 1e-30))
    if not path.agree(reach, path.factors(chain)):
        if (small := path.shrunk(chain)) is not None:
            return _shrunk(small, start)
        return Finding(
            "vanishing",
            first.name,
            f"{start}. Not measured: why, because {_no_reason(chain, gain, slope)}.",
            _look_behind(chain, chain[deaf - 1])
            if first.delta_norm == 0 or not batch.plain
            else _shorter(chain, batch),
        )
    if max(by_weights, by_slope) < 0.1:
        return Finding(
            "vanishing",
            first.name,
            f"{pace}; neither the weights (gain {short(gain)}) nor the slopes ({short(slope)}) are small.",
            _shorter(chain, batch),
        )
    if by_weights >= by_slope:
        passed_on = path.geometric([layer.gain for layer in weak[weak[0] is chain[0] and len(weak) > 1 :]])
        return Finding(
            "weights too small",
            weak[0].name,
            f"{pace}, because the weights are too small{_from(weak[0], first)}: they pass on {short(passed_on)} of a "
            f"gradient, {weak[0].activation} needs about {short(needed)}.",
            f"{path.initializer(weak[0])} kernels.",
        )
    flat = path.flattest(chain)
    if flat[0].unit_slope is None:
        return _squeezed(flat, start, "more than in any other activation")
    theirs = path.geometric([layer.slope for layer in flat])
    return Finding(
        "flat activation",
        flat[0].name,
        f"{pace}, because {flat[0].activation} is flat{_from(flat[0], first)}: its slope is {short(theirs)}, "
        f"never above {short(flat[0].steepest)}, and the weights (gain {short(gain)}) do not make up for it.",
        _steeper(flat),
    )


def _look_behind(chain: list[Layer], first: Layer) -> str:
    """Where to look for what is no layer with weights: behind the last one that hears nothing at all."""
    deaf = [layer for layer in chain if layer.delta_norm == 0]
    if deaf:
        return f"look behind {deaf[-1].name} for a factor of 0, a gate that is shut or a mask that leaves it out."
    return f"look behind {first.name} for a small factor, a gate that is nearly shut or a mask that leaves much out."


def _shorter(chain: list[Layer], batch: Batch) -> str:
    """What shortens a long way, of what is not there already."""
    ways = ["skip connections"] * batch.plain + ["normalisation between layers"] * (not path.has_normalisation(chain))
    return f"{', '.join(ways)}{',' * (len(ways) > 1)}{' or ' * bool(ways)}fewer layers."


def _steeper(flat: list[Layer]) -> str:
    """In the order of what 200 steps of Adam made of ten and twenty such layers; of few units relu's may all die.

    Skip connections and layer normalisations left them where they were, or little better (tests/net_remedies.py).
    """
    ways = ["relu with he_normal", "batch normalisation before each of them", "tanh with glorot_uniform"]
    if flat[0].units < DEAD_FROM_UNITS:
        ways = ways[::-1]
    return f"{ways[0]}, {ways[1]}, or {ways[2]}."
