"""Answers that the loss takes for something else."""

import numpy as np

from vgcourse.measure.diagnosis.facts.layer import Batch, Output
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import ALL_SMOOTH, OUT_OF_REACH

# What an activation can give; of those that are not here, everything.
REACH = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "tanh": (-1, 1),
    "softsign": (-1, 1),
    "relu": (0, np.inf),
    "relu6": (0, 6),
    "softplus": (0, np.inf),
    "exponential": (0, np.inf),
}
_COMPARED = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "mean_absolute_percentage_error")
MISFIT = "loss does not fit the output"
_OF_PROBABILITIES = (
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
)
# The end of the names of losses that want one answer of all.
_ONE_OF_ALL = ("categorical_crossentropy", "categorical_focal_crossentropy")


def misfit(batch: Batch) -> Finding | None:
    """Answers that the loss takes for something else."""
    found = (check(output) for output in batch.outputs for check in _CHECKS)
    return next((finding for finding in found if finding is not None), None)


def _one_class(output: Output) -> Finding | None:
    """A softmax over one unit is 1 whatever comes in."""
    one = output.values.ndim > 1 and output.values.shape[-1] == 1
    if not one or not (output.head == "softmax" or "categorical" in output.loss):
        return None
    what = "which is 1 for every example" if output.head == "softmax" else f"of which {_plain(output)} makes 1"
    return Finding(
        "constant output",
        output.layer,
        f"{output.layer} has one unit, {what}: a softmax shares 1 among the units of a row.",
        "for yes or no one unit with sigmoid and binary cross-entropy, or one unit for each class.",
    )


def _direction_of_one(output: Output) -> Finding | None:
    """One number has no direction but its sign."""
    one = output.values.ndim < 2 or output.values.shape[-1] == 1
    if not one or output.loss != "cosine_similarity":
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"Cosine similarity compares directions, and {output.layer} gives one number for each answer: of that it "
        "sees but the sign, and the loss has no slope.",
        "squared error for one number; cosine similarity is for vectors.",
    )


def _twice(output: Output) -> Finding | None:
    """A probability computed from numbers that an activation has squeezed before."""
    if "crossentropy" not in output.loss or output.head not in ("sigmoid", "softmax") or len(output.endings) < 2:
        return None
    before = output.endings[1]
    if before not in REACH:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"The output is a {output.head} of a {before}, so that its logits {_range(before)}; on this batch the "
        f"probabilities lie between {output.values.min():.2g} and {output.values.max():.2g}.",
        f"no {before} before the {output.head}: a linear layer gives the logits.",
    )


def _numbers_as_probabilities(output: Output) -> Finding | None:
    if output.from_logits is not False or output.head in ("sigmoid", "softmax") or output.seen_through:
        return None
    outside = ((output.values < 0) | (output.values > 1)).mean()
    span = f"from {output.values.min():.2g} to {output.values.max():.2g}"
    numbers = f"{outside:.0%} of its numbers, {span}, lie outside [0, 1]" if outside else f"its numbers go {span}"
    deaf = f"; for {output.deaf:.0%} of the examples the loss has no gradient at all" if output.deaf else ""
    if not outside and not output.sure and output.head == "linear":
        return None  # computed in a way that is not known here, and probabilities as far as it shows
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes the output of {output.layer} for probabilities{_said(output)}, and it is "
        f"{'a linear layer' if output.head == 'linear' else output.head}: {numbers}{deaf}.",
        f"{'' if output.loss == 'kl_divergence' else 'from_logits=True with a linear output, or '}"
        f"{_fitting(output)} at the output.",
    )


def _targets_outside(output: Output) -> Finding | None:
    """Targets of one of several outputs that are no probabilities, under a loss that takes them for such."""
    if output.targets is None or output.loss not in _OF_PROBABILITIES:
        return None
    outside = ((output.targets < 0) | (output.targets > 1)).mean()
    if not outside:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes targets in [0, 1], and {outside:.0%} of those of {output.layer}, which go from "
        f"{output.targets.min():.3g} to {output.targets.max():.3g}, lie outside.",
        "the targets that belong to this output, in its place or under its name; squared error for other numbers.",
    )


