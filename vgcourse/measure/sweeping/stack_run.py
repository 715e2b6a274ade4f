"""Train one stack of runs and write each run's record down as one row of numbers."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import tensorflow as tf

from vgcourse.measure.sweeping.stack import (
    MEASURED_AT_ONCE,
    StackedNets,
    StackPlan,
    in_batches,
    layer_names,
    step_weights,
)
from vgcourse.measure.sweeping.stack_weights import initial_kernels
from vgcourse.measure.training.batches import batch_orders, probe_rows

_IDLE_GRAPHS = 16
_ORDERS_AT_ONCE = 1_000_000  # numbers

_idle: OrderedDict[StackPlan, list[StackedNets]] = OrderedDict()
_lock = threading.Lock()


class Stopped(Exception):
    """The sweep was interrupted while this stack was being trained."""


@dataclass(frozen=True)
class Data:
    """X (n, inputs) and y (n, outputs), float32; a test set likewise, or None."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None


@dataclass(frozen=True)
class Stack:
    """Runs that share a graph; `steps` of each in an epoch. Seeds, rates and initializers: one entry a run."""

    plan: StackPlan
    steps: int
    epochs: int
    full: bool
    seeds: tuple[int, ...]
    rates: tuple[float, ...]
    initializers: tuple
    output_initializer: object = None

    @cached_property
    def layout(self) -> "Layout":
        """What a run's row of numbers holds."""
        return Layout(self.plan.sizes, tuple(self.plan.activations.items()), self.steps, self.epochs, self.full)


