"""A gradient that grows on its way back: by whose weights, slopes, or what lies between layers."""

import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis import places
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.rules.inputs.size import large_behind
from vgcourse.measure.diagnosis.thresholds import (
    EXPLODED,
    EXPLODED_BESIDE_NORMS,
    GROWS_BESIDE_NORMS,
    LARGE_GAIN,
    MOST_BESIDE_NORMS,
    STRONG_ENOUGH,
    STRONG_FACTOR,
    STRONG_PRODUCT,
)
from vgcourse.measure.diagnosis.words import share, short

# Twice the kernel gives twice as much behind these.
_WITHOUT_A_SIZE = ("linear", "relu", "leaky_relu")


def limit_beside_norms(layers: int) -> float:
    """What a healthy net of so many layers with normalisations and roads around them stays below."""
    return float(np.clip(GROWS_BESIDE_NORMS**layers, EXPLODED_BESIDE_NORMS, MOST_BESIDE_NORMS))


def exploding(batch: Batch) -> Finding | None:
    """A gradient that grows from layer to layer on its way back."""
    chain = path.chain(batch)
    if len(chain) < 2:
        return None
    reach = path.reach(chain, batch)
    factors = path.factors(chain)
    compound = path.geometric(factors) > STRONG_FACTOR and np.prod(factors) > STRONG_PRODUCT
    # The product is arithmetic: it counts where the measured gradient grows as it says.
    compound = compound and path.agree(reach, factors) and not path.without_scale(chain)
    # Weights before a normalisation have no scale, so that the size of their gradient says less; skip connections
    # carry the rest.
    normalised = not batch.plain and any(layer.kind.endswith("Normalization") for layer in chain)
    limit = limit_beside_norms(len(chain)) if normalised else EXPLODED
    loud = path.weighed(reach, chain)
    if np.isnan(reach).all() or (not (compound and not normalised) and np.nanmax(loud) < limit):
        return None
    worst, times = chain[int(np.nanargmax(loud))], share(reach[int(np.nanargmax(loud))])
    if batch.added > 0.5 * abs(batch.loss):
        return _driven(worst, times, batch)
    culprit = path.one_culprit(chain, largest=True)
    start = f"The gradient explodes: {worst.name} gets {times} what the loss sends"
    if culprit is not None:
        return Finding(
            "weights too large",
            culprit.name,
            f"{start}, nearly all of it from the weights of {culprit.name} "
            f"({path.strength_in_words(culprit)}, about {short(path.needed(culprit))} would keep the size).",
            f"initialise {culprit.name} again with {path.initializer(culprit)}{_meanwhile(batch)}.",
        )
    if worst.name in path.queries_and_keys(batch) and (large := large_behind(worst, start, batch)) is not None:
        return large
    if (place := _at_one_place(batch, chain, reach, start)) is not None:
        return place
    if batch.plain and path.without_scale(chain):
        return _normalised(chain, reach, worst, start)
    known = path.agree(reach, factors) and len(factors) > 0
    strong = path.strongest(chain)[0] if known and batch.plain else worst
    weights, slope = short(path.geometric(path.gains(chain))), short(path.typical_slope(chain))
    why = f" (weights {weights}{_from(strong, worst)}, slope {slope})" if known else ""
    pace = f": each hidden layer multiplies it by about {short(path.per_layer(reach, chain))}" if batch.plain else ""
    return Finding(
        "exploding",
        strong.name,
        f"{start}{pace}{why}.",
        f"{_calmer(chain, strong, batch)}{_meanwhile(batch)}.",
    )


