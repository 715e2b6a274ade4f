"""The arithmetic of a gradient's way back: what each layer gets, and how much the layers in between keep."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.thresholds import LARGE_GAIN, SHRUNK, STRONG_ENOUGH, UNDERFLOWN


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
    bent = [layer for layer in chain[:-1] if layer.unit_slope is not None or layer.across == layer.slope]
    return _costliest(bent, lambda layer: layer.slope)


def weakest(chain: list[Layer]) -> list[Layer]:
    """The layers before one kind of activation whose weights, all together, cost most, without those that are strong
    enough; one gain at least must be known. The first layer's own weights are not on the way: it may be among them.
    """
    alike = _alike(chain, strength)
    return _most_at_fault([layer for layer in alike if strength(layer) < STRONG_ENOUGH], chain) or alike


def strongest(chain: list[Layer]) -> list[Layer]:
    """As `weakest`: those whose weights add most, without those that are no stronger than they need be."""
    alike = _alike(chain, lambda layer: 1 / max(strength(layer), 1e-300))
    return _most_at_fault([layer for layer in alike if strength(layer) > 1 / STRONG_ENOUGH], chain) or alike


def _most_at_fault(layers: list[Layer], chain: list[Layer]) -> list[Layer]:
    """Without those that change the size by less than half of the powers of ten of the worst one on the way."""
    changes = [abs(np.log(max(strength(layer), 1e-300))) for layer in layers]
    on_the_way = [change for layer, change in zip(layers, changes, strict=True) if layer is not chain[0]]
    return [
        layer for layer, change in zip(layers, changes, strict=True) if change >= 0.5 * max(on_the_way or [np.inf])
    ]


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


def queries_and_keys(batch: Batch) -> set[str]:
    """The layers that make queries and keys: the gradient at each grows with the size of the other."""
    return {f"{fact.layer}/{part}" for fact in batch.attention for part in ("query", "key")}


def without_scale(chain: list[Layer]) -> bool:
    """Does a normalisation follow most of the layers with a kernel, so that the size of these changes nothing?"""
    kernels = sum(np.isfinite(layer.gain) for layer in chain[:-1])
    return 2 * sum(layer.kind.endswith("Normalization") for layer in chain) > max(kernels, 1)


def has_normalisation(chain: list[Layer]) -> bool:
    """Is any layer of it a normalisation?"""
    return any(layer.kind.endswith("Normalization") for layer in chain)


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