@dataclass(frozen=True)
class Layout:
    """How a run's record stands in a row: loss and accuracy at every epoch, test scores, measured moments.

    Attributes:
        activations: (layer, activation) pairs, where the slope is measured.
        steps: optimizer steps in an epoch.
        full: whether every epoch was measured, or only the start and the end.
    """

    sizes: tuple[int, ...]
    activations: tuple[tuple[str, str], ...]
    steps: int
    epochs: int
    full: bool

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, as `vgcourse.mlp` gives them."""
        return layer_names(self.sizes)

    @property
    def measured(self) -> list[int]:
        """The moments with all of a layer's numbers; 0 is the initialisation."""
        return list(range(self.epochs + 1)) if self.full else [0, self.epochs]

    @cached_property
    def fields(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """(quantity, layer) -> shape, in the order of the row."""
        moments = len(self.measured)
        kernels = dict(zip(self.layers, pairwise(self.sizes), strict=True))
        active = [name for name, _ in self.activations]
        fields = {(q, ""): (self.epochs + 1,) for q in ("loss", "accuracy")} | {("test", ""): (2,)}
        fields |= {("backprop", name): (moments,) for name in self.layers}
        fields |= {(q, name): (moments,) for q in ("saturated", "dead") for name in active}
        for suffix in ("s", "_gradients"):
            fields |= {("kernel" + suffix, name): (moments, *shape) for name, shape in kernels.items()}
            bias = "biases" if suffix == "s" else "bias_gradients"
            fields |= {(bias, name): (moments, shape[1]) for name, shape in kernels.items()}
        return fields

    @cached_property
    def size(self) -> int:
        """How many numbers a run's row holds."""
        return sum(int(np.prod(shape)) for shape in self.fields.values())

    def split(self, rows: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        """(runs, size) -> (quantity, layer) -> (runs, *shape)."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.fields.values()])
        parts = np.split(rows, ends[:-1], axis=1)
        named = zip(self.fields.items(), parts, strict=True)
        return {key: part.reshape(len(rows), *shape) for (key, shape), part in named}

    def join(self, parts: dict[tuple[str, str], np.ndarray]) -> np.ndarray:
        """The inverse of `split`."""
        return np.concatenate([parts[key].reshape(len(parts[key]), -1) for key in self.fields], axis=1)


def run_stack(stack: Stack, data: Data, on_epoch: Callable[[], None] = lambda: None) -> np.ndarray:
    """Train every run of a stack. Returns one row a run, (runs, layout.size) float32; see `Layout`.

    on_epoch is called after each epoch; what it raises ends the stack.
    """
    nets = _take(stack.plan)
    # Compiled nets are dear: they go back also where a callback has ended the stack.
    try:
        nets.start(initial_weights(stack), _filled(stack.rates, stack.plan.runs))
        record = _train(nets, stack, data, on_epoch)
    finally:
        _give_back(nets)
    return stack.layout.join(record)[: len(stack.seeds)]


def initial_weights(stack: Stack) -> list[tuple[np.ndarray, np.ndarray]]:
    """(kernel, bias) of each layer, the runs on the last axis; free places repeat the first run."""
    weights = []
    for layer, (shape, name) in enumerate(zip(stack.plan.shapes, stack.plan.layers, strict=True)):
        kernel = np.empty((stack.plan.runs, *shape), np.float32)
        argument, chosen = "initializer", list(stack.initializers)
        if name == "output" and stack.output_initializer is not None:
            argument, chosen = "output_initializer", [stack.output_initializer] * len(chosen)
        for one in {id(c): c for c in chosen}.values():
            at = [i for i, c in enumerate(chosen) if c is one]
            kernel[at] = initial_kernels(one, shape, layer, [stack.seeds[i] for i in at], argument)
        # A stack that is not full keeps its shape: the compiled graph serves it too.
        kernel[len(chosen) :] = kernel[0]
        weights.append((np.moveaxis(kernel, 0, -1), np.zeros((shape[1], stack.plan.runs), np.float32)))
    return weights


def _train(nets: StackedNets, stack: Stack, data: Data, on_epoch) -> dict:
    x, y = tf.constant(data.X), tf.constant(data.y)
    rows = probe_rows(len(data.X))
    probe = [tf.constant(a) for a in in_batches(MEASURED_AT_ONCE, data.X[rows], data.y[rows])]
    weight = tf.constant(step_weights(len(data.X), stack.plan.batch_size))
    curves, moments = [], []
    for epoch, order in enumerate(_orders(stack, len(data.X))):
        if epoch in stack.layout.measured:
            moment = nets.measure(*probe, often=stack.full)
            curves.append([moment.pop("loss")[0], moment.pop("accuracy")[0]])
            moments.append(moment)
        else:
            curves.append([score.numpy() for score in nets.evaluate(*probe)])
        if order is not None:
            nets.train(x, y, tf.constant(order), weight)
            on_epoch()
    loss, accuracy = (np.stack(series, -1) for series in zip(*curves, strict=True))
    record = {("loss", ""): loss, ("accuracy", ""): accuracy, ("test", ""): _test(nets, data)}
    return record | _by_layer(moments, stack.plan)


def _by_layer(moments: list[dict], plan: StackPlan) -> dict:
    """(quantity, layer) -> (runs, moments, *shape)."""
    record = {}
    for quantity in moments[0]:
        names = plan.activations if quantity in ("saturated", "dead") else plan.layers
        for i, name in enumerate(names):
            values = np.stack([moment[quantity][i] for moment in moments])
            record[quantity, name] = np.moveaxis(values, -1, 0)
    return record


def _test(nets: StackedNets, data: Data) -> np.ndarray:
    if data.X_test is None:
        return np.full((nets.plan.runs, 2), np.nan, np.float32)
    batches = in_batches(MEASURED_AT_ONCE, data.X_test, data.y_test)
    scores = nets.evaluate(*map(tf.constant, batches))
    return np.stack([score.numpy() for score in scores], -1)


def _orders(stack: Stack, n: int) -> Iterator[np.ndarray | None]:
    """Each epoch's examples by (step, place in the batch, run); None after the last epoch."""
    plan = stack.plan
    at_once = max(1, min(stack.epochs, _ORDERS_AT_ONCE // (n * plan.runs)))
    blocks = [min(at_once, stack.epochs - done) for done in range(0, stack.epochs, at_once)]
    seeds = _filled(stack.seeds, plan.runs)
    by_seed = {seed: batch_orders(n, blocks, seed) for seed in dict.fromkeys(seeds)}
    for size in blocks:
        drawn = {seed: next(orders) for seed, orders in by_seed.items()}
        block = np.stack([drawn[seed] for seed in seeds], -1)
        padded = np.zeros((size, stack.steps * plan.batch_size, plan.runs), np.int32)
        padded[:, :n] = block
        yield from padded.reshape(size, stack.steps, plan.batch_size, plan.runs)
    yield None


def _filled(values: tuple, runs: int) -> list:
    return [*values, *[values[0]] * (runs - len(values))]


def _take(plan: StackPlan) -> StackedNets:
    """Compiled nets that nobody uses at the moment, or new ones."""
    with _lock:
        if _idle.get(plan):
            return _idle[plan].pop()
        return StackedNets(plan)


def _give_back(nets: StackedNets) -> None:
    with _lock:
        _idle.setdefault(nets.plan, []).append(nets)
        _idle.move_to_end(nets.plan)
        while sum(map(len, _idle.values())) > _IDLE_GRAPHS:
            _, unused = _idle.popitem(last=False)
            del unused
