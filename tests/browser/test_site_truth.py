"""What the explorers compute and say is true: against Keras, against theory, against their own numbers."""

import re
from itertools import pairwise

import numpy as np
import pytest
from every_setting import Tried, try_setting
from numpy_explorers import activate, slope
from pages import EXPLORER, PAGE, open_explorer
from random_settings import random_states
from sentences import read_number

pytestmark = pytest.mark.browser


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


def test_sentences_and_marks_are_true_in_a_sample_of_all_settings(watched):
    """`every_setting` tries more of them; here are thirty-three, some of them nets that blow up, one untrained."""
    tried = Tried()
    for state, epochs in [*random_states(24, seed=7), *EXPLODED, *SATURATED, ("thermometers?depth=3&width=5", 0)]:
        try_setting(watched.page, state, epochs, tried)
    assert tried.chaotic <= 0.1 * tried.nets
    seen = " ".join(tried.kinds)
    for kind in (
        "smaller",
        "larger",
        "similar",
        "single",
        "untrained",
        "early",
        "blown: weights",
        "dies",
        "explodes",
    ):
        assert kind in seen, tried.kinds
    watched.assert_clean()


# He's weights with skips double the signal in every block: fifty of them leave the range of a float in training.
SATURATED = [  # units so flat that 1 - h has no digit left, and an answer that is right in all of its own
    ("depth_profile?depth=3&width=64&initializer=uniform&gradient=backprop&seed=5", 0),
    (
        "skip?depth=50&activation=tanh&branch_scale=0.5&width=2&initializer=normal&data=circles"
        "&learning_rate=13.530768417873622&seed=710605",
        3,
    ),
]
EXPLODED = [
    ("skip?depth=50&initializer=he_normal", 5),
    ("skip?depth=50&initializer=he_normal&activation=leaky_relu&width=8", 2),
    ("skip?depth=20&initializer=normal&learning_rate=1", 3),
    ("thermometers?depth=10&initializer=normal&learning_rate=3&width=32", 3),
    ("thermometers?depth=10&initializer=uniform&width=32&gradient=kernel", 2),
    ("skip?depth=50&initializer=uniform&width=64", 1),
    ("variance_walk?gain=2&activation=relu&depth=60&width=8", 0),
    ("variance_walk?gain=0.5&activation=tanh&depth=60&width=8", 0),
]


def test_a_net_that_blew_up_looks_like_no_other(watched):
    page = watched.page
    open_explorer(page, "skip?depth=50&initializer=he_normal")
    page.click(".vg-buttons >> text=Step")
    plain, skip = page.locator(".vg-verdict").all_inner_texts()
    assert "It blew up in epoch 1: its weights are no longer numbers." in skip and "blew up" not in plain
    marks = page.evaluate(f"{EXPLORER}.runs.map(run => vgcourse.tubeMarks(run.now.backprop))")
    states = [{mark["state"] for mark in net} for net in marks]
    assert states[1] == {"blown"} and "blown" not in states[0]
    assert "nothing: no numbers are left" in page.inner_text(".vg-card-skip")
    watched.assert_clean()


def test_sentences_of_the_variance_walk_are_true(watched):
    page = watched.page
    endings = set()
    for gain, activation in [
        (0.3, "tanh"),
        (1, "tanh"),
        (1, "relu"),
        (1.41, "relu"),
        (2.5, "relu"),
        (1, "sigmoid"),
        (3, "linear"),
    ]:
        open_explorer(page, f"variance_walk?gain={gain}&activation={activation}&depth=40&width=32")
        walks = page.evaluate(f"[{EXPLORER}.signal, {EXPLORER}.gradient].map(values => values.map(String))")
        for sentence, texts, first in zip(page.locator(".vg-verdict").all_inner_texts(), walks, (0, -1), strict=True):
            values = np.array([float(text.replace("Infinity", "inf")) for text in texts])
            outside = np.flatnonzero(~((values >= 1e-6) & (values <= 1e6)))
            if not outside.size:
                low, high = re.search(r"between (.+) and (.+) in all 40 layers", sentence).groups()
                assert read_number(low) == pytest.approx(values.min(), rel=0.06)
                assert read_number(high) == pytest.approx(values.max(), rel=0.06)
                endings.add("through")
                continue
            at = outside[first]
            ending = "dies" if values[at] < 1 else "explodes"
            assert f"{ending} at layer {at + 1}:" in sentence, (gain, activation)
            endings.add(ending)
    assert endings == {"through", "dies", "explodes"}


def growth(activation: str, gain: float) -> float:
    """What theory multiplies the gradient's square by in a layer, at the variance to which the signal has settled."""
    z = np.linspace(-8, 8, 800)  # without 0, where the slope of relu jumps
    mass = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    square = 1.0
    for _ in range(300):
        square = gain**2 * mass @ activate(activation, np.sqrt(square) * z) ** 2
    return gain**2 * mass @ slope(activation, np.sqrt(square) * z) ** 2


def test_the_gain_that_theory_names_lets_the_gradient_through(watched):
    page = watched.page
    for activation in ("linear", "tanh", "relu", "leaky_relu", "sigmoid"):
        open_explorer(page, f"variance_walk?activation={activation}&depth=3&width=2")
        answer = page.locator(".vg-answer p").text_content()
        if activation == "sigmoid":
            assert "no gain up to 4" in answer
            assert max(growth(activation, gain) for gain in np.arange(0.1, 4.01, 0.3)) < 0.5
            continue
        named = float(re.search(r"gain (?:√2 = )?([\d.]+)", answer)[1])
        assert growth(activation, named) == pytest.approx(1, abs=0.02), answer


def test_factor_of_the_depth_profile_is_that_of_its_median_net(watched):
    page = watched.page
    for state in ("depth=10&width=32", "depth=6&width=5&initializer=torch", "depth=20&initializer=he_normal"):
        open_explorer(page, f"depth_profile?{state}")
        nets = page.evaluate(f"{EXPLORER}.panels.map(panel => panel.nets.map(net => [...net.backprop]))")
        for text, profiles in zip(page.locator(".vg-factor").all_inner_texts(), np.array(nets), strict=True):
            assert len(profiles) == 20
            factors = (profiles[:, 0] / profiles[:, -1]) ** (1 / (profiles.shape[1] - 1))
            measured, theory = (
                read_number(n) for n in re.search(r"× (\S+) per layer \(theory (\S+)\)", text).groups()
            )
            assert measured == pytest.approx(np.median(factors), rel=0.06)
            assert "width=32" not in state or measured == pytest.approx(theory, rel=0.1)
