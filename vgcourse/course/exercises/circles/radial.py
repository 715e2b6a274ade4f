"""Lesson 1, one circle as a classifier: its accuracy, and the best radius."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, cause, fact, near, of_two, slip
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

radial = Exercise(
    "radial-threshold",
    points=2,
    title="one circle as a classifier",
    answers=("radial_accuracy", "best_threshold"),
    passed="One number, the radius of a circle, is all that the best classifier of these rings has to learn.",
    misses={
        "no-return": NO_RETURN,
        "no-number": "{name} gives one number for a whole set of points; here it gives something of shape {shape}.",
        "inside-out": "This is one minus the accuracy. Do you count the wrong answers, or call the outside 1? "
        "Class 1 is the inner ring.",
        "squared": "You compare x² + y² with the threshold: that is the squared radius. Take the root, or "
        "square the threshold.",
        "counts": "This counts the right answers. Accuracy is their share, between 0 and 1.",
        "percent": "This is in percent. Accuracy is a share, between 0 and 1.",
        "inner-only": "This is the share of inner points that lie inside. Outer points that lie outside are "
        "right answers too.",
        "inside-share": "Only points inside the circle count in your share. Outer points that lie outside are right "
        "answers too.",
        "wrong-accuracy": "Right are the points of class 1 that are closer than the threshold, and those of class 0 "
        "that are not.",
        "fixed": Miss(
            "radial_accuracy is right. best_threshold gives {got:.3g} for two very different sets: "
            "let it look at the points.",
            share=0.5,
        ),
        "returns-accuracy": Miss(
            "radial_accuracy is right. best_threshold gives back the best accuracy itself: return the threshold "
            "that reaches it.",
            share=0.5,
        ),
        "position": Miss(
            "radial_accuracy is right. best_threshold gives back a position in a list: return the threshold "
            "that stands there.",
            share=0.5,
        ),
        "worst": Miss(
            "radial_accuracy is right. best_threshold finds the worst threshold: look for the largest accuracy.",
            share=0.5,
        ),
        "middle": Miss(
            "radial_accuracy is right. Halfway between the mean radii is a good guess, but no more: where one "
            "ring is larger or fuzzier, the best circle moves. Try many and compare.",
            share=0.5,
        ),
        "not-best": Miss(
            "radial_accuracy is right. For {n} points, the farthest at {far:.3g}, best_threshold gives {t:.4g}: that "
            "reaches {got:.3f} where {wanted:.3f} is possible. Try some hundreds of thresholds, from 0 to the "
            "farthest point.",
            share=0.5,
        ),
    },
)


def _rings(rng: np.random.Generator, size: float) -> tuple[np.ndarray, np.ndarray]:
    """1,000 points: a wide inner ring with most of them, a narrow outer one. The best circle is not midway."""
    y = (rng.permutation(1000) < 700).astype(float)
    radius = size * np.abs(np.where(y == 1, rng.normal(0.5, 0.4, 1000), rng.normal(1.5, 0.05, 1000)))
    angle = rng.uniform(0, 2 * np.pi, 1000)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def _narrow(gap: float = 0.7963, size: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Two rings, 0.006 apart, on the diagonals: a hundred thresholds miss the gap, two hundred find it."""
    radius = np.concatenate([np.linspace(gap - 0.013, gap - 0.003, 490), np.linspace(gap + 0.003, gap + 0.013, 490)])
    radius = size * np.append(radius, np.linspace(0.9, 1.0, 20))
    sides = np.resize([[1, 1], [-1, 1], [-1, -1], [1, -1]], (1000, 2)) / np.sqrt(2)
    return radius[:, None] * sides, (np.arange(1000) < 490).astype(float)


def _strayed() -> tuple[np.ndarray, np.ndarray]:
    """Two rings with a gap, and a few points of either class far on the wrong side: an extreme is no border."""
    radius = np.concatenate([np.linspace(0.3, 0.7, 196), [1.7] * 4, [0.1] * 4, np.linspace(0.9, 1.3, 196)])
    angle = 0.1 + np.arange(400) * 2.4
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), (np.arange(400) < 200).astype(float)


# Always tried: whole numbers, points a hair inside and outside, a single point, sevenths.
POINTS = np.array([[3, 4], [0, 2], [-6, 8], [4, -3], [1, 1]]), np.array([1, 1, 0, 0, 0]), 5.5
HAIR = np.array([[0.9999, 0], [0, -1.0001], [0.70704, 0.70704], [-1.0002, 0]]), np.array([1, 0, 1, 1]), 1.0
ONE = np.array([[0.5, 0.1]]), np.array([1.0]), 2.0
SEVENTHS = (
    np.array([[0.5, 0], [0, 0.5], [1.5, 0], [0, 1.5], [0.2, 0.2], [2, 0], [0, 2]]),
    np.eye(7)[[0, 2, 6]].sum(0),
    1.0,
)


