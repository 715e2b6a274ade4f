"""Lesson 5, Glorot's and He's weights as Keras initializers: what they draw, and with which variance."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, is_blank, need_callable

initializers = Exercise(
    "initializers",
    points=3,
    title="Glorot's and He's weights as Keras initializers",
    answers=("GlorotUniform", "HeNormal"),
    passed="Both have their variance in every shape, fresh numbers at every call, the same ones for the same seed.",
    misses={
        "one-open": "{name} is still open.",
        "no-return": "{name} gives back None when it is called. Does `__call__` end with `return`?",
        "shape": "{name}, called with the shape {wanted}, gives an array of shape {got}.",
        "same-again": "{name} gives the same numbers at every call: two layers of one shape would begin alike. Draw "
        "from self.rng, which goes on where it stopped.",
        "seed-ignored": "Two {name}s with one seed should give the same numbers, and with two seeds others. Draw "
        "from self.rng, and from nothing else.",
        "not-centred": "{name}'s weights have the mean {got:.3g}. It should be 0: above all, T2's weights lack that.",
        "variance-for-sd": "{name}'s variance stands where a standard deviation, or a limit, should be: a root is "
        "missing.",
        "limit-is-sd": "{name}'s limits are its standard deviation. Most numbers between -a and a are nearer to 0: a "
        "uniform distribution has the standard deviation a/√3.",
        "half": "{name}'s variance is half of what it should be. Where has the 2 gone?",
        "fan-in": "{name}'s variance is 1/fan_in: it keeps the signal and forgets the gradient.",
        "fan-out": "{name}'s variance goes by the number of outputs alone. What did the derivation count?",
        "other-recipe": "{name} has the variance of the other recipe.",
        "truncated": "{name}'s numbers are cut off at two standard deviations, which costs 23 % of the variance.",
        "cut": Miss(
            "Of some 12,000 numbers of {name}'s none is beyond {got:.2f} standard deviations: they are cut off. He's "
            "weights are normal, tails and all.",
            share=0.5,
        ),
        "clipped": Miss(
            "Right for large kernels. But of {count} numbers for kernels of shape {shape} none is farther from 0 "
            "than {got:.3g}, where numbers up to {wanted:.3g} were to be expected: {name} cuts them off.",
            share=0.5,
        ),
        "not-uniform": "{name}'s variance is right, but its numbers are not drawn from a uniform distribution.",
        "not-normal": "{name}'s variance is right, but its numbers are not drawn from a normal distribution.",
        "alike": "{name}'s numbers are not drawn one by one: {how}. Two units that begin alike learn alike.",
        "made-to-fit": Miss(
            "{name}'s numbers have *exactly* this variance in every draw. Numbers that are drawn one by one miss it "
            "by a little: leave them as they are drawn.",
            share=0.5,
        ),
        "not-for-keras": "{name}(seed)(shape) gives numbers, but a Dense layer cannot be made with it: {error}. "
        "Keras hands over a dtype; a NumPy array need not care, a tensor must be of it.",
        "wrong-variance": "Which variance belongs to these two numbers, and what does rng want of it?",
    },
)
NAMES = ("GlorotUniform", "HeNormal")
# A variance is judged within five standard errors: 7.1 % of a uniform, 11.2 % of a normal one, for 4,000 numbers.
FEWEST, ERRORS = 4000, 5
_TRUNCATED = 0.7737
TINY, CALLS = (1, 3), 60  # of so few inputs and units the weights go beyond 1

Variance = Callable[[float, float], float]
WANTED: dict[str, Variance] = {"GlorotUniform": lambda a, b: 2 / (a + b), "HeNormal": lambda a, b: 2 / a}
SLIPS: dict[str, list[tuple[str, Variance]]] = {
    "GlorotUniform": [
        ("variance-for-sd", lambda a, b: (6 / (a + b)) ** 2 / 3),
        ("variance-for-sd", lambda a, b: (2 / (a + b)) ** 2 / 3),
        ("variance-for-sd", lambda a, b: (2 / (a + b)) ** 2),
        ("limit-is-sd", lambda a, b: 2 / (a + b) / 3),
        ("half", lambda a, b: 1 / (a + b)),
        ("fan-in", lambda a, b: 1 / a),
        ("fan-out", lambda a, b: 1 / b),
        ("other-recipe", lambda a, b: 2 / a),
    ],
    "HeNormal": [
        ("variance-for-sd", lambda a, b: (2 / a) ** 2),
        ("half", lambda a, b: 1 / a),
        ("fan-out", lambda a, b: 2 / b),
        ("other-recipe", lambda a, b: 2 / (a + b)),
        ("limit-is-sd", lambda a, b: 2 / a / 3),
        ("truncated", lambda a, b: _TRUNCATED * 2 / a),
    ],
}


def _draw(rng: np.random.Generator) -> tuple[list[tuple[int, int]], int]:
    """A shape that narrows, one that widens, a square one, and a seed."""
    small, large, side = int(rng.integers(38, 42)), int(rng.integers(106, 114)), int(rng.integers(64, 68))
    return [(large, small), (small, large), (side, side)], int(rng.integers(1, 1_000_000))


@initializers.observe
def observe_initializers(glorot: Any, he: Any, rng: np.random.Generator) -> Seen:
    answers = dict(zip(NAMES, (glorot, he), strict=True))
    for answer in answers.values():
        need_callable(answer, "a class")
    still = [name for name, answer in answers.items() if is_blank(vars(answer).get("__call__"))]
    if len(still) == len(NAMES):
        raise NotImplementedError
    shapes, seed = _draw(rng)
    return {name: {"open": True} if name in still else _draws(answers[name], shapes, seed) for name in NAMES}


def _draws(answer: Any, shapes: list[tuple[int, int]], seed: int) -> dict[str, Any]:
    """What one initializer gives, what its twin gives, and the kernel of a Dense layer that was given it."""
    import keras

    one = answer(seed)
    first = [one(shape) for shape in [*shapes, shapes[0]]]
    twin, other = answer(seed)(shapes[0]), answer(seed + 1)(shapes[0])
    if any(array is None for array in (*first, twin, other)):
        return {"none": True}
    whole = [np.asarray(array, "float32") for array in first[:-1]]
    if [array.shape for array in whole] != shapes:
        return {"first": whole}
    layer = keras.layers.Dense(shapes[0][1], kernel_initializer=answer(seed))
    try:
        layer.build((None, shapes[0][0]))
    except Exception as error:
        return {"first": whole, "no_layer": f"{type(error).__name__}: {error}".splitlines()[0][:120]}
    far, third = answer(seed + 10_000)(shapes[0]), one(shapes[0])
    tiny = np.concatenate([np.ravel(np.asarray(one(TINY), "float32")) for _ in range(CALLS)])
    starts = {"again": first[-1], "third": third, "twin": twin, "other": other, "far": far, "dense": layer.kernel}
    return {"first": whole, "tiny": tiny, **{key: np.asarray(array, "float32")[:2] for key, array in starts.items()}}


@initializers.judge
def judge_initializers(seen: Seen, rng: np.random.Generator) -> Any:
    shapes, _ = _draw(rng)
    problems = [_problem(name, seen[name], shapes) for name in NAMES]
    if None not in problems:
        return problems[0]
    wrong = problems[0] or problems[1]
    return with_other_half(wrong, True, f"{NAMES[problems.index(None)]} is right.")


def _problem(name: str, seen: Seen, shapes: list[tuple[int, int]]) -> Any:
    if "open" in seen:
        return "one-open", {"name": name}
    if "none" in seen:
        return "no-return", {"name": name}
    arrays = [np.asarray(array, float) for array in seen["first"]]
    for array, shape in zip(arrays, shapes, strict=True):
        if array.shape != shape:
            return "shape", {"name": name, "wanted": shape, "got": array.shape}
    if "no_layer" in seen:
        return "not-for-keras", {"name": name, "error": seen["no_layer"].rstrip(".")}
    return (
        _streams(name, seen)
        or _related(name, arrays)
        or _moments(name, arrays, shapes)
        or _distribution(name, arrays, shapes)
        or _repeated(name, arrays)
        or _exact(name, arrays, shapes)
        or _clipped(name, np.asarray(seen["tiny"], float))
    )


def _streams(name: str, seen: Seen) -> Any:
    first = np.asarray(seen["first"][0])[:2]
    if any(np.array_equal(a, b) for a, b in ((first, seen["again"]), (seen["again"], seen["third"]))):
        return "same-again", {"name": name}
    same = [np.allclose(first, seen[other], rtol=1e-5) for other in ("twin", "dense", "other", "far")]
    return None if same == [True, True, False, False] else ("seed-ignored", {"name": name})


def _moments(name: str, arrays: list[np.ndarray], shapes: list[tuple[int, int]]) -> Any:
    for array in arrays:
        if not abs(array.mean()) < ERRORS * array.std() / np.sqrt(array.size):
            return "not-centred", {"name": name, "got": array.mean()}
    if _fits(arrays, shapes, WANTED[name], name):
        return None
    worst = max(range(len(shapes)), key=lambda i: abs(np.log(np.mean(arrays[i] ** 2) / WANTED[name](*shapes[i]))))
    fields = {"name": name, "fact": _fact(name, arrays[worst], shapes[worst])}
    for key, variance in SLIPS[name]:
        if _fits(arrays, shapes, variance, name):
            return key, fields
    # Another distribution's variance strays farther by chance: it is the distribution that is wrong then.
    other = _distribution(name, arrays, shapes)
    if other and _fits(arrays, shapes, WANTED[name], "HeNormal"):
        return other
    # A cut takes from the variance as well; what is bounded lower than this may be uniform.
    size = np.mean([np.mean(array**2) / WANTED[name](*shape) for array, shape in zip(arrays, shapes, strict=True)])
    cut = _cut(name, arrays, shapes)
    return cut if cut and cut[1]["got"] > 1.85 and size > 0.7 else ("wrong-variance", fields)


def _fact(name: str, array: np.ndarray, shape: tuple[int, int]) -> str:
    got, wanted = np.mean(array**2), WANTED[name](*shape)
    return f"{name}, called with the shape {shape}, draws numbers of variance {got:.3g}; it should be {wanted:.3g}."


def _fits(arrays: list[np.ndarray], shapes: list[tuple[int, int]], variance: Variance, name: str) -> bool:
    """Whether every array's mean square is this variance, as far as so many numbers can tell."""
    spread = np.sqrt(2.0) if name == "HeNormal" else np.sqrt(0.8)
    room = ERRORS * spread / np.sqrt(FEWEST)
    return all(
        abs(np.mean(array**2) / variance(*shape) - 1) < room for array, shape in zip(arrays, shapes, strict=True)
    )


