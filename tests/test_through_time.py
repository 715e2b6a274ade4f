"""What is promised of recurrent layers: the gradient at every time step, held against a loop over the cell."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import vgcourse as vg
from vgcourse.measure.capture import GradientCapture, gradient_by_step

layers = keras.layers
STEPS, UNITS, BATCH = 12, 6, 8
X = np.random.default_rng(0).normal(size=(BATCH, STEPS, 2)).astype("float32")
Y = np.random.default_rng(1).normal(size=(BATCH, 1)).astype("float32")


@keras.saving.register_keras_serializable("tests")
class OwnCell(layers.Layer):
    """A leaky cell of one's own, with a state that is its output."""

    def __init__(self, **options):
        super().__init__(**options)
        self.state_size = self.output_size = UNITS
        self.inside = layers.Dense(UNITS, activation="tanh")

    def build(self, shape):
        self.inside.build((shape[0], shape[1] + UNITS))
        self.built = True

    def call(self, inputs, states):
        h = 0.5 * states[0] + 0.5 * self.inside(tf.concat([inputs, states[0]], -1))
        return h, [h]


CELLS = {
    "simple": lambda **o: layers.SimpleRNN(UNITS, **o),
    "lstm": lambda **o: layers.LSTM(UNITS, **o),
    "gru": lambda **o: layers.GRU(UNITS, **o),
    "own": lambda **o: layers.RNN(OwnCell(), **o),
    "stacked cells": lambda **o: layers.RNN([layers.LSTMCell(4), layers.GRUCell(UNITS)], **o),
}


def net(*recurrent) -> keras.Sequential:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((STEPS, 2)), *recurrent, layers.Dense(1)])


def only(found):
    """The profile of a model's one recurrent layer."""
    (profile,) = found.profiles.values()
    return profile


def looped(model, x, y):
    """rms by step of dL_i/dh_t, and for an LSTM of dL_i/dc_t, from a Python loop over the cell."""
    cell, head = model.layers[0].cell, model.layers[-1]
    states = keras.tree.map_structure(lambda size: tf.zeros((BATCH, size)), cell.state_size)
    states = states if isinstance(states, list | tuple) else [states]
    outputs, carried = [], []
    with tf.GradientTape() as tape:
        tape.watch(keras.tree.flatten(states))
        for t in range(STEPS):
            h, states = cell(tf.constant(x[:, t]), states)
            outputs.append(h)
            carried.append(keras.tree.flatten(states)[-1])
        loss = tf.reduce_sum(tf.square(head(h) - y))
    found = tape.gradient(loss, [outputs, carried])
    return ([np.sqrt(np.mean(np.asarray(g, float) ** 2)) for g in part] for part in found)


@pytest.mark.parametrize("kind", CELLS)
def test_the_gradient_by_step_is_that_of_a_loop_over_the_cell(kind):
    model = net(CELLS[kind]())
    at_output, at_state = looped(model, X, Y)
    profile = only(gradient_by_step(model, X, Y, loss="mse"))
    np.testing.assert_allclose(profile.arrived, at_output, rtol=1e-4)
    if kind == "lstm":
        np.testing.assert_allclose(profile.arrived_cell, at_state, rtol=1e-4)


@pytest.mark.parametrize("kind", ["lstm", "own", "stacked cells"])
@pytest.mark.parametrize("xla", [False, True])
def test_a_capture_records_what_the_function_measures_and_training_is_the_same_to_the_bit(kind, xla):
    finals, options = [], {"epochs": 2, "batch_size": BATCH, "shuffle": False, "verbose": 0}
    for callbacks in ([], [capture := GradientCapture()]):
        model = net(CELLS[kind]())
        before = gradient_by_step(model, X, Y, loss="mse")
        model.compile("sgd", "mse", jit_compile=xla)
        model.fit(X, Y, callbacks=callbacks, **options)
        finals.append(model.get_weights())
    name = next(iter(before))
    recording = capture.recording
    np.testing.assert_allclose(recording.step_gradients[name][0], before[name].arrived, rtol=1e-3)
    if kind == "lstm":
        np.testing.assert_allclose(recording.cell_gradients[name][0], before[name].arrived_cell, rtol=1e-3)
    rows = recording.frame().query("quantity == 'step_gradient' and epoch == -1")
    assert list(rows.step) == list(range(STEPS))
    if not xla:
        assert all((a == b).all() for a, b in zip(*finals, strict=True))


