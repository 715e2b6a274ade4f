"""A whole training run as one compiled graph that records as it goes."""

import threading

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.layers import LayerInfo, output_gradients, tap_outputs, weighted_layers
from vgcourse.measure.recording.schema import GRADIENTS
from vgcourse.measure.training.plan import Plan, Slot
from vgcourse.measure.training.signals import unit_flatness, unit_rms

# A graph call returns at most this many numbers, so that a long run is read out in parts. XLA holds them many times
# over: 5 layers of 256 units, 20 epochs, took 1.4 GB and 6.1 CPU-s with 16 million, 0.4 GB and 3.5 CPU-s with 4.
_NUMBERS_PER_CALL = 4_000_000
_EPOCHS_PER_CALL = 50


class CompiledRun:
    """One model and optimizer, and the graph that trains them; used again with other weights and data.

    Attributes:
        layers: the layers that own weights, in the order of their call.
        activations: layer name -> name of its activation function.
        slots: what a record holds; capacity: the epochs that one call can train.
        traces: how often the graph was traced (once, or twice where XLA could not compile it).
        xla: whether XLA compiles it.
    """

    def __init__(self, model, optimizer, plan: Plan, x, xla: bool):
        self.model, self.optimizer, self.plan, self.xla = model, optimizer, plan, xla
        self.lock = threading.RLock()
        self.traces = 0
        self.seconds_per_epoch: float | None = None
        # The forward pass builds what is not built yet: only then there are variables to keep momenta of.
        self._rehearse(x)
        optimizer.build(model.trainable_variables)
        self._fresh_optimizer = [v.numpy() for v in optimizer.variables]
        self.slots = list(self._layout())
        epochs = _NUMBERS_PER_CALL // (self.record_size * (plan.steps if plan.per_step else 1))
        self.capacity = max(1, min(_EPOCHS_PER_CALL, epochs))
        self._compile()

    @property
    def record_size(self) -> int:
        """How many numbers one moment of the record holds."""
        return self.slots[-1].stop

    def load(self, model) -> None:
        """Take the weights and states of a model of the same architecture."""
        _assign(self.model, model)

    def store(self, model) -> None:
        """Give them back."""
        _assign(model, self.model)

    def reset_optimizer(self, learning_rate: float | None) -> None:
        """Forget momenta and iterations; take another learning rate without tracing again."""
        for variable, value in zip(self.optimizer.variables, self._fresh_optimizer, strict=True):
            variable.value.assign(value)
        if learning_rate is not None:
            self.optimizer.learning_rate = learning_rate

    def train(self, x, y, order: np.ndarray) -> np.ndarray:
        """Train len(order) <= capacity epochs. Returns one record a moment, each before its training."""
        records = self._call(x, y, order, len(order), self.plan.full_steps, int(self.plan.rest > 0))
        return records[: len(order) * (self.plan.steps if self.plan.per_step else 1)]

    def measure(self, x, y, order: np.ndarray) -> np.ndarray:
        """One record of the net as it is: on the probe, or on the batch that the next step would take."""
        if not self.plan.per_step:
            return self._call(x, y, order[:1], 1, 0, 0)[:1]
        # The graph of a step also takes the step: take it back.
        before = [v.numpy() for v in self.model.variables]
        full = int(self.plan.full_steps > 0)
        record = self._call(x, y, order[:1], 1, full, 1 - full)[:1]
        for variable, value in zip(self.model.variables, before, strict=True):
            variable.assign(value)
        return record

    def _call(self, x, y, order, epochs: int, full_steps: int, rest_steps: int) -> np.ndarray:
        plan = self.plan
        # Of one shape, however many epochs are asked for: another one would be traced and compiled anew.
        padded = np.zeros((self.capacity, plan.n + plan.filled), np.int32)
        padded[: len(order), : plan.n] = order
        split = plan.full_steps * plan.batch_size
        full = padded[:, :split].reshape(self.capacity, plan.full_steps, plan.batch_size)
        counts = [tf.constant(c, tf.int32) for c in (epochs, full_steps, rest_steps)]
        arguments = (x, y, tf.constant(full), tf.constant(padded[:, split:]), *counts)
        return self._run(arguments).numpy()

    def _run(self, arguments):
        if not self.xla or self.traces:
            return self._graph(*arguments)
        state = [*self.model.variables, *self.optimizer.variables]
        before = [v.numpy() for v in state]
        try:
            return self._graph(*arguments)
        except (tf.errors.OpError, ValueError, TypeError, NotImplementedError):
            # XLA lacks some ops. If the fault is another one, the plain graph raises it again.
            self.xla = False
            self._compile()
            for variable, value in zip(state, before, strict=True):
                variable.assign(value)
            return self._graph(*arguments)

    def _compile(self) -> None:
        self._graph = tf.function(self._train_and_record, jit_compile=self.xla, autograph=False)

    def _rehearse(self, x) -> None:
        """Trace one forward pass to learn the order of the layers and which outputs can be tapped."""
        with tap_outputs(self.model) as taps:
            tf.function(lambda: self._predict(_first_rows(x), True), autograph=False).get_concrete_function()
        order = {name: i for i, name in enumerate(taps.outputs)}
        layers = weighted_layers(self.model)
        self.layers: list[LayerInfo] = sorted(layers, key=lambda i: order.get(i.name, len(order)))
        self.activations = {i.name: i.activation for i in self.layers} | taps.activations
        self._tapped = {name: _units(tensors) for name, tensors in taps.outputs.items()}
        self._activated = {name: _units(tensors) for name, tensors in taps.preactivations.items()}
        self.connected: set[str] = set(self._tapped)

    def _layout(self):
        """The slots of a record, in the order in which `_record` fills them."""
        start = 0
        for group, key, shape in self._quantities():
            slot = Slot(group, key, shape, start)
            start = slot.stop
            yield slot

    def _quantities(self):
        yield from ((series, "", ()) for series in ("loss", "accuracy", "learning_rate"))
        yield from (("backprop", name, (units,)) for name, units in self._tapped.items())
        for name, units in self._activated.items():
            yield from ((group, name, (units,)) for group in ("saturated", "dead"))
        named = [(*key, v) for info in self.layers for key, v in info.named_variables.items()]
        yield from ((group, key, tuple(variable.shape)) for group, key, variable in named)
        for group, key, variable in named:
            if variable.trainable:
                yield GRADIENTS[group], key, tuple(variable.shape)

    def _train_and_record(self, x, y, full, rest, epochs, full_steps, rest_steps):
        """The graph: for every epoch, record and train as often as the counts say."""
        self.traces += 1
        plan = self.plan
        moments = self.capacity * (plan.steps if plan.per_step else 1)
        records = tf.TensorArray(tf.float32, moments, element_shape=(self.record_size,))
        weights = plan.weights

        def train_on(order, epoch, step, moment, records):
            rows = tf.gather(tf.gather(order, epoch), step) if order is full else tf.gather(order, epoch)
            batch = keras.tree.map_structure(lambda t: tf.gather(t, rows), (x, y))
            record = self._step(*batch, None if weights is None else tf.gather(weights, step))
            if not plan.per_step:
                return moment, records
            return moment + 1, records.write(moment, record)

        def loop(order, epoch, count, moment, records):
            # One after the other: a step needs the weights that the one before it left.
            _, moment, records = tf.while_loop(
                lambda step, *_: step < count,
                lambda step, *state: (step + 1, *train_on(order, epoch, step, *state)),
                (0, moment, records),
                parallel_iterations=1,
            )
            return moment, records

        def one_epoch(epoch, moment, records):
            if not plan.per_step:
                records, moment = records.write(moment, self._measure(x, y)), moment + 1
            if plan.full_steps:
                moment, records = loop(full, epoch, full_steps, moment, records)
            if plan.rest:
                moment, records = loop(rest, epoch, rest_steps, moment, records)
            return epoch + 1, moment, records

        done = tf.while_loop(lambda epoch, *_: epoch < epochs, one_epoch, (0, 0, records), parallel_iterations=1)
        return done[-1].stack()

    def _step(self, x, y, weights):
        """Train on one batch; returns its record (taken before the update) when recording per step."""
        if self.plan.per_step:
            record, gradients = self._pass(x, y)
        else:
            with tf.GradientTape() as tape:
                _, scaled, _ = self._forward(x, y, weights)
            record, gradients = None, tape.gradient(scaled, self.model.trainable_variables)
        # In a graph nothing else says that the record has to be read before the weights change.
        with tf.control_dependencies([] if record is None else [record]):
            self.optimizer.apply(gradients, self.model.trainable_variables)
        return record

    def _measure(self, x, y):
        """A record on the probe that leaves the net's state (moving averages, random seeds) alone."""
        x, y = keras.tree.map_structure(lambda t: tf.gather(t, self.plan.probe), (x, y))
        state = self.model.non_trainable_variables
        if not state:
            return self._pass(x, y)[0]
        before = [tf.identity(v.value) for v in state]
        # The loss as `evaluate` gives it; the gradients as the next step would have them, in training mode.
        evaluated = self._evaluate(x, y)
        with tf.control_dependencies(evaluated):
            record, _ = self._pass(x, y, evaluated)
        with tf.control_dependencies([record]):
            for variable, value in zip(state, before, strict=True):
                variable.assign(value)
        return tf.identity(record)

    def _pass(self, x, y, evaluated=None):
        """One forward and backward pass in training mode: its record and the scaled gradients."""
        with tf.GradientTape() as tape, tap_outputs(self.model) as taps:
            loss, scaled, y_pred = self._forward(x, y)
        signals, gradients = output_gradients(tape, scaled, taps, self.model.trainable_variables)
        loss, accuracy = evaluated or (loss, self.plan.accuracy(y, y_pred))
        # In mixed precision the optimizer works on a multiple of the loss; what is recorded is without it.
        scale = tf.cast(self.optimizer.scale_loss(tf.constant(1.0)), tf.float32)
        size = tf.cast(tf.shape(keras.tree.flatten(y)[0])[0], tf.float32) / scale
        rate = tf.convert_to_tensor(self.optimizer.learning_rate)
        parts = [loss, accuracy, rate, *self._signals(signals, size, taps)]
        parts += [v.value for info in self.layers for v in info.variables]
        parts += [tf.cast(g, tf.float32) / scale for g in self._in_order(gradients)]
        return tf.concat([tf.reshape(tf.cast(p, tf.float32), [-1]) for p in parts], 0), gradients

    def _signals(self, gradients, size, taps):
        """Per unit: rms of the back-propagated gradient of one example's loss; saturated fraction; dead."""
        found = {name: [g for g in gradients[name] if g is not None] for name in self._tapped}
        self.connected = {name for name in found if found[name]}
        rms = unit_rms({name: parts for name, parts in found.items() if parts})
        for name, units in self._tapped.items():
            yield rms.get(name, tf.zeros(units, tf.float64)) * tf.cast(size, tf.float64)
        flatness = unit_flatness(taps, self._activated)
        for name in self._activated:
            yield from flatness[name]

    def _in_order(self, gradients):
        """Gradients in the order of the slots; zeros where the loss does not depend on a variable."""
        found = {id(v): g for v, g in zip(self.model.trainable_variables, gradients, strict=True)}
        for info in self.layers:
            for variable in info.variables:
                if variable.trainable:
                    g = found.get(id(variable))
                    yield tf.zeros(variable.shape) if g is None else tf.convert_to_tensor(g)

    def _evaluate(self, x, y):
        y_pred = self._predict(x, False)
        return self._loss(y, y_pred), tf.cast(self.plan.accuracy(y, y_pred), tf.float32)

    def _forward(self, x, y, weights=None):
        y_pred = self._predict(x, True)
        loss = self._loss(y, y_pred, weights)
        return loss, self.optimizer.scale_loss(loss), y_pred

    def _predict(self, x, training: bool):
        if keras_private.takes_training(self.model):
            return self.model(x, training=training)
        return self.model(x)

    def _loss(self, y, y_pred, weights=None):
        penalties = [tf.cast(p, tf.float32) for p in self.model.losses]
        return tf.add_n([tf.cast(self.plan.objective(y, y_pred, weights), tf.float32), *penalties])


def _units(tensors) -> int:
    return 1 if tensors[0].shape.rank == 1 else tensors[0].shape[-1]


def _first_rows(x):
    return keras.tree.map_structure(lambda t: t[:2], x)


def _assign(target, source) -> None:
    if target is not source:
        for variable, value in zip(target.variables, source.variables, strict=True):
            variable.value.assign(value.value)
