"""A small transformer with its layer normalisation after the sum, before the branch, or nowhere; seeds side by side.

Twelve blocks of attention (four heads) and a relu layer, 32 features, eight symbols at eight places; the task is to
give the sequence back in order. *Post*: x = norm(x + F(x)), as in 2017. *Pre*: x = x + F(norm(x)), with one norm at
the end. With warm-up the rate rises in a straight line to its value (Xiong et al. 2020 compare the two).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Blocks", "gradient_through", "transformer_runs"]

WIDTH, HEADS, INNER, PLACES, SYMBOLS, BATCH, TEST = 32, 4, 64, 8, 8, 16, 200
_PER_CALL = 25


@dataclass(frozen=True)
class Blocks:
    """One set-up: where the norm stands ("post", "pre", "none"), the rate and over how many updates it rises."""

    order: str
    rate: float = 0.003
    warm_up: int = 0
    updates: int = 300
    depth: int = 12


SET_UPS = (
    Blocks("post"),
    Blocks("post", warm_up=150),
    Blocks("post", rate=0.001),
    Blocks("pre"),
)


def transformer_runs(seeds: int = 16, chosen: Sequence[Blocks] = SET_UPS) -> Iterator[pd.DataFrame]:
    """Train every set-up with that many seeds; accuracy is the share of places with the right symbol."""
    for one in chosen:
        found = _train(one, seeds)
        way = f"{one.order}, warm-up" if one.warm_up else one.order
        kept = {"net": "transformer", "way": way, "optimizer": "adam", "rate": one.rate, "epochs": 1}
        shares = gradient_through(one, seeds)
        work = products(one) * one.updates * BATCH / 1e9
        yield pd.DataFrame(
            {**kept, "updates": one.updates, "seed": np.arange(seeds), **found, "first_last": shares, "work": work}
        )


def products(one: Blocks) -> int:
    """Multiplications in the matrix products that train on one sequence: forward, and twice that backward."""
    block = PLACES * (4 * WIDTH**2 + 2 * WIDTH * INNER) + 2 * PLACES**2 * WIDTH
    return 3 * (one.depth * block + PLACES * WIDTH * SYMBOLS)


def start_of(one: Blocks, seeds: int) -> list[np.ndarray]:
    """Embedding, places, attention kernels (depth, 4, seeds, 1, d, d), the two dense ones, gains, output."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]

    def glorot(lead: tuple, fan_in: int, fan_out: int) -> np.ndarray:
        limit = np.sqrt(6 / (fan_in + fan_out))
        drawn = [rng.uniform(-limit, limit, (*lead, fan_in, fan_out)) for rng in rngs]
        return np.stack(drawn, axis=len(lead)).astype("float32")

    both = np.stack([rng.normal(size=(2, SYMBOLS, WIDTH)) for rng in rngs], axis=1).astype("float32")
    L = (one.depth,)
    gains = np.ones((one.depth + 1, 2, seeds, 1, WIDTH), "float32")
    dense = [glorot(L, WIDTH, INNER), glorot(L, INNER, WIDTH)]
    return [*both, glorot((*L, 4), WIDTH, WIDTH), *dense, gains, 0 * gains, glorot((), WIDTH, SYMBOLS)]


def forward(one: Blocks, weights: Sequence, symbols: Any) -> tuple[Any, Any, Any]:
    """Logits (seeds, batch * places, symbols) for symbols (seeds, batch, places); x before and after the blocks."""
    import tensorflow as tf

    embedding, places, attention, up, down, gains, shifts, output = weights
    seeds, batch = symbols.shape[:2]
    x = tf.one_hot(symbols, SYMBOLS) @ embedding[:, None] + places[:, None]
    first = x = tf.reshape(x, (seeds, batch * PLACES, WIDTH))
    parts = (attention, up, down, gains[:-1], shifts[:-1])
    last = tf.foldl(lambda x, of: _block(one.order, x, batch, *of), parts, x)
    end = _norm(last, gains[-1, 0], shifts[-1, 0]) if one.order == "pre" else last
    return end @ output, first, last