def _distribution(name: str, arrays: list[np.ndarray], shapes: list[tuple[int, int]]) -> Any:
    """The largest gap to the wanted distribution (Kolmogorov's), and, for a normal one, a cut.

    A gap above 2.8/√n has a chance below 10^-6. So has a largest of some 12,000 numbers within 2.2 deviations.
    """
    kind = "not-uniform" if name == "GlorotUniform" else "not-normal"
    for array, shape in zip(arrays, shapes, strict=True):
        unit = np.sort(np.ravel(array)) / np.sqrt(WANTED[name](*shape))
        share = (unit / np.sqrt(3) + 1) / 2 if name == "GlorotUniform" else _normal_share(unit)
        gap = np.abs(np.arange(1, unit.size + 1) / unit.size - np.clip(share, 0, 1)).max()
        if gap > 2.8 / np.sqrt(unit.size) or (name == "GlorotUniform" and np.abs(unit).max() > np.sqrt(3) * 1.0001):
            return kind, {"name": name}
    return _cut(name, arrays, shapes)


def _cut(name: str, arrays: list[np.ndarray], shapes: list[tuple[int, int]]) -> Any:
    """Whether normal numbers lack their tails.

    Keras's own He weights are cut as well, at 2.27 of their deviations: only what is cut closer is told so.
    """
    reach = max(np.abs(a).max() / np.sqrt(WANTED[name](*shape)) for a, shape in zip(arrays, shapes, strict=True))
    return ("cut", {"name": name, "got": float(reach)}) if name == "HeNormal" and reach < 2.2 else None


