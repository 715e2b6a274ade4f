"""Mean field: z is normal, and its variance is all that one layer hands to the next.

Poole et al. 2016 follow the signal, Schoenholz et al. 2017 the gradient. Exact as the width grows; at width
32 the layer factor is right within 5 %, at width 5 only in tendency. Weights with a mean, like those of
U(0, 1), go beyond the papers: the mean adds one direction that all units share, to signal and gradient, and
it is followed beside the rest, from each input's own sum.
"""

import math
from typing import NamedTuple

import numpy as np

from vgcourse.nets.sizes import count
from vgcourse.nets.theory.activations import (
    Activation,
    as_activation,
    output_mean,
    output_square,
    slope_mean,
    slope_square,
)
from vgcourse.nets.theory.weights import Moments, weight_moments

_SMALLEST, _LARGEST = 1e-10, 1e10  # q outside stands for 0 and for infinity
_STEPS_PER_DECADE = 8
_MAX_LAYERS = 2000
_TINY = 1e-300
_SUMS = 4 * np.linspace(-1, 1, 80) ** 3  # standard deviations, dense near 0, where saturated nets get through


class State(NamedTuple):
    """Mean and variance q of a layer's pre-activations z."""

    mean: float
    variance: float


def layer_factor(
    activation: str | Activation = "sigmoid",
    initializer: object = "glorot_uniform",
    width: int = 32,
    *,
    depth: int | None = None,
    bias_variance: float = 0.0,
    inputs: int = 2,
    input_square: float = 1.0,
) -> float:
    """The factor r = sqrt(chi) by which the rms of dL/dz changes from a layer to the one before it.

    chi = n Var(W) E[phi'(z)^2] with z ~ N(0, q) (Schoenholz et al. 2017): below 1 gradients vanish, above 1
    they explode. q is the fixed point of the signal, far from the input; with `depth`, r is the geometric
    mean over the layers of a net of that many hidden layers, q starting from the input (`backprop_profile`).
    Where weights have a mean the two can be far apart: at the fixed point all inputs saturate alike, before
    it the few that do not carry the gradient.

    Args:
        activation: a name in ACTIVATIONS, or an Activation.
        initializer: as `weight_moments` takes it; a number is Var(W).
        width: units n of every hidden layer.
        depth: hidden layers, 2 or more, or None for the fixed point.
        bias_variance, inputs, input_square: as in `signal_profile`.

    Raises ValueError for a width or depth too small, and as `weight_moments` does.
    """
    if depth is not None:
        logs = _log_squared_profile(activation, initializer, width, depth, bias_variance, inputs, input_square)
        return math.exp(logs[0] / 2 / (depth - 1))
    weight = weight_moments(initializer, count("width", width, 1), width)
    state = fixed_point(activation, initializer, width, bias_variance=bias_variance)
    independent, shared = _factors(as_activation(activation), weight, width, state)
    return max(independent, shared)


def fixed_point(
    activation: str | Activation,
    initializer: object = "glorot_uniform",
    width: int = 32,
    *,
    bias_variance: float = 0.0,
    start: float = 1.0,
) -> State:
    """Where mean and variance of z settle in a deep net whose first layer has variance `start`.

    q* solves q = n Var(W) E[phi(z)^2] + Var(b) (Poole et al. 2016). A variance of 0 says that the signal
    dies out, inf that it grows without end; where every q is fixed (relu, He's variance) it stays at `start`.
    """
    weight = weight_moments(initializer, count("width", width, 1), width)
    if weight.mean:
        return _settle(as_activation(activation), weight, width, bias_variance, start)

    def ratio(q: float) -> float:
        return (width * weight.variance * output_square(activation, q) + bias_variance) / q

    return State(0.0, _stable_crossing(ratio, start))


def signal_profile(
    activation: str | Activation,
    initializer: object = "glorot_uniform",
    width: int = 32,
    depth: int = 10,
    *,
    bias_variance: float = 0.0,
    inputs: int = 2,
    input_square: float = 1.0,
) -> list[State]:
    """Mean and variance of z in each of `depth` hidden layers, first to last.

    `inputs` is the number of features and `input_square` their mean square; the first kernel has shape
    (inputs, width) and takes its variance from that. Where weights have a mean, the state is that of an input
    whose features sum to one standard deviation.
    """
    phi, width = as_activation(activation), count("width", width, 1)
    first = weight_moments(initializer, count("inputs", inputs, 1), width)
    weight = weight_moments(initializer, width, width)
    shared = abs(first.mean) * math.sqrt(inputs * input_square)
    start = State(shared, inputs * first.variance * input_square + bias_variance)
    return _follow(phi, weight, width, start, count("depth", depth, 1), bias_variance)


def backprop_profile(
    activation: str | Activation,
    initializer: object = "glorot_uniform",
    width: int = 32,
    depth: int = 10,
    *,
    bias_variance: float = 0.0,
    inputs: int = 2,
    input_square: float = 1.0,
) -> np.ndarray:
    """Predicted rms of dL/dz in each hidden layer over that in the last one: (depth,), first layer first.

    Arguments as in `signal_profile`; `depth` is 2 or more (Schoenholz et al. 2017). The rms is over units and
    examples; where weights have a mean, the examples' sums are taken as normal.
    """
    logs = _log_squared_profile(activation, initializer, width, depth, bias_variance, inputs, input_square)
    return np.exp(logs / 2)


def depth_scale(
    activation: str | Activation,
    initializer: object = "glorot_uniform",
    width: int = 32,
    *,
    bias_variance: float = 0.0,
) -> float:
    """Layers over which the squared gradient changes by a factor e, 1 / |log chi| (Schoenholz et al. 2017).

    inf at criticality.
    """
    factor = layer_factor(activation, initializer, width, bias_variance=bias_variance)
    if factor == 0:
        return 0.0
    change = abs(2 * math.log(factor))
    return 1 / change if change > 1e-9 else math.inf


