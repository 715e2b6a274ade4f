"""Cures with prices and accuracies that nobody knows, for the exercise on the cheapest cure."""

import copy
from typing import Any

import numpy as np

SURE, TARGET, LOWER = 0.9, 0.95, 0.7
# Prices by budget: what is nearly sure costs a fifth; two cures are sure at the lowest price; the surer one costs
# a little more, and what nobody learns from is the cheapest.
_TEMPTING = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [20.0, 30.0, 60.0], [45.0, 50.0, 60.0], [40.0, 50.0, 90.0]]
_EQUAL = [[50.0, 10.0, 20.0]] * 5
_CLOSE = [*_EQUAL[:2], [5.0, 9.5, 20.0], *_EQUAL[3:]]


class Market:
    """Accuracies (cures, budgets, seeds) and prices that nobody knows: something for everyone who chooses wrongly.

    At most `most` of the `count` seeds reach the target, whatever the cure and the budget. `prices`: in the order of
    `_reached`, where none shall be drawn. `lucky`: whether it is the first seed that reaches the target where only
    some do. `target`: what is asked of an accuracy. `turned`: whether the budgets are given in falling order.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        most: int = 10,
        count: int = 10,
        prices: Any = None,
        lucky: bool = True,
        target: float = TARGET,
        turned: bool = False,
    ) -> None:
        self.target, self.lucky = target, lucky
        self.seeds = [int(seed) for seed in rng.permutation(1000)[:count]]
        self.budgets = [*sorted(int(b) for b in rng.permutation(np.arange(5, 40))[:2]), int(rng.integers(50, 90))]
        self.budgets = self.budgets[::-1] if turned else self.budgets
        names = [f"cure {letter}" for letter in "ABCDEF"]
        reached = [[min(n, most) for n in row] for row in self._reached(count)]
        order = rng.permutation(len(reached))
        self.cures = [names[i] for i in rng.permutation(len(reached))]
        self.accuracy = np.stack([self._accuracies(rng, reached[i]) for i in order])
        self.price = (self._prices() if prices is None else np.array(prices))[order]
        self.calls = 0

    @staticmethod
    def _reached(count: int) -> list[list[int]]:
        """How many seeds reach the target, by cure and budget."""
        sure = int(np.ceil(SURE * count - 1e-9))
        return [
            [1, 1, 2],  # a lucky seed, the first
            [count // 2 + 1, count // 2 + 2, sure - 1],  # more often than not
            [0, sure, sure],  # the one to choose, at its second budget
            [sure, min(sure + 1, count), count],  # sure at the shortest budget, and dear
            [2, sure - 1, count],  # sure for everyone, at the longest
        ]

    def _accuracies(self, rng: np.random.Generator, reached: list[int]) -> np.ndarray:
        rows = []
        for n in reached:
            below = rng.uniform(0.3, self.target - 0.01, len(self.seeds))
            below[:n] = rng.uniform(self.target + 0.005, 0.999, n)
            # One seed is so near to the target that two digits are too few to tell.
            below[n : n + 1] = self.target - 0.002
            # One seed, not the lucky one, lands on the target itself.
            below[n - 1] = self.target if n > 1 else below[n - 1]
            below[1:] = below[1 + rng.permutation(len(below) - 1)]
            if not self.lucky:
                below = np.roll(below, 3)
            rows.append(below)
        return np.array(rows)

    def _prices(self) -> np.ndarray:
        """Cost of each cure by budget, ascending in the order of `_reached`: a fixed part, and one an epoch."""
        each = np.array([0.2, 0.4, 1.0, 0.0, 1.7])[:, None] * np.array(self.budgets)
        each[3] = 1.3 * self.budgets[1] + 0.9 * np.array(self.budgets)
        return each

    def again(self) -> "Market":
        """The same cures, budgets and seeds, with which all comes out otherwise, at large prices."""
        other = copy.copy(self)
        other.accuracy, other.price, other.calls = self.accuracy[::-1], 1e9 * self.price[::-1], 0
        return other

    def trained(self, cure: str, budget: int, seed: int) -> float:
        """The accuracy of one run; how often it is asked is counted."""
        self.calls += 1
        return float(self.accuracy[self.cures.index(cure), self.budgets.index(budget), self.seeds.index(seed)])

    def cost(self, cure: str, budget: int) -> float:
        """The price of one run."""
        return float(self.price[self.cures.index(cure), self.budgets.index(budget)])

    def shares(self) -> np.ndarray:
        """The share of seeds that reach the target, (cures, budgets)."""
        return np.mean(self.accuracy >= self.target, axis=2)

    def choose(self, enough: np.ndarray, by: np.ndarray, last: bool = False) -> Any:
        """The pair with the smallest `by` among those that are `enough`, the first or the last; None for none."""
        if not enough.any():
            return None
        asked = np.where(enough, by, np.inf)
        cure, budget = np.unravel_index(np.flatnonzero(asked == asked.min())[-1 if last else 0], by.shape)
        return [self.cures[cure], self.budgets[budget]]

    def choice(self) -> Any:
        """The right one: [cure, budget], the cheapest of those that are sure."""
        return self.choose(self.shares() >= SURE - 1e-9, self.price)

    def spent(self) -> float:
        """What the whole sweep costs."""
        return float(self.price.sum() * len(self.seeds))


def draw(rng: np.random.Generator) -> list[Market]:
    """A market drawn now, the fixed ones that tell, and the first once more with other accuracies."""
    fixed = np.random.default_rng(16)
    equal, close = (
        Market(fixed, prices=prices, lucky=False, turned=turned)
        for prices, turned in ((_EQUAL, False), (_CLOSE, True))
    )
    # Of two that cost the same the first has the smaller share here, and the later name.
    tied = Market(np.random.default_rng(2), prices=_EQUAL, lucky=False)
    market, many, none = Market(rng), Market(fixed, 29, 30, _TEMPTING), Market(fixed, 8, target=LOWER)
    return [market, many, none, equal, close, tied, market.again()]
