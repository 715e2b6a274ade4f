"""The arithmetic of a gradient's way back: what each layer gets, and how much the layers in between keep."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.thresholds import LARGE_GAIN, NEXT_TO_0, SHRUNK, STRONG_ENOUGH, UNDERFLOWN, VANISHED


def chain(batch: Batch) -> list[Layer]:
    """The trainable layers that the gradient is traced through, in the order of the call."""
    return [layer for layer in batch.layers if layer.weighted and np.isfinite(layer.delta_norm)]


def reach(chain: list[Layer], batch: Batch) -> np.ndarray:
    """What each layer's weights get of the norm that the loss sends into the outputs. Shape (layers,)."""
    return np.array([layer.delta_norm for layer in chain]) / (sent(batch) or np.nan)


def sent(batch: Batch) -> float:
    """The norm that the loss sends: into the outputs, or where a flat output swallows it, into the last layer."""
    last = chain(batch)[-1:]
    return max([batch.sent, *(n for layer in last for n in (layer.gradient_norm, layer.delta_norm) if n == n)])


def weighed(reach: np.ndarray, chain: list[Layer]) -> np.ndarray:
    """`reach`, where normalisations are on the way: less by as much as a layer's output is smaller than 1.

    What is normalised has no scale: half the numbers get twice the gradient, and nothing has changed.
    """
    if not any(layer.kind.endswith("Normalization") for layer in chain):
        return reach
    return reach * np.array([min(1.0, layer.signal) if layer.signal > 0 else 1.0 for layer in chain])


def without_silenced(chain: list[Layer], batch: Batch) -> list[Layer]:
    """Without layers that hear little because weights after them start at 0, or next to it, and are about to move."""
    if any(layer.kernel_rms == 0 and layer.kernel_gradient > 0 for layer in chain):
        chain = [layer for layer in chain if layer.delta_norm > 0]
    head = next((layer.glorot for layer in chain[-1:] if about_to_move(layer)), 1.0)
    # Branches move as soon as the head has: they hear the loss through it.
    branches = [layer for layer in chain[:-1] if not batch.plain and about_to_move(layer, head)]
    room = head * min((layer.glorot for layer in branches if _is_added(layer, batch)), default=1.0)
    least = VANISHED * sent(batch)
    return [layer for layer in chain if not layer.delta_norm < least <= layer.delta_norm / room]


def about_to_move(layer: Layer, heard_through: float = 1.0) -> bool:
    """Next to 0, as ends of nets and of branches are made on purpose, and not for long: the next step is larger than
    the weights are."""
    return layer.glorot < NEXT_TO_0 and bool(layer.update_ratio > heard_through)


def starts_flat(layer: Layer) -> bool:
    """Does an output layer pass on next to nothing because all its weights are 0, or all one number, which its first
    step changes? What a softmax's cross-entropy sends to the units sums to 0."""
    alike = np.isinf(layer.offset) and layer.passed < VANISHED and not layer.identical
    return layer.trainable and bool(layer.kernel_rms == 0 or (alike and layer.kernel_gradient > 0))


def held_at_0(chain: list[Layer], batch: Batch) -> Layer | None:
    """The frozen layer of zeros that all of the gradient would have to pass."""
    frozen = [layer for layer in chain[1:] if layer.kernel_rms == 0 and not layer.trainable]
    return next((layer for layer in frozen if batch.plain or layer is chain[-1]), None)


def _is_added(layer: Layer, batch: Batch) -> bool:
    """Is what it gives next to 0 added to a larger stream, so that the next layer takes in far larger numbers?"""
    later = itertools.islice(itertools.dropwhile(lambda other: other is not layer, batch.layers), 1, None)
    following = next((other for other in later if np.isfinite(other.input_rms)), None)
    return following is not None and following.input_rms > 100 * layer.output