def critical_variance(activation: str | Activation, *, bias_variance: float = 0.0) -> float:
    """The n Var(W) at which the layer factor is 1: 1 for tanh, 2 for relu, 2 / (1 + a^2) for leaky relu.

    The edge of chaos of Poole et al. 2016; for relu the condition of He et al. 2015, for linear units that of
    Glorot & Bengio 2010. Raises ValueError where no value between 0.01 and 10,000 has factor 1.
    """

    def above(log_variance: float) -> bool:
        factor = layer_factor(activation, math.exp(log_variance), 1, bias_variance=bias_variance)
        return factor > 1 + 1e-9

    low, high = math.log(0.01), math.log(1e4)
    if above(low) or not above(high):
        raise ValueError(f"activation: {activation!r} has no n Var(W) between 0.01 and 10000 with factor 1.")
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) else (middle, high)
    return math.exp(low)


def _next(phi: Activation, weight: Moments, width: int, state: State, bias_variance: float) -> State:
    q = width * weight.variance * output_square(phi, state.variance, state.mean) + bias_variance
    mean = width * weight.mean * output_mean(phi, state.variance, state.mean)
    return State(_within(mean), _within(q))


def _within(number: float) -> float:
    return math.copysign(min(abs(number), _LARGEST), number)


def _settle(phi: Activation, weight: Moments, width: int, bias_variance: float, start: float) -> State:
    state = State(math.sqrt(start), start)
    for _ in range(_MAX_LAYERS):
        following = _next(phi, weight, width, state, bias_variance)
        if np.allclose(following, state, rtol=1e-12, atol=1e-14):
            break
        state = following
    return following


def _stable_crossing(ratio, start: float) -> float:
    """The q at which iterating q -> q ratio(q) from `start` comes to rest."""
    here = ratio(start)
    if abs(here - 1) < 1e-9:
        return start
    step = 10 ** (math.copysign(1, here - 1) / _STEPS_PER_DECADE)
    q = start
    while _SMALLEST < q < _LARGEST:
        if (ratio(q * step) > 1) != (here > 1):
            return _bisect(ratio, q, q * step, here > 1)
        q *= step
    return math.inf if here > 1 else 0.0


def _bisect(ratio, q: float, beyond: float, rising: bool) -> float:
    for _ in range(60):
        middle = math.sqrt(q * beyond)
        q, beyond = (middle, beyond) if (ratio(middle) > 1) == rising else (q, middle)
    return q


def _factors(phi: Activation, weight: Moments, width: int, state: State) -> tuple[float, float]:
    """Factor of the gradient's independent part, and of the part that all units share."""
    q, mean = min(max(state.variance, _SMALLEST), _LARGEST), state.mean
    independent = math.sqrt(width * weight.variance * slope_square(phi, q, mean))
    return independent, abs(width * weight.mean) * abs(slope_mean(phi, q, mean))


def _follow(
    phi: Activation, weight: Moments, width: int, start: State, depth: int, bias_variance: float
) -> list[State]:
    states = [start]
    while len(states) < depth:
        states.append(_next(phi, weight, width, states[-1], bias_variance))
    return states


def _log_squared_profile(
    activation, initializer, width: int, depth: int, bias_variance: float, inputs: int, input_square: float
) -> np.ndarray:
    """log E[delta_l^2] - log E[delta_depth^2]: as logarithms, for a sigmoid's squares underflow at depth 250."""
    if count("depth", depth, 1) < 2:
        raise ValueError("depth must be at least 2 to compare two hidden layers, got 1.")
    settings = {"bias_variance": bias_variance, "inputs": inputs, "input_square": input_square}
    (first,) = signal_profile(activation, initializer, width, 1, **settings)
    phi, weight = as_activation(activation), weight_moments(initializer, width, width)
    total = np.full(depth, -np.inf)
    for share, start in _input_states(first):
        states = _follow(phi, weight, width, start, depth, bias_variance)
        total = np.logaddexp(total, math.log(share) + _log_squared_deltas(phi, weight, width, states))
    return total - total[-1]


def _input_states(first: State) -> list[tuple[float, State]]:
    """First-layer states and their shares: a common mean carries each input's own sum, normal around 0."""
    if not first.mean:
        return [(1.0, first)]
    shares = np.exp(-(_SUMS**2) / 2) * np.gradient(_SUMS)
    states = [State(k * first.mean, first.variance) for k in _SUMS]
    return list(zip(shares / shares.sum(), states, strict=True))


def _log_squared_deltas(phi: Activation, weight: Moments, width: int, states: list[State]) -> np.ndarray:
    """log E[delta_l^2] per layer for dL/dz = 1 at one output unit, whose weights have the same moments.

    E[delta_l^2] is kept as a logarithm; `shared` is E[delta_l] over the rms, at most 1 in size.
    """
    # The output layer acts like a hidden one of width 1 whose delta is 1 and all shared.
    log_square, shared, fan, logs = 0.0, 1.0, 1, []
    for state in reversed(states):
        slopes = max(slope_square(phi, state.variance, state.mean), _TINY)
        growth = (fan * weight.variance + (fan * weight.mean * shared) ** 2) * slopes
        growth = max(growth, _TINY)
        shared *= fan * weight.mean * slope_mean(phi, state.variance, state.mean) / math.sqrt(growth)
        log_square, fan = log_square + math.log(growth), width
        logs.append(log_square)
    return np.array(logs[::-1])
