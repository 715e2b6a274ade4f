"""The static page, opened from disk, for the tests of this folder."""

from pathlib import Path

from vgcourse.show.explorers.widgets import KINDS  # noqa: F401 (for the tests)

PAGE = (Path(__file__).parents[2] / "site" / "index.html").as_uri()
EXPLORER = "document.querySelector('.vg').vgShell.explorer"
SHELL = "document.querySelector('.vg').vgShell"
# Called with where to look: the arrow keys then move an explorer's first slider, or its first menu where it has none.
FOCUS_FIRST = """within => {
    const root = document.querySelector(within);
    (root.querySelector('input[data-key]') ?? root.querySelector('select[data-key]')).focus();
}"""


def open_explorer(page, state: str):
    if page.url.startswith(PAGE):
        page.evaluate("state => { document.querySelector('.vg').dataset.old = ''; location.hash = state; }", state)
    else:
        page.goto(f"{PAGE}#{state}")
    page.wait_for_selector(".vg:not([data-old]) canvas")
    page.wait_for_function(f"!{SHELL}.explorer.queue?.busy")


def drawn_pixels(page) -> list[int]:
    """For every canvas, how many different colours it shows: a blank one shows one."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.vg canvas')].map(canvas => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(new Uint32Array(data.buffer)).size;
        })"""
    )
