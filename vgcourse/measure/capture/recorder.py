"""What both captures share: which moments of a fit are recorded, and how they become a Recording."""

import gc
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.arguments import as_meant
from vgcourse.measure.capture.moments import KeptMoments, Moment
from vgcourse.measure.capture.settings import (
    accuracy_in,
    check_backend,
    check_model,
    checked_keep,
    chosen,
    interval_of,
    iterations_of,
    learning_rate_of,
    settings_of,
)
from vgcourse.measure.capture.step_variables import Sinks
from vgcourse.measure.capture.tensor_statistics import tensor_statistics
from vgcourse.measure.capture.tensorboard import EventWriter
from vgcourse.measure.capture.trainstep import Listener, listen, stop_listening
from vgcourse.measure.layers import LayerInfo, weighted_layers
from vgcourse.measure.recording import Recording
from vgcourse.measure.recording.schema import NOT_REDUCED, quantity_and_layer

LOSS, RATE = ("loss", ""), ("learning_rate", "")
# From here on it is worth a quarter of a second to let go of what earlier captures have left.
LARGE = 1_000_000
# What a copy leaves behind.
_OF_A_MODEL = {
    "_model",
    "_infos",
    "_slots",
    "_call_order",
    "_known_variables",
    "_listening",
    "_functions",
    "_initial",
    "_unheard",
    "_sinks",
    "_events",
    "_held",
    "_loss",
    "_arriving",
    "_matched",
    "_by_step",
}


