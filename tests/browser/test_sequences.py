"""After whatever somebody did, an explorer shows what a fresh page shows with its address; `sequences` tries more."""

import pytest
from every_setting import Tried
from pages import EXPLORER, SHELL, open_explorer
from sequences import sequence

pytestmark = pytest.mark.browser

AMID_AN_EPOCH = f"""() => {{
    const {{ runs }} = {EXPLORER};
    runs.forEach((run, i) => {{ for (let epoch = 0; epoch < 2 - (i > 1); epoch += 1) run.trainEpoch(); }});
    runs[0].step();
    {EXPLORER}.pause();
    return runs.map(run => [run.epoch, run.start]);
}}"""


def test_nets_that_train_together_pause_together(watched):
    """Whenever that is: none is an epoch behind, and none has begun another one that is not told."""
    page = watched.page
    open_explorer(page, "thermometers?depth=3&width=8")
    assert page.evaluate(AMID_AN_EPOCH) == [[3, 0]] * 3
    assert "epoch 3" in page.inner_text(".vg-aside") and "epoch 3" in page.evaluate(f"{SHELL}.table()[0]")
    watched.assert_clean()


POINT_AT_ONCE = """([depth, key]) => {
    const slider = document.querySelector('[data-key=depth]'), tubes = document.querySelector('canvas.vg-pointable');
    slider.value = depth;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    tubes.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    return [tubes.getAttribute('aria-valuenow'), document.querySelector('.vg-way').textContent];
}"""


@pytest.mark.parametrize("kind, noun", [("thermometers", "Layer"), ("skip", "Block")])
def test_a_layer_can_be_pointed_at_before_the_moved_slider_is_answered(watched, kind, noun):
    """The new nets may have fewer layers than those that stand there still."""
    page = watched.page
    open_explorer(page, f"{kind}?depth=9&width=4")
    for depth, key, last in ((2, "End", 2), (6, "End", 6), (3, "ArrowRight", 3), (8, "Home", 1)):
        now, said = page.evaluate(POINT_AT_ONCE, [depth, key])
        page.wait_for_function(f"!{EXPLORER}.queue.busy")
        told = page.locator(".vg-way").first.inner_text()
        assert f"{noun} {last} gets" in told and page.inner_text(".vg-problems") == "", (depth, key, now, said, told)
    watched.assert_clean()


def test_an_explorer_that_has_gone_follows_no_theme(watched):
    """Nobody would see it, and it has no colours any more: the log would fill with errors."""
    page = watched.page
    open_explorer(page, "thermometers?depth=3&width=4")
    page.evaluate("""() => {
        document.documentElement.dataset.theme = 'dark';
        setTimeout(() => document.querySelector('nav a[href$=walk]').click(), 10);
    }""")
    page.wait_for_selector(".vg-variance_walk canvas")
    page.wait_for_timeout(200)  # longer than a theme's change is waited for
    watched.assert_clean()


@pytest.mark.parametrize("seed", [5, 9, 21])
def test_what_stands_after_a_sequence_is_what_its_address_shows(open_page, tmp_path, seed):
    """Turned, played, stepped, resized, turned to dark, reloaded, gone back: the third of them with two explorers."""
    assert sequence(lambda: open_page().page, seed, tmp_path, 12, Tried()) == []
