"""Gradients along the depth of a net: profiles with what theory predicts, and the layer x epoch map."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.ticker import MaxNLocator

from vgcourse.palette import LIGHT
from vgcourse.show.plots._figure import CourseFigure, caption, end_labels, finish, keep_apart, new_figure, shorten
from vgcourse.show.plots._frames import Panels, Runs, activation_of, groups_of, nonfinite_note, runs_of
from vgcourse.style import INK, MUTED, VANISHED, dress, log_axis, log_limits, look, looks, mark_zeros

NAMES = {
    "backprop": "back-propagated gradient (rms)",
    "kernel_gradient": "kernel gradient (rms)",
    "kernel": "kernel (rms)",
}
_DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))


def depth_profile(
    recordings: Panels,
    epochs: Sequence[float | None] = (-1, None),
    theory: float | Mapping[str, float] | None = None,
    quantity: str = "backprop",
    title: str = "",
) -> CourseFigure:
    """The size of a gradient in every layer, at chosen epochs, on a log axis: the shape of vanishing.

    Args:
        recordings: a Recording, a list of them (median line and quartile band), a frame, or a dict
            ``{"tanh, Glorot": ...}`` of these, which draws a panel each.
        epochs: which moments; the nearest recorded one is taken, None is the last.
        theory: the predicted factor per layer (`vgcourse.nets.theory.layer_factor`), or a dict of one a panel. Drawn
            as a dotted line from the start profile's last layer towards the input.
        quantity: ``"backprop"`` (the last layer, which the loss reaches directly, is left out) or
            ``"kernel_gradient"``.
        title: heading of a single panel; the group's name by default.
    """
    panels = {
        name: _hidden(runs_of(group, quantity, "rms"), quantity) for name, group in groups_of(recordings).items()
    }
    figure, axes = _panels(len(panels))
    every = np.concatenate([runs.values.ravel() for runs in panels.values()])
    said = []
    for k, ((name, runs), style) in enumerate(zip(panels.items(), looks(list(panels)), strict=True)):
        ax = axes.flat[k]
        color = style.color if name else INK
        style = style if name else look(activation_of(recordings), 5)
        dress(ax, name or title or "Gradient by depth", _ratio_text(runs), color)
        log_axis(ax, every)
        _profiles(ax, runs, epochs, style, theory.get(name) if isinstance(theory, dict) else theory)
        depth_axis(ax, runs.layers)
        said.append(f"{name + ': ' if name else ''}{_ratio_text(runs)}")
    for ax in axes[:, 0]:
        ax.set_ylabel(NAMES.get(quantity, quantity))
    if note := nonfinite_note(recordings):
        caption(figure, note)
    return finish(figure, f"Log-axis profiles of the {NAMES.get(quantity, quantity)} by layer. {'. '.join(said)}.")


def heat_map(recordings: Panels, quantity: str = "backprop") -> CourseFigure:
    """The size of a gradient as colour, layer by epoch: where and when it vanishes.

    Args:
        recordings: a Recording, a list (the median is drawn), a frame, or a dict of these, a panel each.
        quantity: ``"backprop"`` (without the last layer) or ``"kernel_gradient"``.

    Colour is log10 of the rms. Grey is exactly zero, white is not a number.
    """
    panels = {
        name: _hidden(runs_of(group, quantity, "rms"), quantity) for name, group in groups_of(recordings).items()
    }
    every = np.concatenate([runs.middle.ravel() for runs in panels.values()])
    low, high = np.log10(log_limits(every))
    figure, axes = _panels(len(panels), sharey=len({runs.layers for runs in panels.values()}) == 1, height=3.9)
    said = []
    for k, ((name, runs), style) in enumerate(zip(panels.items(), looks(list(panels)), strict=True)):
        ax = axes.flat[k]
        dress(
            ax,
            name or "Gradient by layer and epoch",
            "" if name else NAMES.get(quantity, quantity),
            style.color if name else INK,
        )
        picture = _map(ax, runs, low, high)
        said.append(f"{name + ': ' if name else ''}{_ratio_text(runs)}")
    bar = figure.colorbar(picture, ax=axes.ravel().tolist(), pad=0.02, aspect=30, shrink=0.9)
    _dress_bar(bar, low, high)
    zeros = "Grey: exactly zero. " * bool((every == 0).any())
    if note := (zeros + nonfinite_note(recordings)).strip():
        caption(figure, note)
    return finish(
        figure, f"Colour map of the {NAMES.get(quantity, quantity)}, layers against epochs. {'. '.join(said)}."
    )


def _panels(count: int, sharey: bool = True, height: float = 3.8):
    columns = min(count, 3)
    rows = -(-count // columns)
    figure, axes = new_figure(rows, columns, height=height * rows, sharey=sharey)
    for ax in axes.flat[count:]:
        ax.set_axis_off()
    return figure, axes


def _hidden(runs: Runs, quantity: str) -> Runs:
    return runs.without(runs.layers[-1:]) if quantity == "backprop" and len(runs.layers) > 1 else runs


def _profiles(ax, runs: Runs, epochs, style, theory) -> None:
    x = np.arange(1, len(runs.layers) + 1)
    middle, (low, high) = runs.middle, runs.quartiles
    ends = []
    moments = dict.fromkeys(nearest(runs.epochs, e) for e in epochs)
    for n, t in enumerate(moments):
        line = np.where(middle[t] > 0, middle[t], np.nan)
        ax.plot(
            x,
            line,
            color=style.color,
            linestyle=_DASHES[n % 4],
            linewidth=2.4 if n == 0 else 1.7,
            marker=style.marker if len(x) <= 20 else None,
            markersize=5,
        )
        mark_zeros(ax, x, middle[t], style.color)
        if len(runs.values) > 1:
            ax.fill_between(x, low[t], high[t], color=style.color, alpha=0.14, linewidth=0)
        ends.append((x[-1], line[-1], moment_in_words(runs.epochs[t]), style.color))
    if theory is not None:
        anchor = middle[next(iter(moments))][-1]
        with np.errstate(under="ignore"):
            ax.plot(x, anchor * float(theory) ** (len(x) - x), color=INK, linestyle=(0, (1, 2)), linewidth=1.6)
        ax.annotate(
            f"theory: × {theory:.3g}",
            (0.98, 0.04),
            xycoords="axes fraction",
            ha="right",
            fontsize=9.5,
            color=INK,
        )
    end_labels(ax, ends)


def depth_axis(ax, layers) -> None:
    """Layers from the input to the output along x, by name where there is room."""
    x = np.arange(1, len(layers) + 1)
    shown = keep_apart(len(x), 9)
    numbered = all(name == f"hidden_{k}" for k, name in enumerate(layers, 1))
    ax.set_xlim(0.6, len(x) + 0.4)
    if numbered or len(layers) > 6 or max(map(len, layers)) > 8:
        ax.set_xticks(x[shown])
        ax.set_xlabel("layer (1 = next to the input)")
    else:
        ax.set_xticks(x, layers)
        ax.set_xlabel("layer")


def _map(ax, runs: Runs, low: float, high: float):
    values = runs.middle.T
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(values)
    shades = colormaps["viridis"].with_extremes(bad=LIGHT["paper"], under=LIGHT["edge"])
    edges = _edges(runs.epochs)
    logs = np.where(values == 0, low - 1, logs)
    picture = ax.pcolormesh(
        edges, np.arange(len(logs) + 1) + 0.5, np.ma.masked_invalid(logs), cmap=shades, vmin=low, vmax=high
    )
    ax.grid(False)
    shown = keep_apart(len(logs), 10)
    ax.set_yticks(shown + 1, [shorten(runs.layers[k], 16) for k in shown])
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return picture


def _dress_bar(bar, low: float, high: float) -> None:
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9.5, colors=MUTED)
    step = max(1, int(np.ceil((high - low) / 7)))
    ticks = np.arange(np.ceil(low), high + 0.5, step)
    bar.set_ticks(ticks, labels=[f"$10^{{{int(t)}}}$" for t in ticks])
    level = np.log10(VANISHED)
    if low < level < high:
        bar.ax.axhline(level, color=LIGHT["paper"], linewidth=1.5)
        bar.set_label("white line: vanished below", fontsize=9.5, color=MUTED)


def _edges(epochs) -> np.ndarray:
    if len(epochs) == 1:
        return np.array([epochs[0] - 0.5, epochs[0] + 0.5])
    between = (epochs[1:] + epochs[:-1]) / 2
    return np.concatenate([[2 * epochs[0] - between[0]], between, [2 * epochs[-1] - between[-1]]])


def nearest(epochs, wanted) -> int:
    """Index of the epoch nearest to wanted; of the last one for None."""
    return len(epochs) - 1 if wanted is None else int(np.abs(np.asarray(epochs) - wanted).argmin())


def moment_in_words(epoch: float) -> str:
    """An epoch in words; -1 is the start."""
    return "start" if epoch <= -1 else f"epoch {epoch:g}"


def _ratio_text(runs: Runs) -> str:
    """First layer against last, at the first recorded moment, in words."""
    first, last = runs.middle[0][0], runs.middle[0][-1]
    if len(runs.layers) == 1:
        return "one layer"
    who = "layer 1 : last = "
    if not (np.isfinite(first) and np.isfinite(last)):
        return who + "not a number"
    if first == 0 or last == 0:
        return who + f"{first:.2g} : {last:.2g}"
    ratio = last / first
    small = f"1 : {ratio:,.3g}" if ratio < 100 else f"1 : {ratio:,.0f}"
    if ratio > 1e6:
        small = f"1 : {ratio:.1e}"
    return who + (small if ratio >= 1 else f"{1 / ratio:,.3g} : 1")
