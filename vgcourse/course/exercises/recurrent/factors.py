"""Lesson 7, the factor by time step: the slope of a straight line through logarithms."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, all_close, as_number, cause, fact, first_off
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

TRANSIENT = 10  # steps next to the error, in which the gradient has not found its pace

time_factor = Exercise(
    "time-factor",
    points=2,
    title="the factor by time step",
    answers=("time_factor",),
    passed="One number for a whole stretch of time, from all of its steps.",
    misses={
        "no-return": NO_RETURN.format(name="time_factor"),
        "not-one-number": "time_factor gives back one number; yours has the shape {got}. A straight line has a slope "
        "and an intercept, and `np.polyfit` gives back both: the slope comes first.",
        "inverse": Miss(
            "That is the factor of a step *forward* in time. The error travels backward: where the gradient is "
            "smaller at earlier steps, the factor is below 1.",
            share=0.5,
        ),
        "with-transient": Miss(
            "The last ten steps are in it. Leave them out: the line begins after them.", share=0.5
        ),
        "nine-left-out": Miss("You leave out the last nine steps. Asked for are the last ten: `[:-10]`.", share=0.5),
        "eleven-left-out": Miss(
            "You leave out the last eleven steps. Asked for are the last ten: `[:-10]`.", share=0.5
        ),
        "both-ends": Miss(
            "You leave out ten steps at both ends. Only those next to the error have another pace: the last ten.",
            share=0.5,
        ),
        "wrong-end": Miss(
            "You leave out the *first* ten steps of the sequence. The error is put in at the last one: the "
            "ten to leave out are at the end of the list.",
            share=0.5,
        ),
        "never-above-1": Miss("Your factor never exceeds 1. A gradient can also grow on its way back.", share=0.5),
        "slope": Miss(
            "That is the slope of the line, a logarithm. The factor is what the gradient is multiplied by: `np.exp`.",
            share=0.5,
        ),
        "ten": Miss("A slope in powers of ten, and `np.exp` of it. Which logarithm goes with `np.exp`?", share=0.5),
        "intercept": "That comes from the line's intercept. `np.polyfit` gives back the slope first.",
        "no-logarithm": "That line goes through the values themselves. A constant factor is a straight line only on "
        "a logarithmic axis.",
        "ends": Miss(
            "That comes from the first and the last of the steps alone. Use them all: fit a line.", share=0.5
        ),
        "ratios": Miss(
            "That is the average of the ratios of neighbours, and one wild step decides it. Fit a line through the "
            "logarithms.",
            share=0.5,
        ),
        "zeros": Miss(
            "Where no step is 0 your factor is right. 0 has no logarithm: such steps are left out before the fit, "
            "and every other step keeps its place.",
            share=0.5,
        ),
        "zeros-first": Miss(
            "You leave out the zeros, and then the last ten of what is left. The ten to leave out are the last ten "
            "*steps*, whatever stands at them.",
            share=0.5,
        ),
        "closed-up": Miss(
            "You leave out the zeros, and then count the others 0, 1, 2, ... The steps that are left keep their "
            "places in time.",
            share=0.5,
        ),
        "tiny": Miss(
            "Where no step is below a ten-millionth your factor is right. Only what is exactly 0 is left out, and "
            "nothing is added to the rest: small numbers are what is measured here.",
            share=0.5,
        ),
        "wrong-values": "Begin with a profile that is exactly 0.5 to the power of the steps that are left.",
    },
)


def _draw(rng: np.random.Generator) -> list[np.ndarray]:
    """Vanishing, exploding, level; long and tiny; with zeros at the beginning, one in between, one near the end."""
    fixed = np.random.default_rng(3)
    begun, between, late = (_profile(fixed, factor, steps) for factor, steps in ((0.7, 45), (0.8, 40), (0.9, 30)))
    begun[:12], between[9], late[-4] = 0, 0, 0
    return [
        _profile(rng, float(rng.uniform(0.5, 0.95)), 50),
        _profile(fixed, 1.07, 40),
        _profile(fixed, 0.3, 120),
        begun,
        between,
        late,
    ]


def _profile(rng: np.random.Generator, factor: float, steps: int) -> np.ndarray:
    """(steps,): a factor with luck, and another pace in the last ten steps."""
    pace = np.full(steps, factor)
    pace[-TRANSIENT:] = factor * 0.4
    return np.exp(np.cumsum(np.log(pace[::-1])) + rng.normal(0, 0.3, steps))[::-1].copy()


@time_factor.observe
def observe_time_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"factors": [as_number(answer(profile)) for profile in _draw(rng)]}


@time_factor.judge
def judge_time_factor(seen: Seen, rng: np.random.Generator) -> Any:
    profiles, got = _draw(rng), seen["factors"]
    for value in got:
        if value is None:
            return "no-return"
        if np.shape(value):
            return "not-one-number", {"got": str(np.shape(value))}
    got = [float(np.ravel(value)[0]) for value in got]
    wanted = [factor_of(profile) for profile in profiles]
    if all_close(got, wanted):
        return None
    case = first_off(got, wanted)
    zeros = "" if profiles[case].all() else ", some of them 0"
    shown = fact(f"time_factor(a profile of {len(profiles[case])} steps{zeros})", got[case], wanted[case])
    if key := cause(got, _slips(profiles)):
        return key, shown
    whole = [i for i, profile in enumerate(profiles) if profile.all()]
    if all_close([got[i] for i in whole], [wanted[i] for i in whole]):
        closed = [_fitted(np.log(p[:-TRANSIENT][p[:-TRANSIENT] > 0])) for p in profiles]
        return ("closed-up" if all_close(got, closed) else "zeros"), shown
    if key := cause([got[i] for i in whole], _slips([profiles[i] for i in whole])):
        return key, shown
    return ("tiny" if _loses_the_tiny(got, wanted, profiles) else "wrong-values"), shown


def _loses_the_tiny(got: list[float], wanted: list[float], profiles: list[np.ndarray]) -> bool:
    """Whether only profiles with steps below a ten-millionth are wrong, and the smallest of all is."""
    least = [p[:-TRANSIENT][p[:-TRANSIENT] > 0].min() for p in profiles]
    right = [all_close([g], [w]) for g, w in zip(got, wanted, strict=True)]
    loud = [ok for ok, size in zip(right, least, strict=True) if size >= 1e-7]
    return len(loud) > 1 and all(loud) and not right[int(np.argmin(least))]


def factor_of(profile: np.ndarray) -> float:
    """exp of minus the slope of log profile over the step, without the last ten, and without zeros."""
    values = np.asarray(profile, float)[:-TRANSIENT]
    return _fitted(np.log(values[values > 0]), np.flatnonzero(values > 0))


def _fitted(logarithms: np.ndarray, steps: Any = None) -> float:
    steps = np.arange(len(logarithms)) if steps is None else steps
    return float(np.exp(-np.polyfit(steps, logarithms, 1)[0]))


def _slips(profiles: list[np.ndarray]) -> dict[str, list[float]]:
    """What each misconception gives, for every profile; zeros are left out, as they should be."""
    found: dict[str, list[float]] = {}
    for profile in profiles:
        for key, value in _slips_of(profile).items():
            found.setdefault(key, []).append(value)
    return found


def _slips_of(profile: np.ndarray) -> dict[str, float]:
    steps = np.arange(len(profile))
    there, kept = profile > 0, steps < len(profile) - TRANSIENT
    late, left = steps >= TRANSIENT, np.cumsum(there) <= there.sum() - TRANSIENT

    def line(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.polyfit(steps[rows & there], values[rows & there], 1)

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        logarithms = np.log(profile)
        slope, intercept = line(kept, logarithms)
        ends = np.flatnonzero(kept & there)[[0, -1]]
        neighbours = profile[: -TRANSIENT - 1] / profile[1:-TRANSIENT]
        return {
            "inverse": np.exp(slope),
            "never-above-1": min(1.0, np.exp(-slope)),
            "with-transient": np.exp(-line(there, logarithms)[0]),
            "nine-left-out": np.exp(-line(steps < len(profile) - TRANSIENT + 1, logarithms)[0]),
            "eleven-left-out": np.exp(-line(steps < len(profile) - TRANSIENT - 1, logarithms)[0]),
            "both-ends": np.exp(-line(kept & late, logarithms)[0]),
            "zeros-first": np.exp(-line(left, logarithms)[0]),
            "wrong-end": np.exp(-line(late, logarithms)[0]),
            "slope": -slope,
            "ten": np.exp(-slope / np.log(10)),
            "intercept": np.exp(-intercept),
            "no-logarithm": np.exp(-line(kept, profile)[0]),
            "ends": np.exp(-(logarithms[ends[1]] - logarithms[ends[0]]) / (ends[1] - ends[0])),
            "ratios": np.mean(neighbours[np.isfinite(neighbours) & (neighbours > 0)]),
        }


@time_factor.own_version
def own_time_factor() -> Any:
    def time_factor(profile):
        values = np.asarray(profile, float)[:-10]
        there = values > 0
        steps = np.arange(len(values))
        slope = np.polyfit(steps[there], np.log(values[there]), 1)[0]
        return np.exp(-slope)

    return time_factor
