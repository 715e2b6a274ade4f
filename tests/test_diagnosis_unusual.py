"""Nets as Keras's examples build them, in which nothing is where a diagnosis used to look for it."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.net_builders import circles
from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.facts.stepping.found import Trial
from vgcourse.measure.diagnosis.words import way

ops = keras.ops


def _numbers(n=64, size=8):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, size)).astype("float32")
    return X, X[:, 0] * X[:, 1]


def test_a_loss_below_0_that_falls_has_not_risen():
    """A critic's, a similarity's, a likelihood's: 1.2 times such a loss lies below it."""
    falls = Trial([-0.033, -0.034, -0.035, -0.035])
    assert not falls.risen
    assert way(falls.losses) == "-0.033 to -0.035"
    assert Trial([-0.033, -0.02, -0.01, -0.01]).risen
    assert not Trial([1.0, 1.1, 1.1, 1.1]).risen and Trial([1.0, 1.3, 1.3, 1.3]).risen


class Probability(keras.Model):
    """Its answers lie in [0, 1], and nothing but a trace tells what they come out of. It adds a loss in call()."""

    def __init__(self):
        super().__init__()
        self.first, self.last = layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")

    def call(self, x):
        answer = self.last(self.first(x))
        self.add_loss(ops.mean(ops.square(answer)))
        return ops.clip(answer, 0.0, 1.0)


@pytest.mark.parametrize("loss", [None, "mse"])
def test_a_model_that_is_traced_keeps_the_losses_of_its_call(loss):
    X, y = circles(64)
    model = Probability()
    model(X[:2])
    model.compile("adam", loss)
    report = diagnose(model, X, None if loss is None else y[:, None])
    assert np.isfinite(report.loss) and report.cause != "not finite", report
    assert all(np.isfinite(float(value)) for value in model.losses)


class Deaf(keras.Model):
    """Its call() takes no argument training."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = layers.Dense(8, name="first"), layers.BatchNormalization(name="norm")
        self.drop, self.last = layers.Dropout(0.5, name="drop"), layers.Dense(1, name="last")

    def call(self, x):
        return self.last(self.drop(ops.relu(self.norm(100 * self.first(x)))))


class Hearing(Deaf):
    def call(self, x, training=None):
        return super().call(x)


def test_layers_that_fit_does_not_tell_that_it_trains_are_named():
    X, y = _numbers()
    reports = {}
    for kind in (Deaf, Hearing):
        keras.utils.set_random_seed(0)
        model = kind()
        model(X[:2])
        model.compile("adam", "mse")
        reports[kind] = diagnose(model, X, y)
    deaf, hearing = reports.values()
    assert (deaf.cause, deaf.layer) == ("wrong statistics", "norm"), deaf
    assert "def call(self, x, training=None)" in deaf.verdict
    assert any("norm and drop do in training what they do in predict()" in note for note in deaf.notes)
    # The cure cures.
    assert hearing.healthy and not any("takes no argument" in note for note in hearing.notes), hearing


def test_layers_that_call_switches_on_itself_are_not_named():
    class Own(Deaf):
        def call(self, x):
            h = ops.relu(self.norm(self.first(x), training=True))
            return self.last(self.drop(h, training=True))

    X, y = _numbers()
    model = Own()
    model(X[:2])
    model.compile("adam", "mse")
    assert not any("takes no argument" in note for note in diagnose(model, X, y).notes)


def test_a_branch_that_a_normalisation_of_one_number_silences_is_not_blamed_on_another_layer():
    """The transformer of Keras's example of time series, on series of one number a step."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32, 12, 1)).astype("float32").cumsum(1)
    inputs = keras.Input((12, 1))
    h = layers.MultiHeadAttention(2, 8, name="attention")(inputs, inputs)
    x = layers.LayerNormalization(name="norm")(h) + inputs
    x = layers.Dense(16, "relu", name="wide")(layers.GlobalAveragePooling1D()(x))
    model = keras.Model(inputs, layers.Dense(2, "softmax", name="output")(x))
    report = diagnose(model, X, (X[:, -1, 0] > 0).astype("int32"), loss="sparse_categorical_crossentropy")
    assert (report.cause, report.layer) == ("vanishing", "norm"), report
    assert "of one number a normalisation leaves nothing but its shift" in report.verdict


