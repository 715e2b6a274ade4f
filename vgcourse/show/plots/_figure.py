"""The figure class of this course: it shows itself with alternative text, and keeps its labels apart."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from vgcourse.show.plots.dark_theme import style_for
from vgcourse.style import INK, PAPER, legible

_LEADER = 14  # points from the axes' edge to a label


class CourseFigure(Figure):
    """A matplotlib Figure, independent of pyplot, that a notebook shows as its cell's last expression.

    ``alt_text`` says in words what the picture shows. JupyterLab and nbconvert put it on the image, a saved
    PNG or PDF carries it as its description, and a terminal prints it.
    """

    alt_text = ""

    def _repr_mimebundle_(self, include=None, exclude=None):
        return picture(self, self.alt_text)

    def savefig(self, fname, **kwargs):
        """As matplotlib's, with ``alt_text`` as the file's description where the format has one."""
        kind = kwargs.get("format") or str(fname).rpartition(".")[2].lower()
        key = {"png": "Description", "svg": "Description", "pdf": "Subject"}.get(kind)
        if key:
            kwargs["metadata"] = {key: self.alt_text} | kwargs.get("metadata", {})
        super().savefig(fname, **kwargs)


def picture(figure: Figure, alt_text: str) -> tuple[dict, dict]:
    """Data and metadata under which a notebook shows a figure, its alternative text included."""
    pixels = _pixels(figure)
    png = b64encode(_png(pixels)).decode()
    width, height = (int(side * figure.dpi) for side in figure.get_size_inches())
    alt = alt_text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    # JupyterLab drops the alt text of an image/png, hence the same picture as HTML.
    kind = "vg-map" if _has_map(figure) else "vg-lines"
    style, own = style_for(kind, figure, pixels, _png)
    shown = f'<img alt="{alt}" class="{kind}{own}" width="{width}" src="data:image/png;base64,{png}"'
    shown += ' style="max-width:100%">'
    bundle = {"text/plain": alt_text, "text/html": shown + style, "image/png": png}
    return bundle, {"image/png": {"alt": alt_text, "width": width, "height": height}}


def _has_map(figure: Figure) -> bool:
    """Whether colours stand for numbers in it: such a figure must not be turned to dark by inverting it."""
    mappable = [artist for ax in figure.axes for artist in (*ax.collections, *ax.images)]
    return any(artist.get_array() is not None for artist in mappable)


def _pixels(figure: Figure) -> np.ndarray:
    """The figure at 1.6 times the size it is shown in, for sharp screens: (height, width, 3), 0 to 255."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi=1.6 * figure.dpi)
    return np.asarray(Image.open(file).convert("RGB"))


