"""The place on a gradient's way back where it is lost, or grows: in a layer, or between two."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis.chain import chain, sent, without_scale
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.thresholds import JUMPS, VANISHED


def largest_drop(batch: Batch, reach: np.ndarray) -> tuple[str, float, str] | None:
    """(layer, what is left, where in words) of the one place that loses most of a plain chain's gradient."""
    # What is exactly nothing has not come from a place that leaves something.
    if (reach == 0).any():
        return _silent_place(batch)
    total, places = np.log(np.nanmin(reach)), _places(batch)
    if not places or not np.isfinite(total):
        return None
    kept, name, place = min(places)
    if np.log(kept) < 0.6 * total:
        return name, kept, place
    # What is computed in several places, and is no activation that is known: a softmax by a function, a factor.
    known = {layer.name for layer in batch.layers if layer.unit_slope is not None}
    places = [p for p in sorted(_between(batch)) if p[0] < 1 and p[1] not in known]
    if sum(np.log(p[0]) for p in places) < 0.6 * total:
        kept, name, place = places[0]
        return name, kept, f"in {len(places)} places, the most {place}"
    return None


def lost_behind(chain: list[Layer], reach: np.ndarray) -> tuple[Layer, float] | None:
    """(the last hidden layer, what it hears), where most is lost behind it and one layer's factor is not why."""
    if len(chain) < 2 or not 0 < reach[-2] < 1 or not np.nanmin(reach) > 0:
        return None
    if not reach[-1] > 10 * reach[-2]:  # what the output layer does not get itself is lost behind it
        return None
    last, out = chain[-2], chain[-1]
    known = last.slope * (out.gain if np.isfinite(out.gain) else 1.0)
    most = np.log(reach[-2]) < 0.6 * np.log(np.nanmin(reach))
    return (last, float(reach[-2])) if most and reach[-2] < VANISHED**0.5 * min(known, 1.0) else None


def squeezed(chain: list[Layer], reach: np.ndarray) -> list[Layer]:
    """Hidden layers whose activation makes a number of several, as softmax does, where most is lost in these."""
    found = [layer for layer in chain[:-1] if layer.across < 1 and layer.across == layer.slope]
    if np.nanmin(reach) == 0:
        return [layer for layer in found if layer.across == 0]
    most = sum(np.log(max(layer.across, 1e-300)) for layer in found) < 0.6 * np.log(np.nanmin(reach)) < 0
    return found if most else []


def _silent_place(batch: Batch) -> tuple[str, float, str] | None:
    """As `largest_drop`, of a plain chain: where what is still loud becomes exactly nothing."""
    layers = [layer for layer in batch.layers if np.isfinite(layer.gradient_norm) and layer.weighted]
    for before, after in reversed(list(itertools.pairwise(layers)) if batch.plain else []):
        if before.gradient_norm == 0 and after.delta_norm > VANISHED * sent(batch):
            inside = after.passed == 0
            place = f"in {after.name}" if inside else f"between {before.name} and {after.name}"
            return (after.name if inside else before.name), 0.0, place
    return None


def largest_rise(batch: Batch, reach: np.ndarray) -> tuple[str, float, str] | None:
    """As `largest_drop`: the one place that adds most to what grows; None where it is spread out.

    What a kernel multiplies a normalisation behind it divides by, so that neither alone is a rise.
    """
    total = np.log(np.nanmax(reach))
    places = _between(batch) if without_scale(chain(batch)) else _places(batch)
    if not places or not np.isfinite(total):
        return None
    times, name, place = max(places)
    return (name, times, place) if np.log(times) > 0.6 * total > 0 else None


def jump(chain: list[Layer], reach: np.ndarray) -> tuple[Layer, Layer, float] | None:
    """(layer, the one called next, how much more the first hears), where that is most of what a gradient grows by.

    Where roads lead around layers no chain tells what passes a gradient to which; their order in the call shows where
    it grows all the same, as far as all of it passes there.
    """
    heard = np.array([r if r > 0 else np.nan for r in reach])
    times = heard[:-1] / heard[1:]
    if not np.isfinite(times).any():
        return None
    k = int(np.nanargmax(times))
    total = np.nanmax(heard)
    # What stands before the place hears as much, or as little as a query and a key do beside it.
    most = times[k] > JUMPS * total**0.6 and heard[k] > 0.1 * total
    return (chain[k], chain[k + 1], float(times[k])) if most else None


def _places(batch: Batch) -> list[tuple[float, str, str]]:
    """(what the gradient is multiplied by, layer, where in words) in each layer and between layers of a chain."""
    layers = [layer for layer in batch.layers if np.isfinite(layer.gradient_norm) and layer.weighted]
    drops = [
        (layer.passed * layer.delta_norm / layer.gradient_norm, layer.name, f"in {layer.name}")
        for layer in layers[1:]
        if np.isfinite(layer.passed) and layer.gradient_norm > 0
    ]
    return [drop for drop in drops if drop[0] > 0] + _between(batch)


def _between(batch: Batch) -> list[tuple[float, str, str]]:
    """`_places` between layers."""
    layers = [layer for layer in batch.layers if np.isfinite(layer.gradient_norm) and layer.weighted]
    found = []
    for before, after in itertools.pairwise(layers if batch.plain else []):
        came = after.passed * after.delta_norm
        if np.isfinite(came) and came > 0 and before.gradient_norm > 0:
            place = f"between {before.name} and {after.name}"
            found.append((before.gradient_norm / came, before.name, place))
    return found


def stop(batch: Batch) -> Layer | None:
    """The normalisation of a plain chain that hears the loss and hands back exactly nothing."""
    return next(filter(_stops, reversed(batch.layers[1:])), None) if batch.plain else None


def stop_behind(deaf: Layer, batch: Batch) -> Layer | None:
    """The first normalisation behind a layer that hears exactly nothing, where that is where it stops."""
    if deaf.delta_norm != 0:
        return None
    behind = itertools.dropwhile(lambda layer: layer is not deaf, batch.layers)
    norm = next((layer for layer in behind if layer.kind.endswith("Normalization")), None)
    return norm if norm is not None and norm is not deaf and _stops(norm) else None


def _stops(layer: Layer) -> bool:
    heard = layer.kind.endswith("Normalization") and layer.gradient_norm > 0 and layer.kernel_rms > 0
    return heard and layer.passed == 0


def held_at_0(chain: list[Layer], batch: Batch) -> Layer | None:
    """The frozen layer of zeros that all of the gradient would have to pass."""
    frozen = [layer for layer in chain[1:] if layer.kernel_rms == 0 and not layer.trainable]
    return next((layer for layer in frozen if batch.plain or layer is chain[-1] or _ends_at(layer, chain)), None)


def _ends_at(layer: Layer, chain: list[Layer]) -> bool:
    """Does it hear the loss, and nothing before it?"""
    before = itertools.takewhile(lambda other: other is not layer, chain)
    return layer.delta_norm > 0 and all(other.delta_norm == 0 for other in before)
