"""What a capture costs under ``model.fit``: a dense and a conv net, train steps with and without it in turn.

Run ``python -m tests.benchmarks.bench_capture``. Both kinds of step belong to the same fit, so that a busy machine
slows both. A ratio is that of the medians, with the last step of an epoch, in which gradients are kept and Keras
has work of its own, and what the capture's end of the epoch takes. CPU time, of all threads, is steadier than wall
time. Tracing the step, once a fit, is not in it.
"""

import time

import keras
import numpy as np

from tests.benchmarks.figures import Figure, hand_on
from vgcourse.measure.capture import GradientCapture, WeightCapture

EPOCHS = 12
STEPS = 50
CASES = {
    'WeightCapture(every="epoch")': (WeightCapture, {}, {}),
    'GradientCapture(every="epoch", statistics)': (GradientCapture, {"keep": "statistics"}, {}),
    "the same under XLA": (GradientCapture, {"keep": "statistics"}, {"jit_compile": True}),
    'GradientCapture(every="step", statistics)': (GradientCapture, {"every": "step", "keep": "statistics"}, {}),
}


def conv_net() -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def dense_net() -> keras.Model:
    """A million parameters."""
    keras.utils.set_random_seed(0)
    hidden = [keras.layers.Dense(512, activation="relu") for _ in range(3)]
    return keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10, activation="softmax")])


NETS = (("dense net, 1 million parameters", dense_net, (784,)), ("small conv net", conv_net, (28, 28, 1)))


class Timed(keras.callbacks.Callback):
    """Seconds (wall, CPU) of each step and of the capture's end of each epoch. Stands before the capture."""

    def __init__(self, capture):
        super().__init__()
        self.capture, self.steps, self.ends = capture, [], []
        self._start = None

    def on_train_batch_begin(self, batch, logs=None):
        self._finish()
        self._start = _clocks()

    def on_epoch_end(self, epoch, logs=None):
        self._finish()
        start = _clocks()
        self.capture.end_epoch(epoch, logs)
        self.ends.append(_clocks() - start)

    def _finish(self) -> None:
        if self._start is not None:
            self.steps.append(_clocks() - self._start)
        self._start = None


def _clocks() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def in_turn(capture_class: type, **settings):
    """A capture that takes part in every other step, and in the last step of every other epoch."""

    class InTurn(capture_class):
        def on_train_batch_begin(self, batch, logs=None):
            if (batch + self._epoch) % 2:
                super().on_train_batch_begin(batch, logs)

        def on_epoch_end(self, epoch, logs=None):
            pass

        end_epoch = capture_class.on_epoch_end

    return InTurn(**settings)


def measure(net, shape, capture_class: type, settings: dict, compiled: dict) -> tuple[np.ndarray, np.ndarray]:
    """(wall, CPU) ratio of a captured to a plain epoch; (wall, CPU) seconds of a plain step."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32 * STEPS, *shape)).astype("float32")
    y = rng.integers(0, 10, len(X))
    model, capture = net(), in_turn(capture_class, **settings)
    timed = Timed(capture)
    model.compile("adam", "sparse_categorical_crossentropy", **compiled)
    model.fit(X, y, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[timed, capture])
    steps = np.array(timed.steps).reshape(EPOCHS, STEPS, 2)
    epoch, batch = np.indices(steps.shape[:2])
    took_part, last = (batch + epoch) % 2 == 1, batch == STEPS - 1
    plain, captured = (_an_epoch(steps, (epoch > 0) & (took_part == mine), last) for mine in (False, True))
    end = np.median(timed.ends[1:], axis=0)
    return (captured + end) / plain, plain / STEPS


def _an_epoch(steps: np.ndarray, chosen: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(wall, CPU) seconds of an epoch made of the median of the chosen steps, and that of those which are last."""
    usual, end = (np.median(steps[chosen & which], axis=0) for which in (~last, last))
    return (STEPS - 1) * usual + end


def main() -> None:
    for title, net, shape in NETS:
        print(f"{title}, batch 32, {STEPS} steps an epoch, medians of {(EPOCHS - 1) * STEPS // 2} steps each")
        for name, case in CASES.items():
            ratio, plain = measure(net, shape, *case)
            print(f"{name:<46} {ratio[0]:.3f} x wall, {ratio[1]:.3f} x CPU of plain fit", end="")
            print(f" ({1e3 * plain[0]:.1f} and {1e3 * plain[1]:.1f} ms a step)", flush=True)
            hand_on(Figure("capture", f"{title}, {name}: CPU of plain fit", float(ratio[1]), more=False))


if __name__ == "__main__":
    main()
