"""Lesson 6, the branch scale as a law: swept over depths and seeds, and fitted."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, common_cause, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

LIMIT = 10
RIGHT_SCALES = "The scales are right. "

branch_scale = Exercise(
    "branch-scale",
    points=3,
    title="the branch scale for depth L, from a sweep",
    answers=("scale_law",),
    passed="A rule that was measured: it says how loud a branch may be, at depths that nobody has tried yet.",
    misses={
        "no-return": NO_RETURN.format(name="scale_law"),
        "not-two": "scale_law gives back two things: one scale for each depth, and the exponent, one number.",
        "results-swapped": Miss(
            "Right, but in the other order: first the chosen scales, then the exponent.", share=0.5
        ),
        "by-depth": Miss(
            "Right, but the scales come in a dictionary: give them back in a list, in the order of `depths`.",
            share=0.5,
        ),
        "not-one-number": "The exponent is one number; yours has the shape {got}. A straight line has a slope and an "
        "intercept, and `np.polyfit` gives back both: the slope comes first.",
        "one-seed": "Your scales come from one seed alone. Take the median over all of `seeds`.",
        "mean": Miss(
            "Your scales are those of the mean over the seeds, and a few wild seeds decide it. Take the median.",
            share=0.5,
        ),
        "first-above": Miss(
            "Each of your scales is one step too large: the first that breaks the limit. Take the last that "
            "keeps it.",
            share=0.5,
        ),
        "at-the-limit": Miss("A growth of exactly 10 is at most 10: `<=`, not `<`.", share=0.5),
        "neighbour": Miss(
            "Right where the number of seeds is odd. With an even one the median lies midway between the two growths "
            "in the middle.",
            share=0.5,
        ),
        "reordered": Miss(
            "The right scales in another order: the first belongs to the first of `depths`, which need not be the "
            "smallest.",
            share=0.5,
        ),
        "closest": "You take the scale whose growth is nearest to 10, and that may lie above it. Only those "
        "that keep "
        "the limit can be chosen.",
        "smallest": "Yours are the smallest scales that keep the limit. A branch of next to nothing keeps "
        "any limit, and says nothing: take the largest.",
        "no-logarithms": Miss(
            RIGHT_SCALES
            + "The slope is that of the numbers themselves; an exponent is a slope between *logarithms*.",
            share=0.5,
        ),
        "one-logarithm": Miss(
            RIGHT_SCALES
            + "Only one of the two is a logarithm; an exponent is the slope of log scale over log depth.",
            share=0.5,
        ),
        "axes-swapped": Miss(
            RIGHT_SCALES + "The line goes through log depth over log scale: which of the two was chosen, and "
            "which one answers?",
            share=0.5,
        ),
        "sign": Miss(RIGHT_SCALES + "The exponent has the wrong sign: deeper nets need smaller branches.", share=0.5),
        "two-points": Miss(
            RIGHT_SCALES + "The exponent comes from the first and last depth alone; fit a line through all.",
            share=0.5,
        ),
        "wrong-exponent": Miss(RIGHT_SCALES + "Fit a straight line through log scale over log depth.", share=0.5),
        "stops": Miss(
            "That was right where every depth had safe scales and others. With depths {depths} and the scales "
            "{scales}, where it is otherwise, it stops: {error}.",
            share=0.5,
        ),
        "wrong-scales": "Begin with that depth: the growth's median over the seeds, for one scale after the other.",
    },
)


class _Law:
    """A growth by depth, scale and seed that nobody knows: what `table` holds, times the seed's luck."""

    def __init__(self, depths: list[int], scales: np.ndarray, table: np.ndarray, luck: Mapping[int, float]) -> None:
        self.depths, self.scales, self.table, self.luck = depths, np.asarray(scales, float), table, dict(luck)
        self.seeds = list(self.luck)

    def growth(self, depth: int, scale: float, seed: int) -> float:
        if int(seed) not in self.luck:
            raise ValueError(f"growth was called with the seed {seed}, which is none of `seeds`")
        if int(depth) not in self.depths:
            raise ValueError(f"growth was called with the depth {depth}, which is none of `depths`")
        place = int(np.argmin(np.abs(self.scales - float(scale))))
        return float(self.table[self.depths.index(int(depth)), place] * self.luck[int(seed)])

    def growths(self, summary: Callable = np.median) -> np.ndarray:
        """(depths, scales): the growth, summed up over the seeds."""
        return summary(self.table[:, :, None] * np.array(list(self.luck.values())), axis=2)

    def chosen(self, summary: Callable = np.median) -> np.ndarray:
        """For each depth the place of the largest scale that keeps the limit; -1 where none does."""
        keeps = self.growths(summary) <= LIMIT
        return np.where(keeps.any(axis=1), keeps.shape[1] - 1 - np.argmax(keeps[:, ::-1], axis=1), -1)


