"""Weights and gradients under model.fit: which models, which moments, what is kept, what is refused."""

import subprocess
import sys

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import vgcourse as vg
from tests.capture_oracle import BATCH, assert_recorded, batches, data, eager_step, small_net
from vgcourse.measure.capture import GradientCapture, WeightCapture, moments, recorder
from vgcourse.measure.capture.tensor_statistics import statistics_row, tensor_statistics
from vgcourse.measure.statistics import STATISTICS, array_statistics, layer_statistics

layers = keras.layers
X, y = data(20)
FIT = {"batch_size": BATCH, "epochs": 2, "shuffle": False, "verbose": 0}


def compiled(model=None, optimizer="sgd", loss="binary_crossentropy", **settings):
    model = model or small_net()
    model.compile(optimizer, loss, **({"run_eagerly": True} | settings))
    return model


def fitted(*captures, model=None, fit=FIT, **settings):
    model = compiled(model, **settings)
    model.fit(X, y, callbacks=list(captures), **fit)
    return model


def nested_shared_frozen():
    """Two inputs' worth of a model in one: a nested block, a shared layer, a frozen one, two outputs."""
    keras.utils.set_random_seed(0)
    inner = keras.Input((4,))
    block = keras.Model(inner, layers.Dense(4, activation="tanh", name="dense")(inner), name="block")
    shared = layers.Dense(4, activation="sigmoid", name="shared")
    inputs = keras.Input((2,))
    h = layers.Dense(4, activation="relu", name="frozen", trainable=False)(inputs)
    h = shared(block(shared(h)))
    h = layers.BatchNormalization(name="norm")(h)
    return keras.Model(inputs, [layers.Dense(1, name="left")(h), layers.Dense(2, name="right")(h)])


def test_nested_shared_frozen_normalised_layers_and_several_outputs():
    model = nested_shared_frozen()
    model.compile("sgd", ["mse", "mse"], jit_compile=False)
    targets = (y, np.concatenate([y, 1 - y], 1))
    capture = GradientCapture(every="step", weights=True)
    model.fit(X, targets, callbacks=[capture], **FIT)
    recording = capture.recording
    steps = [
        (x, [left, right])
        for (x, left), (_, right) in zip(batches(X, targets[0]), batches(X, targets[1]), strict=True)
    ]
    assert_recorded(model, recording, 2 * steps)
    assert recording.layers == ("frozen", "shared", "block/dense", "norm", "left", "right")
    assert set(recording.kernel_gradients) == {"shared", "block/dense", "left", "right"}
    assert set(recording.kernels) == {"frozen", *recording.kernel_gradients}
    assert set(recording.variable_gradients) == {"norm/gamma", "norm/beta"}
    assert recording.activations["block/dense"] == "tanh"


CLASSES, EXAMPLES = {0: 0.2, 1: 5.0}, np.linspace(0, 3, len(X)).astype("float32")


@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("given", [{"class_weight": CLASSES}, {"sample_weight": EXAMPLES}], ids=["class", "sample"])
def test_weights_of_classes_and_of_examples_are_in_what_is_recorded(given, eager):
    capture = GradientCapture(every="step", weights=True)
    model = fitted(capture, fit=FIT | {"epochs": 1} | given, run_eagerly=eager)
    weights = EXAMPLES if "sample_weight" in given else np.array([CLASSES[int(k)] for k in y[:, 0]], "float32")
    recording = capture.recording
    for step, (x, targets) in enumerate(batches(X, y)):
        for name in ("hidden_1", "hidden_2", "output"):
            model.get_layer(name).set_weights([recording.kernels[name][step], recording.biases[name][step]])
        share = weights[step * BATCH : step * BATCH + len(x)]
        gradients, backprop = eager_step(model, x, targets, weights=share)
        for (group, name), expected in gradients.items():
            np.testing.assert_allclose(getattr(recording, group)[name][step], expected, rtol=1e-3, atol=1e-6)
        loss = float(model.compute_loss(x=x, y=targets, y_pred=model(x), sample_weight=share))
        assert recording.loss[step] == pytest.approx(loss, rel=1e-4)
        assert recording.backprop["hidden_1"][step] == pytest.approx(backprop["hidden_1"], rel=1e-3)


