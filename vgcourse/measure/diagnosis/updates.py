"""How far an optimizer's next step would move each variable, found out on a copy."""

import keras
import numpy as np

from vgcourse.measure.diagnosis.arrays import as_array, as_float64, rms
from vgcourse.measure.layers import inner_optimizer


def update_ratios(optimizer, variables, gradients) -> list[float]:
    """rms(update) / rms(weights) for one step of a copy of ``optimizer``, its slots included.

    The caller's optimizer and variables are not touched. NaN where a variable has no gradient.
    """
    inner = inner_optimizer(optimizer)
    config = inner.get_config() | {"gradient_accumulation_steps": None}
    twin = type(inner).from_config(config)
    pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
    # Slots belong to variables by their place: the copies stand in the order in which the optimizer knows them.
    known = inner._trainable_variables if inner.built else []
    resumes = {id(v) for _, v in pairs} <= {id(v) for v in known}
    known = known if resumes else [v for _, v in pairs]
    copies = {id(v): keras.Variable(as_array(v), dtype=v.dtype, name=v.name) for v in known}
    twin.build(list(copies.values()))
    if resumes:
        _copy_slots(inner, twin)
    if pairs:
        twin.apply([g for g, _ in pairs], [copies[id(v)] for _, v in pairs])
    ratios = {id(v): _ratio(as_float64(copies[id(v)]) - as_float64(v), as_float64(v)) for _, v in pairs}
    return [ratios.get(id(v), np.nan) for v in variables]


def _copy_slots(optimizer, twin) -> None:
    """Give twin, built on like variables, the state of an optimizer that may accumulate gradients besides."""
    sums = {id(v) for v in getattr(optimizer, "_accumulated_gradients", None) or ()}
    slots = [v for v in optimizer.variables if id(v) not in sums]
    if [v.shape for v in slots] == [v.shape for v in twin.variables]:
        for mine, theirs in zip(twin.variables, slots, strict=True):
            mine.assign(theirs.value)
        # The variable counts batches, the optimizer's formulas the updates made of them.
        twin._iterations.assign(optimizer.iterations)


def _ratio(change: np.ndarray, weights: np.ndarray) -> float:
    size = rms([weights])
    return rms([change]) / size if size else np.inf if change.any() else np.nan
