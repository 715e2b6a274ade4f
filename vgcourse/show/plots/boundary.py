"""What a net on two inputs has learnt, as a picture of the plane."""

from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike

from vgcourse.palette import CLASSES, LIGHT
from vgcourse.show.plots._figure import CourseFigure, finish, new_figure
from vgcourse.show.plots._frames import groups_of
from vgcourse.style import INK, dress, looks

_MARKERS = ("o", "s", "^", "D", "v", "P")


def decision_boundary(model: Any, X: ArrayLike, y: ArrayLike, title: str = "", resolution: int = 160) -> CourseFigure:
    """The class that a model answers at every point of the plane, with the examples on top.

    Colour says the class, its strength how sure the answer is, a black line where two classes are equally
    likely. Examples of a class share a colour *and* a marker.

    Args:
        model: a Keras model on two inputs, any function from (n, 2) to (n,), (n, 1) or (n, classes)
            probabilities, or a dict ``{"tanh": model, ...}`` of these, a panel each.
        X, y: the examples, (n, 2) and (n,) or one-hot (n, classes).
        title: heading of a single panel; the group's name by default.
        resolution: points along each side.

    Raises:
        ValueError: X does not have two columns, or y does not fit it.
    """
    X, labels = _examples(X, y)
    groups = groups_of(model)
    columns = min(len(groups), 3)
    rows = -(-len(groups) // columns)
    side = 8.0 / columns if len(groups) > 1 else 4.6
    figure, axes = new_figure(
        rows, columns, height=(side + 0.3) * rows, width=side * columns, sharex=True, sharey=True
    )
    said = []
    for k, ((name, net), style) in enumerate(zip(groups.items(), looks(list(groups)), strict=True)):
        right = _right(_ask(net, X), labels)
        dress(
            axes.flat[k],
            name or title or "What the net has learnt",
            f"{right:.1%} right",
            style.color if name else INK,
        )
        _draw(axes.flat[k], net, X, labels, resolution)
        said.append(f"{name + ' ' if name else ''}classifies {right:.1%} of {len(X)} points rightly")
    for ax in axes.flat[len(groups) :]:
        ax.set_axis_off()
    return finish(figure, f"Decision boundary in the plane of the two inputs: {'; '.join(said)}.")


def _examples(X, y) -> tuple[np.ndarray, np.ndarray]:
    X, y = np.asarray(X, float), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"X: a plane needs exactly two columns, got shape {X.shape}.")
    if len(y) != len(X):
        raise ValueError(f"y: {len(y)} labels for {len(X)} examples.")
    labels = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return X, labels.astype(int)


def _ask(net, points: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes); one number a point is read as the probability of class 1."""
    answer = np.asarray(net(points.astype("float32")), float).reshape(len(points), -1)
    if answer.shape[1] > 1:
        return answer
    outside = (answer < 0) | (answer > 1)
    p = 0.5 * (1 + np.tanh(answer / 2)) if outside.any() else answer
    return np.concatenate([1 - p, p], 1)


def _right(answer: np.ndarray, labels: np.ndarray) -> float:
    return float((answer.argmax(1) == labels).mean())


def _draw(ax, net, X, labels, resolution: int) -> None:
    low, high = X.min(0), X.max(0)
    pad = 0.08 * (high - low) + 1e-9
    sides = [np.linspace(a, b, resolution) for a, b in zip(low - pad, high + pad, strict=True)]
    grid = np.stack(np.meshgrid(*sides), -1)
    answer = _ask(net, grid.reshape(-1, 2)).reshape(resolution, resolution, -1)
    count = answer.shape[-1]
    paints = np.array([to_rgb(CLASSES[k % 6]) for k in range(count)])
    best = answer.argmax(-1)
    # From white where all classes are equally likely to a light tint where one is sure.
    sure = np.clip((answer.max(-1) - 1 / count) / (1 - 1 / count), 0, 1)[..., None]
    ax.imshow(
        1 - (0.05 + 0.5 * sure) * (1 - paints[best]),
        origin="lower",
        extent=(sides[0][0], sides[0][-1], sides[1][0], sides[1][-1]),
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    for k in range(count if count > 2 else 1):
        rest = np.delete(answer, k, -1).max(-1)
        if (answer[..., k] > rest).any() and (answer[..., k] < rest).any():
            ax.contour(*sides, answer[..., k] - rest, levels=[0], colors=INK, linewidths=1.3)
    for k in np.unique(labels):
        ax.scatter(
            *X[labels == k].T,
            s=13,
            marker=_MARKERS[k % 6],
            color=CLASSES[k % 6],
            edgecolor=LIGHT["paper"],
            linewidth=0.5,
            zorder=3,
        )
    ax.grid(False)
    ax.set_aspect("equal")
