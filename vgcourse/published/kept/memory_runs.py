"""Recurrent nets that must remember, trained with sixteen seeds each: a table, measured once and kept.

Two tasks. ``recall``: the first input is +1 or -1, then comes noise, and after the last step the net says which it
was. ``adding`` (Hochreiter & Schmidhuber 1997): numbers between 0 and 1 arrive beside a mark, one in each half of
the sequence is marked, and the net gives the sum of the two. Every cell starts as Keras's own layer does, but for
what its name says; the steps are Adam's, with the gradient clipped by its norm. The nets of one set-up are trained
side by side in one compiled graph. ``python -m vgcourse.published.kept.memory_runs`` measures all of them anew, in
some twenty minutes of a processor's time, and writes ``memory_runs.csv`` beside this file.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["CELLS", "Memory", "measure", "memory_runs", "set_ups", "train"]

_FILE = Path(__file__).with_name("memory_runs.csv")
WIDTH, BATCH, TEST, SEEDS = 16, 32, 500, 16
_PER_CALL = 50  # updates in one call of the compiled graph


@dataclass(frozen=True)
class Memory:
    """One set-up: a cell of `CELLS`, a task, how many steps the net must hold on, and how it is trained."""

    cell: str
    task: str = "recall"
    steps: int = 25
    noise: float = 1.0
    rate: float = 0.001
    clip: float = 1.0
    updates: int = 1000

    @property
    def features(self) -> int:
        """How many numbers arrive at a step."""
        return 1 if self.task == "recall" else 2

    @property
    def names_a_bit(self) -> bool:
        """Is there something to name rightly or wrongly, or a number to come near to?"""
        return self.task != "adding"

    def handed_on(self, t: Any, state: tuple) -> tuple:
        """The state as step t takes it: with all of its past, for the way back too."""
        return state


def memory_runs() -> pd.DataFrame:
    """One row a run: the fields of `Memory`, ``seed``, and after training ``loss`` and ``accuracy``.

    Both are those on 500 new sequences. Recall: loss is the binary cross-entropy, accuracy the share of first inputs
    named rightly. Adding: loss is the mean squared error (always saying 1 gives 1/6), accuracy is empty.
    """
    return pd.read_csv(_FILE)


def set_ups() -> list[Memory]:
    """Every set-up of the table."""
    by_length = [
        Memory(cell, steps=steps)
        for steps, cells in {
            25: ("gru", "lstm, bias 0", "lstm", "tanh", "lstm, chrono", "relu, identity", "lstm, bias 3"),
            50: ("lstm", "tanh", "lstm, chrono", "relu, identity", "lstm, bias 3"),
            100: ("lstm", "tanh", "lstm, chrono", "relu, identity", "lstm, bias 3"),
        }.items()
        for cell in cells
    ]
    gates = [Memory("gru, bias 1")]
    quiet = [Memory("gru", noise=noise, rate=0.003) for noise in (0.0, 0.3, 1.0)]
    adding = [Memory(cell, "adding", rate=0.003) for cell in ("tanh", "relu, identity", "lstm", "gru")]
    exploding = [Memory("relu, identity", "adding", 50, rate=0.01, clip=clip, updates=400) for clip in (np.inf, 1.0)]
    vanished = [Memory("lstm, bias 0", clip=np.inf)]
    return [*by_length, *gates, *quiet, *adding, *exploding, *vanished]


def measure(chosen: list[Memory] | None = None, seeds: int = SEEDS) -> pd.DataFrame:
    """Train every set-up with that many seeds; columns as `memory_runs`."""
    parts = []
    for one in set_ups() if chosen is None else chosen:
        found = train(one, range(seeds))
        parts.append(pd.DataFrame({**asdict(one), "seed": np.arange(seeds), **found}))
    return pd.concat(parts, ignore_index=True)


def train(one: Memory, seeds: range | list[int], start: list | None = None) -> dict[str, np.ndarray]:
    """Train one set-up with these seeds side by side; loss and accuracy on new sequences, (seeds,) each.

    ``start``: weights as those of `stacked_weights`, which stand there otherwise.
    """
    import tensorflow as tf

    weights = [tf.Variable(w) for w in (stacked_weights(one, seeds) if start is None else start)]
    moments = [[tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2)]
    keys = tf.constant([[seed, 0] for seed in seeds], tf.int32)
    advance = tf.function(lambda start: _updates(one, weights, moments, keys, start), jit_compile=True)
    for start in range(0, one.updates, _PER_CALL):
        advance(tf.constant(start))
    judge = tf.function(lambda: _judged(one, weights, keys), jit_compile=True)
    loss, accuracy = (np.asarray(value, float) for value in judge())
    return {"loss": loss, "accuracy": accuracy if one.names_a_bit else np.full(len(loss), np.nan)}


def layer_of(cell: str, steps: int, seed: int) -> Any:
    """Keras's own layer for a cell of that name, built for one set-up's inputs, as training finds it at the start."""
    import keras

    kind, _, change = cell.partition(", ")
    own = {"kernel_initializer": keras.initializers.GlorotUniform(seed)}
    own["recurrent_initializer"] = keras.initializers.Orthogonal(seed=seed + 1)
    if kind in ("tanh", "sigmoid", "relu"):
        if change == "identity":  # Le, Jaitly & Hinton 2015
            own["recurrent_initializer"] = "identity"
        return keras.layers.SimpleRNN(WIDTH, activation=kind, **own)
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[kind](WIDTH, **own)
    layer.build((BATCH, steps, 1))
    bias = layer.cell.bias.numpy()
    _set_gate(bias, kind, change, steps, np.random.default_rng(seed))
    layer.cell.bias.assign(bias)
    return layer


def _set_gate(bias: np.ndarray, kind: str, change: str, steps: int, rng: np.random.Generator) -> None:
    """Change the bias of the gate that keeps: the forget gate of an LSTM, the update gate of a GRU.

    Keras orders an LSTM's gates input, forget, cell, output, a GRU's update, reset, candidate. Chrono biases (Tallec
    & Ollivier 2018): forget = log U(1, T - 1), input = -forget.
    """
    if kind == "lstm" and change == "chrono":
        bias[WIDTH : 2 * WIDTH] = np.log(rng.uniform(1, steps - 1, WIDTH))
        bias[:WIDTH] = -bias[WIDTH : 2 * WIDTH]
    elif change:
        value = float(change.removeprefix("bias "))
        (bias[WIDTH : 2 * WIDTH] if kind == "lstm" else bias[0, :WIDTH])[:] = value


def stacked_weights(one: Memory, seeds: range | list[int]) -> list[np.ndarray]:
    """Kernel, recurrent kernel, bias, output kernel, output bias; the seeds are the first axis of each."""
    import keras

    parts = []
    for seed in seeds:
        layer = layer_with(one.cell, one.steps, seed, one.features)
        output = np.asarray(keras.initializers.GlorotUniform(seed + 2)((WIDTH, 1)))
        parts.append([*layer.get_weights(), output, np.zeros(1, "float32")])
    return [np.stack(same).astype("float32") for same in zip(*parts, strict=True)]


def layer_with(cell: str, steps: int, seed: int, features: int) -> Any:
    """`layer_of`, built for so many inputs a step: only its input kernel depends on them."""
    import keras

    layer = layer_of(cell, steps, seed)
    if not layer.built:
        layer.build((BATCH, steps, 1))
    if features == 1:
        return layer
    wider = type(layer).from_config(layer.get_config())
    wider.build((BATCH, steps, features))
    columns = layer.cell.kernel.shape[1]
    kernel = np.asarray(keras.initializers.GlorotUniform(seed)((features, columns)))
    wider.set_weights([kernel, *layer.get_weights()[1:]])
    return wider


def _tanh(x, state, kernel, recurrent, bias, activation: Callable):
    (h,) = state
    return (activation(x @ kernel + bias[:, None] + h @ recurrent),)


def _lstm(x, state, kernel, recurrent, bias, _):
    import tensorflow as tf

    h, c = state
    i, f, new, o = tf.split(x @ kernel + bias[:, None] + h @ recurrent, 4, axis=-1)
    c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(new)
    return tf.sigmoid(o) * tf.tanh(c), c


def _gru(x, state, kernel, recurrent, bias, _):
    """Keras's default: the reset gate acts after the product (``reset_after``)."""
    import tensorflow as tf

    (h,) = state
    z, r, new = tf.split(x @ kernel + bias[:, :1], 3, axis=-1)
    z_h, r_h, new_h = tf.split(h @ recurrent + bias[:, 1:], 3, axis=-1)
    keep = tf.sigmoid(z + z_h)
    return (keep * h + (1 - keep) * tf.tanh(new + tf.sigmoid(r + r_h) * new_h),)