def _block(order: str, x: Any, batch: int, attention: Any, up: Any, down: Any, gains: Any, shifts: Any) -> Any:
    import tensorflow as tf

    branches = (lambda x: _attend(x, batch, attention), lambda x: tf.nn.relu(x @ up) @ down)
    for branch, gain, shift in zip(branches, tf.unstack(gains), tf.unstack(shifts), strict=True):
        if order == "pre":
            x = x + branch(_norm(x, gain, shift))
        else:
            x = x + branch(x)
            x = _norm(x, gain, shift) if order == "post" else x
    return x


def _norm(x: Any, gain: Any, shift: Any) -> Any:
    import tensorflow as tf

    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    return gain * centred / tf.sqrt(tf.reduce_mean(centred**2, -1, keepdims=True) + 0.001) + shift


def _attend(x: Any, batch: int, kernels: Any) -> Any:
    import tensorflow as tf

    def heads(kernel: Any) -> Any:
        parts = tf.reshape(x @ kernel, (-1, batch, PLACES, HEADS, WIDTH // HEADS))
        return tf.transpose(parts, (0, 1, 3, 2, 4))

    query, key, value = (heads(kernels[i]) for i in range(3))
    weight = tf.nn.softmax(query @ tf.transpose(key, (0, 1, 2, 4, 3)) * (WIDTH // HEADS) ** -0.5)
    together = tf.transpose(weight @ value, (0, 1, 3, 2, 4))
    return tf.reshape(together, (-1, batch * PLACES, WIDTH)) @ kernels[3]


def _draw(key: Any, batch: int) -> tuple[Any, Any]:
    import tensorflow as tf

    symbols = tf.random.stateless_uniform((batch, PLACES), key, 0, SYMBOLS, tf.int32)
    return symbols, tf.sort(symbols)


def _draws(keys: Any, number: Any, batch: int) -> tuple[Any, Any]:
    import tensorflow as tf

    pairs = [_draw(tf.stack([key[0], number]), batch) for key in tf.unstack(keys)]
    symbols, wanted = (tf.stack(part) for part in zip(*pairs, strict=True))
    return symbols, tf.reshape(wanted, (len(pairs), batch * PLACES))


def _losses(logits: Any, wanted: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits), -1)


def gradient_through(one: Blocks, seeds: int) -> np.ndarray:
    """rms of dL/dx before the first block over that after the last, before training, (seeds,)."""
    import tensorflow as tf

    weights = [tf.constant(w) for w in start_of(one, seeds)]
    keys = tf.constant([[seed, 0] for seed in range(seeds)])

    @tf.function
    def sizes() -> Any:
        symbols, wanted = _draws(keys, -2, BATCH)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits, first, last = forward(one, weights, symbols)
            total = tf.reduce_sum(_losses(logits, wanted))
        return [tf.sqrt(tf.reduce_mean(g**2, (1, 2))) for g in tape.gradient(total, [first, last])]

    below, above = (np.asarray(part, float) for part in sizes())
    return below / above


def _train(one: Blocks, seeds: int) -> dict[str, np.ndarray]:
    import tensorflow as tf

    from vgcourse.published.kept.memory_runs import adam

    weights = [tf.Variable(w) for w in start_of(one, seeds)]
    moments = [[tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2)]
    keys = tf.constant([[seed, 0] for seed in range(seeds)])

    @tf.function(jit_compile=True)
    def advance(first: Any) -> None:
        for k in tf.range(_PER_CALL):
            symbols, wanted = _draws(keys, first + k, BATCH)
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(_losses(forward(one, weights, symbols)[0], wanted))
            step = tf.cast(first + k + 1, tf.float32)
            rate = one.rate * tf.minimum(1.0, step / max(one.warm_up, 1))
            adam(weights, tape.gradient(total, weights), moments, step, rate)

    @tf.function(jit_compile=True)
    def judged() -> Any:
        symbols, wanted = _draws(keys, -1, TEST)
        logits = forward(one, weights, symbols)[0]
        agree = tf.argmax(logits, -1, tf.int32) == wanted
        return _losses(logits, wanted), tf.reduce_mean(tf.cast(agree, tf.float32), -1)

    for first in range(0, one.updates, _PER_CALL):
        advance(tf.constant(first))
    loss, accuracy = (np.asarray(part, float) for part in judged())
    return {"loss": loss, "accuracy": accuracy}
