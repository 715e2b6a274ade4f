"""Lesson 5, from weights to a factor: the error's rms in the lowest hidden layer over that in the highest."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import (
    NO_RETURN,
    Seen,
    as_number,
    common_cause,
    near,
    told_apart,
)
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.looking import first_line
from vgcourse.course.exercises.initialization.factor_readings import (
    Net,
    Phi,
    error_sizes,
    median_factor,
    median_factors,
    slips_of,
)

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
            "That is the factor from the lowest layer to the highest. The error walks down: turn it over.",
            share=0.5,
        ),
        "no-slope": "Your error passes kernels alone. Each layer also multiplies it by slope(z).",
        "slope-of-h": "The slope is taken at the layer's output, h. It belongs to the pre-activation, z.",
        "before-slope": Miss(
            "That is the factor of dL/dh, noted before the slope. Asked for is δ = dL/dz.", share=0.5
        ),
        "signal": "That is the factor of the signal on its way up. The error on its way down has another one.",
        "kernels-shifted": "Each error passes the kernel *below* its layer. It arrives through the one above.",
        "count": Miss("Between the first and the last of d hidden layers there are d - 1 steps.", share=0.5),
        "line": Miss(
            "That is the slope of a line through all layers, as in lesson 4. Here the two ends decide: the "
            "lowest δ over "
            "the highest.",
            share=0.5,
        ),
        "output-skipped": "Your error is 1 at the highest hidden layer. It is 1 at the output, and passes the "
        "output's "
        "kernel and the slope on its way to δ of that layer.",
        "too-far": "Your error goes on to the input, through the first kernel. δ of the lowest hidden layer "
        "lies above "
        "that kernel.",
        "own-activation": "That is what relu would give. Use `phi` and `slope`, whichever they are.",
        "no-root": Miss("That is the whole ratio. One layer's share of it is a root.", share=0.5),
        "logarithm": Miss("That is the factor's logarithm: undo it with np.exp.", share=0.5),
        "mean-square": Miss("Those are ratios of mean squares. The factor is a ratio of their roots.", share=0.5),
        "mean-abs": Miss("That is the ratio of mean absolute errors. Asked for is the root mean square.", share=0.5),
        "signed-mean": "That is the ratio of mean errors, sign and all. They cancel: take the rms.",
        "mean": Miss(
            "That is the mean over the nets, which a single odd one can pull far away. Take the median.", share=0.5
        ),
        "neighbour": Miss(
            "Right where the number of nets is odd. With an even one the median lies midway between the two in the "
            "middle.",
            share=0.5,
        ),
        "dead-net": Miss(
            "Right, until some of the nets are dead, with an error of exactly 0. Leave them out.",
            share=0.5,
        ),
        "small-is-dead": Miss(
            "You left out a net whose error is faint. Dead are only those whose error is *exactly* 0; small "
            "errors are "
            "what this is about.",
            share=0.5,
        ),
        "one-depth": Miss(
            "Right while all nets have as many layers. Each net has a number of steps of its own, one fewer than its "
            "hidden layers.",
            share=0.5,
        ),
        "unlike-nets": Miss("Right for nets of one shape. These differ in their depths and widths.", share=0.5),
        "wrong-values": "Begin with a single net of two hidden layers.",
    },
)
Case = tuple[Phi, Phi, np.ndarray, list[Net], str]
APART = 1e-4  # ten times what `_same` lets pass
SEED = 1  # of nets that suit, which a test asserts
ONE = np.array([[1.00048, -0.70031]])  # a point; NumPy's float16 has 1.0 and -0.7002
TANH = (6, 4)  # units and hidden layers of the drawn nets


@measured_factor.suits
def suits_measured_factor(rng: np.random.Generator) -> bool:
    """No two misreadings come to one factor by chance, and no median to its neighbour."""
    return all(_tells_apart(*case[:4]) for case in _draw(rng)[:2])


def _tells_apart(phi: Phi, slope: Phi, X: np.ndarray, nets: list[Net]) -> bool:
    # Beside the median its neighbours need not be told apart: of an odd number it is both.
    slips = [values for key, values in slips_of(phi, slope, X, nets).items() if key != "neighbour"]
    readings = np.array([median_factor(phi, slope, X, nets), *(values[0] for values in slips)])
    # What is below 0, as the logarithm of a factor below 1 is, no other reading comes near.
    return bool(np.diff(np.sort(np.log(readings[np.isfinite(readings) & (readings > 0)]))).min() > APART)


def _draw(rng: np.random.Generator) -> list[Case]:
    """Drawn nets for tanh; an even number of deeper ones, whose error grows; one net of two layers and one point that
    a half-precision number does not hold; nets of which four are dead, from one layer or another down.

    One of the living has a faint error; the others' error grows more than tenfold at each layer.
    """
    fixed = np.random.default_rng(SEED)
    X, points = fixed.normal(size=(15, 2)), np.abs(fixed.normal(size=(11, 3)))
    loud = (*_tanh(0.3), X, [_net(fixed, 9, 6, 2, (5, 8)) for _ in range(12)], "tanh nets")
    nets = [_net(fixed, 7, 5, 3, (20, 40)) for _ in range(12)]
    nets[0] = [5e-5 * kernel for kernel in nets[0]]  # an error of 2e-16, and of 5e-32 when squared
    for i, net in enumerate(nets[8:]):
        dead = (0, 1, 1, -2)[i]
        net[dead] = -np.abs(net[dead])
    mixed = [nets[i] for i in fixed.permutation(12)]
    drawn = [_net(rng, *TANH, 2, (0.6, 2)) for _ in range(7)]
    return [
        (*_tanh(float(rng.uniform(0.8, 1.4))), rng.normal(size=(15, 2)), drawn, "tanh nets"),
        loud,
        (*_tanh(1.0), ONE, [_net(fixed, 3, 2, 2, (1, 2))], "tanh net"),
        (*_raised(), points, mixed, "nets with max(z, 0) + 1, four of them dead,"),
    ]


def _mixed() -> Case:
    """Three nets of 4, 2 and 6 hidden layers, wide and narrow ones: their factors differ with the root that is taken,
    and a norm is no rms."""
    rng = np.random.default_rng(SEED)
    widths = ((2, 8, 3, 5, 2, 1), (2, 4, 9, 1), (2, 3, 6, 2, 7, 4, 9, 1))
    shapes = [list(itertools.pairwise(of)) for of in widths]
    nets = [[2 * rng.normal(size=shape) / np.sqrt(shape[0]) for shape in of] for of in shapes]
    return (*_tanh(0.7), rng.normal(size=(9, 2)), nets, "tanh nets of 4, 2 and 6 hidden layers")


def _net(rng: np.random.Generator, width: int, depth: int, inputs: int, gains: tuple) -> Net:
    shapes = [(inputs, width), *[(width, width)] * (depth - 1), (width, 1)]
    gain = rng.uniform(*gains)
    return [gain * rng.normal(size=shape) / np.sqrt(shape[0]) for shape in shapes]


def _raised() -> tuple[Phi, Phi]:
    """Relu and 1: what lies above a dead layer still hears something, and passes the error down to it."""
    return lambda z: np.maximum(z, 0) + 1, lambda z: (z > 0).astype(float)


def _tanh(stretch: float) -> tuple[Phi, Phi]:
    return lambda z: np.tanh(stretch * z), lambda z: stretch / np.cosh(stretch * z) ** 2


@measured_factor.observe
def observe_measured_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        factors = [as_number(answer(nets, phi, slope, X)) for phi, slope, X, nets, _ in _draw(rng)]
        return {"factors": factors, "mixed": _of_mixed(answer)}


def _of_mixed(answer: Any) -> Any:
    """The factor of unlike nets, or what stops it: a wrong one that runs for nets of one shape is judged by those."""
    phi, slope, X, nets, _ = _mixed()
    try:
        return as_number(answer(nets, phi, slope, X))
    except Exception as error:
        return f"{type(error).__name__}: {first_line(error)}"


@measured_factor.judge
def judge_measured_factor(seen: Seen, rng: np.random.Generator) -> Any:
    if any(factor is None for factor in seen["factors"]):
        return "no-return"
    if several := [factor for factor in seen["factors"] if np.shape(factor)]:
        return "no-number", {"found": f"something of shape {np.shape(several[0])}"}
    got, cases = [float(np.ravel(factor)[0]) for factor in seen["factors"]], _draw(rng)
    wanted = [median_factors(*case[:4]) for case in cases]
    off = [i for i, (g, ways) in enumerate(zip(got, wanted, strict=True)) if not any(_same(g, w) for w in ways)]
    if not off:
        return _judge_mixed(seen["mixed"], _mixed())
    i = off[0]
    place = f"For {len(cases[i][3])} {cases[i][4]} of {len(cases[i][3][0]) - 1} hidden layers"
    mine, right = told_apart(got[i], wanted[i][0], 6)
    fact = {"fact": f"{place} you get {mine}, where it should be {right}."}
    if off == [len(cases) - 1]:
        # Dead nets may spoil the last of the cases in a way of their own.
        faint = _same(got[i], _without_the_faint(cases[i]))
        return "dead-net" if _spoilt(got[i], cases[i]) else "small-is-dead" if faint else "wrong-values", fact
    # Dead nets may spoil the last of the cases in a way of their own: the cause is sought in the others.
    return common_cause(got[:-1], [slips_of(*case[:4]) for case in cases[:-1]], _same) or "wrong-values", fact


def _judge_mixed(found: Any, case: Case) -> Any:
    """Nets of several shapes, after nets of one: has each of them its own number of steps?"""
    phi, slope, X, nets, place = case
    if isinstance(found, str):
        return "unlike-nets", {"fact": f"For {place} it stops: {found[:150]}."}
    got = float(np.ravel(found)[0]) if np.shape(found) == () and found is not None else np.nan
    ratios = [s[0] / s[-1] for s in (error_sizes(net, phi, slope, X) for net in nets)]
    roots = [1 / (len(net) - 2) for net in nets]
    wanted = float(np.median([ratio**root for ratio, root in zip(ratios, roots, strict=True)]))
    if _same(got, wanted):
        return None
    of_one = any(_same(got, float(np.median(ratios)) ** root) for root in roots)
    mine, right = told_apart(got, wanted, 6)
    fact = {"fact": f"For {place} you get {mine}, where it should be {right}."}
    return "one-depth" if of_one else "unlike-nets", fact


def _spoilt(got: float, case: Case) -> bool:
    """Whether dead nets have come into the median, as 0 or as no number."""
    phi, slope, X, nets, _ = case
    sizes = [error_sizes(net, phi, slope, X) for net in nets]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.array([(np.float64(s[0]) / s[-1]) ** (1 / (len(s) - 1)) for s in sizes])
    ways = [each, np.nan_to_num(each), np.nan_to_num(each, nan=1.0), each[~np.isnan(each)]]
    return not np.isfinite(got) or any(_same(got, float(np.median(way))) for way in ways)


def _without_the_faint(case: Case) -> float:
    """The median factor over the nets whose error is above 1e-5 throughout."""
    phi, slope, X, nets, _ = case
    kept = [net for net in nets if min(error_sizes(net, phi, slope, X)) > 1e-5]
    return median_factor(phi, slope, X, kept)


def _same(got: float, wanted: float) -> bool:
    """With room for float32; where all nets die, no number equals no number."""
    return near(got, wanted, rtol=1e-5, atol=0) or bool(np.isnan(got) and np.isnan(wanted))


@measured_factor.own_version
def own_measured_factor() -> Any:
    def rms(values):
        return np.sqrt(np.mean(values**2))

    def factor(kernels, phi, slope, X):
        h, zs = X, []
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error, sizes = np.ones((len(X), 1)), []
        for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
            error = (error @ kernel.T) * slope(z)
            sizes.append(rms(error))
        return (sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1)) if sizes[-1] > 0 else 0.0

    def measured_factor(nets, phi, slope, X):
        factors = [factor(kernels, phi, slope, X) for kernels in nets]
        return float(np.median([r for r in factors if r > 0]))

    return measured_factor
