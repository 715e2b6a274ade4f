"""What is amiss beside the layers: an input of zeros, a schedule at its end, a mask, a loss that leaves all out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.facts.stepping.found import Trial
from vgcourse.measure.diagnosis.facts.stepping.rates import has_ended

ops, schedules = keras.ops, keras.optimizers.schedules


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(48, 8)).astype("float32")
    return X, (np.sin(X[:, 0]) + X[:, 1] * X[:, 2]).astype("float32")


def _net(optimizer="adam", loss="mse", activation="relu", head=None, kernel="he_normal"):
    keras.utils.set_random_seed(3)
    net = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(24, activation, name="first", kernel_initializer=kernel),
            layers.Dense(24, activation, name="second", kernel_initializer="he_normal"),
            layers.Dense(1, head, name="out"),
        ]
    )
    net.compile(optimizer, loss)
    return net


def test_of_two_inputs_one_that_is_0_is_named_and_one_that_does_not_vary_is_told(table):
    X, y = table
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    arms = [layers.Dense(8, "relu", name=f"{i.name}_1")(i) for i in (a, b)]
    net = keras.Model([a, b], layers.Dense(1, name="out")(layers.Concatenate()(arms)))
    net.compile("adam", "mse")
    report = diagnose(net, [X, X * 0], y)
    assert (report.cause, report.layer) == ("inputs do not vary", "b_1"), report
    assert "input b" in report.verdict and not report.notes
    told = diagnose(net, [X, X * 0 + 1], y)
    assert told.healthy and any(note.endswith("examples: b.") for note in told.notes), told
    assert diagnose(net, [X, X[::-1].copy()], y).healthy


def test_a_loss_that_suits_no_answer_is_named_before_the_nan_that_it_makes(table):
    X, y = table
    counts = np.round(np.exp(y))
    report = diagnose(_net(loss="poisson"), X, counts)
    assert report.cause == "loss does not fit the output" and not np.isfinite(report.loss), report
    own = diagnose(_net(loss=lambda t, p: ops.mean(ops.log(p - p - 1))), X, y)
    assert own.cause == "not finite" and "the loss itself" in own.verdict


def test_a_cosine_of_one_number_has_no_slope(table):
    X, y = table
    report = diagnose(_net(loss="cosine_similarity"), X, y)
    assert (report.cause, report.layer) == ("loss does not fit the output", "out"), report
    several = keras.Sequential([keras.Input((8,)), layers.Dense(8)])
    several.compile("adam", "cosine_similarity")
    assert diagnose(several, X, X[:, ::-1].copy()).healthy


def test_why_a_loss_of_0_sends_nothing(table):
    X, y = table
    weights = diagnose(_net(), X, y, sample_weight=np.zeros(len(y)))
    assert weights.cause == "not measured" and "sample weights of this batch are 0" in weights.verdict
    masked = diagnose(_net(loss=lambda t, p: ops.mean(ops.where(t > 1e9, ops.square(t - p), 0.0))), X, y)
    assert "leaves all examples out" in masked.verdict and "all answers are right" in masked.verdict


def _warmed_up():
    return schedules.CosineDecay(0.0, 1000, warmup_target=1e-3, warmup_steps=100)


@pytest.mark.parametrize(
    ("schedule", "steps", "ended"),
    [
        (schedules.PolynomialDecay(0.1, 1, end_learning_rate=0.0), 3, True),
        (schedules.PiecewiseConstantDecay([2], [0.1, 0.0]), 3, True),
        (_warmed_up(), 0, False),
        (_warmed_up(), 2000, True),
        (schedules.CosineDecayRestarts(0.1, 10), 9, False),
    ],
)
def test_a_schedule_has_ended_where_no_larger_rate_is_to_come(schedule, steps, ended):
    assert has_ended(keras.optimizers.SGD(schedule), steps) is ended
    assert not has_ended(keras.optimizers.SGD(0.1), steps)


def test_a_schedule_that_ends_before_anything_is_learnt_is_named_and_a_warm_up_is_not(table):
    X, y = table
    net = _net(keras.optimizers.SGD(schedules.PiecewiseConstantDecay([2], [1e-4, 0.0])))
    for _ in range(4):
        net.train_on_batch(X, y)
    report = diagnose(net, X, y)
    assert report.cause == "learning rate too small" and "after 4 steps its schedule" in report.verdict, report
    assert diagnose(_net(keras.optimizers.Adam(_warmed_up())), X, y).healthy


def test_a_rate_below_0_goes_uphill(table):
    report = diagnose(_net(keras.optimizers.SGD(-0.1)), *table)
    assert report.cause == "learning rate too small" and "goes up the gradient" in report.verdict


def test_weights_that_are_thrown_off_count_as_harm_though_the_loss_comes_down_again():
    assert Trial([3.0, 4170.0, 0.98, 0.94], guess=0.78).harmful
    assert not Trial([3.0, 4170.0, 0.98, 0.7], guess=0.78).harmful
    assert not Trial([3.0, 42.0, 0.98, 0.94], guess=0.78).harmful
    assert not Trial([3.0, 4170.0, 0.98, 0.94]).harmful


def test_steps_that_do_harm_are_told_where_something_else_is_named_first(table):
    net = _net(keras.optimizers.SGD(100.0), activation="tanh", kernel=keras.initializers.RandomNormal(0, 3.0))
    report = diagnose(net, *table)
    assert (report.cause, report.layer) == ("weights too large", "first"), report
    (note,) = [note for note in report.notes if note.startswith("As it stands")]
    assert "SGD with learning rate 100" in note


def test_a_rectifier_that_ends_is_seen_where_most_lies_beyond_its_end(table):
    X, y = table
    large = keras.initializers.RandomNormal(0, 20.0, seed=1)
    for activation in ("relu6", keras.layers.ReLU(max_value=6.0)):
        report = diagnose(_net(activation=activation, kernel=large), X, y)
        assert (report.cause, report.layer) == ("weights too large", "first"), report
        assert "beyond the end" in report.verdict
    assert diagnose(_net(activation="relu6"), X, y).healthy


def test_units_of_a_transposed_convolution_are_its_last_axis_but_one():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(32, 3, 3, 4)).astype("float32"), rng.normal(size=(32, 12, 12, 1)).astype("float32")
    both, last = ("t1", "t2"), ("t2",)
    for constant in (both, last):
        net = keras.Sequential(
            [
                keras.Input((3, 3, 4)),
                layers.Conv2DTranspose(6, 4, 2, padding="same", activation="tanh", name="t1"),
                layers.Conv2DTranspose(1, 4, 2, padding="same", name="t2"),
            ]
        )
        for name in constant:
            kernel = net.get_layer(name).kernel
            kernel.assign(ops.full(kernel.shape, 0.05))
        net.compile("adam", "mse")
        report = diagnose(net, X, Y)
        assert ((report.cause, report.layer) == ("symmetric", "t1")) is (constant == both), report


def test_a_mask_that_leaves_nothing_open_is_named():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32, 6, 8)).astype("float32")
    for is_open, cause in ((False, "no gradient"), (True, "healthy")):
        inputs = keras.Input((6, 8))
        mask = ops.full((6, 6), is_open, "bool")
        seen = layers.MultiHeadAttention(2, 4, name="attention")(inputs, inputs, attention_mask=mask)
        net = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(seen)))
        net.compile("adam", "mse")
        report = diagnose(net, X, X[:, 0, :1].copy())
        assert report.cause == cause, report
        assert is_open or report.layer == "attention"


def test_an_explosion_beside_normalisations_is_named():
    """As Keras's pre-norm blocks: the stream carries on, and one projection is far too large."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((12,), dtype="int32")
    stream = layers.Embedding(30, 16)(inputs)
    attention = layers.MultiHeadAttention(2, 8, name="attention")
    normed = layers.LayerNormalization()(stream)
    stream = stream + attention(normed, normed)
    stream = stream + layers.Dense(16)(layers.Dense(32, "gelu")(layers.LayerNormalization()(stream)))
    net = keras.Model(inputs, layers.Dense(2, "softmax")(layers.GlobalAveragePooling1D()(stream)))
    net.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    X = rng.integers(0, 30, (64, 12))
    y = (X[:, 0] > 14).astype(int)
    assert diagnose(net, X, y).healthy
    kernel = attention._output_dense.kernel
    kernel.assign(kernel * 1e5)
    report = diagnose(net, X, y)
    assert report.cause in ("exploding", "weights too large") and not report.healthy, report


