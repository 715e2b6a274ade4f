"""The net drawn: every number in it is NumPy's, it goes back arrow by arrow, and it can be pointed at."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from every_setting import INITIALIZERS, PACK, unpack
from numpy_explorers import rms
from numpy_network import feed_forward, lstm, recurrent
from pages import EXPLORER, SHELL, drawn_pixels, open_explorer
from sentences import check_number, check_start_words, check_way, read_number

pytestmark = pytest.mark.browser

SETTINGS = 48
GIVEN = f"""() => {{
    {PACK}
    const {{ pass }} = {EXPLORER};
    {EXPLORER}.finish();
    const part = way => way && {{ size: String(way.size), factor: String(way.factor) }};
    return {{
        columns: pass.columns.map(({{ name, units, sizes }}) => [name, units, sizes && pack(sizes)]),
        arrows: pass.arrows.map(arrow => ({{ ...part(arrow), edges: pack(arrow.edges), to: arrow.to,
            direct: part(arrow.direct), branch: part(arrow.branch),
            shares: [...arrow.edges].map(vgcourse.arrowShare) }})),
        words: document.querySelector('.vg-verdict').innerText,
        product: document.querySelector('.vg-product').innerText,
        said: pass.columns.map((column, i) => {{
            {EXPLORER}.pointer.show(i);
            return {EXPLORER}.canvas.getAttribute('aria-valuetext');
        }}),
    }};
}}"""
DATA = f"""setting => {{
    {PACK}
    const {{ form, depth, width }} = setting;
    if (form === 'plain' || form === 'skip') {{
        const sizes = [2, ...Array(depth + (form === 'skip')).fill(width), 1];
        const {{ x, y }} = vgcourse.points;
        return {{ sizes, kernels: vgcourse.kernelsOf({{ ...setting, sizes }}).map(pack), x: pack(x), y: pack(y) }};
    }}
    const {{ inputs, answers }} = vgcourse.sequences(depth);
    const {{ input, recurrent, output }} = vgcourse.timeWeights({{ ...setting, gates: form === 'lstm' ? 4 : 1 }});
    return {{ kernels: [input, recurrent, output].map(pack), x: inputs.map(pack), y: pack(answers) }};
}}"""


def random_settings(count: int, seed: int = 3):
    rng = np.random.default_rng(seed)
    for i in range(count):
        yield {
            "form": ("plain", "skip", "recurrent", "lstm")[i % 4],
            "activation": str(rng.choice(["sigmoid", "tanh", "relu"])),
            "depth": int(rng.integers(2, 13)),
            "initializer": str(rng.choice(INITIALIZERS)),
            "forget_bias": float(rng.choice([-10, 0, 1, 5])),
            "width": int(rng.choice([1, 2, 3, 6, 16])),
            "seed": int(rng.integers(1, 99)),
        }


def expected_pass(page, setting):
    given = page.evaluate(DATA, setting)
    kernels, y = [unpack(text) for text in given["kernels"]], unpack(given["y"])
    width = setting["width"]
    with np.errstate(all="ignore"):
        if "sizes" in given:
            shaped = [k.reshape(shape) for k, shape in zip(kernels, pairwise(given["sizes"]), strict=True)]
            points = unpack(given["x"]).reshape(-1, 2)
            return feed_forward(shaped, setting["activation"], points, y, setting["form"] == "skip")
        steps = np.array([unpack(text) for text in given["x"]])
        gates = 4 if setting["form"] == "lstm" else 1
        weights = kernels[0].reshape(1, -1), kernels[1].reshape(width, gates * width), kernels[2].reshape(width, 1)
        if gates == 4:
            return lstm(*weights, setting["forget_bias"], steps, y)
        return recurrent(*weights, setting["activation"], steps, y)


def as_float(text):
    return float(text.replace("Infinity", "inf"))


def same(shown, expected, what):
    np.testing.assert_allclose(shown, expected, rtol=1e-6, atol=1e-300, equal_nan=True, err_msg=what)


def test_every_size_and_factor_is_that_of_numpy(watched):
    page = watched.page
    kinds = set()
    for setting in random_settings(SETTINGS):
        state = "network?" + "&".join(f"{key}={value}" for key, value in setting.items())
        open_explorer(page, state)
        shown, expected = page.evaluate(GIVEN), expected_pass(page, setting)
        assert len(shown["columns"]) == len(expected["columns"])
        for (_, _, sizes), theirs in zip(shown["columns"], expected["columns"], strict=True):
            assert (sizes is None) == (theirs is None)
            if sizes is not None:
                same(unpack(sizes), theirs, state)
        for ours, theirs in zip(shown["arrows"], expected["arrows"], strict=True):
            compare_arrow(ours, theirs, state)
        profile = [rms(unpack(sizes)) for name, _, sizes in shown["columns"] if name.isdigit()]
        kinds.add(check_start_words(shown["words"], profile))
        check_product(shown["product"], profile, state)
        for at, words in enumerate(said_of_numbered(shown)):
            check_column(words, profile, at, shown["arrows"])
    assert {"smaller", "larger", "similar"} <= kinds
    watched.assert_clean()


def compare_arrow(ours, theirs, state):
    edges = unpack(ours["edges"])
    same(edges, theirs["edges"].ravel(), state)
    for part in (None, "direct", "branch"):
        one, other = (ours, theirs) if part is None else (ours[part], theirs[part])
        assert (one is None) == (other is None), state
        if one:
            same([as_float(one["size"]), as_float(one["factor"])], [other["size"], other["factor"]], state)
    for size, share in zip(edges, ours["shares"], strict=True):
        expected = min(1, max(0, (math.log10(size) + 8) / 12)) if 0 < size < math.inf else float(size != 0)
        assert math.isclose(share, expected, abs_tol=1e-9), (size, share)


def said_of_numbered(shown):
    return [words for (name, _, _), words in zip(shown["columns"], shown["said"], strict=True) if name.isdigit()]


def check_column(words, profile, at, arrows):
    """What is said of a column, the roads around and through among it; the last one comes from the output."""
    if at < len(profile) - 1:
        noun = words.split()[0]
        check_way(words, profile, at, noun)
        direct, branch = (arrows[len(profile) - 1 - at][way] for way in ("direct", "branch"))
        found = re.search(r"\((\S+(?: million| × 10\S+)?) around, (.+) through\)", words)
        assert bool(found) == bool(direct), words
        for text, way in zip(found.groups() if found else (), (direct, branch), strict=False):
            check_number(text, as_float(way["factor"]), words)


def check_product(words, profile, state):
    """The number at the end of the chain is that of the first column over the last."""
    if len(profile) < 2 or not 0 < profile[-1] < math.inf or not np.isfinite(profile[0]):
        return
    said = re.search(r"(?:= |: × )([^=]+)\.$", words)[1]
    assert math.isclose(read_number(said), profile[0] / profile[-1], rel_tol=0.06), (state, words)


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
