"""Results that stand alone: bounds, gains, finite width, residual and normalised nets."""

import math

import numpy as np

from vgcourse.nets.sizes import count
from vgcourse.nets.theory.activations import Activation, as_activation

BATCH_NORM_RELU_FACTOR = math.sqrt(math.pi / (math.pi - 1))
"""1.2112: batch normalisation before every relu makes gradients *explode* by this factor a layer at
initialisation, for large batches and whatever the scale of the weights (Yang et al. 2019)."""

_EULER = 0.57721566490153286


def hochreiter_bound(depth: int, weight: float = 1.0, activation: str | Activation = "sigmoid") -> float:
    """Largest possible product of `depth` local factors |phi'(z) w|: (weight max|phi'|)^depth.

    For a sigmoid 4^-depth at |w| = 1; 9.5e-7 at depth 10 (Hochreiter et al. 2001).
    """
    return (abs(weight) * as_activation(activation).max_slope) ** count("depth", depth, 0)


def recurrent_threshold(activation: str | Activation = "tanh") -> float:
    """1 / gamma, where gamma = max|phi'|, for the recurrent kernel's largest singular value.

    Below it gradients through time must vanish; to explode it has to be exceeded, which is no guarantee
    (Pascanu, Mikolov & Bengio 2013). 4 for a sigmoid, 1 for tanh.
    """
    return 1 / as_activation(activation).max_slope


def sussillo_gain(activation: str, width: int) -> float:
    """Gain g for weights N(0, g^2 / width) that keeps the mean *logarithm* of |delta| level.

    Sussillo & Abbott 2014. Linear: exp(1 / (2 n)). Relu: sqrt(2) exp(1.2 / (max(n, 6) - 2.4)), their fit. As
    width grows these come to 1 and to the sqrt(2) of He et al. 2015. Raises ValueError for other activations.
    """
    width = count("width", width, 1)
    if activation == "linear":
        return math.exp(1 / (2 * width))
    if activation == "relu":
        return math.sqrt(2) * math.exp(1.2 / (max(width, 6) - 2.4))
    raise ValueError(f"activation: the gain is known for 'linear' and 'relu', not for {activation!r}.")


def relu_log_growth(width: int, gain: float = math.sqrt(2)) -> tuple[float, float]:
    """Mean and variance of log(|delta_l|^2 / |delta_(l+1)|^2), one relu layer, weights N(0, gain^2 / width).

    For one example |delta|^2 is multiplied by gain^2 / n times a chi-square variable with K degrees of
    freedom, K ~ Binomial(n, 1/2) the number of active units; this is its logarithm, given that some unit is
    active. The step of Sussillo & Abbott 2014's random walk, in closed form; with He's gain and wide layers
    it comes to -5 / (2 n) and 5 / n (Hanin & Nica 2020).
    """
    n = count("width", width, 1)
    active = np.arange(1, n + 1)
    share = np.array([math.comb(n, int(k)) for k in active], float)
    share /= share.sum()
    mean = np.array([_digamma_half(int(k)) for k in active]) + math.log(2 * gain**2 / n)
    variance = np.array([_trigamma_half(int(k)) for k in active])
    average = float(share @ mean)
    return average, float(share @ (variance + (mean - average) ** 2))


def hanin_log_square(widths: list[int]) -> tuple[float, float]:
    """Mean and variance of log |x_L|^2 / |x_0|^2, relu, He's variance: -beta/2 and beta, beta = 5 sum 1/n.

    It grows with depth over width (Hanin 2018; the normal limit: Hanin & Nica 2020). Good from width 32; at
    width 5 use `relu_log_growth`.
    """
    beta = 5 * sum(1 / count("widths", n, 1) for n in widths)
    return -beta / 2, beta


def dead_network_bound(width: int, depth: int) -> float:
    """Upper bound 1 - (1 - 2^-n)^depth on the probability that relu layers are born dead (Lu et al. 2019).

    For one input and no biases a layer is dead with probability 2^-n, and the bound is exact. For many inputs
    at once it is far from reached: one living input keeps a layer alive.
    """
    width, depth = count("width", width, 1), count("depth", depth, 0)
    return -math.expm1(depth * math.log1p(-(2.0**-width)))


def lyapunov_exponents(width: int) -> np.ndarray:
    """Growth per layer of the log singular values of a product of n x n kernels N(0, 1/n): (n,), falling.

    (psi((n - i + 1) / 2) + log(2 / n)) / 2 for i = 1 to n (Newman 1986), reached when the depth is far above the
    width. An orthogonal product has n zeros in their place (Saxe et al. 2014).
    """
    n = count("width", width, 1)
    return np.array([(_digamma_half(k) + math.log(2 / n)) / 2 for k in range(n, 0, -1)])


def condition_growth(width: int) -> float:
    """log10 of the factor by which one more N(0, 1/n) kernel multiplies a deep product's condition number."""
    exponents = lyapunov_exponents(width)
    return float(exponents[0] - exponents[-1]) / math.log(10)


def residual_growth(blocks: int, branch_scale: float = 1.0, branch_gain: float = 1.0) -> float:
    """E|x_L|^2 / E|x_0|^2 over blocks x + branch_scale F(x): (1 + branch_scale^2 branch_gain)^blocks.

    `branch_gain` is E|F(x)|^2 / E|x|^2: 1 for relu and a dense layer with He's variance, so that plain blocks
    double; with branch_scale 1/sqrt(L) the whole net grows by less than e, with 0 not at all. The squared
    gradient grows by the same factor on its way back (He et al. 2016 give dL/dx_l as dL/dx_L times
    1 + d(sum F)/dx_l, whose second term adds its square while branches are independent). Raises ValueError for a
    negative `branch_gain` and for `blocks` that are no whole number.
    """
    if branch_gain < 0:
        raise ValueError(f"branch_gain is a ratio of squares and cannot be negative, got {branch_gain:g}.")
    return (1 + branch_scale**2 * branch_gain) ** count("blocks", blocks, 0)


def _digamma_half(k: int) -> float:
    """psi(k / 2), by psi(x + 1) = psi(x) + 1 / x."""
    start = -_EULER if k % 2 == 0 else -_EULER - 2 * math.log(2)
    return start + sum(2 / j for j in range(2 - k % 2, k, 2))


def _trigamma_half(k: int) -> float:
    """psi'(k / 2), by psi'(x + 1) = psi'(x) - 1 / x^2."""
    start = math.pi**2 / 6 if k % 2 == 0 else math.pi**2 / 2
    return start - sum(4 / j**2 for j in range(2 - k % 2, k, 2))
