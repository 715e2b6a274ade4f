"""Lesson 6, growth: by how much each block multiplies the mean square of the signal."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, common_cause, differs
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.residual.backward import forward

block_growth = Exercise(
    "block-growth",
    points=2,
    title="growth per block",
    answers=("block_growth",),
    passed="One factor a block. A product of fifty of them is what the last block sees.",
    misses={
        "no-return": NO_RETURN.format(name="block_growth"),
        "wrong-shape": "{blocks} blocks have {blocks} factors; yours has the shape {got}.",
        "leading-one": Miss(
            "The factors are right. But {blocks} blocks have {blocks} of them: there is one number more in front, "
            "for x itself.",
            share=0.5,
        ),
        "squares": "Those are the {places} mean squares themselves. A factor is a quotient of two neighbours.",
        "cumulative": Miss(
            "Those are the factors from the very beginning, x_l against x_0. Compare each block's output with "
            "its own input.",
            share=0.5,
        ),
        "root": Miss("Those are ratios of the rms. Asked for are those of the mean *square*.", share=0.5),
        "variance": Miss(
            "Those are ratios of variances. Behind a relu the mean is not 0, and it is passed on like everything "
            "else: use the mean square.",
            share=0.5,
        ),
        "one-by-one": "You divide number by number, and a few inputs near 0 then decide. First the mean square of "
        "the whole output, and of the whole input, then divide.",
        "inverse": Miss(
            "Input over output: a block that quadruples the mean square should come out as 4, not as 0.25.", share=0.5
        ),
        "logarithm": Miss("Those are the factors' logarithms. Asked for are the factors.", share=0.5),
        "less-one": Miss("That is by how much more comes out than goes in: each factor less 1.", share=0.5),
        "difference": "That is the difference between output and input. A factor is a quotient.",
        "no-skip": "That is the growth through the branches alone: where is the skip?",
        "branch-only": "You divide the branch's mean square by that of x. A block's output is x and its branch, "
        "added.",
        "scale-lost": Miss("Nothing changes with `scale`. It multiplies the branch, before the sum.", share=0.5),
        "scale-squared": Miss(
            "The branch is multiplied by scale². It is the *growth* into which its square enters, and that "
            "happens by itself.",
            share=0.5,
        ),
        "no-activation": "The branch sees x itself. It should see relu(x).",
        "order": "In your branch the kernel comes before the relu. Here it is relu(x) that meets the kernel.",
        "activated": "The sum is activated: relu(x + ...). In this form the skip stays linear, and only "
        "the branch has a relu.",
        "scale-on-skip": Miss(
            "The scale stands on the skip, and the branch has none. (The third argument of `walk` is `skip`; with "
            "its name, `scale=scale`, it goes where it belongs.)",
            share=0.5,
        ),
        "each-on-x": "Every block of yours gets the first x. It gets what the block before it gave.",
        "theory": "That is 1 + scale², what theory says of many wide blocks on average. Measure these.",
        "unrelated": "You add the mean squares of x and of the branch, as if the two had nothing in common. In a "
        "block of given weights they do: take the mean square of their sum.",
        "reversed": Miss(
            "The right factors, from the last block to the first. List the first block's first.", share=0.5
        ),
        "signed-mean": "You square the mean. Its signs cancel before: square first, then average.",
        "mean-abs": Miss("Those come from mean absolute values. Asked for are mean squares.", share=0.5),
        "by-example": "You divide example by example, and average the quotients. First the mean square over all "
        "examples, then divide.",
        "wrong-values": "Begin with a single block.",
    },
)


Case = tuple[np.ndarray, list[np.ndarray], float]


def _draw(rng: np.random.Generator) -> list[Case]:
    """x with a mean, kernels, the branch's factor: drawn, loud, shrinking what passes, growing more than tenfold.

    Then: a branch that is subtracted, a faint signal, and many blocks.
    """
    fixed = np.random.default_rng(9)
    shrinking = fixed.normal(size=(20, 4)) + 1.5
    return [
        _blocks(rng, 6, 5, float(rng.uniform(0.4, 0.8))),
        _blocks(fixed, 9, 8, 1.0),
        (shrinking, [-np.eye(4) * c for c in (0.5, 0.8, 0.3)], 0.9),
        (shrinking, [5 * np.eye(4), np.eye(4)], 0.7),
        _blocks(fixed, 5, 3, -0.6),
        (1e-6 * shrinking, [np.eye(4), 2 * np.eye(4)], 0.5),
        _blocks(fixed, 4, 16, 0.3),
    ]


def _blocks(rng: np.random.Generator, width: int, blocks: int, scale: float) -> Case:
    return rng.normal(size=(30, width)) + 0.5, [rng.normal(size=(width, width)) / 2 for _ in range(blocks)], scale


@block_growth.observe
def observe_block_growth(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    # At scale 1 the argument is left out.
    found = [answer(*(case if case[2] != 1 else case[:2])) for case in _draw(rng)]
    return {"growth": [growth if growth is None else _numbers(growth) for growth in found]}


def _numbers(growth: Any) -> np.ndarray:
    """Fractions and the like are numbers, too."""
    array = np.asarray(growth)
    return array.astype(float) if array.dtype == object else array


@block_growth.judge
def judge_block_growth(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    signals = [forward(x, kernels, 1.0, scale) for x, kernels, scale in cases]
    wanted = [_ratios(xs) for xs in signals]
    for got, (_, kernels, _) in zip(seen["growth"], cases, strict=True):
        if got is None:
            return "no-return"
        if np.shape(got) != (len(kernels),):
            fields = {"blocks": len(kernels), "places": len(kernels) + 1, "got": str(np.shape(got))}
            return _one_more(seen["growth"], signals, wanted) or "wrong-shape", fields
    off = [i for i, (g, w) in enumerate(zip(seen["growth"], wanted, strict=True)) if not _same(g, w)]
    if not off:
        return None
    i = off[0]
    place = f"{len(cases[i][1])} blocks, scale {cases[i][2]:.3g}, the factors"
    fact = {"fact": differs(place, seen["growth"][i], wanted[i])}
    slips = [_slips(xs, *case, right) for xs, case, right in zip(signals, cases, wanted, strict=True)]
    return common_cause(seen["growth"], slips, _same) or "wrong-values", fact


def _one_more(growth: list, signals: list, wanted: list) -> str | None:
    """What an answer of L + 1 numbers holds, in every case."""
    if all(np.ndim(g) == 1 and _same(g[1:], w) for g, w in zip(growth, wanted, strict=True)):
        return "leading-one"
    squares = [[np.mean(x**2) for x in xs] for xs in signals]
    return "squares" if all(_same(g, s) for g, s in zip(growth, squares, strict=True)) else None


def _same(got: Any, wanted: Any) -> bool:
    """No number equals no number: without a skip a block may let nothing through."""
    return np.shape(got) == np.shape(wanted) and np.allclose(got, wanted, 3e-6, 0, equal_nan=True)


def _ratios(xs: list[np.ndarray], size: Any = lambda x: np.mean(x**2)) -> np.ndarray:
    sizes = np.array([size(x) for x in xs])
    with np.errstate(divide="ignore", invalid="ignore"):
        return sizes[1:] / sizes[:-1]


def _slips(right: list, x: np.ndarray, kernels: list, scale: float, wanted: np.ndarray) -> dict[str, list]:
    several = _by_other_sizes(right)
    return {**{key: [one] for key, one in _single(right, x, kernels, scale, wanted).items()}, **several}


def _by_other_sizes(right: list) -> dict[str, list]:
    sizes: dict[str, list] = {
        "variance": [np.var, np.std],
        "mean-abs": [lambda x: np.mean(np.abs(x)) ** 2, lambda x: np.mean(np.abs(x))],
    }
    return {key: [_ratios(right, size) for size in both] for key, both in sizes.items()}


def _single(right: list, x: np.ndarray, kernels: list, scale: float, wanted: np.ndarray) -> dict[str, np.ndarray]:
    linear, activated, turned = [x], [x], [x]
    for kernel in kernels:
        linear.append(linear[-1] + scale * linear[-1] @ kernel)
        turned.append(turned[-1] + scale * np.maximum(turned[-1] @ kernel, 0))
        activated.append(np.maximum(activated[-1] + scale * np.maximum(activated[-1], 0) @ kernel, 0))
    squares = np.array([np.mean(x**2) for x in right])
    rows = np.array([np.mean(x**2, axis=1) for x in right])
    single = [forward(x, [kernel], 1.0, scale)[1] for kernel in kernels]
    branch = [np.mean((scale * np.maximum(h, 0) @ k) ** 2) for h, k in zip(right, kernels, strict=False)]
    return {
        "cumulative": squares[1:] / squares[0],
        "root": np.sqrt(wanted),
        "one-by-one": np.array([np.mean((b / a) ** 2) for a, b in itertools.pairwise(right)]),
        "inverse": 1 / wanted,
        "logarithm": np.log(wanted),
        "less-one": wanted - 1,
        "branch-only": np.array(branch) / squares[:-1],
        "order": _ratios(turned),
        "difference": np.diff(squares),
        "no-skip": _ratios(forward(x, kernels, 0.0, scale)),
        "scale-lost": _ratios(forward(x, kernels, 1.0, 1.0)),
        "scale-squared": _ratios(forward(x, kernels, 1.0, scale**2)),
        "no-activation": _ratios(linear),
        "activated": _ratios(activated),
        "scale-on-skip": _ratios(forward(x, kernels, scale, 1.0)),
        "each-on-x": np.array([np.mean(h**2) / squares[0] for h in single]),
        "theory": np.full(len(kernels), 1 + scale**2),
        "unrelated": 1 + np.array(branch) / squares[:-1],
        "reversed": wanted[::-1],
        "signed-mean": _ratios(right, lambda x: np.mean(x) ** 2),
        "by-example": np.mean(rows[1:] / rows[:-1], axis=1),
    }


@block_growth.own_version
def own_block_growth() -> Any:
    def block_growth(x, kernels, scale=1.0):
        squares = [np.mean(np.square(x))]
        for kernel in kernels:
            x = x + scale * np.maximum(x, 0) @ kernel
            squares.append(np.mean(np.square(x)))
        return np.divide(squares[1:], squares[:-1])

    return block_growth
