"""Callbacks that record weights and gradients while ``model.fit`` runs at its own speed."""

import functools

import numpy as np
import tensorflow as tf

from vgcourse.measure.capture.recorder import LOSS, Recorder, listed
from vgcourse.measure.capture.tensor_statistics import root_mean_square
from vgcourse.measure.capture.trainstep import reachable, tap_gradient
from vgcourse.measure.recording.schema import GRADIENTS


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

    def __init__(self, every: str | int = "epoch", layers=None, keep: str = "auto", log_dir=None):
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
            smaller than the others. ``"step"``: each batch, with the number of steps done before it; an int n:
            every n-th.
        layers: names of the layers to record (``"block/dense"`` inside a nested model); default all that
            receive a gradient.
        weights: record the weights, too: with ``every="epoch"`` those at the end of the epoch, otherwise those
            that the gradient was taken at.
        backprop: record the back-propagated gradient at every layer's output, see `Recording.backprop`.
            It takes the loss to be a mean over the batch, which is Keras's default. Costly for wide layers, so
            computed where it is recorded only; NaN for an epoch that a callback stopped before its end.
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
    not depend on.
    """

    def __init__(
        self,
        every: str | int = "epoch",
        layers=None,
        weights: bool = False,
        backprop: bool = True,
        keep: str = "auto",
        log_dir=None,
    ):
        super().__init__(every, layers, keep, log_dir, weights)
        self.backprop = backprop

    def _must_listen(self) -> bool:
        return True

    def on_step_begin(self):
        super().on_step_begin()
        self._loss, self._arriving, self._matched = None, {}, set()

    def on_output(self, layer, output):
        output = super().on_output(layer, output)
        return tap_gradient(output, functools.partial(self._arrive, id(layer))) if self.backprop else output

    def _arrive(self, layer: int, gradient) -> None:
        rms = self._sinks.when_due(lambda: root_mean_square([gradient]), lambda: tf.constant(np.nan, tf.float64))
        shape = tf.cast(tf.shape(gradient), tf.float64)
        self._arriving.setdefault(layer, []).append((rms, tf.reduce_prod(shape), shape[0]))

    def on_loss(self, loss):
        self._loss = loss

    def on_apply(self, gradients, variables, scale):
        super().on_apply(gradients, variables, scale)
        for gradient, variable in zip(gradients, variables, strict=True):
            self._write_gradient(gradient, variable)
        self._write_backprop(scale)
        if self._loss is not None and reachable(self._loss):
            self._sinks.write(LOSS, tf.reduce_mean(self._loss))

    def _write_gradient(self, gradient, variable) -> None:
        group, name = self._slots.get(id(variable), (None, None))
        if group is None:
            return
        if gradient is None:
            self._settings["no_gradient"] = sorted({*self._settings["no_gradient"], variable.path})
            return
        self._matched.add(name if group != "variables" else name.rpartition("/")[0])
        dense = tf.ensure_shape(tf.convert_to_tensor(gradient), variable.shape)
        self._sinks.write((GRADIENTS[group], name), dense)

    def _write_backprop(self, scale) -> None:
        for info in self._infos:
            arrived = [a for a in self._arriving.pop(id(info.layer), []) if reachable(a[0])]
            if arrived:
                rms, sizes, batches = (tf.stack(column) for column in zip(*arrived, strict=True))
                pooled = tf.sqrt(tf.reduce_sum(rms**2 * sizes) / tf.reduce_sum(sizes))
                factor = batches[0] if scale is None else batches[0] / tf.cast(scale, tf.float64)
                self._sinks.write(("backprop", info.name), pooled * factor)

    def on_step_end(self):
        super().on_step_end()
        missing = sorted(set(self.layers or ()) - self._matched)
        if missing or not self._matched:
            raise ValueError(
                f"GradientCapture: no gradient reaches {listed(missing) or 'any layer'} of model "
                f"{self.model.name!r}. Is it frozen (trainable=False), or does the loss not depend on it?"
            )
