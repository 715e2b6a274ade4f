"""What `diagnose` says is true of nets that nobody had in mind when its rules were written."""

import keras
import numpy as np
import pytest
from keras.layers import Dense

from tests.net_builders import circles
from vgcourse.measure.diagnosis import diagnose

X, Y = circles(64)
NUMBERS = np.random.default_rng(0).normal(size=(64, 10)).astype("float32")


def chain(inputs, *layers, loss="binary_crossentropy", optimizer="adam"):
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input(inputs), *layers])
    model.compile(optimizer, loss)
    return model


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_bytes_of_pictures_are_too_large_in_whatever_type_they_come(dtype):
    pictures = np.random.default_rng(0).integers(0, 256, (64, 100)).astype(dtype)
    model = chain((100,), Dense(32, "relu"), Dense(10, "softmax"), loss="sparse_categorical_crossentropy")
    report = diagnose(model, pictures, np.arange(64) % 10)
    assert report.cause == "inputs too large"
    assert "standardise" in report.verdict


def test_whether_large_inputs_do_harm_is_unmeasured_where_a_constant_answer_is_not_known():
    model = chain((10,), Dense(8, "relu"), Dense(1), loss="log_cosh")
    report = diagnose(model, NUMBERS * 100, NUMBERS[:, 0])
    assert any("Not measured: whether the inputs" in note for note in report.notes)


