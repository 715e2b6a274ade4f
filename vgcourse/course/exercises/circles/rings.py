"""Lesson 1, the data: scaling without a leak, and one circle as a classifier."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, near, slip
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

leak_free = Exercise(
    "leak-free-scaling",
    points=1,
    title="scaling without a leak",
    answers=("scale",),
    passed="The training points alone set the scale; a test point beyond it simply lands outside [-1, 1].",
    misses={
        "no-return": NO_RETURN.format(name="scale"),
        "not-two": "scale gives back two arrays, the scaled training points and the scaled test points; "
        "here it gives {found}.",
        "wrong-shape": "{name} has shape {wanted}, and what you give back for it has shape {got}.",
        "leaks": "The test points still had a say in the minimum and the maximum: take both from X_train alone.",
        "each-by-itself": "The test set was scaled by its own minimum and maximum, so the same point means "
        "different things in the two sets. One ruler for both.",
        "one-range": "One minimum and one maximum for the whole array: each column has its own range "
        "(think of axis=0).",
        "zero-to-one": "This runs from 0 to 1. The lesson's data run from −1 to 1.",
        "standardised": "This is (x − mean) / sd. Here we want the smallest training value at −1 and the "
        "largest at 1.",
        "clipped": "Test points beyond the training range were cut off at ±1. Let them lie outside: that is "
        "what happens with new data.",
        "swapped": "The two arrays come back in the wrong order: training first, then test.",
        "test-set": "The training points are right. The test points need the same formula, with the a and b "
        "of the training points.",
        "wrong-values": "The smallest training value of column {column} lands at {low:.3g}, the largest at "
        "{high:.3g}: they belong at −1 and 1. Do the brackets stand as in the formula?",
    },
)


def _two_sets(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Training and test points; the test set reaches beyond the training set at both ends of each column."""
    spread = rng.uniform(0.5, 4, 2) * [1, 2]
    train, test = (rng.uniform(-1, 1, (n, 2)) for n in (40, 25))
    test[0], test[1] = rng.uniform(-1.8, -1.3, 2), rng.uniform(1.3, 1.8, 2)
    centre = rng.uniform(1, 3, 2) * [1, -1]
    return centre + spread * train, centre + spread * test


def _ruler(values: np.ndarray, by: np.ndarray, axis: int | None = 0) -> np.ndarray:
    low, high = by.min(axis), by.max(axis)
    return 2 * (values - low) / (high - low) - 1


