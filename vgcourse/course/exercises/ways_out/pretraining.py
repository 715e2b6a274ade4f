"""Lesson 8, greedy pre-training: one layer's autoencoder after the other, each on the codes of the one below."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, close, common_cause, differs, things
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

pretrain = Exercise(
    "pretrain",
    points=3,
    title="autoencoders, layer by layer",
    answers=("pretrain",),
    passed="Each layer learned to keep what the layer below it says, from no label at all, and no error had to "
    "travel through more than one layer.",
    misses={
        "no-return": NO_RETURN.format(name="pretrain"),
        "count": "For {layers} layers pretrain gives back a list of {layers} pairs (W, b), and nothing else in a "
        "pair; yours is {got}.",
        "shapes": "Layer {layer} begins with W of shape {wanted}; what you hand on has {got}.",
        "untrained": "Those are the weights with which the layers began: what was trained is not handed on.",
        "decoder": "Those are the decoder's weights. The decoder is dropped; what is handed on is the encoder.",
        "on-x": Miss(
            "The first layer is right. But the others were trained on X as well: each should see the codes "
            "of the layer below.",
            share=1 / 3,
        ),
        "old-codes": Miss(
            "The first layer is right. But the next one sees codes from before the layer below had taken all "
            "its steps.",
            share=2 / 3,
        ),
        "linear-codes": Miss(
            "The first layer is right. But what is handed on to the next is z, without the sigmoid.", share=2 / 3
        ),
        "reconstruction": Miss(
            "The first layer is right. But what is handed on to the next is the reconstruction; it "
            "should be the code.",
            share=2 / 3,
        ),
        "another-form": Miss(
            "What you trained is right. But for {layers} layers pretrain gives back a list of {layers} pairs (W, b), "
            "and nothing else in a pair; yours is {got}.",
            share=0.5,
        ),
        # What equals one slip in every case is right but for that.
        "decoder-frozen": Miss("The decoder's kernel stays where it began. All four arrays learn.", share=0.5),
        "bias-frozen": Miss("A bias stays where it began. All four arrays learn, both biases too.", share=0.5),
        "bias-averaged": Miss(
            "The biases' steps are too short: their gradients are divided by the number of examples once more. "
            "Add the errors up, as the kernels' gradients do.",
            share=0.5,
        ),
        "squashed": Miss(
            "Your reconstruction has gone through a sigmoid. The decoder is linear: code · V + c.", share=0.5
        ),
        "one-step": "That is one step. Take `steps` of them.",
        "one-too-few": Miss("You take one step less than `steps`.", share=0.5),
        "one-too-many": Miss("You take one step more than `steps`.", share=0.5),
        "no-slope": Miss("The encoder's gradient lacks the sigmoid's slope, code · (1 - code).", share=0.5),
        "new-decoder": Miss(
            "The decoder was changed before the encoder's gradient was taken. All four gradients belong to the same "
            "weights.",
            share=0.5,
        ),
        "summed": Miss("The gradients are not divided by the number of examples.", share=0.5),
        "doubled": Miss("Your steps are twice as long: the loss is *half* the squared length.", share=0.5),
        "of-entries": Miss("Your loss is a mean over all numbers; it should add up over the features.", share=0.5),
        "uphill": Miss("Those steps go uphill: take rate times gradient *off*.", share=0.5),
        "upper-layers": Miss(
            "The first layer is right, and the others are not. What does each of them get as its input, and does it "
            "take its steps as the first one does?",
            share=0.5,
        ),
        "wrong-values": "Begin with one layer and one step.",
    },
)
Layer = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Case = tuple[np.ndarray, list[Layer], float, int]


def _draw(rng: np.random.Generator) -> list[Case]:
    """X, layers (W, b, V, c), rate, steps: drawn, three layers; all widths alike; one layer and one step."""
    fixed = np.random.default_rng(3)
    alike = _start(fixed, 9, (4, 4, 4))
    alike[1][1][1][0] = 12.0  # a unit that is always on
    return [
        (*_start(rng, 12, (6, 5, 4, 3)), 0.4, 7),
        (*alike, 0.7, 5),
        (*_start(fixed, 7, (5, 3)), 0.3, 1),
    ]


def _start(rng: np.random.Generator, n: int, sizes: tuple[int, ...]) -> tuple[np.ndarray, list[Layer]]:
    layers = []
    for fan_in, units in pairwise(sizes):
        W, V = rng.normal(size=(fan_in, units)), 0.7 * rng.normal(size=(units, fan_in))
        layers.append((W, 0.5 * rng.normal(size=units), V, 0.5 * rng.normal(size=fan_in)))
    return rng.normal(size=(n, sizes[0])), layers


def code_of(h: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """sigmoid(h W + b), by a tanh: without overflow, however far a slip goes astray."""
    return 0.5 * (1 + np.tanh((h @ W + b) / 2))


def trained(h: np.ndarray, layer: Layer, rate: float, steps: int, **slip: Any) -> Layer:
    """One autoencoder after so many steps of gradient descent on half the squared length, mean over examples."""
    W, b, V, c = (np.array(part, float) for part in layer)
    step = {part: rate * (part in slip.get("learn", "WbVc")) for part in "WbVc"}
    summed = partial(np.mean if slip.get("mean_bias") else np.sum, axis=0)
    for _ in range(steps):
        code = code_of(h, W, b)
        error = _error(code @ V + c, h, **slip)
        old, V, c = V, V - step["V"] * code.T @ error, c - step["c"] * summed(error)
        slope = code * (1 - code) if slip.get("slope", True) else 1
        dz = (error @ (V if slip.get("new_decoder") else old).T) * slope
        W, b = W - step["W"] * h.T @ dz, b - step["b"] * summed(dz)
    return W, b, V, c


def _error(copy: np.ndarray, h: np.ndarray, size: float = 1.0, entries: bool = False, **slip: Any) -> np.ndarray:
    """The loss's derivative by the reconstruction."""
    slope = 1.0
    if squashed := slip.get("squashed"):
        copy = 0.5 * (1 + np.tanh(copy / 2))
        slope = copy * (1 - copy) if squashed == "with slope" else 1.0
    return (copy - h) * slope * size / (h.size if entries else len(h))


