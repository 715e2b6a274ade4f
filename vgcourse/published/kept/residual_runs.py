"""Residual and plain nets up to fifty blocks, trained with twenty seeds each: a table, measured once and kept.

The nets are those of `vgcourse.residual_mlp` on the circles, the steps those of `vgcourse.train`; many of them are
trained side by side in NumPy, because fifty blocks compile slowly. ``python -m
vgcourse.published.kept.residual_runs`` measures all of them anew, in about seven minutes, and writes
``residual_runs.csv`` beside this file.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["Net", "measure", "nets", "residual_runs", "train"]

_FILE = Path(__file__).with_name("residual_runs.csv")
DEPTHS = (5, 10, 20, 30, 40, 50)
SCALES = (0.01, 0.02, 0.05, 0.1, 0.1414, 0.2, 0.3, 0.5, 0.7, 1.0)
ZERO_BRANCHES = "he_normal, branches 0"
SEEDS = 20
WIDTH, EPOCHS, BATCH, RATE = 8, 60, 32, 0.001


@dataclass(frozen=True)
class Net:
    """One set-up; `scale` multiplies every branch, in a plain net every layer."""

    net: str
    depth: int
    activation: str
    initializer: str
    skip: bool
    scale: float


def residual_runs() -> pd.DataFrame:
    """One row a run: net, depth, activation, initializer, skip, scale, seed, loss, accuracy, without_one.

    Loss and accuracy are those on all 1,000 points after the last epoch. ``without_one`` is the accuracy when one
    block (in a plain net one layer) is taken out of the trained net: the median over the blocks.
    """
    return pd.read_csv(_FILE)


def nets() -> list[Net]:
    """Every set-up of the table."""
    pairs = [
        Net(f"{activation}, small weights, {word}", 20, activation, "random_normal", word == "skip", 1.0)
        for activation in ("relu", "tanh")
        for word in ("plain", "skip")
    ]
    by_depth = [
        Net(name, depth, "relu", initializer, skip, scale)
        for depth in DEPTHS
        for name, initializer, skip, scale in (
            ("plain", "he_normal", False, 1.0),
            ("skip, scale 1", "he_normal", True, 1.0),
            ("skip, scale 1/√L", "he_normal", True, round(depth**-0.5, 4)),
            ("skip, zero branches", ZERO_BRANCHES, True, 1.0),
        )
    ]
    tanh = Net("tanh, plain", 20, "tanh", "glorot_uniform", False, 1.0)
    fifty = [Net("fifty", 50, "relu", "he_normal", True, scale) for scale in SCALES]
    orthogonal = [Net("tanh, orthogonal, plain", depth, "tanh", "orthogonal", False, 1.0) for depth in DEPTHS[2:]]
    deep = Net("tanh, Glorot, plain", 50, "tanh", "glorot_uniform", False, 1.0)
    return [*pairs, tanh, *by_depth, *fifty, *orthogonal, deep]


def measure(chosen: list[Net] | None = None, seeds: int = SEEDS, epochs: int = EPOCHS) -> pd.DataFrame:
    """Train every set-up with that many seeds; columns as `residual_runs`. Nets of one depth train together."""
    groups: dict[tuple, list[Net]] = {}
    for net in nets() if chosen is None else chosen:
        groups.setdefault((net.depth, net.activation), []).append(net)
    parts = []
    for group in groups.values():
        runs = [(net, seed) for net in group for seed in range(seeds)]
        settings = pd.DataFrame([asdict(net) | {"seed": seed} for net, seed in runs])
        parts.append(settings.assign(**train(runs, epochs)))
    return pd.concat(parts, ignore_index=True)


def train(runs: list[tuple[Net, int]], epochs: int = EPOCHS) -> dict[str, np.ndarray]:
    """Train all runs, of one depth and activation, with Adam; loss, accuracy and without_one, (runs,) each.

    A run has the weights of ``residual_mlp(..., seed=seed)`` and the order of ``vg.train(..., seed=seed)``.
    """
    from vgcourse.nets.data import circles

    X, y = circles()
    y, stack = y.reshape(-1, 1), _Stack(runs)
    whole = np.broadcast_to(X, (len(runs), *X.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in _orders(len(X), epochs, [seed for _, seed in runs]):
            stack.step(X[rows], y[rows])
        logit = stack.forward(whole)
        without = [_accuracy(stack.forward(whole, without=block), y) for block in stack.blocks]
    loss = np.mean(np.logaddexp(0, logit) - y * logit, axis=(1, 2))
    return {"loss": loss, "accuracy": _accuracy(logit, y), "without_one": np.median(without, axis=0)}


def _accuracy(logit: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.mean((logit > 0) == (y > 0.5), axis=(1, 2))


def _orders(n: int, epochs: int, seeds: list[int]) -> Iterator[np.ndarray]:
    """The rows of every step, (runs, batch)."""
    from vgcourse.measure.training.batches import batch_order

    orders = np.stack([batch_order(n, epochs, seed) for seed in seeds])
    for epoch in range(epochs):
        for first in range(0, n, BATCH):
            yield orders[:, epoch, first : first + BATCH]


class _Stack:
    """Nets of one depth and activation side by side: every array has the runs as its first axis."""

    def __init__(self, runs: list[tuple[Net, int]]) -> None:
        depth, self.activation = runs[0][0].depth, runs[0][0].activation
        drawn = [_initial_weights(depth, net.initializer, seed) for net, seed in runs]
        self.kernels = [np.stack([net[layer][0] for net in drawn]) for layer in range(depth + 2)]
        self.blocks = range(1, depth + 1)
        self.biases = [np.zeros((len(runs), 1, kernel.shape[2]), "float32") for kernel in self.kernels]
        self.skip = np.float32([net.skip for net, _ in runs]).reshape(-1, 1, 1)
        self.scale = np.float32([net.scale for net, _ in runs]).reshape(-1, 1, 1)
        self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in (*self.kernels, *self.biases)]
        self.steps = 0

    def forward(self, X: np.ndarray, without: int | None = None) -> np.ndarray:
        """The logits (runs, examples, 1); keeps every block's activation for the way back."""
        x, self.active = self._dense(0, X), []
        for block in self.blocks:
            self.active.append(self._activate(x))
            if block != without:
                x = self.skip * x + self.scale * self._dense(block, self.active[-1])
        self.active.append(self._activate(x))
        return self._dense(len(self.kernels) - 1, self.active[-1])

    def step(self, X: np.ndarray, y: np.ndarray) -> None:
        """One step of Adam on a batch (runs, batch, 2) and (runs, batch, 1)."""
        logit = self.forward(X)
        error = (0.5 * (1 + np.tanh(logit / 2)) - y) / X.shape[1]
        last = len(self.blocks) + 1
        gradients = {last: (_outer(self.active[-1], error), error.sum(1, keepdims=True))}
        error = self._through(last, error)
        for block in reversed(self.blocks):
            scaled = self.scale * error
            gradients[block] = _outer(self.active[block - 1], scaled), scaled.sum(1, keepdims=True)
            error = self.skip * error + self._through(block, scaled)
        gradients[0] = _outer(X, error), error.sum(1, keepdims=True)
        self._adam([gradients[i][0] for i in range(last + 1)] + [gradients[i][1] for i in range(last + 1)])

    def _dense(self, layer: int, h: np.ndarray) -> np.ndarray:
        return h @ self.kernels[layer] + self.biases[layer]

    def _activate(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x) if self.activation == "tanh" else np.maximum(x, 0)

    def _through(self, layer: int, error: np.ndarray) -> np.ndarray:
        """The error at the input of a layer's activation."""
        h = self.active[layer - 1]
        slope = 1 - h**2 if self.activation == "tanh" else h > 0
        return slope * (error @ self.kernels[layer].transpose(0, 2, 1))

    def _adam(self, gradients: list[np.ndarray], beta: float = 0.9, gamma: float = 0.999) -> None:
        """Keras's Adam, its epsilon outside the root included."""
        self.steps += 1
        rate = np.float32(RATE * np.sqrt(1 - gamma**self.steps) / (1 - beta**self.steps))
        for weight, gradient, (mean, square) in zip(
            (*self.kernels, *self.biases), gradients, self.moments, strict=True
        ):
            mean += np.float32(1 - beta) * (gradient - mean)
            square += np.float32(1 - gamma) * (gradient**2 - square)
            weight -= rate * mean / (np.sqrt(square) + np.float32(1e-7))


@lru_cache(maxsize=200)
def _initial_weights(depth: int, initializer: str, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    from vgcourse.nets.models import initial_weights

    if initializer != ZERO_BRANCHES:
        return initial_weights(depth + 1, WIDTH, initializer, seed)
    stem, *branches, output = _initial_weights(depth, "he_normal", seed)
    return [stem, *((0 * kernel, bias) for kernel, bias in branches), output]


def _outer(h: np.ndarray, error: np.ndarray) -> np.ndarray:
    return h.transpose(0, 2, 1) @ error


if __name__ == "__main__":
    measure().round(4).to_csv(_FILE, index=False, lineterminator="\n")
