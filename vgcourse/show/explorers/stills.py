"""Pictures that stand in for the explorers where widgets cannot show: on GitHub, in a PDF, in a mail.

One of each explorer as it opens by itself, and one of every setting that a lesson opens it with.
``python -m vgcourse.show.explorers.widgets`` takes them anew, in a Chromium driven by the Python package playwright.
"""

import ast
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "web" / "stills"
_EXPLORER = "document.querySelector('.vg').vgShell.explorer"


def still(state: str, folder: Path = FOLDER) -> tuple[bytes | None, bool]:
    """The PNG file for an explorer's setting, else that of the explorer as it opens, or None; and whether it is
    of exactly this setting.
    """
    exact, general = folder / _name(state), folder / f"{_kind(state)}.png"
    if exact.is_file():
        return exact.read_bytes(), True
    return (general.read_bytes() if general.is_file() else None), False


def states_in(lesson: str, makers: dict[str, Callable]) -> Iterator[str]:
    """The settings with which the text of a lesson opens explorers, those that play a student's recording aside.

    ``makers``: name -> the function that opens this explorer.
    """
    for call in ast.walk(ast.parse(lesson)):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("vg.explore.") and not call.args:
            settings = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
            yield makers[call.func.attr](**settings).state


def draw(program: str, kinds: tuple[str, ...], states: list[str], folder: Path = FOLDER) -> list[Path]:
    """Photograph explorers of these kinds as they open, and at each of these settings; posed, where they pose.

    ``program``: the browser. Returns the paths of the PNG files. Files of other settings are removed.
    """
    from playwright.sync_api import sync_playwright

    from vgcourse.show.explorers.bundle import page

    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": 860, "height": 900})
        tab.set_content(page())
        drawn = {kind: f"{kind}.png" for kind in kinds} | {state: _name(state) for state in states}
        paths = [_photograph(tab, state, folder / name) for state, name in drawn.items()]
        chromium.close()
    for old in set(folder.glob("*.png")) - set(paths):
        old.unlink()
    return paths


def _photograph(tab, state: str, target: Path) -> Path:
    tab.evaluate("state => { location.hash = state; }", state)
    tab.wait_for_selector(f".vg-{_kind(state)} canvas")
    tab.wait_for_timeout(500)
    tab.evaluate(f"(e => (e.pose ?? e.draw).call(e))({_EXPLORER})")
    tab.add_style_tag(content=".vg { padding: 14px } .vg-bar, .vg-foot { display: none !important }")
    tab.wait_for_timeout(300)
    tab.locator(".vg").screenshot(path=target)
    slim(target)
    return target


def slim(picture: Path) -> None:
    """256 colours are enough for a drawing, and make its file a third as large: a lesson carries several of them.

    Half of them are the most frequent, which stay as they are; the others are spread over all hues, so that a rare
    colour, such as that of a vanished gradient, is kept as well.
    """
    from PIL import Image

    drawn = Image.open(picture).convert("RGB")
    frequent = sorted(drawn.getcolors(drawn.width * drawn.height), reverse=True)[:128]
    spread = drawn.quantize(128, method=Image.Quantize.MAXCOVERAGE).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, color in frequent for part in color] + spread[: 3 * 128])
    drawn.quantize(palette=palette, dither=Image.Dither.NONE).save(picture, optimize=True)


def _kind(state: str) -> str:
    return state.partition("?")[0]


def _name(state: str) -> str:
    return f"{_kind(state)}.{sha256(state.encode()).hexdigest()[:8]}.png"
