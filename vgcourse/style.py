"""The look of every figure: colours, line styles, axes. Needs NumPy only; it is handed the axes to dress.

The colours are those of `vgcourse.palette`; a line style and a marker repeat what a colour says, so that a grey
print reads as well.
"""

from dataclasses import dataclass

import numpy as np

from vgcourse.palette import DEPTHS, FIGURE_SIZES, LIGHT
from vgcourse.palette import OTHERS as SPARE

INK, MUTED, GRID, PAPER, WARN = (LIGHT[name] for name in ("ink", "muted", "line", "card", "warn"))
SHADE = LIGHT["shade"]
TITLE, TEXT = FIGURE_SIZES["title"], FIGURE_SIZES["text"]
# An absolute size (rms): a figure of one gradient does not know what was sent. `vgcourse.measure` asks for shares.
VANISHED = 1e-6
OUTCOME = {True: LIGHT["good"], False: LIGHT["bad"], None: LIGHT["guess"]}  # a guess: right, wrong, none
UPDATE_GUIDE = -3.0


@dataclass(frozen=True)
class Look:
    """How one activation (or any other named group) is drawn."""

    color: str
    dash: str | tuple
    marker: str


ACTIVATIONS = {
    "sigmoid": Look(LIGHT["sigmoid"], "solid", "o"),
    "tanh": Look(LIGHT["tanh"], (0, (5, 2)), "s"),
    "relu": Look(LIGHT["relu"], (0, (6, 2, 1.5, 2)), "^"),
    "leaky_relu": Look(LIGHT["leaky_relu"], (0, (1.5, 1.5)), "D"),
    "linear": Look(LIGHT["linear"], (0, (8, 2, 1, 2, 1, 2)), "v"),
}
CONNECTIONS = {  # the same weights without and with a way around
    "plain": Look(LIGHT["plain"], "solid", "o"),
    "skip": Look(LIGHT["skip"], "dashed", "s"),
}
OTHERS = (
    Look(SPARE[0], "solid", "P"),
    Look(SPARE[1], (0, (5, 2)), "X"),
    Look(SPARE[2], (0, (6, 2, 1.5, 2)), "<"),
    Look(SPARE[3], (0, (1.5, 1.5)), ">"),
    Look(SPARE[4], (0, (8, 2, 1, 2, 1, 2)), "h"),
    Look(SPARE[5], "solid", "o"),
)