def _clipped(name: str, tiny: np.ndarray) -> Any:
    """Of 180 uniform numbers one comes within a tenth of the limit, of as many normal ones beyond 1.5 deviations.

    Either fails by chance less than once in 10^8 draws.
    """
    wanted = (0.9 * np.sqrt(3) if name == "GlorotUniform" else 1.5) * np.sqrt(WANTED[name](*TINY))
    got = np.abs(tiny).max()
    fields = {"name": name, "count": tiny.size, "shape": str(TINY), "got": got, "wanted": wanted}
    return ("clipped", fields) if got < wanted else None


def _normal_share(unit: np.ndarray) -> np.ndarray:
    return np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in unit])


def _exact(name: str, arrays: list[np.ndarray], shapes: list[tuple[int, int]]) -> Any:
    """A variance that is right to five digits in every draw was not left to chance."""
    off = [abs(np.mean(a**2) / WANTED[name](*shape) - 1) for a, shape in zip(arrays, shapes, strict=True)]
    return ("made-to-fit", {"name": name}) if max(off) < 1e-5 else None


def _repeated(name: str, arrays: list[np.ndarray]) -> Any:
    if any(len(np.unique(array)) < 0.9 * array.size for array in arrays):
        return "alike", {"name": name, "how": "many of them are equal"}
    return None


