"""The pages without a mouse: Tab comes to everything and away again, the focus is seen, keys do what a hand does."""

import pytest
from keyboard import contrast, faults, walk
from pages import EXPLORER, KINDS, open_explorer
from test_story import write_story

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('.vg details').forEach(more => { more.open = true; })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_walks_through_every_explorer(watched, scheme):
    page, found = watched.page, []
    page.emulate_media(color_scheme=scheme)
    for kind in KINDS:
        open_explorer(page, kind)
        page.evaluate(OPEN_ALL)
        found += [f"{kind}: {fault}" for fault in faults(page, walk(page))]
    assert not found
    watched.assert_clean()


def test_tab_walks_through_the_story_before_and_after_the_guesses(watched, tmp_path):
    page = watched.page
    page.goto(write_story(tmp_path / "story.html"))
    page.wait_for_selector("#step-1 canvas", state="attached")
    asked = walk(page)
    assert not faults(page, asked)
    for step in range(1, 8):
        page.locator(f"#step-{step} .vg-ask button").first.focus()
        page.keyboard.press("Space")
        page.wait_for_selector(f"#step-{step}.vg-open canvas")
    told = walk(page)
    assert not faults(page, told) and len(told) > len(asked)
    watched.assert_clean()


STATE = """at => at.localName === 'canvas' ? at.getAttribute('aria-valuenow') : at.localName === 'summary'
    ? at.parentElement.open : at.value"""
KEY = {"select": "ArrowDown", "summary": "Enter", "input": "ArrowLeft", "canvas": "Home"}
BACK = {"ArrowDown": "ArrowUp", "ArrowLeft": "ArrowRight", "Home": "End"}  # where the first one was at its end


@pytest.mark.parametrize("kind", KINDS)
def test_keys_move_what_a_hand_moves(watched, kind):
    """Every slider, menu, fold and picture that can be pointed at; and the page's address goes along."""
    page = watched.page
    open_explorer(page, kind)
    page.evaluate("document.querySelectorAll('.vg .vg-more').forEach(more => { more.open = true; })")
    for control in page.locator(".vg :is(select, input, canvas[tabindex], .vg-foot summary)").element_handles():
        if not control.is_visible():
            continue
        control.focus()
        key = KEY[control.evaluate("at => at.localName")]
        before = control.evaluate(STATE)
        for pressed in (key, BACK.get(key, key)):
            page.keyboard.press(pressed)
            if control.evaluate(STATE) != before:
                break
        after = control.evaluate(STATE)
        assert after != before, control.evaluate("at => at.outerHTML.slice(0, 100)")
        if setting := control.get_attribute("data-key"):
            page.wait_for_function(
                "text => location.hash.includes(text)", arg=f"{setting}={after}".replace("/", "%2F")
            )
        page.wait_for_function(f"!{EXPLORER}.queue?.busy")
    watched.assert_clean()


def test_contrast_is_that_of_the_standard():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
