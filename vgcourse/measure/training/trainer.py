"""Train a Keras model in one compiled graph and record everything on the way."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import as_meant, one_of
from vgcourse.measure.layers import inner_optimizer, layer_names, weighted_layers
from vgcourse.measure.objective import choose_objective
from vgcourse.measure.recording import Recording
from vgcourse.measure.recording.schema import run_info
from vgcourse.measure.statistics import first_nonfinite
from vgcourse.measure.training.batches import PROBE_LIMIT, batch_order, batch_orders, probe_rows
from vgcourse.measure.training.compiled import compiled_run, is_row_wise, xla_pays
from vgcourse.measure.training.graph import CompiledRun
from vgcourse.measure.training.inputs import check_inputs
from vgcourse.measure.training.optimizers import constant_rate, fresh_optimizer
from vgcourse.measure.training.plan import Plan
from vgcourse.nets.sizes import whole_number

__all__ = ["PROBE_LIMIT", "batch_order", "probe_rows", "train"]

_MEMORY_LIMIT = 2e9  # bytes
_SECONDS_PER_CALL = 0.25
# How a layer's number follows from its units', in float64 (the square of a float32 underflows).
_PER_UNIT = {
    "backprop": lambda rms: np.sqrt(np.mean(rms.astype(np.float64) ** 2, axis=1)),
    "saturated": lambda fraction: fraction.mean(axis=1, dtype=np.float64),
    "dead": lambda flag: flag.mean(axis=1, dtype=np.float64),
}


def train(
    model: keras.Model,
    X: Any,
    y: Any,
    epochs: int = 100,
    batch_size: int = 32,
    optimizer: str | keras.optimizers.Optimizer = "rmsprop",
    loss: str | keras.losses.Loss | Callable | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    every: str = "epoch",
    shuffle: bool = True,
    progress: bool = True,
    xla: bool | None = None,
) -> Recording:
    """Train a model and record every layer's weights, gradients and signals.

    The run is one compiled graph. It is kept: another model of the same architecture, other weights, data of
    the same shape, another learning rate or seed start at once.

    What is recorded at a moment is measured with the weights of that moment, before the next update:

    * ``every="epoch"``: at the start and after each epoch, on the whole of X and y (of more than `PROBE_LIMIT`
      examples, on that many evenly spaced ones). Loss and accuracy are what ``model.evaluate`` gives on them
      (dropout off, moving averages used); gradients and signals are taken in training mode, as a step would
      see them, and leave moving averages and random seeds as they are.
    * ``every="step"``: at every step, on the mini-batch that the step takes, in training mode; the last
      moment on the batch that would come next.

    The loss is the mean over examples plus the model's regularisation penalties, as in Keras's logs, and
    gradients are its derivatives, before clipping. Accuracy is the fraction of right classes: above 0.5 for
    one unit (0 for a logit), the largest of several; NaN where y holds no classes. ``backprop`` is defined in
    `Recording`; for a sigmoid or softmax output under cross-entropy it is the gradient at the logits.

    Args:
        model: a built Keras 3 model on the TensorFlow backend. It is left trained.
        X: (n, ...) array, or a list or dict of arrays for several inputs.
        y: (n,) or (n, ...) targets: 0 and 1 for one output unit, integers or one-hot rows for several, or
            numbers for a regression.
        epochs: passes over the data, 1 or more.
        batch_size: examples a step; the last step of an epoch takes what remains, as in Keras.
        optimizer: a Keras name or instance. An instance is copied, with fresh state, and stays unused.
        loss: a Keras loss, name or function; default the one the model was compiled with, else a
            cross-entropy (squared error for a regression) that fits y and the output.
        learning_rate: replaces the optimizer's.
        seed: of the order of the examples.
        every: ``"epoch"`` or ``"step"``.
        shuffle: a new order each epoch; False keeps the order of X.
        progress: show a bar when it takes longer than a second.
        xla: compile with XLA; None does so from 1,000 steps on, without convolutions and recurrent layers.
            Where XLA lacks an operation, TensorFlow's graph is used.

    Returns:
        A Recording; a loss that is not finite is flagged in ``info["nonfinite_at"]``, and the run goes on.

    Raises:
        TypeError, ValueError: naming the argument that does not fit.
        KeyboardInterrupt: when interrupted; the model then holds the weights reached so far.
    """
    _check_settings(model, epochs, batch_size, every, seed)
    _check_model(model)
    x = check_inputs(model, X)
    n = len(keras.tree.flatten(x)[0])
    objective = choose_objective(model, y, _output_sample(model, x), loss, _first_rows(x))
    _check_lengths(n, objective.y)
    copied = fresh_optimizer(optimizer, model, learning_rate)
    fill_up = every == "epoch" and objective.takes_weights and is_row_wise(model)
    bare = replace(objective, y=None)  # a run is kept: it must not keep the data
    measures = (bare.loss, bare.accuracy, probe_rows(n), fill_up)
    plan = Plan(n, min(batch_size, n), every == "step", *measures)
    key = (n, plan.batch_size, every, objective.key, _signature(x), _signature(objective.y))
    xla = xla_pays(model, epochs * plan.steps) if xla is None else xla
    run = compiled_run(model, copied, plan, x, objective.losses, key, xla)
    _check_memory(run, epochs)
    rate = as_meant(copied.learning_rate)
    with run.lock:
        run.load(model)
        run.reset_optimizer(constant_rate(copied))
        records = _records(run, model, x, objective.y, epochs, seed, shuffle, progress)
    info = run_info(
        source="train",
        optimizer=type(inner_optimizer(copied)).__name__.lower(),
        learning_rate=rate,
        batch_size=plan.batch_size,
        seed=seed,
        every=every,
        loss=objective.name,
        examples=n,
        xla=run.xla,
    )
    return _recording(run, model, records, info)


def _records(run: CompiledRun, model, x, y, epochs, seed, shuffle, progress) -> np.ndarray:
    """Train and read the records out; whatever happens, the model gets the weights that were reached."""
    bar = EpochsBar(epochs, progress)
    try:
        return np.concatenate(list(_parts(run, x, y, epochs, seed, shuffle, bar)))
    finally:
        bar.close()
        run.optimizer.finalize_variable_values(run.model.trainable_variables)
        run.store(model)


def _parts(run: CompiledRun, x, y, epochs, seed, shuffle, bar) -> Iterator[np.ndarray]:
    """One array of records a call of the graph, the last of them a single measurement."""
    for order in batch_orders(run.plan.n, _chunks(run, epochs), seed, shuffle):
        if bar.done == epochs:
            yield run.measure(x, y, order)
            return
        started, fresh = time.perf_counter(), run.traces == 0
        yield run.train(x, y, order)
        if not fresh:
            run.seconds_per_epoch = (time.perf_counter() - started) / len(order)
        bar.advance(len(order), run.seconds_per_epoch)


def _chunks(run: CompiledRun, epochs: int) -> Iterator[int]:
    """How many epochs each call trains: about a quarter second's worth, so that Ctrl-C is heard."""
    left = epochs
    while left:
        pace = run.seconds_per_epoch
        wanted = 1 if pace is None else int(_SECONDS_PER_CALL / max(pace, 1e-9))
        size = max(1, min(run.capacity, left, wanted))
        left -= size
        yield size
    yield 1


