"""Lesson 5, the factor of nets from their weights, and what misreadings make of it."""

from collections.abc import Callable

import numpy as np

from vgcourse.course.checks.compare import middle_two, rms

Net = list[np.ndarray]
Phi = Callable[[np.ndarray], np.ndarray]


def preactivations(net: Net, phi: Phi, X: np.ndarray) -> list[np.ndarray]:
    """The sums z of every hidden layer, first to last: (examples, units) each."""
    zs, h = [], X
    for kernel in net[:-1]:
        zs.append(h @ kernel)
        h = phi(zs[-1])
    return zs


def errors(
    net: Net, zs: list[np.ndarray], slope: Phi, shift: int = 0, from_output: bool = True
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """dL/dh and dL/dz of every hidden layer, first to last; `shift` takes kernels from further down.

    Without `from_output` the highest layer's δ is 1 itself.
    """
    error, dhs, dzs = np.ones((len(zs[0]), 1)), [], []
    if not from_output:
        error = np.ones_like(zs[-1])
        dhs, dzs = [error], [error]
    for layer in reversed(range(len(zs) - (not from_output))):
        # From the second layer up all kernels are square, so that a shifted one fits as well.
        kernel = net[layer + 1 - (shift if 0 < layer < len(zs) - 1 else 0)]
        dhs.insert(0, error @ kernel.T)
        error = dhs[0] * slope(zs[layer])
        dzs.insert(0, error)
    return dhs, dzs


def error_sizes(net: Net, phi: Phi, slope: Phi, X: np.ndarray) -> list[float]:
    """The root mean square of dL/dz in every hidden layer, first to last."""
    return [rms(dz) for dz in errors(net, preactivations(net, phi, X), slope)[1]]


def median_factor(phi: Phi, slope: Phi, X: np.ndarray, nets: list[Net]) -> float:
    """The median over the nets of one layer's share of the change, without those whose error dies."""
    return median_factors(phi, slope, X, nets)[0]


def median_factors(phi: Phi, slope: Phi, X: np.ndarray, nets: list[Net]) -> list[float]:
    """The median factor; that of an even number of nets is a little different before the root, or by logarithms."""
    sizes = [error_sizes(net, phi, slope, X) for net in nets]
    ratios = np.array([s[0] / s[-1] for s in sizes if s[0] > 0])
    root = 1 / (len(sizes[0]) - 1)
    ways = np.median(ratios**root), np.median(ratios) ** root, np.exp(np.median(np.log(ratios)) * root)
    return [float(way) for way in ways]


def slips_of(phi: Phi, slope: Phi, X: np.ndarray, nets: list[Net]) -> dict[str, list[float]]:
    """Misconception → what it makes of these nets, in each of the ways in which it is made."""
    ups = [preactivations(net, phi, X) for net in nets]
    downs = [errors(net, zs, slope) for net, zs in zip(nets, ups, strict=True)]
    depth = len(nets[0]) - 1
    steps = 1 / (depth - 1)

    def median(layers: list[list[np.ndarray]], size: Callable = rms, power: float = steps) -> float:
        return float(np.median([(size(values[0]) / size(values[-1])) ** power for values in layers]))

    dzs = [dz for _, dz in downs]
    ratios = np.array([rms(dz[0]) / rms(dz[-1]) for dz in dzs])
    no_slope = [errors(net, zs, np.ones_like)[1] for net, zs in zip(nets, ups, strict=True)]
    of_h = [errors(net, zs, lambda z: slope(phi(z)))[1] for net, zs in zip(nets, ups, strict=True)]
    shifted = [errors(net, zs, slope, 1)[1] for net, zs in zip(nets, ups, strict=True)]
    lines = [np.polyfit(range(depth), np.log([rms(layer) for layer in dz]), 1)[0] for dz in dzs]
    without = [errors(net, zs, slope, from_output=False)[1] for net, zs in zip(nets, ups, strict=True)]
    further = np.array([rms(dz[0] @ net[0].T) / rms(dz[-1]) for dz, net in zip(dzs, nets, strict=True)])
    relu_ups = [preactivations(net, lambda z: np.maximum(z, 0), X) for net in nets]
    relu = [errors(net, zs, lambda z: z > 0)[1] for net, zs in zip(nets, relu_ups, strict=True)]
    return {
        "upside-down": [1 / median(dzs), float(np.median(ratios**-steps)), float(np.median(1 / ratios) ** steps)],
        "no-slope": [median(no_slope)],
        "slope-of-h": [median(of_h)],
        "before-slope": [median([dh for dh, _ in downs])],
        "signal": [median([zs[::-1] for zs in ups]), median([[phi(z) for z in zs[::-1]] for zs in ups])],
        "kernels-shifted": [median(shifted)],
        "count": [median(dzs, power=1 / depth), median(dzs, power=1 / (depth + 1))],
        "line": [float(np.exp(-np.median(lines))), float(np.median(np.exp(-np.array(lines))))],
        "output-skipped": [median(without)],
        "too-far": [float(np.median(further**power)) for power in (1 / depth, steps)],
        "own-activation": [_median_of_living(relu, steps)],
        "no-root": [float(np.median(ratios))],
        "logarithm": [log(median(dzs)) for log in (np.log, np.log10)],
        "mean-square": [median(dzs, power=2 * steps)],
        "mean-abs": [median(dzs, size=lambda values: np.mean(np.abs(values)))],
        "signed-mean": [median(dzs, size=lambda values: np.abs(np.mean(values)))],
        "mean": [float(np.mean(ratios**steps))],
        "neighbour": [float(r) for r in middle_two(ratios**steps)],
    }


def _median_of_living(layers: list[list[np.ndarray]], power: float) -> float:
    """The median factor of those whose error does not die; no number where there is none."""
    ratios = [rms(dz[0]) / rms(dz[-1]) for dz in layers if np.any(dz[0])]
    return float(np.median(np.array(ratios) ** power)) if ratios else np.nan