def _next_to_0():
    return keras.initializers.VarianceScaling(1e-10, "fan_avg", "uniform")


@pytest.mark.parametrize("compiled", [True, False])
def test_branches_and_a_head_that_start_next_to_0_are_well(compiled):
    """As diffusion nets start: their first step is many times larger than these weights."""
    X, y = _numbers()
    x = inputs = keras.Input((8,))
    x = layers.Dense(16, name="stem")(x)
    for k in range(2):
        h = layers.Dense(16, "relu", name=f"wide_{k}")(layers.LayerNormalization(name=f"norm_{k}")(x))
        x = x + layers.Dense(16, kernel_initializer=_next_to_0(), name=f"narrow_{k}")(h)
    model = keras.Model(inputs, layers.Dense(1, kernel_initializer=_next_to_0(), name="output")(x))
    if compiled:
        model.compile(keras.optimizers.Adam(1e-3), "mse")
    report = diagnose(model, X, y, **({} if compiled else {"loss": "mse"}))
    assert report.healthy, report
    # The same in the middle of a chain is no start on purpose.
    chain = keras.Sequential([keras.Input((8,)), *[layers.Dense(16, "relu", name=f"hidden_{k}") for k in range(4)]])
    chain.add(layers.Dense(1, name="output"))
    kernel = chain.get_layer("hidden_2").kernel
    kernel.assign(kernel * 1e-5)
    ill = diagnose(chain, X, y, loss="mse")
    assert (ill.cause, ill.layer) == ("weights too small", "hidden_2"), ill


def test_the_logarithm_of_a_small_probability_makes_no_gradient_vanish():
    """A policy gradient: its slope at a probability of 1e-6 is a million, and all of it is heard."""

    def policy(taken, p):
        return -ops.mean(ops.log(ops.sum(taken * p, -1) + 1e-12))

    X, _ = _numbers()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(2, "softmax", name="policy")])
    model.get_layer("policy").bias.assign([-14.0, 0.0])
    taken = np.eye(2, dtype="float32")[np.arange(64) % 2]
    report = diagnose(model, X, taken, loss=policy)
    assert report.healthy, report
    # A squared error behind the same answers is flat.
    wrong = np.tile(np.array([[1.0, 0.0]], "float32"), (64, 1))
    flat = diagnose(model, X, wrong, loss=lambda y, p: ops.mean(ops.square(y - p)))
    assert flat.cause == "vanishing", flat