def test_dropout_draws_the_same_masks_with_and_without_a_capture():
    finals = []
    for callbacks in ([], [GradientCapture(every="step")]):
        model = net(layers.LSTM(UNITS, dropout=0.3, recurrent_dropout=0.2))
        model.compile("sgd", "mse", jit_compile=False)
        model.fit(X, Y, epochs=2, batch_size=4, shuffle=False, verbose=0, callbacks=callbacks)
        finals.append(model.get_weights())
    assert all((a == b).all() for a, b in zip(*finals, strict=True))


def test_a_masked_step_counts_for_those_examples_only_that_have_it():
    x = X.copy()
    x[: BATCH // 2, 8:] = 0
    masked = net(layers.Masking(), layers.LSTM(UNITS))
    whole = only(gradient_by_step(masked, x, Y, loss="mse")).arrived
    having = only(gradient_by_step(masked, x[BATCH // 2 :], Y[BATCH // 2 :], loss="mse")).arrived
    np.testing.assert_allclose(whole[8:], having[8:], rtol=1e-4)
    x[:, 10:] = 0
    assert np.isnan(only(gradient_by_step(masked, x, Y, loss="mse")).arrived[10:]).all()


def test_both_ways_of_a_bidirectional_layer_are_measured_in_the_order_of_the_sequence():
    found = gradient_by_step(net(layers.Bidirectional(layers.GRU(UNITS))), X, Y, loss="mse")
    forward, backward = found.profiles.values()
    assert forward.arrived[-1] > forward.arrived[0] and backward.arrived[0] > backward.arrived[-1]
    assert backward.backwards and not forward.backwards
    assert all(0.001 < p.left < 0.1 and p.kind == "weakens" for p in (forward, backward))


@pytest.mark.parametrize(
    ("layer", "steps", "low", "high"),
    # Medians over 20 seeds of a loop in float64, one N(0, 1) feature, 50 steps: .882, .842, .630, .234.
    [
        (lambda: layers.SimpleRNN(32), 50, 0.85, 0.91),
        (lambda: layers.LSTM(32), 50, 0.81, 0.87),
        (lambda: layers.GRU(32), 50, 0.60, 0.66),
        (lambda: layers.SimpleRNN(32, activation="sigmoid"), 50, 0.21, 0.26),
    ],
)
def test_the_factor_a_step_is_the_one_known_for_the_cell(layer, steps, low, high):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((steps, 1)), layer(), layers.Dense(1)])
    x = np.random.default_rng(0).normal(size=(32, steps, 1)).astype("float32")
    profile = only(vg.gradient_by_step(model, x))
    assert low < profile.factor < high
    assert profile.kind == ("vanishes" if profile.left < 1e-3 else "weakens")
    assert f"the gradient {profile.kind} through time: {profile.factor:.2g} a step, 49 steps back" in str(profile)
    assert str(profile).endswith("is left.")


def test_a_loss_at_every_step_does_not_hide_what_time_does():
    model = net(layers.GRU(UNITS, return_sequences=True))
    profile = only(gradient_by_step(model, X, np.repeat(Y[:, None], STEPS, 1), loss="mse"))
    assert profile.arrived.min() > 0.05 * profile.arrived.max()
    assert profile.left < 0.1 and profile.carried[-1] == pytest.approx(1, rel=1e-3)


def test_a_model_without_recurrent_layers_is_told_so():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="no recurrent layer"):
        gradient_by_step(model, X[:, 0])


def test_the_picture_names_every_line_and_says_what_is_left():
    found = gradient_by_step(net(layers.LSTM(UNITS)), X)
    figure = vg.plots.gradient_by_step({"LSTM": found})
    assert "LSTM" in figure.alt_text and figure.axes[0].get_yscale() == "log"
    with pytest.raises(TypeError, match="source"):
        vg.plots.gradient_by_step([1, 2])
