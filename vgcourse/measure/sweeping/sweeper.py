"""Hundreds of training runs in one call, stacked so that they cost little more than one."""

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
import pandas as pd

from vgcourse.measure.sweeping.cache import Cache
from vgcourse.measure.sweeping.data import sweep_data
from vgcourse.measure.sweeping.grid import GRID, Run, described, grid_runs, told_by_name
from vgcourse.measure.sweeping.result import Group, Sweep
from vgcourse.measure.sweeping.stack import NARROW, StackPlan
from vgcourse.measure.sweeping.stack_run import Data, Layout, Stack, Stopped, run_stack
from vgcourse.nets import models

__all__ = ["Sweep", "sweep"]

_STACKED = 128  # runs: more of them leave the processor's cache
_NUMBERS_AT_ONCE = 1_000_000
_XLA_PAYS = 1000  # steps
_BYTES_AT_ONCE, _BYTES_IN_ALL = 2e8, 4e9


def sweep(
    depth: int | Iterable[int],
    width: int | Iterable[int] = 5,
    activation: str | Callable | Iterable[str | Callable] = "relu",
    initializer: Any = "glorot_uniform",
    optimizer: Any = "rmsprop",
    learning_rate: float | Iterable[float | None] | None = None,
    batch_size: int | Iterable[int] = 32,
    epochs: int | Iterable[int] = 100,
    seeds: int | Iterable[int] = range(20),
    data: tuple[np.ndarray, ...] | None = None,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    output_initializer: Any = None,
    keep: str = "summary",
    cache: str | os.PathLike | None = None,
    client: Any = None,
    progress: bool = True,
) -> Sweep:
    """Train `mlp` nets over a grid of settings and many seeds.

    The arguments from `depth` to `epochs` are one value or several (a list, tuple, range or array); every
    combination is run with every seed. A run equals ``train(mlp(depth, width, activation, initializer, s),
    X, y, epochs, batch_size, optimizer, learning_rate=learning_rate, seed=s)``: the same initial weights and
    order of the examples, and the same numbers but for rounding. Runs of one shape are stacked in one
    compiled graph; seed, initializer and learning rate may differ inside a stack.

    >>> runs = vg.sweep(depth=range(1, 6), activation=["sigmoid", "tanh", "relu"], seeds=range(50))
    >>> runs.groupby(["depth", "activation"]).accuracy.median()
    >>> runs.layers.query("moment == 'start'").groupby(["depth", "layer"]).backprop.median()

    Args:
        depth, width, activation, initializer: as for `mlp`. The activation must act on each element.
        optimizer: a Keras name or instance that treats each weight alone: SGD with momentum, RMSprop, Adam
            and most others; not Muon, Lamb, or clipping by norm.
        learning_rate: replaces the optimizer's; None keeps it.
        batch_size, epochs: as for `train`.
        seeds: whole numbers; one number n stands for range(n).
        data: (X, y), or (X, y, X_test, y_test); default ``circles()``. X is (n, features). y holds 0 and 1
            for a sigmoid output, or 0, 1, 2, ... or one-hot rows for a softmax.
        test: (X_test, y_test): adds test_loss and test_accuracy of the trained nets.
        output_initializer: of the last kernel, as for `mlp`.
        keep: ``"summary"``, or ``"recordings"`` to measure every epoch and fill `Sweep.recordings`.
        cache: a folder. Runs that it holds are read, the others are trained and added.
        client: a ``dask.distributed.Client``, to train the stacks on its workers: same seeds, same numbers.
        progress: show a bar when it takes longer than a second.

    Returns:
        A `Sweep`: a DataFrame with one row a run, and ``.layers``, ``.curves`` and ``.recordings``. A run
        whose loss is no longer finite is flagged in ``nonfinite_at`` and leaves the others alone.
        Interrupted (Ctrl-C), it warns and returns the runs that are finished; without any it raises.

    Raises:
        TypeError, ValueError: naming the argument that does not fit.
    """
    arrays = sweep_data(data, test)
    if keep not in ("summary", "recordings"):
        raise ValueError(f"keep: must be 'summary' or 'recordings', got {keep!r}.")
    if client is not None and not (hasattr(client, "scatter") and hasattr(client, "submit")):
        raise TypeError(f"client: expected a dask.distributed.Client, got {type(client).__name__}.")
    if output_initializer is not None:
        models._initializer("output_initializer", output_initializer, 0)
    grid = (depth, width, activation, initializer, optimizer, learning_rate, batch_size, epochs)
    settings = dict(zip(GRID, grid, strict=True))
    runs = list(grid_runs(settings, seeds, len(arrays.X), arrays.X.shape[1], arrays.y.shape[1]))
    shelf = None if cache is None else Cache(cache, arrays)
    return _Sweeper(runs, arrays, output_initializer, keep == "recordings", shelf, client, progress).result()


