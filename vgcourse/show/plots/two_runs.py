"""Two recordings of one model in one picture: before and after a cure, one rate and another."""

from collections.abc import Mapping

import numpy as np

from vgcourse.measure.recording import Recording
from vgcourse.show.plots._figure import CourseFigure, caption, end_labels, finish, new_figure, shorten
from vgcourse.show.plots.by_depth import NAMES, depth_axis, moment_in_words, nearest
from vgcourse.style import INK, OTHERS, dress, log_axis, mark_zeros

_DASHES = ("solid", (0, (5, 2)))


def compare(
    recordings: Mapping[str, Recording], epoch: float | None = None, quantity: str = "backprop"
) -> CourseFigure:
    """Two recordings of one model over one axis of layers: the gradient's size in each at one moment.

    Args:
        recordings: ``{"SGD": one, "Adam": other}``.
        epoch: the moment; the nearest that both hold is taken, None is the last one.
        quantity: ``"backprop"``, ``"kernel_gradient"``, ``"kernel"`` or another that both recorded.

    Raises:
        TypeError: unless they are two Recordings with names. ValueError: where they share no such quantity of a layer
            at one moment.
    """
    if not isinstance(recordings, Mapping) or len(recordings) != 2:
        raise TypeError('recordings: expected a dict of two Recordings, as in {"before": one, "after": other}.')
    names, (one, other) = list(map(str, recordings)), recordings.values()
    for recording in (one, other):
        if not isinstance(recording, Recording):
            raise TypeError(f"recordings: expected Recordings, got {type(recording).__name__}.")
    table = one.compare(other)
    rows = table[(table["quantity"] == quantity) & table["layer"].isin(one.layers)]
    if rows.empty:
        raise ValueError(
            f"quantity: {quantity!r} is not in both; they share {', '.join(table['quantity'].unique())}."
        )
    moments = np.sort(rows["epoch"].unique())
    moment = moments[nearest(moments, epoch)]
    rows = rows[rows["epoch"] == moment].set_index("layer")
    layers = [name for name in one.layers if name in rows.index]
    rows = rows.loc[layers]
    return _draw(names, rows, layers, moment, quantity, table.attrs["info"])


def _draw(names, rows, layers, moment: float, quantity: str, differs: dict) -> CourseFigure:
    figure, axes = new_figure(height=4.2)
    ax = axes[0, 0]
    size = NAMES.get(quantity, quantity)
    dress(ax, f"{names[0]} and {names[1]}, {moment_in_words(moment)}", _ratio(names, rows, layers))
    log_axis(ax, rows[["one", "other"]].to_numpy(float))
    x, ends = np.arange(1, len(layers) + 1), []
    for k, (name, column) in enumerate(zip(names, ("one", "other"), strict=True)):
        values, color = rows[column].to_numpy(float), OTHERS[k].color
        line = np.where(values > 0, values, np.nan)
        ax.plot(x, line, color=color, linestyle=_DASHES[k], linewidth=2.2, marker=OTHERS[k].marker, markersize=5)
        mark_zeros(ax, x, values, color)
        ends.append((x[-1], line[-1], name, color))
    depth_axis(ax, layers)
    ax.set_ylabel(size, color=INK)
    end_labels(ax, ends)
    if differs:
        caption(figure, f"The runs differ in {_differences(differs)}.")
    said = _ratio(names, rows, layers)
    return finish(figure, f"Log-axis lines of the {size} by layer, {names[0]} and {names[1]}. {said}.")


def _ratio(names, rows, layers) -> str:
    """How the two stand to each other in the first and in the last layer."""
    ratios = rows["ratio"].to_numpy(float)
    parts = [f"{layers[k]} {ratios[k]:.3g}" for k in ((0, -1) if len(layers) > 1 else (0,))]
    return f"{names[1]} : {names[0]} = {', '.join(parts)}"


def _differences(differs: dict) -> str:
    told = [f"{word} ({_value(a)} and {_value(b)})" for word, (a, b) in differs.items()]
    more = len(told) - 3
    return ", ".join(told[:3]) + (f" and {more} more" if more > 0 else "")


def _value(value) -> str:
    return shorten(f"{value:g}" if isinstance(value, float) else str(value), 16)