def _sets(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Points, classes and a threshold for each case; two are drawn, then a narrow one, and one with points astray."""
    # The larger best circle lies well beyond 2: thresholds up to 1 or 2 fall short on every draw.
    sizes = rng.uniform(0.5, 0.7), rng.uniform(1.9, 2.3)
    drawn = [(*_rings(rng, size), size * rng.uniform(0.3, 0.8)) for size in sizes]
    drawn = [(X, y, _between(X, t)) for X, y, t in drawn]
    return [*drawn, (*_narrow(), 0.79), (*_strayed(), 0.8), POINTS, HAIR, ONE, SEVENTHS]


def _between(X: np.ndarray, t: float) -> float:
    """A threshold near ``t`` in the widest gap between radii, so that rounding moves no point over it."""
    radii = np.sort(np.hypot(*X.T))
    i = int(np.clip(np.searchsorted(radii, t), 20, len(radii) - 21))
    near_t = radii[i - 20 : i + 20]
    widest = int(np.argmax(np.diff(near_t)))
    return float(near_t[widest : widest + 2].mean())


def _accuracy(X: np.ndarray, y: np.ndarray, t: float) -> float:
    return float(np.mean((np.hypot(*X.T) < t) == (y == 1)))


def _all_accuracies(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The accuracy of every threshold that makes a difference: below all points, and just above each."""
    inside = y[np.argsort(np.hypot(*X.T))] == 1
    return (np.sum(~inside) + np.cumsum([0, *np.where(inside, 1, -1)])) / len(y)


SEARCHED = 4  # of the sets: those in which a best threshold is searched


@radial.observe
def observe_radial(accuracy: Any, best: Any, rng: np.random.Generator) -> Seen:
    need_callable(accuracy)
    need_callable(best)
    sets = _sets(rng)
    accuracies = [as_number(accuracy(X.copy(), y.copy(), t)) for X, y, t in sets]
    # best_threshold usually compares accuracies: without numbers it could only raise.
    if any(value is None or np.shape(value) for value in accuracies):
        return {"accuracies": accuracies, "thresholds": []}
    return {
        "accuracies": accuracies,
        "thresholds": [as_number(best(X.copy(), y.copy())) for X, y, _ in sets[:SEARCHED]],
    }


@radial.judge
def judge_radial(seen: Seen, rng: np.random.Generator) -> Any:
    sets = _sets(rng)
    problem = _judge_form("radial_accuracy", seen["accuracies"]) or _judge_accuracies(
        _floats(seen["accuracies"]), sets
    )
    if not seen["thresholds"]:
        return problem
    best = _judge_form("best_threshold", seen["thresholds"])
    best = best or _judge_best(_floats(seen["thresholds"]), sets[:SEARCHED])
    return of_two(problem, best, radial.answers, radial.misses)


def _judge_form(name: str, found: list) -> Any:
    if any(value is None for value in found):
        return "no-return", {"name": name}
    shape = next((np.shape(value) for value in found if np.shape(value)), None)
    return shape and ("no-number", {"name": name, "shape": shape})


def _floats(found: list) -> np.ndarray:
    return np.array([float(np.asarray(value).item()) for value in found])


def _judge_accuracies(got: np.ndarray, sets: list) -> Any:
    wanted = np.array([_accuracy(*drawn) for drawn in sets])
    if near(got, wanted, rtol=0, atol=1e-5):
        return None
    # The small sets first: they can be checked by hand.
    order = sorted(range(len(sets)), key=lambda i: len(sets[i][1]) > 7)
    i = next(i for i in order if not abs(got[i] - wanted[i]) <= 1e-5)
    key = (cause(got, _accuracy_slips(sets, wanted)) or "wrong-accuracy").rstrip("+")
    return key, fact(f"radial_accuracy of {_said(*sets[i])}", got[i], wanted[i])


def _said(X: np.ndarray, y: np.ndarray, t: float) -> str:
    if len(X) > 5:
        return f"{len(X)} points with t = {t:.3g}"
    points = ", ".join(f"({a:g}, {b:g}) of class {label:.0f}" for (a, b), label in zip(X, y, strict=True))
    return f"{points} with t = {t:.3g}"


def _accuracy_slips(sets: list, wanted: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "inside-out": 1 - wanted,
        "squared": np.array([_accuracy(X, y, np.sqrt(t)) for X, y, t in sets]),
        "counts": wanted * [len(y) for _, y, _ in sets],
        "percent": wanted * 100,
        "inner-only": np.array([np.mean(np.hypot(*X[y == 1].T) < t) for X, y, t in sets]),
        "inside-share+": np.array([np.mean(np.hypot(*X.T) < t) for X, y, t in sets]),
        "inside-share": np.array([np.mean((np.hypot(*X.T) < t) & (y == 1)) for X, y, t in sets]),
    }


def _judge_best(thresholds: np.ndarray, sets: list) -> Any:
    every = [_all_accuracies(X, y) for X, y, _ in sets]
    reached = np.array([_accuracy(X, y, t) for (X, y, _), t in zip(sets, thresholds, strict=True)])
    possible = np.array([accuracies.max() for accuracies in every])
    # A grid of a hundred thresholds falls short by less than 1 % of the points; halfway by 3 % or more.
    if (reached >= possible - 0.012).all():
        return None
    means = [[np.hypot(*X[y == k].T).mean() for k in (0, 1)] for X, y, _ in sets]
    slips = {"returns-accuracy": possible, "middle": np.mean(means, axis=1)}
    if key := slip(thresholds, slips, rtol=0.02):
        return key
    if (reached <= [accuracies.min() + 0.012 for accuracies in every]).all():
        return "worst"
    if (thresholds == np.round(thresholds)).all() and (thresholds > 2).all():
        return "position"
    if np.ptp(thresholds) == 0:
        return "fixed", {"got": thresholds[0]}
    worst = int(np.argmax(possible - reached))
    told = {"n": len(sets[worst][0]), "far": np.hypot(*sets[worst][0].T).max(), "t": thresholds[worst]}
    return "not-best", {**told, "got": reached[worst], "wanted": possible[worst]}


@radial.own_version
def own_radial() -> Any:
    def radial_accuracy(X, y, t):
        return np.mean((np.hypot(X[:, 0], X[:, 1]) < t) == (y == 1))

    def best_threshold(X, y):
        candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 500)
        return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]

    return radial_accuracy, best_threshold
