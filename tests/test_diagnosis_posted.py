"""Nets as people post them who ask why nothing is learnt: what is said of them is so in half precision, too.

`python -m tests.test_diagnosis_posted 40` draws 40 steep losses and asks float16 and float32 about each.
"""

import sys

import keras
import numpy as np
import pytest
from keras import layers

from vgcourse.measure.diagnosis import diagnose

ops = keras.ops


def _table(seed=0, n=64):
    X = np.random.default_rng(seed).normal(size=(n, 8)).astype("float32")
    return X, (np.sin(X[:, 0]) + X[:, 1] * X[:, 2]).astype("float32")


def _net(*hidden, out=1, last=None, half=False, seed=1):
    keras.utils.set_random_seed(seed)
    policy = "mixed_float16" if half else "float32"
    stack = [layers.Dense(16, a, name=f"hidden_{k}", dtype=policy) for k, a in enumerate(hidden, 1)]
    return keras.Sequential([keras.Input((8,)), *stack, layers.Dense(out, last, name="output", dtype=policy)])


def _convolutions(activation="relu", **first):
    """Convolution, activation and pooling in layers of their own, as in most tutorials."""
    keras.utils.set_random_seed(1)
    stack = [layers.Conv2D(8, 3, padding="same", name="conv_1", **first), layers.Activation(activation)]
    stack += [layers.MaxPooling2D(), layers.Conv2D(8, 3, name="conv_2"), layers.Activation(activation)]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(3, "softmax", name="output")]
    net = keras.Sequential([keras.Input((8, 8, 1)), *stack])
    net.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    y = np.arange(48) % 3
    return net, (rng.normal(size=(48, 8, 8, 1)) + y[:, None, None, None]).astype("float32"), y


def steep(seed: int, half: bool):
    """(net, X, y, loss) with gradients far beyond float16's 65,504, all of them finite."""
    rng = np.random.default_rng(seed)
    X, y = _table(seed)
    net = _net(*rng.choice(["relu", "tanh", "gelu"], 2), half=half, seed=seed)
    size = 10.0 ** rng.uniform(4, 9)
    if seed % 3 == 0:
        return net, X, y * np.float32(size), "mse"
    if seed % 3 == 1:
        return net, X, y, lambda t, p: size * keras.losses.mean_squared_error(t, ops.cast(p, "float32"))
    for layer in net.layers[:2]:
        layer.kernel.assign(layer.kernel * 30)
    return net, X, y * 100, keras.losses.MeanSquaredError(reduction="sum")


def _told_apart(seed: int) -> str:
    """What half precision says of a steep loss that float32 does not; empty where they agree."""
    half, full = (diagnose(*steep(seed, half)) for half in (True, False))
    if half.cause != full.cause:
        return f"seed {seed}: {half.cause} in float16, {full.cause} in float32: {half.verdict}"
    near = np.allclose(half.layers.reach, full.layers.reach, rtol=0.1, equal_nan=True)
    return "" if near else f"seed {seed}: {half.layers.reach.tolist()} and {full.layers.reach.tolist()}"


@pytest.mark.parametrize("seed", range(3))
def test_a_steep_loss_has_no_infinite_slope_because_float16_ends_there(seed):
    assert not _told_apart(seed)


def test_inputs_that_float16_does_not_hold_are_named():
    X, y = _table()
    X[:, 3] = 1.6e9 + 1e4 * X[:, 3]
    report = diagnose(_net("relu", half=True), X, y, "mse")
    assert (report.cause, report.layer) == ("not finite", "hidden_1"), report
    assert "reach 1.6e+09" in report.verdict and "logarithm" not in report.verdict
    assert diagnose(_net("relu"), X, y, "mse").cause == "inputs too large"


@pytest.mark.parametrize("seed", range(3))
def test_frozen_zeros_are_not_said_to_wait_for_a_step(seed):
    X, y = _table()
    net = _net("relu", "tanh", seed=seed)
    net.layers[-1].kernel.assign(net.layers[-1].kernel * 0)
    if seed:
        net.compile("adam", "mse")
    assert diagnose(net, X, y, None if seed else "mse").healthy, "a head that starts at 0 moves with its first step"
    net.layers[-1].trainable = False
    report = diagnose(net, X, y, None if seed else "mse")
    assert (report.cause, report.layer) == ("weights too small", "output") and "frozen" in report.verdict, report


def test_a_frozen_layer_of_zeros_before_relu_is_not_said_to_have_died():
    X, y = _table()
    net = _net("relu", "relu", "relu")
    middle = net.get_layer("hidden_2")
    middle.kernel.assign(middle.kernel * 0)
    middle.trainable = False
    report = diagnose(net, X, y, "mse")
    assert (report.cause, report.layer) == ("weights too small", "hidden_2"), report
    assert "kernel is 0" in report.verdict


STEPS = {"sign": ops.sign, "round": ops.round, "own": lambda v: ops.cast(v > 0, v.dtype)}


@pytest.mark.parametrize("name", STEPS)
def test_an_activation_without_any_slope_is_to_blame_itself(name):
    X, y = _table()
    report = diagnose(_net("tanh", STEPS[name], "tanh"), X, y, "mse")
    assert (report.cause, report.layer) == ("flat activation", "hidden_2"), report
    assert diagnose(_net("tanh", lambda v: 0.05 * ops.tanh(v), "tanh"), X, y, "mse").cause != "flat activation"
    features = _net(STEPS[name], "relu")
    features.get_layer("hidden_1").trainable = False
    assert diagnose(features, X, y, "mse").healthy, "random features that are not to be trained"


