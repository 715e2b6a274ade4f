"""Nets, points and optimizers with which an answer to `train_step` makes its steps."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from vgcourse.course.exercises.gradients.oracle import Weights


@dataclass(frozen=True)
class StepTrial:
    """A net, its points, an optimizer, how many of its layers are frozen from below; two steps are made."""

    weights: Weights
    X: np.ndarray
    y: np.ndarray
    rate: float
    momentum: float = 0.0
    frozen: int = 0
    adam: bool = False

    def optimizer(self) -> Any:
        """A new one of Keras's."""
        import keras

        makes = keras.optimizers
        return makes.Adam(self.rate) if self.adam else makes.SGD(self.rate, momentum=self.momentum)

    def step(self, gradient: np.ndarray, before: Any) -> tuple[np.ndarray, Any]:
        """The optimizer's step, and what it remembers for the next one; ``before`` is None at the first."""
        if not self.adam:
            step = -self.rate * gradient + (0 if before is None else self.momentum * before)
            return step, step
        mean, square, number = before or (0, 0, 0)
        mean, square, number = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2, number + 1
        rate = self.rate * np.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        return -rate * mean / (np.sqrt(square) + 1e-7), (mean, square, number)


def draw(rng: np.random.Generator) -> list[StepTrial]:
    """A drawn net; one of large gradients, one of tiny ones with momentum, a deeper one, one with a frozen layer.

    And at the end one whose optimizer is Adam: of SGD an answer can make the steps itself.
    """
    drawn = StepTrial(*_net(rng, 40), float(rng.uniform(0.3, 0.6)))
    fixed = np.random.default_rng(11)
    weights, X, y = _net(fixed, 24)
    large = [(0.05 * weights[0][0], 0 * weights[0][1]), (5 * weights[1][0], weights[1][1])]
    tiny = [weights[0], (1e-3 * weights[1][0], -5 + 0 * weights[1][1])]
    return [
        drawn,
        StepTrial(large, 30 * X, y, 1e-4),
        StepTrial(tiny, X, 0 * y, 0.5, momentum=0.9),
        StepTrial(*_net(fixed, 30, (3, 5, 3, 1)), 0.2, momentum=0.5),
        StepTrial(*_net(fixed, 30), 0.3, frozen=1),
        StepTrial(*_net(fixed, 30), 0.05, adam=True),
    ]


def _net(
    rng: np.random.Generator, points: int, sizes: tuple[int, ...] = (2, 4, 1)
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """A net for tanh, points, and labels (n,)."""
    weights = [(rng.normal(size=shape), 0.5 * rng.normal(size=shape[1])) for shape in itertools.pairwise(sizes)]
    X = rng.normal(size=(points, sizes[0])).astype("float32")
    return weights, X, (rng.random(points) < 0.35).astype("float32")
