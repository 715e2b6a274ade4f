"""vg.train on models of every kind: averages, dropout, shared layers, several outputs, broken runs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import vgcourse as vg
from tests.eager_oracle import binary_loss, moment
from tests.quick_runs import FAST, Subclassed, X, Y, plain, the_run
from vgcourse.measure.training import trainer as training
from vgcourse.measure.training.compiled import is_row_wise


def test_nets_that_differ_only_in_their_activation_do_not_share_a_graph():
    first = vg.train(vg.mlp(2, activation="tanh"), X, Y, **plain())
    second = vg.train(vg.mlp(2, activation="relu"), X, Y, **plain())
    assert not np.array_equal(first.loss, second.loss)
    assert first.activations["hidden_1"] == "tanh" and second.activations["hidden_1"] == "relu"


def test_moving_averages_learn_from_training_alone():
    def net():
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(name="norm")]
        return keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1, "sigmoid")])

    model, oracle = net(), net()
    recording = vg.train(model, X, Y, optimizer="sgd", **plain(batch_size=32))
    assert the_run().plan.filled == 0  # a filled-up batch would change the averages
    optimizer = keras.optimizers.SGD()
    for order in training.batch_order(100, 2):
        for rows in np.split(order, [32, 64, 96]):
            with tf.GradientTape() as tape:
                loss = keras.losses.BinaryCrossentropy()(Y[rows, None], oracle(X[rows], training=True))
            optimizer.apply(tape.gradient(loss, oracle.trainable_variables), oracle.trainable_variables)
    for ours, theirs in zip(model.get_weights(), oracle.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert recording.variables["norm/gamma"].shape == (3, 4)
    assert np.any(recording.variable_gradients["norm/gamma"])
    loss = keras.losses.BinaryCrossentropy()(Y[:, None], model(X, training=False))
    assert recording.loss[-1] == pytest.approx(float(loss), rel=1e-4)


def test_dropout_drops_anew_at_every_step_and_never_in_the_measured_loss():
    net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(50), keras.layers.Dropout(0.5, seed=1)])
    net.add(keras.layers.Dense(1, "sigmoid"))
    rate_zero = plain(every="step", optimizer="sgd", learning_rate=1e-30, batch_size=100, shuffle=False)
    per_step = vg.train(net, X, Y, **rate_zero)
    assert len(set(per_step.loss.tolist())) == 3
    measured = vg.train(net, X, Y, **rate_zero | {"every": "epoch"})
    assert measured.loss.std() < 1e-6


def test_a_subclassed_model_is_trained_itself_with_layers_in_call_order():
    model = Subclassed()
    model(X[:1])
    start = model.get_weights()
    recording = vg.train(model, X, Y, **plain())
    assert recording.layers == ("first", "last")
    assert not np.allclose(start[0], model.get_weights()[0])
    for layer in ("first", "last"):
        np.testing.assert_allclose(recording.kernels[layer][-1], model.get_layer(layer).kernel.numpy(), rtol=1e-6)


def test_a_shared_layer_counts_all_its_calls():
    inputs = keras.Input((2,))
    shared = keras.layers.Dense(2, activation="tanh", name="shared")
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid", name="last")(shared(shared(inputs))))
    recording = vg.train(model, X, Y, **plain())
    assert recording.layers == ("shared", "last")
    assert recording.backprop["shared"].shape == (3,) and recording.backprop["shared"][0] > 0


def test_a_net_that_carries_a_state_from_batch_to_batch_is_refused():
    memory = keras.layers.LSTM(2, stateful=True, name="memory")
    model = keras.Sequential([keras.Input(batch_shape=(4, 1, 2)), memory, keras.layers.Dense(1, "sigmoid")])
    with pytest.raises(ValueError, match=r"^model: 'memory' keeps its state from batch to batch"):
        vg.train(model, X[:8, None], Y[:8], **plain())


def test_several_outputs_take_several_losses():
    inputs = keras.Input((2,))
    h = keras.layers.Dense(4, activation="relu", name="trunk")(inputs)
    outputs = [keras.layers.Dense(1, "sigmoid", name="side")(h), keras.layers.Dense(2, name="place")(h)]
    recording = vg.train(keras.Model(inputs, outputs), X, [Y[:, None], X], loss=["bce", "mse"], **plain())
    assert set(recording.layers) == {"trunk", "side", "place"} and recording.layers[0] == "trunk"
    assert recording.loss[-1] < recording.loss[0] and np.isnan(recording.accuracy).all()
    with pytest.raises(ValueError, match=r"^loss: the model has 2 outputs"):
        vg.train(keras.Model(inputs, outputs), X, [Y, X], **plain())


def test_convolutions_recurrence_and_embeddings_train():
    images, classes = np.random.default_rng(0).normal(size=(20, 6, 6, 1)), np.arange(20) % 3
    layers = [keras.layers.Conv2D(3, 3, activation="relu", name="conv"), keras.layers.Flatten()]
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers, keras.layers.Dense(3, "softmax", name="last")])
    recording = vg.train(model, images, classes, **FAST | {"epochs": 2})
    assert recording.kernels["conv"].shape == (3, 3, 3, 1, 3) and recording.loss[-1] < recording.loss[0]
    words = np.random.default_rng(0).integers(0, 9, size=(20, 4))
    layers = [keras.layers.Embedding(9, 3, name="words"), keras.layers.LSTM(2, name="lstm")]
    model = keras.Sequential([keras.Input((4,), dtype="int32"), *layers, keras.layers.Dense(3, name="last")])
    recording = vg.train(model, words, classes, **FAST)
    assert recording.variables["lstm/recurrent_kernel"].shape == (3, 2, 8)
    assert np.any(recording.variable_gradients["words/embeddings"])


@pytest.mark.parametrize("kind", ["activation", "initializer", "regularizer", "cell"])
def test_a_net_with_a_lambda_is_trained_itself(kind):
    """Keras cannot make one anew of its configuration, and it may be another under the same bytes."""
    keras.utils.set_random_seed(0)
    hidden = {
        "activation": lambda: keras.layers.Dense(4, lambda z: keras.ops.softmax(z)),
        "initializer": lambda: keras.layers.Dense(4, kernel_initializer=lambda shape, dtype: keras.ops.ones(shape)),
        "regularizer": lambda: keras.layers.Dense(4, kernel_regularizer=lambda w: keras.ops.sum(w**2)),
        "cell": lambda: keras.layers.SimpleRNN(4, activation=lambda z: keras.ops.sin(z)),
    }[kind]()
    shape = (3, 2) if kind == "cell" else (6,)
    model = keras.Sequential([keras.Input(shape), hidden, keras.layers.Dense(1, "sigmoid")])
    inputs = np.random.default_rng(0).normal(size=(16, *shape)).astype("float32")
    recording = vg.train(model, inputs, np.arange(16) % 2, epochs=1)
    assert np.isfinite(recording.loss).all()
    assert hidden.name not in recording.saturated, "a softmax has no slope at each of its numbers"


def test_an_op_that_xla_lacks_falls_back_to_the_plain_graph():
    class Unknown(keras.layers.Layer):
        def call(self, x):
            return x + tf.cast(tf.strings.length(tf.strings.as_string(x[:, :1])), "float32") * 0

    model = keras.Sequential([keras.Input((2,)), Unknown(), keras.layers.Dense(1, "sigmoid")])
    recording = vg.train(model, X, Y, **FAST | {"xla": True})
    assert recording.info["xla"] is False
    assert recording.loss[-1] < recording.loss[0]


def test_a_frozen_layer_keeps_its_weights_and_has_no_gradient():
    model = vg.mlp(2)
    model.get_layer("hidden_1").trainable = False
    recording = vg.train(model, X, Y, **plain())
    assert np.ptp(recording.kernels["hidden_1"], axis=0).max() == 0
    assert "hidden_1" not in recording.kernel_gradients and "hidden_2" in recording.kernel_gradients
    assert "hidden_1" in recording.backprop


def test_the_penalty_of_a_regularizer_is_part_of_the_loss():
    def net(penalty):
        layer = keras.layers.Dense(1, "sigmoid", kernel_initializer="ones", kernel_regularizer=penalty)
        return keras.Sequential([keras.Input((2,)), layer])

    bare, heavy = (vg.train(net(p), X, Y, **plain()) for p in (None, keras.regularizers.L2(0.5)))
    assert heavy.loss[0] - bare.loss[0] == pytest.approx(0.5 * 2, rel=1e-4)
    difference = heavy.kernel_gradients[heavy.layers[0]][0] - bare.kernel_gradients[bare.layers[0]][0]
    np.testing.assert_allclose(difference, np.ones((2, 1)), rtol=1e-3)


def test_gradients_are_those_before_clipping_and_the_step_is_clipped():
    model = vg.mlp(1, seed=0)
    before = model.get_weights()[0]
    optimizer = keras.optimizers.SGD(1.0, clipvalue=1e-4)
    recording = vg.train(model, X, Y, optimizer=optimizer, **plain(epochs=1, batch_size=100))
    assert np.abs(recording.kernel_gradients["hidden_1"][0]).max() > 1e-3
    assert np.abs(model.get_weights()[0] - before).max() == pytest.approx(1e-4, rel=1e-3)


def test_float16_gradients_are_recorded_without_their_scale():
    net = {"depth": 1, "activation": "tanh", "seed": 2}
    exact = vg.train(vg.mlp(**net), X, Y, **plain(epochs=1))
    keras.config.set_dtype_policy("mixed_float16")
    try:
        half = vg.train(vg.mlp(**net), X, Y, **plain(epochs=1))
    finally:
        keras.config.set_dtype_policy("float32")
    for name in ("kernel_gradients", "backprop"):
        a, b = getattr(exact, name)["hidden_1"][0], getattr(half, name)["hidden_1"][0]
        np.testing.assert_allclose(b, a, rtol=0.02, atol=1e-3)
    assert half.info["optimizer"] == exact.info["optimizer"]


def test_vanished_gradients_do_not_round_to_zero():
    tiny = keras.initializers.RandomNormal(stddev=1e-5)
    model = vg.mlp(5, activation="sigmoid", initializer=tiny, seed=0)
    recording = vg.train(model, X, Y, **plain(epochs=1))
    # float32 squares underflow below 1e-19.
    assert 1e-32 < recording.backprop["hidden_1"][0] < 1e-19


def test_saturated_and_dead_units_are_counted():
    model = vg.mlp(2, width=4, activation="relu", seed=0)
    first = model.get_layer("hidden_1")
    first.bias.assign([-1e3, 0, 0, 0])
    recording = vg.train(model, X, Y, **plain(epochs=1))
    assert recording.dead["hidden_1"][0] == 0.25 and 0.25 < recording.saturated["hidden_1"][0] < 1
    model = vg.mlp(1, width=4, activation="tanh", seed=0)
    model.get_layer("hidden_1").bias.assign([0, 0, 0, 50])
    assert vg.train(model, X, Y, **plain(epochs=1)).saturated["hidden_1"][0] == 0.25


def test_layers_of_every_width_and_activation_keep_their_own_numbers():
    # Small layers are measured side by side, the wide one (100 x 1,100 outputs) alone.
    shapes = [(3, "tanh"), (5, "relu"), (1_100, "relu"), (2, "tanh"), (1, "sigmoid")]
    layers = [keras.layers.Dense(n, activation=a, name=f"layer_{i}") for i, (n, a) in enumerate(shapes)]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), *layers])
    for layer in layers[:-1]:
        layer.kernel.assign(3 * layer.kernel)
    expected = moment(model, X, Y.reshape(-1, 1), binary_loss)
    outputs = [h.numpy() for h in keras.Model(model.inputs[0], [layer.output for layer in layers])(X)]
    recording = vg.train(model, X, Y, **plain(epochs=1))
    for layer, h in zip(layers[:-1], outputs, strict=False):
        slope = 1 - h**2 if layer.activation is keras.activations.tanh else h > 0
        assert recording.saturated[layer.name][0] == pytest.approx(np.mean(slope < 0.06), abs=1e-3)
        assert recording.dead[layer.name][0] == pytest.approx(np.mean((slope == 0).all(0)), abs=1e-6)
        assert recording.backprop[layer.name][0] == pytest.approx(expected["backprop"][layer.name], rel=1e-4)


def across_the_batch(z):
    return z - keras.ops.mean(z, axis=0, keepdims=True)


@pytest.mark.parametrize(
    ("layer", "apart"),
    [
        (lambda: keras.layers.Dense(4, "tanh"), True),
        (lambda: keras.layers.Activation("softmax"), True),
        (lambda: keras.layers.Dense(4, across_the_batch), False),
        (lambda: keras.layers.Activation(across_the_batch), False),
        (lambda: keras.layers.Softmax(axis=0), False),
    ],
)
def test_an_activation_that_may_look_across_the_batch_is_not_taken_for_row_wise(layer, apart):
    assert is_row_wise(keras.Sequential([keras.Input((2,)), layer(), keras.layers.Dense(1)])) == apart
