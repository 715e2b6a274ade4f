"""How time and memory grow: ``python -m tests.benchmarks.bench_growth [train] [sweep] [capture] [class]``.

Each against one size, everything else kept, beside what a user would do instead, in the same run and in turn: the
eager loop of a textbook, ``fit`` with a callback that copies the weights, TensorBoard's own callback with histograms,
nbgrader as shipped. The others are timed in part and scaled, where their time is the same in every step. Writes
docs/benchmarks.svg. Some six minutes on two quiet cores.
"""

import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import psutil

import vgcourse as vg
from tests.benchmarks import bench_grading
from tests.benchmarks.bench_training import CaptureWeights
from tests.benchmarks.figures import Figure, hand_on
from tests.benchmarks.growing import Growth, draw, exponent, peak_while
from tests.eager_oracle import binary_loss, eager_step, moment
from vgcourse.measure.training import compiled

EPOCHS, BATCH, STEPS = 20, 32, 32
DEPTHS, WIDTHS, LENGTHS = (2, 4, 8, 16), (4, 16, 64, 256), (25, 100, 400)
RUNS, UNITS, CLASSES = (16, 64, 256), (24, 96, 400, 1750), (2, 6, 18)


def seconds(work, times: int = 1) -> float:
    """The best of so many; what else the machine does disturbs it least."""
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def eager(model, X, y, epochs: int) -> float:
    """Seconds of the textbook's loop, which records once an epoch: 4 of its steps and one record are timed."""
    optimizer, labels = keras.optimizers.RMSprop(), y[:, None]
    four = seconds(
        lambda: [eager_step(model, X[:BATCH], labels[:BATCH], optimizer, binary_loss) for _ in range(4)], 2
    )
    return epochs * (STEPS / 4 * four + seconds(lambda: moment(model, X, labels, binary_loss)))


def fit(model, X, y, epochs: int) -> float:
    """Seconds of ``fit`` with a callback that copies the kernels: 2 epochs are timed, its first call apart."""
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    model.fit(X, y, epochs=1, verbose=0)
    return epochs / 2 * seconds(lambda: model.fit(X, y, epochs=2, verbose=0, callbacks=[CaptureWeights()]))


def training() -> list[Growth]:
    """``vg.train``, everything recorded, compiled before, under XLA, against depth, width and epochs."""
    X, y = vg.circles(n=1000, seed=0)
    cases = {
        "hidden layers": [(depth, depth, 16, EPOCHS) for depth in DEPTHS],
        "units a layer": [(width, 4, width, EPOCHS) for width in WIDTHS],
        "epochs": [(epochs, 4, 16, epochs) for epochs in LENGTHS],
    }
    return [_trained(X, y, against, sizes) for against, sizes in cases.items()]


def _trained(X, y, against: str, sizes: list[tuple]) -> Growth:
    found = Growth("vg.train", against, "s")
    for size, depth, width, epochs in sizes:
        model = vg.mlp(depth, width, "tanh", seed=0)
        train = partial(vg.train, model, X, y, epochs=epochs, xla=True, progress=False)
        compiled.clear()
        first, found.memory[size] = peak_while(partial(seconds, train))
        found.add("vg.train", size, seconds(train, 3))
        found.add("its first call", size, first)
        for who, other in (("fit + callback", fit), ("eager loop", eager)):
            found.add(who, size, other(vg.mlp(depth, width, "tanh", seed=0), X, y, epochs))
    return found


