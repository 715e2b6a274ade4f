"""The net drawn: every number in it is NumPy's, it goes back arrow by arrow, and it can be pointed at."""

import re

import numpy as np
import pytest
from drawn_net import GIVEN
from every_setting import Tried, try_setting
from numpy_explorers import rms
from packed import unpack
from pages import EXPLORER, SHELL, drawn_pixels, open_explorer
from random_settings import random_states

pytestmark = pytest.mark.browser


def test_every_size_and_factor_is_that_of_numpy(watched):
    tried = Tried()
    for state, epochs in random_states(48, seed=3, kinds=("network",)):
        try_setting(watched.page, state, epochs, tried)
    kinds = {kind.partition(": ")[2] for kind in tried.kinds}
    assert {"smaller", "larger", "similar"} <= kinds and {"skip", "lstm"} <= {k.split(":")[0] for k in tried.kinds}
    watched.assert_clean()


def test_the_drawn_net_is_the_net_of_the_thermometers(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=8&width=16&seed=1")
    trained = page.evaluate(f"{EXPLORER}.runs[0].before.backprop")
    open_explorer(page, "network?depth=8&width=16&seed=1&activation=sigmoid")
    shown = page.evaluate(GIVEN)["columns"]
    sizes = [rms(unpack(values)) for name, _, values in shown if name.isdigit()]
    np.testing.assert_allclose(sizes, list(trained.values()) if isinstance(trained, dict) else trained, rtol=1e-9)


def test_the_pass_is_played_arrow_by_arrow_and_shown_at_once_where_motion_is_reduced(open_page):
    page = open_page().page
    open_explorer(page, "network?depth=4")
    assert "Show one step" in page.inner_text(".vg-verdict")
    page.click("text=One arrow")
    assert page.evaluate(f"{EXPLORER}.shown") == 1
    page.click(".vg-primary")
    page.wait_for_function(f"{EXPLORER}.shown > 0 && {EXPLORER}.shown < 4 && {EXPLORER}.shown % 1 > 0")
    page.wait_for_function("document.querySelector('.vg-verdict').innerText.includes('smaller')")
    calm = open_page(reduced_motion="reduce").page
    open_explorer(calm, "network?depth=4")
    calm.click(".vg-primary")
    assert "smaller" in calm.inner_text(".vg-verdict")


def test_a_column_can_be_pointed_at_with_keys_and_mouse(watched):
    page = watched.page
    open_explorer(page, "network?depth=5")
    canvas = page.locator(".vg canvas")
    canvas.focus()
    page.keyboard.press("Home")
    assert canvas.get_attribute("aria-valuenow") == "0" and "input" in page.inner_text(".vg-product")
    page.keyboard.press("ArrowRight")
    assert "has not come to layer 1 yet" in canvas.get_attribute("aria-valuetext")
    page.evaluate(f"{EXPLORER}.finish()")
    assert re.match(r"Layer 1 gets .+ From layer 5 back to layer 1: .+ = ", page.inner_text(".vg-product"))
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 80)
    assert "answer minus truth" in page.inner_text(".vg-product")
    assert page.evaluate(f"{SHELL}.values.depth") == 5
    watched.assert_clean()


WHILE_IT_GOES = f"""() => new Promise(done => {{
    const explorer = {EXPLORER}, wrong = [], begun = performance.now();
    const look = () => {{
        const behind = explorer.pass.columns.length - 1 - explorer.pointed;
        const come = behind <= Math.floor(explorer.shown);
        const said = document.querySelector('.vg-product').textContent;
        if (come && said.includes('has not come')) wrong.push(`${{explorer.shown}}: ${{said}}`);
        if (explorer.shown < explorer.arrows && performance.now() - begun < 20000) requestAnimationFrame(look);
        else done([explorer.shown === explorer.arrows, wrong]);
    }};
    explorer.play();
    requestAnimationFrame(look);
}})"""


def test_what_is_said_of_a_column_follows_the_pass(watched):
    """Its gradient has come as soon as its arrow is drawn, and not only when all are."""
    page = watched.page
    open_explorer(page, "network?depth=5")
    page.locator(".vg canvas").focus()
    page.keyboard.press("End")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    assert "has not come to layer 4 yet" in page.inner_text(".vg-product")
    assert page.evaluate(WHILE_IT_GOES) == [True, []]


