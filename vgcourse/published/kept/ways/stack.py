"""Dense nets of one shape side by side in one compiled graph: the seeds are the first axis of every weight.

A net of `depth` hidden layers of `width` units; a layer is ``activation(norm(h W + b))``, with a skip ``h +`` that,
or with a gate ``t * that + (1 - t) * h``, t = sigmoid(h G + g): an LSTM's sum, from layer to layer in place of from
step to step (Srivastava, Greff & Schmidhuber 2015). The first layer, whose input has another width, has neither.
The norms are those of Keras's layers (epsilon 0.001, gamma 1 and beta 0 at the start), batch normalisation as in
training: with the mean and variance of the examples at hand. The steps are Keras's, of SGD or Adam.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Layers", "forward", "start_of", "train"]

EPSILON = 0.001
_PER_CALL = 50  # updates in one call of the compiled graph


@dataclass(frozen=True)
class Layers:
    """What the nets of one stack have in common: the shape of a layer, how it is trained."""

    depth: int
    width: int
    activation: str = "sigmoid"
    norm: str = "none"  # "batch", "layer"
    skip: bool = False
    gate: float | None = None  # the bias g with which a gated net's layers begin
    optimizer: str = "adam"
    rate: float = 0.001


def forward(net: Layers, weights: Sequence, X: Any, probes: Any = None, counted: int | None = None) -> Any:
    """The logits (seeds, n, outputs) for X (seeds, n, inputs).

    `weights`: first kernel, hidden kernels (depth - 1, seeds, width, width), output kernel; biases, gammas, betas
    (depth, seeds, 1, width), output bias; of a gated net its G and g, as the hidden kernels and their biases.
    `probes` (depth, seeds, n, width) are added to z, to differentiate by. Mean and variance of batch normalisation
    are those of the first `counted` examples; None: of all.
    """
    import tensorflow as tf

    first, hidden, output, biases, gammas, betas, output_bias, *gates = weights
    if probes is None:
        probes = tf.zeros((net.depth, 1, 1, 1), first.dtype)

    def further(h: Any, of: tuple) -> Any:
        kernel, bias, gamma, beta, probe, *gate = of
        return _joined(net, h, _branch(net, h @ kernel + bias + probe, gamma, beta, counted), *gate)

    h = _branch(net, X @ first + biases[0] + probes[0], gammas[0], betas[0], counted)
    h = tf.foldl(further, (hidden, biases[1:], gammas[1:], betas[1:], probes[1:], *gates), h)
    return h @ output + output_bias


def _branch(net: Layers, z: Any, gamma: Any, beta: Any, counted: int | None) -> Any:
    """What a layer makes of its z, before any skip."""
    import tensorflow as tf

    if net.norm != "none":
        axis, seen = (-2, z[..., :counted, :]) if net.norm == "batch" else (-1, z)
        mean = tf.reduce_mean(seen, axis, keepdims=True)
        variance = tf.reduce_mean((seen - mean) ** 2, axis, keepdims=True)
        z = gamma * (z - mean) / tf.sqrt(variance + EPSILON) + beta
    return _activation(net.activation)(z)


def _joined(net: Layers, h: Any, out: Any, G: Any = None, g: Any = None) -> Any:
    """A layer's output, from its input h and its branch."""
    import tensorflow as tf

    if net.gate is not None:
        t = tf.sigmoid(h @ G + g)
        return t * out + (1 - t) * h
    return h + out if net.skip else out


def _activation(name: str) -> Callable:
    import tensorflow as tf

    own = {"leaky_relu": lambda z: tf.maximum(z, 0.2 * z), "gelu": lambda z: z * 0.5 * (1 + tf.math.erf(z / 2**0.5))}
    return own.get(name) or getattr(tf.nn, name)


def start_of(net: Layers, initializer: str, seeds: Sequence[int], inputs: int, outputs: int) -> list[np.ndarray]:
    """The weights that `vgcourse.mlp` has with these seeds, stacked as `forward` wants them."""
    from vgcourse.nets.models import initial_weights

    drawn = [initial_weights(net.depth, net.width, initializer, seed, inputs, outputs) for seed in seeds]
    kernels = [np.stack([one[i][0] for one in drawn]) for i in range(net.depth + 1)]
    biases = np.zeros((net.depth, len(drawn), 1, net.width), "float32")
    output_bias = np.zeros((len(drawn), 1, outputs), "float32")
    hidden = np.stack(kernels[1:-1])
    gates = [] if net.gate is None else _gates(net, seeds)
    return [kernels[0], hidden, kernels[-1], biases, np.ones_like(biases), np.zeros_like(biases), output_bias, *gates]


def _gates(net: Layers, seeds: Sequence[int]) -> list[np.ndarray]:
    """G with Glorot's weights, g as `net.gate` says."""
    shape = net.depth - 1, net.width, net.width
    limit = np.sqrt(3 / net.width)
    G = np.stack([np.random.default_rng([seed, 2015]).uniform(-limit, limit, shape) for seed in seeds], axis=1)
    return [G.astype("float32"), np.full((net.depth - 1, len(G[0]), 1, net.width), net.gate, "float32")]


