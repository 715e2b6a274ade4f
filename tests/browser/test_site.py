"""The static page, opened from disk in a real browser: it works, and it can be used by everyone."""

import random
import re
from inspect import signature

import pytest
from pages import EXPLORER, FOCUS_FIRST, KINDS, drawn_pixels, open_explorer
from sentences import read_number

from vgcourse.show.explorers import widgets

pytestmark = pytest.mark.browser

PICTURES = "[...document.querySelectorAll('.vg canvas')].map(c => c.toDataURL()).join()"


@pytest.mark.parametrize("kind", KINDS)
def test_an_explorer_opens_and_its_slider_moves_the_picture(watched, kind):
    page = watched.page
    open_explorer(page, kind)
    assert min(drawn_pixels(page)) > 3
    before, words = page.evaluate(PICTURES), page.inner_text(".vg-body")
    page.evaluate(FOCUS_FIRST, ".vg")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => {PICTURES} !== before", arg=before)
    assert page.inner_text(".vg-body") != words
    page.wait_for_function(f"location.hash.startsWith('#{kind}?')")
    watched.assert_clean()


SETTINGS = """Object.fromEntries(Object.values(vgcourse.EXPLORERS).map(({ kind, fields }) =>
    [kind, Object.entries(fields).map(([key, field]) => [key, field.initial])]))"""


def test_python_and_the_browser_know_the_same_settings_with_the_same_defaults(watched):
    page = watched.page
    open_explorer(page, KINDS[0])
    known = page.evaluate(SETTINGS)
    assert sorted(known) == sorted(KINDS)
    for kind, settings in known.items():
        asked = signature(getattr(widgets, kind)).parameters.values()
        assert [(each.name, each.default) for each in asked if each.name != "recording"] == list(map(tuple, settings))


def test_the_address_holds_the_whole_setting(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=5&width=8&learning_rate=0.3&seed=4&data=moons")
    page.click("text=More settings")
    page.select_option("[data-key=seed]", "7")
    page.wait_for_function("location.hash.includes('seed=7')")
    page.wait_for_function(f"!{EXPLORER}.queue.busy")
    address, shown = page.url, page.inner_text(".vg-body")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".vg canvas")
    assert page.inner_text(".vg-body") == shown
    assert "depth=5" in address and "data=moons" in address
    watched.assert_clean()


HURRIED = """async ([key, places]) => {
    const slider = document.querySelector(`[data-key=${key}]`);
    for (const place of places) {
        slider.value = Number(slider.min) + Math.round(place * (slider.max - slider.min));
        slider.dispatchEvent(new Event('input'));
        if (place < 0.5) await new Promise(done => requestAnimationFrame(done));
    }
}"""


@pytest.mark.parametrize("kind", ["thermometers", "skip", "depth_profile", "variance_walk"])
def test_after_hurried_moves_the_page_shows_the_last_setting_whole(watched, kind):
    page, dice = watched.page, random.Random(kind)
    for _ in range(3):
        open_explorer(page, f"{kind}?seed={dice.randint(1, 9)}")
        page.evaluate(HURRIED, ["depth", [dice.random() for _ in range(7)]])
        page.wait_for_function(f"!{EXPLORER}.queue.busy")
        shown = page.inner_text(".vg-body")
        page.wait_for_function("location.hash.includes(`depth=${document.querySelector('[data-key=depth]').value}&`)")
        page.reload()
        page.wait_for_selector(".vg canvas")
        page.wait_for_function(f"!{EXPLORER}.queue.busy")
        assert page.inner_text(".vg-body") == shown, page.url
    watched.assert_clean()


@pytest.mark.parametrize("press", ["Train", "Step"])
def test_a_button_pressed_before_all_nets_have_answered_trains_the_new_ones(watched, press):
    page = watched.page
    open_explorer(page, "skip?depth=2")
    epoch, depths = page.evaluate(
        f"""press => {{
            const slider = document.querySelector('[data-key=depth]');
            slider.value = 50;
            slider.dispatchEvent(new Event('input'));
            [...document.querySelectorAll('.vg-buttons button')].find(b => b.textContent === press).click();
            return [{EXPLORER}.epoch, {EXPLORER}.cards.map(({{ run }}) => run.hidden)];
        }}""",
        press,
    )
    assert depths == [50, 50] and epoch == (press == "Step")
    page.wait_for_function(f"{EXPLORER}.epoch >= 1")
    watched.assert_clean()


