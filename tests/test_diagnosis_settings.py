"""What an optimizer's settings, noise, prices on weights and weights of examples do to a net is told by its cause."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, optimizers
from keras.layers import Dense

from tests.net_builders import circles, tokens
from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.words import short

X, Y = circles(128)
ROWS = np.random.default_rng(0).normal(size=(128, 10)).astype("float32")
KINDS = (ROWS[:, :3].argmax(1)).astype("int32")
ONE_HOT = np.eye(3, dtype="float32")[KINDS]
SCCE = "sparse_categorical_crossentropy"


def chain(*stack, loss=SCCE, optimizer="adam", inputs=(10,), **kwargs):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input(inputs, **kwargs), *stack])
    model.compile(optimizer, loss)
    return model


def mlp(optimizer="adam", **kwargs):
    hidden = [Dense(24, "relu", name=f"hidden_{k}", **kwargs) for k in (1, 2, 3)]
    return chain(*hidden, Dense(3, "softmax", name="output"), optimizer=optimizer)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(3)


SETTINGS = {
    "AdamW, decay 50": (lambda: optimizers.AdamW(0.01, weight_decay=50.0), "weight decay too large"),
    "SGD, decay 1": (lambda: optimizers.SGD(0.1, weight_decay=1.0), "weight decay too large"),
    "Lion, decay 1000": (lambda: optimizers.Lion(1e-4, weight_decay=1000.0), "weight decay too large"),
    "SGD, clipnorm 1e-6": (lambda: optimizers.SGD(0.01, clipnorm=1e-6), "clipping too strong"),
    "SGD, clipvalue 1e-9": (lambda: optimizers.SGD(0.1, clipvalue=1e-9), "clipping too strong"),
    "Adam, global_clipnorm 1e-11": (lambda: optimizers.Adam(1e-3, global_clipnorm=1e-11), "clipping too strong"),
    "Adam, epsilon 1e4": (lambda: optimizers.Adam(1e-3, epsilon=1e4), "learning rate too small"),
    "rate 0": (lambda: optimizers.SGD(0.0), "learning rate too small"),
}
CALM_SETTINGS = {
    "momentum 0.9, rate 0.05": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "momentum 0.99, rate 0.001": lambda: optimizers.SGD(0.001, momentum=0.99),
    "AdamW": lambda: optimizers.AdamW(1e-3, weight_decay=0.1),
    "SGD, decay": lambda: optimizers.SGD(0.1, momentum=0.9, weight_decay=5e-4),
    "clipnorm 1": lambda: optimizers.SGD(0.1, clipnorm=1.0),
    "epsilon 0.1": lambda: optimizers.Adam(1e-3, epsilon=0.1),
}


@pytest.mark.parametrize("epochs", [0, 5])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_setting_to_blame(name, epochs):
    """Also where training has begun: biases that began at 0 and hardly moved are no measure of a step."""
    make, cause = SETTINGS[name]
    model = mlp(make())
    model.fit(ROWS, KINDS, epochs=epochs, verbose=0)
    report = diagnose(model, ROWS, KINDS)
    assert report.cause == cause, report
    setting = name.split(", ")[-1].split()[0]
    assert setting in ("rate", "decay") or f"{setting}=" in report.verdict


@pytest.mark.parametrize("name", CALM_SETTINGS)
def test_usual_settings_are_no_alarm(name):
    report = diagnose(mlp(CALM_SETTINGS[name]()), ROWS, KINDS)
    assert report.healthy, report


def test_momentum_is_tried_for_as_long_as_it_grows():
    losses = diagnose(mlp(optimizers.SGD(0.5, momentum=0.99)), ROWS, KINDS).batch.trial.losses
    assert len(losses) == 41 or not np.isfinite(losses[-1])
    assert len(diagnose(mlp(optimizers.SGD(0.5)), ROWS, KINDS).batch.trial.losses) <= 9
    # Here the whole batch, four clouds that are easily told apart, agrees to every step; a part of it does not.
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 4, 512)
    clouds = rng.normal(0, 1.2, (4, 20))[kinds] + rng.normal(0, 1, (512, 20))
    clouds = ((clouds - clouds.mean(0)) / clouds.std(0)).astype("float32")
    hidden, fast = [Dense(32, "relu") for _ in range(3)], optimizers.SGD(0.5, momentum=0.99, nesterov=True)
    report = diagnose(chain(*hidden, Dense(4, "softmax"), optimizer=fast, inputs=(20,)), clouds, kinds)
    assert report.cause == "learning rate too large", report


def test_decay_is_blamed_and_not_the_weights_it_has_shrunk():
    model = mlp(optimizers.AdamW(0.01, weight_decay=50.0))
    for layer in model.layers:
        layer.kernel.assign(layer.kernel * 1e-3)
    assert diagnose(model, ROWS, KINDS).cause == "weight decay too large"


class Attends(layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(2, 4, dropout=0.97, name="attention")

    def call(self, x, training=False):
        return self.attention(x, x, training=training)


def of_tokens(*stack):
    words, labels = tokens(64)
    shape = words.shape[1:]
    model = chain(layers.Embedding(60, 8), *stack, Dense(3, "softmax"), inputs=shape, dtype="int32")
    return model, words, labels


def of_rows(*noise, kernel="he_normal"):
    return chain(Dense(24, "relu", kernel_initializer=kernel), *noise, Dense(3, "softmax")), ROWS, KINDS


def small_kernel():
    return keras.initializers.RandomNormal(0, 0.01, seed=1)


NOISE = {
    "dropout 0.99": (lambda: of_rows(layers.Dropout(0.99, name="noise")), "noise"),
    "dropout 0.9, meant as kept": (lambda: of_rows(layers.Dropout(0.9, name="noise")), "noise"),
    "Gaussian dropout": (lambda: of_rows(layers.GaussianDropout(0.95, name="noise")), "noise"),
    "alpha dropout": (lambda: of_rows(layers.AlphaDropout(0.97, name="noise")), "noise"),
    "Gaussian noise": (lambda: of_rows(layers.GaussianNoise(1.0, name="noise"), kernel=small_kernel()), "noise"),
    "dropout of whole features": (
        lambda: of_tokens(layers.SpatialDropout1D(0.97, name="noise"), layers.GlobalAveragePooling1D()),
        "noise",
    ),
    "dropout in an LSTM": (lambda: of_tokens(layers.LSTM(8, dropout=0.95, name="noise")), "noise"),
    "dropout of a state": (lambda: of_tokens(layers.GRU(8, recurrent_dropout=0.95, name="noise")), "noise"),
    "dropout of attention": (lambda: of_tokens(Attends(), layers.GlobalAveragePooling1D()), "attends/attention"),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_that_drowns_the_signal(name):
    make, layer = NOISE[name]
    report = diagnose(*make())
    assert report.cause == "noise too large", report
    assert report.layer.startswith(layer)


@pytest.mark.parametrize(
    "noise",
    [layers.Dropout(0.5), layers.Dropout(0.8), layers.GaussianNoise(0.5), layers.AlphaDropout(0.1)],
    ids=["0.5", "0.8", "Gaussian", "alpha"],
)
def test_usual_noise_is_no_alarm(noise):
    assert diagnose(*of_rows(noise)).healthy


class Quiet(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.99)

    def call(self, x):
        return self.drop(x, training=False)


def test_noise_that_is_switched_off_is_no_alarm():
    assert diagnose(*of_rows(Quiet())).healthy


@pytest.mark.parametrize("shrunk", [1.0, 1e-2])
@pytest.mark.parametrize("kind", ["L1", "L2"])
def test_a_price_on_weights_that_outweighs_the_data(kind, shrunk):
    model = mlp(kernel_regularizer=getattr(keras.regularizers, kind)(10.0))
    for layer in model.layers:
        layer.kernel.assign(layer.kernel * shrunk)
    report = diagnose(model, ROWS, KINDS)
    assert report.cause == "regularization too strong", report
    assert report.layer.startswith("hidden_")


def test_a_usual_price_is_no_alarm_and_not_part_of_what_is_learnt():
    report = diagnose(mlp(kernel_regularizer=keras.regularizers.L2(1e-3)), ROWS, KINDS)
    assert report.healthy, report
    assert report.batch.penalties > 0
    assert report.batch.data_loss == pytest.approx(report.loss - report.batch.penalties)


OUTPUTS = {
    "sigmoid, one right": (("sigmoid",), ONE_HOT, "categorical_crossentropy", "softmax at the output"),
    "sigmoid, class numbers": (("sigmoid",), KINDS, SCCE, "softmax at the output"),
    "sigmoid, several right": (
        ("sigmoid",),
        np.maximum(ONE_HOT, ONE_HOT[::-1]),
        "categorical_crossentropy",
        "binary cross-entropy",
    ),
    "logits, several right": (
        (None,),
        np.maximum(ONE_HOT, ONE_HOT[::-1]),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        "binary cross-entropy",
    ),
    "dropout behind the softmax": (("softmax", layers.Dropout(0.5)), KINDS, SCCE, "no layer between"),
    "noise behind the softmax": (("softmax", layers.GaussianDropout(0.5)), KINDS, SCCE, "no layer between"),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_answers_that_are_no_shares_of_one_whole(name):
    (activation, *behind), targets, loss, remedy = OUTPUTS[name]
    model = chain(Dense(24, "relu"), Dense(3, activation, name="output"), *behind, loss=loss)
    report = diagnose(model, ROWS, targets)
    assert (report.cause, report.layer) == ("loss does not fit the output", "output"), report
    assert remedy in report.verdict


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_copies_of_a_unit_are_known_after_training_too(activation):
    constant = keras.initializers.Constant(0.05)
    hidden = [Dense(16, activation, kernel_initializer=constant, name=f"hidden_{k}") for k in (1, 2, 3)]
    model = chain(*hidden, Dense(3, "softmax"))
    model.fit(ROWS, KINDS, epochs=3, verbose=0)
    assert diagnose(model, ROWS, KINDS).cause == "symmetric"


def test_inputs_off_centre_are_told_only_where_it_helps_to_centre_them():
    away = ROWS * 0.1 + 0.6
    normalised = chain(Dense(24), layers.BatchNormalization(), layers.ReLU(), Dense(3, "softmax"))
    assert diagnose(normalised, away, KINDS).healthy
    report = diagnose(mlp(), ROWS + 40, KINDS)
    assert report.cause in ("not centred", "inputs too large"), report


@pytest.mark.parametrize("scale", [1e-5, 1e-7])
def test_inputs_divided_too_often(scale):
    report = diagnose(mlp(), ROWS * scale, KINDS)
    assert report.cause == "inputs too small", report
    assert "(tried on copies)" in report.verdict


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU, layers.SimpleRNN])
@pytest.mark.parametrize("both", [False, True])
def test_gates_that_the_input_alone_makes_flat(kind, both):
    layer = layers.Bidirectional(kind(12), name="memory") if both else kind(12, name="memory")
    steps = np.random.default_rng(1).normal(900, 50, (64, 12, 2)).astype("float32")
    model = chain(layer, Dense(1), loss="mse", inputs=(12, 2))
    report = diagnose(model, steps, steps[:, -1, 0] / 900)
    assert report.cause == "inputs too large", report
    assert report.layer.startswith("memory")


def test_answers_too_large_for_a_loss_are_blamed_on_the_layer_that_makes_them():
    model = chain(Dense(16, "relu"), Dense(16, "relu", name="huge"), Dense(1), loss="mse")
    model.get_layer("huge").kernel.assign(model.get_layer("huge").kernel * 1e22)
    report = diagnose(model, ROWS, ROWS[:, 0])
    assert (report.cause, report.layer) == ("not finite", "huge"), report


def test_a_scale_of_zeros_is_blamed_and_not_the_units_it_silences():
    norm = layers.BatchNormalization(gamma_initializer="zeros", name="norm")
    report = diagnose(chain(Dense(24), norm, layers.ReLU(), Dense(3, "softmax")), ROWS, KINDS)
    assert (report.cause, report.layer) == ("weights too small", "norm"), report
    assert "gamma" in report.verdict


@pytest.mark.parametrize("momentum", [0.9999, 0.99, 0.9])
def test_moving_statistics_that_hardly_move(momentum):
    """Training does not see them: it uses the statistics of the batch. Those of 0.99 are on their way, and noted."""
    norm = layers.BatchNormalization(momentum=momentum, name="norm")
    model = chain(Dense(24), norm, layers.ReLU(), Dense(3, "softmax"), optimizer=optimizers.Adam(0.01))
    far = ROWS * 30 + 300
    assert diagnose(model, far, KINDS).cause != "wrong statistics"
    model.fit(far, KINDS, epochs=10, batch_size=32, verbose=0)
    report = diagnose(model, far, KINDS)
    assert (report.cause == "wrong statistics") == (momentum > 0.99), report
    here = short(model.evaluate(far, KINDS, verbose=0))
    if momentum > 0.99:
        assert report.layer == "norm" and here in report.verdict
    told = [note for note in report.notes if "moving statistics" in note]
    assert told or momentum != 0.99


def test_layers_without_an_activation_between_them_are_noted():
    report = diagnose(
        chain(Dense(16, name="a"), layers.Dropout(0.1), Dense(16, name="b"), Dense(3, "softmax")), ROWS, KINDS
    )
    assert any("No activation stands between a, b and" in note for note in report.notes)
    assert not any("No activation" in note for note in diagnose(mlp(), ROWS, KINDS).notes)


def test_a_long_list_of_frozen_layers_is_counted():
    frozen = [Dense(12, "relu", name=f"frozen_{k}", trainable=False) for k in range(9)]
    report = diagnose(chain(*frozen, Dense(3, "softmax")), ROWS, KINDS)
    assert any("frozen_3 and 5 more layers" in note for note in report.notes)


def weighted(y):
    return np.where(y == 0, 5.0, 0.25).astype("float32")


def test_weights_of_examples_are_those_of_a_training_step():
    model, weights = mlp(), weighted(KINDS)
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x=ROWS, y=KINDS, y_pred=model(ROWS, training=True), sample_weight=weights)
    kernel = tape.gradient(loss, model.get_layer("hidden_1").kernel.value).numpy()
    report = diagnose(model, ROWS, KINDS, sample_weight=weights)
    assert report.loss == pytest.approx(float(loss), rel=1e-5)
    assert report.layers.loc["hidden_1", "kernel_gradient"] == pytest.approx(np.sqrt(np.mean(kernel**2)), rel=1e-4)
    stream = tf.data.Dataset.from_tensor_slices((ROWS, KINDS, weights)).batch(32)
    assert diagnose(model, stream).loss == pytest.approx(float(loss), rel=1e-5)
    by_name = diagnose(model, ROWS, KINDS, loss=keras.losses.SparseCategoricalCrossentropy(), sample_weight=weights)
    assert by_name.loss == pytest.approx(float(loss), rel=1e-5)


def test_a_constant_answer_is_weighted_as_the_loss_is():
    """The head alone, its bias at the best constant answer: what is guessed is what Keras computes."""
    weights = weighted(KINDS)
    shares = np.bincount(KINDS, weights) / weights.sum()
    model = chain(Dense(3, "softmax", kernel_initializer="zeros", name="head"))
    model.get_layer("head").bias.assign(np.log(shares))
    report = diagnose(model, ROWS, KINDS, sample_weight=weights)
    assert report.batch.guess == pytest.approx(report.loss, rel=1e-4)


CE = keras.losses.SparseCategoricalCrossentropy


@pytest.mark.parametrize(
    ("loss", "factor"),
    [(CE(), 1.0), (CE(from_logits=True), 1.0), (CE(reduction="sum"), 128.0), (CE(reduction=None), 128.0)],
    ids=("shares", "logits", "summed", "one for each example"),
)
def test_a_constant_answer_is_measured_by_the_very_loss(loss, factor):
    head = Dense(3, None if getattr(loss, "from_logits", False) else "softmax", name="head")
    guess = diagnose(chain(head, loss=loss), ROWS, KINDS).batch.guess
    shares = np.bincount(KINDS) / len(KINDS)
    assert guess == pytest.approx(-factor * (shares * np.log(shares)).sum(), rel=1e-4)


def test_a_summed_loss_is_not_far_above_that_of_a_constant_answer():
    model = mlp()
    model.compile("adam", CE(reduction="sum"))
    assert not any("far above" in note for note in diagnose(model, ROWS, KINDS).notes)


def test_weights_of_examples_leave_time_measured():
    series = np.random.default_rng(1).normal(size=(64, 6, 2)).astype("float32")
    model = chain(layers.LSTM(8, name="memory"), Dense(1), loss="mse", inputs=(6, 2))
    report = diagnose(model, series, series[:, -1, 0], sample_weight=np.linspace(0.5, 2, 64))
    assert report.time.loc["memory", "steps"] == 6, report


@pytest.mark.parametrize("weights", [np.ones((128, 2)), -np.ones(128), np.ones(5)], ids=["2-d", "negative", "few"])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="sample_weight"):
        diagnose(mlp(), ROWS, KINDS, sample_weight=weights)


def test_large_targets_are_told_after_some_training_too():
    prices = (2e5 + 8e4 * ROWS[:, :1]).astype("float32")
    model = chain(Dense(24, "relu"), Dense(1, name="output"), optimizer="adam", loss="mae")
    assert diagnose(model, ROWS, prices).cause == "targets too large"
    model.fit(ROWS, prices, epochs=60, verbose=0)  # the optimizer remembers that way
    assert diagnose(model, ROWS, prices).cause == "targets too large"
    model.layers[-1].bias.assign([5e3])  # the answers are no longer next to 0
    assert diagnose(model, ROWS, prices).cause == "targets too large"


def test_targets_that_were_reached_are_none_too_large():
    prices = (2e5 + 8e4 * ROWS[:, :1]).astype("float32")
    model = chain(Dense(24, "relu"), Dense(1, name="output"), optimizer="adam", loss="mae")
    kernel = model.layers[-1].kernel
    kernel.assign(8e4 * kernel)
    model.layers[-1].bias.assign([2e5])
    assert diagnose(model, ROWS, prices).cause != "targets too large"


def test_a_larger_rate_is_tried_before_it_is_recommended():
    report = diagnose(mlp(optimizers.Adam(1e-9)), ROWS, KINDS)
    assert report.cause == "learning rate too small" and "times larger: some steps" in report.verdict, report.verdict
    rate = report.batch.faster
    assert 1e-4 < 1e-9 * rate.factor < 1e-1 and rate.loss < report.loss
