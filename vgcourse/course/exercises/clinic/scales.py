"""Lesson 9, float16: by what a loss must be multiplied so that its gradients survive."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, as_number, common_cause, said
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

loss_scale = Exercise(
    "loss-scale",
    points=2,
    title="a loss scale for float16",
    answers=("loss_scale",),
    passed="The smallest factor that keeps the small gradients, and none where it would blow up the large ones.",
    misses={
        "no-return": "loss_scale gives back None for gradients that a factor of 2 or more would keep. Does it "
        "end with "
        "`return`?",
        "exponent": Miss("Those are the exponents; the factor is 2 to that power.", share=0.5),
        "largest": "You take the largest factor at which nothing is inf. Then there is no room left for a gradient "
        "that is larger tomorrow. Take the smallest that keeps enough.",
        "zeros-count": Miss(
            "Some of these gradients are exactly 0 in float32 as well, and no factor brings them back. "
            "Count only those that were not 0.",
            share=0.5,
        ),
        "normal-numbers": "You take the smallest *normal* number of float16, 6e-5, for the smallest at all. "
        "Below it come "
        "the subnormal ones, down to 6e-8: few digits, but not 0.",
        "epsilon": "You compare with float16's epsilon, 1e-3: that is the gap beside 1, not the smallest number.",
        "overflow": "What becomes inf does not stop you, and no gradient may be infinite. Where no factor does both, "
        "there is none.",
        "signs": Miss("Large *negative* gradients become -inf, and are not looked at.", share=0.5),
        "not-none": Miss(
            "Right wherever there is such a factor. Here none from 1 to 2**40 does both: then give back None.",
            share=0.5,
        ),
        "too-far": Miss("The last factor to be tried is 2**40; yours goes on to larger ones.", share=0.5),
        "stops-early": Miss("2**40 is to be tried as well; yours stops before it.", share=0.5),
        "fewer-than-share": Miss("*At most* the share `share` may be lost: just as much may be, too.", share=0.5),
        "each-array": Miss("You ask each array by itself. The share is that of all gradients together.", share=0.5),
        "starts-at-two": Miss("Where nothing is lost, the factor is 1; yours begins at 2.", share=0.5),
        "none-lost": Miss("You allow not a single gradient to be lost. A share of `share` may be.", share=0.5),
        "wrong-values": "Multiply, turn into float16, and count.",
    },
)
Case = tuple[list[np.ndarray], float]
LARGEST = 2**40


def _cases(rng: np.random.Generator) -> list[Case]:
    """Small ones that a factor saves, zeros, one array with all that is lost, one that is well, two hopeless.

    Then: as much lost as may be, an odd power of 2, the largest factor, and one that would need a larger one; the
    largest number of float16, and one that is rounded down to it.
    """
    fixed = np.random.default_rng(5)
    return [
        (_gradients(fixed, (40, 9), 3e-9), 0.01),
        (_gradients(fixed, (30, 8), 1e-8, zeros=0.4), 0.02),
        ([np.full(10, 2.0**-27, "float32"), np.full(990, 2.0**-12, "float32")], 0.02),
        ([np.full(99, 2.0**-10, "float32")], 0.01),
        ([np.full(60, 2.0**-40, "float32"), np.full(9, 30.0, "float32")], 0.01),
        ([np.full(60, 2.0**-40, "float32"), np.full(9, -30.0, "float32")], 0.01),
        ([np.full(7, 2.0**-23, "float32"), np.full(93, 2.0**-33, "float32")], 0.05),
        ([np.array([2.0**-30, *3 * [2.0**-10]], "float32")], 0.25),
        ([np.full(5, 2.0**-27, "float32")], 0.0),
        ([np.full(4, 1.5 * 2.0**-65, "float32")], 0.0),
        ([np.full(4, 1.5 * 2.0**-66, "float32")], 0.0),
        ([np.array([1.0, 65504.0], "float32")], 0.0),
        ([np.array([-65519.0, 1.0], "float32")], 0.0),
        (_gradients(rng, (int(rng.integers(20, 60)), 7), 10 ** rng.uniform(-10, -7.5)), 0.01),
    ]


def _gradients(rng: np.random.Generator, shape: tuple[int, int], size: float, zeros: float = 0.0) -> list[np.ndarray]:
    """Two arrays of that size, some entries exactly 0, spread over decades as gradients are."""
    arrays = []
    for one in (shape, (shape[1],)):
        drawn = size * rng.normal(size=one) * 10 ** rng.normal(0, 0.5, one)
        arrays.append(np.where(rng.random(one) < zeros, 0, drawn).astype("float32"))
    return arrays


def _factors() -> list[float]:
    return [2.0**k for k in range(int(np.log2(LARGEST)) + 1)]


def _half(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.asarray(values).astype("float16")


def _fits(values: np.ndarray, share: float, factor: float) -> bool:
    there, half = values != 0, _half(factor * values)
    return bool(np.isfinite(half).all() and np.mean(half[there] == 0) <= share)


def smallest(arrays: list[np.ndarray], share: float) -> float | None:
    """The smallest factor that keeps all but `share` of what is not 0, and nothing overflows; None if none does."""
    values = np.concatenate([a.ravel() for a in arrays])
    return next((factor for factor in _factors() if _fits(values, share, factor)), None)


def _in_words(factor: float | None) -> str:
    """As a power of 2, where it is one."""
    if factor is None or not factor > 0 or not np.log2(factor).is_integer():
        return "None" if factor is None else f"{factor:g}"
    return f"2**{np.log2(factor):g}"


@loss_scale.observe
def observe_loss_scale(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"factors": [as_number(answer(arrays, share)) for arrays, share in _cases(rng)]}


@loss_scale.judge
def judge_loss_scale(seen: Seen, rng: np.random.Generator) -> Any:
    cases, got = _cases(rng), [_number(g) for g in seen["factors"]]
    wanted = [smallest(*case) for case in cases]
    if got == wanted:
        return None
    off = [i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if g != w]
    where = off[0]
    if all(g is None for g in got):
        return "no-return"
    told = _fact(cases[where], got[where], wanted[where])
    slips = [_slips(*case) for case in cases]
    if key := common_cause(got, slips, lambda mine, wrong: mine == wrong):
        return key, told
    if all(wanted[i] is None for i in off):
        return "not-none", told
    return "wrong-values", told


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _fact(case: Case, got: float | None, wanted: float | None) -> dict[str, str]:
    sizes = np.abs(np.concatenate([a.ravel() for a in case[0]]).astype(float))
    low, high, mine, right = said(sizes[sizes > 0].min(), 2), said(sizes.max(), 2), *map(_in_words, (got, wanted))
    of = f"size {high}" if low == high else f"sizes {low} to {high}"
    return {
        "fact": f"For {sizes.size} gradients of {of} and a share of {case[1]:g}, loss_scale gives {mine}; wanted is "
        f"{right}."
    }


def _first(test: Callable[[float], bool]) -> float | None:
    return next((factor for factor in _factors() if test(factor)), None)


def _slips(arrays: list[np.ndarray], share: float) -> dict[str, list[float | None]]:
    """What each misreading gives for a case."""
    values = np.concatenate([a.ravel() for a in arrays]).astype(float)
    there, sizes, right = values[values != 0], np.abs(values[values != 0]), smallest(arrays, share)

    def finite(factor: float) -> bool:
        return bool(np.isfinite(_half(factor * values)).all())

    def lost(factor: float) -> float:
        return float(np.mean(_half(factor * there) == 0))

    endless = [2.0**k for k in range(127)]
    fitting = [factor for factor in endless if finite(factor)]
    largest = [max((f for f in fitting if lost(f) <= share and f <= end), default=None) for end in (LARGEST, np.inf)]
    normal, epsilon, top = (float(getattr(np.finfo("float16"), name)) for name in ("smallest_normal", "eps", "max"))
    below = {
        name: _first(lambda f, limit=limit: finite(f) and np.mean(f * sizes < limit) <= share)
        for name, limit in (("normal-numbers", normal), ("epsilon", epsilon))
    }
    return {
        "exponent": [None if right is None else float(np.log2(right))],
        "largest": [*largest, max(fitting), float(2.0 ** np.floor(np.log2(top / sizes.max())))],
        "zeros-count": [_first(lambda f: finite(f) and np.mean(_half(f * values) == 0) <= share)],
        "normal-numbers": [below["normal-numbers"]],
        "epsilon": [below["epsilon"]],
        "overflow": [_first(lambda f: lost(f) <= share)],
        "each-array": [_first(lambda f: all(_fits(a[a != 0].ravel(), share, f) for a in arrays if a.any()))],
        "starts-at-two": [_first(lambda f: f >= 2 and finite(f) and lost(f) <= share)],
        "signs": [
            _first(lambda f: bool(np.max(_half(f * values)) < np.inf) and lost(f) <= share),
            _first(lambda f: bool(np.max(f * values) < top) and lost(f) <= share),
        ],
        "stops-early": [None if right == LARGEST else right],
        "too-far": [next((f for f in fitting if lost(f) <= share), None)],
        "fewer-than-share": [_first(lambda f: finite(f) and lost(f) < share)],
        "none-lost": [_first(lambda f: finite(f) and lost(f) == 0)],
    }


@loss_scale.own_version
def own_loss_scale() -> Callable:
    def loss_scale(gradients, share):
        values = np.concatenate([np.ravel(g) for g in gradients])
        values = values[values != 0]
        for power in range(41):
            half = (2.0**power * values).astype("float16")
            if np.isfinite(half).all() and np.mean(half == 0) <= share:
                return 2.0**power
        return None

    return loss_scale
