"""The distribution of every gradient entry, layer by layer, at several moments."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from vgcourse.measure.recording import Recording
from vgcourse.show.plots._figure import CourseFigure, caption, finish, keep_apart, new_figure, shorten
from vgcourse.show.plots._frames import only_statistics, recordings_of
from vgcourse.show.plots.by_depth import nearest
from vgcourse.style import MUTED, PAPER, SHADE, VANISHED, WARN, by_depth, dress

_GROUPS = {
    "kernel_gradient": ("kernel_gradients", "Kernel gradient"),
    "bias_gradient": ("bias_gradients", "Bias gradient"),
    "kernel": ("kernels", "Kernel"),
}


def gradient_histograms(
    recordings: Recording | Sequence[Recording],
    epochs: Sequence[float | None] = (-1, 0, None),
    quantity: str = "kernel_gradient",
) -> CourseFigure:
    """How the sizes of single gradient entries are distributed: one ridge a layer, one panel a moment.

    The axis is log10 of the absolute value, so that layers which differ by powers of ten share a picture: a ridge
    far to the left is a layer that hardly hears the loss. Density by a Gaussian kernel with Silverman's
    bandwidth (1986), at least 0.1 decades. The share of exact zeros, which have no logarithm, stands beside.

    Args:
        recordings: a Recording or a list of them, whose entries are pooled.
        epochs: which moments, one panel each; the nearest recorded one is taken, None is the last.
        quantity: ``"kernel_gradient"``, ``"bias_gradient"`` or ``"kernel"``.

    Raises ValueError for another quantity, or one that was not recorded.
    """
    runs = recordings_of(recordings)
    if quantity not in _GROUPS:
        raise ValueError(f"quantity: {quantity!r} has no histogram; take one of {', '.join(_GROUPS)}.")
    group, title = _GROUPS[quantity]
    layers = [name for name in runs[0].layers if name in getattr(runs[0], group)]
    if not layers:
        raise ValueError(f"quantity: {quantity!r} was not recorded{only_statistics(runs[0])}.")
    moments = list(dict.fromkeys(nearest(runs[0].epochs, e) for e in epochs))
    entries = [[_entries(runs, group, name, t) for name in layers] for t in moments]
    low, high = _range(entries)
    height = float(np.clip(1.6 + 0.34 * len(layers), 3.2, 7.5))
    figure, axes = new_figure(1, len(moments), height=height, sharey=True)
    for ax, t, row in zip(axes[0], moments, entries, strict=True):
        moment = "before training" if runs[0].epochs[t] <= -1 else f"epoch {runs[0].epochs[t]:g}"
        dress(ax, title if t == moments[0] else "", moment)
        _ridges(ax, row, low, high)
        ax.set_xlabel("log10 of |entry|")
    shown = keep_apart(len(layers), 20)
    axes[0, 0].set_yticks(shown, [shorten(layers[k], 16) for k in shown])
    if len(runs) > 1:
        caption(figure, f"{len(runs)} runs pooled.")
    return finish(figure, _words(title, layers, entries[0]))


def _entries(runs, group: str, layer: str, t: int) -> np.ndarray:
    return np.concatenate([np.abs(np.asarray(getattr(r, group)[layer][t], float)).ravel() for r in runs])


def _range(entries) -> tuple[float, float]:
    values = np.concatenate([v for row in entries for v in row])
    values = np.log10(values[np.isfinite(values) & (values > 0)])
    if not values.size:
        return -8.0, 0.0
    low, high = np.percentile(values, [0.5, 100])
    return min(low, high - 2) - 0.7, high + 0.7


def _ridges(ax, row, low: float, high: float) -> None:
    grid = np.linspace(low, high, 240)
    colors = by_depth(len(row))
    for k in reversed(range(len(row))):
        density = _density(row[k], grid)
        top = 1.6 * density / density.max() if density.any() else density
        ax.fill_between(grid, k, k + top, color=colors[k], alpha=0.75, linewidth=0, zorder=3 + (len(row) - k))
        ax.plot(grid, k + top, color=PAPER, linewidth=0.8, zorder=3 + (len(row) - k))
        _note_zeros(ax, k, row[k], len(row))
    ax.set_xlim(low, high)
    ax.set_ylim(-0.4, len(row) + 1.0)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.grid(axis="y", visible=False)
    level = np.log10(VANISHED)
    if low < level:
        ax.axvspan(low, min(level, high), color=SHADE, zorder=0, linewidth=0)
        ax.annotate(
            "vanished", (0.02, 0.99), xycoords="axes fraction", va="top", style="italic", fontsize=9.5, color=WARN
        )


def _density(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Kernel density of log10(values) on ``grid``; zero where no value is positive."""
    logs = np.log10(values[np.isfinite(values) & (values > 0)])
    if not logs.size:
        return np.zeros_like(grid)
    if logs.size > 2000:
        logs = np.quantile(logs, np.linspace(0, 1, 2000))
    width = max(0.1, 0.9 * min(logs.std(), np.subtract(*np.percentile(logs, [75, 25])) / 1.34) * logs.size**-0.2)
    return np.exp(-(((grid[:, None] - logs) / width) ** 2) / 2).mean(1)


def _note_zeros(ax, k: int, values: np.ndarray, layers: int) -> None:
    share = float((values == 0).mean())
    if share < 0.01 or layers > 20:
        return
    ax.annotate(
        f"{share:.0%} = 0",
        (1.01, k + 0.1),
        xycoords=("axes fraction", "data"),
        fontsize=8,
        color=MUTED,
        annotation_clip=False,
    )


def _words(title: str, layers, row) -> str:
    middles = [float(np.median(v)) for v in (row[0], row[-1])]
    return (
        f"Ridge plots of the {title.lower()}'s entries on a log axis, {len(layers)} layers. At the first moment the "
        f"median absolute entry is {middles[0]:.1e} in {layers[0]} and {middles[1]:.1e} in {layers[-1]}."
    )