def agree(reach: np.ndarray, factors: np.ndarray) -> bool:
    """Is the product of the factors what was measured between the first and the last layer?"""
    inner = reach[:-1]
    if not len(factors) or len(inner) < 2 or not inner[-1] > 0 or not np.all(factors > 0):
        return False
    computed = np.log(factors).sum()
    if inner[0] == 0:
        return bool(np.log(inner[-1]) + computed < UNDERFLOWN)
    measured = np.log(inner[0] / inner[-1])
    return bool(abs(measured - computed) < 0.5 * abs(computed) + 1)


def hidden(batch: Batch) -> list[Layer]:
    """All layers but the one that gives the output."""
    return [layer for layer in batch.layers if layer is not batch.layers[-1]]


def fed_by_the_input(batch: Batch) -> Layer | None:
    """The layer that takes the model's input, maybe scaled; None where that is an embedding or not a kernel."""
    first = next((layer for layer in batch.layers if layer.weighted), None)
    return first if first is not None and np.isfinite(first.gain) else None


def takes_the_input(batch: Batch) -> Layer | None:
    """The first layer with weights, be it recurrent or a normalisation; None where that is an embedding."""
    first = next((layer for layer in batch.layers if layer.weighted), None)
    return first if first is not None and np.isfinite(first.input_rms) else None


def strength(layer: Layer) -> float:
    """How strongly a layer of its kind passes a gradient on, relative to what keeps its size."""
    return layer.gamma if np.isfinite(layer.gamma) else layer.gain / needed(layer)


def strength_in_words(layer: Layer) -> str:
    """The size of a layer's weights: its scale, or the gain of its kernel."""
    return f"scale {layer.gamma:.2g}" if np.isfinite(layer.gamma) else f"gain {layer.gain:.2g}"


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


def gains(chain: list[Layer]) -> np.ndarray:
    """The gains of the hidden layers in the chain, without those that have none."""
    return np.array([layer.gain for layer in chain[1:-1] if np.isfinite(layer.gain)])


def factors(chain: list[Layer]) -> np.ndarray:
    """Mean-field factor (gain times slope) of the layers between the first and the last."""
    return np.array([layer.gain * layer.slope for layer in chain[1:-1] if np.isfinite(layer.gain)])


def per_layer(reach: np.ndarray, chain: list[Layer]) -> float:
    """Geometric mean of the measured factor between the hidden layers, the last one left out."""
    inner = reach[:-1] if len(chain) > 2 else reach
    inner = inner[inner > 0]
    return float((inner[0] / inner[-1]) ** (1 / max(1, len(inner) - 1))) if len(inner) else 0.0


def one_culprit(chain: list[Layer], largest: bool) -> Layer | None:
    """The one layer whose weights make up most of the change, when the others are as they should be."""
    known = [layer for layer in chain[1:] if strength(layer) > 0]
    if len(known) < 2:
        return known[0] if known and largest else None
    change = np.array([np.log(strength(layer)) for layer in known]) * (1 if largest else -1)
    worst = int(np.argmax(change))
    others = np.delete(change, worst)
    alone = change[worst] > 2 and change[worst] > 2 * np.abs(others).sum() and np.median(others) < 0.7
    return known[worst] if alone else None


def geometric(values: np.ndarray) -> float:
    """The geometric mean; 0 where a value is 0, and 1 of no values."""
    values = np.asarray(values, float)
    if (values == 0).any():
        return 0.0
    return float(np.exp(np.log(np.maximum(values, 1e-300)).mean())) if values.size else 1.0


def typical_slope(chain: list[Layer]) -> float:
    """The geometric mean of the slopes of the activations in the chain, the last one aside."""
    return geometric(
        [layer.slope for layer in chain[:-1] if layer.unit_slope is not None or layer.across == layer.slope]
    )


def flattest(chain: list[Layer]) -> list[Layer]:
    """The layers with the activation whose slopes, all together, cost most; one slope at least must be known."""
    bent = [layer for layer in chain[:-1] if layer.unit_slope is not None]
    return _costliest(bent, lambda layer: layer.slope)


