"""How sharp attention is: a row that gives all its weight to one place has a softmax without a slope."""

import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.layers import walk
from vgcourse.measure.replaced import replaced

_EXAMPLES = 32  # of the batch: scores are as large as the square of a sequence
_SHARP = 0.01  # 1 - sum of p²: with one place at p, a row is this flat from p = 0.995 on


@dataclass(frozen=True)
class Attention:
    """One attention layer.

    Attributes:
        sharp: share of its rows that give all their weight to one of several places; NaN: unknown.
        closed: does its mask leave no place open, in any row?
    """

    layer: str
    sharp: float
    closed: bool = False


@contextmanager
def tap_attention(model) -> Iterator[dict[str, list]]:
    """Catch what each attention layer of Keras compares, call by call.

    Yields:
        layer name -> list of (query, key, scale, open places, is it causal). Open places are None or a boolean array
        that broadcasts to (batch, heads, queries, keys).
    """
    found: dict[str, list] = {}
    with ExitStack() as stack:
        for name, layer, _ in walk(model):
            method = keras_private.attention_method(layer)
            if method is not None:
                heard = _hearing(found.setdefault(name, []), layer, getattr(layer, method))
                stack.enter_context(replaced(layer, method, heard))
        yield found


def _hearing(calls: list, layer, original):
    signature = inspect.signature(original)

    def compute(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        mask = given.get("attention_mask")
        open_places = None if mask is None else keras.ops.convert_to_numpy(mask).astype(bool)
        causal = bool(given.get("use_causal_mask"))
        calls.append((given["query"], given["key"], keras_private.attention_scale(layer), open_places, causal))
        return original(*args, **kwargs)

    return compute


def attention_of(found: dict[str, list]) -> list[Attention]:
    """The sharpness of each layer that was called, over rows that have two places or more to choose from."""
    return [Attention(name, _sharp(calls), all(map(_is_closed, calls))) for name, calls in found.items() if calls]


def _is_closed(call) -> bool:
    open_places = call[3]
    return open_places is not None and not open_places.any()


def _sharp(calls) -> float:
    shares = [_sharp_rows(*call) for call in calls]
    return float(np.nanmean(shares)) if not np.isnan(shares).all() else float("nan")


def _sharp_rows(query, key, scale: float, open_places, causal: bool) -> float:
    """The share of rows that are one-hot but for a hundredth. query, key: (batch, places, heads, size)."""
    if len(query.shape) != 4:
        return float("nan")
    q, k = (as_float64(a[:_EXAMPLES]) for a in (query, key))
    if q.shape[2] != k.shape[2]:
        return float("nan")
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) * scale
    allowed = np.ones(scores.shape, bool)
    if open_places is not None:
        mask = open_places[:_EXAMPLES]
        allowed = allowed & (mask[:, None] if mask.ndim == 3 else mask)
    if causal:
        allowed = allowed & np.tri(*scores.shape[-2:], dtype=bool)
    scores = np.where(allowed, scores, -np.inf)
    rows = allowed.sum(-1) > 1
    if not rows.any() or not np.isfinite(q).all() or not np.isfinite(k).all():
        return float("nan")
    scores = scores[rows]
    p = np.exp(scores - scores.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return float((1 - (p**2).sum(-1) < _SHARP).mean())
