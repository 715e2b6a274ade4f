"""Lesson 4, the layer factor: a line through the logarithms of each net, and the median slope."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, middle_two, near, told_apart
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

layer_factor = Exercise(
    "layer-factor",
    points=3,
    title="the layer factor, as a slope",
    answers=("layer_factor",),
    passed="A straight line on a logarithmic axis is a factor per layer, and you read it off as theory does.",
    misses={
        "no-return": NO_RETURN.format(name="layer_factor"),
        "no-number": "layer_factor gives back one number for all nets together; here it gives {found}.",
        "dead-net": Miss(
            "Some of the nets have a gradient of exactly 0, in some layer or other, and 0 has no logarithm. "
            "Leave such nets out.",
            share=0.5,
        ),
        "upside-down": Miss(
            "That is the factor on the way up, from the input to the output. The error walks down: turn it over.",
            share=0.5,
        ),
        "slope": Miss("That is the slope of the logarithm. Undo the logarithm to get a factor.", share=0.5),
        "base": Miss(
            "The logarithm and its inverse do not belong together: `np.log` goes with `np.exp`, "
            "`np.log10` with `10 **`.",
            share=0.5,
        ),
        "linear": "This line was fitted to the sizes themselves. A factor per layer is a straight line "
        "only on a logarithmic axis.",
        "averaged-first": "You averaged the nets first. The largest then speaks for all of them: fit one "
        "line a net, and take the median of the slopes.",
        "pooled-median": Miss(
            "You took the median over the nets first, layer by layer, and fitted one line to it. Fit one "
            "line a net, and take the median of the slopes.",
            share=0.5,
        ),
        "one-too-many": Miss(
            "That is the root for d layers, of the first layer's size over the last one's. Between d layers "
            "there are d - 1 steps; and a line through all of them has less noise than its two ends.",
            share=0.5,
        ),
        "never-above-1": Miss("Your factor never exceeds 1. A gradient can also grow on its way down.", share=0.5),
        "mean": Miss(
            "That is the mean over the nets, which a single odd one can pull far away. Take the median.", share=0.5
        ),
        "living-part": Miss(
            "Of a net that is dead in some layers you fit a line through the others. Leave such a net out as a "
            "whole.",
            share=0.5,
        ),
        "small-is-dead": Miss(
            "You leave out nets whose gradient is tiny. Dead are only those with a gradient of *exactly* 0: the "
            "tiny ones "
            "are what this is about.",
            share=0.5,
        ),
        "neighbour": Miss(
            "Right where the number of nets is odd. With an even one the median lies midway between the two in the "
            "middle.",
            share=0.5,
        ),
        "steps": "You take the median over the single steps from layer to layer. Fit one line a net, through all its "
        "layers, and take the median of the slopes.",
        "two-points": Miss(
            "That is what the first and the last layer alone say (the mean over the steps between them comes to the "
            "same), with the noise of just two numbers. Fit a line through all of them.",
            share=0.5,
        ),
        "wrong-values": "Begin with a single net: fit its line, and look at the slope.",
    },
)


def _nets(rng: np.random.Generator) -> list[np.ndarray]:
    """Drawn nets whose gradient shrinks or grows; then, always, one that shrinks, and one that grows tenfold.

    The second has an even number of living nets and sizes of 1e-40; in the third some nets are dead in the middle
    layers alone; in the last there are more layers than nets.
    """
    fixed = np.random.default_rng(8)
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.5, 1.2))
    shrinks, grows = 1e-30 * _profiles(fixed, 0.4, 18, 6), _profiles(fixed, 13.0, 21, 11)
    grows[fixed.permutation(len(grows))[:3], 4:7] = 0
    return [_profiles(rng, factor, 21, 8), shrinks, grows, _profiles(fixed, 0.6, 7, 13)]


def _profiles(rng: np.random.Generator, factor: float, living: int, layers: int) -> np.ndarray:
    """(living + 3, layers): four of the living fall more steeply; in the others lower layers receive exactly 0."""
    factors = factor * np.exp(0.05 * rng.normal(size=living)) * np.repeat([1, 0.1], [living - 4, 4])
    passed = np.arange(layers - 1, -1, -1)
    noise = 0.7 * rng.normal(size=(living, 1)) + 0.35 * rng.normal(size=(living, layers))
    sizes = np.exp(noise) * factors[:, None] ** passed
    dead = np.where(passed > layers // 2, 0, sizes[:3])
    return rng.permutation(np.concatenate([sizes, dead]))


def _slopes(logs: np.ndarray) -> np.ndarray:
    """The slope of a line through each row, over the number of layers passed."""
    passed = np.arange(logs.shape[-1] - 1, -1, -1) - (logs.shape[-1] - 1) / 2
    return logs @ passed / (passed @ passed)


@layer_factor.observe
def observe_layer_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"factors": [as_number(answer(profiles)) for profiles in _nets(rng)]}


@layer_factor.judge
def judge_layer_factor(seen: Seen, rng: np.random.Generator) -> Any:
    cases, factors = _nets(rng), []
    for got in seen["factors"]:
        if got is None:
            return "no-return"
        if isinstance(got, (list, dict, str)) or np.shape(got) != ():
            found = f"a list of {len(got)}" if isinstance(got, list) else f"something of shape {np.shape(got)}"
            return "no-number", {"found": found}
        factors.append(float(np.ravel(np.asarray(got, float))[0]))
    off = [i for i, profiles in enumerate(cases) if not _any_near(factors[i], _right(profiles))]
    if not off:
        return None
    return _cause_of_factor(factors, cases), _fact_of_factor(factors[off[0]], cases[off[0]])


def _right(profiles: np.ndarray) -> list[float]:
    """The factor of the median slope; with an even number of nets the median of the factors is another number."""
    slopes = _slopes(np.log(profiles[(profiles > 0).all(1)]))
    return [float(np.exp(np.median(slopes))), float(np.median(np.exp(slopes)))]


def _any_near(got: float, wanted: list) -> bool:
    return any(near(got, value, rtol=1e-6, atol=0) for value in wanted)


def _fact_of_factor(got: float, profiles: np.ndarray) -> dict[str, Any]:
    nets, layers = profiles.shape
    dead = int(np.sum(~(profiles > 0).all(1)))
    place = f"For {nets} nets of {layers} layers, {dead} of them dead"
    mine, right = told_apart(got, _right(profiles)[0], 6)
    return {"fact": f"{place}, you get {mine}, where it should be {right}.", "got": got}


def _cause_of_factor(factors: list[float], cases: list[np.ndarray]) -> str:
    slips = [_slips_of_factor(profiles) for profiles in cases]
    # A bound under which all is dead spoils the tiny nets alone: that is no dead net's doing.
    only_tiny = all(_any_near(got, _right(p)) for got, p in zip(factors[::2], cases[::2], strict=True))
    fits = (key for key in slips[0] if _explains(key, factors, [of[key] for of in slips]))
    return next((key for key in fits if not (key == "dead-net" and only_tiny)), "wrong-values")


def _explains(key: str, factors: list[float], results: list[list[float]]) -> bool:
    """Whether one formula gave all factors. Of dead nets, and of bounds for them, there are more than are listed:
    there it may be another one in each case."""
    if key in ("dead-net", "small-is-dead"):
        return all(_spoilt(key, got, of) or _any_near(got, of) for got, of in zip(factors, results, strict=True))
    return any(all(map(_any_near, factors, zip(formula, strict=True))) for formula in zip(*results, strict=True))


def _spoilt(key: str, got: float, of: list[float]) -> bool:
    """With a dead net's logarithm in it, a median is no number, or 0; where all nets are left out there is none."""
    none_left = key == "small-is-dead" and np.isnan(got) and np.isnan(of).any()
    return none_left or (key == "dead-net" and (not np.isfinite(got) or got == 0))


