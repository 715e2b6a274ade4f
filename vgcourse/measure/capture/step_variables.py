"""Variables that a compiled train step writes into, and Python reads after it."""

from collections.abc import Callable

import tensorflow as tf


class Sinks:
    """The last values of any number of quantities, and how many steps are done.

    Args:
        rows: how many steps to look back: 1, or the steps that one call of the train function runs.
        first: keep the values of the very first step as well.
        interval: for a quantity that costs time: every how many steps it is due. None: as `set_due` says.

    Attributes:
        is_due: what `set_due` said last.
    """

    def __init__(self, rows: int = 1, first: bool = False, interval: int | None = None):
        self.rows, self.first, self.interval = rows, first, interval
        self._last: dict[tuple, tf.Variable] = {}
        self._first: dict[tuple, tf.Variable] = {}
        # The step at which a costly quantity was written last; what was written together shares it.
        self._stamps: dict[tuple, tf.Variable] = {}
        with tf.init_scope():
            self._steps = tf.Variable(0, dtype=tf.int64, trainable=False)
            self._due = tf.Variable(True, trainable=False)
        self.is_due = True

    @property
    def steps(self) -> int:
        """Train steps done."""
        return int(self._steps.numpy())

    def reset(self) -> None:
        """Count steps from 0 again; what was written stays until it is written anew."""
        self._steps.assign(0)
        for stamp in self._stamps.values():
            stamp.assign(-1)
        self.set_due(True)

    def set_due(self, due: bool) -> None:
        """Say whether costly quantities are wanted from the steps to come."""
        if due != self.is_due:
            self._due.assign(due)
            self.is_due = due

    def when_due(self, compute, otherwise):
        """compute() at steps at which costly quantities are wanted, else otherwise()."""
        return compute() if self.interval == 1 else tf.cond(self._wanted(), compute, otherwise)

    def _wanted(self):
        return self._due if self.interval is None else tf.equal(self._steps % self.interval, 0)

    def write(self, values: dict[tuple, tf.Tensor]) -> None:
        """Put each value, whose shape is known, under its key for the step in progress."""
        for put in self._puts(values):
            put()

    def write_when_due(self, values: dict[tuple, tf.Tensor], also=None) -> None:
        """As `write`, only where costly quantities are wanted, or ``also``, a scalar bool, is true.

        What is kept beyond its step is memory that the next step has to find elsewhere: that is what it costs.
        """
        if self.interval == 1 or not values:
            self.write(values)
            return
        puts, stamp = self._puts(values), self._stamp(values)
        # A call for want of a batch runs what needs none of it: the decision waits for the batch.
        with tf.control_dependencies([next(iter(values.values()))]):
            wanted = tf.identity(self._wanted() if also is None else tf.logical_or(self._wanted(), also))
        tf.cond(wanted, lambda: self._all_put(puts, stamp), lambda: tf.constant(False))

    def _all_put(self, puts: list[Callable], stamp: tf.Variable) -> tf.Tensor:
        for put in puts:
            put()
        stamp.assign(self._steps)
        return tf.constant(True)

    def _stamp(self, values: dict) -> tf.Variable:
        if next(iter(values)) not in self._stamps:
            with tf.init_scope():
                stamp = tf.Variable(-1, dtype=tf.int64, trainable=False)
            self._stamps.update(dict.fromkeys(values, stamp))
        return self._stamps[next(iter(values))]

    def _puts(self, values: dict[tuple, tf.Tensor]) -> list[Callable]:
        return [self._put(key, value) for key, value in values.items()]

    def _put(self, key: tuple, value) -> Callable:
        """What writes it: its variables are made here, outside of any branch."""
        value = value if value.dtype in (tf.float32, tf.float64) else tf.cast(value, tf.float32)
        last = self._variable(self._last, key, value, self.rows)
        first = self._variable(self._first, key, value, 1) if self.first else None

        def put():
            self._write_last(last, value)
            if first is not None:
                tf.cond(tf.equal(self._steps, 0), lambda: first.assign(value), first.read_value)

        return put

    def _write_last(self, variable: tf.Variable, value) -> None:
        # Assigning a whole tensor shares its memory: it costs nothing, where one row of several is a copy.
        if self.rows == 1:
            variable.assign(value)
        else:
            variable.scatter_update(tf.IndexedSlices(value[None], (self._steps % self.rows)[None]))

    def _variable(self, variables: dict, key: tuple, value, rows: int) -> tf.Variable:
        if key not in variables:
            shape = value.shape if rows == 1 else (rows, *value.shape)
            with tf.init_scope():
                variables[key] = tf.Variable(tf.zeros(shape, value.dtype), trainable=False)
        return variables[key]

    def advance(self) -> None:
        """The step in progress is done."""
        self._steps.assign_add(1)

    def read(self, step: int) -> dict[tuple, tf.Tensor]:
        """Key -> value of one of the last ``rows`` steps, counted from 0."""
        if self.rows == 1:
            return {key: tf.convert_to_tensor(variable) for key, variable in self._last.items()}
        return {key: variable[step % self.rows] for key, variable in self._last.items()}

    def stale(self, step: int) -> set[tuple]:
        """Keys of costly quantities that were not written at this step."""
        at = {id(stamp): int(stamp.numpy()) for stamp in self._stamps.values()}
        return {key for key, stamp in self._stamps.items() if at[id(stamp)] != step}

    def read_first(self) -> dict[tuple, tf.Tensor]:
        """Key -> value of the first step. Without ``first``: to be called right after it."""
        found = self._first if self.first else self._last
        return {key: tf.convert_to_tensor(variable) for key, variable in found.items()}