def sweeping() -> list[Growth]:
    """A sweep against its runs, its compiling included, beside ``vg.train`` and ``fit`` one after the other."""
    X, y = vg.circles(n=1000, seed=0)
    found = Growth("vg.sweep", "runs", "s")
    one = seconds(lambda: vg.train(vg.mlp(4, 5, "sigmoid", seed=0), X, y, epochs=EPOCHS, progress=False), 2)
    alone = fit(vg.mlp(4, 5, "sigmoid", seed=0), X, y, EPOCHS)
    vg.sweep(2, 3, "tanh", epochs=1, seeds=2, progress=False)  # TensorFlow's own start
    for runs in RUNS:
        options = {"epochs": EPOCHS, "seeds": runs, "keep": "recordings", "progress": False}
        took, found.memory[runs] = peak_while(partial(seconds, partial(vg.sweep, 4, 5, "sigmoid", **options)))
        found.add("vg.sweep", runs, took)
        found.add("vg.train, run by run", runs, runs * one)
        found.add("fit + callback", runs, runs * alone)
    return [found]


def capturing() -> list[Growth]:
    """What a capture adds to an epoch of 30 steps against the model's parameters, beside TensorBoard's callback."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30 * BATCH, 64)).astype("float32"), rng.integers(0, 10, 30 * BATCH)
    found = Growth("GradientCapture", "parameters", "CPU-s an epoch")
    for units in UNITS:
        keras.utils.set_random_seed(0)
        hidden = [keras.layers.Dense(units, "relu") for _ in range(4)]
        model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        capture = vg.GradientCapture(keep="statistics", weights=True)
        with tempfile.TemporaryDirectory() as logs:
            board = keras.callbacks.TensorBoard(logs, histogram_freq=1, write_graph=False)
            plain, ours, theirs = _epochs(model, X, y, [[], [capture], [board]])
        size = model.count_params()
        found.add("GradientCapture, beyond fit", size, max(ours - plain, 0.0))
        found.add("TensorBoard, beyond fit", size, max(theirs - plain, 0.0))
        found.add("fit alone", size, plain)
        _, found.memory[size] = peak_while(partial(model.fit, X, y, verbose=0, callbacks=[capture]))
    return [found]


def _epochs(model, X, y, kinds: list[list]) -> list[float]:
    """CPU seconds of an epoch with each set of callbacks: medians of 5, in turn, after a first fit of each."""
    spent = np.zeros((6, len(kinds)))
    for times in spent:
        for place, callbacks in enumerate(kinds):
            clock = _Clock()
            model.fit(X, y, batch_size=BATCH, epochs=2, verbose=0, callbacks=[*callbacks, clock])
            times[place] = clock.ends[1] - clock.ends[0]  # the first holds what a fit's start costs
    return np.median(spent[1:], axis=0).tolist()


class _Clock(keras.callbacks.Callback):
    """CPU seconds at the end of each epoch; stands last."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.process_time())


def classes() -> list[Growth]:
    """Grading lesson 0 for classes of several sizes, two workers, beside nbgrader as shipped."""
    lesson, found = "00_start", Growth("vgcourse grade", "students", "s")
    for students in CLASSES:
        with tempfile.TemporaryDirectory() as folder:
            course = bench_grading.make_class(Path(folder), lesson, students)
            graded = partial(bench_grading.measured, bench_grading.ours(course, lesson, 2), course)
            (wall, _), found.memory[students] = peak_while(graded, _family)
            found.add("vgcourse grade", students, wall)
        with tempfile.TemporaryDirectory() as folder:
            course = bench_grading.make_class(Path(folder), lesson, students)
            wall, _ = bench_grading.measured(bench_grading.stock(course, lesson), course)
            found.add("nbgrader autograde", students, wall)
    return [found]


def _family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


PARTS = {"train": training, "sweep": sweeping, "capture": capturing, "class": classes}


def main(wanted: list[str]) -> None:
    found = []
    for name, part in PARTS.items():
        if not wanted or name in wanted:
            for each in part():
                print("\n".join(each.lines()) + "\n", flush=True)
                ours = exponent(next(iter(each.costs.values())))
                hand_on(Figure("growth", f"{each.thing} against {each.against}: exponent", ours, False))
                found.append(each)
    if not wanted:
        draw(found)


if __name__ == "__main__":
    main(sys.argv[1:])
