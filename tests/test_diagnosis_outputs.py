"""Models with several outputs: each has targets, a loss and a weight of its own."""

import keras
import numpy as np
import pytest

from vgcourse.measure.diagnosis import diagnose

RNG = np.random.default_rng(0)
X = RNG.normal(size=(128, 8)).astype("float32")
KIND, SIZE = (X[:, 0] > 0.5).astype(int), (X[:, 1:2] - X[:, 2:3]).astype("float32")
LOSSES = {"kind": "sparse_categorical_crossentropy", "size": "mse"}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8,))
    trunk = keras.layers.Dense(16, "relu", name="trunk")(inputs)
    kind = keras.layers.Dense(2, "softmax", name="kind")(keras.layers.Dense(8, "relu", name="kind_h")(trunk))
    size = keras.layers.Dense(1, name="size")(keras.layers.Dense(8, "tanh", name="size_h")(trunk))
    return keras.Model(inputs, {"size": size, "kind": kind})


def asked(model, targets=SIZE, losses=LOSSES, optimizer=None, **weights):
    model.compile(optimizer or keras.optimizers.Adam(1e-3), losses, loss_weights=weights or None)
    return diagnose(model, X, {"kind": KIND, "size": targets})


def test_a_constant_answer_of_two_outputs_gets_what_each_would(model):
    p = KIND.mean()
    entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
    assert asked(model).batch.guess == pytest.approx(entropy + SIZE.var(), rel=1e-3)
    weighted = asked(model, kind=1.0, size=0.5)
    assert weighted.batch.guess == pytest.approx(entropy + 0.5 * SIZE.var(), rel=1e-3)
    assert weighted.healthy and not weighted.notes


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_the_output_with_targets_far_away_is_named(model, loss):
    report = asked(model, SIZE * 1e5 + 1e6, LOSSES | {"size": loss})
    assert (report.cause, report.layer) == ("targets too large", "size"), report.verdict
    assert "(tried too)" in report.verdict


def test_targets_that_are_a_long_way_off_and_not_out_of_sight_are_a_note(model):
    report = asked(model, SIZE * 10 + 500, LOSSES | {"size": "mae"}, keras.optimizers.Adam(0.01))
    assert report.healthy
    assert any("The targets of size are of size 50" in note for note in report.notes), report.notes


def test_an_output_that_the_loss_hardly_speaks_to_is_told(model):
    drowned = asked(model, kind=1e-6, size=1.0).notes
    assert any(note.startswith("Into kind the loss sends ") and "into size" in note for note in drowned), drowned
    silent = asked(model, kind=1.0, size=0.0).notes
    assert any("sends nothing at all into size" in note for note in silent), silent
    assert not any("Into " in note for note in silent)


def test_a_weight_of_a_million_is_met_by_a_rate_that_is_as_much_smaller(model):
    report = asked(model, optimizer=keras.optimizers.SGD(1.0), kind=1.0, size=1e6)
    assert report.cause == "learning rate too large" and report.batch.trial.better.factor < 1e-4, report.verdict
