"""Numbers in the words of a verdict."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Layer


def and_more(layers: list[Layer]) -> str:
    """How many more layers have the same fault, for a sentence about the first."""
    more = len(layers) - 1
    return f", and so in {more} more layer{'s' * (more > 1)}" if more else ""


def share(ratio: float) -> str:
    """A ratio in words that a sentence "gets ... what the loss sends" takes up."""
    if not np.isfinite(ratio):
        return "no usable part of"
    if ratio == 0:
        return "nothing at all of"
    if ratio < 1e-6:
        return f"{ratio:.0e} of"
    if ratio < 0.1:
        return f"1/{1 / ratio:,.0f} of"
    if ratio < 1:
        return f"{ratio:.2f} of"
    return f"{ratio:.2g} times" if ratio < 99.5 else f"{ratio:,.0f} times"


def short(value: float) -> str:
    """A number in two or three digits."""
    if not 99.5 <= abs(value) < 1e7:
        return f"{value:.2g}" if abs(value) < 99.5 else f"{value:.3g}"
    return f"{float(f'{value:.3g}'):,.0f}"  # 2,060 and not 2.06e+03


def percent(left: float) -> str:
    """What is left of something, where a sentence goes on "is left"."""
    if left == 0:
        return "nothing"
    return f"{100 * left:.2g} %" if left >= 1e-6 else f"{left:.0e}"


def way(losses: list[float]) -> str:
    """A loss on its way: from the first to the last, and the peak where the last does not show it."""
    highest = max(losses[1:])
    peak = f" by way of {short(highest)}" if highest > losses[-1] + abs(losses[-1]) else ""
    return f"{short(losses[0])}{peak} to {short(losses[-1])}"


def no_better(loss: float, guess: float) -> str:
    """How a loss that has hardly fallen compares with another, where a sentence goes on "than that of ..."."""
    return "no better" if loss >= guess else "hardly better"
