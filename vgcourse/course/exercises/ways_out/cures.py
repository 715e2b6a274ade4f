"""Lesson 8, which net has which cure: to be read from five curves over the layers, before any training."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, shortened
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import as_text
from vgcourse.published.kept.ways.marks import CURES, marks

which_cure = Exercise(
    "which-cure",
    points=2,
    title="which net has which cure",
    answers=("which_cure",),
    passed="Every cure leaves a mark of its own, and the size of the gradient is not it.",
    misses={
        "no-return": NO_RETURN.format(name="which_cure"),
        "not-a-word": "which_cure gives back one of the five words " + ", ".join(f'"{cure}"' for cure in CURES) + ".",
        "constant": "All nets get the same word.",
        "axes": Miss(
            "Batch and layer normalisation are exchanged: over the batch means for each *unit*, over the layer "
            "for each *example*.",
            share=0.5,
        ),
        "near-zero": Miss(
            "Every net that you misname has a mean that is small and not 0: the more units, the smaller the mean "
            "over them. One that was taken off is 0 up to rounding.",
            share=0.5,
        ),
        "exactly-zero": Miss(
            "Every net that you misname has a mean that was taken off. It is 0 up to rounding, about 1e-17, and "
            "seldom exactly: ask whether it is tiny.",
            share=0.5,
        ),
        "faint-is-none": "Every net that you misname has a faint gradient, and you call it untreated. Layer "
        "normalisation, or a relu net of few units, can have one as well: look at what else the cure does.",
        "level-is-cured": Miss(
            "You misname the untreated nets whose gradient is least faint, and no others: in few layers it has not "
            "much room to fall. Look for the mark of each cure.",
            share=0.5,
        ),
        "any-growth": Miss(
            "It is a skip for you as soon as `size` is larger at the top than at the bottom. Without a skip it "
            "wanders too, up or down by as much as a quarter. How much larger is it where each layer adds a sigmoid?",
            share=0.5,
        ),
        "one-kind": Miss("Four of the five kinds are right everywhere. Look again at {kind}.", share=0.5),
        "wrong-words": "It is right for {right} of {all} nets.",
    },
)


WIDE = 200


def _draw(rng: np.random.Generator) -> list[tuple[str, dict[str, np.ndarray]]]:
    """The telling nets, always: shallow, deep, narrow ones of every kind; and one drawn of each kind on top."""
    fixed = np.random.default_rng(40)
    telling = [
        (cure, marks(fixed, cure, depth, width, inputs))
        for cure in CURES
        for depth, width, inputs in ((3, 20, 5), (25, 6, 2), (12, 30, 8))
    ]
    # Units of relu are 0 for half of the examples on average: here for a third. In two layers an error hardly fades.
    # Through skips the gradient mostly grows on its way down, and here it does not.
    few_zeros = [marks(np.random.default_rng(seed), "relu", depth, 8, 2) for seed, depth in ((31, 3), (5, 6))]
    telling += [("relu", few) for few in few_zeros]
    telling += [("skip", marks(np.random.default_rng(14), "skip", 25, 6, 2))]
    telling += [("none", marks(np.random.default_rng(1), "none", 2, 12, 4))]
    # Without a cure the size of h wanders: it rises where little of the error is left, and falls where much is.
    telling += [("none", marks(np.random.default_rng(6), "none", 12, 8, 3))]
    telling += [("none", marks(np.random.default_rng(55), "none", 2, 12, 4))]
    # Where few units are left to chance, no bound on the fall of the gradient parts the skip from the untreated.
    telling += [("none", marks(np.random.default_rng(116), "none", 2, 2, 2))]
    telling += [("skip", marks(np.random.default_rng(591), "skip", 3, 2, 2))]
    # The more units, the smaller the mean over them, which is not 0 for that.
    telling += [(cure, marks(np.random.default_rng(0), cure, 4, WIDE, 10)) for cure in ("none", "skip")]
    drawn = [
        (cure, marks(rng, cure, *(int(rng.integers(*of)) for of in ((4, 20), (8, 30), (2, 9))))) for cure in CURES
    ]
    # In an order that is drawn: words in a fixed one would be an answer by themselves.
    both = telling + drawn
    return [both[i] for i in rng.permutation(len(both))]


@which_cure.observe
def observe_which_cure(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    found = [answer(shown) for _, shown in _draw(rng)]
    return {"found": [None if one is None else as_text(one) for one in found]}


@which_cure.judge
def judge_which_cure(seen: Seen, rng: np.random.Generator) -> Any:
    cases, got = _draw(rng), seen["found"]
    wanted = [cure for cure, _ in cases]
    if any(one is None for one in got):
        return "no-return"
    if odd := [one for one in got if one not in CURES]:
        return "not-a-word", {"fact": f"One net gets {shortened(odd[0], 30)}."}
    if got == wanted:
        return None
    i = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if g != w)
    return _miss(got, wanted, cases, {"fact": _fact(got[i], *cases[i])})


def _fact(got: str, cure: str, shown: dict[str, np.ndarray]) -> str:
    means = (
        f"unit_mean at most {shown['unit_mean'].max():.2g}, example_mean at most {shown['example_mean'].max():.2g}"
    )
    fall = shown["gradient"][0] / shown["gradient"][-1]
    sizes = f"size {shown['size'][0]:.2g} to {shown['size'][-1]:.2g}, zeros {shown['zeros'].mean():.2g}"
    return (
        f"A net of {len(shown['size'])} layers (gradient, first over last, {fall:.2g}; {sizes}; {means}) has "
        f'the cure "{cure}"; you say "{got}".'
    )


def _miss(got: list[str], wanted: list[str], cases: list, said: dict) -> Any:
    pairs = [(g, w) for g, w in zip(got, wanted, strict=True) if g != w]
    kinds = {w for _, w in pairs}
    swapped = {"batch norm": "layer norm", "layer norm": "batch norm"}
    if len(set(got)) == 1:
        return "constant", said
    if [swapped.get(g, g) for g in got] == wanted:
        return "axes", said
    wrong = [of for g, (w, of) in zip(got, cases, strict=True) if g != w]
    if {g for g, _ in pairs} <= set(MEANS) and all(_is_near(g, of) for (g, _), of in zip(pairs, wrong, strict=True)):
        return "near-zero", said
    if kinds <= set(MEANS) and _asks_for_zero(got, cases):
        return "exactly-zero", said
    one = {"also_right": "Four of the five kinds are right everywhere."} if len(kinds) == 1 else {}
    if {g for g, _ in pairs} == {"none"} and max(map(_fall, wrong)) < 0.1:
        return "faint-is-none", {**said, **one}
    if kinds == {"none"} and _any_growth(got, [of for _, of in cases]):
        return "any-growth", said
    named = [_fall(of) for g, (w, of) in zip(got, cases, strict=True) if g == w == "none"]
    if kinds == {"none"} and min(map(_fall, wrong)) > max([LEVEL, *named]):
        return "level-is-cured", said
    if len(kinds) == 1:
        return "one-kind", {**said, "kind": f'"{kinds.pop()}"'}
    return "wrong-words", {**said, "right": len(got) - len(pairs), "all": len(got)}


def _any_growth(got: list[str], figures: list[dict[str, np.ndarray]]) -> bool:
    """Whether skip and untreated are told apart by which end of `size` is the larger."""
    told = [(g == "skip", of["size"][-1] > of["size"][0]) for g, of in zip(got, figures, strict=True)]
    return all(said == grows for (said, grows), g in zip(told, got, strict=True) if g in ("skip", "none"))


LEVEL = 1e-3
MEANS = {"batch norm": "unit_mean", "layer norm": "example_mean"}


def _fall(shown: dict[str, np.ndarray]) -> float:
    return shown["gradient"][0] / shown["gradient"][-1]


def _is_near(said: str, shown: dict[str, np.ndarray]) -> bool:
    """A wide net, whose mean is small and yet no rounding."""
    return 1e-6 < shown[MEANS[said]].max() < 0.1


def _asks_for_zero(got: list[str], cases: list) -> bool:
    """Whether a normalised net is named exactly where every layer's mean is 0 without any rounding."""
    normed = [(g, w, not np.any(of[MEANS[w]])) for g, (w, of) in zip(got, cases, strict=True) if w in MEANS]
    return all((g == w) == exact for g, w, exact in normed)


@which_cure.own_version
def own_which_cure() -> Any:
    def which_cure(figures):
        if np.mean(figures["zeros"]) > 0.1:
            return "relu"
        if np.max(figures["unit_mean"]) < 1e-4:
            return "batch norm"
        if np.max(figures["example_mean"]) < 1e-4:
            return "layer norm"
        return "skip" if figures["size"][-1] > 1.3 * figures["size"][0] else "none"

    return which_cure