def greedy(
    X: np.ndarray, layers: list[Layer], rate: float, steps: int, on: str = "codes", **slip: Any
) -> list[Layer]:
    """All layers, trained one after the other; `on` says what each one but the first is trained on."""
    found, h = [], X
    for layer in layers:
        W, b, V, c = trained(X if on == "x" else h, layer, rate, steps, **slip)
        found.append((W, b, V, c))
        seen = {"old": 0, "late": steps - 1}.get(on)
        code = code_of(h, *((W, b) if seen is None else trained(h, layer, rate, seen, **slip)[:2]))
        h = {"linear": h @ W + b, "reconstruction": code @ V + c}.get(on, code)
    return found


@pretrain.observe
def observe_pretrain(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"found": [_pairs(answer(*case)) for case in _draw(rng)]}


def _pairs(found: Any) -> Any:
    if not isinstance(found, (list, tuple)):
        return None if found is None else np.asarray(found)
    return [
        [np.asarray(part) for part in pair] if isinstance(pair, (list, tuple)) else _alone(pair) for pair in found
    ]


def _alone(part: Any) -> Any:
    """What is no pair: an array, or the name of its type."""
    return np.asarray(part) if hasattr(part, "shape") else str(type(part))


@pretrain.judge
def judge_pretrain(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    wanted = [_encoders(greedy(*case)) for case in cases]
    for found, (_, layers, _, _) in zip(seen["found"], cases, strict=True):
        if problem := _judge_shapes(found, layers):
            fields = _count(found, layers)
            return ("another-form", fields) if _in_another_form(seen["found"], wanted) else problem
    off = next((i for i, (g, w) in enumerate(zip(seen["found"], wanted, strict=True)) if not _same(g, w)), None)
    if off is None:
        return None
    fact = {"fact": _fact(seen["found"][off], wanted[off], cases[off])}
    first = all(_same(g[:1], w[:1]) for g, w in zip(seen["found"], wanted, strict=True))
    rest = "upper-layers" if first else "wrong-values"
    return common_cause(seen["found"], [_slips(*case) for case in cases], _same) or rest, fact


def _judge_shapes(found: Any, layers: list[Layer]) -> Any:
    if found is None:
        return "no-return"
    whole = isinstance(found, list) and len(found) == len(layers)
    if not whole or not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
        return "count", _count(found, layers)
    for number, ((W, b), layer) in enumerate(zip(found, layers, strict=True), 1):
        if (np.shape(W), np.shape(b)) == (layer[2].shape, layer[3].shape) != (layer[0].shape, layer[1].shape):
            return "decoder"
        if (np.shape(W), np.shape(b)) != (layer[0].shape, layer[1].shape):
            wanted = f"{layer[0].shape} and b of {layer[1].shape}"
            return "shapes", {"layer": number, "wanted": wanted, "got": f"{np.shape(W)} and {np.shape(b)}"}
    return None


def _count(found: Any, layers: list[Layer]) -> dict[str, Any]:
    """What came in the place of the pairs, in words."""
    if not isinstance(found, list):
        return {"layers": len(layers), "got": "something else"}
    held = [f"holds {things(len(pair))}" if isinstance(pair, list) else "is no pair" for pair in found]
    pairs = "holds two things"
    # Of a list of another length, or of pairs, that is all there is to say.
    odd = next((f", and one of its members {h}" for h in held if h != pairs), "") if len(found) == len(layers) else ""
    turned = ", in which b comes first" if set(held) == {pairs} and len(found) == len(layers) else ""
    return {"layers": len(layers), "got": f"a list of length {len(found)}{odd}{turned}"}


# More than a pair, b before W, all kernels and then all biases, arrays one after the other.
FORMS = (
    lambda found: [pair[:2] for pair in found],
    lambda found: [pair[::-1] for pair in found],
    lambda found: [list(pair) for pair in zip(*found, strict=True)],
    lambda found: [found[i : i + 2] for i in range(0, len(found), 2)],
)


def _in_another_form(found: list, wanted: list) -> bool:
    """Whether one of these forms holds what is wanted, in every case."""
    return any(all(_holds(form, f, w) for f, w in zip(found, wanted, strict=True)) for form in FORMS)


def _holds(form: Any, found: Any, wanted: list) -> bool:
    try:
        return _same(form(found), wanted)
    except (TypeError, ValueError, KeyError):  # it does not have that form
        return False


def _same(got: list, wanted: list) -> bool:
    return all(
        close(g, w, 1e-5, 1e-5) for pair, own in zip(got, wanted, strict=True) for g, w in zip(pair, own, strict=True)
    )


def _fact(got: list, wanted: list, case: Case) -> str:
    number = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _same([g], [w]))
    part = 0 if not close(got[number][0], wanted[number][0], 1e-5, 1e-5) else 1
    steps = f"{case[3]} step{'s' * (case[3] > 1)}"
    place = f"{len(wanted)} layer{'s' * (len(wanted) > 1)}, {steps} each, {'Wb'[part]} of layer {number + 1}"
    return differs(place, got[number][part], wanted[number][part])