CELLS = {"tanh": (_tanh, 1), "relu": (_tanh, 1), "lstm": (_lstm, 2), "gru": (_gru, 1)}


def answers(one: Memory, weights: list, X: Any) -> Any:
    """What the nets say after the last step: (seeds, batch), for inputs (seeds, steps, batch, features)."""
    import tensorflow as tf

    kind = one.cell.partition(", ")[0]
    step, states = CELLS[kind]
    activation = tf.nn.relu if kind == "relu" else tf.tanh
    kernel, recurrent, bias, output, output_bias = weights
    state = tuple(tf.zeros((X.shape[0], X.shape[2], WIDTH)) for _ in range(states))

    def further(t, state):
        return t + 1, step(X[:, t], one.handed_on(t, state), kernel, recurrent, bias, activation)

    _, state = tf.while_loop(lambda t, state: t < one.steps, further, (0, state), maximum_iterations=one.steps)
    return (state[0] @ output + output_bias[:, None])[..., 0]


def sequences(one: Memory, keys: Any, number: Any, batch: int) -> tuple[Any, Any]:
    """Fresh sequences of every seed: inputs (seeds, steps, batch, features), targets (seeds, batch)."""
    import tensorflow as tf

    return tf.map_fn(
        lambda key: _one_draw(one, tf.stack([key[0], number]), batch),
        keys,
        fn_output_signature=(tf.float32, tf.float32),
    )


