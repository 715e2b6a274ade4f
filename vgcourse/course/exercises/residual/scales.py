"""Lesson 6, the branch scale as a law: swept over depths and seeds, and fitted."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

LIMIT = 10

branch_scale = Exercise(
    "branch-scale",
    points=3,
    title="the branch scale for depth L, from a sweep",
    answers=("scale_law",),
    passed="A rule that was measured: it says how loud a branch may be, at depths that nobody has tried yet.",
    misses={
        "no-return": NO_RETURN.format(name="scale_law"),
        "not-two": "scale_law gives back two things: one scale for each depth, and the exponent, one number.",
        "not-one-number": "The exponent is one number; yours has the shape {got}. A straight line has a slope and an "
        "intercept, and `np.polyfit` gives back both: the slope comes first.",
        "one-seed": "Those scales come from one seed alone. Take the median over all of `seeds`.",
        "mean": Miss(
            "Those are the means over the seeds, and one wild seed in twenty decides them. Take the median.",
            share=0.5,
        ),
        "first-above": Miss(
            "Each scale is one step too large: the first that breaks the limit. Take the last that keeps it.",
            share=0.5,
        ),
        "smallest": "Those are the smallest scales that keep the limit. A branch of next to nothing keeps "
        "any limit, and says nothing: take the largest.",
        "no-logarithms": Miss(
            "The scales are right. The slope is that of the numbers themselves; an exponent is a slope between "
            "*logarithms*.",
            share=0.5,
        ),
        "axes-swapped": Miss(
            "The scales are right. The line goes through log depth over log scale: which of the two was chosen, and "
            "which one answers?",
            share=0.5,
        ),
        "sign": Miss(
            "The scales are right, the exponent has the wrong sign: deeper nets need smaller branches.", share=0.5
        ),
        "two-points": Miss(
            "The scales are right. The exponent comes from the first and last depth alone; fit a line through all.",
            share=0.5,
        ),
        "wrong-exponent": Miss(
            "The scales are right. The exponent is {got:.3g}, the line's slope {wanted:.3g}.", share=0.5
        ),
        "stops-at-the-end": Miss(
            "It was right where every depth had safe scales and others. But with depths 2, 4, 8, 16 and the scales "
            "2.5, 5, 10, 10.4, 20, all of which are safe at depth 2, it stops: {error}.",
            share=0.5,
        ),
        "wrong-scales": "At depth {depth} you choose {got:.3g}; the largest scale whose median "
        "growth is at most 10 is {wanted:.3g}.",
    },
)


class _Law:
    """A growth that nobody knows: (1 + a scale^k)^depth, times luck that depends on the seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.seeds = [int(seed) for seed in rng.permutation(1000)[:15]]
        luck = np.exp(rng.normal(0, 0.5, 15))
        luck[1 + rng.permutation(14)[:2]] = 30
        self.luck = dict(zip(self.seeds, luck, strict=True))
        self.power, self.gain = float(rng.uniform(1.3, 3)), float(rng.uniform(0.7, 1.5))
        self.depths = sorted(int(depth) for depth in rng.permutation(np.arange(4, 61))[:5])
        self.scales = np.geomspace(0.02, 1.5, 60)

    def growth(self, depth: int, scale: float, seed: int) -> float:
        return float((1 + self.gain * float(scale) ** self.power) ** int(depth) * self.luck[int(seed)])

    def chosen(self, summary: Callable = np.median) -> np.ndarray:
        """For each depth the place of the largest scale that keeps the limit; -1 where none does."""
        luck = summary([self.luck[seed] for seed in self.seeds])
        growth = (1 + self.gain * self.scales**self.power) ** np.array(self.depths)[:, None] * luck
        return np.count_nonzero(growth <= LIMIT, axis=1) - 1


def _draw(rng: np.random.Generator) -> _Law:
    """A law whose misreadings differ from it, and whose scales stay inside the sweep."""
    while True:
        law = _Law(rng)
        places, one, mean = law.chosen(), law.chosen(lambda values: values[0]), law.chosen(np.mean)
        inside = min(places.min(), one.min(), mean.min()) > 3 and max(places.max(), one.max()) < len(law.scales) - 3
        apart = np.all(np.abs(one - places) > 2) and np.all(np.abs(mean - places) > 2)
        if inside and apart and len(set(places)) == len(places):
            return law


# Always tried as well: an even number of seeds whose median is 1; growths that lie exactly at the limit, and one a
# little above it; the first and the last of the scales chosen.
LUCK = {5: 0.25, 6: 0.5, 7: 4.0, 8: 1.5}
PLAIN_DEPTHS, PLAIN_SCALES, PLAIN_CHOICE = [2, 4, 8, 16], np.array([2.5, 5, 10, 10.4, 20]), [20, 10, 5, 2.5]


