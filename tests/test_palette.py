"""One file of colours: each has one meaning, words in them can be read, and no other colour stands in the package."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from vgcourse import style
from vgcourse.grading.pages.page import BASE
from vgcourse.palette import DARK, DEPTHS, LIGHT, RAMP
from vgcourse.show.explorers.bundle import style_sheet
from vgcourse.style import contrast, to_rgb

PACKAGE = Path(style.__file__).parent
THEMES = {"light": LIGHT, "dark": DARK}
GROUNDS = ("paper", "panel", "card", "page")
NETS = ("sigmoid", "tanh", "relu", "leaky_relu", "linear", "plain", "skip", "signal", "gradient")
WORDS = (*NETS, "ink", "muted", "accent", "class0", "class1", "warn", "good", "part", "bad", "open")
CODE = ("keyword", "string", "comment", "number", "name")


def test_no_other_colour_stands_in_the_package():
    """A hex colour, or a colour function with numbers, anywhere but in the palette; private names (#add) aside."""
    pattern = re.compile(
        r"(?<![\w.&])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?!\s*\()|(?:rgba?|hsla?)\(\s*\d"
    )
    found = [
        f"{path.relative_to(PACKAGE)}: {match[0]}"
        for suffix in ("py", "js", "css", "html")
        for path in sorted(PACKAGE.rglob(f"*.{suffix}"))
        if path.name != "palette.py"
        for match in pattern.finditer(path.read_text("utf-8"))
    ]
    assert not found


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_every_ground(theme):
    colors = THEMES[theme]
    for word in (*WORDS, *CODE):
        for ground in GROUNDS if word not in CODE else ("paper", "panel"):
            measured = contrast(to_rgb(colors[word]), to_rgb(colors[ground]))
            assert measured >= 4.5, (word, ground, round(measured, 2))
    for word in ("ink", "muted", "warn"):
        assert contrast(to_rgb(colors[word]), to_rgb(colors["shade"])) >= 4.5, word


@pytest.mark.parametrize("theme", THEMES)
def test_each_colour_has_one_meaning(theme):
    """Nets, what goes through them, and warnings can be told apart (distance in OKLab; 0.02 is just seen)."""
    colors = THEMES[theme]
    for one, other in combinations((*NETS, "warn"), 2):
        apart = float(np.linalg.norm(oklab(colors[one]) - oklab(colors[other])))
        assert apart > 0.07, (one, other, round(apart, 3))


def test_figures_explorers_and_pages_read_the_same_colours():
    for name, look in style.ACTIVATIONS.items():
        assert look.color == LIGHT[name]
        assert f"--vg-{name}: {LIGHT[name]};" in style_sheet() and f"--vg-{name}: {DARK[name]};" in style_sheet()
    for name in ("ink", "good", "bad", "shade"):
        assert f"--{name}: {LIGHT[name]};" in BASE and f"--{name}: {DARK[name]};" in BASE
    assert LIGHT["warn"] == style.WARN and ", ".join(RAMP) in style_sheet()
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("ramp", [RAMP, DEPTHS])
def test_a_ramp_grows_lighter_from_end_to_end(ramp):
    lightness = [oklab(color)[0] for color in ramp]
    assert lightness == sorted(lightness)


def oklab(color: str) -> np.ndarray:
    """Björn Ottosson's OKLab of ``#rrggbb``."""
    part = np.array(to_rgb(color))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    axes = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(axes) @ np.cbrt(np.array(cones) @ linear)