def _related(name: str, arrays: list[np.ndarray]) -> Any:
    """Whether rows, columns, neighbours and halves say something about each other, seven deviations beyond chance."""
    for array in arrays:
        centred = array - array.mean()
        for axis, word in ((0, "a column"), (1, "a row")):
            # The mean over n independent numbers strays by their deviation over √n.
            if centred.mean(axis).std() > 2 * array.std() / np.sqrt(array.shape[axis]):
                return "alike", {"name": name, "how": f"those of {word} are related"}
        half = array.shape[1] // 2
        pairs = {
            "neighbours are related": (centred[1:], centred[:-1]),
            "neighbours in a row are related": (centred[:, 1:], centred[:, :-1]),
            "one half repeats the other": (centred[:, :half], centred[:, -half:]),
            "one half mirrors the other": (centred[:, :half], centred[:, ::-1][:, :half]),
        }
        for how, (a, b) in pairs.items():
            if abs(np.mean(a * b)) > 7 * array.var() / np.sqrt(a.size):
                return "alike", {"name": name, "how": how}
    return None


@initializers.own_version
def own_initializers() -> Any:
    import keras

    class Seeded(keras.Initializer):
        def __init__(self, seed):
            self.seed = seed
            self.rng = np.random.default_rng(seed)

        def get_config(self):
            return {"seed": self.seed}

    class GlorotUniform(Seeded):
        def __call__(self, shape, dtype=None):
            limit = np.sqrt(6 / sum(shape))
            return self.rng.uniform(-limit, limit, shape)

    class HeNormal(Seeded):
        def __call__(self, shape, dtype=None):
            return self.rng.normal(0, np.sqrt(2 / shape[0]), shape)

    return GlorotUniform, HeNormal
