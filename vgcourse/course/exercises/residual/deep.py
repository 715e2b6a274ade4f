"""Lesson 6, a net of any depth: a stem, residual blocks with branches of 1/√depth, and an output."""

from itertools import combinations
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, differs, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article
from vgcourse.course.exercises.residual.block_readings import weights_of

WIDTH = 8

fifty_blocks = Exercise(
    "fifty-blocks",
    points=2,
    title="a net of fifty blocks",
    answers=("deep_net",),
    same_work=("residual_mlp",),
    passed="Stem, blocks, activation, output, and a branch that grows quieter as the net grows deeper.",
    misses={
        "no-return": NO_RETURN.format(name="deep_net"),
        "not-a-model": "deep_net gives back a Keras model; here it is {found}.",
        "shared": "There is only one kernel of {width} × {width}, however deep the net: one block, called again and "
        "again. Make a new block each time.",
        "loose": "There is only one kernel of {width} × {width}, however deep the net, and it is used once: no other "
        "block stands on the way from the input to the output. Each block takes what the one before it gave.",
        "one-kernel": "There is only one kernel of {width} × {width}, however deep the net. For depth {depth} there "
        "should be {depth} blocks, one behind the other, each with a kernel of its own.",
        "depth": "For depth {depth} there are {got} kernels of {width} × {width}.",
        "layers": "The weights of this net have the shapes {got}. Asked for are a stem (2 → {width}), "
        "blocks of width {width}, and an output of 1 unit.",
        "alike": "Blocks of one net begin with the same kernel, number by number. Give each a fresh initializer "
        "(lesson 2).",
        "flat": Miss(
            "The net is built as asked. But the kernel of the {where} begins as the same number throughout.",
            share=0.5,
        ),
        "no-scale": Miss(
            "The branches come in at full size, scale 1: each block then about doubles the mean square.", share=0.5
        ),
        "too-quiet": Miss(
            "The branches are multiplied by 1/depth. That is safe, and quieter than asked: 1/√depth.", share=0.5
        ),
        "upside-down": Miss("The branches are multiplied by √depth, so they grow with depth. Divide.", share=0.5),
        "of-width": Miss("The scale is 1/√width. What adds up here is the number of blocks.", share=0.5),
        "other-scale": Miss(
            "The branches are not multiplied by 1/√depth: at depth {depth} yours are multiplied by "
            "{scale:.4g}; 1/√{depth} is {right:.4g}.",
            share=0.5,
        ),
        "same-scale": Miss(
            "The branches are multiplied by {scale:.4g}, whatever the depth. Asked for is 1/√depth: as "
            "the net grows deeper, each branch grows quieter.",
            share=0.5,
        ),
        "block-by-block": "The branches' scales differ from block to block. All blocks of one net have the same, "
        "1/√depth.",
        "no-skip": "Those are {depth} Dense layers without a skip. Take your `ResidualBlock`.",
        "other-activation": "The blocks answer as with tanh. Asked for is relu.",
        "last-tanh": Miss("After the last block stands a tanh. Asked for is a relu.", share=0.5),
        "between": "Between the blocks stands an activation. Then nothing has a clear road: in this form x goes "
        "through untouched until the last block is over.",
        "other-output": Miss("The output goes through {what}. A probability needs a sigmoid.", share=0.5),
        "bare-end": Miss(
            "Two things are missing behind the last block: the relu there, and the output's sigmoid.", share=0.5
        ),
        "bent-ends": "The stem has an activation, and the one behind the last block is missing.",
        "no-sigmoid": Miss("The output has no sigmoid: {got:.3g} is no probability.", share=0.5),
        "no-last-activation": Miss(
            "Between the last block and the output the activation is missing. In this form the sum itself is never "
            "activated, so one relu stands after the last block.",
            share=0.5,
        ),
        "bent-stem": Miss("The stem has an activation: what it takes away is lost before the first skip.", share=0.5),
        "frozen": Miss(
            "The net computes what it should. But only {got} of its {wanted} weight arrays are trainable.", share=0.5
        ),
        "other-in-training": Miss(
            "Used, the net computes what it should; called with training=True, as in a training step, it does not. A "
            "layer such as Dropout is not asked for.",
            share=0.5,
        ),
        "wrong-values": "Go through stem, blocks, relu and output, one after the other.",
    },
)


MORE = (2, 11)  # depths that are always tried as well


def _draw(rng: np.random.Generator) -> tuple[list[int], np.ndarray, int]:
    """Depths, points (20, 2), and the seed of the weights."""
    depth = int(rng.integers(5, 8))
    return [depth, *MORE], rng.normal(size=(20, 2)).astype("float32"), int(rng.integers(1, 2**31))