def to_rgb(color: str) -> tuple[float, float, float]:
    """``#rrggbb`` as three numbers from 0 to 1."""
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def contrast(one, other) -> float:
    """Contrast of two colours, RGB triples from 0 to 1, as WCAG 2.2 measures it: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def legible(color, ground, least: float = 4.5) -> tuple[float, float, float]:
    """The colour itself, or as much darker as words in it need to have this contrast on a light ``ground``."""
    shade = np.asarray(color, float)
    while contrast(shade, ground) < least and shade.max() > 0.01:
        shade = shade * 0.95
    return tuple(float(part) for part in shade)


def _luminance(color) -> float:
    parts = np.asarray(color, float)
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def look(name: object, position: int = 0) -> Look:
    """The look of a group: an activation's own, when its name says one, else the next free one.

    ``"relu, He"`` and ``"T1.relu4"`` are drawn as relu, ``"T1.sig4"`` as sigmoid; ``"leaky relu"`` is not taken
    for relu. What begins with ``"plain"`` or ``"skip"`` and names no activation looks as such a net does everywhere.
    """
    text = str(name).lower().replace(" ", "_").replace("sigmoid", "sig").replace("sig", "sigmoid")
    if found := [key for key in ACTIVATIONS if key in text]:
        return ACTIVATIONS[max(found, key=len)]
    connection = next((look for key, look in CONNECTIONS.items() if text.startswith(key)), None)
    return connection or OTHERS[position % len(OTHERS)]


def looks(names: list) -> list[Look]:
    """One look a name, no two alike: the second group of an activation takes the next free look."""
    chosen: list[Look] = []
    spare = [*OTHERS, *ACTIVATIONS.values()]
    for name in names:
        wish = look(name)
        free = [other for other in spare if other not in chosen]
        chosen.append(wish if wish not in chosen else (free or spare)[0])
    return chosen


def by_depth(count: int) -> list[tuple[float, float, float]]:
    """``count`` RGB colours from input (dark blue) to output (orange), even in lightness, none pale.

    Not the colours of sizes: where a layer stands and how large its gradient is are two things.
    """
    anchors = np.array([to_rgb(color) for color in DEPTHS])
    at = np.linspace(0, len(anchors) - 1, count) if count > 1 else np.array([2.0])
    return [tuple(np.interp(t, range(len(anchors)), anchors[:, c]) for c in range(3)) for t in at]


def dress(ax, title: str = "", subtitle: str = "", color: str = INK) -> None:
    """Muted grid, no box, the title at the left in ``color`` with a quiet line below it."""
    ax.set_facecolor(PAPER)
    ax.grid(True, color=GRID, linewidth=1)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LIGHT["edge"])
    ax.tick_params(which="both", colors=MUTED, labelsize=TEXT)
    ax.xaxis.label.set_color(MUTED)
    ax.yaxis.label.set_color(MUTED)
    lines = subtitle.count("\n") + 1 if subtitle else 0
    ax.set_title(title, loc="left", color=color, fontsize=TITLE, fontweight="bold", pad=8 + 15 * lines)
    if subtitle:
        ax.annotate(
            subtitle,
            (0, 1),
            (0, 7),
            xycoords="axes fraction",
            textcoords="offset points",
            color=MUTED,
            fontsize=TEXT,
            linespacing=1.3,
            va="bottom",
        )


def log_limits(values, floor: float = 1e-8) -> tuple[float, float]:
    """Whole decades around the positive finite ``values``, with air; ``(floor, 1)`` where there are none."""
    values = np.asarray(values, float).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return floor, 1.0
    low, high = np.floor(np.log10(values.min()) - 0.15), np.ceil(np.log10(values.max()) + 0.15)
    return 10.0 ** max(low, -300), 10.0 ** min(max(high, low + 2), 300)


def log_axis(ax, values, vanished: float | None = VANISHED, show_from: float = 1e-4) -> None:
    """A logarithmic y axis for ``values`` of shape (...), the region below ``vanished`` shaded and named.

    The region is brought into view when the smallest value comes below ``show_from``. Exact zeros have no
    place on it: `mark_zeros` draws them on the floor.
    """
    low, high = log_limits(values)
    if vanished and low <= show_from:
        low = min(low, vanished / 100)
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    decades = np.arange(np.log10(low).round(), np.log10(high).round() + 1)
    ticks = 10.0 ** decades[:: max(1, int(np.ceil(len(decades) / 7)))]
    ax.set_yticks(ticks)
    ax.minorticks_off()
    if vanished and low < vanished:
        shade_vanished(ax, min(vanished, high))


def shade_vanished(ax, level: float = VANISHED) -> None:
    """Shade from the axis' floor to ``level`` (a rms gradient) and say what it means."""
    low = ax.get_ylim()[0]
    ax.axhspan(low, level, color=SHADE, zorder=0, linewidth=0)
    ax.axhline(level, color=WARN, alpha=0.5, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    ax.annotate(
        "vanished",
        (0, level),
        (6, -4),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="top",
        style="italic",
        fontsize=TEXT,
        color=WARN,
        zorder=5,
    )


def mark_zeros(ax, x, y, color) -> None:
    """Draw the exact zeros of ``y`` (shape (n,), at ``x``) as triangles on the axis' floor: no gradient at all."""
    x, y = np.asarray(x), np.asarray(y, float)
    if (y == 0).any():
        ax.plot(
            x[y == 0],
            np.zeros((y == 0).sum()),
            linestyle="none",
            marker="v",
            markersize=7,
            color=color,
            transform=ax.get_xaxis_transform(),
            clip_on=False,
            zorder=6,
        )