class _Sweeper:
    """Reads what is on the shelf, trains the rest stack by stack, and puts the results together."""

    def __init__(self, runs: list[Run], data: Data, output_initializer, full, shelf, client, progress):
        self.runs, self.data, self.output_initializer, self.full = runs, data, output_initializer, full
        self.shelf, self.client = shelf, client
        self.tables: dict[tuple, _Table] = {}
        self.finished = 0
        self.bar = RunsBar(len(runs), progress)

    def result(self) -> Sweep:
        train = self._distributed if self.client is not None else self._threaded
        try:
            train(list(self._stacks()))
        except KeyboardInterrupt:
            if not self.finished:
                raise
            warnings.warn(f"interrupted: {self.finished} of {len(self.runs)} runs are finished.", stacklevel=3)
        finally:
            self.bar.close()
        return Sweep.of(list(self._groups()))

    def _stacks(self) -> Iterator[tuple[list[int], Stack]]:
        """(run numbers, stack) for every run that is not on the shelf."""
        shapes: dict[tuple, list[int]] = {}
        for number, run in enumerate(self.runs):
            shapes.setdefault(run.shape, []).append(number)
        samples = {shape: self._stack(numbers[:1], 8) for shape, numbers in shapes.items()}
        _check_memory(sum(samples[shape].layout.size * len(numbers) for shape, numbers in shapes.items()))
        for shape, numbers in shapes.items():
            self.tables[shape] = _Table(numbers, samples[shape].layout)
            missing = [n for n in numbers if not self._read(n)]
            for part in _parts(missing, _most_places(samples[shape])):
                yield part, self._stack(part, _places(len(part)))

    def _stack(self, numbers: list[int], places: int) -> Stack:
        runs = [self.runs[n] for n in numbers]
        sizes, activation, optimizer, batch_size, epochs = runs[0].shape
        steps = -(-len(self.data.X) // batch_size)
        # By the run's own length, not by how many there are: a run's numbers shall not depend on its company.
        xla = steps * epochs >= _XLA_PAYS
        return Stack(
            plan=StackPlan(sizes, activation, optimizer, batch_size, places, xla),
            steps=steps,
            epochs=epochs,
            full=self.full,
            seeds=tuple(r.seed for r in runs),
            rates=tuple(r.rate for r in runs),
            initializers=tuple(r.initializer for r in runs),
            output_initializer=self.output_initializer,
        )

    def _threaded(self, stacks: list[tuple[list[int], Stack]]) -> None:
        stop = threading.Event()
        workers = max(1, min(len(stacks), os.cpu_count() or 1))
        with ThreadPoolExecutor(workers, "sweep") as pool:
            futures = {pool.submit(self._train, numbers, stack, stop): numbers for numbers, stack in stacks}
            try:
                while futures:
                    # Windows hears no Ctrl-C in a wait without end.
                    for future in wait(futures, timeout=0.5, return_when=FIRST_COMPLETED).done:
                        self._keep(futures.pop(future), future.result())
            finally:
                stop.set()
                pool.shutdown(cancel_futures=True)
                for future, numbers in futures.items():
                    if not future.cancelled() and future.exception() is None:
                        self._keep(numbers, future.result())

    def _train(self, numbers: list[int], stack: Stack, stop: threading.Event) -> np.ndarray:
        def on_epoch():
            if stop.is_set():
                raise Stopped
            self.bar.advance(len(numbers) / stack.epochs)

        return run_stack(stack, self.data, on_epoch)

    def _distributed(self, stacks: list[tuple[list[int], Stack]]) -> None:
        from distributed import as_completed as as_finished

        data = self.client.scatter(self.data, broadcast=True)
        futures = {self.client.submit(run_stack, s, data, pure=False): numbers for numbers, s in stacks}
        try:
            for future in as_finished(list(futures)):
                self._keep(futures[future], future.result())
                self.bar.advance(len(futures[future]))
        finally:
            self.client.cancel(list(futures))

    def _keep(self, numbers: list[int], rows: np.ndarray, shelve: bool = True) -> None:
        for number, row in zip(numbers, rows, strict=True):
            self.tables[self.runs[number].shape].put(number, row)
            if shelve and self.shelf is not None:
                self.shelf.write(self._key(number), row)
        self.finished += len(numbers)

    def _read(self, number: int) -> bool:
        if self.shelf is None:
            return False
        row = self.shelf.read(self._key(number), self.tables[self.runs[number].shape].layout.size)
        if row is not None:
            self._keep([number], [row], shelve=False)
            self.bar.advance(1)
        return row is not None

    def _key(self, number: int) -> dict:
        told_by_name("output_initializer", self.output_initializer)
        own = {"output_initializer": described(self.output_initializer), "full": self.full}
        return self.runs[number].key | own

    def _groups(self) -> Iterator[Group]:
        for table in self.tables.values():
            numbers, rows = table.filled()
            if numbers:
                labels = [self.runs[n].labels for n in numbers]
                settings = pd.DataFrame(labels, index=numbers, columns=[*GRID, "seed"])
                yield Group(table.layout, settings, rows, len(self.data.X))


class _Table:
    """The records of all runs of one shape, filled as they finish."""

    def __init__(self, numbers: list[int], layout: Layout):
        self.layout = layout
        self._rows = np.empty((len(numbers), layout.size), np.float32)
        self._places = {number: place for place, number in enumerate(numbers)}
        self._full: set[int] = set()

    def put(self, number: int, row: np.ndarray) -> None:
        self._rows[self._places[number]] = row
        self._full.add(number)

    def filled(self) -> tuple[list[int], np.ndarray]:
        """The finished runs' numbers and their rows."""
        numbers = sorted(self._full)
        whole = len(numbers) == len(self._rows)
        return numbers, self._rows if whole else self._rows[[self._places[n] for n in numbers]]


class RunsBar:
    """Counts runs, from any thread; it shows up after a second."""

    def __init__(self, total: int, wanted: bool):
        from tqdm.auto import tqdm

        self._done, self._lock = 0.0, threading.Lock()
        self._bar = tqdm(total=total, unit="run", desc="sweep", delay=1, leave=False, disable=not wanted)

    def advance(self, runs: float) -> None:
        """So many runs are done; a fraction where a run is under way."""
        with self._lock:
            self._done += runs
            self._bar.update(int(self._done + 1e-6) - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def _check_memory(numbers: int) -> None:
    if 4 * numbers > _BYTES_IN_ALL:
        raise ValueError(
            f"keep: the records of these runs would take {4e-9 * numbers:.1f} GB; use keep='summary', "
            "fewer epochs, or several sweeps."
        )


def _most_places(stack: Stack) -> int:
    """How many runs of this shape to stack, so that a step's numbers and a record fit into memory."""
    widest = max([*stack.plan.sizes, *(a * b // 2 for a, b in stack.plan.shapes if a * b <= NARROW)])
    by_step = _NUMBERS_AT_ONCE // (stack.plan.batch_size * widest)
    by_record = int(_BYTES_AT_ONCE / (4 * stack.layout.size))
    return max(8, min(_STACKED, by_step, by_record))


def _parts(numbers: list[int], most: int) -> list[list[int]]:
    """Cut into as few parts as possible, all about equally long."""
    count = -(-len(numbers) // most)
    return [part.tolist() for part in np.array_split(numbers, count)] if count else []


def _places(runs: int) -> int:
    """Few different sizes, so that a graph is used again for another number of seeds."""
    return next((p for p in (8, 16, 32) if p >= runs), -(-runs // 16) * 16)
