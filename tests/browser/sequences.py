"""Somebody uses an explorer for a while; what then stands there is what a fresh page shows, and what NumPy computes.

``python tests/browser/sequences.py 60 --seed 1`` lets so many people act: they turn menus and sliders, play, pause,
step, begin again, point, open the numbers, go back and forward, reload, and meanwhile the window is resized, the
theme changes, motion is reduced, the tab is frozen and comes back, the page is printed. At the end the address is
opened in another window and trained as long: `every_setting` holds that one against NumPy, and words, numbers, labels
and pictures of the two must be the same. Every third person has two explorers on one page and uses both. With
``--phone`` they hold a telephone: they tap, drag sliders and turn it round.
"""

import argparse
import random
import shutil
import tempfile
from pathlib import Path

from every_setting import Tried, try_setting
from pages import PAGE, open_explorer
from random_settings import random_states

from vgcourse.show.explorers import bundle

KINDS = ("thermometers", "skip", "depth_profile", "variance_walk", "network", "player")
PHONE = (390, 844)
WINDOWS = ((1400, 1000), (1000, 700), (800, 1000), (390, 800), (320, 640))
SHELL = "document.querySelectorAll('.vg')[{at}].vgShell"
TURN = """([at, key, value]) => {
    const control = document.querySelectorAll('.vg')[at].querySelector(`[data-key=${key}]`);
    control.value = value;
    control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}"""
CONTROLS = """at => [...document.querySelectorAll('.vg')[at].querySelectorAll('[data-key]')].map(control => ({
    key: control.dataset.key, value: control.value,
    offered: control.tagName === 'SELECT' ? [...control.options].map(option => option.value) : null,
    low: Number(control.min), high: Number(control.max), step: Number(control.step) || 1 }))"""
SHOWN = """at => {
    const root = document.querySelectorAll('.vg')[at], { values, kind, explorer, table } = root.vgShell;
    const body = root.querySelector('.vg-body');
    const labels = [...body.querySelectorAll('[aria-label]')].map(node => node.getAttribute('aria-label'));
    const pointers = [...body.querySelectorAll('[aria-valuetext]')].map(node =>
        ['valuemin', 'valuemax', 'valuenow', 'valuetext'].map(name => node.getAttribute(`aria-${name}`)));
    const controls = [...root.querySelectorAll('[data-key]')].map(control => [control.dataset.key, control.value,
        control.closest('.vg-field')?.innerText]);
    return { values: { ...values }, kind, controls, table: table(), words: body.innerText, labels, pointers,
        aside: root.querySelector('.vg-aside')?.innerText ?? '',
        problems: root.querySelector('.vg-problems').innerText,
        numbers: root.vgShell.details.open ? root.vgShell.numbers.innerText : null,
        drawn: [...body.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()) };
}"""


