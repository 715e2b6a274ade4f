"""What probing promises: the layers and outputs of any Keras model, and a model left as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgcourse.measure.capture.tensor_statistics import root_mean_square
from vgcourse.measure.layers import layer_names, output_gradients, tap_outputs, weighted_layers
from vgcourse.measure.slopes import STEEPEST_SLOPE, activation_name, activation_slope, saturation, unit_saturation

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def sequential(*layers, shape=(3,), **options):
    return keras.Sequential([keras.Input(shape, **options), *layers])


def names(model, *args):
    return [info.name for info in weighted_layers(model, *args)]


def test_layers_come_in_call_order_with_their_variables():
    norm = keras.layers.BatchNormalization(name="norm")
    model = sequential(keras.layers.Dense(2, "tanh", name="a"), norm, keras.layers.Dense(1, use_bias=False, name="b"))
    a, n, b = weighted_layers(model)
    assert (a.name, a.activation, a.kernel.shape, a.bias.shape) == ("a", "tanh", (3, 2), (2,))
    assert n.kernel is None and set(n.others) == {"gamma", "beta"}
    assert b.bias is None and b.activation == "linear" and b.variables == [b.kernel]


def test_nested_layers_get_paths_and_equal_names_a_number():
    inner = sequential(keras.layers.Dense(3, name="dense"), shape=(3,))
    inner.name = "block"
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1, name="dense")(inner(inputs)))
    assert names(model) == ["block/dense", "dense"]

    class Twins(keras.Model):
        def __init__(self):
            super().__init__()
            self.pair = [keras.layers.Dense(3, name="twin"), keras.layers.Dense(3, name="twin")]

        def call(self, x):
            return self.pair[1](self.pair[0](x))

    twins = Twins()
    twins(X)
    assert names(twins) == ["twin", "twin_1"]


def test_a_batch_reveals_the_call_order_of_a_subclassed_model():
    class Backwards(keras.Model):
        def __init__(self):
            super().__init__()
            self.late, self.soon = keras.layers.Dense(1, name="late"), keras.layers.Dense(2, name="soon")

        def call(self, x):
            return self.late(self.soon(x))

    model = Backwards()
    model(X)
    assert names(model) == ["late", "soon"]
    assert names(model, X) == ["soon", "late"]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([keras.layers.LSTM(2, name="lstm")], {"lstm": {"kernel", "bias", "recurrent_kernel"}}),
        ([keras.layers.GRU(2, name="gru")], {"gru": {"kernel", "bias", "recurrent_kernel"}}),
        (
            [keras.layers.Bidirectional(keras.layers.SimpleRNN(2, name="rnn"), name="both")],
            {
                "both/forward_rnn": {"kernel", "bias", "recurrent_kernel"},
                "both/backward_rnn": {"kernel", "bias", "recurrent_kernel"},
            },
        ),
        (
            [keras.layers.TimeDistributed(keras.layers.Dense(2), name="each")],
            {"each": {"kernel", "bias"}},
        ),
        ([keras.layers.Conv1D(2, 2, name="conv")], {"conv": {"kernel", "bias"}}),
    ],
)
def test_sequence_layers_own_the_weights_of_their_cells_and_are_tapped_once(layers, expected):
    model = sequential(*layers, shape=(5, 3))
    found = {i.name: {v.name for v in i.variables} for i in weighted_layers(model)}
    assert found == expected
    x = np.zeros((2, 5, 3), "float32")
    with tf.GradientTape() as tape, tap_outputs(model) as taps:
        loss = tf.reduce_sum(model(x))
    gradients = output_gradients(tape, loss, taps)
    assert {n: len(g) for n, g in gradients.items()} == dict.fromkeys(expected, 1)
    assert all(g[0] is not None for g in gradients.values())


def test_embeddings_are_others_and_integer_inputs_work():
    model = sequential(keras.layers.Embedding(9, 4, name="words"), shape=(5,), dtype="int32")
    assert set(weighted_layers(model)[0].others) == {"embeddings"}


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_taps_give_every_output_and_its_gradient_wherever_the_model_runs(mode):
    model = sequential(keras.layers.Dense(4, "tanh", name="a"), keras.layers.Dense(2, name="b"))

    def probe():
        with tf.GradientTape() as tape, tap_outputs(model) as taps:
            loss = tf.reduce_sum(model(X) ** 2)
        return taps.outputs["a"][0], output_gradients(tape, loss, taps)["a"][0]

    h, gradient = (probe if mode == "eager" else tf.function(probe, jit_compile=mode == "xla"))()
    a, b = model.layers
    expected = np.tanh(X @ a.kernel.numpy())
    np.testing.assert_allclose(h, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(gradient, 2 * expected @ b.kernel.numpy() @ b.kernel.numpy().T, rtol=1e-3, atol=1e-5)


def test_a_shared_layer_has_one_entry_per_call():
    inputs, shared = keras.Input((3,)), keras.layers.Dense(3, name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    assert names(model) == ["shared"]
    with tap_outputs(model) as taps:
        model(X)
    assert len(taps.outputs["shared"]) == 2


def test_the_model_is_as_before_also_after_an_exception():
    model = sequential(keras.layers.Dense(4, "tanh", name="a"), keras.layers.ReLU(), keras.layers.Dense(1))
    before = [dict(vars(layer)) for layer in model.layers]
    with pytest.raises(RuntimeError), tap_outputs(model):
        raise RuntimeError
    after = [dict(vars(layer)) for layer in model.layers]
    assert all(a.keys() == b.keys() and all(a[k] is b[k] for k in a) for a, b in zip(before, after, strict=True))


def test_the_gradient_at_a_sigmoid_or_softmax_is_the_one_at_its_logits():
    y = np.array([[0.0], [1], [1], [0], [1], [0]], "float32")
    model = sequential(keras.layers.Dense(1, "sigmoid", name="last"))
    with tf.GradientTape() as tape, tap_outputs(model) as taps:
        p = model(X)
        loss = keras.losses.BinaryCrossentropy()(y, p)
    np.testing.assert_allclose(6 * output_gradients(tape, loss, taps)["last"][0], p - y, atol=1e-5)


def test_variables_are_differentiated_in_the_same_pass():
    model = sequential(keras.layers.Dense(2, name="a"))
    with tf.GradientTape() as tape, tap_outputs(model) as taps:
        loss = tf.reduce_sum(model(X))
    outputs, (kernel, bias) = output_gradients(tape, loss, taps, model.trainable_variables)
    np.testing.assert_allclose(outputs["a"][0], np.ones((6, 2)))
    np.testing.assert_allclose(kernel, np.tile(X.sum(0)[:, None], 2), rtol=1e-4)
    np.testing.assert_allclose(bias, [6, 6])


def test_an_activation_belongs_to_the_layer_whose_output_it_takes():
    model = sequential(
        keras.layers.Dense(4, name="a"),
        keras.layers.LeakyReLU(name="leak"),
        keras.layers.Dense(4, "tanh", name="b"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Activation("relu", name="alone"),
        keras.layers.Dense(2, "softmax", name="c"),
    )
    with tap_outputs(model) as taps:
        model(X)
    # Flatten hands on another tensor, and softmax does not act on each element.
    assert taps.activations == {"a": "leaky_relu", "b": "tanh", "alone": "relu"}
    np.testing.assert_allclose(taps.preactivations["a"][0], taps.outputs["a"][0])
    np.testing.assert_allclose(taps.activated["b"][0], np.tanh(taps.preactivations["b"][0]), rtol=1e-5)
    assert layer_names(model) == ["a", "leak", "b", "flatten", "alone", "c"]


SLOPES = {
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "relu": lambda z: (z > 0).astype(float),
    "leaky_relu": lambda z: np.where(z > 0, 1, 0.2),
    "softplus": lambda z: 1 / (1 + np.exp(-z)),
    "linear": np.ones_like,
}


@pytest.mark.parametrize("name", SLOPES)
def test_the_slope_of_an_activation_is_its_derivative(name):
    z = np.linspace(-3, 3, 13).astype("float32").reshape(1, 13)
    np.testing.assert_allclose(activation_slope(name, z), SLOPES[name](z), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        *("sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_sigmoid", "tanh", "hard_tanh", "softsign", "softplus"),
        *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "hard_silu", "mish"),
    ],
)
def test_the_steepest_slope_is_what_saturation_is_measured_against(name):
    z = np.linspace(-20, 20, 100_001, dtype="float32")
    steepest = np.abs(activation_slope(name, z)).max()
    assert STEEPEST_SLOPE.get(activation_name(keras.activations.get(name)), 1.0) == pytest.approx(steepest, rel=1e-3)


def test_saturated_is_a_share_of_activations_and_dead_a_share_of_units():
    # tanh passes |h| = 0.97 at |z| = 2.09.
    z = tf.constant([[0.0, 2.0, 2.2, 9], [0, 2.2, 2.2, -9]])
    np.testing.assert_allclose(unit_saturation("tanh", z)[0], [0, 0.5, 1, 1])
    assert float(saturation("tanh", z)[0]) == pytest.approx(5 / 8)
    saturated, dead = saturation("relu", tf.constant([[-1.0, 1, 0, 2], [-1, -1, -2, 2]]))
    assert (float(saturated), float(dead)) == (5 / 8, 0.5)
    # sigmoid is judged by its own steepest slope of 1/4: at z = 4 it has 0.0177, above 6 % of that.
    assert float(saturation("sigmoid", tf.constant([[0.0, 4, 4.3, -5]]))[0]) == 0.5


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_a_slope_taken_from_the_output_counts_as_the_derivative_does(name):
    z = tf.constant(np.linspace(-120, 120, 481).astype("float32").reshape(1, 481))
    given = unit_saturation(name, z, keras.activations.get(name)(z))
    for ours, theirs in zip(given, unit_saturation(name, z), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_channels_are_the_units_of_an_image():
    z = np.ones((2, 3, 3, 2), "float32")
    z[..., 1] = -1
    assert unit_saturation("relu", tf.constant(z))[1].numpy().tolist() == [0, 1]


def test_the_root_mean_square_does_not_underflow():
    assert float(root_mean_square(tf.fill((4,), 1e-30))) == pytest.approx(1e-30, rel=1e-5)


def test_activations_are_named_as_keras_names_them():
    assert activation_name(None) == activation_name(keras.activations.linear) == "linear"
    assert activation_name(keras.layers.LeakyReLU()) == "leaky_relu"
    assert activation_name(keras.layers.Activation("tanh")) == "tanh"


def test_a_model_without_weights_is_an_error_that_says_what_to_do():
    with pytest.raises(ValueError, match=r"has no weights yet.*keras.Input"):
        weighted_layers(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(TypeError, match="expected a Keras model, got int"):
        weighted_layers(3)
