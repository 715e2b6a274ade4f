"""An explorer whose controls were turned shows what it shows where it opens with that setting.

``python tests/browser/test_turned.py 200`` turns so many controls of each explorer, one after the other; the suite
tries every choice of the menus, and both ends of each slider. Words, numbers and pictures are compared.
"""

import random
import shutil
import sys

import pytest
from labels import FIELDS
from pages import EXPLORER, SHELL, open_explorer

from vgcourse.show.explorers.widgets import KINDS

pytestmark = pytest.mark.browser

TURN = """([key, value]) => {
    const control = document.querySelector(`.vg [data-key=${key}]`);
    control.value = value;
    control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}"""
SHOWN = f"""() => {{
    const {{ values, kind, explorer }} = {SHELL}, body = document.querySelector('.vg-body');
    explorer.draw();
    const drawn = explorer.runs ? [] : [...body.querySelectorAll('canvas')].map(canvas => canvas.toDataURL());
    const labels = [...body.querySelectorAll('[aria-label]')].map(node => node.getAttribute('aria-label'));
    return {{ values: {{ ...values }}, table: {SHELL}.table(), words: body.innerText, labels, drawn }};
}}"""
SMALL = {"thermometers": "width=4&depth=4", "skip": "width=4&depth=5", "variance_walk": "width=5&depth=20"}


def small(kind: str) -> str:
    """A setting that is quickly shown."""
    return f"{kind}?{SMALL.get(kind, 'width=4&depth=6')}"


def offered(field: dict) -> list:
    """All that a menu offers; of a slider, its ends."""
    return field["choices"] or [field["low"], field["high"]]


def turn(page, kind: str, key: str, value) -> dict:
    page.evaluate(TURN, [key, str(value)])
    page.wait_for_function(f"!{EXPLORER}.queue?.busy")
    return page.evaluate(SHOWN)


def opened_with(page, kind: str, values: dict) -> dict:
    state = f"{kind}?" + "&".join(f"{key}={value}" for key, value in values.items())
    if page.evaluate("location.hash") == f"#{state}":
        page.goto("about:blank")
    open_explorer(page, state)
    return page.evaluate(SHOWN)


def differences(turned: dict, opened: dict) -> list[str]:
    return [part for part in turned if turned[part] != opened[part]]


def every_choice(fields: list[dict], values: dict):
    """Each control through all that it offers, and back to these values: with all at their ends it takes minutes."""
    for field in fields:
        for value in [*offered(field), values[field["key"]]]:
            yield field["key"], value


def at_random(fields: list[dict], count: int, dice: random.Random):
    for _ in range(count):
        field = dice.choice(fields)
        yield field["key"], dice.choice(offered(field))


def faults(one, other, kind: str, turns) -> list[str]:
    """`one` page is turned, the `other` opens each setting anew."""
    open_explorer(one, small(kind))
    found = []
    for key, value in turns:
        try:
            turned = turn(one, kind, key, value)
        except Exception as error:  # it never came to an end
            return [*found, f"{kind}, {key} turned to {value}: {str(error)[:200]}"]
        wrong = differences(turned, opened_with(other, kind, turned["values"]))
        found += [f"{kind}, {key} turned to {value} of {turned['values']}: {wrong}"] if wrong else []
    return found


def pages_of(open_one):
    one, other = open_one(), open_one()
    one.set_default_timeout(20_000)
    return one, other


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "player"])
def test_what_is_turned_to_is_what_opens(open_page, kind):
    watched = [open_page(), open_page()]
    one, other = (each.page for each in watched)
    open_explorer(one, small(kind))
    fields, values = one.evaluate(FIELDS, kind), one.evaluate(f"() => ({{ ...{SHELL}.values }})")
    one.goto("about:blank")
    assert not faults(one, other, kind, every_choice(fields, values))
    for each in watched:
        each.assert_clean()


def main(count: int, seed: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        found = []
        for kind in KINDS:
            if kind == "player":
                continue
            one, other = pages_of(chromium.new_page)
            open_explorer(one, kind)
            turns = at_random(one.evaluate(FIELDS, kind), count, random.Random(f"{kind} {seed}"))
            found += faults(one, other, kind, turns)
        print(*found, sep="\n")
        print(f"{count} turns of each explorer: {len(found)} differ from what opens")
        sys.exit(bool(found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