def _of_words(n=48):
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 40, (n, 6))
    encode = layers.TextVectorization(max_tokens=50, output_sequence_length=6)
    sentences = np.array([" ".join(f"w{k}" for k in row) for row in numbers])
    encode.adapt(sentences)
    layers_ = [keras.Input((), dtype="string"), encode, layers.Embedding(50, 8), layers.Flatten(), layers.Dense(1)]
    net = keras.Sequential(layers_)
    net.compile(keras.optimizers.SGD(0.1), "mse")
    return net, sentences, (numbers[:, 0] > 20).astype("float32")


def test_a_model_that_encodes_its_words_itself_is_measured_and_trained_on_words():
    import vgcourse as vg

    net, sentences, y = _of_words()
    for X in (sentences, sentences.astype(object), sentences.astype("S")):
        assert diagnose(net, X, y).healthy
    recording = vg.train(net, sentences, y, epochs=3, optimizer="sgd", loss="mse", learning_rate=0.1, shuffle=False)
    assert recording.loss[-1] < recording.loss[0]
    plain = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    plain.compile("adam", "mse")
    with pytest.raises(ValueError, match="encode it first"):
        diagnose(plain, sentences[:, None], y)


class Physics(keras.Model):
    """As nets that learn an equation: the loss differentiates the net by its inputs, and calls it for that."""

    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.Input((1,)), layers.Dense(8, "tanh"), layers.Dense(1)])

    def call(self, x):
        return self.net(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        with tf.GradientTape() as tape:
            tape.watch(x)
            answer = self.net(x)
        return ops.mean((tape.gradient(answer, x) + answer) ** 2)


def test_a_loss_that_calls_layers_itself_is_not_said_to_be_flat():
    X = np.linspace(0, 3, 32, dtype="float32")[:, None]
    net = Physics()
    net(X[:2])
    net.compile(keras.optimizers.SGD(0.01))
    report = diagnose(net, X, np.zeros_like(X))
    assert report.cause == "not measured" and "calls layers itself" in report.verdict, report
    assert (report.layers.kernel_gradient > 0).all()
    assert not any("one constant answers them all" in note for note in report.notes)