class Person:
    """Acts on the explorers of one page, and remembers what was done."""

    def __init__(self, page, seed: int, two: bool):
        self.page, self.dice, self.two, self.done = page, random.Random(seed), two, []
        self.window, self.dark, self.calm, self.pointing = WINDOWS[0], False, False, {}
        self.alone = [self.go_back, self.go_forward, self.reload, self.another]

    def begin(self, address: str) -> None:
        self.page.goto(address)
        self.page.evaluate("dispatchEvent(new Event('beforeprint')), dispatchEvent(new Event('afterprint'))")
        self.page.wait_for_selector(".vg canvas")

    def act(self, many: int) -> None:
        everywhere = [self.turn, self.turn, self.turn, self.burst, self.play, self.play, self.press, self.press]
        everywhere += [
            self.point,
            self.numbers,
            self.resize,
            self.theme,
            self.motion,
            self.freeze,
            self.paper,
            self.rest,
        ]
        for _ in range(many):
            self.dice.choice(everywhere + ([] if self.two else self.alone))()

    @property
    def at(self) -> int:
        return self.dice.randrange(2) if self.two else 0

    def note(self, *what) -> None:
        self.done.append(" ".join(map(str, what)))

    def turn(self) -> None:
        at = self.at
        control = self.dice.choice(self.page.evaluate(CONTROLS, at))
        value = self.dice.choice(control["offered"] or [self._between(control)])
        self.note("turn", at, control["key"], value)
        self.page.evaluate(TURN, [at, control["key"], str(value)])

    def burst(self) -> None:
        at = self.at
        sliders = [control for control in self.page.evaluate(CONTROLS, at) if not control["offered"]]
        if sliders:
            control = self.dice.choice(sliders)
            for value in [self._between(control) for _ in range(self.dice.randint(2, 8))]:
                self.note("burst", at, control["key"], value)
                self.page.evaluate(TURN, [at, control["key"], str(value)])

    def _between(self, control) -> float:
        low, high, step = control["low"], control["high"], control["step"]
        if high > 1000:  # a moment far beyond a recording's end
            high = 100
        many = round((min(high, low + 30) - low) / step) if step == 1 else round((high - low) / step)
        return round(low + step * self.dice.randint(0, many), 6)

    def play(self) -> None:
        at = self.at
        if self.page.locator(f".vg >> nth={at} >> .vg-primary").count():
            self.note("play", at)
            self.page.evaluate("at => document.querySelectorAll('.vg')[at].querySelector('.vg-primary').click()", at)
            self.page.wait_for_timeout(self.dice.choice((0, 30, 200)))

    def press(self) -> None:
        at = self.at
        press = """([at, share]) => {
            const buttons = [...document.querySelectorAll('.vg')[at].querySelectorAll('.vg-buttons button')];
            const chosen = buttons[Math.floor(share * buttons.length)];
            chosen?.click();
            return chosen?.textContent;
        }"""
        self.note("press", at, self.page.evaluate(press, [at, self.dice.random()]))

    def point(self) -> None:
        at, key = self.at, self.dice.choice(("ArrowLeft", "ArrowRight", "Home", "End", "PageUp"))
        canvases = self.page.locator(f".vg >> nth={at} >> canvas.vg-pointable")
        if canvases.count():
            self.note("point", at, key)
            canvases.nth(self.dice.randrange(canvases.count())).focus()
            self.page.keyboard.press(key)

    def numbers(self) -> None:
        at = self.at
        self.note("numbers", at)
        self.page.evaluate(
            """at => {
                const { details } = document.querySelectorAll('.vg')[at].vgShell;
                details.open = !details.open;
            }""",
            at,
        )
        self.page.wait_for_timeout(30)

    def resize(self) -> None:
        self.window = self.dice.choice(WINDOWS)
        self.note("resize", self.window)
        self.page.set_viewport_size({"width": self.window[0], "height": self.window[1]})

    def theme(self) -> None:
        self.dark = not self.dark
        self.note("dark" if self.dark else "light")
        self._media()

    def motion(self) -> None:
        self.calm = not self.calm
        self.note("calm" if self.calm else "moving")
        self._media()

    def _media(self) -> None:
        self.page.emulate_media(
            color_scheme="dark" if self.dark else "light", reduced_motion="reduce" if self.calm else "no-preference"
        )
        if self.two:  # the site's theme sets it
            self.page.evaluate(
                "theme => { document.documentElement.dataset.theme = theme; }", "dark" if self.dark else "light"
            )

    def freeze(self) -> None:
        self.note("tab away and back")
        window = self.page.context.new_cdp_session(self.page)
        window.send("Page.setWebLifecycleState", {"state": "frozen"})
        self.page.wait_for_timeout(50)
        window.send("Page.setWebLifecycleState", {"state": "active"})
        window.detach()

    def paper(self) -> None:
        self.note("printed")
        self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.page.evaluate("dispatchEvent(new Event('afterprint'))")

    def rest(self) -> None:
        self.page.wait_for_timeout(self.dice.choice((10, 100, 400)))

    def go_back(self) -> None:
        self.note("back")
        self.page.evaluate("setTimeout(() => history.back())")
        self.page.wait_for_timeout(120)
        self._there()

    def go_forward(self) -> None:
        self.note("forward")
        self.page.evaluate("setTimeout(() => history.forward())")
        self.page.wait_for_timeout(120)
        self._there()

    def reload(self) -> None:
        self.note("reload")
        self.page.reload()
        self._there()

    def another(self) -> None:
        kind = self.dice.choice(KINDS)
        self.note("menu", kind)
        self.page.click(f"nav a[href='#{kind}']")

    def _there(self) -> None:
        """On the page of explorers: whoever went back too far, which may take a while, comes to it again."""
        for _ in range(40):
            if not self.page.url.startswith(PAGE):
                self.page.goto(PAGE)
            if self.page.locator(".vg canvas").count():
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"no explorer at {self.page.url}")


