"""A figure on a dark page, in JupyterLab, Notebook, VS Code, Colab or on the site: turned round, its hues kept.

Lines and words are turned by a filter. Where colours are numbers that would make other numbers of them: of such a
figure a second picture, in which only what stands around the axes is turned, takes the first one's place.
"""

from base64 import b64encode
from collections.abc import Callable
from zlib import crc32

import numpy as np
from matplotlib.figure import Figure

__all__ = ["style_for"]

# Where a page says that it is dark: JupyterLab and Notebook, VS Code, Colab, this course's site.
_DARK = ':is([data-jp-theme-light="false"], .vscode-dark, .vscode-high-contrast, [theme="dark"], [data-theme="dark"])'
_INVERTED = 0.92  # the paper becomes nearly black, no harsher
_TURN = f"filter: invert({_INVERTED}) hue-rotate(180deg)"
# What hue-rotate(180deg) is by the Filter Effects Module's matrix.
_HUE = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])


def style_for(kind: str, figure: Figure, pixels: np.ndarray, png: Callable[[np.ndarray], bytes]) -> tuple[str, str]:
    """A style element, and what to put behind the class ``kind`` of the figure's ``img``: a class of its own.

    ``pixels`` (height, width, 3) is the figure as it was drawn, 0 to 255; ``png`` makes a file of such an array.
    """
    if kind == "vg-lines":
        return _element(f"img.{kind} {{ {_TURN} !important; background: none; }}"), ""
    dark = b64encode(png(_turned_around_axes(figure, pixels))).decode()
    own = f"vg-map-{crc32(dark.encode()):08x}"
    rule = f"img.{own} {{ content: url(data:image/png;base64,{dark}); filter: none !important; }}"
    return _element(rule), f" {own}"


def _element(rule: str) -> str:
    return f"<style>@media screen {{ {_DARK} {rule} }}</style>"


def _turned_around_axes(figure: Figure, pixels: np.ndarray) -> np.ndarray:
    """The pixels, turned as the filter does it, but for those of the axes."""
    whole = turned(pixels / 255)
    height, scale = len(pixels), len(pixels) / figure.bbox.height
    for ax in figure.axes:
        corners = (scale * ax.get_window_extent().get_points()).round().astype(int)
        (left, low), (right, high) = np.clip(corners, 0, pixels.shape[1::-1])
        inside = slice(height - high, height - low), slice(left, right)
        whole[inside] = pixels[inside] / 255
    return (255 * whole).round().astype("uint8")


def turned(colors: np.ndarray) -> np.ndarray:
    """What the filter makes of colours (…, 3), each part from 0 to 1."""
    return np.clip((_INVERTED + (1 - 2 * _INVERTED) * np.asarray(colors)) @ _HUE.T, 0, 1)