def test_train_step_and_reset_do_what_they_say(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=2&width=8")
    start = page.inner_text(".vg-body")
    page.click(".vg-buttons >> text=Step")
    assert page.evaluate(f"{EXPLORER}.epoch") == 1
    page.click(".vg-primary")
    page.wait_for_function(f"{EXPLORER}.epoch >= 3")
    page.click("text=Pause")
    paused = page.evaluate(f"{EXPLORER}.epoch")
    page.wait_for_timeout(150)
    assert page.evaluate(f"{EXPLORER}.epoch") == paused
    page.click("text=Reset")
    assert page.evaluate(f"{EXPLORER}.epoch") == 0
    assert page.inner_text(".vg-body") == start
    watched.assert_clean()


def test_training_is_the_same_however_it_is_cut_into_frames(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=2&width=8")
    page.click(".vg-primary")
    page.wait_for_function(f"{EXPLORER}.epoch >= 4")
    page.click("text=Pause")
    losses = page.evaluate(f"{EXPLORER}.runs.map(run => [...run.losses])")
    page.click("text=Reset")
    for _ in range(4):
        page.click(".vg-buttons >> text=Step")
    again = page.evaluate(f"{EXPLORER}.runs.map(run => [...run.losses])")
    assert [run[:5] for run in losses] == [run[:5] for run in again]


def test_a_worker_trains_and_where_there_is_none_the_page_does(open_page):
    """Both come to the same numbers, and a pause in mid-epoch loses nothing."""
    losses = []
    for script in ("", "delete window.Worker"):
        page = open_page().page
        page.add_init_script(script)
        open_explorer(page, "skip?depth=6&width=8")
        for target in (2, 4):
            page.click(".vg-primary")
            assert page.evaluate(f"Boolean({EXPLORER}.trainer)") == (not script)
            page.wait_for_function(f"{EXPLORER}.epoch >= {target}")
            page.click("text=Pause")
        page.evaluate(f"{EXPLORER}.runs.forEach(run => {{ while (run.epoch < 8) run.trainEpoch(); }})")
        losses.append(page.evaluate(f"{EXPLORER}.runs.map(run => run.losses.slice(0, 9))"))
    assert losses[0] == losses[1]


def test_all_nets_show_the_layer_that_is_pointed_at(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=4")
    page.locator(".vg-picture-tubes canvas").first.focus()
    page.keyboard.press("Home")
    said = page.locator(".vg-way").all_inner_texts()
    assert len(said) == 3
    for words, i in zip(said, range(3), strict=True):
        sizes = page.evaluate(f"i => [...{EXPLORER}.runs[i].now.backprop]", i)
        product = re.search(r"Layer 1 gets (.+): × .+ of layer 2\. From layer 4 back: .+ = (.+)\.$", words)
        assert read_number(product[1]) == pytest.approx(sizes[0], rel=0.06)
        assert read_number(product[2]) == pytest.approx(sizes[0] / sizes[3], rel=0.06)
    watched.assert_clean()


def test_default_setting_tells_the_story(watched):
    """Sigmoid receives too little and does not learn; tanh and relu do."""
    page = watched.page
    open_explorer(page, "thermometers")
    page.evaluate(f"{EXPLORER}.runs.forEach(run => {{ for (let i = 0; i < 110; i += 1) run.trainEpoch(); }})")
    page.evaluate(f"{EXPLORER}.pause()")
    sigmoid, tanh, relu = page.locator(".vg-verdict").all_inner_texts()
    assert "smaller" in sigmoid and "no better than guessing" in sigmoid
    assert "learnt the circles" in tanh and "learnt the circles" in relu


def test_slider_and_thermometers_are_seen_together(open_page):
    """From the slider to the last tube on a laptop; on a phone the three nets stand side by side."""
    page = open_page(viewport={"width": 1280, "height": 720}).page
    open_explorer(page, "thermometers")
    edge = "selector => document.querySelector(selector).getBoundingClientRect().bottom"
    assert page.evaluate(edge, ".vg-picture-tubes canvas") - page.evaluate(edge, "[data-key=depth]") < 520
    phone = open_page(viewport={"width": 390, "height": 844}).page
    open_explorer(phone, "thermometers")
    tops = "[...document.querySelectorAll('.vg-picture-tubes canvas')].map(c => c.getBoundingClientRect().top)"
    assert len(set(phone.evaluate(tops))) == 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


BAD_STATES = {
    "thermometers?depth=100000": "depth=100000 is not a whole number from 1 to 10: showing 10",
    "thermometers?learning_rate=NaN": "learning_rate=NaN is not a finite number: showing 0.3",
    "thermometers?learning_rate=": "is not a finite number",
    "skip?depth=-3&branch_scale=1e999": "branch_scale=1e999 is not a finite number",
    "depth_profile?width=2.5": "width=2.5 is not a whole number from 1 to 64: showing 3",
    "variance_walk?activation=magic": "activation=magic is unknown: showing tanh",
    "nonsense?depth=3": "There is no explorer “nonsense”",
    "thermometers?colour=red": "colour is not a setting here",
    "toString?constructor=1": "There is no explorer “toString”",
    "player?moment=99999": "moment=99999 is not in this recording, which ends at 120: showing 120",
    "thermometers?seed=<img src=x onerror=alert(1)>": "is not a finite number",
    "%E0%A4%A": "There is no explorer",
}


def test_a_bad_setting_is_explained_and_something_is_shown(watched):
    page = watched.page
    for state, sentence in BAD_STATES.items():
        open_explorer(page, state)
        assert sentence in page.inner_text(".vg-problems")
        assert min(drawn_pixels(page)) > 3, state
    watched.assert_clean()


EXTREME_STATES = [
    "thermometers?learning_rate=100&initializer=normal&width=32",
    "thermometers?initializer=uniform&width=32&depth=10&gradient=kernel",
    "variance_walk?gain=4&activation=linear&depth=100",
    "variance_walk?gain=0.1&activation=relu&depth=100&width=1",
    "depth_profile?depth=50&initializer=uniform&width=1",
    "skip?depth=50&initializer=normal&learning_rate=100",
]


def test_an_extreme_setting_is_drawn_not_blank(watched):
    page = watched.page
    for state in EXTREME_STATES:
        open_explorer(page, state)
        if page.locator(".vg-buttons >> text=Step").count():
            for _ in range(2):
                page.click(".vg-buttons >> text=Step")
        assert min(drawn_pixels(page)) > 3, state
        assert page.inner_text(".vg-problems") == ""
        assert not re.search("NaN|undefined", page.inner_text(".vg-body")), state
    watched.assert_clean()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_serious_fault_in_light_and_dark(watched, axe, kind):
    page = watched.page
    open_explorer(page, kind)
    page.evaluate("document.querySelectorAll('.vg details').forEach(more => { more.open = true; })")
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(200)
        found = page.evaluate("axe.run().then(result => result.violations)")
        serious = [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, (scheme, serious)
        assert not {"page-has-heading-one", "heading-order"} & {v["id"] for v in found}, scheme


@pytest.mark.parametrize("kind", KINDS)
def test_keyboard_reaches_every_control_and_shows_where_it_is(watched, kind):
    page = watched.page
    open_explorer(page, kind)
    page.evaluate("document.querySelectorAll('.vg .vg-more').forEach(more => { more.open = true; })")
    controls = "[...document.querySelectorAll('.vg button, .vg input, .vg select, .vg summary')]"
    wanted = page.evaluate(f"{controls}.filter(control => control.checkVisibility()).length")
    reached = 0
    for _ in range(wanted + 12):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const at = document.activeElement;
                const mine = at.matches('.vg button, .vg input, .vg select, .vg summary');
                const width = parseFloat(getComputedStyle(at).outlineWidth);
                return { mine, width, shown: at.matches(':focus-visible') };
            }"""
        )
        if here["mine"]:
            assert here["shown"] and here["width"] >= 2
            reached += 1
    assert reached >= wanted


def test_changes_are_spoken_and_the_numbers_are_there_as_text(watched):
    page = watched.page
    open_explorer(page, "depth_profile?depth=4")
    page.focus("[data-key=depth]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('[aria-live]').textContent.startsWith('5 hidden layers')")
    page.click("text=The numbers")
    page.wait_for_function("document.querySelectorAll('table tbody tr').length === 5")


@pytest.mark.parametrize("width", [1400, 800, 400])
def test_nothing_sticks_out_at_any_width(watched, width):
    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    for kind in KINDS:
        open_explorer(page, kind)
        assert_inside(page, width)


def assert_inside(page, width: int):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """width => [...document.querySelectorAll('.vg *:not(.vg-hidden)')].filter(element => {
            const box = element.getBoundingClientRect();
            return box.width && (box.right > width + 1 || box.left < -1);
        }).map(element => element.outerHTML.slice(0, 80))""",
        width,
    )
    assert not outside, outside[:3]


def test_reduced_motion_draws_rarely(open_page):
    page = open_page(reduced_motion="reduce").page
    open_explorer(page, "thermometers?depth=1&width=2")
    page.evaluate(
        f"() => {{ window.draws = 0; const e = {EXPLORER}; const draw = e.draw.bind(e);"
        " e.draw = look => { window.draws += 1; draw(look); }; }"
    )
    page.click(".vg-primary")
    page.wait_for_timeout(1200)
    draws, epoch = page.evaluate(f"[window.draws, {EXPLORER}.epoch]")
    assert 1 <= draws <= 4
    assert epoch >= 1