def _wrong_axis(output: Output) -> Finding | None:
    """Rows behind a softmax that do not sum to 1: it goes along another axis, or something follows it."""
    several = output.values.ndim > 1 and output.values.shape[-1] > 1
    if not several or not output.loss.endswith(("crossentropy", "divergence")):
        return None
    if output.head != "softmax":
        return _shared_along_another(output)
    sums = output.values.sum(-1)
    off = (np.abs(sums - 1) > 0.05).mean()
    if off < OUT_OF_REACH:
        return None
    rows = (
        f"{off:.0%} of the rows of {output.values.shape[-1]} units do not sum to 1 (they sum to {sums.min():.2g} to "
        f"{sums.max():.2g}), and {_plain(output)} takes them for the probabilities of one answer"
    )
    if _sums_to_1_elsewhere(output.values):
        start = f"The softmax behind {output.layer} shares 1 along another axis than the last"
        remedy = "Softmax(axis=-1)."
    else:
        start = f"Something behind the softmax of {output.layer} changes its probabilities in a training step"
        remedy = "no layer between the softmax and the loss; dropout belongs before the last layer with weights."
    return Finding(MISFIT, output.layer, f"{start}: {rows}.", remedy)


def _sums_to_1_elsewhere(values: np.ndarray) -> bool:
    return any((np.abs(values.sum(axis) - 1) < 0.05).all() for axis in range(values.ndim - 1))


def _shared_along_another(output: Output) -> Finding | None:
    """The same by a function of one's own, whose name says nothing: 1 is shared, and not among the units."""
    if output.head == "sigmoid" or output.from_logits or not output.loss.endswith(_ONE_OF_ALL):
        return None
    if not _sums_to_1_elsewhere(output.values):
        return None
    sums = output.values.sum(-1)
    if (output.values < 0).any() or (np.abs(sums - 1) > 0.05).mean() < OUT_OF_REACH:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"What is made of the answers of {output.layer} shares 1 along another axis than the last: rows of "
        f"{output.values.shape[-1]} units sum to {sums.min():.2g} to {sums.max():.2g}, and {_plain(output)} takes "
        "them for the probabilities of one answer.",
        "softmax over the last axis (axis=-1).",
    )


def _no_shares(output: Output) -> Finding | None:
    """Answers that are each between 0 and 1 on their own, under a loss that wants shares of one whole."""
    several = output.values.ndim > 1 and output.values.shape[-1] > 1
    if output.head != "sigmoid" or not several or output.from_logits or not output.loss.endswith(_ONE_OF_ALL):
        return None
    sums = output.values.sum(-1)
    several_right = output.targets is not None and (np.abs(output.targets.sum(-1) - 1) > 1e-2).mean() >= OUT_OF_REACH
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes the {output.values.shape[-1]} answers of {output.layer} for shares of one whole, "
        f"and sigmoid gives each its own probability: they sum to {sums.min():.2g} to {sums.max():.2g} here.",
        "sigmoid with binary cross-entropy: several of these targets are right at once."
        if several_right
        else "softmax at the output.",
    )


def _needs_more_than_0(output: Output) -> Finding | None:
    """A logarithm of what can be negative."""
    low = REACH.get(output.head, (-np.inf, np.inf))[0]
    below = (output.values < 0).mean()
    if output.loss not in ("poisson", "mean_squared_logarithmic_error") or low >= 0 or below < OUT_OF_REACH:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes the logarithm of the output, and {below:.0%} of the numbers of {output.layer}, from "
        f"{output.values.min():.2g} to {output.values.max():.2g}, are below 0.",
        "softplus or exponential at the output.",
    )


def _needs_both_signs(output: Output) -> Finding | None:
    """A margin is on both sides of 0."""
    if output.loss not in ("hinge", "squared_hinge") or REACH.get(output.head, (-1, 1))[0] < 0:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} wants answers below -1 for one class and above 1 for the other, and those of "
        f"{output.layer} come out of {output.head}: they {_range(output.head)}.",
        "a linear output layer, or tanh.",
    )


def _share_of_zero(output: Output) -> Finding | None:
    if output.loss != "mean_absolute_percentage_error" or output.targets is None:
        return None
    zero = (output.targets == 0).mean()
    if not zero:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} divides by the targets, and {zero:.0%} of those of {output.layer} are exactly 0: Keras "
        "divides by 1e-7 there, and these examples outweigh all others.",
        "mean absolute error, or targets that are never 0.",
    )


