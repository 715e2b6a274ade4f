"""What a capture costs under ``model.fit``: a small conv net, train steps with and without it in turn.

Run ``python -m tests.benchmarks.bench_capture``. Both kinds of step belong to the same fit, so that a busy
machine slows both. A ratio is that of the medians, plus what the end of an epoch takes, spread over its steps;
CPU time, of all threads, is steadier than wall time. Tracing the step, once a fit, is not in it.
"""

import time

import keras
import numpy as np

from vgcourse.measure.capture import GradientCapture, WeightCapture

EPOCHS = 12
STEPS = 50
CASES = {
    'WeightCapture(every="epoch")': (WeightCapture, {}, {}),
    'GradientCapture(every="epoch")': (GradientCapture, {}, {}),
    "the same under XLA": (GradientCapture, {}, {"jit_compile": True}),
    'GradientCapture(every="step")': (GradientCapture, {"every": "step"}, {}),
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
    """A capture that takes part in every other step: 0, 2, 4, ..."""

    class InTurn(capture_class):
        def on_train_batch_begin(self, batch, logs=None):
            if batch % 2 == 0:
                super().on_train_batch_begin(batch, logs)

        def on_epoch_end(self, epoch, logs=None):
            pass

        end_epoch = capture_class.on_epoch_end

    return InTurn(**settings)


def measure(capture_class: type, settings: dict, compiled: dict) -> tuple[np.ndarray, np.ndarray]:
    """(wall, CPU) ratio of a captured to a plain epoch; (wall, CPU) seconds of a plain step."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32 * STEPS, 28, 28, 1)).astype("float32")
    y = rng.integers(0, 10, len(X))
    model, capture = conv_net(), in_turn(capture_class, **settings)
    timed = Timed(capture)
    model.compile("adam", "sparse_categorical_crossentropy", **compiled)
    model.fit(X, y, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[timed, capture])
    steps = np.array(timed.steps[STEPS:])
    captured, plain = np.median(steps[::2], axis=0), np.median(steps[1::2], axis=0)
    end = np.median(timed.ends[1:], axis=0)
    return (captured + end / STEPS) / plain, plain


def main() -> None:
    print(f"conv net, batch 32, {STEPS} steps an epoch, medians of {(EPOCHS - 1) * STEPS // 2} steps each")
    for name, case in CASES.items():
        ratio, plain = measure(*case)
        print(f"{name:<34} {ratio[0]:.3f} x wall, {ratio[1]:.3f} x CPU of plain fit", end="")
        print(f" ({1e3 * plain[0]:.1f} and {1e3 * plain[1]:.1f} ms a step)")


if __name__ == "__main__":
    main()
