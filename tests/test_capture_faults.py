"""What strangers found in the captures and in train, each as the smallest input that showed it."""

import copy
import gc
import pickle
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.func_graph import FuncGraph

import vgcourse as vg
from vgcourse.measure.capture import GradientCapture, WeightCapture, recorder

layers = keras.layers
X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")
FIT = {"epochs": 2, "batch_size": 8, "verbose": 0, "shuffle": False}


def net(**compiled) -> keras.Sequential:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, "tanh", name="dense"), layers.Dense(1, "sigmoid", name="output")]
    )
    model.compile(**({"optimizer": "sgd", "loss": "binary_crossentropy", "jit_compile": False} | compiled))
    return model


def graphs() -> int:
    gc.collect()
    return sum(type(o) is FuncGraph for o in gc.get_objects())


@pytest.mark.parametrize(
    "capture",
    [GradientCapture, lambda: GradientCapture(backprop=False), lambda: WeightCapture(every="step")],
    ids=["gradients", "no backprop", "weights"],
)
def test_nothing_of_a_fit_is_held_once_its_capture_is_gone(capture):
    model = net()
    model.fit(X, Y, callbacks=[capture()], **FIT)
    before = graphs()
    for _ in range(3):
        model.fit(X, Y, callbacks=[capture()], **FIT)
    assert graphs() == before


def test_a_large_model_meets_at_most_one_capture_of_an_earlier_fit(monkeypatch):
    """A traced step is a circle that the collector may leave for many fits, with a copy of every gradient in it."""
    monkeypatch.setattr(recorder, "LARGE", 1)
    model, captures = net(), weakref.WeakSet()
    gc.disable()
    try:
        for _ in range(4):
            captures.add(capture := GradientCapture())
            model.fit(X, Y, callbacks=[capture], **FIT)
            del capture
        assert len(captures) <= 2
    finally:
        gc.enable()


class Counting(GradientCapture):
    """Counts how often the step is traced."""

    traces = 0

    def on_step_begin(self):
        self.traces += 1
        super().on_step_begin()


def test_a_reused_capture_traces_once_for_a_model_and_anew_for_another():
    model, capture = net(), Counting(weights=True)
    model.fit(X, Y, callbacks=[capture], **FIT)
    once, first = capture.traces, capture.recording
    model.fit(X, Y, callbacks=[capture], **FIT)
    assert capture.traces == once
    np.testing.assert_array_equal(capture.recording.kernels["dense"][0], first.kernels["dense"][-1])
    assert capture.recording.steps.tolist() == first.steps.tolist()
    other = net()
    other.fit(X, Y, callbacks=[capture], **FIT)
    assert capture.traces > once and len(capture.recording.epochs) == 3


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_captures_are_copied_before_and_after_use(duplicate):
    fresh = duplicate(GradientCapture(every="step", weights=True))
    net().fit(X, Y, callbacks=[fresh], **FIT)
    used = duplicate(fresh)
    np.testing.assert_array_equal(used.recording.loss, fresh.recording.loss)
    net().fit(X, Y, callbacks=[used], **FIT)
    np.testing.assert_array_equal(used.recording.loss, fresh.recording.loss)


class Adversaries(keras.Model):
    """Two nets, each with an optimizer of its own, kept wherever ``keep`` puts them."""

    def __init__(self, keep):
        super().__init__()
        self.left, self.right = layers.Dense(1, name="left"), layers.Dense(1, name="right")
        self.kept = keep(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2))

    def call(self, x):
        return self.left(x) + self.right(x)

    def optimizer_of(self, side):
        return self.kept

    def train_step(self, data):
        x, y = data
        for side, optimizer in zip((self.left, self.right), found_in(self.kept), strict=True):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(side(x) - y))
            optimizer.apply(tape.gradient(loss, side.trainable_variables), side.trainable_variables)
        return {"loss": loss}


class Kept:
    """Something of one's own that keeps optimizers."""

    def __init__(self, *optimizers):
        self.optimizers = list(optimizers)


def found_in(kept) -> list:
    if isinstance(kept, Kept):
        return kept.optimizers
    parts = list(kept.values()) if isinstance(kept, dict) else list(kept)
    return [found for part in parts for found in (found_in(part) if isinstance(part, list | tuple) else [part])]


@pytest.mark.parametrize(
    "keep",
    [
        lambda a, b: [a, b],
        lambda a, b: {"left": a, "right": b},
        lambda a, b: ([a], [b]),
        lambda a, b: {"both": [a, b]},
        Kept,
    ],
    ids=["list", "dict", "tuple of lists", "dict of a list", "object"],
)
def test_optimizers_are_found_wherever_they_stand_and_the_loss_is_the_batch_s(keep):
    model, capture = Adversaries(keep), GradientCapture(every="step")
    model.compile(jit_compile=False)
    model.fit(X, Y, callbacks=[capture], **FIT)
    recording = capture.recording
    assert set(recording.kernel_gradients) == {"left", "right"}
    assert np.isfinite(recording.loss).all() and recording.info["no_gradient"] == []


