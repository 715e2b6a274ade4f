"""The place at fault is named wherever it is: between layers, in a constraint, in biases, in a layer of one's own."""

import keras
import numpy as np
import pytest
from keras import layers
from keras.layers import Dense

from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.facts.stepping.found import OddInput
from vgcourse.measure.diagnosis.rules.inputs.standardised import better_standardised

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 10)).astype("float32")
Y = X[:, :3].argmax(1)


def net(*stack, inputs=(10,), rate=1e-3):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input(inputs), *stack, Dense(3, "softmax", name="out")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    return model


def test_what_multiplies_the_gradient_between_two_layers_is_named():
    report = diagnose(net(Dense(16, "relu", name="a"), layers.Rescaling(1e4), Dense(16, "relu", name="b")), X, Y)
    assert (report.cause, report.layer) == ("exploding", "a"), report.verdict
    assert "between a and b" in report.verdict and "he_normal" not in report.verdict


class Neighbours(layers.Layer):
    """A dense layer of its own kind, over (rows, who is beside whom)."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shapes):
        self.kernel = self.add_weight(shape=(shapes[0][-1], self.units), initializer="he_normal", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        rows, beside = inputs
        return keras.ops.relu(keras.ops.matmul(beside, keras.ops.matmul(rows, self.kernel)) + self.bias)


GRAPHS = RNG.normal(size=(64, 5, 4)).astype("float32")
BESIDE = np.broadcast_to(np.eye(5, dtype="float32") * 0.5 + 0.1, (64, 5, 5)).copy()


@pytest.fixture
def graph_net():
    keras.utils.set_random_seed(1)
    rows, beside = keras.Input((5, 4)), keras.Input((5, 5))
    h = Neighbours(12, name="g1")([rows, beside])
    h = layers.GlobalAveragePooling1D()(Neighbours(12, name="g2")([h, beside]))
    h = Dense(8, "relu", name="read")(h)
    model = keras.Model([rows, beside], Dense(1, "sigmoid", name="out")(h))
    model.compile("adam", "binary_crossentropy")
    return model


def test_a_layer_of_ones_own_that_gives_zeros_is_named(graph_net):
    """Its relu stands inside, and is heard there."""
    graph_net.get_layer("g2").bias.assign(np.full(12, -50.0))
    report = diagnose(graph_net, [GRAPHS, BESIDE], GRAPHS.mean((1, 2)) > 0)
    assert (report.cause, report.layer) == ("dying relu", "g2"), report.verdict
    assert "1e-300" not in str(report)


def test_of_several_inputs_the_layer_that_takes_them_is_named(graph_net):
    large = [GRAPHS * 300 + 1000, BESIDE]
    report = diagnose(graph_net, large, GRAPHS.mean((1, 2)) > 0)
    assert (report.cause, report.layer) == ("inputs too large", "g1"), report.verdict
    assert report.batch.layers[0].input_rms == pytest.approx(np.sqrt((large[0] ** 2).mean()), rel=1e-3)


CONSTRAINTS = {
    "MaxNorm(0.001)": (keras.constraints.MaxNorm(1e-3), "regularization too strong"),
    "MaxNorm(2)": (keras.constraints.MaxNorm(2), "healthy"),
    "UnitNorm": (keras.constraints.UnitNorm(), "healthy"),
    "NonNeg": (keras.constraints.NonNeg(), None),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_that_eats_the_weights_is_named_before_and_after(name):
    constraint, cause = CONSTRAINTS[name]
    model = net(*(Dense(16, "relu", kernel_constraint=constraint, name=f"h{k}") for k in range(2)))
    first = diagnose(model, X, Y)
    kernel = model.get_layer("h0").kernel
    before = np.array(kernel.value)
    model.train_on_batch(X, Y)
    moved = np.sqrt(((np.array(kernel.value) - before) ** 2).mean() / (before**2).mean())
    assert first.layers.update_ratio["h0"] == pytest.approx(moved, rel=1e-2), "a step ends with the constraint"
    found = {report.cause for report in (first, diagnose(model, X, Y))}
    assert found == {cause} if cause else "regularization too strong" not in found


def lstm(*sizes):
    """Biases of the input, forget, new and output gates."""
    model = net(layers.LSTM(8, name="memory"), inputs=(6, 3))
    model.get_layer("memory").cell.bias.assign(np.repeat(sizes, 8))
    return diagnose(model, RNG.normal(size=(64, 6, 3)).astype("float32"), Y[:64])


def test_biases_that_hold_the_gates_are_named_and_those_that_keep_a_memory_are_not():
    shut = lstm(-12, -12, -12, -12)
    assert (shut.cause, shut.layer) == ("saturation", "memory") and "biases of memory" in shut.verdict
    assert lstm(-5, 5, 0, 0).cause != "saturation"


def test_a_worse_start_is_no_credit_to_standardised_inputs():
    """Losses of a variational autoencoder on pictures in [0, 1], which learns well either way."""
    assert not better_standardised(OddInput([0.7273, 0.6879], [0.8085, 0.6811]))
    assert better_standardised(OddInput([0.69, 0.688], [0.72, 0.50]))


def test_where_all_weights_are_too_large_smaller_ones_are_the_remedy():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((10,))
    large = {"kernel_initializer": keras.initializers.RandomNormal(stddev=3.0, seed=1)}
    h = Dense(16, "relu", name="stem", **large)(inputs)
    both = [Dense(16, "relu", name=name, **large)(h) for name in ("left", "right")]
    h = Dense(16, "relu", name="join", **large)(layers.Concatenate()(both))
    model = keras.Model(inputs, Dense(3, "softmax", name="out", **large)(h))
    model.compile("sgd", "sparse_categorical_crossentropy")
    report = diagnose(model, X, Y)
    assert report.cause == "exploding" and "he_normal kernels" in report.verdict, report.verdict
    assert "residual" not in report.verdict


def test_where_numbers_cease_to_be_finite_it_is_told_what_made_them_so():
    a, b = Dense(16, "relu", name="a"), Dense(16, "relu", name="b")
    between = diagnose(net(a, layers.Lambda(lambda h: keras.ops.log(h)), b), X, Y)
    assert (between.cause, between.layer) == ("not finite", "b"), between.verdict
    assert "made on the way to it" in between.verdict and "fresh weights" not in between.verdict
    large = diagnose(net(Dense(16, "exponential", name="e"), Dense(16, "relu")), X * 200, Y)
    assert (large.cause, large.layer) == ("inputs too large", "e"), large.verdict
    inside = net(Dense(16, "exponential", name="e"), Dense(16, "relu"))
    inside.get_layer("e").kernel.assign(inside.get_layer("e").kernel * 200)
    inside = diagnose(inside, X, Y)
    assert (
        inside.layer == "e" and "what it takes in (rms " in inside.verdict and "fresh weights" not in inside.verdict
    )
    a.kernel.assign(a.kernel * np.nan)
    weights = diagnose(net(a, b), X, Y)
    assert weights.layer == "a" and "its weights are not" in weights.verdict


def test_a_wrapper_is_no_second_layer_beside_the_one_that_it_wraps():
    report = diagnose(net(layers.SpectralNormalization(Dense(16, "relu", name="inner"), name="outer")), X, Y)
    assert list(report.layers.index) == ["outer/inner", "out"]
    assert not any("equal kernels" in note for note in report.notes), report.notes


def test_weights_kept_in_half_precision_are_told():
    keras.config.set_dtype_policy("bfloat16")
    try:
        half = net(Dense(8, "relu", name="h"))
    finally:
        keras.config.set_dtype_policy("float32")
    notes = diagnose(half, X, Y).notes
    assert any("h and out are kept in bfloat16: a step of less than 1/512" in note for note in notes), notes


def test_the_layer_that_adds_to_the_loss_is_told():
    notes = diagnose(net(Dense(8, "relu", name="h", activity_regularizer=keras.regularizers.L2(9.0))), X, Y).notes
    assert any("(regularizers, add_loss), most of it by h." in note for note in notes), notes


def test_a_batch_normalisation_behind_dead_units_is_not_blamed_for_its_statistics():
    model = net(Dense(16, "relu", name="dead"), layers.BatchNormalization(name="norm"), Dense(16, "relu"))
    model.get_layer("dead").bias.assign(np.full(16, -50.0))
    report = diagnose(model, X, Y)
    assert (report.cause, report.layer) == ("dying relu", "dead"), report.verdict


class Forgetful(keras.Model):
    """It owns a layer that its call() leaves out."""

    def __init__(self):
        super().__init__()
        self.used, self.forgotten, self.out = (Dense(n, name=name) for n, name in ((8, "u"), (8, "f"), (3, "o")))

    def build(self, shape):
        for layer, size in ((self.used, shape[-1]), (self.forgotten, 8), (self.out, 8)):
            layer.build((None, size))
        self.built = True

    def call(self, x):
        return self.out(keras.ops.tanh(self.used(x)))


def test_a_layer_that_is_never_called_is_told():
    model = Forgetful()
    model.build((None, 10))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert any("not called: f." in note for note in diagnose(model, X, Y).notes)
    assert not any("not called" in note for note in diagnose(net(layers.Dense(8)), X, Y).notes)


class Adds(layers.Layer):
    """It adds to the loss in the middle of the net, as the divergence of a variational autoencoder does."""

    def call(self, x):
        self.add_loss(1e5 * keras.ops.mean(x**2))
        return x


def test_a_loss_that_a_layer_adds_is_no_gradient_that_explodes():
    report = diagnose(net(Dense(16, "relu", name="h"), Adds(name="adds"), Dense(16, "relu")), X, Y)
    assert (report.cause, report.layer) == ("regularization too strong", "adds"), report.verdict
    assert "explodes" not in report.verdict and "residual" not in report.verdict
