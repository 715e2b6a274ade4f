"""Lesson 3, the statistics of every layer: mean and standard deviation of its kernel at each moment."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_dict, fact, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article
from vgcourse.course.exercises.gradients.oracle import as_array
from vgcourse.course.exercises.weights.walks import same, telling, walk

layer_statistics = Exercise(
    "layer-statistics",
    points=2,
    title="mean and standard deviation of every kernel",
    answers=("layer_statistics",),
    passed="Two numbers a layer and a moment: what T1 plots.",
    misses={
        "no-return": NO_RETURN.format(name="layer_statistics"),
        "not-a-dict": "layer_statistics gives back a dict: a layer's name → two arrays.",
        "names": "The keys should be the layers' names, as in `kernels`; {missing} is not among "
        "yours. (The check's layers have names of their own.)",
        "left-out": "`kernels` holds {layers}; your dict holds {held}, and lacks {missing}. Each layer gets its "
        "pair, whatever it is called: is the dict made once, before the loop, and returned after it?",
        "superfluous": Miss(
            "`kernels` holds {layers}; your dict holds {held}. Are those of an earlier call still in it? Make a new "
            "one in each call.",
            share=0.5,
        ),
        "not-two": "Under each name belong two arrays, mean and standard deviation; under {layer} there is {found}.",
        "pairs": Miss(
            "Under {layer} there is one pair a moment. Turn it round: one pair of arrays, all the means, and all the "
            "standard deviations.",
            share=0.5,
        ),
        "no-time": "You get one number for the whole recording of {layer}. Each moment should keep its own: leave "
        "the first axis alone.",
        "over-time": "You took the statistics of {layer} over time, one for each weight. Asked for are those over "
        "the weights, one for each moment.",
        "moments": "For {layer}, with {moments} moments, you get shape {got}: one number a moment is wanted, shape "
        "({moments},).",
        "per-unit": "For {layer} you get shape {got}: only one of the kernel's two axes is gone.",
        "kept-axes": Miss(
            "For {layer} you get shape {got}: the two axes are still there, with a length of 1. Leave out keepdims.",
            share=0.5,
        ),
        "swapped": Miss(
            "The right numbers in the wrong order: first the mean, then the standard deviation.", share=0.5
        ),
        "absolute": "That is the mean of the absolute values. Take the weights with their signs.",
        "variance": "What stands beside the mean is the variance: take its root.",
        "rms": "What stands beside the mean is the root mean square: the standard deviation takes the mean away "
        "first.",
        "n-minus-1": "Your standard deviation divides by one less than the number of weights (ddof=1), np.std by "
        "their number.",
        "wrong-mean": "Add up all weights of the layer at that moment, with their signs, and divide by their number.",
        "wrong-sd": "A standard deviation is the root of the mean square of what lies beside the mean.",
    },
)
SHAPES = {"lower": (3, 4), "upper": (4, 2)}
MOMENTS = 6


def _draws(rng: np.random.Generator) -> list[dict[str, np.ndarray]]:
    """One recording is drawn; always tried: other layers, all weights positive, small, large, and a single layer.

    Its name has come before: who keeps what an earlier call found has the wrong numbers.
    """
    drawn = {name: walk(rng, MOMENTS, shape) for name, shape in SHAPES.items()}
    positive, small, large, long, _ = telling()
    return [drawn, {"a": positive, "output": small[:4]}, {"only": large}, {"upper": long.astype("float32")}]


@layer_statistics.observe
def observe_layer_statistics(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    # As lists of arrays, which is what a callback collects, and as the arrays of a recording.
    drawn = [{name: list(kernel) for name, kernel in draw.items()} for draw in _draws(rng)]
    drawn[1:3] = _draws(rng)[1:3]  # which are not drawn
    return {"statistics": [_plain(as_dict(answer(kernels))) for kernels in drawn]}


def _plain(statistics: Any) -> Any:
    """As arrays; a column of pandas' that holds two arrays is those two."""
    if not isinstance(statistics, dict):
        return as_array(statistics)
    columns = {str(name): list(pair) if hasattr(pair, "iloc") else pair for name, pair in statistics.items()}
    return as_array(columns)


@layer_statistics.judge
def judge_layer_statistics(seen: Seen, rng: np.random.Generator) -> Any:
    problems, given = [], []
    for statistics, kernels in zip(seen["statistics"], _draws(rng), strict=True):
        if statistics is None:
            return "no-return"
        if not isinstance(statistics, dict):
            return "not-a-dict"
        if missing := [name for name in kernels if name not in statistics]:
            held = {"layers": " and ".join(kernels), "held": " and ".join(statistics) or "nothing"}
            return "left-out" if set(statistics) < set(kernels) else "names", {"missing": missing[0], **held}
        problems += [_judge_layer(name, statistics[name], kernel) for name, kernel in kernels.items()]
        given += [(_as_pair(statistics[name], kernel), _flat(kernel)) for name, kernel in kernels.items()]
        if not any(problems) and len(statistics) > len(kernels):
            return "superfluous", {"layers": " and ".join(kernels), "held": ", ".join(map(str, statistics))}
    found = [problem for problem in problems if problem]
    if not found:
        return None
    key, fields = min(found, key=lambda problem: layer_statistics.misses[problem[0]].share)
    # A cause must hold for every layer; else it is told what came for one of them.
    if key in PLAIN and not all(pair and _shows(key, pair, flat) for pair, flat in given):
        key = PLAIN[key]
    for number, what in enumerate(("means", "standard deviations")):
        if all(pair and same(pair[number], _wanted(flat)[number]) for pair, flat in given):
            return with_other_half((key, fields), True, f"The {what} are right.")
    return key, fields


