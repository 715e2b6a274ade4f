"""Greedy layer-wise pre-training as in 2006, and the controls that tell what of it helps.

Each layer of sigmoids learns, as an autoencoder with a linear decoder, to keep what the layer below says (Bengio et
al. 2007); the decoder is dropped. *Shuffled*: the entries of every such kernel are permuted, so that its numbers stay
and what they learnt goes. *Re-centred*: after that the biases give every unit the mean z that it had.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vgcourse.published.kept.ways.stack import Layers, update

__all__ = ["pretrained", "recentred", "right_variance", "shuffled"]

_PER_CALL = 50


def pretrained(
    net: Layers, start: Sequence, X: np.ndarray, orders: np.ndarray, rate: float = 0.003
) -> tuple[list, np.ndarray]:
    """Weights whose hidden layers were trained one after the other; reconstruction error over variance by layer.

    Arrays are stacked as in `stack.forward`; `orders` (updates, seeds, batch) serve every layer. The second result is
    (depth, seeds).
    """
    import tensorflow as tf

    first, hidden, output, biases, *rest = start
    kernels, h = [first, *hidden], np.broadcast_to(X, (first.shape[0], *X.shape)).astype("float32")
    biases, shares = biases.copy(), []
    for layer, kernel in enumerate(kernels):
        decoder = np.swapaxes(_glorot(kernel.shape[1:], kernel.shape[0], layer), 1, 2)
        trained = _autoencoder(kernel, decoder, h, orders, rate)
        kernels[layer], biases[layer] = trained[0], trained[1]
        codes = tf.sigmoid(h @ trained[0] + trained[1]).numpy()
        error = np.mean((codes @ trained[2] + trained[3] - h) ** 2, (1, 2))
        shares.append(error / np.mean((h - h.mean(1, keepdims=True)) ** 2, (1, 2)))
        h = codes
    return [kernels[0], np.stack(kernels[1:]), output, biases, *rest], np.array(shares)


def _glorot(shape: tuple[int, int], seeds: int, layer: int) -> np.ndarray:
    limit = np.sqrt(6 / sum(shape))
    drawn = [np.random.default_rng([seed, layer]).uniform(-limit, limit, shape) for seed in range(seeds)]
    return np.stack(drawn).astype("float32")


def _autoencoder(kernel: np.ndarray, decoder: np.ndarray, h: np.ndarray, orders: np.ndarray, rate: float) -> list:
    """Kernel, bias, decoder and its bias after training with Adam on the mean squared error."""
    import tensorflow as tf

    zeros = [np.zeros((len(kernel), 1, size), "float32") for size in (kernel.shape[2], decoder.shape[2])]
    weights = [tf.Variable(w) for w in (kernel, zeros[0], decoder, zeros[1])]
    moments = [[tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2)]
    codes, adam = tf.constant(h), Layers(1, 1, optimizer="adam", rate=rate)

    @tf.function(jit_compile=True)
    def advance(rows: Any, first: Any) -> None:
        for k in tf.range(tf.shape(rows)[0]):
            seen = tf.gather(codes, rows[k], batch_dims=1)
            with tf.GradientTape() as tape:
                W, b, V, c = weights
                said = tf.sigmoid(seen @ W + b) @ V + c
                total = tf.reduce_sum(tf.reduce_mean((said - seen) ** 2, (1, 2)))
            update(adam, weights, tape.gradient(total, weights), moments, tf.cast(first + k + 1, tf.float32))

    for done in range(0, len(orders), _PER_CALL):
        advance(tf.constant(orders[done : done + _PER_CALL]), tf.constant(done))
    return [w.numpy() for w in weights]


def shuffled(start: Sequence) -> list:
    """The same numbers in every hidden kernel, in another order; biases as they are."""
    first, hidden, *rest = start
    mixed = [_permuted(kernel, layer) for layer, kernel in enumerate([first, *hidden])]
    return [mixed[0], np.stack(mixed[1:]), *rest]


def _permuted(kernels: np.ndarray, layer: int) -> np.ndarray:
    mixed = [np.random.default_rng([seed, layer, 7]).permutation(k.ravel()) for seed, k in enumerate(kernels)]
    return np.stack(mixed).reshape(kernels.shape)


def recentred(start: Sequence, model: Sequence, X: np.ndarray) -> list:
    """`start` with biases that give every unit the mean z which the same unit of `model` has."""
    wanted, h = _mean_z(model, X), np.broadcast_to(X, (start[0].shape[0], *X.shape))
    first, hidden, output, biases, *rest = start
    biases = biases.copy()
    for layer, kernel in enumerate([first, *hidden]):
        z = h @ kernel
        biases[layer] = wanted[layer] - z.mean(1, keepdims=True)
        h = _sigmoid(z + biases[layer])
    return [first, hidden, output, biases, *rest]


def _mean_z(weights: Sequence, X: np.ndarray) -> list[np.ndarray]:
    first, hidden, _, biases, *_ = weights
    h, means = np.broadcast_to(X, (first.shape[0], *X.shape)), []
    for kernel, bias in zip([first, *hidden], biases, strict=True):
        z = h @ kernel + bias
        means.append(z.mean(1, keepdims=True))
        h = _sigmoid(z)
    return means


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (0.5 * (1 + np.tanh(z / 2))).astype("float32")


def right_variance(start: Sequence, gain: float = 16.0) -> list:
    """Kernels from N(0, gain / fan_in), and biases that take the sigmoid's mean, 1/2 of every input, out of z."""
    first, hidden, output, _, *rest = start
    kernels = [_normal(kernel, layer, gain) for layer, kernel in enumerate([first, *hidden])]
    centred = np.stack([-kernel.sum(1, keepdims=True) / 2 for kernel in kernels])
    return [kernels[0], np.stack(kernels[1:]), output, centred, *rest]


def _normal(kernels: np.ndarray, layer: int, gain: float) -> np.ndarray:
    seeds, fan_in, fan_out = kernels.shape
    drawn = [np.random.default_rng([seed, layer, 16]).normal(size=(fan_in, fan_out)) for seed in range(seeds)]
    return (np.stack(drawn) * np.sqrt(gain / fan_in)).astype("float32")