class Reader(keras.Model):
    """Subclassed, built by its first batch, with layers assigned in another order than they are called."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.head = layers.Dense(1, activation="sigmoid", name="head")
        self.second = layers.GRU(3, name="second")
        self.first = layers.LSTM(3, return_sequences=True, name="first")
        self.words = layers.Embedding(7, 2, mask_zero=True, name="words")

    def call(self, x, training=None):
        return self.head(self.second(self.first(self.words(x))))


def test_a_subclassed_recurrent_model_that_its_first_batch_builds():
    keras.utils.set_random_seed(0)
    model = Reader()
    model.compile("sgd", "binary_crossentropy", jit_compile=False)
    words = np.random.default_rng(0).integers(0, 7, (20, 4))
    by_step, by_epoch = (GradientCapture(every=every, weights=True) for every in ("step", "epoch"))
    weights = WeightCapture()
    model.fit(words, y, callbacks=[weights, by_step, by_epoch], **FIT)
    assert_recorded(model, by_step.recording, 2 * batches(words, y))
    for recording in (by_step.recording, by_epoch.recording, weights.recording):
        assert recording.layers == ("words", "first", "second", "head")
        initial = by_step.recording.variables["first/recurrent_kernel"][0]
        np.testing.assert_array_equal(recording.variables["first/recurrent_kernel"][0], initial)
        assert np.abs(recording.variables["first/recurrent_kernel"][-1] - initial).max() > 0
    assert {"words/embeddings", "second/recurrent_kernel"} <= set(by_epoch.recording.variable_gradients)


@pytest.fixture(scope="module")
def epochs_and_steps():
    """One compiled fit of 2 epochs of 3 steps, seen by five captures at once."""
    captures = {
        "epoch": GradientCapture(weights=True),
        "step": GradientCapture(every="step", weights=True),
        "second": GradientCapture(every=2, layers="hidden_2"),
        "weights": WeightCapture(),
        "weights of steps": WeightCapture(every=4),
    }
    model = small_net()
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    start = model.get_weights()[0]
    history = model.fit(X, y, callbacks=list(captures.values()), **FIT)
    return {name: c.recording for name, c in captures.items()}, history.history, start, model.get_weights()[0]


def test_an_epoch_is_recorded_at_its_last_batch_and_initialisation_at_the_first(epochs_and_steps):
    recordings, history, *_ = epochs_and_steps
    by_epoch, by_step = recordings["epoch"], recordings["step"]
    assert by_epoch.epochs.tolist() == [-1, 0, 1] and by_epoch.steps.tolist() == [0, 3, 6]
    for layer in ("hidden_1", "hidden_2", "output"):
        for group in ("kernel_gradients", "bias_gradients", "backprop"):
            found, expected = (getattr(r, group)[layer] for r in (by_epoch, by_step))
            np.testing.assert_array_equal(found, expected[[0, 2, 5]])
    np.testing.assert_allclose(by_epoch.loss, [by_step.loss[0], *history["loss"]])
    np.testing.assert_allclose(by_epoch.accuracy, [np.nan, *history["accuracy"]])


def test_steps_are_recorded_with_the_steps_done_before_them(epochs_and_steps):
    recordings = epochs_and_steps[0]
    assert recordings["step"].steps.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(recordings["step"].epochs, np.arange(6) / 3 - 1)
    assert recordings["second"].steps.tolist() == [0, 2, 4]
    np.testing.assert_array_equal(
        recordings["second"].kernel_gradients["hidden_2"], recordings["step"].kernel_gradients["hidden_2"][::2]
    )
    assert recordings["second"].layers == ("hidden_2",)


def test_weights_are_recorded_from_initialisation_to_the_end(epochs_and_steps):
    recordings, _, start, end = epochs_and_steps
    for name, moments_, steps in (
        ("weights", [-1, 0, 1], [0, 3, 6]),
        ("weights of steps", [-1, 1 / 3, 1], [0, 4, 6]),
    ):
        recording = recordings[name]
        np.testing.assert_allclose(recording.epochs, moments_)
        assert recording.steps.tolist() == steps
        np.testing.assert_array_equal(recording.kernels["hidden_1"][[0, -1]], [start, end])
        assert not recording.kernel_gradients
    np.testing.assert_array_equal(recordings["weights"].kernels["hidden_1"], recordings["epoch"].kernels["hidden_1"])
    np.testing.assert_array_equal(
        recordings["weights of steps"].kernels["hidden_1"][1], recordings["step"].kernels["hidden_1"][4]
    )


def test_the_first_of_several_steps_a_call_is_the_initialisation():
    capture = GradientCapture()
    model = small_net()
    (kernel, *_), first = model.get_weights(), batches(X, y)[0]
    model.compile("sgd", "binary_crossentropy", steps_per_execution=3, jit_compile=False)
    expected = {**eager_step_of(model, first), "kernel": kernel}
    model.fit(X, y, callbacks=[capture], **FIT)
    recording = capture.recording
    np.testing.assert_allclose(recording.kernel_gradients["hidden_1"][0], expected["gradient"], 1e-5, 1e-7)
    np.testing.assert_allclose(recording.backprop["hidden_1"][0], expected["backprop"], 1e-5)
    assert np.abs(recording.kernel_gradients["hidden_1"][1] - expected["gradient"]).max() > 1e-4
    assert recording.steps.tolist() == [0, 3, 6]


def eager_step_of(model, batch):
    gradients, backprop = eager_step(model, *batch)
    return {"gradient": gradients["kernel_gradients", "hidden_1"], "backprop": backprop["hidden_1"]}


def test_each_fit_starts_a_new_recording_also_after_compiling_anew():
    capture, weights = GradientCapture(), WeightCapture()
    model = fitted(capture, weights)
    first = capture.recording
    model.compile("adam", "binary_crossentropy", run_eagerly=True)
    model.fit(X, y, callbacks=[capture, weights], initial_epoch=2, **{**FIT, "epochs": 4})
    second = capture.recording
    assert first.epochs.tolist() == [-1, 0, 1] and first.info["optimizer"] == "sgd"
    assert second.epochs.tolist() == [1, 2, 3] and second.info["optimizer"] == "adam"
    assert second.steps.tolist() == weights.recording.steps.tolist() == [0, 3, 6]


def test_an_epoch_of_unknown_length_and_validation_in_between():
    def stream():
        yield from batches(X, y)

    signature = (tf.TensorSpec((None, 2)), tf.TensorSpec((None, 1)))
    dataset = tf.data.Dataset.from_generator(stream, output_signature=signature)
    captures = [GradientCapture(), GradientCapture(every="step"), WeightCapture()]
    model = compiled()
    model.fit(dataset, epochs=2, validation_data=(X, y), callbacks=captures, verbose=0)
    by_epoch, by_step, weights = (c.recording for c in captures)
    assert by_epoch.steps.tolist() == weights.steps.tolist() == [0, 3, 6]
    np.testing.assert_allclose(by_step.epochs, np.arange(6) / 3 - 1)
    np.testing.assert_array_equal(by_epoch.backprop["hidden_1"], by_step.backprop["hidden_1"][[0, 2, 5]])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_call_that_finds_the_dataset_at_its_end_is_no_step(optimizer):
    dataset = tf.data.Dataset.from_tensor_slices((X, y)).filter(lambda x, y: True).batch(BATCH)
    captures = GradientCapture(every="step"), WeightCapture(every="step"), GradientCapture(), WeightCapture()
    # Compiled, the operations of that call that need no batch are run.
    model = compiled(optimizer=optimizer, run_eagerly=False)
    model.fit(dataset, epochs=2, callbacks=list(captures), verbose=0)
    gradients, weights, by_epoch, weights_by_epoch = (c.recording for c in captures)
    assert gradients.steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert weights.steps.tolist() == [0, 1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(weights.epochs, np.arange(7) / 3 - 1)
    assert by_epoch.steps.tolist() == weights_by_epoch.steps.tolist() == [0, 3, 6]


class StopAt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = batch == 1


def test_an_epoch_cut_short_has_no_gradient_and_says_so():
    captures = GradientCapture(), GradientCapture(every="step"), GradientCapture(keep="statistics")
    fitted(*captures, StopAt())
    by_epoch, by_step, reduced = (c.recording for c in captures)
    assert by_epoch.steps.tolist() == [0, 2]
    np.testing.assert_array_equal(by_epoch.kernel_gradients["output"][0], by_step.kernel_gradients["output"][0])
    assert np.isnan(by_epoch.kernel_gradients["output"][1]).all() and np.isnan(by_epoch.backprop["output"][1])
    rows = reduced.frame().query("layer == 'output' and quantity == 'kernel_gradient'")
    assert np.isfinite(rows.rms).tolist() == [True, False]
    for recording in (by_epoch, reduced):
        assert recording.info["notes"] == [
            "gradients of epoch 0: it ended before its last step, so they were not recorded."
        ]
        assert recording.info["gradients_nonfinite_at"] is None


class EveryOther(keras.Model):
    """Updates its weights at even steps only."""

    def __init__(self, net):
        super().__init__()
        self.net, self.count = net, tf.Variable(0)

    def call(self, x):
        return self.net(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        tf.cond(self.count % 2 == 0, lambda: self._update(gradients), lambda: tf.constant(False))
        self.count.assign_add(1)
        return {"loss": loss}

    def _update(self, gradients):
        self.optimizer.apply(gradients, self.trainable_variables)
        return tf.constant(True)


def test_an_epoch_whose_last_step_updates_nothing_says_so():
    capture = GradientCapture()
    model = EveryOther(small_net("relu"))
    model.compile("sgd", "binary_crossentropy", run_eagerly=False)
    model.fit(X, y, batch_size=BATCH, epochs=2, callbacks=[capture], verbose=0)
    recording = capture.recording  # of six steps, the third updates and the sixth does not
    (gradient,) = (g for name, g in recording.kernel_gradients.items() if "output" in name)
    assert np.isfinite(gradient).all(axis=(1, 2)).tolist() == [True, True, False]
    assert recording.info["notes"] == [
        "gradients of epoch 1: its last step updated nothing, so they were not recorded."
    ]


@pytest.mark.parametrize("eagerly", [False, True])
def test_the_gradient_of_a_loss_that_is_no_number_is_kept_wherever_the_epoch_ends(eagerly):
    broken = X.copy()
    broken[BATCH : 2 * BATCH] = np.inf
    capture = GradientCapture()
    model = compiled(run_eagerly=eagerly)
    model.fit(
        broken, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[capture, keras.callbacks.TerminateOnNaN()]
    )
    recording = capture.recording
    assert recording.steps.tolist() == [0, 2] and not recording.info["notes"]
    assert not np.isfinite(recording.kernel_gradients["hidden_1"][1]).all()
    assert recording.info["gradients_nonfinite_at"] == 0


@pytest.mark.parametrize("shape", [(3,), (300, 400), (7, 0), (2**15 + 1,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_statistics_block_by_block_are_those_of_the_whole(shape, dtype):
    values = (np.random.default_rng(0).normal(5, 2, shape) * 1e-20).astype(dtype)
    values.ravel()[::7] = 0
    expected = [column[0] for column in layer_statistics(values[None]).values()]
    np.testing.assert_allclose(array_statistics(values), expected, rtol=1e-9)
    level = np.full(shape, dtype(1 + 1e-6))  # its two means agree in all digits but a few
    np.testing.assert_allclose(array_statistics(level)[1:2], layer_statistics(level[None])["std"], atol=1e-12)


def test_statistics_of_an_accelerator_are_those_of_numpy():
    values = tf.constant(np.random.default_rng(0).normal(size=(300, 400)), tf.float32)
    np.testing.assert_allclose(statistics_row(values).numpy(), array_statistics(values.numpy()), rtol=1e-6)


def test_statistics_agree_with_those_of_the_arrays():
    frames = []
    for keep in ("arrays", "statistics"):
        capture = GradientCapture(weights=True, keep=keep)
        fitted(capture, model=small_net("relu"))
        assert bool(capture.recording.kernels) == (keep == "arrays")
        frames.append(capture.recording.frame().sort_values(["quantity", "layer", "epoch"], ignore_index=True))
    pd.testing.assert_frame_equal(*frames, rtol=1e-6)
    assert set(frames[0].quantity) == {"kernel", "bias", "kernel_gradient", "bias_gradient", "backprop"}


def test_arrays_beyond_the_limit_are_reduced_to_their_statistics(monkeypatch):
    captures = GradientCapture(every="step"), GradientCapture(every="step", keep="arrays")
    monkeypatch.setattr(moments, "ARRAYS_LIMIT", 500)
    with pytest.warns(UserWarning, match="only their statistics are kept"):
        fitted(*captures)
    reduced, whole = (c.recording for c in captures)
    assert not reduced.kernel_gradients and whole.kernel_gradients
    pd.testing.assert_frame_equal(
        *(r.frame().sort_values(["quantity", "layer", "epoch"], ignore_index=True) for r in (reduced, whole)),
        rtol=1e-6,
    )


def test_statistics_of_a_vanished_gradient_do_not_underflow():
    tiny = tf.constant([1e-25, -3e-25, 0.0])
    found = dict(zip(STATISTICS, tensor_statistics([tiny])[0], strict=True))
    expected = layer_statistics(tiny.numpy()[None])
    assert found["rms"] > 1e-25
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value[0], rtol=1e-9)


def test_a_loss_that_is_not_a_number_is_flagged_and_recorded():
    capture = GradientCapture(every="step")
    fitted(capture, optimizer=keras.optimizers.SGD(1e30), loss="mse", model=small_net("linear"))
    recording = capture.recording
    assert recording.info["nonfinite_at"] is None or recording.info["nonfinite_at"] > -1
    bad = ~np.isfinite(recording.loss)
    assert bad.any() and recording.info["nonfinite_at"] == recording.epochs[bad][0]


def test_names_variables_that_the_loss_does_not_depend_on():
    inputs = keras.Input((2,))
    used, unused = layers.Dense(1, name="used")(inputs), layers.Dense(1, name="unused")(inputs)
    capture = GradientCapture()
    model = keras.Model(inputs, [used, unused])
    model.compile("sgd", ["mse", None], run_eagerly=True)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        model.fit(X, y, callbacks=[capture], **FIT)
    assert set(capture.recording.kernel_gradients) == {"used"}
    assert capture.recording.info["no_gradient"] == ["unused/bias", "unused/kernel"]


def test_recording_can_be_read_while_training_goes_on():
    capture = GradientCapture()
    seen = []
    reader = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(len(capture.recording.epochs)))
    fitted(capture, reader)
    assert seen == [2, 3]


def test_the_package_offers_both():
    assert vg.GradientCapture is GradientCapture and vg.WeightCapture is WeightCapture


def refuse_frozen():
    model = small_net()
    model.get_layer("hidden_1").trainable = False
    return model


REFUSED = {
    "every: expected": lambda: GradientCapture(every="batch"),
    "every: .* got 0": lambda: WeightCapture(every=0),
    "every: .* got True": lambda: WeightCapture(every=True),
    "keep: expected": lambda: GradientCapture(keep="all"),
    "recording: nothing is recorded yet": lambda: GradientCapture().recording,
    "WeightCapture.recording: nothing": lambda: WeightCapture().recording,
    "layers: 'dense_9' not in this model. It has 'hidden_1', 'hidden_2', 'output'": lambda: fitted(
        WeightCapture(layers=["dense_9"])
    ),
    "no gradient reaches 'hidden_1' of model": lambda: fitted(
        GradientCapture(layers=["hidden_1", "output"]), model=refuse_frozen()
    ),
    "compile": lambda: small_net().fit(X, y, callbacks=[GradientCapture()], **FIT),
    "found no Keras optimizer": lambda: fitted(GradientCapture(), optimizer=None),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refuses_in_one_sentence(message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()


def test_refuses_another_backend(monkeypatch):
    monkeypatch.setattr(recorder.keras.config, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="listen to the TensorFlow backend, and this is 'jax'"):
        WeightCapture()


ON_TWO_DEVICES = """
import keras, numpy as np, tensorflow as tf
from vgcourse.measure.capture import GradientCapture
from vgcourse.measure.diagnosis import diagnose

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
try:
    model.fit(X, X[:, :1], verbose=0, callbacks=[GradientCapture()])