class Adding(keras.Model):
    """All of its loss is added in call(), most of it by what it computes itself."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(8, "tanh", activity_regularizer="l2", name="first")
        self.last = layers.Dense(1, name="last")

    def call(self, x, training=None):
        answer = self.last(self.first(x))
        self.add_loss(ops.mean(ops.square(answer - 3 * x[:, :1])))
        return answer


@pytest.mark.parametrize("rate", [1e-2, 30.0])
def test_steps_are_tried_with_all_that_a_model_adds_to_its_loss(rate):
    X, _ = _numbers()
    keras.utils.set_random_seed(0)
    model = Adding()
    model(X[:2])
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    report = diagnose(model, X)
    assert any("most of it by adding" in note for note in report.notes), report.notes
    tried = report.batch.trial.losses
    model.train_on_batch(X)
    model(X, training=True)
    stepped = float(sum(float(value) for value in model.losses))
    np.testing.assert_allclose(tried[:2], [report.loss, stepped], rtol=1e-4)
    assert report.cause == ("learning rate too large" if rate > 1 else "healthy"), report


def test_steps_that_ruin_a_net_are_named_before_what_it_forgets():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(16, 12, 2)).astype("float32")
    forgets = {"recurrent_initializer": keras.initializers.Orthogonal(gain=0.3, seed=1), "name": "told"}
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((12, 2)), layers.SimpleRNN(6, **forgets), layers.Dense(1, name="output")])
    causes = {}
    for rate in (1e-3, 30.0):
        model.compile(keras.optimizers.SGD(rate), "mse")
        causes[rate] = diagnose(model, X, X[:, -1, 0]).cause
    assert causes == {1e-3: "vanishing through time", 30.0: "learning rate too large"}


def test_small_numbers_before_a_normalisation_make_no_gradient_explode():
    """Their size has no meaning there: inputs of 1e-4 give 1e4 times the gradient, and the same steps."""
    X, y = _numbers(size=16)
    stack = [keras.Input((16,))]
    for k in range(3):
        stack += [layers.Dense(16, name=f"dense_{k}"), layers.BatchNormalization(epsilon=1e-12), layers.ReLU()]
    model = keras.Sequential([*stack, layers.Dense(1, name="output")])
    reports = [diagnose(model, X * scale, y, loss="mse") for scale in (np.float32(1), np.float32(1e-4))]
    assert [report.cause for report in reports] == ["healthy", "healthy"], reports[1]
    assert reports[1].layers.reach.max() > 1e3 > reports[0].layers.reach.max()


class Distilled(keras.Model):
    """It learns from other answers than the labels, by a loss of its own class."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def call(self, x, training=None):
        return self.body(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 5 * ops.mean(ops.square(ops.softmax(y_pred) - ops.softmax(ops.stack([x[:, 0], x[:, 1]], -1))))


@pytest.mark.parametrize("compiled", [None, "sparse_categorical_crossentropy"])
def test_a_compute_loss_of_ones_own_is_taken_and_not_what_stands_beside_it(compiled):
    """The compiled loss would not fit the logits; it is not what is trained on."""
    X, y = _numbers()
    body = keras.Sequential([keras.Input((8,)), layers.Dense(8, "relu"), layers.Dense(2, name="logits")])
    model = Distilled(body)
    model(X[:2])
    model.compile("adam", compiled)
    report = diagnose(model, X, (y > 0).astype("int32"))
    assert report.healthy and report.batch.guess is None, report
    assert report.loss == pytest.approx(float(model.compute_loss(X, y, model(X))), rel=1e-4)
    assert any("Distilled.compute_loss is no loss of Keras's" in note for note in report.notes), report.notes


def test_a_normalization_that_was_not_adapted_is_named_and_adapting_it_cures():
    X, y = _numbers()
    X = 1000 + 300 * X
    norm = layers.Normalization(name="norm")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8,)), norm, layers.Dense(16, "relu"), layers.Dense(1, name="output")])
    ill = diagnose(model, X, y, loss="mse")
    assert ill.cause == "inputs too large" and "Try: adapt(X) of norm" in ill.verdict, ill
    norm.adapt(X)
    well = diagnose(model, X, y, loss="mse")
    assert well.healthy and not any("not adapted" in note for note in well.notes), well


def test_a_loss_of_ones_own_may_take_targets_of_another_shape():
    """Three quantiles of one number."""
    shares = np.array([0.1, 0.5, 0.9], "float32")

    def pinball(y, p):
        off = ops.expand_dims(ops.reshape(y, (-1,)), -1) - p
        return ops.mean(ops.maximum(shares * off, (shares - 1) * off))

    X, y = _numbers()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(3, name="quantiles")])
    report = diagnose(model, X, y, loss=pinball)
    assert report.healthy and report.loss == pytest.approx(float(pinball(y, model(X))), rel=1e-4), report
    with pytest.raises(ValueError, match="output has shape"):
        diagnose(model, X, y, loss="mse")


def test_what_layers_would_add_to_the_loss_of_a_net_that_is_not_compiled_is_told():
    X, y = _numbers()
    dear = layers.Dense(16, "relu", kernel_regularizer=keras.regularizers.L2(10.0), name="dear")
    model = keras.Sequential([keras.Input((8,)), dear, layers.Dense(1, name="output")])
    report = diagnose(model, X, y, loss="mse")
    assert any("Left out here" in note and "dear" in note for note in report.notes), report.notes
    model.compile("adam", "mse")
    report = diagnose(model, X, y)
    assert report.cause == "regularization too strong" and "Left out" not in " ".join(report.notes), report


