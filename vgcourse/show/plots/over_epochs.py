"""Weights, gradients and signals of every layer along the epochs."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from vgcourse.measure.recording import Recording
from vgcourse.show.plots._figure import CourseFigure, caption, end_labels, finish, new_figure
from vgcourse.show.plots._frames import Recorded, Runs, nonfinite_note, only_statistics, recordings_of, runs_of
from vgcourse.style import MUTED, UPDATE_GUIDE, by_depth, dress, log_axis, mark_zeros


def weights(recordings: Recorded) -> CourseFigure:
    """Mean and standard deviation of every layer's kernel over the epochs.

    Args:
        recordings: a Recording, a list of them (one a seed: median line and quartile band), or the frame of
            either, as in `Recording.frame`.
    """
    mean, spread = (runs_of(recordings, "kernel", s) for s in ("mean", "std"))
    figure, axes = new_figure(1, 2)
    for ax, runs, title in zip(axes[0], (mean, spread), ("Mean", "Standard deviation"), strict=True):
        dress(ax, title, "of each layer's kernel")
        _lines(ax, runs, log=False)
    _note(figure, recordings)
    moved = np.abs(spread.middle[-1] - spread.middle[0])
    return finish(
        figure,
        f"Two line plots from {_over(spread)}: mean and standard deviation of the kernels of "
        f"{_named(spread.layers)}. "
        f"The standard deviation changes most in {spread.layers[_largest(moved)]}, "
        f"from {_g(spread.middle[0][_largest(moved)])} to {_g(spread.middle[-1][_largest(moved)])}.",
    )


def gradients(recordings: Recorded) -> CourseFigure:
    """Root mean square of the back-propagated and of the kernel gradient of every layer, on a log axis.

    The back-propagated gradient is dL_i/dh at the layer's output; of the last layer, which the loss reaches
    directly, only the kernel gradient is drawn. Exact zeros are triangles on the floor.

    Args:
        recordings: as in `weights`. What was not recorded is left out.
    """
    panels = _gradient_panels(recordings)
    figure, axes = new_figure(1, len(panels), sharey=True)
    every = np.concatenate([runs.values.ravel() for _, _, runs in panels])
    for ax, (title, subtitle, runs) in zip(axes[0], panels, strict=True):
        dress(ax, title, subtitle)
        log_axis(ax, every)
        _lines(ax, runs, log=True)
    _note(figure, recordings)
    title, _, runs = panels[0]
    start, end = runs.middle[0], runs.middle[-1]
    return finish(
        figure,
        f"Line plots on a log axis from {_over(runs)}: {title.lower()} (rms) of {_named(runs.layers)}. "
        f"{runs.layers[0]} starts at {_g(start[0])} and ends at {_g(end[0])}, "
        f"{runs.layers[-1]} starts at {_g(start[-1])} and ends at {_g(end[-1])}.",
    )


def saturation(recordings: Recorded) -> CourseFigure:
    """The share of saturated activations and of dead units of every layer over the epochs.

    Args:
        recordings: as in `weights`.
    """
    panels = [
        ("Saturated activations", "share where the activation is nearly flat", "saturated"),
        ("Dead units", "share that is off for every example", "dead"),
    ]
    figure, axes = new_figure(1, 2, sharey=True)
    said = []
    for ax, (title, subtitle, quantity) in zip(axes[0], panels, strict=True):
        runs = runs_of(recordings, quantity, "mean")
        dress(ax, title, subtitle)
        ax.set_ylim(-0.02, 1.02)
        ax.yaxis.set_major_formatter("{x:.0%}")
        _lines(ax, runs, log=False)
        worst = _largest(runs.middle[-1])
        said.append(f"{title.lower()} end highest in {runs.layers[worst]}, at {runs.middle[-1][worst]:.0%}")
    _note(figure, recordings)
    return finish(figure, f"Two line plots from {_over(runs)}, one line a layer: {'; '.join(said)}.")


def update_ratio(recordings: Recording | Sequence[Recording]) -> CourseFigure:
    """log10 of rms(update) / rms(weights) per optimizer step and layer, with the guide line at -3.

    About -3 is a practical thermometer of learning: far below, the layer hardly learns; far above, its
    weights are thrown about (Karpathy, makemore). Recorded per step it is each step's ratio. Recorded per epoch
    it is the epoch's net change divided by its steps, which is smaller as steps partly cancel.

    Args:
        recordings: a Recording or a list of them, with at least two moments and the kernels.
    """
    runs, per_step = _update_runs(recordings_of(recordings))
    figure, axes = new_figure(1, 1, height=4.0)
    ax = axes[0, 0]
    what = "each optimizer step" if per_step else "net change of an epoch / its steps"
    dress(ax, "Update-to-data ratio", f"log10 of rms(update) / rms(kernel), {what}")
    finite = runs.values[np.isfinite(runs.values)]
    low, high = (finite.min(), finite.max()) if finite.size else (-4, -2)
    ax.set_ylim(min(low, UPDATE_GUIDE) - 0.5, max(high, UPDATE_GUIDE) + 0.6)
    ax.axhline(UPDATE_GUIDE, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    _lines(ax, runs, log=False, more=[(runs.epochs[-1], UPDATE_GUIDE, "guide: −3", MUTED)])
    _note(figure, recordings)
    last = runs.middle[-1]
    last = last[np.isfinite(last)]
    return finish(
        figure,
        f"Line plot from {_over(runs)}: log10 of the update-to-data ratio of {_named(runs.layers)}, "
        f"with a guide line at -3. It ends between {_g(last.min()) if last.size else 'nothing'} "
        f"and {_g(last.max()) if last.size else 'nothing'}.",
    )


def _gradient_panels(recordings) -> list[tuple[str, str, Runs]]:
    wanted = [
        ("backprop", "Back-propagated gradient", "rms of dL/dh at each layer's output"),
        ("kernel_gradient", "Kernel gradient", "rms of dL/dW of each layer"),
    ]
    panels, missing = [], None
    for quantity, title, subtitle in wanted:
        try:
            runs = runs_of(recordings, quantity, "rms")
        except ValueError as error:
            missing = error
            continue
        if quantity == "backprop" and len(runs.layers) > 1:
            runs = runs.without(runs.layers[-1:])
        panels.append((title, subtitle, runs))
    if not panels:
        raise missing
    return panels


def _update_runs(recordings) -> tuple[Runs, bool]:
    first = recordings[0]
    layers = tuple(name for name in first.layers if name in first.kernels)
    if not layers or len(first.epochs) < 2:
        needs = "recordings: the update-to-data ratio needs kernels at two moments or more"
        raise ValueError(f"{needs}{only_statistics(first)}.")
    values = np.stack([np.stack([_log_ratio(r, name) for name in layers], 1) for r in recordings])
    return Runs(layers, np.asarray(first.epochs[1:], float), values), bool((np.diff(first.steps) == 1).all())


def _log_ratio(recording, layer: str) -> np.ndarray:
    w = np.asarray(recording.kernels[layer], float).reshape(len(recording.epochs), -1)
    change = np.sqrt((np.diff(w, axis=0) ** 2).mean(1)) / np.maximum(np.diff(recording.steps), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log10(change / np.sqrt((w[:-1] ** 2).mean(1)))
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _lines(ax, runs: Runs, log: bool, more=()) -> None:
    """One line a layer from dark blue (input) to orange (output), a band over the runs, names at the ends."""
    colors = by_depth(len(runs.layers))
    middle, (low, high) = runs.middle, runs.quartiles
    ends = []
    marker = "o" if len(runs.epochs) < 3 else None
    for k, (name, color) in enumerate(zip(runs.layers, colors, strict=True)):
        line = np.where(middle[:, k] > 0, middle[:, k], np.nan) if log else middle[:, k]
        ax.plot(runs.epochs, line, color=color, linewidth=1.8, marker=marker, markersize=4)
        if len(runs.values) > 1:
            ax.fill_between(runs.epochs, low[:, k], high[:, k], color=color, alpha=0.13, linewidth=0)
        if log:
            mark_zeros(ax, runs.epochs[:: _every(runs.epochs)], middle[:: _every(runs.epochs), k], color)
        seen = np.flatnonzero(np.isfinite(line))
        end = seen[-1] if seen.size else -1
        ends.append((runs.epochs[end], line[end], name, color))
    _epoch_axis(ax, runs.epochs)
    end_labels(ax, [*ends, *more])


def _every(epochs) -> int:
    return max(1, len(epochs) // 12)


def _epoch_axis(ax, epochs) -> None:
    ax.set_xlabel("epoch")
    low, high = epochs[0], epochs[-1]
    room = max(high - low, 1.0) * 0.01
    ax.set_xlim(low - room, high + room)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=bool(high - low >= 2)))
    ticks = [t for t in ax.get_xticks() if low <= t <= high]
    if low == -1:
        ticks = [low, *(t for t in ticks if t > low + 0.2 * (high - low))]
    ax.set_xticks(ticks, ["start" if t == -1 else f"{t:g}".replace("-", "−") for t in ticks])


def _note(figure, recordings) -> None:
    if note := nonfinite_note(recordings):
        caption(figure, note)


def _largest(values) -> int:
    return int(np.nanargmax(values)) if np.isfinite(values).any() else 0


def _over(runs: Runs) -> str:
    runs_text = f", median and quartiles of {len(runs.values)} runs" if len(runs.values) > 1 else ""
    # The first moment stands before epoch 0, or, where steps were recorded, within it.
    begin = "the start" if runs.epochs[0] < 0 else f"epoch {runs.epochs[0]:.3g}"
    return f"{begin} to epoch {runs.epochs[-1]:.3g}{runs_text}"


def _named(layers) -> str:
    if len(layers) < 4:
        return " and ".join(layers)
    return f"{len(layers)} layers, {layers[0]} to {layers[-1]}"


def _g(value) -> str:
    return f"{value:.2g}"
