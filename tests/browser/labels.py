"""Every text that an explorer shows, on its canvases and around them: where it stands and whether it can be read.

``watch_labels(page)`` before the page is opened; ``faults(page)`` whenever it is still.
``python tests/browser/labels.py 25`` tries so many random settings of each explorer at two widths; the suite tries a
sample.
"""

import random
import shutil
import sys
from pathlib import Path

from pages import KINDS, SHELL, open_explorer

SMALLEST = 10  # px
CONTRAST = 4.5

WATCH = (Path(__file__).parent / "labels.js").read_text("utf-8")

FIELDS = """kind => Object.entries(vgcourse.EXPLORERS[kind].fields).map(([key, field]) => {
    const { low, high, whole, offered, words, options } = field;
    const choices = options ? Object.keys(options) : offered && [...offered.map(String), ...Object.keys(words ?? {})];
    return { key, low, high, whole: Boolean(whole), choices: choices ?? null };
})"""


def watch_labels(page) -> None:
    """From the next page on, remember what is written on canvases."""
    page.add_init_script(WATCH)


def faults(page) -> list[str]:
    """Texts that overlap, are cut, painted over, smaller than 10 px or paler than a contrast of 4.5."""
    return sorted(set(page.evaluate("labelFaults()")))


def random_setting(page, kind: str, dice: random.Random) -> str:
    """A setting of this explorer: each field anywhere in its menu or on its slider, often at an end."""

    def value(field):
        if field["choices"]:
            return dice.choice(field["choices"])
        high = min(field["high"], 120) if kind == "player" else field["high"]
        at = dice.choice([field["low"], high, dice.uniform(field["low"], high), dice.uniform(field["low"], high)])
        return round(at) if field["whole"] else round(at, 2)

    fields = page.evaluate(FIELDS, kind)
    return f"{kind}?" + "&".join(f"{field['key']}={value(field)}" for field in fields)


def disturb(page, dice: random.Random) -> str:
    """What a person may have done before looking: trained a little, pointed somewhere, opened the numbers."""
    act = dice.choice(["nothing", "trained", "trained", "pointed", "numbers"])
    page.evaluate(
        """([act, share]) => {
            const { explorer } = document.querySelector('.vg').vgShell;
            document.querySelectorAll('.vg details').forEach(more => { more.open = act === 'numbers'; });
            explorer.finish?.();
            if (act === 'trained' && explorer.step) for (let i = 0; i < 3; i += 1) explorer.step();
            const canvas = document.querySelector('.vg-pointable');
            if (act !== 'pointed' || !canvas) return;
            const { left, top, width } = canvas.getBoundingClientRect();
            const at = { clientX: left + share * width, clientY: top + 20 };
            canvas.dispatchEvent(new PointerEvent('pointermove', at));
        }""",
        [act, dice.random()],
    )
    page.wait_for_function(f"!{SHELL}.explorer.queue?.busy")
    return act


def try_settings(page, kind: str, count: int, dice: random.Random) -> tuple[list[str], int]:
    """What cannot be read in `count` settings, each with its setting; and how many texts were seen."""
    found, seen = [], 0
    open_explorer(page, kind)
    for _ in range(count):
        state = random_setting(page, kind, dice)
        scheme = dice.choice(["light", "dark"])
        page.emulate_media(color_scheme=scheme)
        if page.evaluate("location.hash") != f"#{state}":
            open_explorer(page, state)
        act = disturb(page, dice)
        page.wait_for_timeout(80)
        page.evaluate(f"{SHELL}.redraw()")
        found += [f"{state}, {scheme}, {act}: {fault}" for fault in faults(page)]
        seen += page.evaluate("labelCount()")
    return found, seen


def main(count: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        total = wrong = 0
        for width, height in ((1280, 800), (390, 844)):
            for kind in KINDS:
                page = chromium.new_page(viewport={"width": width, "height": height})
                watch_labels(page)
                found, seen = try_settings(page, kind, count, random.Random(f"{kind} {width}"))
                total, wrong = total + seen, wrong + len(found)
                print(f"{kind}, {width} px: {seen} texts, {len(found)} faults", *found, sep="\n  ", flush=True)
                page.close()
        print(f"{total} texts on canvases, {wrong} faults")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
