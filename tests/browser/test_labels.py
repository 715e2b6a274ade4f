"""Whatever is set: what an explorer writes can be read. The general rule, tried on random settings (see `labels`)."""

import random

import pytest
from labels import faults, try_settings, watch_labels
from pages import EXPLORER, KINDS, open_explorer
from player_recordings import every_kind, page_with

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "count"), [(1280, 1), (390, 1)])
def test_no_text_overlaps_is_cut_too_small_or_too_pale(open_page, width, count):
    page = open_page(viewport={"width": width, "height": 844}).page
    watch_labels(page)
    for kind in KINDS:
        found, seen = try_settings(page, kind, count, random.Random(f"suite {kind} {width}"))
        assert seen > 10 and not found, found[:5]


@pytest.mark.parametrize(
    "setting",
    [
        "depth_profile?depth=50&width=3&initializer=orthogonal&gradient=kernel&seed=3",  # nothing reaches 25 layers
        "network?form=skip&activation=tanh&depth=12&initializer=random_normal&width=6&seed=7",  # long factors
    ],
)
def test_what_random_settings_once_found(open_page, setting):
    page = open_page(viewport={"width": 390, "height": 844}).page
    watch_labels(page)
    open_explorer(page, setting)
    page.evaluate(f"{EXPLORER}.finish?.()")
    assert not faults(page)


@pytest.mark.parametrize("width", [390, 900])
def test_no_label_of_a_recording_lies_on_another_whatever_it_holds(open_page, tmp_path, width):
    page = open_page(viewport={"width": width, "height": 844}).page
    watch_labels(page)
    page.goto(page_with(list(every_kind(24, seed=9)), tmp_path))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # mounts all of them
    page.evaluate(
        "() => document.querySelectorAll('.vg').forEach(({ vgShell: { explorer } }) => explorer.go(explorer.last))"
    )
    assert not faults(page)


BROKEN = """() => {
    const g = document.querySelector('.vg canvas').getContext('2d');
    g.font = '12px sans-serif'; g.fillStyle = '#222'; g.textAlign = 'left';
    g.fillText('first', 60, 60); g.fillText('second', 70, 62); g.fillText('cut', -8, 90);
    g.fillStyle = '#eee'; g.fillText('pale', 60, 120);
    g.fillStyle = '#222'; g.font = '8px sans-serif'; g.fillText('small', 100, 140);
    g.fillText('over', 160, 140); g.fillRect(150, 130, 60, 14);
}"""


def test_the_rule_sees_each_kind_of_fault(open_page):
    page = open_page().page
    watch_labels(page)
    open_explorer(page, "network?depth=4")
    page.evaluate(BROKEN)
    seen = " ".join(faults(page))
    for words in (
        "“first” on “second”",
        "“cut” is cut",
        "“pale” is pale",
        "“small” has 8 px",
        "“over” is painted over",
    ):
        assert words in seen, seen