def _of_one_number():
    return keras.initializers.Constant(0.05)


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_units_of_a_recurrent_layer_that_are_copies_are_named(kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32, 5, 3)).astype("float32")
    y = (X[:, -1, 0] > 0).astype("int32")
    alike = {"kernel_initializer": _of_one_number(), "recurrent_initializer": _of_one_number()}
    # Under a head of random weights each unit would get another gradient.
    head = layers.Dense(1, kernel_initializer=_of_one_number(), name="output")
    model = keras.Sequential([keras.Input((5, 3)), kind(6, name="told", **alike), head])
    report = diagnose(model, X, y, loss=keras.losses.BinaryCrossentropy(from_logits=True))
    assert (report.cause, report.layer) == ("symmetric", "told"), report
    told = model.get_layer("told").cell
    told.recurrent_kernel.assign(keras.initializers.Orthogonal(seed=1)(told.recurrent_kernel.shape))
    report = diagnose(model, X, y, loss=keras.losses.BinaryCrossentropy(from_logits=True))
    assert report.cause != "symmetric", report


def test_an_output_of_one_number_silences_a_softmax_until_its_first_step():
    X, y = _numbers()
    head = layers.Dense(4, "softmax", kernel_initializer=_of_one_number(), name="output")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu", name="hidden"), head])
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=True)
    labels = (np.digitize(y, [-0.5, 0, 0.5])).astype("int32")
    report = diagnose(model, X, labels)
    assert (report.cause, report.layer) == ("healthy", "output") and "until its first step" in report.verdict, report
    model.train_on_batch(X, labels)
    after = diagnose(model, X, labels)
    assert after.healthy and after.layers.reach.min() > 1e-3, after


def test_a_price_beside_a_loss_of_ones_own_is_compared_with_weights_of_0():
    X, y = _numbers()
    dear = layers.Dense(16, "relu", kernel_regularizer=keras.regularizers.L2(10.0), name="dear")
    model = keras.Sequential([keras.Input((8,)), dear, layers.Dense(1, name="output")])
    model.compile("adam", lambda y, p: ops.mean(ops.abs(y - ops.reshape(p, (-1,)))))
    report = diagnose(model, X, y)
    assert (report.cause, report.layer) == ("regularization too strong", "dear"), report
    assert "With these weights at 0 the loss is" in report.verdict


@pytest.mark.parametrize("first", [layers.SimpleRNN(8, name="first"), layers.BatchNormalization(name="first")])
def test_inputs_next_to_0_are_named_whatever_takes_them_in(first):
    """Divided by 255 twice, before a recurrent layer, or before a normalisation whose epsilon is larger."""
    rng = np.random.default_rng(0)
    shape = (64, 4, 3) if isinstance(first, layers.SimpleRNN) else (64, 3)
    X = rng.normal(size=shape).astype("float32") * np.float32(1e-4)
    y = 1e4 * X.reshape(64, -1)[:, -3:].sum(1)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input(shape[1:]), first, layers.Dense(16, "relu"), layers.Dense(1, name="output")]
    )
    model.compile(keras.optimizers.Adam(1e-2), "mse")
    report = diagnose(model, X, y)
    assert (report.cause, report.layer) == ("inputs too small", "first"), report
    assert diagnose(model, X * np.float32(1e4), y).healthy


@pytest.mark.parametrize("activation", ["gelu", "silu", "elu"])
def test_units_that_are_off_for_most_examples_are_no_fault_and_units_that_always_are_off_are_one(activation):
    """As with relu: what is flat on one side only still learns from the examples on the other."""
    X, y = _numbers()
    wide = keras.initializers.RandomNormal(stddev=3 / np.sqrt(8), seed=1)
    first = layers.Dense(16, activation, kernel_initializer=wide, name="first")
    model = keras.Sequential([keras.Input((8,)), first, layers.Dense(1)])
    model.compile("sgd", "mse")
    for bias, cause in ((-5.0, "healthy"), (-40.0, "saturation")):
        first.bias.assign(np.full(16, bias))
        report = diagnose(model, X, y)
        flat = report.layers.saturated.iloc[0]
        assert flat > 0.55 and report.cause == cause, (bias, flat, report.verdict)
