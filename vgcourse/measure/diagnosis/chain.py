"""The arithmetic of a gradient's way back: what each layer gets, and how much the layers in between keep."""

import numpy as np

from vgcourse.measure.diagnosis.measure import Batch, Layer


def chain(batch: Batch) -> list[Layer]:
    """The trainable layers that the gradient is traced through, in the order of the call."""
    return [layer for layer in batch.layers if layer.weighted and np.isfinite(layer.delta_norm)]


def reach(chain: list[Layer]) -> np.ndarray:
    """What each layer's weights get of the norm that the loss sends into the last layer. Shape (layers,)."""
    sent = max(chain[-1].gradient_norm, chain[-1].delta_norm)
    return np.array([layer.delta_norm for layer in chain]) / (sent or np.nan)


def gains(chain: list[Layer]) -> np.ndarray:
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
    known = [layer for layer in chain[1:] if np.isfinite(layer.gain) and layer.gain > 0]
    if len(known) < 2:
        return known[0] if known and largest else None
    change = np.array([np.log(layer.gain / needed(layer)) for layer in known]) * (1 if largest else -1)
    worst = int(np.argmax(change))
    others = np.delete(change, worst)
    alone = change[worst] > 2 and change[worst] > 2 * np.abs(others).sum() and np.median(others) < 0.7
    return known[worst] if alone else None


def geometric(values: np.ndarray) -> float:
    values = np.asarray(values, float)
    return float(np.exp(np.log(np.maximum(values, 1e-300)).mean())) if values.size else 1.0


def typical_slope(chain: list[Layer]) -> float:
    return geometric([layer.slope for layer in chain[:-1] if layer.unit_slope is not None])


def steepest(chain: list[Layer]) -> float:
    return max((layer.steepest for layer in chain[:-1]), default=1.0)


def needed(layer: Layer) -> float:
    """The gain that initializers for this activation aim at: He's sqrt(2) for rectifiers, else Glorot's 1."""
    return float(np.sqrt(2)) if "relu" in layer.activation else 1.0


def initializer(layer: Layer) -> str:
    return "he_normal" if "relu" in layer.activation else "glorot_uniform"
