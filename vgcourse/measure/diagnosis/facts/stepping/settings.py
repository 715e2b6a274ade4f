"""What an optimizer's settings make of a step: momentum, decay, clipping, and a price on weights."""

from dataclasses import dataclass

import keras
import numpy as np

from vgcourse.measure.diagnosis.facts.arrays import as_float64, over_glorot
from vgcourse.measure.diagnosis.facts.stepping.rates import follows_schedule
from vgcourse.measure.diagnosis.facts.stepping.updates import NoTwin, Twin
from vgcourse.measure.diagnosis.thresholds import MANY_BATCHES, NO_EPSILON, SHRUNK, STEP_TOO_SMALL, USUAL_CLIP
from vgcourse.measure.layers import inner_optimizer
from vgcourse.measure.statistics import rms

# Settings that hold a step back, and the values at which they do not.
_FREE = {
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "epsilon": 1e-7,
    "ema_overwrite_frequency": None,
}
_CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
_FREER = 10.0
# Of noisy gradients Adam's steps are up to a hundred times shorter than its first one; more is a memory of others.
_HOLDS = 1000.0
# What stands in the place of a setting where the optimizer's running averages hold its steps back.
REMEMBERED = "remembered"


@dataclass(frozen=True)
class Held:
    """A setting that makes the step small: without it, the step is ``factor`` times as large."""

    setting: str
    value: float
    factor: float


@dataclass(frozen=True)
class Price:
    """What a regularizer asks for one weight tensor. degree: 2 where twice the weights cost four times as much."""

    layer: str
    value: float
    degree: float


@dataclass(frozen=True)
class Leash:
    """A constraint that holds a kernel small. kept: what it leaves of the size that Glorot's initializer gives."""

    layer: str
    constraint: str
    kept: float


def leashes(infos) -> list[Leash]:
    """Of the trainable kernels with a constraint those that it leaves less than a quarter of their usual size."""
    found = []
    for info in infos:
        constraint = getattr(info.kernel, "constraint", None)
        w = None if constraint is None or not info.kernel.trainable else as_float64(info.kernel)
        if w is None or w.ndim < 2 or not w.any():
            continue
        # Weights that it has shrunk already are tried at the size at which they would have started.
        usual = (w / min(1.0, over_glorot(w))).astype("float32")
        kept = rms(as_float64(constraint(keras.ops.convert_to_tensor(usual)))) / rms(usual)
        if kept < 1 / SHRUNK:
            found.append(Leash(info.name, type(constraint).__name__, kept))
    return found


def pace(optimizer) -> float:
    """How many times a step along one direction grows until the momentum is at speed; 1 without momentum."""
    momentum = getattr(inner_optimizer(optimizer), "momentum", 0.0)
    return 1 / (1 - momentum) if isinstance(momentum, float) and 0 < momentum < 1 else 1.0


def decay(optimizer) -> float:
    """The share of every decaying weight that one step takes off, whatever its gradient."""
    inner = inner_optimizer(optimizer)
    share = getattr(inner, "weight_decay", None)
    if not isinstance(share, float | int):
        return 0.0
    try:
        return float(share) * float(keras.ops.convert_to_numpy(inner.learning_rate))
    except Exception:  # a schedule of one's own may want what it gets in training only
        return 0.0


def held_back(optimizer, variables, gradients: dict, kernels) -> Held | None:
    """The setting that makes a step of the ``kernels`` small, found by steps on copies without it."""
    inner = inner_optimizer(optimizer)
    asked = {id(kernel) for kernel in kernels}
    try:
        here = _largest(Twin(optimizer, variables), gradients, asked)
        for setting, free in _FREE.items():
            value = getattr(inner, setting, None)
            if setting == "epsilon" and value == free:
                free = NO_EPSILON  # as it comes it holds back steps along gradients that are smaller than it
            # A clip at a usual size makes steps small only where the rate is.
            if value == free or value is None or (setting in _CLIPS and value >= USUAL_CLIP):
                continue
            there = _largest(Twin(optimizer, variables, settings={setting: free}), gradients, asked)
            if there > _FREER * here:
                return Held(setting, float(value), there / here if here else np.inf)
        # A fresh one would begin its schedule anew.
        fresh = None if follows_schedule(inner) else Twin(optimizer, variables, fresh=True)
        there = 0.0 if fresh is None else _largest(fresh, gradients, asked)
        if there > _HOLDS * here:
            return Held(REMEMBERED, np.nan, there / here if here else np.inf)
    except NoTwin:
        pass
    return None


def slowed_down(optimizer, largest: float) -> Held | None:
    """The setting that leaves next to nothing of a step that is no small one, in the mean over some steps.

    The first step shows neither: it is its own average, and a sum of gradients is applied when it is complete.

    Args:
        largest: by how much of their size the next step changes the kernels that it changes most.
    """
    inner = inner_optimizer(optimizer)
    every = getattr(inner, "ema_overwrite_frequency", None) if getattr(inner, "use_ema", False) else None
    batches = getattr(inner, "gradient_accumulation_steps", None)
    found = []
    if every:
        found.append(Held("ema_overwrite_frequency", every, 1 / left_by_average(inner.ema_momentum, every)))
    if batches and batches >= MANY_BATCHES:
        found.append(Held("gradient_accumulation_steps", batches, float(batches)))
    found = [held for held in found if largest < STEP_TOO_SMALL * held.factor]
    return max(found, key=lambda held: held.factor, default=None)


def averages(optimizer) -> float:
    """The momentum of the moving average that is kept beside the weights until fit() ends; 0 where there is none."""
    inner = inner_optimizer(optimizer)
    beside = getattr(inner, "use_ema", False) and not getattr(inner, "ema_overwrite_frequency", None)
    return float(inner.ema_momentum) if beside else 0.0


def left_by_average(momentum: float, every: int) -> float:
    """What is left of ``every`` equal steps where the weights are then set to their moving average.

    The average starts where the weights do: of the k-th step's place it takes momentum^(every - k) (1 - momentum).
    """
    k = np.arange(1, every + 1)
    return float(max((1 - momentum) * (momentum ** (every - k) * k).sum() / every, 1e-300))


def _largest(twin: Twin, gradients: dict, asked: set[int]) -> float:
    twin.step(gradients)
    return max((r for v, r in twin.sizes().items() if v in asked and np.isfinite(r)), default=0.0)


def prices(infos) -> list[Price]:
    """What the regularizers of the weights ask, tensor by tensor."""
    pairs = [(info.name, v) for info in infos for v in info.variables if v.regularizer is not None and v.trainable]
    found = [(name, *(_price(v, scale) for scale in (0.0, 1.0, 2.0))) for name, v in pairs]
    # What asks for directions (orthogonality) costs as much at any size, and is no price on weights.
    known = [(name, once, twice) for name, none, once, twice in found if none == 0 and twice > 1.5 * once > 0]
    return [Price(name, once, float(np.log2(twice / once))) for name, once, twice in known]


def _price(variable, scale: float) -> float:
    return float(keras.ops.convert_to_numpy(variable.regularizer(variable.value * scale)))
