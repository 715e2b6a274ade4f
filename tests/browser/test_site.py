"""The static page, opened from disk in a real browser: it works, it is right, it can be used by everyone."""

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser

PAGE = (Path(__file__).parents[2] / "site" / "index.html").as_uri()
KINDS = ("thermometers", "depth_profile", "variance_walk", "skip", "player")
MOVED = {"variance_walk": "gain", "player": "moment"}  # which slider to move; "depth" for the rest
PICTURES = "[...document.querySelectorAll('.vg canvas')].map(c => c.toDataURL()).join()"
EXPLORER = "document.querySelector('.vg').vgShell.explorer"
SHELL = "document.querySelector('.vg').vgShell"


def open_explorer(page, state: str):
    if page.url.startswith(PAGE):
        page.evaluate("state => { document.querySelector('.vg').dataset.old = ''; location.hash = state; }", state)
    else:
        page.goto(f"{PAGE}#{state}")
    page.wait_for_selector(".vg:not([data-old]) canvas")
    page.wait_for_function(f"({SHELL}.explorer.queue?.done ?? true)")


def drawn_pixels(page) -> list[int]:
    """For every canvas, how many different colours it shows: a blank one shows one."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.vg canvas')].map(canvas => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(new Uint32Array(data.buffer)).size;
        })"""
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_explorer_opens_and_its_slider_moves_the_picture(watched, kind):
    page = watched.page
    open_explorer(page, kind)
    assert min(drawn_pixels(page)) > 3
    before, words = page.evaluate(PICTURES), page.inner_text(".vg-body")
    page.focus(f"[data-key={MOVED.get(kind, 'depth')}]")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => {PICTURES} !== before", arg=before)
    assert page.inner_text(".vg-body") != words
    page.wait_for_function(f"location.hash.startsWith('#{kind}?')")
    watched.assert_clean()


def test_the_address_holds_the_whole_setting(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=5&width=8&learning_rate=0.3&seed=4&data=moons")
    page.select_option("[data-key=seed]", "7")
    page.wait_for_function("location.hash.includes('seed=7')")
    address, shown = page.url, page.inner_text(".vg-body")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".vg canvas")
    assert page.inner_text(".vg-body") == shown
    assert "depth=5" in address and "data=moons" in address
    watched.assert_clean()


def test_train_step_and_reset_do_what_they_say(watched):
    page = watched.page
    open_explorer(page, "thermometers?depth=2&width=8")
    start = page.inner_text(".vg-body")
    page.click("text=Step")
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
        page.click("text=Step")
    again = page.evaluate(f"{EXPLORER}.runs.map(run => [...run.losses])")
    assert [run[:5] for run in losses] == [run[:5] for run in again]


def test_default_setting_tells_the_story(watched):
    """Sigmoid receives too little and does not learn; tanh and relu do."""
    page = watched.page
    open_explorer(page, "thermometers")
    page.evaluate(f"{EXPLORER}.runs.forEach(run => {{ for (let i = 0; i < 110; i += 1) run.trainEpoch(); }})")
    page.evaluate(f"{EXPLORER}.pause()")
    sigmoid, tanh, relu = page.locator(".vg-verdict").all_inner_texts()
    assert "smaller" in sigmoid and "no better than guessing" in sigmoid
    assert "learnt the circles" in tanh and "learnt the circles" in relu


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("initializer", ["glorot_uniform", "normal"])
def test_gradients_equal_those_of_keras(watched, activation, initializer):
    """In float64, kernels, biases and the back-propagated error, to a relative 1e-6."""
    net, expected = keras_gradients(activation, initializer)
    page = watched.page
    page.goto(PAGE)
    measured = page.evaluate("net => vgcourse.gradientsOf(net)", net)
    np.testing.assert_allclose(measured["loss"], expected["loss"], rtol=1e-12)
    np.testing.assert_allclose(measured["backprop"], expected["backprop"], rtol=1e-9)
    for part in ("kernels", "biases"):
        for ours, theirs in zip(measured[part], expected[part], strict=True):
            worst = np.abs(np.array(ours) - theirs.ravel()).max() / np.abs(theirs).max()
            assert worst <= 1e-6, f"{part}: {worst}"