class Forgetful(Adversaries):
    """Trains one of its two layers only."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(x) - y))
        variables = self.left.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def test_a_trainable_layer_without_a_gradient_is_warned_of_by_name():
    model, capture = Forgetful(lambda a, b: None), GradientCapture()
    model.compile("sgd", jit_compile=False)
    with pytest.warns(UserWarning, match="'right'"):
        model.fit(X, Y, callbacks=[capture], **FIT)
    assert capture.recording.info["no_gradient"] == ["right"]


class NoConfiguration(keras.optimizers.schedules.LearningRateSchedule):
    """As in a tutorial: a schedule without get_config."""

    def __call__(self, step):
        return 0.1 / (1.0 + tf.cast(step, tf.float32))


class NeedsAnArgument(keras.optimizers.SGD):
    """An optimizer that from_config cannot make."""

    def __init__(self, strength, **options):
        super().__init__(learning_rate=strength, **options)


@pytest.mark.parametrize("optimizer", [lambda: keras.optimizers.SGD(NoConfiguration()), lambda: NeedsAnArgument(0.1)])
def test_an_optimizer_without_a_configuration_trains_and_its_rate_is_recorded(optimizer):
    recording = vg.train(net(), X, Y, epochs=2, batch_size=8, optimizer=optimizer(), progress=False)
    assert recording.learning_rate[0] == pytest.approx(0.1)
    trained = optimizer()
    model = net(optimizer=trained)
    capture = GradientCapture(every="step")
    model.fit(X, Y, callbacks=[capture], **FIT)
    assert capture.recording.learning_rate[0] == pytest.approx(0.1)
    with pytest.raises(ValueError, match=r"optimizer: .* new instance"):
        vg.train(model, X, Y, epochs=1, optimizer=trained, progress=False)


def test_the_learning_rate_of_a_schedule_falls_in_the_recording():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.4, 1, 0.5)
    recording = vg.train(
        net(), X, Y, epochs=2, batch_size=8, optimizer=keras.optimizers.SGD(schedule), progress=False
    )
    np.testing.assert_allclose(recording.learning_rate, [0.4, 0.1, 0.025])


def own_optimizer(factor):
    class Own(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(factor * gradient, variable, learning_rate)

    Own.__qualname__ = "Own"
    return Own


def test_an_optimizer_edited_under_its_name_is_never_served_by_the_old_graph():
    ends = []
    for factor in (1.0, -1.0):
        model = net()
        vg.train(model, X, Y, epochs=1, batch_size=16, optimizer=own_optimizer(factor)(0.1), progress=False)
        ends.append(model.get_weights()[0])
    start = net().get_weights()[0]
    np.testing.assert_allclose(ends[0] - start, start - ends[1], atol=1e-6)


class OwnInitializer(keras.initializers.Initializer):
    """A class of one's own."""

    def __call__(self, shape, dtype=None):
        return keras.ops.ones(shape, dtype)


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": own_optimizer(1.0)(0.1)},
        {"initializer": OwnInitializer()},
        {"output_initializer": OwnInitializer()},
        {"activation": lambda z: z * 0.5},
    ],
    ids=["optimizer", "initializer", "output initializer", "activation"],
)
def test_code_of_one_s_own_is_not_kept_on_disk(settings, tmp_path):
    with pytest.raises(ValueError, match=r"cache: .* of your own"):
        vg.sweep(1, seeds=1, epochs=1, data=(X, Y), cache=tmp_path, progress=False, **settings)


def test_a_ragged_input_is_trained_on_and_recorded():
    words = tf.ragged.constant([[1, 2, 3], [1], [2, 3]] * 4)

    class Bag(keras.Model):
        def __init__(self):
            super().__init__()
            self.table, self.head = self.add_weight(shape=(5, 3), name="table"), layers.Dense(1, name="dense")

        def call(self, x):
            return self.head(tf.reduce_mean(tf.ragged.map_flat_values(lambda i: tf.gather(self.table, i), x), 1))

    model, capture = Bag(), GradientCapture()
    model.compile("sgd", "mse", run_eagerly=True)
    data = tf.data.Dataset.from_tensor_slices((words, np.ones((12, 1), "float32"))).batch(4)
    model.fit(data, epochs=1, verbose=0, callbacks=[capture])
    assert np.isfinite(capture.recording.kernel_gradients["dense"]).all()


def test_a_weight_that_is_no_number_is_told_though_the_loss_is_finite():
    model, capture = net(), WeightCapture()
    kernel = model.layers[0].kernel.numpy()
    kernel[0, 0] = np.nan
    model.layers[0].kernel.assign(kernel)
    model.layers[0].activation = lambda z: tf.where(tf.math.is_nan(z), 0.0, z)  # swallows it, as relu may
    model.fit(X, Y, callbacks=[capture], **FIT)
    assert capture.recording.info["weights_nonfinite_at"] == -1
    assert "weights not finite" in repr(capture.recording)


def test_train_captures_and_sweep_speak_of_a_run_in_the_same_words():
    capture = GradientCapture()
    net().fit(X, Y, callbacks=[capture], **FIT)
    trained = vg.train(net(), X, Y, epochs=1, progress=False)
    swept = vg.sweep(1, seeds=1, epochs=1, data=(X, Y), keep="recordings", progress=False).recordings[0]
    assert set(capture.recording.info) == set(trained.info) <= set(swept.info)
    table = trained.compare(swept.__class__(**vars(trained)))
    assert np.allclose(table.ratio.dropna(), 1) and table.attrs["info"] == {}


@pytest.mark.parametrize("keep", ["arrays", "statistics"])
def test_gradients_that_a_loss_scale_made_infinite_for_some_steps_are_said_to_be_finite_again(keep):
    """Steps whose scaled gradients leave float16 are skipped, and the scale is halved."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])
    finally:
        keras.config.set_dtype_policy(before)
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.01), initial_scale=2.0**18)
    model.compile(optimizer, "mse")
    X = np.linspace(-1, 1, 32, dtype="float32").reshape(16, 2)
    capture = GradientCapture(every="step", keep=keep)
    model.fit(X, 3 * X[:, :1], batch_size=2, epochs=2, verbose=0, callbacks=[capture])
    assert capture.recording.info["gradients_nonfinite_at"] is not None
    assert "finite again at the end" in repr(capture.recording)
