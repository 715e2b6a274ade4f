"""A Recording as the recording player takes it: histograms of one byte a bin, ready to be drawn."""

import numpy as np

from vgcourse.measure.arguments import evenly_spaced
from vgcourse.measure.recording import Recording

BINS = 40
MOST_BYTES = 4_000_000


def pack_recording(recording: Recording, bins: int = BINS, most_bytes: int = MOST_BYTES) -> dict:
    """Labels, curves and histograms of a recording, as plain numbers and bytes.

    Returns a dict: ``layers`` (L names), ``moments`` (T labels), ``loss`` and ``accuracy`` (T numbers or None),
    ``backprop`` (T * L numbers or None) and, for ``weights`` and ``gradients``, None or a dict of
    ``shapes`` (T * L * bins bytes, 255 for the tallest bin), ``low`` and ``high`` (the range: per layer for
    weights, one pair of powers of ten for gradients), ``rms`` and ``zeros`` (T * L numbers or None), and ``blown``
    (T * L booleans: something was recorded there, and not all of it is finite).
    A recording too long for `most_bytes` is thinned evenly; its first and last moments stay.
    """
    layers = list(recording.layers)
    keep = evenly_spaced(len(recording.epochs), max(2, most_bytes // (2 * bins * len(layers))))
    weights = [_tensor(recording.kernels, recording.variables, name, keep) for name in layers]
    gradients = [_tensor(recording.kernel_gradients, recording.variable_gradients, name, keep) for name in layers]
    return {
        "layers": layers,
        "bins": bins,
        "moments": [_label(recording.epochs[t], recording.steps[t]) for t in keep],
        "loss": _numbers(recording.loss[keep]),
        "accuracy": _numbers(recording.accuracy[keep]),
        "backprop": _backprop(recording, layers, keep),
        "weights": _pack_weights(weights, len(keep), bins),
        "gradients": _pack_gradients(gradients, len(keep), bins),
    }


def _tensor(own: dict, others: dict, layer: str, keep: np.ndarray) -> np.ndarray | None:
    """The layer's kernel as (T, entries); for a layer without one, its largest other variable."""
    if layer in own:
        return _flat(own[layer], keep)
    rest = [array for path, array in others.items() if path.startswith(f"{layer}/")]
    return _flat(max(rest, key=np.size), keep) if rest else None


def _flat(array: np.ndarray, keep: np.ndarray) -> np.ndarray:
    return np.asarray(array, float)[keep].reshape(len(keep), -1)


def _label(epoch: float, step: int) -> str:
    if step == 0:
        return "at initialisation"
    if float(epoch).is_integer():
        done = int(epoch) + 1
        return f"after {done} epoch{'s' if done > 1 else ''}"
    return f"epoch {epoch:.2f}, step {int(step)}"


def _numbers(values) -> list[float | None]:
    """JSON knows no nan: None stands for what was not measured or is not finite."""
    return [float(value) if np.isfinite(value) else None for value in np.ravel(values)]


def _backprop(recording: Recording, layers: list[str], keep: np.ndarray) -> list | None:
    if not recording.backprop:
        return None
    nothing = np.full(len(keep), np.nan)
    columns = [
        np.asarray(recording.backprop[name])[keep] if name in recording.backprop else nothing for name in layers
    ]
    return _numbers(np.stack(columns, axis=1))


def _pack_weights(tensors: list, moments: int, bins: int) -> dict | None:
    if all(tensor is None for tensor in tensors):
        return None
    ranges = [_range(tensor) for tensor in tensors]
    scaled = [None if t is None else (t - low) / (high - low) for t, (low, high) in zip(tensors, ranges, strict=True)]
    low, high = (list(ends) for ends in zip(*ranges, strict=True))
    return {"low": low, "high": high, **_pack(tensors, scaled, moments, bins)}


def _pack_gradients(tensors: list, moments: int, bins: int) -> dict | None:
    if all(tensor is None for tensor in tensors):
        return None
    with np.errstate(divide="ignore"):
        sizes = [None if tensor is None else np.log10(np.abs(tensor)) for tensor in tensors]
    finite = np.concatenate([size[np.isfinite(size)] for size in sizes if size is not None] or [np.zeros(1)])
    low, high = _decades(finite)
    scaled = [None if size is None else (size - low) / (high - low) for size in sizes]
    return {"low": low, "high": high, **_pack(tensors, scaled, moments, bins)}


def _range(tensor: np.ndarray | None) -> tuple[float, float]:
    finite = np.zeros(1) if tensor is None else tensor[np.isfinite(tensor)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _decades(exponents: np.ndarray) -> tuple[int, int]:
    """Whole powers of ten around all but the smallest thousandth: one tiny entry must not squeeze the rest."""
    if not exponents.size:
        return -8, 0
    low, high = int(np.floor(np.quantile(exponents, 0.001))), int(np.ceil(exponents.max()))
    return max(low, high - 30), max(high, low + 1)


def _pack(tensors: list, scaled: list, moments: int, bins: int) -> dict:
    shapes = np.zeros((moments, len(tensors), bins), np.uint8)
    rms = np.full((moments, len(tensors)), np.nan)
    zeros = np.zeros((moments, len(tensors)))
    blown = np.zeros((moments, len(tensors)), bool)
    for layer, (tensor, share) in enumerate(zip(tensors, scaled, strict=True)):
        if tensor is None:
            continue
        shapes[:, layer] = histograms(share, bins)
        rms[:, layer] = _rms(tensor)
        zeros[:, layer] = np.mean(tensor == 0, axis=1)
        blown[:, layer] = ~np.isfinite(tensor).all(axis=1)
    parts = {"rms": _numbers(rms), "zeros": _numbers(zeros), "blown": blown.ravel().tolist()}
    return {"shapes": shapes.tobytes(), **parts}


def _rms(tensor: np.ndarray) -> np.ndarray:
    """Root mean square of each row of (T, entries), also where the squares leave the range of a float."""
    most = np.abs(tensor).max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(most > 0, most * np.sqrt(np.mean((tensor / most) ** 2, axis=1, keepdims=True)), most)[:, 0]


def histograms(shares: np.ndarray, bins: int) -> np.ndarray:
    """Histograms of (T, entries) numbers over 0..1 as (T, bins) bytes, 255 for each row's tallest bin.

    Numbers outside are counted in the end bins; -inf (a gradient of exactly 0) and nan are left out.
    """
    moments, _ = shares.shape
    known = np.isfinite(shares)
    column = np.clip(np.where(known, shares, 0) * bins, 0, bins - 1).astype(int)
    flat = (np.arange(moments)[:, None] * bins + column)[known]
    counts = np.bincount(flat, minlength=moments * bins).reshape(moments, bins)
    return np.rint(255 * counts / np.maximum(counts.max(axis=1, keepdims=True), 1)).astype(np.uint8)