def keras_gradients(activation: str, initializer: str, depth: int = 4, width: int = 6):
    """A net as plain lists, and its loss and gradients from Keras in float64."""
    tf = pytest.importorskip("tensorflow")
    import keras

    import vgcourse as vg

    drawn = vg.mlp(depth, width, activation, initializer, seed=3).get_weights()
    layers = [keras.layers.Dense(width, activation, dtype="float64") for _ in range(depth)]
    output = keras.layers.Dense(1, dtype="float64")
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(20, 2)), rng.integers(0, 2, 20).astype(float)
    hidden, tensor = [], tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        for layer in [*layers, output]:
            layer.build(tensor.shape)
            place = len(hidden)
            bias = 0.1 * rng.normal(size=drawn[2 * place + 1].shape)
            layer.set_weights([drawn[2 * place].astype(float), bias])
            tensor = layer(tensor)
            hidden.append(tensor)
        each = tf.nn.sigmoid_cross_entropy_with_logits(labels=y[:, None], logits=hidden[-1])
        loss, total = tf.reduce_mean(each), tf.reduce_sum(each)
    weights = [layer.kernel.value for layer in [*layers, output]], [layer.bias.value for layer in [*layers, output]]
    gradients = [[g.numpy() for g in tape.gradient(loss, part)] for part in weights]
    errors = [np.sqrt(np.mean(tape.gradient(total, h).numpy() ** 2)) for h in hidden[:-1]]
    flat = [[w.numpy().ravel().tolist() for w in part] for part in weights]
    net = {
        "sizes": [2, *[width] * depth, 1],
        "activation": activation,
        "kernels": flat[0],
        "biases": flat[1],
        "x": x.ravel().tolist(),
        "y": y.tolist(),
    }
    return net, {"loss": float(loss), "kernels": gradients[0], "biases": gradients[1], "backprop": errors}


def test_gradient_with_skips_is_the_slope_of_the_loss(watched):
    """Residual nets against central differences: every entry of every kernel."""
    page = watched.page
    page.goto(PAGE)
    rng = np.random.default_rng(1)
    sizes = [2, 4, 4, 4, 1]
    kernels = [rng.normal(size=a * b).tolist() for a, b in pairwise(sizes)]
    net = {"sizes": sizes, "activation": "tanh", "kernels": kernels, "biases": [[0.1] * b for b in sizes[1:]]}
    net |= {"x": rng.normal(size=12).tolist(), "y": [0, 1, 0, 1, 1, 0], "skip": True, "scale": 0.5}
    worst = page.evaluate(
        """net => {
            const gradient = vgcourse.gradientsOf(net).kernels;
            const loss = (l, k, step) => {
                const kernels = net.kernels.map(kernel => [...kernel]);
                kernels[l][k] += step;
                return vgcourse.gradientsOf({ ...net, kernels }).loss;
            };
            const h = 1e-5;
            return Math.max(...net.kernels.flatMap((kernel, l) => kernel.map((_, k) =>
                Math.abs((loss(l, k, h) - loss(l, k, -h)) / (2 * h) - gradient[l][k]))));
        }""",
        net,
    )
    assert worst < 1e-9


def test_theory_lines_are_those_of_the_package(watched):
    import vgcourse as vg

    page = watched.page
    page.goto(PAGE)
    names = [("sigmoid", "glorot_uniform"), ("tanh", "torch"), ("relu", "he_normal"), ("sigmoid", "normal")]
    for activation, initializer in names:
        setting = {
            "activation": activation,
            "initializer": initializer,
            "width": 16,
            "depth": 12,
            "inputSquare": 1.25,
        }
        profile = np.array(page.evaluate("s => [...vgcourse.predictBackprop(s)]", setting))
        # theirs is dL/dz, which takes in the slope of its own layer; far from the input the ratios agree
        theirs = vg.theory.backprop_profile(activation, initializer, 16, 12, input_square=1.25 / 2)
        np.testing.assert_allclose(profile[6] / profile[8], theirs[6] / theirs[8], rtol=0.01)


SETTINGS = [
    f"thermometers?depth={depth}&width={width}&initializer={initializer}&learning_rate={rate}&seed={seed}&data={data}"
    for depth, width, initializer, rate, seed, data in [
        (1 + i % 10, (2, 5, 8, 16)[i % 4], init, (0.1, 1, 3)[i % 3], i, ("circles", "moons", "close_circles")[i % 3])
        for i, init in enumerate(
            ("matched", "normal", "he_normal", "torch", "orthogonal", "uniform", "random_normal", "glorot_uniform")
            * 7
        )
    ]
][:50]


