"""The address and the page never part company: random clicks, moves, plays, backs and reloads."""

import random
from urllib.parse import parse_qsl

import pytest
from pages import EXPLORER, KINDS, PAGE, SHELL

pytestmark = pytest.mark.browser

SHOWN = f"""() => {{
    const {{ kind, values }} = {SHELL};
    return [kind, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))];
}}"""
MENU_MARK = "document.querySelector('nav a[aria-current]').hash.slice(1)"


class Visitor:
    """Somebody who clicks about; remembers which explorer the last click asked for."""

    def __init__(self, page, seed: int):
        self.page, self.dice, self.trail = page, random.Random(seed), ["thermometers"]
        page.goto(PAGE)
        page.wait_for_selector(".vg canvas")

    def click_the_menu(self):
        kind = self.dice.choice(KINDS)
        self.page.click(f"nav a[href='#{kind}']")
        self.trail.append(kind)

    def move_the_slider(self):
        self.page.focus(".vg input[type=range]")
        for _ in range(self.dice.randint(1, 6)):
            self.page.keyboard.press(self.dice.choice(("ArrowRight", "ArrowLeft")))

    def drag(self):
        """As a pointer does it: many input events and no change event yet."""
        self.page.evaluate(
            """value => { const slider = document.querySelector('.vg input[type=range]');
            for (let i = 0; i < 8; i += 1) {
                slider.value = Number(slider.min) + (slider.max - slider.min) * ((value + i / 50) % 1);
                slider.dispatchEvent(new Event('input'));
            } }""",
            self.dice.random(),
        )

    def play(self):
        if self.page.locator(".vg .vg-primary").count():
            self.page.click(".vg .vg-primary")

    def go_back(self):
        if len(self.trail) > 1:
            self.trail.pop()
            self.page.go_back()

    def reload(self):
        self.settle()
        before = self.page.evaluate(SHOWN)
        playing = self.page.evaluate(f"Boolean({EXPLORER}.playing)")
        self.page.reload()
        self.page.wait_for_selector(".vg canvas")
        if not playing:
            assert self.page.evaluate(SHOWN) == before

    def settle(self):
        """Longer than two writes may lie apart."""
        self.page.wait_for_timeout(450)

    def compare(self):
        """Menu, explorer and address name one thing, the thing asked for last; and the address holds its setting."""
        kind, values = self.page.evaluate(SHOWN)
        address, _, query = self.page.evaluate("location.hash").removeprefix("#").partition("?")
        assert (kind, self.page.evaluate(MENU_MARK), address or "thermometers") == (self.trail[-1],) * 3
        assert dict(parse_qsl(query)) in ({}, values) or (
            kind == "player" and self.page.evaluate(f"{EXPLORER}.playing")
        )


@pytest.mark.parametrize("seed", range(3))
def test_address_and_page_agree_whatever_is_clicked(watched, seed):
    visitor = Visitor(watched.page, seed)
    if seed == 2:  # a slow computer
        session = watched.page.context.new_cdp_session(watched.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    acts = [visitor.click_the_menu] * 3 + [visitor.move_the_slider, visitor.drag, visitor.play] * 2
    acts += [visitor.go_back, visitor.reload]
    for step in range(24):
        visitor.dice.choice(acts)()
        if step % 3 == 2:
            visitor.settle()
        kind = watched.page.evaluate(SHOWN)[0]
        assert kind == visitor.trail[-1]  # no click is lost, not even for a moment
        if step % 3 == 2:
            visitor.compare()
    watched.assert_clean()


def test_a_click_while_the_recording_plays_is_not_taken_back(watched):
    visitor = Visitor(watched.page, 0)
    for _ in range(3):
        watched.page.click("nav a[href='#player']")
        watched.page.click(".vg .vg-primary")
        watched.page.wait_for_timeout(250)
        watched.page.click("nav a[href='#skip']")
        visitor.trail.append("skip")
        visitor.settle()
        visitor.compare()
    watched.page.reload()
    watched.page.wait_for_selector(".vg-skip canvas")