except ValueError as error:
    print(error)
print(diagnose(model, X, X[:, :1]).cause)
"""


def test_a_model_on_two_devices_is_refused_by_captures_and_diagnosed():
    # Devices are configured before TensorFlow starts: a process of its own.
    done = subprocess.run([sys.executable, "-c", ON_TWO_DEVICES], capture_output=True, text=True, check=True)
    refused, cause = done.stdout.splitlines()[-2:]
    assert "trains on several replicas. Record it on one device." in refused and cause == "healthy"


def test_sparse_inputs_are_recorded():
    rng = np.random.default_rng(0)
    X = np.where(rng.random((32, 4)) < 0.5, rng.normal(size=(32, 4)), 0).astype("float32")
    recorded = []
    for inputs, sparse in ((X, False), (tf.sparse.from_dense(X), True)):
        keras.utils.set_random_seed(0)
        stack = [keras.Input((4,), sparse=sparse), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
        model, capture = keras.Sequential(stack), GradientCapture()
        model.compile("sgd", "mse")
        model.fit(inputs, X[:, :1], batch_size=32, shuffle=False, verbose=0, callbacks=[capture])
        recorded.append(next(iter(capture.recording.kernel_gradients.values())))
    np.testing.assert_allclose(*recorded, rtol=1e-4, atol=1e-6)


def test_nothing_is_recorded_by_a_fit_of_no_epochs():
    capture = GradientCapture()
    fitted(capture, fit={**FIT, "epochs": 0})
    with pytest.raises(ValueError, match="nothing is recorded yet"):
        _ = capture.recording