class OnPhone(Person):
    """The same with a finger on a small screen."""

    def __init__(self, page, seed: int, two: bool):
        super().__init__(page, seed, two)
        self.window = PHONE
        self.finger = page.context.new_cdp_session(page)

    def turn(self) -> None:
        at = self.at
        slider = self._one_of(at, "input[type=range][data-key]")
        if slider is None or self.dice.random() < 0.3:
            return super().turn()
        share = [self.dice.random() for _ in range(3)]
        self.note("drag", at, slider.get_attribute("data-key"), *[round(one, 2) for one in share])
        self._drag(slider, share, 0.5)

    def play(self) -> None:
        self._tap(self.at, ".vg-primary")

    def press(self) -> None:
        self._tap(self.at, ".vg-buttons button")

    def point(self) -> None:
        at = self.at
        canvas = self._one_of(at, "canvas.vg-pointable")
        if canvas:
            share = [self.dice.random() for _ in range(self.dice.choice((1, 4)))]
            self.note("touch", at, *[round(one, 2) for one in share])
            self._drag(canvas, share, self.dice.random())

    def numbers(self) -> None:
        self._tap(self.at, "text='The numbers'")

    def resize(self) -> None:
        self.window = self.window[::-1]
        self.note("turned round", self.window)
        self.page.set_viewport_size({"width": self.window[0], "height": self.window[1]})

    def another(self) -> None:
        kind = self.dice.choice(KINDS)
        self.note("menu", kind)
        self.page.tap(f"nav a[href='#{kind}']")

    def _one_of(self, at: int, selector: str):
        found = [one for one in self.page.locator(f".vg >> nth={at} >> {selector}").all() if one.is_visible()]
        return self.dice.choice(found) if found else None

    def _tap(self, at: int, selector: str) -> None:
        chosen = self._one_of(at, selector)
        if chosen and chosen.is_enabled():
            self.note("tap", at, selector, chosen.inner_text())
            chosen.tap(force=True)

    def _drag(self, node, shares: list[float], height: float) -> None:
        """A finger comes down on the first of these places, goes to the others, and is lifted."""
        node.scroll_into_view_if_needed()
        box = node.bounding_box()
        for i, share in enumerate(shares):
            place = {"x": box["x"] + share * box["width"], "y": box["y"] + height * box["height"]}
            kind = "touchMove" if i else "touchStart"
            self.finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        self.finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


SETTLED = """at => {
    const { explorer } = document.querySelectorAll('.vg')[at].vgShell;
    return !explorer.playing && !explorer.queue?.busy;
}"""


def settle(page, at: int) -> None:
    """Whatever plays is stopped, or, in the drawn net, seen to its end; and the hand rests."""
    page.evaluate(
        """at => { const { explorer } = document.querySelectorAll('.vg')[at].vgShell;
        if (explorer.playing) explorer.pause();
        explorer.finish?.(); }""",
        at,
    )
    page.wait_for_function(SETTLED, arg=at)
    page.wait_for_timeout(400)
    page.wait_for_function(SETTLED, arg=at)


def page_of_two(states: list[str], folder: Path) -> str:
    places = "".join(f'<div class="vg-mount" data-state="{state}"></div>' for state in states)
    script = bundle.joined("lesson_page.js").replace("</script", "<\\/script")
    head = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    head += f"<title>Two</title><style>{bundle.style_sheet()}</style>"
    target = folder / "two.html"
    target.write_text(f"{head}<h1>Two</h1>{places}<script>(() => {{{script}}})()</script>", "utf-8")
    return target.as_uri()


TRAIN_AS_LONG = """epoch => {
    const { explorer } = document.querySelector('.vg').vgShell;
    explorer.runs.forEach(run => { while (run.epoch < epoch && !run.blownUp) run.trainEpoch(); });
    explorer.pause();
}"""
POINT_THERE = """pointed => {
    const { explorer } = document.querySelector('.vg').vgShell;
    const look = { quantity: explorer.spec?.quantity(), theme: explorer.shell.theme };
    const { cards } = explorer;
    (cards ?? []).forEach(card => card.point(pointed, look));
    if (!cards && pointed !== null) { explorer.pointed = pointed; explorer.finish(); }
}"""


def state_of(shown: dict) -> str:
    return f"{shown['kind']}?" + "&".join(f"{key}={value}" for key, value in shown["values"].items())


