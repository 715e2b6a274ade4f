"""Recurrent nets: how far back the loss is heard is measured and judged, with a cure that was tried."""

import keras
import numpy as np
import pytest
from keras import layers

import vgcourse as vg
from tests import net_families


def net(*stack, steps=50, seed=1):
    """(model, X, y): the first number of a sequence is asked for at its end; at every step the sum so far."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((steps, 1)), *stack])
    model.compile("adam", "mse")
    X = np.random.default_rng(seed).normal(size=(64, steps, 1)).astype("float32")
    return model, X, np.cumsum(X, 1) / 5 if len(model.outputs[0].shape) == 3 else X[:, :1, 0]


FORGETFUL = {
    "LSTM": (lambda: layers.LSTM(32, name="told"), "forget gate"),
    "GRU": (lambda: layers.GRU(16, name="told"), "update gate"),
    "GRU, reset before": (lambda: layers.GRU(16, reset_after=False, name="told"), "update gate"),
    "SimpleRNN": (lambda: layers.SimpleRNN(32, activation="sigmoid", name="told"), "an LSTM in its place"),
    "LSTM without biases": (lambda: layers.LSTM(16, use_bias=False, name="told"), "an LSTM in its place"),
}


@pytest.mark.parametrize("kind", FORGETFUL)
def test_a_long_sequence_vanishes_through_time_and_a_cure_was_tried(kind):
    make, cure = FORGETFUL[kind]
    steps = 50 if kind == "LSTM" else 30  # the others forget faster, and a loop over steps is slow
    model, X, y = net(make(), layers.Dense(1), steps=steps)
    before = model.get_weights()
    report = vg.diagnose(model, X, y)
    assert (report.cause, report.layer) == ("vanishing through time", "told")
    row = report.time.loc["told"]
    measured = vg.gradient_by_step(model, X)["told"]
    assert row.steps == steps and row.factor == pytest.approx(measured.factor, rel=0.05)
    assert f"{row.factor:.2g} a step, after {steps - 1} steps" in report.verdict
    assert cure in report.verdict and "(tried)" in report.verdict
    assert "factor a step" in str(report) and "factor a step" in report._repr_html_()
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_the_gate_that_is_recommended_keeps_what_it_is_said_to_keep():
    model, X, y = net(layers.LSTM(32, name="told"), layers.Dense(1))
    cure = vg.diagnose(model, X, y).batch.time.layers[0].cure
    bias = model.get_layer("told").cell.bias
    values = np.array(bias.value)
    values[:32], values[32:64] = -np.log(50), np.log(50)
    bias.assign(values)
    after = vg.diagnose(model, X, y)
    assert after.cause != "vanishing through time"
    assert after.time.left["told"] == pytest.approx(cure.left, rel=0.1)


def test_recurrent_weights_that_are_too_large_explode_through_time():
    wild = keras.initializers.RandomNormal(0, 0.6, seed=1)
    model, X, y = net(
        layers.SimpleRNN(16, "linear", recurrent_initializer=wild, name="told"), layers.Dense(1), steps=30
    )
    report = vg.diagnose(model, X, y)
    assert (report.cause, report.layer) == ("exploding through time", "told")
    assert "orthogonal" in report.verdict and "clipnorm" in report.verdict and "(tried)" in report.verdict


def test_where_an_orthogonal_kernel_forgets_a_smaller_one_is_tried():
    """relu passes half of the units' gradient: from an orthogonal kernel next to nothing is left after many steps."""
    model, X, y = net(layers.SimpleRNN(16, "relu", name="told"), layers.Dense(1), steps=40)
    kernel = model.get_layer("told").cell.recurrent_kernel
    kernel.assign(kernel * 3)
    report = vg.diagnose(model, X, y)
    assert (report.cause, report.layer) == ("exploding through time", "told"), report
    fact = report.batch.time.layers[0]
    assert f"a recurrent kernel {fact.factor:.2g} times smaller" in report.verdict and "(tried)" in report.verdict
    kernel.assign(kernel / fact.factor)
    assert vg.gradient_by_step(model, X)["told"].left == pytest.approx(fact.cure.left, rel=1)


HEALTHY = {
    "a short sequence": (lambda: [layers.LSTM(16), layers.Dense(1)], 10),
    "both ways, short": (lambda: [layers.Bidirectional(layers.LSTM(8)), layers.Dense(1)], 10),
    "a loss at every step": (lambda: [layers.LSTM(16, return_sequences=True), layers.Dense(1)], 30),
    "pooled over the steps": (
        lambda: [layers.LSTM(16, return_sequences=True), layers.GlobalAveragePooling1D(), layers.Dense(1)],
        30,
    ),
}


@pytest.mark.parametrize("kind", HEALTHY)
def test_a_net_whose_first_steps_hear_the_loss_is_not_alarmed_about(kind):
    stack, steps = HEALTHY[kind]
    report = vg.diagnose(*net(*stack(), steps=steps))
    assert "through time" not in report.cause
    assert len(report.time) and (report.time.heard > 1e-3).all()


@pytest.mark.parametrize("family", ["LSTM", "GRU"])
def test_stacked_layers_with_an_embedding_are_all_measured(family):
    found, _ = net_families.build(family, None, True, False, 0)
    report = vg.diagnose(found.model, found.X, found.y)
    assert report.healthy
    assert len(report.time) == 2 and (report.time.steps == 12).all() and report.time.notna().all(axis=None)


def test_what_cannot_be_measured_is_said_with_the_reason():
    model = keras.Sequential([keras.Input((5, 8, 8, 1)), layers.ConvLSTM2D(2, 3), layers.Flatten(), layers.Dense(1)])
    X = np.random.default_rng(0).normal(size=(8, 5, 8, 8, 1)).astype("float32")
    report = vg.diagnose(model, X, X[:, 0, 0, 0], loss="mse")
    assert any("the gradient through time" in note and "because" in note for note in report.notes)
    assert report.time.isna().all(axis=None)


def test_a_net_without_recurrent_layers_says_nothing_of_time():
    report = vg.diagnose(vg.mlp(2, 8, "tanh"), *vg.circles())
    assert report.time.empty and "through time" not in str(report)
