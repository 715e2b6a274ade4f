"""Fits that nobody had in mind: net, optimizer, feed, settings of `compile`, of `fit` and of a capture by lot.

``python -m tests.fit_draws [first] [last]`` runs those seeds and prints one line each. `faults(seed)` says what is
wrong with one: a capture must leave weights and losses bit for bit as they are without it, and record the gradients
of a plain tape.
"""

import sys
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from tests.capture_oracle import eager_step
from vgcourse.measure.capture import GradientCapture, WeightCapture
from vgcourse.measure.statistics import rms

N = 40
_WEIGHTS = np.linspace(0.2, 2, N).astype("float32")
L, optimizers = keras.layers, keras.optimizers


@dataclass
class Fit:
    """One fit: call it with callbacks. batch: the rows and the example weights of its first step."""

    model: keras.Model
    X: np.ndarray
    y: np.ndarray
    arguments: tuple
    settings: dict
    words: str
    batch: tuple = (None, None)
    exact: bool = True
    capture: dict = field(default_factory=dict)


class Own(keras.Model):
    """A model of one's own class, its parts in a list, with a road around each."""

    def __init__(self, activation):
        super().__init__()
        self.first, self.last = L.Dense(6, activation), L.Dense(1, "sigmoid")
        self.parts = [L.Dense(6, activation), L.Dense(6)]

    def call(self, x):
        h = self.first(x)
        for part in self.parts:
            h = h + part(h)
        return self.last(h)


def _shared(activation):
    inputs, again = keras.Input((5,)), L.Dense(5, activation)
    return keras.Model(inputs, L.Dense(1, "sigmoid")(again(again(inputs)) + inputs))


def _nested(activation):
    body = keras.Sequential([keras.Input((4,)), L.Dense(4, activation, name="same"), L.Dense(4)], name="body")
    return keras.Sequential([keras.Input((5,)), L.Dense(4, activation, name="same"), body, L.Dense(1, "sigmoid")])


def _line(shape, *stack, dtype=None):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *stack, L.Dense(1, "sigmoid")])


BODIES = {
    "numbers": lambda a: _line((5,), L.Dense(6, a), L.BatchNormalization(), L.Dropout(0.3), L.Dense(5, a)),
    "series": lambda a: _line((6, 3), L.LSTM(4, return_sequences=True), L.Bidirectional(L.GRU(3))),
    "pictures": lambda a: _line((8, 8, 2), L.Conv2D(4, 3, activation=a), L.DepthwiseConv2D(3), L.Flatten()),
    "tokens": lambda a: _line((6,), L.Embedding(9, 4, mask_zero=True), L.SimpleRNN(4), dtype="int32"),
    "own class": Own,
    "nested": _nested,
    "shared": _shared,
}
SHAPES = {"series": (6, 3), "pictures": (8, 8, 2), "tokens": (6,)}
OPTIMIZERS = {
    "SGD": lambda: optimizers.SGD(0.1),
    "Adam, clipped": lambda: optimizers.Adam(0.01, clipnorm=1.0),
    "RMSprop": lambda: optimizers.RMSprop(0.01),
    "AdamW, averaged": lambda: optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.9),
    "accumulating": lambda: optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2),
    "on a schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.01, 5, 0.9)),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.1)),
}
FEEDS = ("arrays", "dataset", "endless", "generator", "example weights", "class weights", "PyDataset")