@pytest.mark.parametrize("form", ["plain", "skip", "recurrent", "lstm"])
@pytest.mark.parametrize("width", [1400, 390])
def test_each_form_is_drawn(open_page, form, width):
    watched = open_page(viewport={"width": width, "height": 900})
    open_explorer(watched.page, f"network?form={form}&depth=12")
    watched.page.evaluate(f"{EXPLORER}.finish()")
    assert min(drawn_pixels(watched.page)) > 20
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.page.locator("[data-key=forget_bias]").is_visible() == (form == "lstm")
    watched.assert_clean()


LABELS = """() => {
    const canvas = document.querySelector('.vg-network canvas'), g = canvas.getContext('2d'), found = [];
    g.fillText = function (text, x, y) {
        const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up,
            actualBoundingBoxDescent: down } = this.measureText(text);
        found.push({ text: String(text), left: x - left, right: x + right, top: y - up, bottom: y + down });
    };
    document.querySelector('.vg').vgShell.explorer.finish();
    delete g.fillText;
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
    const outside = ({ left, right, top, bottom }) => left < -0.5 || top < -0.5
        || right > canvas.clientWidth + 0.5 || bottom > canvas.clientHeight + 0.5;
    const touching = (a, i) => found.slice(i + 1).filter(b => meet(a, b)).map(b => `${a.text} on ${b.text}`);
    const pairs = found.flatMap(touching);
    return { drawn: found.length, wrong: [...pairs, ...found.filter(outside).map(({ text }) => `${text} is cut`)] };
}"""


@pytest.mark.parametrize("width", [1400, 860, 390])
def test_no_two_labels_touch_and_none_is_cut(open_page, width):
    page = open_page(viewport={"width": width, "height": 900}).page
    for form in ("plain", "skip", "recurrent", "lstm"):
        for more in ("depth=12&activation=relu&initializer=random_normal&width=8", "depth=7&forget_bias=-10"):
            open_explorer(page, f"network?form={form}&{more}")
            labels = page.evaluate(LABELS)
            assert labels["drawn"] > 14 and not labels["wrong"], (form, more, labels["wrong"])


FACTORS = f"""() => {EXPLORER}.pass.arrows.map(({{ factor, direct, branch }}) =>
    [factor, direct && direct.factor, branch && branch.factor])"""
DRAWN = {  # a setting -> ranges of the factors: both roads together, the one around, the one through; None: not told
    "form=plain&activation=sigmoid&depth=10&initializer=glorot_uniform&width=16": ((0.165, 0.265), None, None),
    "form=skip&activation=relu&depth=12&initializer=random_normal&width=8": (None, (1, 1), (0.07, 0.16)),
    "form=plain&activation=relu&depth=12&initializer=random_normal&width=8": ((0.07, 0.14), None, None),
    "form=lstm&activation=tanh&depth=12&initializer=orthogonal&forget_bias=1&width=16": (
        (0.835, 0.965),
        (0.725, 0.735),
        (0.235, 0.255),
    ),
    "form=lstm&activation=tanh&depth=12&initializer=orthogonal&forget_bias=3&width=16": (
        (1.0001, 1.2),
        (0.945, 0.955),
        None,
    ),
    "form=recurrent&activation=tanh&depth=12&initializer=orthogonal&width=16": ((0.835, 0.925), None, None),
}


@pytest.mark.parametrize("setting", DRAWN)
def test_the_lessons_say_what_the_drawing_shows(watched, setting):
    """Lessons 4, 6 and 7 tell these factors beside the cell that opens the drawing."""
    open_explorer(watched.page, f"network?{setting}&seed=1")
    between = np.array(watched.page.evaluate(FACTORS)[1:], float)  # the first arrow comes from the output
    for ways, told in zip(between.T, DRAWN[setting], strict=True):
        assert told is None or (told[0] - 1e-9 <= ways.min() and ways.max() <= told[1] + 1e-9), ways