TINY = (1e-300, 1e-30, 1e-12, 1e-10, 1e-8)


def _slips_of_factor(profiles: np.ndarray) -> dict[str, list]:
    whole = profiles[(profiles > 0).all(1)]
    slopes, right = _slopes(np.log(whole)), _right(profiles)
    ends = np.median(np.log(whole[:, 0] / whole[:, -1])) / (whole.shape[1] - 1)
    whole_ratio = np.median((whole[:, 0] / whole[:, -1]) ** (1 / (whole.shape[1] - 1)))
    linear = [np.median(_slopes(p)) for p in (whole, profiles)]
    steps = whole[:, :-1] / whole[:, 1:]
    # A zero in the lower layers makes a slope without limit, or, with something tiny added, a very steep one.
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = np.append(slopes, [-np.inf] * (len(profiles) - len(whole)))
        level = np.append(slopes, [np.inf] * (len(profiles) - len(whole)))
        ratios = [np.median((p[:, 0] / p[:, -1]) ** (1 / (p.shape[1] - 1))) for p in (profiles,)]
        tiny = [np.exp(np.median(_slopes(np.log(profiles + small)))) for small in TINY]
        pooled = [
            (f, p, np.exp(_slopes(np.log(f(p, axis=0))))) for p in (whole, profiles) for f in (np.mean, np.median)
        ]
    of_mean, of_median = ([r for f, _, r in pooled if f is g] for g in (np.mean, np.median))
    return {
        "dead-net": [np.exp(np.median(steep)), np.exp(np.median(level)), *ratios, *tiny, *right],
        "upside-down": [1 / value for value in right],
        "slope": [s * np.median(slopes) / b for s in (1, -1) for b in (1, np.log(10))],
        "base": [np.exp(s * np.log(right[0]) / np.log(10)) for s in (1, -1)]
        + [10 ** (s * np.log(right[0])) for s in (1, -1)],
        "linear": [t * v for v in linear for t in (1, -1)] + [np.exp(t * v) for v in linear for t in (1, -1)],
        "averaged-first": of_mean + [1 / p for p in of_mean],
        "pooled-median": of_median + [1 / p for p in of_median],
        "mean": [np.exp(np.mean(slopes)), np.mean(np.exp(slopes))],
        "two-points": [np.exp(ends), np.exp(-ends), whole_ratio],
        "one-too-many": [np.exp(ends * (whole.shape[1] - 1) / whole.shape[1])],
        "living-part": [np.exp(np.median(np.append(slopes, _living_parts(profiles))))],
        "neighbour": [np.exp(slope) for slope in middle_two(slopes)],
        "small-is-dead": [_above(limit, whole) for limit in (1e-20, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5)],
        "steps": [np.median(steps), np.exp(np.median(np.median(np.log(steps), axis=1)))],
        "never-above-1": [min(1.0, right[0]), np.exp(-abs(np.median(slopes))), np.exp(np.median(-np.abs(slopes)))],
    }


def _living_parts(profiles: np.ndarray) -> list[float]:
    """Of each dead net the slope through the layers whose gradient is not 0."""
    slopes = []
    for row in profiles[~(profiles > 0).all(1)]:
        passed = np.flatnonzero(row > 0)
        if len(passed) > 1:
            slopes.append(-np.polyfit(passed, np.log(row[passed]), 1)[0])
    return slopes


def _above(limit: float, whole: np.ndarray) -> float:
    """The factor of the nets that lie above a limit throughout; no number where none does."""
    kept = whole[(whole > limit).all(1)]
    return float(np.exp(np.median(_slopes(np.log(kept))))) if len(kept) else np.nan


@layer_factor.own_version
def own_layer_factor() -> Any:
    def layer_factor(profiles):
        profiles = np.asarray(profiles, float)
        whole = profiles[(profiles > 0).all(axis=1)]
        slopes = np.polyfit(np.arange(whole.shape[1]), np.log(whole).T, 1)[0]  # all networks at once
        return float(np.exp(-np.median(slopes)))

    return layer_factor