def test_an_activation_that_ends_too_soon_is_to_blame_and_not_what_it_takes_in():
    X, y = _table()
    narrow = layers.ReLU(max_value=0.01)
    report = diagnose(_net(narrow, "relu"), X, y, "mse")
    assert (report.cause, report.layer) == ("saturation", "hidden_1") and "ends too soon" in report.verdict, report
    assert diagnose(_net(layers.ReLU(max_value=6.0), "relu"), X, y, "mse").healthy


def test_units_that_die_in_a_layer_of_their_own_are_named_and_not_what_comes_next():
    net, X, y = _convolutions()
    assert diagnose(net, X, y).healthy
    net.get_layer("conv_1").bias.assign([-50.0] * 8)
    report = diagnose(net, X, y)
    assert (report.cause, report.layer) == ("dying relu", "conv_1"), report


def test_what_fades_from_layer_to_layer_is_not_blamed_on_the_last():
    X, y = _table()
    net = _net(*["sigmoid"] * 12)
    report = diagnose(net, X, y, "mse")
    assert (report.cause, report.layer) == ("flat activation", "hidden_1"), report


@pytest.mark.parametrize("norm", [lambda: layers.GroupNormalization(groups=-1), lambda: layers.LayerNormalization()])
def test_a_normalisation_of_one_number_is_named_before_and_after_training(norm):
    X, y = _table()
    first = layers.Dense(16 if "Group" in type(norm()).__name__ else 1)
    net = keras.Sequential([keras.Input((8,)), first, norm(), layers.Dense(8, "relu"), layers.Dense(1)])
    net.compile("adam", "mse")
    for steps in (0, 5):
        for _ in range(steps):
            net.train_on_batch(X, y)
        report = diagnose(net, X, y)
        assert report.cause == "constant output" and "of one number" in report.verdict, report
    wide = keras.Sequential([keras.Input((8,)), layers.Dense(16), layers.GroupNormalization(4), layers.Dense(1)])
    assert diagnose(wide, X, y, "mse").healthy


def test_vectors_of_size_100_are_too_large_where_no_normalisation_follows():
    X = np.random.default_rng(0).integers(0, 40, (64, 6))
    vectors = keras.initializers.RandomNormal(stddev=100.0, seed=1)

    def net(*between):
        keras.utils.set_random_seed(1)
        stack = [layers.Embedding(40, 16, vectors, name="vectors"), *between, layers.Flatten()]
        return keras.Sequential([keras.Input((6,)), *stack, layers.Dense(16, "relu"), layers.Dense(4, "softmax")])

    report = diagnose(net(), X, X[:, 0] % 4, "sparse_categorical_crossentropy")
    assert (report.cause, report.layer) == ("weights too large", "vectors"), report
    assert diagnose(net(layers.LayerNormalization()), X, X[:, 0] % 4, "sparse_categorical_crossentropy").healthy


def test_an_activity_regularizer_that_outweighs_all_answers():
    X, y = _table()

    def net(factor):
        keras.utils.set_random_seed(1)
        held = layers.Dense(16, "relu", activity_regularizer=keras.regularizers.L1(factor), name="held")
        net = keras.Sequential([keras.Input((8,)), held, layers.Dense(1)])
        net.compile("adam", "mse")
        return net

    report = diagnose(net(10.0), X, y)
    assert (report.cause, report.layer) == ("regularization too strong", "held"), report
    assert diagnose(net(1e-3), X, y).healthy


def test_a_weight_decay_is_recommended_that_is_small_at_this_rate():
    X, y = _table()
    net = _net("relu")
    net.compile(keras.optimizers.SGD(1.0, weight_decay=0.05), "mse")
    report = diagnose(net, X, y)
    assert report.cause == "weight decay too large" and "a weight decay of 0.001 or less" in report.verdict


def test_of_a_usual_clip_and_a_tiny_rate_the_rate_is_to_blame():
    X, y = _table()
    net = _net("relu")
    net.compile(keras.optimizers.SGD(1e-7, global_clipnorm=1.0), keras.losses.MeanSquaredError(reduction="sum"))
    report = diagnose(net, X, y)
    assert report.cause == "learning rate too small" and "(tried on a copy)" in report.verdict, report


def test_answers_too_sure_for_a_cross_entropy_of_probabilities():
    X, _ = _table()
    net = _net("relu", last="sigmoid", half=True)
    net.layers[-1].bias.assign([-200.0])
    report = diagnose(keras.Sequential([keras.Input((8,)), net]), X, np.ones(len(X)), "binary_crossentropy")
    assert report.cause == "saturation" and "from_logits=True" in report.verdict, report
    net = keras.Sequential([keras.Input((8,)), *net.layers[:-1], layers.Dense(1, "sigmoid"), layers.Rescaling(0.0)])
    report = diagnose(net, X, np.ones(len(X)), "binary_crossentropy")
    assert "such as a cross-entropy" not in report.verdict, report


def test_a_sure_and_wrong_sigmoid_in_a_layer_of_its_own_is_to_blame():
    X, _ = _table()
    net = _net("tanh", "tanh")
    net.add(layers.Activation("sigmoid", name="head"))
    net.get_layer("output").bias.assign([12.0])
    report = diagnose(net, X, np.zeros(len(X)), "mse")
    assert (report.cause, report.layer) == ("saturation", "output"), report


if __name__ == "__main__":
    print("\n".join(filter(None, map(_told_apart, range(int(sys.argv[1]))))) or "no difference")