def test_verdicts_are_true_in_fifty_settings(watched):
    """Each sentence is read back and held against the numbers it speaks of: 150 nets."""
    page = watched.page
    kinds = set()
    for i, state in enumerate(SETTINGS):
        open_explorer(page, state)
        epochs = (0, 3, 40)[i % 3]
        page.evaluate(
            f"{EXPLORER}.runs.forEach(run => {{ for (let i = 0; i < {epochs}; i += 1) run.trainEpoch(); }})"
        )
        page.evaluate(f"{EXPLORER}.pause()")
        nets = page.evaluate(
            f"""() => {EXPLORER}.runs.map(run => ({{ before: [...run.before.backprop], now: [...run.now.backprop],
                loss: String(run.loss), accuracy: run.accuracy, epoch: run.epoch, ceiling: run.data.ceiling }}))"""
        )
        for sentence, net in zip(page.locator(".vg-verdict").all_inner_texts(), nets, strict=True):
            kinds |= check_gradient_words(sentence, net) | check_learning_words(sentence, net)
    assert {"smaller", "larger", "similar", "single", "untrained", "guessing", "learnt", "part"} <= kinds
    watched.assert_clean()


def check_gradient_words(sentence: str, net: dict) -> set[str]:
    first, last = net["before"][0], net["before"][-1]
    if len(net["before"]) == 1:
        assert "one hidden layer" in sentence
        return {"single"}
    if first == 0:
        assert "no gradient at all" in sentence
        return {"none"}
    ratio = last / first
    if found := re.search(r"([\d.,]+(?: million| × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) × (smaller|larger)", sentence):
        stated = read_number(found[1])
        assert math.isclose(stated, ratio if found[2] == "smaller" else 1 / ratio, rel_tol=0.06), (sentence, ratio)
        assert stated > 2.9
        return {found[2]}
    stated = read_number(re.search(r"similar size \(ratio ([\d.]+)\)", sentence)[1])
    assert math.isclose(stated, max(ratio, 1 / ratio), rel_tol=0.06) and stated < 3.1, (sentence, ratio)
    return {"similar"}


def check_learning_words(sentence: str, net: dict) -> set[str]:
    loss, right = float(net["loss"].replace("Infinity", "inf")), 100 * net["accuracy"]
    if "blew up" in sentence:
        assert not math.isfinite(loss)
        return {"blown"}
    if net["epoch"] == 0:
        assert "Not trained yet" in sentence
        return {"untrained"}
    if "no better than guessing" in sentence:
        assert 0.67 < loss < 0.73 and f"After {net['epoch']} epoch" in sentence
        assert ("no gradient at all comes through" in sentence) == (net["now"][0] == 0)
        return {"guessing"}
    if "worse than guessing" in sentence:
        assert loss > 0.7
        return {"worse"}
    stated = int(re.search(r"(\d+)\s% right", sentence)[1])
    assert stated <= right < stated + 1 + 1e-9
    if "It learnt a part" in sentence:
        assert loss < 0.68 and right < 100 * net["ceiling"]
        return {"part"}
    assert "It learnt the" in sentence and right >= 100 * (net["ceiling"] - 0.05)
    return {"learnt"}


def read_number(text: str) -> float:
    text = text.replace(",", "")
    if text.endswith(" million"):
        return 1e6 * float(text.removesuffix(" million"))
    if "× 10" not in text:
        return float(text)
    mantissa, exponent = text.split(" × 10")
    return float(mantissa) * 10 ** int(exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


BAD_STATES = {
    "thermometers?depth=100000": "depth=100000 is not a whole number from 1 to 10: showing 10",
    "thermometers?learning_rate=NaN": "learning_rate=NaN is not a finite number: showing 0.1",
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
        if page.locator("text=Step").count():
            for _ in range(2):
                page.click("text=Step")
        assert min(drawn_pixels(page)) > 3, state
        assert page.inner_text(".vg-problems") == ""
        assert not re.search("NaN|undefined", page.inner_text(".vg-body")), state
    watched.assert_clean()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_serious_fault_in_light_and_dark(watched, axe, kind):
    page = watched.page
    open_explorer(page, kind)
    page.click("summary")
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(200)
        found = page.evaluate("axe.run().then(result => result.violations)")
        serious = [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, (scheme, serious)


@pytest.mark.parametrize("kind", KINDS)
def test_keyboard_reaches_every_control_and_shows_where_it_is(watched, kind):
    page = watched.page
    open_explorer(page, kind)
    wanted = page.evaluate("document.querySelectorAll('.vg button, .vg input, .vg select, .vg summary').length")
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
    page.click("summary")
    assert page.locator("table tbody tr").count() == 5


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
