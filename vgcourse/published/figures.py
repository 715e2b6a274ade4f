"""The figures of the report: all experiments at a glance, and what T1, T2 and T3 look at."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vgcourse import style
from vgcourse.published.claims import Runs, per_epoch
from vgcourse.published.experiments import Experiment, is_depth
from vgcourse.published.report import percentile

_LAYERS = ("hidden_1", "hidden_2", "hidden_3", "hidden_4", "hidden_5", "output")
_QUARTILES = (0.25, 0.5, 0.75)


def all_figures(chosen: tuple[Experiment, ...], runs: Runs, traces: Runs) -> dict[str, tuple[Figure, str]]:
    """File name -> (figure, alt text), for what the chosen experiments allow."""
    made = {}
    if any(e.published for e in chosen if not e.id.startswith("T3")):
        made["overview.png"] = (
            overview(chosen, runs),
            "Accuracy of every run as a dot, by set-up, with the median, quartiles and the published draws",
        )
    if {"T1.sig4", "T1.tanh4", "T1.relu4"} <= set(traces):
        made["t1.png"] = (
            courses(traces, {"T1.sig4": "sigmoid", "T1.tanh4": "tanh", "T1.relu4": "relu"}, "T1", _T1_ROWS),
            "Kernel mean and s.d. and gradients of every layer over the epochs: sigmoid, tanh and relu",
        )
    if {"T2.tanh5", "T2.relu5"} <= set(traces):
        made["t2.png"] = (
            courses(traces, {"T2.tanh5": "tanh, U(0, 1)", "T2.relu5": "relu, He"}, "T2", _T2_ROWS),
            "Mean absolute gradients and L1 norm of every layer's kernel over the epochs: tanh and relu",
        )
    t3 = [e for e in chosen if e.id.startswith("T3")]
    if t3:
        made["t3.png"] = (
            gradients_by_layer(t3, runs),
            "Mean absolute kernel gradient by layer: sigmoid falls steeply towards the input, relus little",
        )
    return made


def overview(chosen: tuple[Experiment, ...], runs: Runs) -> Figure:
    """One row a set-up: every run's training accuracy, median and quartiles, published draws as diamonds."""
    rows = [e for e in chosen if not e.id.startswith("T3") and not is_depth(e)]
    grid = [e for e in chosen if is_depth(e) or e.id in ("T2.tanh1", "T2.tanh5")]
    fig, axes = plt.subplots(
        1,
        2 if len(grid) > 2 else 1,
        figsize=(14 if len(grid) > 2 else 9.5, 2 + 0.42 * len(rows)),
        width_ratios=(3, 2) if len(grid) > 2 else None,
        squeeze=False,
        layout="constrained",
    )
    _strips(axes[0, 0], rows, runs)
    if len(grid) > 2:
        _depths(axes[0, 1], grid, runs)
    return fig


