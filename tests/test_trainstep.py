"""The train step is heard in every way that Keras runs it, and the model is left as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.capture_oracle import BATCH, assert_recorded, batches, data, small_net
from vgcourse.measure.capture import GradientCapture, WeightCapture

X, y = data(20)
FIT = {"batch_size": BATCH, "epochs": 2, "shuffle": False, "verbose": 0}


def sgd(**settings):
    return keras.optimizers.SGD(0.5, **settings)


WAYS = {
    "auto, clipnorm": (sgd(clipnorm=1e-3), {"jit_compile": "auto"}),
    "XLA, clipvalue": (sgd(clipvalue=1e-4), {"jit_compile": True}),
    "eager, global_clipnorm": (sgd(global_clipnorm=1e-3), {"run_eagerly": True}),
    "several steps a call, accumulation": (
        sgd(gradient_accumulation_steps=2),
        {"steps_per_execution": 4, "jit_compile": False},
    ),
    "several steps a call, XLA": (sgd(), {"steps_per_execution": 2, "jit_compile": True}),
    "moving average, fixed loss scale": (
        sgd(use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2, loss_scale_factor=128.0),
        {"run_eagerly": True},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_records_the_gradient_that_reaches_the_optimizer(way):
    optimizer, compiled = WAYS[way]
    model = small_net()
    model.compile(optimizer, "binary_crossentropy", **compiled)
    capture = GradientCapture(every="step", weights=True)
    model.fit(X, y, callbacks=[capture], **FIT)
    assert_recorded(model, capture.recording, 2 * batches(X, y))


def test_divides_out_the_loss_scale_of_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = small_net()
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile("sgd", "binary_crossentropy", jit_compile=False)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    capture = GradientCapture(every="step", weights=True)
    model.fit(X, y, callbacks=[capture], **FIT)
    # float16 keeps 11 bits; Keras scales the loss of the first trace by its initial scale.
    scale = model.optimizer.initial_scale
    assert_recorded(model, capture.recording, 2 * batches(X, y), rtol=2e-2, atol=1e-3, loss_scale=scale)
    assert capture.recording.kernel_gradients["hidden_1"].dtype == np.float32
    assert capture.recording.info["optimizer"] == "sgd"


def test_training_is_the_same_with_and_without_captures():
    finals = []
    for callbacks in ([], [GradientCapture(), WeightCapture(every="step")]):
        model = small_net()
        model.compile("adam", "binary_crossentropy", jit_compile=False)
        model.fit(X, y, callbacks=callbacks, **FIT)
        finals.append(model.get_weights())
    for plain, captured in zip(*finals, strict=True):
        np.testing.assert_array_equal(captured, plain)


class RaiseAt(keras.callbacks.Callback):
    """Raises in one of the places where a fit can end early."""

    def __init__(self, place, error):
        super().__init__()
        self.place, self.error = place, error

    def _raise(self, place):
        if self.place == place:
            raise self.error

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 1:
            self._raise("batch begin")

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self._raise("batch end")

    def on_epoch_end(self, epoch, logs=None):
        self._raise("epoch end")

    def on_test_begin(self, logs=None):
        self._raise("validation")


def pristine(model) -> dict:
    """Whatever a capture could have left behind on the model, its layers and its optimizer."""
    parts = [model, model.optimizer, *model.layers]
    return {id(p): {n: id(v) for n, v in vars(p).items() if n in HOOKED} for p in parts}


HOOKED = ("train_function", "train_step", "call", "apply", "scale_loss", "make_train_function")


@pytest.mark.parametrize("place", ["batch begin", "batch end", "epoch end", "validation"])
@pytest.mark.parametrize("error", [RuntimeError("elsewhere"), KeyboardInterrupt()])
def test_leaves_the_model_as_it_was_when_fit_is_cut_short(place, error):
    model = small_net()
    model.compile(sgd(), "binary_crossentropy", run_eagerly=True)
    model.make_train_function()
    before = pristine(model)
    capture = GradientCapture(every="step")
    raising = RaiseAt(place, error)
    with pytest.raises(type(error)):
        # The raising callback stands first: where it raises, the capture has prepared nothing more.
        model.fit(X, y, callbacks=[raising, capture], validation_data=(X, y), **FIT)
    assert pristine(model) == before
    assert len(capture.recording.steps) == {"batch begin": 1, "batch end": 2}.get(place, 3)


def test_an_error_between_preparation_and_step_costs_the_next_fit_nothing():
    model = small_net()
    model.compile(sgd(), "binary_crossentropy", run_eagerly=True)
    capture = GradientCapture(every="step")
    with pytest.raises(RuntimeError):
        model.fit(X, y, callbacks=[capture, RaiseAt("batch begin", RuntimeError("elsewhere"))], **FIT)
    plain = small_net()
    plain.set_weights(model.get_weights())
    plain.compile(sgd(), "binary_crossentropy", run_eagerly=True)
    for either in (model, plain):
        either.fit(X, y, **FIT)
    np.testing.assert_array_equal(model.get_weights()[0], plain.get_weights()[0])
    assert not any("apply" in hooked for hooked in pristine(model).values())
    again = GradientCapture(every="step")
    model.fit(X, y, callbacks=[again], **FIT)
    assert len(again.recording.steps) == 6 and len(capture.recording.steps) <= 2


def test_leaves_the_model_as_it_was_when_the_step_itself_raises():
    class Failing(keras.Sequential):
        def train_step(self, data):
            super().train_step(data)
            raise RuntimeError("inside the step")

    model = Failing([keras.Input((2,)), keras.layers.Dense(1, name="output")])
    model.compile(sgd(), "mse", jit_compile=False)
    model.make_train_function()
    before = pristine(model)
    with pytest.raises(RuntimeError, match="inside the step"):
        model.fit(X, y, callbacks=[GradientCapture()], **FIT)
    assert pristine(model) == before


def test_the_models_own_compiled_step_survives_a_captured_fit():
    model = small_net()
    model.compile(sgd(), "binary_crossentropy", jit_compile=False)
    calls = []
    original = model.train_step
    model.train_step = lambda data: calls.append(1) or original(data)
    model.fit(X, y, **FIT)
    own, traced = model.train_function, len(calls)
    model.fit(X, y, callbacks=[GradientCapture()], **FIT)
    captured = len(calls)
    model.fit(X, y, **FIT)
    assert model.train_function is own
    assert captured > traced and len(calls) == captured, "the plain step was traced again"


class TwoOptimizers(keras.Model):
    """Trains its two halves in turn, as a GAN does, with a train_step of its own."""

    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(3, activation="tanh", name="first")
        self.second = keras.layers.Dense(1, name="second")

    def compile(self, second_optimizer, **settings):
        super().compile(**settings)
        self.second_optimizer = second_optimizer

    def call(self, x, training=None):
        return self.second(self.first(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        for optimizer, layer in ((self.optimizer, self.first), (self.second_optimizer, self.second)):
            variables = layer.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def test_hears_every_optimizer_of_a_train_step_of_its_own():
    model = TwoOptimizers()
    model.compile(optimizer=sgd(), second_optimizer=keras.optimizers.Adam(), jit_compile=False, steps_per_execution=3)
    capture = GradientCapture(every="step")
    model.fit(X, y, callbacks=[capture], **FIT)
    recording = capture.recording
    assert recording.steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert set(recording.kernel_gradients) == set(recording.backprop) == {"first", "second"}
    assert np.all(np.abs(recording.kernel_gradients["second"]).sum((1, 2)) > 0)


@pytest.mark.parametrize("capture", [GradientCapture(), WeightCapture(every="step")])
def test_raises_where_the_train_step_gives_no_gradient_to_an_optimizer(capture):
    class ByHand(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x) - y) ** 2)
            for variable, gradient in zip(
                self.trainable_variables, tape.gradient(loss, self.trainable_variables), strict=True
            ):
                variable.assign(variable - gradient)
            return {"loss": loss}

    model = ByHand([keras.Input((2,)), keras.layers.Dense(1, name="output")])
    model.compile(sgd(), jit_compile=False)
    with pytest.raises(ValueError, match="gave no gradients to a Keras optimizer"):
        model.fit(X, y, callbacks=[capture], **FIT)


def test_works_with_train_on_batch_through_a_callback_list():
    model = small_net()
    model.compile(sgd(), "binary_crossentropy", jit_compile=False)
    capture = GradientCapture(every="step", weights=True)
    callbacks = keras.callbacks.CallbackList([capture], model=model, epochs=1, steps=3)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    for step, (x, target) in enumerate(batches(X, y)):
        callbacks.on_train_batch_begin(step)
        callbacks.on_train_batch_end(step, {"loss": model.train_on_batch(x, target)})
    callbacks.on_epoch_end(0, {})
    callbacks.on_train_end()
    assert_recorded(model, capture.recording, batches(X, y))
