"""Speed of vgcourse.train on T1.sig4: `python -m tests.benchmarks.bench_training` (about a minute).

All ratios come from one run on one machine, the parts interleaved; of each part the best time counts, which
other work on the machine disturbs least. The eager loop (16 of its 3,200 steps and half a measurement) and
fit (2 of its 100 epochs) are timed in part and scaled: their time is the same in every epoch.
"""

import time

import keras

import vgcourse as vg
from tests.benchmarks.figures import Figure, hand_on
from tests.eager_oracle import binary_loss, eager_step, moment
from vgcourse.measure.training import batch_order
from vgcourse.measure.training import compiled as _runs

EPOCHS, BATCH, ROUNDS = 100, 32, 5
RUNS = {"epoch": {}, "step": {"every": "step"}, "graph": {"xla": False}}


class CaptureWeights(keras.callbacks.Callback):
    """What the published program does: copy every kernel at the end of an epoch."""

    def on_train_begin(self, logs=None):
        self.weights = [self._copy()]

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self._copy())

    def _copy(self):
        return [layer.kernel.numpy() for layer in self.model.layers]


def net(seed: int):
    return vg.mlp(depth=4, width=5, activation="sigmoid", initializer="normal", seed=seed)


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Eager:
    """The published loop: a GradientTape and an update for each batch, a recorded gradient each epoch."""

    def __init__(self, X, y):
        self.X, self.y = X, y[:, None]
        self.model, self.optimizer = net(0), keras.optimizers.RMSprop()
        self.rows = batch_order(len(X), 1)[0]
        self.steps(2)

    def steps(self, count: int) -> None:
        for i in range(count):
            batch = self.rows[i * BATCH : (i + 1) * BATCH]
            eager_step(self.model, self.X[batch], self.y[batch], self.optimizer, binary_loss)

    def time(self) -> float:
        """Seconds for 100 epochs."""
        measurement = seconds(lambda: moment(self.model, self.X, self.y, binary_loss))
        return EPOCHS * (2 * seconds(lambda: self.steps(16)) + measurement)


class Fit:
    """Keras's fit with weight capture, compiled before the clock starts."""

    def __init__(self, X, y):
        self.X, self.y, self.model = X, y, net(0)
        self.model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
        self.model.fit(X, y, epochs=1, verbose=0)

    def time(self) -> float:
        """Seconds for 100 epochs."""
        options = {"epochs": 2, "verbose": 0, "callbacks": [CaptureWeights()]}
        return EPOCHS / 2 * seconds(lambda: self.model.fit(self.X, self.y, **options))


def train(X, y, seed: int, **options) -> float:
    model = net(seed)
    return seconds(lambda: vg.train(model, X, y, epochs=EPOCHS, seed=seed, progress=False, **options))


def main() -> None:
    X, y = vg.circles(n=1000, noise=0.1, factor=0.5, seed=0)
    train(X[:64], y[:64], 0, xla=False)  # TensorFlow's own start
    eager, fit = Eager(X, y), Fit(X, y)
    firsts: dict[str, float] = {}
    times: dict[str, list[float]] = {"eager": [], "fit": [], **{name: [] for name in RUNS}}
    for name, options in RUNS.items():
        _runs.clear()
        times["eager"].append(eager.time())
        firsts[name] = train(X, y, 0, **options)
    for options in RUNS.values():
        train(X, y, 0, **options)
    for seed in range(ROUNDS):
        times["eager"].append(eager.time())
        times["fit"].append(fit.time())
        for name, options in RUNS.items():
            times[name] += [train(X, y, seed, **options) for _ in range(2)]
    report(firsts, times)


def report(firsts: dict[str, float], times: dict[str, list[float]]) -> None:
    best = {name: min(values) for name, values in times.items()}
    print(f"T1.sig4, {EPOCHS} epochs of 32 steps: best seconds of {ROUNDS} rounds (eager, fit: scaled)")
    for name, value in best.items():
        print(f"  {name:6} {value:8.3f}   slowest {max(times[name]):8.3f}")
    print("  first call, compile included: " + ", ".join(f"{n} {t:.2f}" for n, t in firsts.items()))
    rows = [
        (Figure("training", "every epoch, faster than the eager loop", best["eager"] / best["epoch"]), "≥ 700"),
        (Figure("training", "every epoch, faster than fit + weight capture", best["fit"] / best["epoch"]), "≥ 60"),
        (
            Figure("training", "first call, faster than the eager loop then", times["eager"][0] / firsts["epoch"]),
            "≥ 40",
        ),
        (Figure("training", "every step, slower than every epoch", best["step"] / best["epoch"], False), "≤ 1.5"),
        (Figure("training", "XLA, faster than TensorFlow's graph", best["graph"] / best["epoch"]), ""),
    ]
    for figure, target in rows:
        print(f"  {figure.label:52} {figure.ratio:7.1f} × {target}")
        hand_on(figure)


if __name__ == "__main__":
    main()
