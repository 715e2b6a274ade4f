"""Callbacks that record weights and gradients while ``model.fit`` runs at its own speed."""

import functools
import math
import os
import warnings
from collections.abc import Callable, Iterable

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.capture.recorder import LOSS, Recorder
from vgcourse.measure.capture.settings import listed
from vgcourse.measure.capture.tensor_statistics import root_mean_square
from vgcourse.measure.capture.time_probe import is_recurrent, rms_by_step
from vgcourse.measure.capture.trainstep import reachable, report_gradient_beside, tap_gradient
from vgcourse.measure.recording.schema import BY_STEP, GRADIENTS


class WeightCapture(Recorder):
    """Record the weights of every layer while ``model.fit`` trains.

    Args:
        every: when. ``"epoch"``: at initialisation, which is epoch -1, and at the end of each epoch.
            ``"step"``: before every train step and at the end of training; an int n: before every n-th
            step and at the end.
        layers: names of the layers to record (``"block/dense"`` inside a nested model); default all that
            own weights, frozen ones too.
        keep: ``"arrays"``, ``"statistics"`` (only what `Recording.frame` shows, for large models), or
            ``"auto"``: arrays, until all of them together pass 512 MB; then statistics, with a warning.
        log_dir: a folder for TensorBoard: histograms and scalars of every layer, see `EventWriter`.

    Raises:
        ValueError: for an argument it does not know; in ``fit``, for layers that are not there.

    >>> model.fit(X, y, epochs=10, callbacks=[weights := WeightCapture()])
    >>> weights.recording.kernels["hidden_1"].shape
    (11, 2, 5)

    Each fit starts a new recording. Arrays are copies. ``loss`` and ``accuracy`` are those that Keras reports
    at the end of the epoch, the means over its batches; NaN where ``every`` counts steps.
    """

    def __init__(
        self,
        every: str | int = "epoch",
        layers: Iterable[str] | None = None,
        keep: str = "auto",
        log_dir: str | os.PathLike | None = None,
    ):
        super().__init__(every, layers, keep, log_dir, weights=True)

    def _must_listen(self) -> bool:
        # Between epochs the weights can be read from outside: the compiled step stays Keras's own.
        return self._interval is not None or not self._infos

    def on_train_end(self, logs=None):
        if self._interval is not None and self._infos:
            done = self._sinks.steps
            self._record(self._weights(), step=done - self._epoch_start, steps=done)
        super().on_train_end(logs)