def _encoders(layers: list[Layer]) -> list:
    return [[W, b] for W, b, _, _ in layers]


def _slips(X: np.ndarray, layers: list[Layer], rate: float, steps: int) -> dict[str, list]:
    case = (X, layers, rate, steps)
    right = _encoders(greedy(*case))
    # X and a reconstruction fit a layer only where the widths are alike; elsewhere these slips are right.
    alike = all(layer[0].shape[0] == X.shape[1] for layer in layers)
    return {
        "untrained": [_encoders(layers)],
        "on-x": [_encoders(greedy(*case, on="x"))] if alike else [right],
        "old-codes": [_encoders(greedy(*case, on=when)) for when in ("old", "late")],
        "linear-codes": [_encoders(greedy(*case, on="linear"))],
        "reconstruction": [_encoders(greedy(*case, on="reconstruction"))] if alike else [right],
        "decoder-frozen": [_encoders(greedy(*case, learn=parts)) for parts in ("Wbc", "Wb")],
        "bias-frozen": [_encoders(greedy(*case, learn=parts)) for parts in ("WVc", "WbV", "WV")],
        "bias-averaged": [_encoders(greedy(*case, mean_bias=True))],
        "squashed": [_encoders(greedy(*case, squashed=how)) for how in ("with slope", "without")],
        "one-step": [_encoders(greedy(X, layers, rate, 1))],
        "one-too-few": [_encoders(greedy(X, layers, rate, steps - 1))],
        "one-too-many": [_encoders(greedy(X, layers, rate, steps + 1))],
        "no-slope": [_encoders(greedy(*case, slope=False))],
        "new-decoder": [_encoders(greedy(*case, new_decoder=True))],
        "summed": [_encoders(greedy(*case, size=float(len(X))))],
        "doubled": [_encoders(greedy(*case, size=2.0))],
        "of-entries": [_encoders(greedy(*case, entries=True, size=size)) for size in (1.0, 2.0)],
        "uphill": [_encoders(greedy(X, layers, -rate, steps))],
    }


@pretrain.own_version
def own_pretrain() -> Any:
    def pretrain(X, layers, rate, steps):
        handed, h = [], X
        for W, b, V, c in layers:
            for _ in range(steps):
                code = 1 / (1 + np.exp(-(h @ W + b)))
                error = (code @ V + c - h) / len(h)
                dz = error @ V.T * code * (1 - code)
                V, c = V - rate * code.T @ error, c - rate * error.sum(0)
                W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
            handed.append((W, b))
            h = 1 / (1 + np.exp(-(h @ W + b)))
        return handed

    return pretrain
