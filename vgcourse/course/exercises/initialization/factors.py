"""Lesson 5, from weights to a factor: the error's rms in the lowest hidden layer over that in the highest."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

Net = list[np.ndarray]
Phi = Callable[[np.ndarray], np.ndarray]

measured_factor = Exercise(
    "measured-factor",
    points=2,
    title="the layer factor from the weights",
    answers=("measured_factor",),
    passed="Up with the signal, down with the error: no loss, no labels, and the number that decides is there.",
    misses={
        "no-return": NO_RETURN.format(name="measured_factor"),
        "no-number": "measured_factor gives back one number for all nets together; here it gives {found}.",
        "upside-down": Miss(
            "{got:.3g} is the factor from the lowest layer to the highest. The error walks down: turn it over.",
            share=0.5,
        ),
        "no-slope": "Your error passes the kernels and no activation. Each layer also multiplies it by slope(z).",
        "slope-of-h": "The slope is taken at the layer's output, h. It belongs to the pre-activation, z.",
        "before-slope": Miss(
            "That is the factor of dL/dh, noted before the slope. Asked for is δ = dL/dz.", share=0.5
        ),
        "signal": "That is the factor of the signal on its way up. The error on its way down has another one.",
        "kernels-shifted": "Each error passes the kernel *below* its layer. It arrives through the kernel above.",
        "count": Miss("Nearly: between the first and the last of d hidden layers there are d - 1 steps.", share=0.5),
        "no-root": "That is the whole ratio, {got:.3g}. One layer's share of it is a root.",
        "mean-square": "Those are ratios of mean squares. The factor is a ratio of their roots.",
        "mean-abs": Miss("That is the ratio of mean absolute errors. Asked for is the root mean square.", share=0.5),
        "signed-mean": "That is the ratio of mean errors, sign and all. They cancel, and are no size: take the rms.",
        "mean": Miss("That is the mean over the nets. A few odd ones pull it far away; take the median.", share=0.5),
        "dead-net": Miss(
            "Right, until some of the nets are dead: with their error of exactly 0 the median comes to {got:.3g}. "
            "Leave them out.",
            share=0.5,
        ),
        "wrong-values": "You get {got:.4g}, where the median of the nets' factors is {wanted:.4g}.",
    },
)
WIDTH, DEPTH = 6, 4
APART = 1e-4  # ten times what `_same` lets pass

Drawn = tuple[float, np.ndarray, list[Net], list[Net]]


@measured_factor.suits
def suits_measured_factor(rng: np.random.Generator) -> bool:
    """Five of the nets for relu live, and no two misreadings come to one factor by chance."""
    stretch, X, nets, relu_nets = _draw(rng)
    alive = sum(bool(_sizes(net, *_relu(), X)[0] > 0) for net in relu_nets)
    return alive == 5 and _tells_apart(stretch, X, nets, relu_nets)


def _tells_apart(stretch: float, X: np.ndarray, nets: list[Net], relu_nets: list[Net]) -> bool:
    phis = _tanh(stretch)
    readings = [_factor(nets, *phis, X), *_slips(nets, *phis, X).values()]
    living = [_factor([net], *_relu(), X) for net in relu_nets if _sizes(net, *_relu(), X)[0] > 0]
    return all(np.diff(np.sort(np.log(values))).min() > APART for values in (readings, living))


def _draw(rng: np.random.Generator) -> Drawn:
    """A stretch for tanh, points, seven nets for it, and seven for relu of which two are dead."""
    X = rng.normal(size=(15, 2))
    nets, relu_nets = ([_net(rng) for _ in range(7)] for _ in range(2))
    for net in relu_nets[5:]:
        net[1] = -np.abs(net[1])
    return float(rng.uniform(0.8, 1.4)), X, nets, [relu_nets[i] for i in rng.permutation(7)]


def _net(rng: np.random.Generator) -> Net:
    shapes = [(2, WIDTH), *[(WIDTH, WIDTH)] * (DEPTH - 1), (WIDTH, 1)]
    gain = rng.uniform(0.6, 2)
    return [gain * rng.normal(size=shape) / np.sqrt(shape[0]) for shape in shapes]


def _relu() -> tuple[Phi, Phi]:
    return lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)


def _tanh(stretch: float) -> tuple[Phi, Phi]:
    return lambda z: np.tanh(stretch * z), lambda z: stretch / np.cosh(stretch * z) ** 2


@measured_factor.observe
def observe_measured_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    stretch, X, nets, relu_nets = _draw(rng)
    with np.errstate(all="ignore"):
        return {"tanh": _number(answer(nets, *_tanh(stretch), X)), "relu": _number(answer(relu_nets, *_relu(), X))}


def _number(found: Any) -> Any:
    return found if found is None else np.asarray(found, float)


@measured_factor.judge
def judge_measured_factor(seen: Seen, rng: np.random.Generator) -> Any:
    if seen["tanh"] is None:
        return "no-return"
    if np.size(seen["tanh"]) != 1:
        return "no-number", {"found": f"an array of shape {np.shape(seen['tanh'])}"}
    stretch, X, nets, relu_nets = _draw(rng)
    got, wanted = float(np.ravel(seen["tanh"])[0]), _factor(nets, *_tanh(stretch), X)
    if not _same(got, wanted):
        slips = _slips(nets, *_tanh(stretch), X)
        key = next((key for key, wrong in slips.items() if _same(got, wrong)), "wrong-values")
        return key, {"got": got, "wanted": wanted}
    of_relu = float(np.ravel(seen["relu"])[0])
    return None if _same(of_relu, _factor(relu_nets, *_relu(), X)) else ("dead-net", {"got": of_relu})


def _same(got: float, wanted: float) -> bool:
    return near(got, wanted, rtol=1e-5, atol=0)  # room for float32


def _up(net: Net, phi: Phi, X: np.ndarray) -> list[np.ndarray]:
    zs, h = [], X
    for kernel in net[:-1]:
        zs.append(h @ kernel)
        h = phi(zs[-1])
    return zs


def _down(net: Net, zs: list[np.ndarray], slope: Phi, shift: int = 0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """dL/dh and dL/dz of every hidden layer, first to last; `shift` takes kernels from further down."""
    error, dhs, dzs = np.ones((len(zs[0]), 1)), [], []
    for layer in reversed(range(len(zs))):
        # From the second layer up all kernels are square, so that a shifted one fits as well.
        kernel = net[layer + 1 - (shift if 0 < layer < len(zs) - 1 else 0)]
        dhs.insert(0, error @ kernel.T)
        error = dhs[0] * slope(zs[layer])
        dzs.insert(0, error)
    return dhs, dzs


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _sizes(net: Net, phi: Phi, slope: Phi, X: np.ndarray) -> list[float]:
    return [_rms(dz) for dz in _down(net, _up(net, phi, X), slope)[1]]


def _factor(nets: list[Net], phi: Phi, slope: Phi, X: np.ndarray) -> float:
    sizes = [_sizes(net, phi, slope, X) for net in nets]
    return float(np.median([(s[0] / s[-1]) ** (1 / (DEPTH - 1)) for s in sizes if s[0] > 0]))


def _slips(nets: list[Net], phi: Phi, slope: Phi, X: np.ndarray) -> dict[str, float]:
    ups = [_up(net, phi, X) for net in nets]
    downs = [_down(net, zs, slope) for net, zs in zip(nets, ups, strict=True)]
    steps = 1 / (DEPTH - 1)

    def median(layers: list[list[np.ndarray]], size: Callable = _rms, power: float = steps) -> float:
        return float(np.median([(size(values[0]) / size(values[-1])) ** power for values in layers]))

    dzs = [dz for _, dz in downs]
    ratios = np.array([_rms(dz[0]) / _rms(dz[-1]) for dz in dzs])
    no_slope = [_down(net, zs, np.ones_like)[1] for net, zs in zip(nets, ups, strict=True)]
    of_h = [_down(net, zs, lambda z: slope(phi(z)))[1] for net, zs in zip(nets, ups, strict=True)]
    shifted = [_down(net, zs, slope, 1)[1] for net, zs in zip(nets, ups, strict=True)]
    return {
        "upside-down": 1 / median(dzs),
        "no-slope": median(no_slope),
        "slope-of-h": median(of_h),
        "before-slope": median([dh for dh, _ in downs]),
        "signal": median([zs[::-1] for zs in ups]),
        "kernels-shifted": median(shifted),
        "count": median(dzs, power=1 / DEPTH),
        "no-root": float(np.median(ratios)),
        "mean-square": median(dzs, power=2 * steps),
        "mean-abs": median(dzs, size=lambda values: np.mean(np.abs(values))),
        "signed-mean": median(dzs, size=lambda values: np.abs(np.mean(values))),
        "mean": float(np.mean(ratios**steps)),
    }


@measured_factor.own_version
def own_measured_factor() -> Any:
    def measured_factor(nets, phi, slope, X):
        sizes = np.array([_sizes(net, phi, slope, X) for net in nets])
        lowest, highest = sizes[sizes[:, 0] > 0][:, [0, -1]].T
        return float(np.median((lowest / highest) ** (1 / (sizes.shape[1] - 1))))

    return measured_factor
