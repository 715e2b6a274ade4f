"""A Recording as the recording player takes it: histograms of one byte a bin, ready to be drawn."""

import numpy as np

from vgcourse.measure.arguments import evenly_spaced
from vgcourse.measure.recording import Recording

BINS = 40
MOST_BYTES = 4_000_000


def pack_recording(recording: Recording, bins: int = BINS, most_bytes: int = MOST_BYTES) -> dict:
    """Labels, curves and histograms of a recording, as plain numbers and bytes.

    Returns a dict: ``layers`` (L names), ``moments`` (T labels), ``loss`` and ``accuracy`` (T numbers or None),
    ``backprop`` (T * L numbers or None), ``blown`` (``loss``: T, ``backprop``: T * L booleans) and, for ``weights``
    and ``gradients``, None or a dict of ``rms`` and ``zeros`` (T * L numbers or None), ``blown`` (T * L booleans) and
    ``shapes`` (T * L * bins bytes, 255 for the tallest bin; None where only statistics were kept), with them ``low``
    and ``high`` (the range: per layer for weights, one pair of powers of ten for gradients) and ``below`` (T * L
    shares of entries, other than 0, that are smaller than the range and stand in its first bin).
    Blown is what was recorded and is not all finite; a NaN alone may be a moment that has no such value.
    A recording too long for `most_bytes` is thinned evenly; its first and last moments stay.
    """
    layers = list(recording.layers)
    keep = evenly_spaced(len(recording.epochs), max(2, most_bytes // (2 * bins * len(layers))))
    weights = [_tensor(recording.kernels, recording.variables, name, keep) for name in layers]
    gradients = [_tensor(recording.kernel_gradients, recording.variable_gradients, name, keep) for name in layers]
    since = {what: _since(recording, keep, f"{what}_nonfinite_at") for what in ("weights", "gradients")}
    broken = since["weights"] | since["gradients"] | _since(recording, keep, "nonfinite_at")
    loss, backprop = recording.loss[keep], _backprop(recording, layers, keep)
    return {
        "layers": layers,
        "bins": bins,
        "moments": [_label(recording.epochs[t], recording.steps[t]) for t in keep],
        "loss": _numbers(loss),
        "accuracy": _numbers(recording.accuracy[keep]),
        "backprop": None if backprop is None else _numbers(backprop),
        "blown": {
            "loss": _blown(loss[:, None], broken).tolist(),
            "backprop": None if backprop is None else _blown_signals(recording, backprop, broken),
        },
        "weights": _pack_weights(weights, since["weights"], bins) or _sizes(recording, layers, keep, "kernel"),
        "gradients": _pack_gradients(gradients, since["gradients"], bins)
        or _sizes(recording, layers, keep, "kernel_gradient"),
    }


def _since(recording: Recording, keep: np.ndarray, word: str) -> np.ndarray:
    """(T,) whether this moment lies at or after the first one whose numbers, as measured, were not all finite."""
    at = recording.info.get(word)
    return np.asarray(recording.epochs)[keep] >= (np.inf if at is None else at)


def _blown(values: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Which of (T, ..., entries) are not all finite; where all are NaN and nothing had broken, none was measured."""
    broken = since.reshape(-1, *[1] * (values.ndim - 2))
    return ~np.isfinite(values).all(axis=-1) & (broken | ~np.isnan(values).all(axis=-1))


def _blown_signals(recording: Recording, backprop: np.ndarray, broken: np.ndarray) -> list[bool]:
    """A layer without such a signal, as the last one, has none that could blow up."""
    measured = [name in recording.backprop for name in recording.layers]
    return (_blown(backprop[..., None], broken) & measured).ravel().tolist()


def _sizes(recording: Recording, layers: list[str], keep: np.ndarray, quantity: str) -> dict | None:
    """What is left of arrays too large to keep: the size of each layer's, without a histogram."""
    if recording.statistics is None or quantity not in set(recording.statistics["quantity"]):
        return None
    rows = recording.statistics[recording.statistics["quantity"] == quantity]
    table = rows.pivot(index="epoch", columns="layer", values="rms").reindex(index=recording.epochs, columns=layers)
    rms = table.to_numpy()[keep]
    since = _since(recording, keep, f"{'gradients' if 'gradient' in quantity else 'weights'}_nonfinite_at")
    return {"shapes": None, "rms": _numbers(rms), "blown": _blown(rms[..., None], since).ravel().tolist()}


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


def _backprop(recording: Recording, layers: list[str], keep: np.ndarray) -> np.ndarray | None:
    """(T, L), NaN where a layer or a moment has none."""
    if not recording.backprop:
        return None
    nothing = np.full(len(keep), np.nan)
    columns = [
        np.asarray(recording.backprop[name])[keep] if name in recording.backprop else nothing for name in layers
    ]
    return np.stack(columns, axis=1)


def _pack_weights(tensors: list, since: np.ndarray, bins: int) -> dict | None:
    if all(tensor is None for tensor in tensors):
        return None
    ranges = [_range(tensor) for tensor in tensors]
    scaled = [None if t is None else (t - low) / (high - low) for t, (low, high) in zip(tensors, ranges, strict=True)]
    low, high = (list(ends) for ends in zip(*ranges, strict=True))
    return {"low": low, "high": high, **_pack(tensors, scaled, since, bins)}


def _pack_gradients(tensors: list, since: np.ndarray, bins: int) -> dict | None:
    if all(tensor is None for tensor in tensors):
        return None
    with np.errstate(divide="ignore"):
        sizes = [None if tensor is None else np.log10(np.abs(tensor)) for tensor in tensors]
    finite = np.concatenate([size[np.isfinite(size)] for size in sizes if size is not None] or [np.zeros(1)])
    low, high = _decades(finite)
    scaled = [None if size is None else (size - low) / (high - low) for size in sizes]
    return {"low": low, "high": high, **_pack(tensors, scaled, since, bins)}


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


def _pack(tensors: list, scaled: list, since: np.ndarray, bins: int) -> dict:
    size = (len(since), len(tensors))
    shapes = np.zeros((*size, bins), np.uint8)
    rms, zeros, below, blown = np.full(size, np.nan), np.zeros(size), np.zeros(size), np.zeros(size, bool)
    for layer, (tensor, share) in enumerate(zip(tensors, scaled, strict=True)):
        if tensor is None:
            continue
        shapes[:, layer] = histograms(share, bins)
        rms[:, layer] = _rms(tensor)
        zeros[:, layer] = np.mean(tensor == 0, axis=1)
        below[:, layer] = np.mean(np.isfinite(share) & (share < 0), axis=1)
        blown[:, layer] = _blown(tensor, since)
    parts = {"rms": rms, "zeros": zeros, "below": below}
    return {
        "shapes": shapes.tobytes(),
        "blown": blown.ravel().tolist(),
        **{name: _numbers(values) for name, values in parts.items()},
    }


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