def _one_draw(one: Memory, key: Any, batch: int) -> tuple[Any, Any]:
    import tensorflow as tf

    if one.task == "recall":
        bit = tf.cast(tf.random.stateless_uniform((batch,), key) < 0.5, tf.float32)
        noise = one.noise * tf.random.stateless_normal((one.steps - 1, batch, 1), _other(key, 1))
        return tf.concat([(2 * bit - 1)[None, :, None], noise], 0), bit
    if one.task == "recall apart":
        bit = tf.cast(tf.random.stateless_uniform((batch,), key) < 0.5, tf.float32)
        noise = one.noise * tf.random.stateless_normal((one.steps - 1, batch), _other(key, 1))
        none = tf.zeros_like(noise)
        return tf.stack([tf.concat([(2 * bit - 1)[None], none], 0), tf.concat([none[:1], noise], 0)], -1), bit
    values = tf.random.stateless_uniform((one.steps, batch), key)
    half = one.steps // 2
    first, second = (
        tf.random.stateless_uniform((batch,), _other(key, n), *bounds, tf.int32)
        for n, bounds in ((1, (0, half)), (2, (half, one.steps)))
    )
    marks = tf.transpose(tf.one_hot(first, one.steps) + tf.one_hot(second, one.steps))
    return tf.stack([values, marks], -1), tf.reduce_sum(values * marks, 0)


def _other(key: Any, number: int) -> Any:
    """A key of its own for each of the draws that one batch needs."""
    return key + np.array([0, number * 10**6], "int32")


def losses(one: Memory, said: Any, wanted: Any) -> Any:
    """Of every seed: the binary cross-entropy of logits (recall), the mean squared error (adding)."""
    import tensorflow as tf

    if one.names_a_bit:
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(wanted, said), -1)
    return tf.reduce_mean((said - wanted) ** 2, -1)


def _updates(one: Memory, weights: list, moments: list[list], keys: Any, start: Any) -> None:
    import tensorflow as tf

    for k in tf.range(_PER_CALL):
        X, wanted = sequences(one, keys, start + k, BATCH)
        X = tf.ensure_shape(X, (len(keys), one.steps, BATCH, one.features))
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(losses(one, answers(one, weights, X), wanted))
        gradients = _clipped(tape.gradient(total, weights), one.clip)
        adam(weights, gradients, moments, tf.cast(start + k + 1, tf.float32), one.rate)


def _clipped(gradients: list, limit: float) -> list:
    """Each seed's gradient as a whole brought to the norm `limit` where it is larger (Pascanu et al. 2013)."""
    import tensorflow as tf

    if not np.isfinite(limit):
        return gradients
    square = sum(tf.reduce_sum(g**2, axis=list(range(1, g.shape.rank))) for g in gradients)
    scale = limit / tf.maximum(tf.sqrt(square), limit)
    return [g * tf.reshape(scale, (-1, *[1] * (g.shape.rank - 1))) for g in gradients]


def adam(weights: list, gradients: list, moments: list[list], step: Any, rate: float) -> None:
    """Keras's Adam, its epsilon of 1e-7 beside the root included."""
    import tensorflow as tf

    scaled = rate * tf.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    for weight, gradient, mean, square in zip(weights, gradients, *moments, strict=True):
        mean.assign_add(0.1 * (gradient - mean))
        square.assign_add(0.001 * (gradient**2 - square))
        weight.assign_sub(scaled * mean / (tf.sqrt(square) + 1e-7))


def _judged(one: Memory, weights: list, keys: Any) -> tuple[Any, Any]:
    import tensorflow as tf

    X, wanted = sequences(one, keys, -1, TEST)
    X = tf.ensure_shape(X, (len(keys), one.steps, TEST, one.features))
    said = answers(one, weights, X)
    right = tf.cast((said > 0) == (wanted > 0.5), tf.float32)
    return losses(one, said, wanted), tf.reduce_mean(right, -1)


if __name__ == "__main__":
    measure().round(5).to_csv(_FILE, index=False, lineterminator="\n")