def _first(values: np.ndarray, axis: int) -> np.ndarray:
    return np.take(values, 0, axis)


def _just_above(values: np.ndarray, axis: int) -> np.ndarray:
    return np.nextafter(np.median(values, axis=axis), np.inf)


def _neighbour(upper: bool) -> Callable:
    """The larger or the smaller of the two numbers in the middle, in the median's place."""
    return lambda values, axis: np.take(np.sort(values, axis), (values.shape[axis] - (not upper)) // 2, axis)


def _drawn(rng: np.random.Generator) -> _Law:
    """(1 + a scale^k)^depth, with two wild seeds of fifteen."""
    seeds = [int(seed) for seed in rng.permutation(1000)[:15]]
    luck = np.exp(rng.normal(0, 0.5, 15))
    luck[1 + rng.permutation(14)[:2]] = 30
    power, gain = float(rng.uniform(1.3, 3)), float(rng.uniform(0.7, 1.5))
    depths, scales = (
        sorted(int(depth) for depth in rng.permutation(np.arange(4, 61))[:5]),
        np.geomspace(0.02, 1.5, 60),
    )
    table = (1 + gain * scales**power) ** np.array(depths)[:, None]
    return _Law(depths, scales, table, dict(zip(seeds, luck, strict=True)))


def _draw(rng: np.random.Generator) -> _Law:
    """A law whose misreadings differ from it, and whose scales stay inside the sweep."""
    while True:
        law = _drawn(rng)
        places, one, mean = law.chosen(), law.chosen(_first), law.chosen(np.mean)
        inside = min(places.min(), one.min(), mean.min()) > 3 and max(places.max(), one.max()) < len(law.scales) - 3
        apart = np.all(np.abs(one - places) > 2) and np.all(np.abs(mean - places) > 2)
        if inside and apart and len(set(places)) == len(places):
            return law


# Always tried as well, with an even number of seeds whose median is 1: growths that lie exactly at the limit, and a
# little above it. All rise with the scale, as the task says: who stops at the first that breaks the limit is right.
UNEVEN = _Law(
    [3, 6, 12],
    np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    np.array([[2, 5, 9.5, 10, 40], [5, 10, 10.25, 12, 50], [6, 10.5, 20, 30, 60.0]]),
    {21: 0.5, 22: 0.5, 23: 2.0, 24: 1.5},
)
# The depths stand in no order, and the first and the last of the scales are chosen. Who leaves out the first seed, or
# the last, has the upper of the two growths in the middle in one of these laws and the lower in the other.
PLAIN_SCALES = np.array([2.5, 5, 10, 10.4, 20])
PLAIN = _Law(
    [8, 2, 16, 4], PLAIN_SCALES, np.outer([8, 2, 16, 4], PLAIN_SCALES) / 4, {5: 4.0, 6: 0.25, 7: 1.5, 8: 0.5}
)


@branch_scale.observe
def observe_branch_scale(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"laws": [_put_to(_draw(rng), answer), *(_at_the_end(law, answer) for law in (UNEVEN, PLAIN))]}


def _put_to(law: _Law, answer: Any) -> Seen:
    found = answer(law.growth, [*law.depths], law.scales.copy(), [*law.seeds])
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return {"found": None if found is None else "no pair"}
    swapped = np.ndim(_listed(found[0])) == 0 and np.ndim(_listed(found[1])) == 1
    scales, exponent = found[::-1] if swapped else found
    seen = {"scales": _listed(scales), "exponent": as_number(exponent)}
    return {**seen, "swapped": swapped, "by_depth": isinstance(scales, dict)}


def _listed(scales: Any) -> np.ndarray:
    """The numbers of a list, an array, or a dictionary by depth."""
    return np.asarray(list(scales.values()) if isinstance(scales, dict) else scales, float)


def _at_the_end(law: _Law, answer: Any) -> Seen:
    """An answer that stops here may have shown already, by what it gave before, what is wrong with it."""
    try:
        return _put_to(law, answer)
    except Exception as error:
        return {"stopped": f"{type(error).__name__}: {error}"[:100]}


@branch_scale.judge
def judge_branch_scale(seen: Seen, rng: np.random.Generator) -> Any:
    laws = [_draw(rng), UNEVEN, PLAIN]
    given = [(one, law) for one, law in zip(seen["laws"], laws, strict=True) if "stopped" not in one]
    for one, law in given:
        if "found" in one:
            return "no-return" if one["found"] is None else "not-two"
        if np.shape(one["scales"]) != (len(law.depths),):
            return "not-two"
    problem = _judge_scales(given) or _judge_lines(given) or _judge_stops(seen["laws"], laws)
    dress = {"results-swapped": "swapped", "by-depth": "by_depth"}
    return problem or next((key for key, how in dress.items() if any(one[how] for one, _ in given)), None)


def _judge_scales(given: list[tuple[Seen, _Law]]) -> Any:
    off = [(one["scales"], law) for one, law in given if not _same(one["scales"], law.scales[law.chosen()])]
    if not off:
        return None
    key = common_cause([one["scales"] for one, _ in given], [_slips(law) for _, law in given], _same_where_any)
    return key or "wrong-scales", {"fact": _fact_of_scales(*off[0])}


def _same(got: Any, wanted: np.ndarray) -> bool:
    return near(got, wanted, 1e-6, 0)


def _same_where_any(got: np.ndarray, wrong: np.ndarray) -> bool:
    """Where a misreading finds no scale, an answer gives what it likes."""
    found = ~np.isnan(wrong)
    return bool(found.any()) and _same(got[found], wrong[found])


def _slips(law: _Law) -> dict[str, list[np.ndarray]]:
    """Key → the scales that this misreading chooses, in one way or another; no number where it finds none."""
    places, growths, last = law.chosen(), law.growths(), len(law.scales) - 1
    wrong = {
        "one-seed": [law.chosen(_first)],
        "mean": [law.chosen(np.mean)],
        "first-above": [np.minimum(places + 1, last)],
        "at-the-limit": [law.chosen(_just_above)],
        "neighbour": [law.chosen(_neighbour(upper)) for upper in (True, False)],
        "closest": [np.argmin(np.abs(growths - LIMIT), axis=1)],
        "smallest": [np.argmax(growths <= LIMIT, axis=1)],
        "reordered": [places[np.argsort(law.depths)]],
    }
    return {key: [np.where(at < 0, np.nan, law.scales[at]) for at in ways] for key, ways in wrong.items()}


def _fact_of_scales(got: np.ndarray, law: _Law) -> str:
    places = law.chosen()
    wanted = law.scales[places]
    i = int(np.argmax(~np.isclose(got, wanted, 1e-6, 0)))
    fact = (
        f"At depth {law.depths[i]} you choose {got[i]:.3g}; the largest scale whose median growth is at most 10 is "
    )
    if len(law.scales) > 9:
        return f"{fact}{wanted[i]:.3g}."
    medians, scales = (", ".join(f"{v:.4g}" for v in values) for values in (law.growths()[i], law.scales))
    return (
        f"For the scales {scales} at depth {law.depths[i]} the median growths are {medians}. {fact}{wanted[i]:.3g}."
    )


def _judge_lines(given: list[tuple[Seen, _Law]]) -> Any:
    shape = next((np.shape(one["exponent"]) for one, _ in given if np.shape(one["exponent"])), None)
    if shape is not None:
        return "not-one-number", {"got": str(shape)}
    lines = [(float(np.ravel(one["exponent"])[0]), *_line(law)) for one, law in given]
    off = [line for line in lines if not _close(line[0], line[1]["right"][0])]
    if not off:
        return None
    got, slips, depths = off[0]
    key = common_cause([g for g, _, _ in lines], [of for _, of, _ in lines], _close) or "wrong-exponent"
    place = f"For the depths {', '.join(map(str, depths))}"
    fact = f"{place} the line's slope is {slips['right'][0]:.4g}; yours is {got:.4g}."
    return key, {"fact": fact}


def _close(got: float, wanted: float) -> bool:
    return near(got, wanted, 1e-5, 1e-6)


def _line(law: _Law) -> tuple[dict[str, list[float]], list[int]]:
    """The right slope, and what its misreadings give."""
    depths, scales = np.array(law.depths, float), law.scales[law.chosen()]
    x, y = np.log(depths), np.log(scales)
    right = np.polyfit(x, y, 1)[0]
    slips = {
        "right": [right],
        "sign": [-right],
        "no-logarithms": [np.polyfit(depths, scales, 1)[0]],
        "one-logarithm": [np.polyfit(*pair, 1)[0] for pair in ((depths, y), (x, scales))],
        "axes-swapped": [np.polyfit(y, x, 1)[0], 1 / right],
        "two-points": [(y[-1] - y[0]) / (x[-1] - x[0])],
    }
    return slips, law.depths


def _judge_stops(seen: list[Seen], laws: list[_Law]) -> Any:
    for one, law in zip(seen, laws, strict=True):
        if "stopped" in one:
            depths, scales = (", ".join(f"{v:g}" for v in values) for values in (law.depths, law.scales))
            return "stops", {"error": one["stopped"].rstrip("."), "depths": depths, "scales": scales}
    return None


@branch_scale.own_version
def own_branch_scale() -> Any:
    def scale_law(growth, depths, scales, seeds):
        chosen = []
        for depth in depths:
            middle = [np.median([growth(depth, scale, seed) for seed in seeds]) for scale in scales]
            chosen.append(float(max(s for s, m in zip(scales, middle, strict=True) if m <= 10)))
        return chosen, float(np.polyfit(np.log(depths), np.log(chosen), 1)[0])

    return scale_law