@leak_free.observe
def observe_leak_free(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    train, test = _two_sets(rng)
    return {"scaled": as_sent(answer(train, test))}


@leak_free.judge
def judge_leak_free(seen: Seen, rng: np.random.Generator) -> Any:
    scaled, (train, test) = seen["scaled"], _two_sets(rng)
    if scaled is None:
        return "no-return"
    if not isinstance(scaled, list) or len(scaled) != 2:
        return "not-two", {"found": f"{len(scaled)} things" if isinstance(scaled, list) else "one array"}
    parts = [np.asarray(part, float) for part in scaled]
    swapped = [part.shape for part in parts] == [test.shape, train.shape]
    for name, part, given in zip(("X_train", "X_test"), parts, (train, test), strict=True):
        if part.shape != given.shape and not swapped:
            return "wrong-shape", {"name": name, "wanted": given.shape, "got": part.shape}
    got = np.concatenate(parts)
    wanted = np.concatenate([_ruler(train, train), _ruler(test, train)])
    if near(got, wanted):
        return None
    if key := slip(got, _scaling_slips(train, test)):
        return key
    return "test-set" if near(parts[0], wanted[: len(train)]) else ("wrong-values", _ends(got, train))


def _ends(got: np.ndarray, train: np.ndarray) -> dict[str, Any]:
    """Where the smallest and the largest training value of the worse column have landed."""
    ends = np.array([got[train.argmin(0), [0, 1]], got[train.argmax(0), [0, 1]]])
    column = int(np.abs(ends - [[-1], [1]]).max(0).argmax())
    return {"column": column, "low": ends[0, column], "high": ends[1, column]}


def _scaling_slips(train: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    both = np.concatenate([train, test])
    right = _ruler(both, train)
    return {
        "leaks": _ruler(both, both),
        "each-by-itself": np.concatenate([_ruler(train, train), _ruler(test, test)]),
        "one-range": _ruler(both, train, axis=None),
        "zero-to-one": (right + 1) / 2,
        "standardised": (both - train.mean(0)) / train.std(0),
        "clipped": np.clip(right, -1, 1),
        "swapped": np.concatenate([_ruler(test, train), _ruler(train, train)]),
    }


@leak_free.own_version
def own_leak_free() -> Any:
    from vgcourse.nets.data import minmax

    return minmax


radial = Exercise(
    "radial-threshold",
    points=2,
    title="one circle as a classifier",
    answers=("radial_accuracy", "best_threshold"),
    passed="One number, the radius of a circle, is all that the best classifier of these rings has to learn.",
    misses={
        "no-return": NO_RETURN.format(name="One of the two functions"),
        "no-number": "Both functions give one number for a whole set of points; here is an array of shape {shape}.",
        "inside-out": "Your circle calls the outside 1. In this data class 1 is the inner ring.",
        "squared": "You compare x² + y² with the threshold: that is the squared radius. Take the root, or "
        "square the threshold.",
        "counts": "This counts the right answers. Accuracy is their share, between 0 and 1.",
        "percent": "This is in percent. Accuracy is a share, between 0 and 1.",
        "inner-only": "This is the share of inner points that lie inside. Outer points that lie outside are "
        "right answers too.",
        "inside-share": "Only points inside the circle count in your share. Outer points that lie outside are right "
        "answers too.",
        "wrong-accuracy": "For {n} drawn points and threshold {t:.2f} your accuracy is {got:.3f}, and it "
        "should be {wanted:.3f}.",
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
            "radial_accuracy is right. Your threshold reaches {got:.3f} where {wanted:.3f} is possible: try "
            "more thresholds, up to the farthest point.",
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


def _two_draws(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    # The larger best circle lies well beyond 2: thresholds up to 1 or 2 fall short on every draw.
    sizes = rng.uniform(0.5, 0.7), rng.uniform(1.9, 2.3)
    return [(*_rings(rng, size), size * rng.uniform(0.3, 0.8)) for size in sizes]


def _accuracy(X: np.ndarray, y: np.ndarray, t: float) -> float:
    return float(np.mean((np.hypot(*X.T) < t) == (y == 1)))


def _all_accuracies(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The accuracy of every threshold that makes a difference: below all points, and just above each."""
    inside = y[np.argsort(np.hypot(*X.T))] == 1
    return (np.sum(~inside) + np.cumsum([0, *np.where(inside, 1, -1)])) / len(y)


@radial.observe
def observe_radial(accuracy: Any, best: Any, rng: np.random.Generator) -> Seen:
    need_callable(accuracy)
    need_callable(best)
    sets = _two_draws(rng)
    accuracies = [as_sent(accuracy(X.copy(), y.copy(), t)) for X, y, t in sets]
    # best_threshold usually compares accuracies: without any it could only raise.
    if any(value is None for value in accuracies):
        return {"accuracies": accuracies, "thresholds": []}
    return {
        "accuracies": accuracies,
        "thresholds": [as_sent(best(X.copy(), y.copy())) for X, y, _ in sets],
    }


@radial.judge
def judge_radial(seen: Seen, rng: np.random.Generator) -> Any:
    if any(value is None for value in seen["accuracies"] + seen["thresholds"]):
        return "no-return"
    shapes = [np.shape(value) for value in seen["accuracies"] + seen["thresholds"]]
    if any(shapes):
        return "no-number", {"shape": next(filter(None, shapes))}
    sets = _two_draws(rng)
    got = np.array([float(np.asarray(value).item()) for value in seen["accuracies"]])
    wanted = np.array([_accuracy(*drawn) for drawn in sets])
    # One point of the thousand may fall on either side of the circle in float32.
    if not near(got, wanted, rtol=0, atol=0.0015):
        slips = _accuracy_slips(sets, wanted)
        i = int(np.argmax(np.abs(got - wanted)))
        fields = {"n": len(sets[i][1]), "t": sets[i][2], "got": got[i], "wanted": wanted[i]}
        return slip(got, slips, rtol=1e-6, atol=0.0015) or ("wrong-accuracy", fields)
    return _judge_best(np.array([float(np.asarray(value).item()) for value in seen["thresholds"]]), sets)


def _accuracy_slips(sets: list, wanted: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "inside-out": 1 - wanted,
        "squared": np.array([_accuracy(X, y, np.sqrt(t)) for X, y, t in sets]),
        "counts": wanted * 1000,
        "percent": wanted * 100,
        "inner-only": np.array([np.mean(np.hypot(*X[y == 1].T) < t) for X, y, t in sets]),
        "inside-share": np.array([np.mean(np.hypot(*X.T) < t) for X, y, t in sets]),
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
    return "not-best", {"got": reached[worst], "wanted": possible[worst]}


@radial.own_version
def own_radial() -> Any:
    def radial_accuracy(X, y, t):
        return np.mean((np.hypot(X[:, 0], X[:, 1]) < t) == (y == 1))

    def best_threshold(X, y):
        candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 500)
        return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]

    return radial_accuracy, best_threshold
