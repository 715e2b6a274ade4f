"""Distributions, not draws: a sweep over many seeds as a band or as dots."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vgcourse.show.plots._figure import CourseFigure, end_labels, finish, new_figure, shorten
from vgcourse.style import INK, MUTED, PAPER, WARN, dress, log_axis, look, looks


def band(
    frame: pd.DataFrame, x: str, y: str, hue: str | None = None, log: bool = False, title: str = ""
) -> CourseFigure:
    """Median and quartile band of ``y`` over all rows (seeds) that share ``x`` and ``hue``.

    Args:
        frame: a tidy frame, one row a run, such as `vgcourse.sweep` returns.
        x: a numeric column, or one of names, which are spaced evenly in order of appearance.
        y: a numeric column. hue: a column that names the lines.
        log: a logarithmic y axis with the vanished region shaded.
        title: heading; ``y`` and ``x`` by default.
    """
    _need(frame, x, y, hue)
    groups = [("", frame)] if hue is None else list(frame.groupby(hue, sort=False))
    figure, axes = new_figure(1, 1, height=4.2)
    ax = axes[0, 0]
    sizes = frame.groupby([x] + [hue] * (hue is not None), sort=False).size()
    runs = f"{sizes.min()} to {sizes.max()}" if sizes.min() < sizes.max() else str(sizes.max())
    dress(ax, title or f"{_nice(y)} by {_nice(x).lower()}", f"line: median, band: quartiles of {runs} runs")
    if log:
        log_axis(ax, frame[y].to_numpy(float))
    places = _places(frame[x])
    ends, said = [], []
    for (name, rows), style in zip(groups, looks([g for g, _ in groups]), strict=True):
        at, low, middle, high = _quartiles(rows, x, y, places)
        ax.plot(at, middle, color=style.color, linestyle=style.dash, marker=style.marker, markersize=5, linewidth=2)
        ax.fill_between(at, low, high, color=style.color, alpha=0.16, linewidth=0)
        ends.append((at[-1], middle[-1], str(name), style.color))
        said.append(f"{name or y} goes from {middle[0]:.3g} to {middle[-1]:.3g}")
    _x_axis(ax, frame[x], places, x)
    ax.set_ylabel(_nice(y).lower())
    end_labels(ax, ends if hue is not None else [])
    return finish(figure, f"Median and quartiles of {y} against {x} over {runs} runs a point: {'; '.join(said)}.")


def draws(
    values: ArrayLike | Mapping[str, ArrayLike] | pd.DataFrame,
    by: str | None = None,
    y: str | None = None,
    published: float | Mapping[str, float] | None = None,
    title: str = "",
) -> CourseFigure:
    """Every run as a dot, with median and quartiles, and where a published draw falls among them.

    Args:
        values: a frame with the columns ``by`` and ``y``, a dict ``{"T1.sig4": (n,) values, ...}``, or one
            array of values.
        by: the column that names the rows of the picture. y: the column of the values.
        published: one reported value, or a dict of one a row: drawn as a diamond with its percentile.
        title: heading.
    """
    groups = _groups(values, by, y)
    reported = _reported(published, groups)
    figure, axes = new_figure(1, 1, height=1.35 + 0.62 * len(groups))
    ax = axes[0, 0]
    diamond = "; diamond: the published draw" * bool(reported)
    dress(
        ax,
        title or (_nice(y) if y else "Distribution over seeds"),
        f"a dot is a run; bar: quartiles, line: median{diamond}",
    )
    every = np.concatenate([*groups.values(), [*reported.values()]])
    every = every[np.isfinite(every)]
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    width = max(high - low, 1e-9)
    places, strange = {}, []
    for row, (name, sample) in enumerate(groups.items()):
        sample = sample[np.isfinite(sample)]
        _dots(ax, row, sample, look(name, 5), width)
        if name in reported:
            _diamond(ax, row, reported[name])
        places[name] = _place(sample, reported.get(name))
        strange += [name] * _outside(sample, reported.get(name))
    _row_axis(ax, places, strange, low - 0.04 * width, high + 0.04 * width)
    said = ". ".join(f"{name or 'values'}: {text}" for name, text in places.items())
    return finish(figure, f"Dot plots of every run. {said}.")


def _reported(published, groups: dict) -> dict[str, float]:
    """The published value of each row that has one. Raises ValueError for a name without a row."""
    if published is None:
        return {}
    if not isinstance(published, dict):
        return dict.fromkeys(groups, float(published))
    if unknown := [str(name) for name in published if str(name) not in groups]:
        raise ValueError(f"published: no row is named {unknown[0]!r}; the rows are {', '.join(groups)}.")
    return {str(name): float(value) for name, value in published.items() if value is not None}


def percentile(sample, value: float) -> float:
    """The percentage of the sample below ``value``, ties counted half."""
    sample = np.asarray(sample, float)
    return float(100 * ((sample < value).mean() + (sample == value).mean() / 2))


def _need(frame, *columns) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"frame: expected a pandas DataFrame, not {type(frame).__name__}; vg.sweep returns one.")
    for column in columns:
        if column is not None and column not in frame.columns:
            raise ValueError(f"{column!r} is not a column of the frame; it has {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise ValueError("frame: it has no rows.")


def _groups(values, by, y) -> dict[str, np.ndarray]:
    if isinstance(values, pd.DataFrame):
        if y is None:
            raise ValueError("y: name the column of the values.")
        _need(values, by, y)
        parts = [("", values)] if by is None else values.groupby(by, sort=False)
        return {str(name): rows[y].to_numpy(float) for name, rows in parts}
    if isinstance(values, dict):
        return {str(name): np.asarray(sample, float).ravel() for name, sample in values.items()}
    return {"": np.asarray(values, float).ravel()}


def _places(column: pd.Series) -> dict:
    if pd.api.types.is_numeric_dtype(column):
        return {v: float(v) for v in sorted(column.unique())}
    return {v: float(k) for k, v in enumerate(column.unique())}


def _quartiles(rows, x: str, y: str, places: dict):
    table = rows.groupby(x, sort=False)[y].quantile([0.25, 0.5, 0.75]).unstack()
    table = table.loc[sorted(table.index, key=places.get)]
    return [places[v] for v in table.index], *(table[q].to_numpy() for q in (0.25, 0.5, 0.75))


def _x_axis(ax, column, places: dict, x: str) -> None:
    ax.set_xlabel(_nice(x).lower())
    if not pd.api.types.is_numeric_dtype(column):
        ax.set_xticks(list(places.values()), [str(v) for v in places])
    elif len(places) <= 12:
        ax.set_xticks(list(places.values()), [f"{v:g}" for v in places])


def _dots(ax, row: int, sample: np.ndarray, style, width: float) -> None:
    if not sample.size:
        return
    x, lift = _stack(np.sort(sample), width / 110)
    ax.scatter(x, row - 0.1 - lift, s=9, color=style.color, alpha=0.55, linewidth=0, zorder=3)
    low, middle, high = np.percentile(sample, [25, 50, 75])
    ax.plot(
        [low, high], [row + 0.14] * 2, color=style.color, linewidth=6, alpha=0.35, solid_capstyle="butt", zorder=2
    )
    ax.plot([middle] * 2, [row + 0.02, row + 0.26], color=style.color, linewidth=2.2, zorder=4)


def _stack(x: np.ndarray, bin_width: float) -> tuple[np.ndarray, np.ndarray]:
    """Dots of one bin pile up, at most half a row high."""
    bins = np.round(x / bin_width).astype(int)
    rank = np.array([k - np.searchsorted(bins, b) for k, b in enumerate(bins)])
    return x, rank * min(0.055, 0.5 / max(rank.max(), 1))


def _diamond(ax, row: int, value: float) -> None:
    ax.plot(
        [value],
        [row + 0.14],
        marker="D",
        markersize=8,
        color=INK,
        markeredgecolor=PAPER,
        markeredgewidth=1.2,
        zorder=6,
    )


def _place(sample: np.ndarray, value) -> str:
    if not sample.size:
        return "no finite value"
    text = f"median {np.median(sample):.3g}"
    if value is None:
        return text
    if _outside(sample, value):
        return f"{text}, published {value:.3g}: in no run"
    return f"{text}, published {value:.3g}: percentile {percentile(sample, value):.0f}"


def _outside(sample: np.ndarray, value) -> bool:
    """Whether a published value is one that no run came to."""
    return value is not None and sample.size > 0 and not sample.min() <= value <= sample.max()


def _row_axis(ax, places: dict[str, str], strange: Collection[str], low: float, high: float) -> None:
    """The rows' names at the left, their numbers at the right, the first row on top; strange ones stand out."""
    ax.set_yticks(range(len(places)), [shorten(name) for name in places])
    ax.set_ylim(len(places) - 0.6, -0.75)
    ax.set_xlim(low, high)
    ax.grid(axis="y", visible=False)
    for row, (name, text) in enumerate(places.items()):
        ax.annotate(
            text.replace(", ", "\n"),
            (1, row),
            (8, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=WARN if name in strange else MUTED,
            annotation_clip=False,
        )


def _nice(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
