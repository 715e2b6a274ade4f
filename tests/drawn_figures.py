"""What a lesson's figures draw outside of their axes, where nobody sees it: `watch` them, ask what is `cut_off`."""

import numpy as np
from matplotlib.collections import PathCollection

MARGIN = 0.02  # of the axis: half a marker
NAMED = "vanished"  # where an axis has this zone at its foot, it tells of what lies below, too


def watch() -> list:
    """A list that grows with each figure shown: those of the package's plots, and those given to `tell`."""
    from vgcourse.show import plots
    from vgcourse.show.plots._figure import CourseFigure

    seen, tell = [], plots.tell

    def told(figure, words):
        seen.append(figure)
        return tell(figure, words)

    def named(figure, words):
        figure.__dict__["alt_text"] = words
        seen.append(figure)

    plots.tell = told
    CourseFigure.alt_text = property(lambda figure: figure.__dict__.get("alt_text", ""), named)
    return seen


def cut_off(figure) -> list[str]:
    """A sentence for each axis that ends before what is drawn on it."""
    return [told for ax in figure.axes for told in _of_axes(ax)]


def _of_axes(ax):
    places = [points[np.isfinite(points).all(axis=1)] for points in _points(ax)]
    if not sum(map(len, places)):
        return
    points = np.concatenate(places)
    scales = ("x", ax.get_xscale(), ax.get_xlim()), ("y", ax.get_yscale(), ax.get_ylim())
    for column, (name, scale, limits) in enumerate(scales):
        values = points[:, column]
        if scale == "log":  # 0 has no place there, and is told in other ways
            values = values[values > 0]
        low, high = sorted(limits)
        position = np.log(values) if scale == "log" else values
        ends = np.log([low, high]) if scale == "log" else np.array([low, high])
        reach = MARGIN * (ends[1] - ends[0])
        for end, outside in ((low, position < ends[0] - reach), (high, position > ends[1] + reach)):
            below = name == "y" and end == low and any(text.get_text() == NAMED for text in ax.texts)
            if outside.any() and not below:
                farthest = values[outside].min() if end == low else values[outside].max()
                title = ax.get_title(loc="left") or ax.get_title() or ax.get_ylabel()
                yield f"{title}: {name} reaches {farthest:.3g}, its axis ends at {end:.3g}"


def _points(ax):
    """Points of lines, dots and areas, in the axes' own coordinates."""
    for line in ax.lines:
        if line.get_transform() == ax.transData and line.get_visible():
            yield np.asarray(line.get_xydata(), float)
    for drawn in ax.collections:
        if isinstance(drawn, PathCollection):
            yield np.asarray(drawn.get_offsets(), float)
        elif drawn.get_transform() == ax.transData:
            yield from (path.vertices for path in drawn.get_paths())
    for patch in ax.patches:
        if patch.get_transform().contains_branch(ax.transData) and hasattr(patch, "get_bbox"):
            yield np.array(patch.get_bbox().get_points(), float)