def weakest(chain: list[Layer]) -> list[Layer]:
    """The layers before one kind of activation whose weights, all together, cost most, without those that are strong
    enough; one gain at least must be known. The first layer's own weights are not on the way: it may be among them.
    """
    alike = _alike(chain, strength)
    return _most_at_fault([layer for layer in alike if strength(layer) < STRONG_ENOUGH]) or alike


def strongest(chain: list[Layer]) -> list[Layer]:
    """As `weakest`: those whose weights add most, without those that are no stronger than they need be."""
    alike = _alike(chain, lambda layer: 1 / max(strength(layer), 1e-300))
    return _most_at_fault([layer for layer in alike if strength(layer) > 1 / STRONG_ENOUGH]) or alike


def _most_at_fault(layers: list[Layer]) -> list[Layer]:
    """Without those that change the size by less than half of the powers of ten by which the worst one does."""
    changes = [abs(np.log(max(strength(layer), 1e-300))) for layer in layers]
    return [layer for layer, change in zip(layers, changes, strict=True) if change >= 0.5 * max(changes)]


def shrunk(chain: list[Layer]) -> list[Layer] | None:
    """The layers whose kernels are far below the size that Glorot's initializer gives; None unless most are."""
    known = [layer for layer in chain[:-1] if np.isfinite(layer.glorot)]
    small = [layer for layer in known if layer.glorot < 1 / SHRUNK]
    return small if 2 * len(small) > len(known) else None


def _alike(chain: list[Layer], cost) -> list[Layer]:
    between = [layer for layer in chain[1:-1] if np.isfinite(layer.gain)]
    activation = _costliest(between, cost)[0].activation
    return [layer for layer in chain[:-1] if np.isfinite(layer.gain) and layer.activation == activation]


def loud(chain: list[Layer]) -> list[Layer]:
    """Layers whose weights are far larger than their activation needs; none where only some are."""
    known = [layer for layer in chain if np.isfinite(strength(layer))]
    large = [layer for layer in known if strength(layer) > LARGE_GAIN]
    return large if 2 * len(large) > len(known) else []


def compared(batch: Batch) -> set[str]:
    """The layers that make queries and keys: the gradient at each grows with the size of the other."""
    return {f"{fact.layer}/{part}" for fact in batch.attention for part in ("query", "key")}


def without_scale(chain: list[Layer]) -> bool:
    """Does a normalisation follow most of the layers with a kernel, so that the size of these changes nothing?"""
    kernels = sum(np.isfinite(layer.gain) for layer in chain[:-1])
    return 2 * sum(layer.kind.endswith("Normalization") for layer in chain) > max(kernels, 1)


def normalised_throughout(chain: list[Layer]) -> bool:
    """Does a batch normalisation follow most of the layers with a kernel? Then their weights have no scale."""
    kernels = sum(np.isfinite(layer.gain) for layer in chain[:-1])
    return 2 * sum(layer.kind == "BatchNormalization" for layer in chain) > max(kernels, 1)


def _costliest(layers: list[Layer], factor) -> list[Layer]:
    """Those of one activation in whose product of factors least is left."""
    alike: dict[str, list[Layer]] = {}
    for layer in layers:
        alike.setdefault(layer.activation, []).append(layer)
    return min(alike.values(), key=lambda group: sum(np.log(max(factor(layer), 1e-300)) for layer in group))


def with_kernel(chain: list[Layer], first: Layer) -> Layer:
    """`first`, or where that is no layer with a gain of its own, the first one that is: it is to be initialised."""
    known = (layer for layer in chain if np.isfinite(layer.gain))
    return first if np.isfinite(first.gain) else next(known, first)


def needed(layer: Layer) -> float:
    """The gain that initializers for this activation aim at: He's sqrt(2) for rectifiers, else Glorot's 1."""
    return float(np.sqrt(2)) if "relu" in layer.activation and not np.isfinite(layer.gamma) else 1.0


def initializer(layer: Layer) -> str:
    """The initializer to advise for a layer."""
    if np.isfinite(layer.gamma):
        return "a scale of ones"
    return "he_normal" if "relu" in layer.activation else "glorot_uniform"