def _at_one_place(batch: Batch, chain: list[Layer], reach: np.ndarray, start: str) -> Finding | None:
    """Most of the growth in one layer, or between two."""
    if (rise := places.largest_rise(batch, reach)) is not None:
        where, times, how = rise
        riser = next(layer for layer in chain if layer.name == where)
        if _by_its_weights(riser, times):
            return Finding(
                "weights too large",
                where,
                f"{start}, most of it from the weights of {where} (gain {short(riser.gain)}, about "
                f"{short(path.needed(riser))} would keep the size).",
                f"initialise {where} again with {path.initializer(riser)}{_meanwhile(batch)}.",
            )
        return Finding(
            "exploding",
            where,
            f"{start}, most of it from what happens {how}, which multiplies it by {short(times)}.",
            "look at what is computed there: its scale, its slopes, how many numbers it sums up.",
        )
    if not batch.plain and (jump := places.jump(chain, reach)) is not None:
        before, after, times = jump
        return Finding(
            "exploding",
            before.name,
            f"{start}. Nearly all of it comes at one place: {before.name} gets {short(times)} times what "
            f"{after.name} gets, which is called next.",
            f"look behind {before.name} for a large factor, an exponential, or how many numbers are summed up.",
        )
    return None


def _by_its_weights(layer: Layer, times: float) -> bool:
    """Is what a layer multiplies a gradient by the size of its kernel, more or less?"""
    return layer.gain > LARGE_GAIN * path.needed(layer) and 0.2 < layer.gain / times < 5


def _calmer(chain: list[Layer], strong: Layer, batch: Batch) -> str:
    """What makes a gradient grow less, of what is not so already."""
    if batch.plain and not path.loud(chain) and not path.strength(strong) > 1 / STRONG_ENOUGH:
        return "smaller weights, or fewer layers"
    if batch.plain or path.loud(chain):
        return f"{path.initializer(path.with_kernel(chain, strong))} kernels"
    norm = "" if path.has_normalisation(chain) else " or a normalisation"
    return f"a factor of 1/sqrt(depth){norm} on residual branches, smaller weights"


def _meanwhile(batch: Batch) -> str:
    """Clipping keeps steps along an exploded gradient short; Adam's are so anyway. Eight relu layers of N(0, 1) were
    seen to learn circles with Adam, and not with Adam and global_clipnorm=1.0."""
    return "; global_clipnorm=1.0 meanwhile" if batch.optimizer.startswith("SGD") else ""


def _normalised(chain: list[Layer], reach: np.ndarray, worst: Layer, start: str) -> Finding:
    """A chain whose layers each have a normalisation: the size of their kernels changes nothing."""
    norms = [layer for layer in chain if layer.kind.endswith("Normalization")]
    pace = _pace_of_pairs(reach, chain)
    known = {(layer.kind, layer.activation) for layer in norms} == {("BatchNormalization", "relu")}
    if known and abs(pace - 1.21) < 0.2:
        why = (
            "batch normalisation before relu multiplies it by 1.21 per layer at initialisation, whatever the weights "
            f"(measured here: {short(pace)})"
        )
    else:
        kernels = [layer for layer in chain[:-1] if np.isfinite(layer.gain)]
        straight = all(layer.activation in _WITHOUT_A_SIZE for layer in kernels)
        why = f"a kernel and its normalisation together multiply it by about {short(pace)}"
        why += ", whatever the size of the kernel, by which the normalisation divides" * straight
    return Finding(
        "exploding",
        worst.name,
        f"{start}: {why}.",
        "skip connections around the normalised layers, or fewer of them.",
    )


def _pace_of_pairs(reach: np.ndarray, chain: list[Layer]) -> float:
    """The factor of a kernel and its normalisation together."""
    return path.per_layer(reach[::2], chain[::2])


def _driven(worst: Layer, times: str, batch: Batch) -> Finding:
    """What a layer adds to the loss in the middle of the net: that gradient has not come from the outputs."""
    return Finding(
        "regularization too strong",
        batch.dearest,
        f"Of the loss ({short(batch.loss)}), {short(batch.added)} is added in the middle of the net (add_loss or a "
        f"regularizer of activities), most of it by {batch.dearest}: {worst.name} gets {times} what the loss "
        "sends into the outputs, so that training follows what is added and hardly the answers.",
        f"a smaller factor on what {batch.dearest} adds, or smaller numbers into it.",
    )


def exploding_beside_roads(batch: Batch) -> Finding | None:
    """Where roads lead around layers, as skips do, units that die are what a growing stream does to them."""
    return None if batch.plain else exploding(batch)


def _from(layer: Layer, named: Layer) -> str:
    """Where it begins, if that is another layer than the one that the sentence has named."""
    return "" if layer is named else f" from {layer.name} on"