def test_one_hot_rows_and_class_numbers_are_told_apart():
    rows = np.eye(4)[np.arange(64) % 4]
    model = chain((2,), Dense(4, "softmax"), loss="sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"shape \(64, 4\); of one-hot rows it takes np.argmax"):
        diagnose(model, X, rows)
    model.compile("adam", "categorical_crossentropy")
    with pytest.raises(ValueError, match="suit sparse_categorical_crossentropy"):
        diagnose(model, X, rows.argmax(1))


def test_a_hidden_kernel_that_starts_at_0_is_what_the_silence_comes_from():
    zero = Dense(16, "tanh", kernel_initializer="zeros", name="zero")
    report = diagnose(chain((2,), Dense(16, "tanh"), zero, Dense(16, "tanh"), Dense(1, "sigmoid")), X, Y)
    assert (report.cause, report.layer) == ("healthy", "zero")
    assert "starts at exactly 0" in report.verdict


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_inputs_that_are_all_the_same_are_not_blamed_on_the_layers(value, activation):
    report = diagnose(chain((2,), Dense(16, activation), Dense(1, "sigmoid")), X * 0 + value, Y)
    assert report.cause == "inputs do not vary"


def test_targets_that_are_all_the_same_are_noted():
    report = diagnose(chain((2,), Dense(16, "tanh"), Dense(1, "sigmoid")), X, Y * 0 + 1)
    assert any("targets of this batch are the same" in note for note in report.notes)


def test_a_signal_that_fades_away_is_no_dead_relu():
    small = [Dense(32, "relu", kernel_initializer=keras.initializers.RandomNormal(0, 1e-5, k)) for k in range(10)]
    report = diagnose(chain((2,), *small, Dense(1, "sigmoid")), X, Y)
    assert report.cause == "weights too small"
    assert "fades on its way forward" in report.verdict


def test_weights_so_small_that_the_gradient_is_exactly_0_are_to_blame_for_it():
    small = [Dense(16, "tanh", kernel_initializer=keras.initializers.RandomNormal(0, 1e-6, k)) for k in range(12)]
    report = diagnose(chain((2,), *small, Dense(1, "sigmoid")), X, Y)
    assert report.cause == "weights too small", report
    assert "nothing at all" in report.verdict


class Stopped(keras.layers.Layer):
    def call(self, x):
        return keras.ops.stop_gradient(x)


def test_a_layer_that_no_gradient_reaches_is_not_said_to_hear_the_loss():
    stack = [Dense(8, "relu", name="first"), Stopped(), Dense(8, "relu"), Dense(1, "sigmoid")]
    model = chain((2,), *stack)
    report = diagnose(model, X, Y)
    assert (report.cause, report.layer) == ("no gradient", "first")
    model.get_layer("first").trainable = False
    assert diagnose(model, X, Y).healthy


def test_a_softmax_cannot_answer_several_questions_at_once():
    several = (NUMBERS[:, :5] > 0).astype("float32")
    report = diagnose(chain((10,), Dense(8, "relu"), Dense(5, "softmax")), NUMBERS, several)
    assert report.cause == "loss does not fit the output"
    assert "do not sum to 1" in report.verdict
    one = np.eye(5, dtype="float32")[np.arange(64) % 5]
    assert diagnose(chain((10,), Dense(8, "relu"), Dense(5, "softmax")), NUMBERS, one).healthy


def pinball(y, prediction):
    error = y - prediction
    return keras.ops.mean(keras.ops.maximum(0.9 * error, -0.1 * error), -1)


def test_of_a_loss_of_ones_own_it_is_not_claimed_that_it_fits():
    report = diagnose(chain((10,), Dense(8, "relu"), Dense(1), loss=pinball), NUMBERS, NUMBERS[:, :1])
    assert report.healthy
    assert any("pinball is no loss of Keras's" in note for note in report.notes)
    assert not any("loss fits" in note for note in diagnose(chain((2,), Dense(1, "sigmoid")), X, Y).notes)


def two_outputs():
    inputs = keras.Input((10,))
    hidden = Dense(16, "relu")(inputs)
    return keras.Model(inputs, [Dense(1, name="number")(hidden), Dense(3, "softmax", name="kind")(hidden)])


def test_losses_given_by_name_belong_to_their_outputs():
    keras.utils.set_random_seed(5)
    model = two_outputs()
    model.compile("adam", {"number": "mse", "kind": "sparse_categorical_crossentropy"})
    report = diagnose(model, NUMBERS, {"number": NUMBERS[:, :1], "kind": np.arange(64) % 3})
    assert report.healthy, report
    named = {output.layer: output.loss for output in report.batch.outputs}
    assert named == {"number": "mean_squared_error", "kind": "sparse_categorical_crossentropy"}


def test_one_loss_for_several_outputs_is_held_against_each():
    keras.utils.set_random_seed(5)
    model = two_outputs()
    model.compile("adam", "mse")
    report = diagnose(model, NUMBERS, [NUMBERS[:, :1], NUMBERS[:, :3]])
    assert (report.cause, report.layer) == ("loss does not fit the output", "kind")


def test_a_seed_that_attention_copies_is_named():
    inputs = keras.Input((5, 8))
    attention = keras.layers.MultiHeadAttention(2, 4, kernel_initializer=keras.initializers.GlorotUniform(1))
    x = keras.layers.GlobalAveragePooling1D()(attention(inputs, inputs))
    model = keras.Model(inputs, Dense(1)(x))
    model.compile("adam", "mse")
    report = diagnose(model, np.random.default_rng(0).normal(size=(32, 5, 8)), np.arange(32.0))
    notes = [note for note in report.notes if "equal kernels" in note]
    assert len(notes) == 1
    assert "one seed" in notes[0]


def test_what_penalties_make_of_the_loss_is_noted():
    heavy = Dense(16, "relu", kernel_regularizer=keras.regularizers.L2(1.0))
    model = chain((2,), heavy, Dense(1, "sigmoid"))
    penalty = float(sum(model.losses))
    assert f"{penalty:.3g} is added by layers" in " ".join(diagnose(model, X, Y).notes)


def test_no_constant_answer_is_best_for_targets_that_are_no_probabilities():
    """A cross-entropy falls without end there: "far above that of a constant answer (-21.4)" says nothing."""
    x = keras.Input((2,))
    hidden = keras.layers.Dense(8, "relu")(x)
    model = keras.Model(x, [keras.layers.Dense(1, "sigmoid", name=name)(hidden) for name in "ab"])
    model.compile("adam", ["binary_crossentropy"] * 2, jit_compile=False)
    X, y = circles()
    told = str(diagnose(model, X, [y, 3 * y + 1]))
    assert "lie outside" in told and "constant answer" not in told
