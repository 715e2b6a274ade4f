"""Write recorded weights and gradients as event files, for TensorBoard."""

import weakref
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import metadata as custom_scalars
from tensorboard.plugins.histogram import metadata

from vgcourse.measure.arguments import evenly_spaced
from vgcourse.measure.recording.schema import BY_STEP, SIGNALS
from vgcourse.measure.statistics import rms

BUCKETS = 30
# The mark by which TensorBoard's Histograms and Distributions tabs know their data.
_HISTOGRAM = metadata.create_summary_metadata(display_name=None, description=None)
# TensorBoard reads one event file of a folder at a time: captures that share a folder share its file.
_OPEN: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


class EventWriter:
    """Histograms and scalars of layers, one event file a folder.

    Histograms are tagged ``kernel_gradient/hidden_1``; scalars ``kernel_gradient_rms/hidden_1``,
    ``..._mean_abs/...`` and ``..._max_abs/...``, so that TensorBoard shows the layers of one quantity together. In
    its tab Custom Scalars there is a chart of each with all layers on one logarithmic axis, and for each recurrent
    layer one of its time steps.
    """

    def __init__(self, log_dir):
        path = str(Path(log_dir).expanduser().resolve())
        writer = _OPEN.get(path)
        if writer is None:
            try:
                writer = _OPEN[path] = tf.summary.create_file_writer(path)
            except tf.errors.OpError as error:
                raise ValueError(f"log_dir: {path} cannot be written to; give a folder, new or old.") from error
        self._writer = writer

    def moment(self, step: int, loss: float | None, arrays: dict, signals: dict, first: bool) -> None:
        """Write one recorded moment.

        Args:
            arrays: (quantity, layer) -> array. signals: (group, name) -> number, or one number a time step.
            first: lay out the charts as well.
        """
        self.arrays(step, arrays)
        plain = {key: float(value) for key, value in signals.items() if key[0] in SIGNALS}
        scalars = {f"{group}_rms/{name}": value for (group, name), value in plain.items()}
        self.scalars(step, scalars | ({} if loss is None else {"loss": loss}))
        sizes = {key: rms(values) for key, values in arrays.items()} | plain | _some_steps(signals)
        self.logs(step, sizes)
        if first:
            charts: dict[str, list[str]] = {}
            for quantity, name in sizes:
                charts.setdefault(quantity, []).append(name)
            self.charts(charts)

    def arrays(self, step: int, arrays: dict[tuple[str, str], np.ndarray]) -> None:
        """Write (quantity, layer) -> array: its histogram, root mean square, mean and largest absolute value."""
        with self._writer.as_default(step=step):
            for (quantity, layer), values in arrays.items():
                values = np.asarray(values, np.float64).ravel()
                tf.summary.write(f"{quantity}/{layer}", histogram(values), metadata=_HISTOGRAM)
                for name, value in _scalars(values).items():
                    tf.summary.scalar(f"{quantity}_{name}/{layer}", value)

    def charts(self, layers_of: dict[str, list[str]]) -> None:
        """Lay out the Custom Scalars tab: a chart for each quantity, all its layers on one logarithmic axis.

        The axis is log10 of the size, so that a vanished gradient is seen at a glance and not in an axis' numbers.
        """
        charts = [
            layout_pb2.Chart(
                title=f"log10 of the rms: {quantity}",
                multiline=layout_pb2.MultilineChartContent(tag=[log_tag(quantity, name) for name in names]),
            )
            for quantity, names in layers_of.items()
        ]
        layout = layout_pb2.Layout(category=[layout_pb2.Category(title="All layers on one axis", chart=charts)])
        tag, about = custom_scalars.CONFIG_SUMMARY_TAG, custom_scalars.create_summary_metadata()
        with self._writer.as_default(step=0):
            tf.summary.write(tag, layout.SerializeToString(), metadata=about)

    def logs(self, step: int, sizes: dict[tuple[str, str], float]) -> None:
        """Write (quantity, layer) -> log10 of its size; what is 0 or no number has none."""
        with self._writer.as_default(step=step):
            for (quantity, layer), size in sizes.items():
                if np.isfinite(size) and size > 0:
                    tf.summary.scalar(log_tag(quantity, layer), np.log10(size))

    def scalars(self, step: int, scalars: dict[str, float]) -> None:
        """Write tag -> number."""
        with self._writer.as_default(step=step):
            for tag, value in scalars.items():
                tf.summary.scalar(tag, value)

    def flush(self) -> None:
        """Make what was written visible to TensorBoard."""
        self._writer.flush()


def _some_steps(signals: dict) -> dict[tuple[str, str], float]:
    """("step_gradient_lstm", "step_01") -> its size, for up to ten steps of every recurrent layer."""
    found = {}
    for (group, name), values in signals.items():
        if group in BY_STEP:
            quantity = f"{BY_STEP[group]}_{name.replace('/', '_')}"
            digits = len(str(len(values)))
            for step in evenly_spaced(len(values), 10):
                found[quantity, f"step_{step + 1:0{digits}}"] = float(values[step])
    return found


def log_tag(quantity: str, layer: str) -> str:
    """TensorBoard's name of a curve: the logarithm to base 10 of a quantity's rms in a layer."""
    return f"log10_{quantity}_rms/{layer}"


def histogram(values: np.ndarray, buckets: int = BUCKETS) -> np.ndarray:
    """TensorBoard's histogram of values: (buckets, 3) rows of left edge, right edge, count.

    Values that are not finite are left out. Where all are equal, every edge is that value and the last
    bucket holds the count, as TensorBoard expects; without a value there is no bucket.
    """
    values = values[np.isfinite(values)]
    if not len(values):
        return np.zeros((0, 3))
    low, high = values.min(), values.max()
    edges = np.linspace(low, high, buckets + 1)
    # Between neighbouring floating-point numbers there is no room for buckets.
    if not np.all(np.diff(edges) > 0):
        counts = np.zeros(buckets)
        counts[-1] = len(values)
        return np.column_stack([np.full(buckets, low), np.full(buckets, high), counts])
    counts, _ = np.histogram(values, edges)
    return np.column_stack([edges[:-1], edges[1:], counts])


def _scalars(values: np.ndarray) -> dict[str, float]:
    size = np.abs(values)
    return {"rms": rms(size), "mean_abs": size.mean(), "max_abs": size.max(initial=0)}