class EpochsBar:
    """A progress bar that appears only where more than a second's work is left."""

    def __init__(self, total: int, wanted: bool):
        self.total, self.wanted, self.done, self._bar = total, wanted, 0, None

    def advance(self, epochs: int, seconds_per_epoch: float | None) -> None:
        """So many more epochs are done; the bar appears where more than a second is left."""
        self.done += epochs
        left = (seconds_per_epoch or 0) * (self.total - self.done)
        if self._bar is None and self.wanted and left > 1:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self.total, initial=self.done, unit="epoch", desc="train", leave=False)
        elif self._bar is not None:
            self._bar.update(epochs)

    def close(self) -> None:
        """Take the bar away, if there is one."""
        if self._bar is not None:
            self._bar.close()


def _recording(run: CompiledRun, model, records: np.ndarray, info: dict) -> Recording:
    """Split the flat records by the run's slots, under the names that the layers have in `model`."""
    names = dict(zip(layer_names(run.model), layer_names(model), strict=True))
    fields: dict[str, dict] = {}
    for slot in run.slots:
        if slot.group != "backprop" or slot.key in run.connected:
            values = records[:, slot.start : slot.stop].reshape(-1, *slot.shape)
            reduce = _PER_UNIT.get(slot.group, np.ascontiguousarray)
            fields.setdefault(slot.group, {})[_renamed(slot.key, names)] = reduce(values)
    moments = np.arange(len(records))
    steps_each = 1 if info["every"] == "step" else run.plan.steps
    at = moments * steps_each / run.plan.steps - 1
    loss, accuracy, rates = (fields.pop(name)[""] for name in ("loss", "accuracy", "learning_rate"))
    return Recording(
        layers=tuple(names[i.name] for i in run.layers),
        epochs=at,
        steps=moments * steps_each,
        loss=loss,
        accuracy=accuracy,
        learning_rate=np.array([as_meant(rate) for rate in rates]),
        activations={names[name]: function for name, function in run.activations.items()},
        info=info | {"nonfinite_at": first_nonfinite(at, loss)},
        **fields,
    )