# What is said where a cause does not hold for every layer.
PLAIN = {
    "swapped": "wrong-mean",
    "absolute": "wrong-mean",
    "variance": "wrong-sd",
    "rms": "wrong-sd",
    "n-minus-1": "wrong-sd",
}


def _flat(kernel: np.ndarray) -> np.ndarray:
    """A row of weights for each moment."""
    return kernel.reshape(len(kernel), -1).astype(float)


def _wanted(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return flat.mean(1), flat.std(1)


def _as_pair(pair: Any, kernel: np.ndarray) -> list[np.ndarray] | None:
    """Two arrays of one number a moment, however they were handed over; None where there are none."""
    whole = isinstance(pair, (list, np.ndarray))
    if whole and len(pair) == len(kernel) != 2 and {np.shape(part) for part in pair} == {(2,)}:
        pair = np.transpose(pair)
    if not (whole and len(pair) == 2 and all(np.size(part) == len(kernel) for part in pair)):
        return None
    return [np.ravel(np.asarray(part, float)) for part in pair]


def _shows(key: str, pair: list[np.ndarray], flat: np.ndarray) -> bool:
    mean, sd = _wanted(flat)
    slips = {
        "swapped": (sd, mean),
        "absolute": (np.abs(flat).mean(1), pair[1]),
        "variance": (mean, flat.var(1)),
        "rms": (mean, np.sqrt((flat**2).mean(1))),
        "n-minus-1": (mean, flat.std(1, ddof=1)),
    }
    return all(same(got, wrong) for got, wrong in zip(pair, slips[key], strict=True))


def _judge_layer(layer: str, pair: Any, kernel: np.ndarray) -> Any:
    """The form is told where the numbers in it are right."""
    numbers = _as_pair(pair, kernel)
    shapes = [np.shape(part) for part in pair] if numbers else []
    if not numbers or all(shape == kernel.shape[:1] for shape in shapes):
        return _judge_pair(layer, pair, kernel)
    if problem := _judge_pair(layer, numbers, kernel):
        return problem
    long = next((shape for shape in shapes if shape[1:] == (1, 1)), None)
    return ("kept-axes", {"layer": layer, "got": long}) if long else _odd_form(layer, pair, kernel)


def _odd_form(layer: str, pair: Any, kernel: np.ndarray) -> Any:
    listed = len(pair) == len(kernel) != 2
    return ("pairs", {"layer": layer}) if listed else _judge_pair(layer, pair, kernel)


def _judge_pair(layer: str, pair: Any, kernel: np.ndarray) -> Any:
    if not (isinstance(pair, (list, np.ndarray)) and len(pair) == 2):
        found = (
            f"an array of shape {pair.shape}" if isinstance(pair, np.ndarray) else with_article(type(pair).__name__)
        )
        return "not-two", {"layer": layer, "found": found}
    mean, sd = (np.asarray(part, float) for part in pair)
    if problem := _judge_shape(layer, mean, kernel) or _judge_shape(layer, sd, kernel):
        return problem
    flat = _flat(kernel)
    wanted = _wanted(flat)
    if same(mean, wanted[0]) and same(sd, wanted[1]):
        return None
    key = next((key for key in PLAIN if _shows(key, [mean, sd], flat)), None)
    if same(mean, wanted[0]):
        return key or "wrong-sd", _largest("standard deviation", layer, sd, wanted[1])
    return key or "wrong-mean", _largest("mean", layer, mean, wanted[0])


def _judge_shape(layer: str, got: np.ndarray, kernel: np.ndarray) -> Any:
    if got.shape == kernel.shape[:1]:
        return None
    if got.shape == ():
        return "no-time", {"layer": layer}
    per_unit = [kernel.shape[:2], (kernel.shape[0], kernel.shape[2])]
    key = "over-time" if got.shape == kernel.shape[1:] else "per-unit" if got.shape in per_unit else "moments"
    return key, {"layer": layer, "got": got.shape, "moments": len(kernel)}


def _largest(what: str, layer: str, got: np.ndarray, wanted: np.ndarray) -> dict[str, str]:
    moment = int(np.argmax(np.abs(got - wanted)))
    return fact(f"The {what} of {layer} at moment {moment}: yours", got[moment], wanted[moment])


@layer_statistics.own_version
def own_layer_statistics() -> Any:
    def layer_statistics(kernels):
        arrays = {layer: np.asarray(kernel) for layer, kernel in kernels.items()}
        return {layer: (a.mean(axis=(1, 2)), a.std(axis=(1, 2))) for layer, a in arrays.items()}

    return layer_statistics
