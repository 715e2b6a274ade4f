"""Variables that a compiled train step writes into, and Python reads after it."""

import tensorflow as tf


class Sinks:
    """The last values of any number of quantities, and how many steps are done.

    Args:
        rows: how many steps to look back: 1, or the steps that one call of the train function runs.
        first: keep the values of the very first step as well.
        interval: for a quantity that costs time: every how many steps it is due. None: as `set_due` says.
    """

    def __init__(self, rows: int = 1, first: bool = False, interval: int | None = None):
        self.rows, self.first, self.interval = rows, first, interval
        self._last: dict[tuple, tf.Variable] = {}
        self._first: dict[tuple, tf.Variable] = {}
        with tf.init_scope():
            self._steps = tf.Variable(0, dtype=tf.int64, trainable=False)
            self._due = tf.Variable(True, trainable=False)
        self._is_due = True

    @property
    def steps(self) -> int:
        """Train steps done."""
        return int(self._steps.numpy())

    def reset(self) -> None:
        """Count steps from 0 again; what was written stays until it is written anew."""
        self._steps.assign(0)
        self.set_due(True)

    def set_due(self, due: bool) -> None:
        """Say whether costly quantities are wanted from the steps to come."""
        if due != self._is_due:
            self._due.assign(due)
            self._is_due = due

    def when_due(self, compute, otherwise):
        """compute() at steps at which costly quantities are wanted, else otherwise()."""
        if self.interval == 1:
            return compute()
        due = self._due if self.interval is None else tf.equal(self._steps % self.interval, 0)
        return tf.cond(due, compute, otherwise)

    def write(self, key: tuple, value) -> None:
        """Put value, whose shape is known, under key for the step in progress."""
        value = value if value.dtype in (tf.float32, tf.float64) else tf.cast(value, tf.float32)
        self._write_last(self._variable(self._last, key, value, self.rows), value)
        if self.first:
            first = self._variable(self._first, key, value, 1)
            tf.cond(tf.equal(self._steps, 0), lambda: first.assign(value[None]), first.read_value)

    def _write_last(self, variable: tf.Variable, value) -> None:
        # Assigning a whole tensor shares its memory: it costs nothing, where one row of several is a copy.
        if self.rows == 1:
            variable.assign(value[None])
        else:
            variable.scatter_update(tf.IndexedSlices(value[None], (self._steps % self.rows)[None]))

    def _variable(self, variables: dict, key: tuple, value, rows: int) -> tf.Variable:
        if key not in variables:
            with tf.init_scope():
                variables[key] = tf.Variable(tf.zeros((rows, *value.shape), value.dtype), trainable=False)
        return variables[key]

    def advance(self) -> None:
        """The step in progress is done."""
        self._steps.assign_add(1)

    def read(self, step: int) -> dict[tuple, tf.Tensor]:
        """Key -> value of one of the last ``rows`` steps, counted from 0."""
        return {key: variable[step % self.rows] for key, variable in self._last.items()}

    def read_first(self) -> dict[tuple, tf.Tensor]:
        """Key -> value of the first step. Without ``first``: to be called right after it."""
        return {key: variable[0] for key, variable in (self._first if self.first else self._last).items()}