def _renamed(key: str, names: dict[str, str]) -> str:
    """A slot's key is a layer's name, or that and a variable's."""
    layer, _, variable = key.rpartition("/")
    return names.get(key) or (f"{names[layer]}/{variable}" if layer else key)


def _check_settings(model, epochs, batch_size, every, seed) -> None:
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"model: train needs Keras on the TensorFlow backend, this is {keras.backend.backend()!r}; "
            "set KERAS_BACKEND=tensorflow before importing keras."
        )
    if not isinstance(model, keras.Model):
        raise TypeError(f"model: expected a Keras model, got {type(model).__name__}.")
    for name, value, least in (("epochs", epochs, 1), ("batch_size", batch_size, 1), ("seed", seed, 0)):
        whole_number(name, value, least)
    one_of("every", every, ("epoch", "step"))


def _check_model(model) -> None:
    if not any(v.trainable for info in weighted_layers(model) for v in info.variables):
        raise ValueError(f"model: every layer of {model.name!r} is frozen; set trainable=True on one of them.")
    stateful = [part.name for part in keras_private.all_layers(model) if getattr(part, "stateful", False) is True]
    if stateful:
        raise ValueError(
            f"model: {stateful[0]!r} keeps its state from batch to batch (stateful=True), and train also runs "
            "batches of other sizes and orders; use model.fit with vg.GradientCapture."
        )


def _check_lengths(n: int, y) -> None:
    for target in keras.tree.flatten(y):
        if len(target) != n:
            raise ValueError(f"y: X has {n} examples, but y has {len(target)}.")


def _check_memory(run: CompiledRun, epochs: int) -> None:
    moments = epochs * (run.plan.steps if run.plan.per_step else 1) + 1
    size = 8.0 * moments * run.record_size
    if size > _MEMORY_LIMIT:
        raise ValueError(
            f"every: recording {moments:,} moments of {run.record_size:,} numbers would take {size / 1e9:.1f} GB; "
            f"record {'per epoch, or ' if run.plan.per_step else ''}fewer epochs."
        )


def _output_sample(model, x):
    """The outputs' shapes: declared by a functional model, found out by a call of any other."""
    declared = getattr(model, "outputs", None)
    if declared and all(None not in o.shape[1:] for o in declared):
        return declared
    try:
        return model(_first_rows(x), training=False)
    except NotImplementedError:
        raise ValueError(
            f"model: {model.name!r} has no call(inputs), so train does not know its outputs; give it one, or use "
            "model.fit with vg.GradientCapture, which records any train_step."
        ) from None


def _first_rows(x):
    return keras.tree.map_structure(lambda a: a[:2], x)


def _signature(tensors) -> tuple:
    return tuple((tuple(t.shape), t.dtype.name) for t in keras.tree.flatten(tensors))