@fifty_blocks.observe
def observe_fifty_blocks(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    depths, X, seed = _draw(rng)
    return {"nets": [_look(answer(depth), X, seed) for depth in depths]}


def _look(net: Any, X: np.ndarray, seed: int) -> Seen:
    if net is None or not hasattr(net, "get_weights"):
        return {"found": None if net is None else with_article(type(net).__name__)}
    net(X)
    start = [np.asarray(w) for w in net.get_weights()]
    shapes = [list(w.shape) for w in start]
    net.set_weights(_quiet(weights_of(shapes, seed)))
    kernels = [w for w in start if w.shape == (WIDTH, WIDTH)]
    flat = [where for where, kernel in (("stem", start[0]), ("output", start[-2])) if np.ptp(kernel) == 0]
    trainable = len(net.trainable_weights)
    p, in_training = np.asarray(net(X)), np.asarray(net(X, training=True))
    found = {"shapes": shapes, "kernels": kernels, "p": p, "in_training": in_training}
    return {**found, "trainable": trainable, "flat": flat}


def _quiet(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Small enough that a sigmoid still tells them apart."""
    return [0.4 * a for a in arrays]


@fifty_blocks.judge
def judge_fifty_blocks(seen: Seen, rng: np.random.Generator) -> Any:
    depths, X, seed = _draw(rng)
    nets = seen["nets"]
    if odd := next((net for net in nets if "found" in net), None):
        return "no-return" if odd["found"] is None else ("not-a-model", {"found": odd["found"]})
    pairs = list(zip(nets, depths, strict=True))
    if problem := _judge_one_kernel(pairs, X.astype(float), seed):
        return problem
    shapes = (_judge_shapes([list(shape) for shape in net["shapes"]], depth) for net, depth in pairs)
    if problem := next(filter(None, shapes), None):
        return problem
    if any(_are_alike(net["kernels"]) for net in nets):
        return "alike"
    return _judge_outputs(pairs, X.astype(float), seed) or _judge_training(nets)


def _are_alike(kernels: list[np.ndarray]) -> bool:
    return any(near(a, b, 1e-6, 1e-9) and np.any(a) for a, b in combinations(kernels, 2))


def _judge_training(nets: list[Seen]) -> Any:
    if not all(near(net["p"], net["in_training"], 1e-4, 1e-5) for net in nets):
        return "other-in-training"
    if flat := next((net["flat"] for net in nets if net["flat"]), None):
        return "flat", {"where": flat[0]}
    frozen = next((net for net in nets if net["trainable"] < len(net["shapes"])), None)
    return frozen and ("frozen", {"got": frozen["trainable"], "wanted": len(frozen["shapes"])})


def _judge_outputs(pairs: list[tuple[Seen, int]], X: np.ndarray, seed: int) -> Any:
    """What is wrong with the outputs: a cause only where it fits the net of every depth."""
    outputs, slips, wanted = [np.asarray(net["p"], float) for net, _ in pairs], [], []
    for net, depth in pairs:
        weights = _quiet(weights_of(net["shapes"], seed))
        wanted.append(run(weights, X, depth**-0.5))
        slips.append(_slips(weights, X, depth))
    off_at = [i for i, (p, right) in enumerate(zip(outputs, wanted, strict=True)) if not near(p, right)]
    if not off_at:
        return None
    p, right, depth = (part[off_at[0]] for part in (outputs, wanted, [depth for _, depth in pairs]))
    fact = {"fact": differs(f"At depth {depth}, with drawn weights, the output", p, right)}
    fits = (key for key in slips[0] if all(near(p, s[key]) for p, s in zip(outputs, slips, strict=True)))
    if key := next(fits, None):
        key, _, what = key.partition(" ")
        return key, {**fact, "got": float(p.max()), "what": what, "depth": depth}
    return _judge_scales(outputs, pairs, X, seed) or ("wrong-values", fact)


def _judge_scales(outputs: list[np.ndarray], pairs: list[tuple[Seen, int]], X: np.ndarray, seed: int) -> Any:
    """Whether every net is right but for one number that multiplies its branches."""
    found = []
    for p, (net, depth) in zip(outputs, pairs, strict=True):
        scale = _scale_of(_quiet(weights_of(net["shapes"], seed)), X, p)
        if scale is None:
            return None
        found.append((scale, depth))
    scales = [scale for scale, _ in found]
    if np.ptp(scales) < 1e-3:
        return "same-scale", {"scale": float(np.mean(scales))}
    scale, depth = max(found, key=lambda one: abs(one[0] - one[1] ** -0.5))
    return "other-scale", {"scale": scale, "depth": depth, "right": depth**-0.5}


def _judge_one_kernel(pairs: list[tuple[Seen, int]], X: np.ndarray, seed: int) -> Any:
    """Whether nets of every depth hold one kernel, and then whether it is called depth times, or once."""
    if any([list(shape) for shape in net["shapes"]].count([WIDTH, WIDTH]) != 1 for net, _ in pairs):
        return None
    answers = {"shared": True, "loose": True}
    for net, depth in pairs:
        weights = _quiet(weights_of(net["shapes"], seed))
        for key, times in (("shared", depth), ("loose", 1)):
            answers[key] &= len(weights) == 6 and _is_of_block(
                [*weights[:2], *weights[2:4] * times, *weights[-2:]], net, X, depth
            )
    key = next((key for key, fits in answers.items() if fits), "one-kernel")
    return key, {"width": WIDTH, "depth": pairs[0][1]}


def _is_of_block(weights: list, net: Seen, X: np.ndarray, depth: int) -> bool:
    """Whether the net answers as these weights do, with or without the scale and the last relu."""
    p = np.asarray(net["p"], float)
    return any(
        near(p, run(weights, X, s, last=last)) for s in (depth**-0.5, 1.0, 1 / depth) for last in (_relu, _same)
    )


def _judge_shapes(shapes: list, depth: int) -> Any:
    square, place = shapes.count([WIDTH, WIDTH]), {"width": WIDTH, "depth": depth}
    ends = [[2, WIDTH], [WIDTH]], [[WIDTH, 1], [1]]
    if shapes[:2] != ends[0] or shapes[-2:] != ends[1] or shapes.count([2, WIDTH]) > 1:
        return "layers", {**place, "got": _listed(shapes)}
    if square != depth:
        return "depth", {**place, "got": square}
    if shapes[2:-2] != [[WIDTH, WIDTH], [WIDTH]] * depth:
        return "layers", {**place, "got": _listed(shapes)}
    return None


def _listed(shapes: list) -> str:
    """All shapes, or the first and the last few of a long list."""
    told = [str(tuple(shape)) for shape in shapes]
    return ", ".join(told if len(told) <= 8 else [*told[:6], "…", *told[-2:]])


def run(weights: list, X: np.ndarray, scale: float | list[float], **ends: Any) -> np.ndarray:
    """The probabilities (n, 1) of a net with these weights, in Keras's order."""
    return 1 / (1 + np.exp(-logit(weights, X, scale, **ends)))


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def _same(z: np.ndarray) -> np.ndarray:
    return z


def logit(
    weights: list,
    X: np.ndarray,
    scale: float | list[float],
    stem: Any = _same,
    phi: Any = _relu,
    between: Any = _same,
    last: Any = _relu,
) -> np.ndarray:
    """What the output's activation gets. ``stem``, ``phi``, ``between`` and ``last``: the activations on the way."""
    x, pairs = stem(X @ weights[0] + weights[1]), list(zip(weights[2:-2:2], weights[3:-2:2], strict=True))
    for (kernel, bias), s in zip(pairs, np.broadcast_to(scale, len(pairs)), strict=True):
        x = between(x + s * (phi(x) @ kernel + bias))
    return last(x) @ weights[-2] + weights[-1]


def _chain(weights: list, X: np.ndarray) -> np.ndarray:
    """Dense layers with relu, one after the other."""
    x = X @ weights[0] + weights[1]
    for kernel, bias in zip(weights[2:-2:2], weights[3:-2:2], strict=True):
        x = _relu(x @ kernel + bias)
    return x @ weights[-2] + weights[-1]


def _slips(weights: list, X: np.ndarray, depth: int) -> dict[str, np.ndarray]:
    right = depth**-0.5
    z = logit(weights, X, right)
    return {
        "no-scale": run(weights, X, 1.0),
        "too-quiet": run(weights, X, 1 / depth),
        "upside-down": run(weights, X, depth**0.5),
        "of-width": run(weights, X, WIDTH**-0.5),
        "no-sigmoid": z,
        "other-output tanh": np.tanh(z),
        "other-output relu": _relu(z),
        "other-output softmax": np.ones_like(z),
        "no-last-activation": run(weights, X, right, last=_same),
        "bare-end": logit(weights, X, right, last=_same),
        "last-tanh": run(weights, X, right, last=np.tanh),
        "bent-stem": run(weights, X, right, stem=_relu),
        "bent-stem tanh": run(weights, X, right, stem=np.tanh),
        "bent-ends": run(weights, X, right, stem=_relu, last=_same),
        "other-activation": run(weights, X, right, phi=np.tanh),
        "between": run(weights, X, right, between=_relu),
        "between not last": run(weights, X, right, between=_relu, last=_same),
        "block-by-block": run(weights, X, [(i + 1) ** -0.5 for i in range(depth)]),
        "block-by-block too quiet": run(weights, X, [1 / (i + 1) for i in range(depth)]),
        "no-skip": 1 / (1 + np.exp(-_chain(weights, X))),
    }


def _scale_of(weights: list, X: np.ndarray, p: np.ndarray) -> float | None:
    """The scale of the branches with which this net answers like that; None where there is none between -4 and 4."""
    centre, step = 0.0, 0.05
    for _ in range(7):  # each round looks ten times as closely
        near_by = centre + step * np.arange(-80 if step == 0.05 else -12, 81 if step == 0.05 else 13)
        gaps = [np.abs(run(weights, X, s) - p).max() for s in near_by]
        centre, step = float(near_by[int(np.argmin(gaps))]), step / 10
    return centre if near(run(weights, X, centre), p) else None


@fifty_blocks.own_version
def own_fifty_blocks() -> Any:
    from vgcourse.nets.models import residual_mlp

    def deep_net(depth):
        return residual_mlp(depth, width=8, branch_scale=depth**-0.5)  # vg.residual_mlp

    return deep_net
