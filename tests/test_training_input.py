"""What vg.train makes of its arguments: a loss that fits, and bad input named in one sentence."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import vgcourse as vg
from tests.quick_runs import Subclassed, X, Y, plain
from vgcourse.measure.objective import choose_objective


@pytest.mark.parametrize(
    ("y", "net", "loss", "kind"),
    [
        (Y, {}, "binary_crossentropy", "binary"),
        (Y, {"output_activation": "linear"}, "binary_crossentropy", "binary_logits"),
        (np.arange(100) % 3, {"outputs": 3}, "sparse_categorical_crossentropy", "sparse"),
        (np.eye(3)[np.arange(100) % 3], {"outputs": 3}, "categorical_crossentropy", "categorical"),
        (X[:, 0], {"output_activation": "linear"}, "mean_squared_error", None),
    ],
)
def test_the_loss_is_chosen_to_fit_y_and_the_output(y, net, loss, kind):
    model = vg.mlp(1, **net)
    objective = choose_objective(model, y, model.outputs)
    assert (objective.losses[0].name, objective.kind) == (loss, kind)
    assert getattr(objective.losses[0], "from_logits", False) == (kind == "binary_logits")


@pytest.mark.parametrize(("activation", "from_logits"), [("sigmoid", False), ("linear", True)])
def test_a_subclassed_model_too_is_asked_whether_it_gives_logits(activation, from_logits):
    model = Subclassed(activation)
    objective = choose_objective(model, Y, model(X[:2]))
    assert objective.losses[0].from_logits == from_logits


def test_a_compiled_models_loss_is_used():
    model = vg.mlp(1)
    model.compile(loss="mse")
    assert choose_objective(model, Y, model.outputs).losses[0].name == "mean_squared_error"


def test_logits_and_probabilities_give_the_same_accuracy():
    probabilities = vg.train(vg.mlp(1, seed=1), X, Y, **plain())
    logits = vg.train(vg.mlp(1, seed=1, output_activation="linear"), X, Y, **plain())
    np.testing.assert_allclose(probabilities.loss, logits.loss, rtol=1e-4)
    np.testing.assert_allclose(probabilities.accuracy, logits.accuracy)


def with_nan():
    bad = X.copy()
    bad[3, 1] = np.nan
    return bad


def built_for_another_model():
    optimizer = keras.optimizers.Adam()
    optimizer.build(vg.mlp(1).trainable_variables)
    return optimizer


def unbuilt():
    return keras.Sequential([keras.layers.Dense(1)])


def frozen():
    model = vg.mlp(1)
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X": X[:, :1]}, ValueError, r"^X: .*\(n, 2\).*\(100, 1\)"),
        ({"X": with_nan()}, ValueError, r"^X: 1 of 100 examples hold NaN.*number 3"),
        ({"X": X[:0], "y": Y[:0]}, ValueError, r"^X: expected one entry per example"),
        ({"X": X.astype(str)}, ValueError, r"^X: expected numbers"),
        ({"y": Y[:50]}, ValueError, r"^y: X has 100 examples, but y has 50"),
        ({"y": Y * 2 - 1}, ValueError, r"^y: no loss fits"),
        ({"y": np.where(Y, "in", "out")}, ValueError, r"^y: expected numbers"),
        ({"y": np.full(100, 7), "loss": "sparse_categorical_crossentropy"}, ValueError, r"^y: .*0 to 0"),
        ({"y": Y * 3, "loss": "binary_crossentropy"}, ValueError, r"^y: .*\[0, 1\]"),
        ({"y": np.zeros((100, 4))}, ValueError, r"^y: "),
        ({"model": unbuilt()}, ValueError, r"^model: .*no weights yet"),
        ({"model": frozen()}, ValueError, r"^model: .*frozen"),
        ({"model": "mlp"}, TypeError, r"^model: expected a Keras model, got str"),
        ({"optimizer": built_for_another_model()}, ValueError, r"^optimizer: .*another model"),
        ({"optimizer": "adamm"}, ValueError, r"^optimizer: Keras knows no optimizer 'adamm'"),
        ({"loss": "crossentropy"}, ValueError, r"^loss: Keras knows no loss"),
        ({"epochs": 0}, ValueError, r"^epochs: must be 1 or more, got 0"),
        ({"epochs": 1.5}, TypeError, r"^epochs: expected a whole number"),
        ({"batch_size": 0}, ValueError, r"^batch_size: must be 1 or more"),
        ({"learning_rate": -1}, ValueError, r"^learning_rate: expected a positive number"),
        ({"every": "batch"}, ValueError, r"^every: must be 'epoch' or 'step'"),
        ({"seed": -1}, ValueError, r"^seed: must be 0 or more, got -1"),
        ({"every": "step", "epochs": 10**8}, ValueError, r"^every: recording .* GB"),
    ],
)
def test_bad_input_is_named_in_one_sentence(change, error, message):
    arguments = plain() | {"model": vg.mlp(1), "X": X, "y": Y} | change
    with pytest.raises(error, match=message):
        vg.train(**arguments)


HEADS = {"sigmoid": "sigmoid", "softmax": "softmax", "linear": None, "relu": "relu", "tanh": "tanh"}
LABELS = {
    "0 or 1": lambda u: Y,
    "0 or 1, a column": lambda u: Y[:, None],
    "whole classes": lambda u: np.arange(100) % max(u, 2),
    "classes as floats": lambda u: (np.arange(100) % max(u, 2)).astype("float32"),
    "one-hot": lambda u: np.eye(u)[np.arange(100) % u],
    "shares": lambda u: np.full((100, u), 1 / u),
    "yes and no, each": lambda u: (np.random.default_rng(0).random((100, u)) < 0.5).astype("float32"),
    "yes and no, one-hot in the first rows": lambda u: np.r_[np.eye(u)[np.arange(64) % u], np.ones((36, u))],
    "numbers": lambda u: np.random.default_rng(0).normal(size=(100, u)),
    "counts": lambda u: np.random.default_rng(0).integers(0, 9, (100, u)),
    "numbers in [0, 1]": lambda u: np.random.default_rng(0).random((100, u)),
    "too many": lambda u: np.zeros((100, u + 1, 2)),
}


def loss_or_refusal(action):
    try:
        return action()
    except ValueError as error:
        return re.match(r"\w+: no loss fits", str(error)).group()


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("head", HEADS)
def test_train_and_diagnose_guess_the_same_loss_for_all_outputs_and_labels(head, units):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, HEADS[head])])
    for name, labels in LABELS.items():
        y = labels(units)
        trained = loss_or_refusal(lambda: choose_objective(model, y, model.outputs).name)  # noqa: B023
        told = loss_or_refusal(lambda: vg.diagnose(model, X, y, batch_size=32).batch.loss_name)  # noqa: B023
        assert told.removesuffix(" (guessed from y and the output)").replace(" ", "_") == trained.replace(" ", "_"), (
            name
        )


def test_three_yes_or_no_labels_are_not_three_classes():
    y = LABELS["yes and no, each"](3)
    for head, logits in (("sigmoid", False), (None, True)):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, head)])
        loss = choose_objective(model, y, model.outputs).losses[0]
        assert isinstance(loss, keras.losses.BinaryCrossentropy)
        assert loss.from_logits == logits


class EndsWith(keras.Model):
    def __init__(self, last):
        super().__init__()
        self.dense, self.last = keras.layers.Dense(1), last

    def call(self, x):
        return self.last(self.dense(x))


@pytest.mark.parametrize(
    ("last", "logits"),
    [(tf.nn.sigmoid, False), (keras.ops.sigmoid, False), (lambda z: 0.5 + 0 * z, True), (tf.identity, True)],
)
def test_outputs_that_happen_to_lie_between_0_and_1_are_no_probabilities(last, logits):
    model = EndsWith(last)
    output = model(X[:2])
    assert choose_objective(model, Y, output, x=X[:2]).losses[0].from_logits == logits