def compare(person: Person, at: int, fresh, tried: Tried) -> list[str]:
    """Differences between the explorer after all that was done and a fresh one with its setting."""
    page = person.page
    settle(page, at)
    explorer = f"{SHELL.format(at=at)}.explorer"
    epoch = page.evaluate(f"{explorer}.epoch ?? null")
    pointed = page.evaluate(f"(e => e.cards ? e.cards[0].pointed : e.pointed ?? null)({explorer})")
    shown = page.evaluate(SHOWN, at)
    state = state_of(shown)
    wrong = []
    address = state if person.two else page.url.partition("#")[2]
    if shown["kind"] != "player":
        fresh.set_viewport_size({"width": 1400, "height": 1000})  # where nothing is left out for want of room
        try:
            try_setting(fresh, state, epoch or 0, tried)
        except AssertionError as error:
            wrong.append(f"NumPy: {error}")
        fresh.goto("about:blank")
    fresh.set_viewport_size(page.viewport_size)
    fresh.emulate_media(
        color_scheme="dark" if person.dark else "light", reduced_motion="reduce" if person.calm else "no-preference"
    )
    open_explorer(fresh, address)
    if epoch:
        fresh.evaluate(TRAIN_AS_LONG, epoch)
    fresh.evaluate(
        "numbers => { if (numbers) document.querySelector('.vg').vgShell.details.open = true; }",
        shown["numbers"] is not None,
    )
    fresh.evaluate(POINT_THERE, pointed) if shown["kind"] in ("thermometers", "skip", "network") else None
    settle(fresh, 0)
    other = fresh.evaluate(SHOWN, 0)
    skipped = ("drawn",) if person.two else ()  # the two pages are not of one width
    for part in shown:
        if part not in skipped and shown[part] != other[part]:
            one, two = str(shown[part]), str(other[part])
            if part == "drawn":
                one = [i for i, (a, b) in enumerate(zip(shown[part], other[part], strict=False)) if a != b]
                two = f"of {len(shown[part])} and {len(other[part])}"
            wrong.append(f"{part}: {str(one)[:700]}\n      fresh: {str(two)[:700]}")
    tried.note(f"sequence: {shown['kind']}")
    return [f"{state} at epoch {epoch}: {text}" for text in wrong]


def sequence(open_page, seed: int, folder: Path, acts: int, tried: Tried, who: type[Person] = Person) -> list[str]:
    """What went wrong where this person acted: nothing, if all is well."""
    two, dice = seed % 3 == 2, random.Random(f"two {seed}")
    kinds = [dice.choice(KINDS[:5]) for _ in range(2)]
    states = [next(random_states(1, seed + i, (kind,)))[0] for i, kind in enumerate(kinds)]
    page, fresh = open_page(), open_page()
    person = who(page, seed, two)
    errors = []
    page.on("pageerror", lambda error: errors.append(f"uncaught: {error}"))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    person.begin(page_of_two(states, folder) if two else f"{PAGE}#{states[0]}")
    person.act(acts)
    wrong = errors[:3]
    for at in range(1 + two):
        wrong += compare(person, at, fresh, tried)
    page.context.close()
    fresh.context.close()
    return [f"seed {seed}: {text}\n      after: {'; '.join(person.done)}" for text in wrong]


def main(count: int, seed: int, acts: int, phone: bool) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        tried, bad = Tried(), 0

        window = {"viewport": dict(zip(("width", "height"), PHONE if phone else WINDOWS[0], strict=True))}
        touch = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2} if phone else {}

        def open_page():
            return browser.new_context(**window, **touch).new_page()

        for one in range(seed * 1000, seed * 1000 + count):
            found = sequence(open_page, one, Path(folder), acts, tried, OnPhone if phone else Person)
            bad += bool(found)
            print(*found, sep="\n", end="\n" if found else "", flush=True)
        said = ", ".join(f"{kind} {number}" for kind, number in sorted(tried.kinds.items()))
        print(f"{count} sequences, {bad} wrong; {tried.nets} nets in NumPy, {tried.chaotic} of them chaotic: {said}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("count", type=int, nargs="?", default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--acts", type=int, default=15)
    options.add_argument("--phone", action="store_true")
    chosen = options.parse_args()
    main(chosen.count, chosen.seed, chosen.acts, chosen.phone)