class _Plain:
    @staticmethod
    def growth(depth: int, scale: float, seed: int) -> float:
        return float(scale) * int(depth) / 4 * LUCK[int(seed)]


@branch_scale.observe
def observe_branch_scale(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    law = _draw(rng)
    seen = _observed(answer(law.growth, law.depths, law.scales, law.seeds))
    return seen if "found" in seen else {**seen, "plain": _plain(answer)}


def _plain(answer: Any) -> Seen:
    """An answer that stops here may have shown already, by what it gave before, what is wrong with it."""
    try:
        return _observed(answer(_Plain.growth, [*PLAIN_DEPTHS], PLAIN_SCALES.copy(), [*LUCK]))
    except Exception as error:
        return {"stopped": f"{type(error).__name__}: {error}"[:100]}


def _observed(found: Any) -> Seen:
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return {"found": None if found is None else len(np.atleast_1d(np.asarray(found, dtype=object)))}
    scales = found[0].values() if isinstance(found[0], dict) else found[0]
    return {"scales": np.asarray(list(scales), float), "exponent": np.asarray(found[1], float)}


@branch_scale.judge
def judge_branch_scale(seen: Seen, rng: np.random.Generator) -> Any:
    law = _draw(rng)
    if "found" in seen:
        return "no-return" if seen["found"] is None else "not-two"
    got, places = np.asarray(seen["scales"], float), law.chosen()
    if got.shape != places.shape:
        return "not-two"
    wanted = law.scales[places]
    if not near(got, wanted, 1e-6, 0):
        return _slip_of_scales(got, law, places)
    return _judge_line(seen["exponent"], law.depths, wanted) or _judge_plain(seen["plain"])


def _judge_plain(seen: Seen) -> Any:
    if "stopped" in seen:
        return "stops-at-the-end", {"error": seen["stopped"].rstrip(".")}
    got = np.asarray(seen.get("scales", []), float)
    if got.shape != (len(PLAIN_DEPTHS),):
        return "not-two"
    for depth, mine, right in zip(PLAIN_DEPTHS, got, PLAIN_CHOICE, strict=True):
        if not near(mine, right, 1e-6, 0):
            return "wrong-scales", {"depth": depth, "got": mine, "wanted": right}
    return _judge_line(seen["exponent"], PLAIN_DEPTHS, np.array(PLAIN_CHOICE))


def _judge_line(exponent: Any, depths: list[int], wanted: np.ndarray) -> Any:
    if np.shape(exponent) not in ((), (1,)):
        return "not-one-number", {"got": str(np.shape(exponent))}
    return _judge_exponent(float(np.ravel(exponent)[0]), np.array(depths, float), wanted)


def _slip_of_scales(got: np.ndarray, law: _Law, places: np.ndarray) -> Any:
    slips = {
        "first-above": places + 1,
        "one-seed": law.chosen(lambda values: values[0]),
        "mean": law.chosen(np.mean),
        "smallest": 0 * places,
    }
    for key, wrong in slips.items():
        if near(got, law.scales[wrong], 1e-6, 0):
            return key
    worst = int(np.argmax(np.abs(got - law.scales[places])))
    return "wrong-scales", {"depth": law.depths[worst], "got": got[worst], "wanted": law.scales[places][worst]}


def _judge_exponent(got: float, depths: np.ndarray, scales: np.ndarray) -> Any:
    x, y = np.log(depths), np.log(scales)
    wanted = np.polyfit(x, y, 1)[0]
    if near(got, wanted, 1e-5, 1e-6):
        return None
    slips = {
        "sign": [-wanted],
        "no-logarithms": [np.polyfit(depths, scales, 1)[0], np.polyfit(depths, y, 1)[0], np.polyfit(x, scales, 1)[0]],
        "axes-swapped": [np.polyfit(y, x, 1)[0], 1 / wanted],
        "two-points": [(y[-1] - y[0]) / (x[-1] - x[0])],
    }
    key = next((key for key, wrong in slips.items() if any(near(got, w, 1e-5, 1e-6) for w in wrong)), None)
    return key or ("wrong-exponent", {"got": got, "wanted": wanted})


@branch_scale.own_version
def own_branch_scale() -> Any:
    def scale_law(growth, depths, scales, seeds):
        chosen = []
        for depth in depths:
            middle = [np.median([growth(depth, scale, seed) for seed in seeds]) for scale in scales]
            chosen.append(float(max(s for s, m in zip(scales, middle, strict=True) if m <= 10)))
        return chosen, float(np.polyfit(np.log(depths), np.log(chosen), 1)[0])

    return scale_law
