"""What the tutorials say, each sentence as a question that one seed answers with yes or no."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Runs = dict[str, pd.DataFrame]

HIDDEN = ["hidden_1", "hidden_2", "hidden_3", "hidden_4"]


@dataclass(frozen=True)
class Claim:
    """A published sentence, and the test that a seed passes or not.

    `needs` are the experiments whose final figures the test reads, `traces` those whose course it reads. `test`
    takes the two dicts of frames and returns a boolean per seed, (seeds,).
    """

    source: str
    sentence: str
    criterion: str
    test: Callable[[Runs, Runs], np.ndarray]
    needs: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()


def verdict(share: float) -> str:
    """What a share of seeds makes of a claim."""
    words = {0.9: "holds", 0.6: "usually", 0.4: "a coin toss", 0.1: "seldom"}
    return next((word for least, word in words.items() if share >= least), "does not hold")


def accuracy(runs: Runs, id: str) -> np.ndarray:
    """Training accuracy of each seed (T3: test accuracy)."""
    return runs[id].sort_values("seed")["accuracy"].to_numpy()


def per_epoch(traces: Runs, id: str, quantity: str, statistic: str) -> pd.DataFrame:
    """A statistic of a quantity: rows (seed, epoch), one column a layer."""
    frame = traces[id][traces[id]["quantity"] == quantity]
    return frame.pivot_table(index=["seed", "epoch"], columns="layer", values=statistic)


def typical(traces: Runs, id: str, quantity: str, statistic: str) -> pd.DataFrame:
    """Median over epochs of the size of a statistic: rows seeds, columns layers."""
    return per_epoch(traces, id, quantity, statistic).abs().groupby("seed").median()


def _means_move_early(traces: Runs, id: str) -> np.ndarray:
    def early(means: pd.DataFrame) -> bool:
        steps = means.droplevel("seed").diff().abs().sum(axis=1)
        return steps[:10].sum() > steps[10:].sum()

    return per_epoch(traces, id, "kernel", "mean").groupby("seed").apply(early).to_numpy()


def _spread_growth(traces: Runs, id: str) -> pd.DataFrame:
    spread = per_epoch(traces, id, "kernel", "std").groupby("seed")
    return spread.last() / spread.first() - 1


def _only_first_spreads(traces: Runs, id: str) -> np.ndarray:
    growth = _spread_growth(traces, id)
    others = growth.drop(columns="hidden_1").abs().max(axis=1)
    return (growth["hidden_1"] > 2 * others).to_numpy()


def _drifts_together(traces: Runs, id: str) -> np.ndarray:
    means = per_epoch(traces, id, "kernel", "mean").groupby("seed")
    moved = (means.last() - means.first()).abs()
    return (moved.max(axis=1) < 5 * moved.median(axis=1)).to_numpy()


def _in_last_layer_only(traces: Runs, id: str) -> np.ndarray:
    size = typical(traces, id, "kernel_gradient", "mean")
    return (size["output"] > 3 * size[HIDDEN].max(axis=1)).to_numpy()


def _between(table: pd.DataFrame, low: float, high: float) -> np.ndarray:
    return table.median(axis=1).between(low, high).to_numpy()


def _epochs_to(traces: Runs, id: str, loss: float) -> np.ndarray:
    """First epoch whose loss is below, inf where none is."""
    courses = traces[id].groupby(["seed", "epoch"])["loss"].first().unstack("epoch")
    below = courses.to_numpy() < loss
    return np.where(below.any(axis=1), below.argmax(axis=1), np.inf)


def _middle_is_quiet(traces: Runs, id: str) -> np.ndarray:
    size = typical(traces, id, "kernel_gradient", "mean_abs")
    middle = size[["hidden_2", "hidden_3", "hidden_4"]].max(axis=1)
    return (middle < size[["hidden_1", "output"]].min(axis=1)).to_numpy()


def _alike(table: pd.DataFrame, factor: float) -> np.ndarray:
    return (table.max(axis=1) < factor * table.min(axis=1)).to_numpy()


CLAIMS = (
    Claim(
        "T1",
        "With one hidden layer relu separates the circles, sigmoid does not",
        "relu1 ends at least .1 above sig1",
        lambda r, t: accuracy(r, "T1.relu1") > accuracy(r, "T1.sig1") + 0.1,
        ("T1.relu1", "T1.sig1"),
    ),
    Claim(
        "T1",
        "With four hidden layers sigmoid fails where tanh and relu succeed",
        "sig4 ends at least .1 below both",
        lambda r, t: accuracy(r, "T1.sig4") + 0.1 < np.minimum(accuracy(r, "T1.tanh4"), accuracy(r, "T1.relu4")),
        ("T1.sig4", "T1.tanh4", "T1.relu4"),
    ),
    Claim(
        "T1",
        "Sigmoid's kernel means move in about the first 10 epochs",
        "they travel further in epochs 0-9 than in 10-99",
        lambda r, t: _means_move_early(t, "T1.sig4"),
        traces=("T1.sig4",),
    ),
    Claim(
        "T1",
        "With sigmoid only the first layer's kernel s.d. grows",
        "its growth is over twice the change of any other layer's",
        lambda r, t: _only_first_spreads(t, "T1.sig4"),
        traces=("T1.sig4",),
    ),
    *(
        Claim(
            "T1",
            f"With {activation} the kernels of all layers drift together",
            "no layer's mean moves five times as far as the middle one's",
            lambda r, t, id=f"T1.{activation}4": _drifts_together(t, id),
            traces=(f"T1.{activation}4",),
        )
        for activation in ("tanh", "relu")
    ),
    Claim(
        "T1",
        "Sigmoid's mean kernel gradient is visible in the last layer only",
        "there over three times any hidden layer's (medians over epochs)",
        lambda r, t: _in_last_layer_only(t, "T1.sig4"),
        traces=("T1.sig4",),
    ),
    Claim(
        "T1",
        "Sigmoid's kernel-gradient s.d. is about 0.001 to 0.01",
        "so in the median over hidden layers and epochs",
        lambda r, t: _between(typical(t, "T1.sig4", "kernel_gradient", "std")[HIDDEN], 0.001, 0.01),
        traces=("T1.sig4",),
    ),
    Claim(
        "T1",
        "Tanh's kernel-gradient s.d. is about 0.01 to 0.1",
        "so in the median over hidden layers and epochs",
        lambda r, t: _between(typical(t, "T1.tanh4", "kernel_gradient", "std")[HIDDEN], 0.01, 0.1),
        traces=("T1.tanh4",),
    ),
    Claim(
        "T1",
        "Tanh's kernel-gradient s.d. is alike in all layers",
        "largest below five times the smallest (medians over epochs)",
        lambda r, t: _alike(typical(t, "T1.tanh4", "kernel_gradient", "std"), 5),
        traces=("T1.tanh4",),
    ),
    Claim(
        "T1",
        "Relu's loss drops fastest",
        "relu4 is below half its start (ln 2 / 2) before tanh4",
        lambda r, t: _epochs_to(t, "T1.relu4", np.log(2) / 2) < _epochs_to(t, "T1.tanh4", np.log(2) / 2),
        traces=("T1.relu4", "T1.tanh4"),
    ),
    Claim(
        "T1",
        "Changing the initialisation helps less than changing the activation",
        "sigmoid with Glorot ends below tanh with N(0, 1)",
        lambda r, t: accuracy(r, "T1.sig4+glorot") < accuracy(r, "T1.tanh4"),
        ("T1.sig4+glorot", "T1.tanh4"),
    ),
    Claim(
        "T2",
        "Five tanh layers no longer learn",
        "training accuracy stays below .6",
        lambda r, t: accuracy(r, "T2.tanh5") < 0.6,
        ("T2.tanh5",),
    ),
    Claim(
        "T2",
        "Five relu layers with He weights learn as well as one tanh layer",
        "training accuracy at most .02 lower",
        lambda r, t: accuracy(r, "T2.relu5") > accuracy(r, "T2.tanh1") - 0.02,
        ("T2.relu5", "T2.tanh1"),
    ),
    Claim(
        "T2",
        "Relu still learns with 15 layers",
        "training accuracy above .7",
        lambda r, t: accuracy(r, "T2.relu15") > 0.7,
        ("T2.relu15",),
    ),
    Claim(
        "T2",
        "Relu no longer learns with 20 layers",
        "training accuracy at most .7",
        lambda r, t: accuracy(r, "T2.relu20") <= 0.7,
        ("T2.relu20",),
    ),
    Claim(
        "T2",
        "In tanh5 the middle layers' gradients are quiet, first and last are not",
        "mean |kernel gradient| of layers 2-4 below both (medians over epochs)",
        lambda r, t: _middle_is_quiet(t, "T2.tanh5"),
        traces=("T2.tanh5",),
    ),
    Claim(
        "T2",
        "Gradients of relu5's first layer are larger than those of tanh5's",
        "mean |kernel gradient|, medians over epochs",
        lambda r, t: (
            typical(t, "T2.relu5", "kernel_gradient", "mean_abs")["hidden_1"].to_numpy()
            > typical(t, "T2.tanh5", "kernel_gradient", "mean_abs")["hidden_1"].to_numpy()
        ),
        traces=("T2.relu5", "T2.tanh5"),
    ),
    Claim(
        "T2's readers",
        "Tanh with He weights does as well as relu with He weights",
        "training accuracy at most .01 lower",
        lambda r, t: accuracy(r, "T2.tanh5+he") > accuracy(r, "T2.relu5") - 0.01,
        ("T2.tanh5+he", "T2.relu5"),
    ),
    Claim(
        "T2's readers",
        "More epochs mend tanh5",
        "1,000 epochs end above .8",
        lambda r, t: accuracy(r, "T2.tanh5+epochs1000") > 0.8,
        ("T2.tanh5+epochs1000",),
    ),
    Claim(
        "T3",
        "Sigmoid is far less accurate than relu",
        "test accuracy at least .2 lower",
        lambda r, t: accuracy(r, "T3.sigmoid.digits") < accuracy(r, "T3.relu.digits") - 0.2,
        ("T3.sigmoid.digits", "T3.relu.digits"),
    ),
    Claim(
        "T3",
        "Leaky relu brings nothing over relu",
        "test accuracy less than .02 higher",
        lambda r, t: accuracy(r, "T3.leaky.digits") < accuracy(r, "T3.relu.digits") + 0.02,
        ("T3.leaky.digits", "T3.relu.digits"),
    ),
    Claim(
        "T3",
        "Kernel gradients shrink far more with sigmoid than with leaky relu",
        "ratio last to first layer at least doubled",
        lambda r, t: (
            r["T3.sigmoid.digits"]["gradient_ratio"].to_numpy()
            > 2 * r["T3.leaky.digits"]["gradient_ratio"].to_numpy()
        ),
        ("T3.sigmoid.digits", "T3.leaky.digits"),
    ),
    Claim(
        "T3",
        "The rest of the fall comes from weights consistently below 0",
        "kernel means are below 0 in over 90 % of layers and samples",
        lambda r, t: r["T3.leaky.digits"]["negative_share"].to_numpy() > 0.9,
        ("T3.leaky.digits",),
    ),
)
