"""Every colour and type size of the course, with what it means: explorers, figures, report, feedback, site.

A colour has one meaning everywhere. Those of the activations are Okabe and Ito's, which stay apart for every common
colour-vision deficiency, darkened (for the dark theme lightened) until words in them have a contrast of 4.5.
Style sheets take them as custom properties (`as_css`), matplotlib by `vgcourse.style`.
"""

# What stands on the page, then what the nets are, then what happens to gradients and answers.
LIGHT = {
    "ink": "#1b2230",  # words
    "muted": "#565f6d",  # quieter words
    "line": "#e3e5e9",  # grids
    "paper": "#ffffff",  # under words and pictures
    "panel": "#f4f6f8",  # under controls
    "border": "#d5d9e0",
    "edge": "#8a93a1",  # around what can be pressed
    "track": "#e9ecf0",  # the empty part of a tube
    "page": "#eef1f4",  # around the explorers' own page
    "card": "#fdfcfb",  # under a figure
    "accent": "#3f4fb5",  # what can be moved or followed
    "sigmoid": "#b84c00",
    "tanh": "#0069a8",
    "relu": "#007a58",
    "leaky_relu": "#a34f83",
    "linear": "#5b5b5b",
    "plain": "#7a6200",  # without skip connections
    "skip": "#6b46b8",  # with them
    "signal": "#333c52",  # what goes forward
    "gradient": "#6f4320",  # what comes back
    "class0": "#00517f",
    "class1": "#8f4a00",
    "field0": "#7cc4ec",  # the net's answer over the plane
    "field1": "#f0b43c",
    "middle": "#fafafa",
    "warn": "#b3163c",  # vanished, exploded, blown up: it will not learn
    "shade": "#faeef0",  # behind it
    "exploded": "#c4203f",  # a gradient above 10²
    "good": "#467a00",  # an answer: right
    "part": "#8f5a00",  # partly right
    "bad": "#b3163c",  # not yet
    "open": "#565f6d",  # not given
    "good-fill": "#6cb33e",
    "part-fill": "#e5ae3c",
    "bad-fill": "#e0627c",
    "open-fill": "#c3c9d2",
    "guess": "#5b6fc0",  # beside what a reader predicts
    "keyword": "#005a8f",  # in code
    "string": "#8a4a00",
    "comment": "#5d6573",
    "number": "#00694c",
    "name": "#7a3f97",
}
DARK = LIGHT | {
    "ink": "#eceff4",
    "muted": "#abb4c2",
    "line": "#343b47",
    "paper": "#171b22",
    "panel": "#20262f",
    "border": "#3d4552",
    "track": "#2b323d",
    "page": "#0f1217",
    "card": "#171b22",
    "accent": "#b9c4ff",
    "sigmoid": "#ff9450",
    "tanh": "#6cbcf0",
    "relu": "#3fcf9f",
    "leaky_relu": "#e39cc4",
    "linear": "#b5b5b5",
    "plain": "#d3b84a",
    "skip": "#b59cf5",
    "signal": "#dfe6f5",
    "gradient": "#cfa27c",
    "class0": "#a9dcff",
    "class1": "#ffd08a",
    "field0": "#14557f",
    "field1": "#8a5710",
    "middle": "#23272e",
    "warn": "#ff7d92",
    "shade": "#33212a",
    "exploded": "#ff5d78",
    "good": "#a5d74e",
    "part": "#ffd08a",
    "bad": "#ff7d92",
    "open": "#abb4c2",
    "part-fill": "#d9a436",
    "open-fill": "#8b95a4",
    "guess": "#9fb0f5",
    "keyword": "#7cc4f5",
    "string": "#f0b878",
    "comment": "#98a2b1",
    "number": "#62d9b1",
    "name": "#d3a4ec",
}
# Small to large, 10⁻⁸ to 1: viridis (Smith and van der Walt 2015), up to where it still stands out from white.
RAMP = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30")
# A layer's place, input to output: plasma (Smith and van der Walt 2015), where it is dark enough on white.
DEPTHS = ("#0d0887", "#46039f", "#7201a8", "#9c179e", "#bd3786", "#d8576b", "#ed7953")
# Groups that have no colour of their own, in this order.
OTHERS = ("#e69f00", "#56b4e9", "#7b5ea7", "#8c6d1f", "#1b2230", "#3b7a8c")
# Classes of points on a figure, one after the other; their shapes differ as well.
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")

# Type, in pixels on pages and in points in figures.
SIZES = {"title": 21, "name": 18, "text": 14, "small": 13, "caption": 12, "label": 11}
FIGURE_SIZES = {"title": 13, "text": 10, "small": 9}


def as_css(colors: dict[str, str], prefix: str = "--", names: tuple[str, ...] | None = None) -> str:
    """Declarations of custom properties, ``--ink: #1b2230; …``; of these names only, where some are given."""
    return " ".join(f"{prefix}{name}: {colors[name]};" for name in names or colors)