def courses(traces: Runs, columns: dict[str, str], title: str, rows: list[tuple]) -> Figure:
    """A column an experiment, a row a quantity: every layer's median over seeds and the band of quartiles."""
    fig, axes = plt.subplots(
        len(rows),
        len(columns),
        figsize=(4.4 * len(columns) + 1, 2.7 * len(rows)),
        sharex="col",
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    for row, (quantity, statistic, label, log) in zip(axes, rows, strict=True):
        for ax, id in zip(row, columns, strict=True):
            _course(ax, per_epoch(traces, id, quantity, statistic), log)
        row[0].set_ylabel(label)
        if log:
            row[0].set_yscale("log")
    for ax, (id, name) in zip(axes[0], columns.items(), strict=True):
        style.dress(ax, name, f"{id}, {traces[id]['seed'].nunique()} seeds", style.look(id).color)
    for ax in axes[-1]:
        ax.set_xlabel("epoch")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside right center", frameon=False, title="layer")
    return fig


_T1_ROWS = [
    ("kernel", "mean", "kernel mean", False),
    ("kernel", "std", "kernel s.d.", False),
    ("kernel_gradient", "std", "kernel gradient s.d.", True),
    ("backprop", "rms", "back-propagated\ngradient, rms", True),
]
_T2_ROWS = [
    ("kernel_gradient", "mean_abs", "mean |kernel gradient|", True),
    ("backprop", "rms", "back-propagated\ngradient, rms", True),
    ("kernel", "l1", "L1 norm of the kernel", False),
]


def gradients_by_layer(experiments: list[Experiment], runs: Runs) -> Figure:
    """T3: mean |kernel gradient| of each layer over training, median over seeds and quartiles, log axis."""
    sets = list(dict.fromkeys(e.data for e in experiments))
    fig, axes = plt.subplots(1, len(sets), figsize=(6.5 * len(sets), 4.6), squeeze=False, layout="constrained")
    for ax, name in zip(axes[0], sets, strict=True):
        for e in (e for e in experiments if e.data == name):
            columns = [f"gradient_{layer}" for layer in _LAYERS]
            low, middle, high = np.quantile(runs[e.id][columns], _QUARTILES, axis=0)
            look = style.look(e.activation)
            ax.plot(_LAYERS, middle, color=look.color, linestyle=look.dash, marker=look.marker, label=e.activation)
            ax.fill_between(_LAYERS, low, high, color=look.color, alpha=0.15, linewidth=0)
        ax.set_yscale("log")
        style.dress(ax, f"T3 on {name}", f"mean over 2,500 iterations, {len(runs[e.id])} seeds")
        ax.set_ylabel("mean |kernel gradient|")
        ax.legend(frameon=False, loc="lower right")
    return fig


def _strips(ax, rows: list[Experiment], runs: Runs) -> None:
    rng = np.random.default_rng(0)
    for y, e in enumerate(rows):
        values, look = runs[e.id]["accuracy"].to_numpy(), style.look(e.activation)
        jitter = rng.uniform(-0.26, 0.26, len(values))
        ax.scatter(values, y + jitter, s=9, color=look.color, alpha=0.35, linewidth=0)
        low, middle, high = np.quantile(values, _QUARTILES)
        ax.plot([low, high], [y, y], color=style.INK, linewidth=4, solid_capstyle="butt", alpha=0.75)
        ax.plot([middle] * 2, [y - 0.33, y + 0.33], color=style.INK, linewidth=2)
        draws = [p.value for p in e.published if p.quantity == "accuracy"]
        ax.scatter(draws, [y] * len(draws), s=70, marker="D", facecolor="white", edgecolor=style.INK, zorder=5)
        words = ", ".join(f"{percentile(values, draw):.0f}" for draw in draws)
        ax.annotate(words, (1.015, y), xycoords=("axes fraction", "data"), va="center", color=style.MUTED)
    ax.set_yticks(range(len(rows)), [e.id for e in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.axvline(0.5, color=style.MUTED, linewidth=1, linestyle=(0, (2, 3)))
    ax.set_xlabel("training accuracy; the dotted line is chance")
    style.dress(
        ax,
        "Every run a dot, the published draw a diamond",
        "bar: quartiles and median; at the right: percentile of the published draw",
    )
    for label, e in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_color(style.look(e.activation).color)


def _depths(ax, grid: list[Experiment], runs: Runs) -> None:
    looks = {5: style.ACTIVATIONS["tanh"], 25: style.OTHERS[0]}
    for width, look in looks.items():
        found = sorted((e for e in grid if e.width == width), key=lambda e: e.depth)
        if not found:
            continue
        depths = [e.depth for e in found]
        low, middle, high = np.array([np.quantile(runs[e.id]["accuracy"], _QUARTILES) for e in found]).T
        ax.plot(depths, middle, color=look.color, linestyle=look.dash, marker=look.marker, label=f"width {width}")
        ax.fill_between(depths, low, high, color=look.color, alpha=0.18, linewidth=0)
    ax.set_xticks(range(1, 11))
    ax.set_xlabel("hidden layers")
    ax.set_ylabel("training accuracy")
    style.dress(ax, "T2's extension: tanh, U(0, 1)", "median and quartiles")
    ax.legend(frameon=False)


def _course(ax, table: pd.DataFrame, log: bool) -> None:
    layers = [name for name in _LAYERS if name in table]
    for color, layer in zip(style.by_depth(len(layers)), layers, strict=True):
        low, middle, high = (table[layer].groupby("epoch").quantile(q) for q in _QUARTILES)
        dash, color = ((0, (5, 2)), style.INK) if layer == "output" else ("solid", color)
        ax.plot(middle.index, middle, color=color, linestyle=dash, label=layer)
        ax.fill_between(middle.index, low, high, color=color, alpha=0.15, linewidth=0)
    style.dress(ax)
