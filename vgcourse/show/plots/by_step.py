"""Gradients along time: what is left of an error, step by step back through a recurrent layer."""

from typing import Any

import numpy as np

from vgcourse.measure.recording import Recording
from vgcourse.show.plots._figure import CourseFigure, end_labels, finish, new_figure
from vgcourse.style import INK, dress, log_axis, looks, mark_zeros

_DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))


def gradient_by_step(source: Any, cell: bool = True, title: str = "") -> CourseFigure:
    """The gradient at every time step of recurrent layers, on a log axis with the vanished region shaded.

    Args:
        source: what `vgcourse.gradient_by_step` gives: an error of rms 1 at the last step, carried back; or a
            Recording with gradients by time step: those of the loss, at its first and last moment. Or a dict
            ``{"LSTM": ...}`` of either, all in one picture.
        cell: of an LSTM, the gradient at its cell state; False for that at its output.
        title: heading of the figure.

    Raises:
        TypeError: for anything else. ValueError: where there is no gradient by time step.
    """
    groups = source if isinstance(source, dict) else {"": source}
    lines = {label: values for name, group in groups.items() for label, values in _lines(name, group, cell)}
    if not lines:
        raise ValueError("source: it holds no gradients by time step; there is no recurrent layer in it.")
    figure, axes = new_figure(height=4.2)
    ax = axes[0, 0]
    longest = max(map(len, lines.values()))
    dress(ax, title or "Gradient by time step", f"{longest} steps; the last step is at the right")
    log_axis(ax, np.concatenate(list(lines.values())))
    ends = []
    for n, ((label, values), style) in enumerate(zip(lines.items(), looks(list(lines)), strict=True)):
        x = np.arange(1, len(values) + 1) + longest - len(values)
        ax.plot(x, np.where(values > 0, values, np.nan), color=style.color, linestyle=_DASHES[n % 4], linewidth=2)
        mark_zeros(ax, x, values, style.color)
        ends.append((x[-1], _last_finite(values), label, style.color))
    ax.set_xlim(0.6, longest + 0.4)
    ax.set_xlabel("time step")
    ax.set_ylabel("back-propagated gradient (rms)", color=INK)
    end_labels(ax, ends)
    said = ". ".join(f"{label}: {_ends(values)}" for label, values in lines.items())
    return finish(figure, f"Log-axis lines of the gradient's size by time step, {longest} steps. {said}.")


def _lines(name: str, group, cell: bool):
    prefix = f"{name}, " if name else ""
    if isinstance(group, Recording):
        yield from _recorded(prefix, group, cell)
    elif hasattr(group, "profiles"):
        alone = len(group.profiles) == 1 and name
        for layer, profile in group.profiles.items():
            values = profile.carried_cell if cell and profile.carried_cell is not None else profile.carried
            yield (name if alone else prefix + layer), np.asarray(values, float)
    else:
        raise TypeError(f"source: expected vg.gradient_by_step(...) or a Recording, got {type(group).__name__}.")


def _recorded(prefix: str, recording: Recording, cell: bool):
    for layer, at_output in recording.step_gradients.items():
        values = recording.cell_gradients.get(layer, at_output) if cell else at_output
        for moment in dict.fromkeys((0, len(recording.epochs) - 1)):
            epoch = recording.epochs[moment]
            yield (
                f"{prefix}{layer}, {'start' if epoch <= -1 else f'epoch {epoch:g}'}",
                np.asarray(values[moment], float),
            )


def _last_finite(values: np.ndarray) -> float:
    drawn = values[np.isfinite(values) & (values > 0)]
    return float(drawn[-1]) if len(drawn) else float("nan")


def _ends(values: np.ndarray) -> str:
    """The line in words: what it begins with at the right, and what of that arrives at the left."""
    there = values[np.isfinite(values)]
    if not len(there):
        return "no number"
    return f"{there[-1]:.2g} at the last step, {there[0]:.2g} at the first"