class GradientCapture(Recorder):
    """Record the gradients of every layer while ``model.fit`` trains.

    Works in the compiled graph, with XLA or without, with any ``steps_per_execution``, and eagerly; for any
    model whose train step hands its gradients to a Keras optimizer. What is recorded is the gradient of
    the loss of one batch, as it reaches the optimizer: before clipping, with the loss scale of mixed precision
    divided out, and where the optimizer accumulates gradients, that of the single batch.

    Args:
        every: when. ``"epoch"``: the first batch of all, which is the gradient at initialisation (epoch -1),
            and the last batch of each epoch. It is taken just before the epoch's last update, and may be
            smaller than the others. Of an epoch that a callback ends early there is none, and ``info["notes"]``
            says so, unless the loss at its last batch was no finite number. ``"step"``: each batch, with the
            number of steps done before it; an int n: every n-th.
        layers: names of the layers to record (``"block/dense"`` inside a nested model); default all that
            receive a gradient.
        weights: record the weights, too: with ``every="epoch"`` those at the end of the epoch, otherwise those
            that the gradient was taken at.
        backprop: record the back-propagated gradient at every layer's output, see `Recording.backprop`.
            It takes the loss to be a mean over the batch, which is Keras's default. Costly for wide layers, so
            computed where it is recorded only.
            Recurrent layers give it by time step as well, see `Recording.step_gradients`.
        keep: ``"arrays"``, ``"statistics"`` (only what `Recording.frame` shows, for large models), or
            ``"auto"``: arrays, until all of them together pass 512 MB; then statistics, with a warning.
        log_dir: a folder for TensorBoard: histograms and scalars of every layer, see `EventWriter`.

    Raises:
        ValueError: for an argument it does not know; in ``fit``, where no gradient is found.

    >>> model.fit(X, y, epochs=10, callbacks=[gradients := GradientCapture()])
    >>> gradients.recording.kernel_gradients["hidden_1"].shape
    (11, 2, 5)

    Each fit starts a new recording and traces the train step once more, the model's own stays as it was.
    ``loss`` is the mean over the epoch that Keras reports; at epoch -1, and where ``every`` counts steps,
    the loss of the batch. ``accuracy`` is NaN there. ``info["no_gradient"]`` names variables that the loss does
    not depend on; a trainable layer that received no gradient at all is warned of by name.
    """

    def __init__(
        self,
        every: str | int = "epoch",
        layers: Iterable[str] | None = None,
        weights: bool = False,
        backprop: bool = True,
        keep: str = "auto",
        log_dir: str | os.PathLike | None = None,
    ):
        super().__init__(every, layers, keep, log_dir, weights)
        self.backprop = backprop

    def _must_listen(self) -> bool:
        return True

    def on_step_begin(self):
        super().on_step_begin()
        self._loss, self._arriving, self._matched, self._by_step = None, {}, set(), {}

    def on_output(self, layer, output):
        output = super().on_output(layer, output)
        return tap_gradient(output, functools.partial(self._arrive, id(layer))) if self.backprop else output

    def _arrive(self, layer: int, gradient) -> None:
        rms = self._sinks.when_due(lambda: root_mean_square(gradient), lambda: tf.constant(np.nan, tf.float64))
        shape = tf.cast(tf.shape(gradient), tf.float64)
        self._arriving.setdefault(layer, []).append((rms, tf.reduce_prod(shape), shape[0]))

    def step_ear(self, layer: keras.layers.Layer) -> Callable | None:
        """What hears the gradient of each time step of a recurrent layer, or None for any other layer."""
        return functools.partial(self._hear_steps, layer) if self.backprop and is_recurrent(layer) else None

    def _hear_steps(self, layer, group: str, probe, mask):
        # The gradient comes by only where a tape follows something of the layer: its smallest trainable variable.
        own = sorted(layer.trainable_variables, key=lambda v: math.prod(v.shape))
        if not own:
            return probe
        if probe.shape[1] is None:  # what is written has to have a known shape
            note = "gradients by time step: the length of the sequences is not fixed, so they were not recorded."
            self._settings["notes"] = sorted({*self._settings["notes"], note})
            return probe

        def arrive(gradient):
            missing = tf.fill([probe.shape[1]], tf.constant(np.nan, tf.float64))
            rms = self._sinks.when_due(lambda: rms_by_step(gradient, mask), lambda: missing)
            batch = tf.cast(tf.shape(gradient)[0], tf.float64)
            self._by_step.setdefault((group, id(layer)), []).append((rms, batch))

        return report_gradient_beside(probe, tf.convert_to_tensor(own[0].value), arrive)

    def on_loss(self, loss):
        """The loss of a step, before an optimizer hears of it."""
        self._loss = loss

    def on_apply(self, gradients, variables, scale):
        super().on_apply(gradients, variables, scale)
        found: dict[tuple[str, str], tf.Tensor] = {}
        for gradient, variable in zip(gradients, variables, strict=True):
            found |= self._gradient_of(variable, gradient)
        found |= self._backprop(scale)
        broken = None
        if self._loss is not None and reachable(self._loss):
            loss = tf.reduce_mean(self._loss)
            self._sinks.write({LOSS: loss})
            # Keras's TerminateOnNaN ends the epoch at such a step, and its gradient is the one to look at.
            broken = tf.logical_not(tf.math.is_finite(loss))
        self._sinks.write_when_due(found, also=broken)

    def _warn_of_unheard(self) -> None:
        """A layer that should train and gets nothing: a forgotten optimizer, or a loss that does not reach it."""
        unheard = [i.name for i in self._infos if i.name not in self._matched and _trains(i)]
        if not unheard or not self._matched or self.layers is not None:
            return
        known = self._settings["no_gradient"]
        new = [name for name in unheard if not any(path.startswith(f"{name}/") for path in known)]
        self._settings["no_gradient"] = sorted({*known, *new})
        if tuple(unheard) != self._unheard:
            self._unheard = tuple(unheard)
            warnings.warn(
                f"GradientCapture: no gradient reaches {listed(unheard)} of model {self.model.name!r}, though "
                "trainable: the loss does not depend on it, or its optimizer is none that the model keeps.",
                stacklevel=2,
            )

    def _gradient_of(self, variable, gradient) -> dict[tuple[str, str], tf.Tensor]:
        group, name = self._slots.get(id(variable), (None, None))
        if group is None:
            return {}
        if gradient is None:
            self._settings["no_gradient"] = sorted({*self._settings["no_gradient"], variable.path})
            return {}
        self._matched.add(name if group != "variables" else name.rpartition("/")[0])
        dense = tf.ensure_shape(tf.convert_to_tensor(gradient), variable.shape)
        return {(GRADIENTS[group], name): dense}

    def _backprop(self, scale) -> dict[tuple[str, str], tf.Tensor]:
        found = {}
        for info in self._infos:
            arrived = [a for a in self._arriving.pop(id(info.layer), []) if reachable(a[0])]
            if arrived:
                rms, sizes, batches = (tf.stack(column) for column in zip(*arrived, strict=True))
                pooled = tf.sqrt(tf.reduce_sum(rms**2 * sizes) / tf.reduce_sum(sizes))
                factor = batches[0] if scale is None else batches[0] / tf.cast(scale, tf.float64)
                found["backprop", info.name] = pooled * factor
            found |= self._by_step_of(info, scale)
        return found

    def _by_step_of(self, info, scale) -> dict[tuple[str, str], tf.Tensor]:
        found = {}
        for group in BY_STEP:
            arrived = [a for a in self._by_step.pop((group, id(info.layer)), []) if reachable(a[0])]
            if arrived and len({a[0].shape for a in arrived}) == 1:
                rms = tf.sqrt(tf.reduce_mean(tf.stack([a[0] for a in arrived]) ** 2, 0))
                batch = arrived[0][1]
                factor = batch if scale is None else batch / tf.cast(scale, tf.float64)
                found[group, info.name] = rms * factor
        return found

    def on_step_end(self, loss=None):
        super().on_step_end(loss)
        if self._loss is None and loss is not None:
            self._sinks.write({LOSS: loss})
        self._warn_of_unheard()
        missing = sorted(set(self.layers or ()) - self._matched)
        if missing or not self._matched:
            raise ValueError(
                f"GradientCapture: no gradient reaches {listed(missing) or 'any layer'} of model "
                f"{self.model.name!r}. Is it frozen (trainable=False), or does the loss not depend on it?"
            )


def _trains(info) -> bool:
    return any(variable.trainable for variable in info.variables)
