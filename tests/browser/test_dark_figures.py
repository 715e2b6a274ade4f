"""Figures follow the theme of the page: dark in JupyterLab's dark theme, white in its light one and on paper."""

import io

import numpy as np
import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "import matplotlib.pyplot as plt, vgcourse as vg",
    "fig, ax = plt.subplots(figsize=(4, 3)); ax.plot([1, 2], [1, 2]); vg.plots.tell(fig, 'Lines.')",
    "fig, ax = plt.subplots(figsize=(4, 3)); dots = ax.scatter([1, 2], [1, 2], c=[0, 1], s=3000)\n"
    "fig.colorbar(dots); vg.plots.tell(fig, 'Dots.')",
]


def grey(page, selector, at):
    """How light the picture is at a place of its own, given in shares of its sides: 0 to 1."""
    from PIL import Image

    shot = np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("L"))
    return shot[int(at[1] * shot.shape[0]), int(at[0] * shot.shape[1])] / 255


def test_figures_follow_labs_theme_and_a_maps_colours_stay(lab, lab_page):
    page, corner, middle = lab_page.page, (0.01, 0.02), (0.45, 0.5)
    lab.write_notebook("dark.ipynb", CELLS)
    lab.open(page, "dark.ipynb")
    lab.run_all(page)
    for selector in ("img.vg-lines", "img.vg-map"):
        page.wait_for_selector(selector)
        page.locator(selector).scroll_into_view_if_needed()
    found = {}
    for theme in ("Light", "Dark"):
        lab.theme(page, f"JupyterLab {theme}")
        page.wait_for_timeout(300)
        found[theme] = [grey(page, f"img.{kind}", at) for kind in ("vg-lines", "vg-map") for at in (corner, middle)]
    lab.theme(page, "JupyterLab Light")
    assert min(found["Light"][0], found["Light"][2]) > 0.95 and max(found["Dark"][0], found["Dark"][2]) < 0.12
    assert found["Dark"][3] == pytest.approx(found["Light"][3], abs=0.02), (
        "within the axes of a map nothing is turned"
    )
    page.emulate_media(media="print")
    lab.theme(page, "JupyterLab Dark")
    assert page.evaluate("getComputedStyle(document.querySelector('img.vg-lines')).filter") == "none"
    page.emulate_media(media="screen")
    lab.theme(page, "JupyterLab Light")
    lab_page.assert_clean()