def _probabilities_as_logits(output: Output) -> Finding | None:
    if output.from_logits is not True or output.head not in ("sigmoid", "softmax"):
        return None
    here = (
        "here Keras sees through it and computes the loss from what goes into it, with a warning; other backends "
        "do not"
        if output.seen_through
        else f"probabilities from {output.values.min():.2g} to {output.values.max():.2g} are squeezed once more"
    )
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes the output of {output.layer} for logits (from_logits=True), and it comes out of "
        f"{output.head} already: {here}.",
        f"from_logits=False, or no {output.head} at the output.",
    )


def _bounded_logits(output: Output) -> Finding | None:
    if output.from_logits is not True or output.head not in REACH or output.head in ("sigmoid", "softmax"):
        return None
    zero = (output.values == 0).mean()
    return Finding(
        MISFIT,
        output.layer,
        f"{_plain(output)} takes the output of {output.layer} for logits, and they come out of "
        f"{output.head}: they {_range(output.head)}; {zero:.0%} of them are exactly 0 here.",
        "a linear output layer.",
    )


def _out_of_reach(output: Output) -> Finding | None:
    if output.loss not in _COMPARED or output.head not in REACH or output.targets is None:
        return None
    low, high = REACH[output.head]
    outside = ((output.targets < low - 1e-3) | (output.targets > high + 1e-3)).mean()
    if outside < OUT_OF_REACH:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"{outside:.0%} of the targets, which go from {output.targets.min():.3g} to {output.targets.max():.3g}, are "
        f"out of reach of {output.layer}: {output.head} gives {_interval(low, high)}.",
        "a linear output layer, or targets scaled to what the activation can give.",
    )


def _not_shares(output: Output) -> Finding | None:
    """The numbers of a softmax sum to 1, yes-or-no answers to several questions do not."""
    known = output.loss in ("binary_crossentropy", "categorical_crossentropy", *_COMPARED)
    inside = output.loss == "categorical_crossentropy" and output.from_logits is True  # the loss takes the softmax
    if not (output.head == "softmax" or inside) or output.targets is None or not known:
        return None
    sums = output.targets.sum(-1)
    off = (np.abs(sums - 1) > 1e-2).mean()
    if off < OUT_OF_REACH:
        return None
    softmax = output.head == "softmax"
    whose = f"the numbers of {output.layer} always do" if softmax else "what the loss makes of the logits always does"
    return Finding(
        MISFIT,
        output.layer,
        f"{off:.0%} of the rows of targets do not sum to 1 (they sum to {sums.min():.3g} to {sums.max():.3g}), and "
        f"{whose}: a softmax shares 1 among the units of a row.",
        "sigmoid with binary cross-entropy for several yes-or-no answers, a linear layer for other numbers.",
    )


def _smoothed_away(output: Output) -> Finding | None:
    """Label smoothing that leaves next to nothing of the targets, as where 0.9 was meant to be kept."""
    if output.smoothing < ALL_SMOOTH:
        return None
    return Finding(
        MISFIT,
        output.layer,
        f"label_smoothing={output.smoothing:g} takes {output.smoothing:.0%} of what tells the targets of "
        f"{output.layer} apart: answers near one and the same are the best ones, whatever comes in.",
        "label_smoothing=0.1 or less: it is the part that is taken away.",
    )


_CHECKS = (
    _smoothed_away,
    _one_class,
    _direction_of_one,
    _twice,
    _targets_outside,
    _wrong_axis,
    _no_shares,
    _numbers_as_probabilities,
    _needs_more_than_0,
    _needs_both_signs,
    _share_of_zero,
    _probabilities_as_logits,
    _bounded_logits,
    _out_of_reach,
    _not_shares,
)


def _said(output: Output) -> str:
    return "" if output.loss == "kl_divergence" else " (from_logits=False)"


def _fitting(output: Output) -> str:
    return "sigmoid" if "binary" in output.loss else "softmax"


def _plain(output: Output) -> str:
    return output.loss.replace("_", " ")


def _interval(low: float, high: float) -> str:
    return f"nothing below {low}" if high == np.inf else f"numbers from {low} to {high}"


def _range(activation: str) -> str:
    low, high = REACH[activation]
    return f"are never below {low}" if high == np.inf else f"stay between {low} and {high}"