def _png(pixels: np.ndarray) -> bytes:
    """A file in 256 colours: a fourth of the bytes."""
    small = BytesIO()
    Image.fromarray(pixels).quantize(256, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


def new_figure(rows: int = 1, columns: int = 1, height: float = 3.8, width: float = 8.0, **subplots):
    """A figure of ``width`` x ``height`` inches at 100 dpi with its axes, shape (rows, columns)."""
    figure = CourseFigure(figsize=(width, height), dpi=100, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.12)
    return figure, figure.subplots(rows, columns, squeeze=False, **subplots)


def finish(figure: CourseFigure, alt_text: str) -> CourseFigure:
    """Lay the figure out, move the labels of line ends apart, and give it its text."""
    figure.alt_text = " ".join(alt_text.split())
    darken_words(figure)
    figure.get_layout_engine().execute(figure)
    for ax in figure.axes:
        _settle(ax, getattr(ax, "end_labels", []))
    # The labels are settled for this layout, so it stays.
    figure.set_layout_engine("none")
    return figure


def darken_words(figure: Figure) -> None:
    """Words in the colour of a line are often too pale to be read: make them as dark as the ground asks for.

    Words on a dark ground, which are nearly white, stay.
    """
    ground = to_rgb(PAPER)
    for text in figure.findobj(Text):
        color = to_rgb(text.get_color())
        if min(color) < 0.85:
            text.set_color(legible(color, ground))


def end_labels(ax, labels: list[tuple[float, float, str, object]], size: float = 10) -> None:
    """Name lines at their right end: (x, y, text, colour) each, in data coordinates; `finish` spreads them.

    A line without a finite end is named at the floor of the axes.
    """
    floor = ax.get_ylim()[0]
    log = ax.get_yscale() == "log"
    ax.end_labels = []
    for x, y, text, color in labels:
        drawn = np.isfinite(y) and (y > 0 or not log)
        note = ax.annotate(
            shorten(text),
            (1, y if drawn else floor),
            (_LEADER, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            annotation_clip=False,
            color=color,
            fontsize=size,
            va="center",
        )
        note.line_end = (x, y if drawn else floor)
        ax.end_labels.append(note)


def shorten(name: str, limit: int = 20) -> str:
    """A long layer name with its middle left out, so that a label leaves room for the picture."""
    return name if len(name) <= limit else f"{name[: limit // 3]}…{name[-(limit - limit // 3 - 1) :]}"


def spread(positions, gap: float, low: float, high: float) -> np.ndarray:
    """The nearest (least squares) positions in [low, high] that keep their order and ``gap`` between them.

    Isotonic regression by pooling adjacent violators (Barlow et al. 1972), after subtracting the gaps.
    """
    positions = np.asarray(positions, float)
    order = np.argsort(positions, kind="stable")
    steps = gap * np.arange(len(positions))
    pools: list[list[float]] = []
    for value in positions[order] - steps:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, m), (b, n) = pools.pop(-2), pools.pop()
            pools.append([(a * m + b * n) / (m + n), m + n])
    level = np.repeat([p[0] for p in pools], [int(p[1]) for p in pools])
    placed = np.empty_like(positions)
    placed[order] = np.clip(level, low, max(low, high - steps[-1])) + steps
    return placed


def keep_apart(count: int, room: int) -> np.ndarray:
    """Which of ``count`` things to name where ``room`` fit: the first, the last, and evenly between."""
    return np.unique(np.linspace(0, count - 1, max(2, min(count, room))).round().astype(int))


def _settle(ax, notes) -> None:
    """Spread the notes vertically by their drawn heights; drop some where they cannot all fit."""
    if not notes:
        return
    box = ax.get_window_extent()
    gap = 1.04 * max(note.get_window_extent().height for note in notes)
    chosen = keep_apart(len(notes), int(box.height // gap))
    for note in [n for k, n in enumerate(notes) if k not in chosen]:
        note.remove()
    notes = [notes[k] for k in chosen]
    ends = ax.transData.transform([note.line_end for note in notes])
    at = np.clip(ends[:, 1], box.y0, box.y1)
    points = 72 / ax.figure.dpi
    for note, x, was, now in zip(
        notes, ends[:, 0], at, spread(at, gap, box.y0 + gap / 2, box.y1 - gap / 2), strict=True
    ):
        # The annotation hangs on the line's end, which may lie outside of the axes.
        note.set_position((_LEADER, (now - ax.transData.transform(note.line_end)[1]) * points))
        _leader(ax, (x, was), (box.x1 + (_LEADER - 3) / points, now), note.get_color())
    ax.end_labels = notes


def _leader(ax, start, end, color) -> None:
    x, y = ax.transAxes.inverted().transform([start, end]).T
    ax.plot(x, y, transform=ax.transAxes, color=color, linewidth=0.8, clip_on=False, scalex=False, scaley=False)


def overlapping_texts(figure) -> list[tuple[str, str]]:
    """Pairs of visible texts whose drawn boxes share more than a pixel: an empty list is a readable figure."""
    if figure.stale:
        figure.draw_without_rendering()
    boxes = [(text.get_text(), _text_box(text)) for text in _visible_texts(figure)]
    boxes.sort(key=lambda item: item[1].x0)
    found = []
    for k, (name, box) in enumerate(boxes):
        for other, rival in boxes[k + 1 :]:
            if rival.x0 > box.x1 - 1:
                break
            if min(box.y1, rival.y1) - max(box.y0, rival.y0) > 1:
                found.append((name, other))
    return found


def texts_outside(figure) -> list[str]:
    """Visible texts that reach beyond the figure's edge, hence are cut off."""
    if figure.stale:
        figure.draw_without_rendering()
    edge = figure.bbox
    boxes = [(text.get_text(), _text_box(text)) for text in _visible_texts(figure)]
    return [t for t, b in boxes if b.x0 < -1 or b.y0 < -1 or b.x1 > edge.x1 + 1 or b.y1 > edge.y1 + 1]


def _text_box(text):
    """The box of the words alone: an annotation's own extent would include its leader line."""
    return Text.get_window_extent(text)


def _visible_texts(figure):
    return [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and _on_axis(figure, text)
    ]


def _on_axis(figure, text) -> bool:
    """False for a tick label that matplotlib keeps but does not draw, as its tick is out of view."""
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            ticks = [*axis.majorTicks, *axis.minorTicks]
            if any(text in (tick.label1, tick.label2) for tick in ticks):
                shown = axis.get_ticklabels(which="both")
                low, high = sorted(axis.get_view_interval())
                position = text.get_position()[axis is ax.yaxis]
                return any(text is t for t in shown) and low <= position <= high
    return True


def caption(figure: CourseFigure, text: str) -> None:
    """A quiet line under the whole figure, for what a reader must know (a NaN, a selection)."""
    figure.supxlabel(text, x=0.01, ha="left", fontsize=9.5, color=INK, style="italic")