def losses(logits: Any, y: Any) -> Any:
    """Of every seed: the mean cross-entropy, y (seeds, n, 1) of 0 and 1, or (seeds, n, classes) one-hot."""
    import tensorflow as tf

    if y.shape[-1] == 1:
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits), (-2, -1))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits), -1)


def right(logits: Any, y: Any) -> Any:
    """Of every seed: the share of examples whose class is named rightly."""
    import tensorflow as tf

    if y.shape[-1] == 1:
        agree = (logits > 0) == (y > 0.5)
        return tf.reduce_mean(tf.cast(agree[..., 0], tf.float32), -1)
    return tf.reduce_mean(tf.cast(tf.argmax(logits, -1) == tf.argmax(y, -1), tf.float32), -1)


def step_factor(net: Layers, weights: Sequence, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The back-propagated gradient's factor a layer, (seeds,): from the last hidden z down to the first, float64."""
    import tensorflow as tf

    wide = [tf.constant(np.asarray(w, "float64")) for w in weights]
    seeds = wide[0].shape[0]
    X, y = (tf.constant(np.broadcast_to(part, (seeds, *part.shape)).astype("float64")) for part in (X, y))

    @tf.function
    def sizes() -> Any:
        probes = tf.zeros((net.depth, seeds, X.shape[1], net.width), tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(probes)
            total = tf.reduce_sum(losses(forward(net, wide, X, probes), y))
        return tf.sqrt(tf.reduce_mean(tape.gradient(total, probes) ** 2, (-2, -1)))

    profile = sizes().numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return (profile[0] / profile[-1]) ** (1 / (net.depth - 1))


def dead_units(net: Layers, weights: Sequence, X: np.ndarray) -> np.ndarray:
    """The share of hidden units, (seeds,), that are at 0 for every example: relu's z is below 0 for all of them."""
    first, hidden, _, biases, *_ = (np.asarray(w) for w in weights)
    h, dead = X @ first + biases[0], []
    for kernel, bias in zip((None, *hidden), biases, strict=True):
        z = h if kernel is None else np.maximum(h, 0) @ kernel + bias
        dead.append((z <= 0).all(-2).mean(-1))
        h = z
    return np.mean(dead, axis=0)


def train(
    net: Layers, start: Sequence, X: np.ndarray, y: np.ndarray, orders: np.ndarray, looks: Sequence[int], judge: Any
) -> tuple[list[dict[str, np.ndarray]], list[np.ndarray]]:
    """Train the stack; at the updates in `looks` (multiples of 1) say loss and accuracy on judge = (X, y).

    `orders` (updates, seeds, batch) are the rows of each step. Batch normalisation is judged with the mean and
    variance of all of X, the training examples. Returns one dict for each look, and the weights.
    """
    import tensorflow as tf

    weights = [tf.Variable(w) for w in start]
    moments = [[tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2)]
    data = tf.constant(X), tf.constant(y)

    @tf.function(jit_compile=True)
    def advance(rows: Any, first: Any) -> None:
        for k in tf.range(tf.shape(rows)[0]):
            points, labels = tf.gather(data[0], rows[k]), tf.gather(data[1], rows[k])
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(losses(forward(net, weights, points), labels))
            update(net, weights, tape.gradient(total, weights), moments, tf.cast(first + k + 1, tf.float32))

    seeds = weights[0].shape[0]
    counted = len(X) if net.norm == "batch" else None
    shown = np.concatenate([X, judge[0]]) if counted else judge[0]
    whole = [np.broadcast_to(part, (seeds, *part.shape)) for part in (shown, judge[1])]

    @tf.function(jit_compile=True)
    def look() -> Any:
        logits = forward(net, weights, tf.constant(whole[0]), counted=counted)[..., -len(judge[0]) :, :]
        return losses(logits, tf.constant(whole[1])), right(logits, tf.constant(whole[1]))

    seen, done = [], 0
    for until in looks:
        while done < until:
            rows = orders[done : min(done + _PER_CALL, until)]
            advance(tf.constant(rows), tf.constant(done))
            done += len(rows)
        loss, accuracy = (np.asarray(part, float) for part in look())
        seen.append({"loss": loss, "accuracy": accuracy})
    return seen, [w.numpy() for w in weights]


def update(net: Layers, weights: list, gradients: list, moments: list[list], step: Any) -> None:
    """One step of Keras's SGD or Adam; what gets no gradient (gamma without a norm) stays."""
    from vgcourse.published.kept.memory_runs import adam

    there = [i for i, g in enumerate(gradients) if g is not None]
    weights, gradients = [weights[i] for i in there], [gradients[i] for i in there]
    if net.optimizer == "adam":
        adam(weights, gradients, [[kind[i] for i in there] for kind in moments], step, net.rate)
        return
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.assign_sub(net.rate * gradient)
