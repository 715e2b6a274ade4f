"""Somebody clicks about on a page of the site: several explorers and the story on it, two themes, all window sizes.

``python tests/browser/test_random_clicks.py 40`` lets so many people click; the suite lets one.
"""

import random
import re
import shutil
import sys
from pathlib import Path

import pytest
from pages import KINDS

from vgcourse.show.explorers import bundle

pytestmark = pytest.mark.browser

PAGES = Path(__file__).parents[2] / "site"
CONTROLS = (
    "button, summary, select, input[type=range], canvas.vg-pointable"  # all that can be used on explorers and story
)
WRONG = """() => {
    const said = [...document.querySelectorAll('.vg, .vg-step')].map(place => place.innerText).join(' ');
    const bad = (said.match(/.{0,30}(NaN|undefined|\\[object).{0,30}/g) ?? []).map(text => `it says: ${text}`);
    for (const root of document.querySelectorAll('.vg')) {
        const { values, controls, problems, explorer } = root.vgShell;
        if (problems.innerText) bad.push(problems.innerText);
        for (const [key, { element }] of Object.entries(controls)) {
            const shown = element.querySelector('input, select').value;
            if (Number(shown) !== Number(values[key]) && shown !== String(values[key])) bad.push(`${key}: ${shown}`);
        }
        for (const { run } of explorer.queue?.busy ? [] : explorer.cards ?? [])
            if (run.net.sizes[1] !== values.width) bad.push('the net is not that of the controls');
    }
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) bad.push(`${scrollWidth} px wide in a window of ${innerWidth}`);
    const open = document.querySelectorAll('.vg-step.vg-open').length;
    const tally = document.querySelector('.vg-tally')?.innerText ?? '';
    if (open && !tally.includes(`guessed ${open} of`)) bad.push(`${open} steps are open, and it says ${tally}`);
    return bad;
}"""


def page_of_many(folder: Path) -> str:
    """Two explorers of one kind, one of each other, and the story; its address."""
    raw = re.search(r"```\{raw\} html\n(.*?)```", (PAGES / "pages" / "story.md").read_text("utf-8"), re.DOTALL)[1]
    states = ("thermometers?depth=3", *KINDS)
    places = "".join(f'<div class="vg-mount" data-state="{state}"></div>' for state in states)
    script = bundle.joined("lesson_page.js").replace("</script", "<\\/script")
    style = bundle.style_sheet() + (PAGES / "static" / "site.css").read_text("utf-8")
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>All</title><style>{style}</style><h1>All</h1>"
    target = folder / "many.html"
    target.write_text(f"{head}{places}{raw}<script>(() => {{{script}}})()</script>", "utf-8")
    return target.as_uri()


class Somebody:
    """Uses whatever can be used, with mouse or keys; remembers what was done."""

    def __init__(self, page, seed: int):
        self.page, self.dice, self.done = page, random.Random(seed), []

    def act(self) -> None:
        acts = [self.use] * 12 + [self.change_theme, self.resize, self.scroll, self.reload]
        self.dice.choice(acts)()

    def use(self) -> None:
        known = self.page.locator(CONTROLS)
        control = known.nth(self.dice.randrange(known.count()))
        if not control.is_visible():
            return
        kind = control.evaluate("control => control.tagName")
        self.done.append(f"{kind} {control.inner_text()[:20]}")
        if kind == "SELECT":
            control.select_option(index=self.dice.randrange(control.locator("option").count()))
        elif kind in ("INPUT", "CANVAS"):
            control.focus()
            for _ in range(self.dice.randint(1, 4)):
                self.page.keyboard.press(self.dice.choice(("ArrowRight", "ArrowLeft", "Home", "End")))
        elif self.dice.random() < 0.5:
            control.focus()
            self.page.keyboard.press("Enter")
        else:
            control.click()

    def change_theme(self) -> None:
        theme = self.dice.choice(("light", "dark"))
        self.page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
        self.done.append(theme)

    def resize(self) -> None:
        width = self.dice.choice((390, 800, 1400))
        self.page.set_viewport_size({"width": width, "height": 800})
        self.done.append(f"{width} px")

    def scroll(self) -> None:
        self.page.evaluate("share => scrollTo(0, share * document.documentElement.scrollHeight)", self.dice.random())
        self.done.append("scroll")

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector(".vg canvas")
        self.done.append("reload")


def click_about(page, address: str, seed: int, acts: int) -> list[str]:
    """What was wrong after some act, with the acts before it."""
    page.goto(address)
    page.wait_for_selector(".vg canvas")
    somebody = Somebody(page, seed)
    for _ in range(acts):
        somebody.act()
        page.wait_for_timeout(30)
        if wrong := page.evaluate(WRONG):
            return [f"{wrong} after {somebody.done[-6:]} (seed {seed})"]
    return []


@pytest.mark.parametrize("seed", range(1))
def test_whatever_is_clicked_the_page_is_whole(watched, tmp_path, seed):
    assert not click_about(watched.page, page_of_many(tmp_path), seed, acts=30)
    watched.assert_clean()


def main(people: int) -> None:
    import tempfile

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        address, found = page_of_many(Path(folder)), []

        def note(fault: str) -> None:
            found.append(fault)
            print(fault, flush=True)

        for seed in range(people):
            page = chromium.new_page(viewport={"width": 1400, "height": 800})
            page.on("pageerror", lambda error: note(f"uncaught: {error}"))
            page.on("console", lambda message: message.type == "error" and note(message.text))
            for fault in click_about(page, address, 100 + seed, acts=40):
                note(fault)
            page.close()
        print(f"{people} people, 40 acts each: {len(found)} faults")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