class Recorder(keras.callbacks.Callback, Listener):
    """A callback that records weights, and hears the train step where it must.

    `WeightCapture` says what the arguments mean; ``weights`` is whether weights are recorded.
    """

    def __init__(self, every, layers, keep, log_dir, weights: bool):
        super().__init__()
        check_backend()
        self.every, self._interval = every, interval_of(every)
        self.keep = checked_keep(keep)
        self.layers = None if layers is None else tuple([layers] if isinstance(layers, str) else layers)
        self.log_dir = None if log_dir is None else Path(log_dir)
        self.weights = weights
        self._moments: KeptMoments | None = None
        self._activations: dict[str, str] = {}
        self._settings: dict = {}
        self._forget_model()

    def _forget_model(self) -> None:
        """Let go of everything that belongs to a model: its layers, the traced step, its variables."""
        self._infos: list[LayerInfo] = []
        self._slots: dict[int, tuple[str, str]] = {}
        self._call_order: dict[int, int] = {}
        self._known_variables, self._listening = 0, False
        self._functions: dict = {}
        self._initial: dict = {}
        self._unheard: tuple[str, ...] = ()
        self._sinks = self._events = None

    def __getstate__(self) -> dict:
        """Settings and what is recorded: all that a copy or a pickle takes along. A fit makes the rest anew."""
        return {name: getattr(self, name) for name in vars(self) if name not in _OF_A_MODEL}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state)
        self._model = None
        self._forget_model()

    @property
    def recording(self) -> Recording:
        """What is recorded so far; after a fit that raised or was interrupted, what it had reached.

        Raises:
            ValueError: where there is nothing yet.
        """
        if self._moments is None or not len(self._moments):
            raise ValueError(
                f"{type(self).__name__}.recording: nothing is recorded yet. Pass the callback to "
                "model.fit(X, y, callbacks=[...]), then read its recording."
            )
        return self._moments.recording(self._activations, self._settings)

    def on_train_begin(self, logs=None):
        check_model(self.model, type(self).__name__)
        stop_listening(self.model)
        self._start()
        if self.model.built:
            self._discover()
        self._listening = self._must_listen()

    def _start(self) -> None:
        self._moments = KeptMoments(self.keep)
        self._events = None if self.log_dir is None else EventWriter(self.log_dir)
        if self._traced_before():
            self._sinks.reset()
        else:
            self._forget_traces()
        self._settings = settings_of(self.model, type(self).__name__, self.every)
        self._epoch = self._epoch_start = self._recorded = self._calls = 0
        self._iterations = iterations_of(self.model)

    def _traced_before(self) -> bool:
        """Whether the step that was traced in an earlier fit still is this model's."""
        plain, heard, *_ = self._functions.get("traced", (None, None))
        return plain is not None and plain is vars(self.model).get("train_function") and heard == [self]

    def _forget_traces(self) -> None:
        events = self._events
        self._forget_model()
        if self.model.built and self.model.count_params() >= LARGE:
            gc.collect()  # a traced step is a circle, and holds a copy of every gradient
        self._events = events
        several = self.model.steps_per_execution
        if self._interval is None:
            self._sinks = Sinks(1, first=several > 1)
        else:
            self._sinks = Sinks(several, interval=self._interval)

    def _must_listen(self) -> bool:
        raise NotImplementedError

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._epoch_start = epoch, self._steps_done()
        if self.params.get("steps"):
            self._moments.epoch_lengths[epoch] = self.params["steps"]
        if self._interval is None and self.weights and self._infos and not len(self._moments):
            self._initial = self._copied_weights()
            if not self._listening:
                self._record(self._initial, step=0, steps=0)

    def on_train_batch_begin(self, batch, logs=None):
        if self._listening:
            # The last batch of the epoch, as far as Keras knows; the very first call is due, too.
            known = self.params.get("steps") if len(self._moments) else None
            self._sinks.set_due(not known or batch + self.model.steps_per_execution >= known)
            listen(self.model, self, self._functions)

    def on_step_begin(self):
        """A step begins to be traced."""
        self._passed = self._rated = False
        self._held: set[tuple] = set()

    def on_output(self, layer, output):
        """A layer has answered; what is given back goes on in its place."""
        self._call_order.setdefault(id(layer), len(self._call_order))
        return output

    def on_apply(self, gradients, variables, scale):
        """An optimizer is handed gradients of the loss times `scale`."""
        # A step with several optimizers comes here several times, and may build a layer in between.
        known = len(self.model.variables)
        if known != self._known_variables:
            self._discover()
            self._known_variables = known
        if self.weights:
            self._hold_weights()
        self._passed = True

    def on_rate(self, rate):
        """An optimizer has come to its learning rate."""
        if not self._rated:  # of several optimizers, the first
            self._sinks.write({RATE: rate})
        self._rated = True

    def _hold_weights(self) -> None:
        if self._interval is not None:
            new = {key: value for key, value in self._weights().items() if key not in self._held}
            self._sinks.write_when_due(new)  # before the first update of the step
            self._held.update(new)
        elif any(key not in self._initial for key, _ in self._variables()):
            # The first step is being traced: its variables are there, and no update has run yet.
            with tf.init_scope():
                self._initial = self._copied_weights() | self._initial

    def on_step_end(self, loss=None):
        """A step is traced. Raises ValueError where no optimizer was handed anything."""
        if not self._passed:
            raise ValueError(
                f"{type(self).__name__}: the train step of model {self.model.name!r} gave no gradients to a "
                "Keras optimizer. Something in it has to be trainable, and a train_step of your own to call "
                "self.optimizer.apply(gradients, variables)."
            )
        self._sinks.advance()

    def on_call_end(self):
        """A call of the compiled step is done: what it wrote can be read."""
        if self._interval is not None:
            self._record_steps()
        elif not len(self._moments):
            self._record(self._initial | self._sinks.read_first(), step=0, steps=0)

    def _record_steps(self) -> None:
        done = self._sinks.steps
        for step in range(self._recorded, done):
            if step % self._interval == 0:
                self._record(self._sinks.read(step), step=step - self._epoch_start, steps=step)
        self._recorded = done

    def on_train_batch_end(self, batch, logs=None):
        self._calls += 1

    def on_epoch_end(self, epoch, logs=None):
        done = self._steps_done()
        self._moments.epoch_lengths.setdefault(epoch, done - self._epoch_start)
        if self._interval is None:
            latest = self._latest(done - 1) if self._listening else {}
            weights = self._weights() if self.weights else {}
            self._record(latest | weights, step=None, steps=done, logs=logs or {})
        if self._events:
            self._events.flush()

    def _latest(self, step: int) -> dict:
        """What the last step of an epoch wrote; where it ended early, nobody could know which that would be."""
        if not (stale := self._sinks.stale(step)):
            return self._sinks.read(step)
        why = "its last step updated nothing" if self._sinks.is_due else "it ended before its last step"
        note = f"gradients of epoch {self._epoch}: {why}, so they were not recorded."
        self._settings["notes"] = sorted({*self._settings["notes"], note})
        return {key: value for key, value in self._sinks.read(step).items() if key not in stale}

    def on_train_end(self, logs=None):
        self._initial, self._events = {}, None

    def _steps_done(self) -> int:
        """Train steps: optimizer steps, or where the optimizer accumulates gradients, batches."""
        if self._listening:
            return self._sinks.steps
        # Where a dataset runs out in a step of its own, Keras's optimizer has counted that one, too. A call of
        # several steps stops before it, but does not say how many it ran.
        if self.model.steps_per_execution == 1:
            return self._calls
        return iterations_of(self.model) - self._iterations

    def _discover(self) -> None:
        """Name every variable. A subclassed model has them, and an order, only after its first call."""
        self._infos = chosen(weighted_layers(self.model), self.layers)
        if not hasattr(self.model, "operations"):  # Neither functional nor sequential.
            called = self._call_order
            self._infos.sort(key=lambda info: called.get(id(info.layer), len(called)))
        self._activations = {info.name: info.activation for info in self._infos}
        for key, variable in self._variables():
            self._slots[id(variable)] = self._slots[id(variable.value)] = key

    def _variables(self):
        for info in self._infos:
            yield from info.named_variables.items()

    def _weights(self) -> dict[tuple[str, str], tf.Tensor]:
        return {key: tf.convert_to_tensor(variable.value) for key, variable in self._variables()}

    def _copied_weights(self) -> dict[tuple[str, str], tf.Tensor]:
        # A tensor that is merely read may share its memory with the variable, which trains on.
        return {key: tf.constant(value.numpy()) for key, value in self._weights().items()}

    def _record(self, tensors: dict, step: int | None, steps: int, logs: dict | None = None) -> None:
        """Add a moment, from key -> tensor."""
        tensors = dict(tensors)
        loss, rate = tensors.pop(LOSS, None), tensors.pop(RATE, None)
        loss = loss if logs is None else logs.get("loss")
        # Between epochs it is read from outside: a callback may have changed it for the next step.
        rate = learning_rate_of(self.model) if rate is None or logs is not None else as_meant(rate)
        signals = {key: np.asarray(t) for key, t in tensors.items() if key[0] in NOT_REDUCED}
        large = {key: t for key, t in tensors.items() if key not in signals}
        moment = Moment(
            self._epoch,
            step,
            steps,
            loss=None if loss is None else float(loss),
            accuracy=accuracy_in(logs or {}),
            values=signals | self._kept(large),
            rate=rate,
        )
        self._moments.add(moment)
        if self._events:
            self._write_events(moment, large, signals)

    def _kept(self, tensors: dict) -> dict[tuple[str, str], np.ndarray]:
        if self._moments.reduced:
            return dict(zip(tensors, tensor_statistics(list(tensors.values())), strict=True))
        # A copy: a tensor may share its memory with a variable, which is written to again.
        return {key: np.array(tensor) for key, tensor in tensors.items()}

    def _write_events(self, moment: Moment, tensors: dict, signals: dict) -> None:
        at_end = self._interval is None and moment.step is None
        step = moment.steps if self._interval is not None else moment.epoch - (0 if at_end else 1)
        arrays = {quantity_and_layer(*key): tensor.numpy() for key, tensor in tensors.items()}
        self._events.moment(step, moment.loss, arrays, signals, first=len(self._moments) == 1)