class Batches(keras.utils.PyDataset):
    def __init__(self, X, y, size):
        super().__init__()
        self.data, self.size = (X, y), size

    def __len__(self):
        return -(-N // self.size)

    def __getitem__(self, k):
        return tuple(a[k * self.size : (k + 1) * self.size] for a in self.data)


def _endless(X, y, size):
    while True:
        yield from (Batches(X, y, size)[k] for k in range(-(-N // size)))


def _feed(name, X, y, size, rng) -> tuple[tuple, dict, object]:
    """(positional arguments of fit, its settings, weights of all examples)."""
    dataset = tf.data.Dataset.from_tensor_slices((X, y))
    some = {"steps_per_epoch": int(rng.integers(1, 4))}
    by_hand = {
        "arrays": ({}, None),
        "example weights": ({"sample_weight": _WEIGHTS}, _WEIGHTS),
        "class weights": ({"class_weight": {0: 1.0, 1: 3.0}}, np.where(y == 1, 3.0, 1.0).astype("float32")),
    }
    if name in by_hand:
        settings, weights = by_hand[name]
        return (X, y), settings | {"batch_size": size}, weights
    made = {
        "dataset": lambda: (dataset.batch(size), {}),
        "endless": lambda: (dataset.repeat().batch(size), some),
        "generator": lambda: (_endless(X, y, size), some),
        "PyDataset": lambda: (Batches(X, y, size), {}),
    }
    stream, settings = made[name]()
    return (stream,), settings, None


def draw(seed: int) -> Fit:
    """The fit of a seed, ready to be run once."""
    rng = np.random.default_rng([11, seed])

    def one_of(values):
        values = list(values)
        return values[int(rng.integers(len(values)))]

    keras.utils.set_random_seed(seed)
    body, activation = one_of(BODIES), one_of(["relu", "tanh", "sigmoid", "gelu"])
    X = rng.normal(size=(N, *SHAPES.get(body, (5,)))).astype("float32")
    X = rng.integers(0, 9, (N, 6)).astype("int32") if body == "tokens" else X
    y = rng.integers(0, 2, N).astype("float32")
    model = BODIES[body](activation)
    model(X[:2])
    together, eager = one_of([1, 1, 1, 2]), rng.random() < 0.4
    together = 1 if eager else together
    compiled = (
        one_of([False, False, "auto", True]) if body in ("numbers", "nested", "shared") and not eager else False
    )
    optimizer, loss = one_of(OPTIMIZERS), one_of(["binary_crossentropy", "mse"])
    if rng.random() < 0.2:
        model.layers[0].trainable = False
    how = {"steps_per_execution": together, "jit_compile": compiled, "run_eagerly": eager}
    model.compile(OPTIMIZERS[optimizer](), loss, metrics=one_of([None, ["accuracy"]]), **how)
    size, feed = one_of([16, 40, 64]), one_of(FEEDS)
    arguments, settings, weights = _feed(feed, X, y, size, rng)
    settings |= {"epochs": one_of([1, 2]), "verbose": 0, "shuffle": False}
    settings |= one_of([{}, {}, {"validation_data": (X[:20], y[:20])}])
    capture = {"every": one_of(["epoch", "step", 3]), "keep": one_of(["auto", "statistics", "arrays"])}
    capture["kind"] = one_of([WeightCapture, GradientCapture, GradientCapture])
    words = f"{body}, {activation}, {optimizer}, {loss}, {how}, {feed} of {size}, {list(settings)}, {capture}"
    first = (np.arange(min(size, N)), None if weights is None else weights[: min(size, N)])
    # XLA draws other numbers for a dropout than an eager step.
    exact = body != "numbers" or compiled in (False, "auto")
    return Fit(model, X, y, arguments, settings, words, first, exact, capture)


def faults(seed: int) -> list[str]:
    """What a capture changed or recorded wrongly, in words."""
    plain, seen = _run(seed), _run(seed, True)
    (model, history, _), (other, theirs, capture) = plain, seen
    found = []
    pairs = [(a, b) for a, b in zip(model.variables, other.variables, strict=True) if "float" in str(a.dtype)]
    if any(not np.array_equal(a.numpy(), b.numpy()) for a, b in pairs):
        found.append("other weights")
    if history != theirs:
        found.append("other losses")
    if isinstance(capture, GradientCapture) and capture.recording.steps[0] == 0:
        found += _wrong_gradients(seed, capture.recording)
    return found


def _run(seed, captured=False):
    keras.backend.clear_session()
    fit = draw(seed)
    settings = {k: v for k, v in fit.capture.items() if k != "kind"}
    capture = fit.capture["kind"](**settings) if captured else None
    history = fit.model.fit(*fit.arguments, callbacks=[capture] if captured else [], **fit.settings)
    return fit.model, history.history["loss"], capture


def _wrong_gradients(seed, recording) -> list[str]:
    """Gradients of the first step that are not those of a tape over the fresh model, by their rms."""
    keras.backend.clear_session()  # or the layers' names would go on counting
    fit = draw(seed)
    if not fit.exact:
        return []
    rows, weights = fit.batch
    true, _ = eager_step(fit.model, fit.X[rows], tf.constant(fit.y[rows]), weights=weights)
    frame = recording.frame()
    frame = frame[(frame.epoch == frame.epoch.min()) & frame.quantity.str.endswith("_gradient")]
    said = {(row.layer, row.quantity): row.rms for row in frame.itertuples()}
    wrong = []
    for (group, name), gradient in true.items():
        layer, _, own = name.rpartition("/") if group == "variable_gradients" else (name, "", "")
        key = (layer, f"{own}_gradient" if own else group.removesuffix("s"))
        if not np.isclose(said.get(key, np.nan), rms(gradient.astype(float)), rtol=1e-3, atol=1e-9):
            wrong.append(f"{key}: {said.get(key)} is {rms(gradient.astype(float)):.6g}")
    return wrong


def main() -> None:
    first, last = (*map(int, sys.argv[1:3]), *(0, 20)[len(sys.argv[1:3]) :])
    for seed in range(first, last):
        print(seed, draw(seed).words, faults(seed) or "well", flush=True)


if __name__ == "__main__":
    main()
