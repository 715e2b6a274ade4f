"""Event files hold what TensorBoard's Histograms, Distributions and Time Series tabs show."""

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from tests.capture_oracle import BATCH, data, small_net
from vgcourse.measure.capture import GradientCapture, WeightCapture
from vgcourse.measure.capture.tensorboard import EventWriter, histogram

X, y = data(20)


def read(log_dir) -> dict[str, dict[int, np.ndarray]]:
    """tag -> step -> array."""
    events = EventAccumulator(str(log_dir), size_guidance={"tensors": 0}).Reload()
    assert events.Tags()["tensors"]
    return {
        tag: {event.step: make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}
        for tag in events.Tags()["tensors"]
    }


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """Two captures that share a folder, over two epochs: (what the events say, the recordings)."""
    log_dir = tmp_path_factory.mktemp("logs")
    gradients, weights = GradientCapture(log_dir=log_dir), WeightCapture(log_dir=log_dir, keep="statistics")
    model = small_net()
    model.compile("sgd", "binary_crossentropy", run_eagerly=True)
    model.fit(X, y, batch_size=BATCH, epochs=2, verbose=0, callbacks=[gradients, weights])
    assert len(list(log_dir.iterdir())) == 1, "TensorBoard reads one event file of a folder at a time"
    return read(log_dir), gradients.recording, weights.recording, log_dir


def test_histograms_hold_every_gradient_of_every_layer_and_epoch(logged):
    events, recording, *_ = logged
    for layer in ("hidden_1", "hidden_2", "output"):
        for quantity, arrays in (("kernel", recording.kernel_gradients), ("bias", recording.bias_gradients)):
            found = events[f"{quantity}_gradient/{layer}"]
            assert sorted(found) == [-1, 0, 1]
            for step, values in zip(sorted(found), arrays[layer], strict=True):
                left, right, count = found[step].T
                assert count.sum() == values.size
                np.testing.assert_allclose([left[0], right[-1]], [values.min(), values.max()])


def test_scalars_are_exact_where_bucket_means_would_not_be(logged):
    events, recording, *_ = logged
    gradient = recording.kernel_gradients["hidden_1"].reshape(3, -1)
    expected = {
        "rms": np.sqrt((gradient**2).mean(1)),
        "mean_abs": np.abs(gradient).mean(1),
        "max_abs": np.abs(gradient).max(1),
    }
    for name, values in expected.items():
        found = events[f"kernel_gradient_{name}/hidden_1"]
        np.testing.assert_allclose([found[step] for step in (-1, 0, 1)], values, rtol=1e-6)
    backprop = events["backprop_rms/hidden_1"]
    np.testing.assert_allclose([backprop[s] for s in (-1, 0, 1)], recording.backprop["hidden_1"], rtol=1e-6)
    np.testing.assert_allclose([events["loss"][s] for s in (0, 1)], recording.loss[1:], rtol=1e-6)


def test_weights_have_histograms_also_where_only_statistics_are_kept(logged):
    events, _, weights, _ = logged
    frame = weights.frame().query("quantity == 'kernel' and layer == 'output'")
    found = [events["kernel/output"][step] for step in (-1, 0, 1)]
    np.testing.assert_allclose([h[0, 0] for h in found], frame["min"], rtol=1e-6)
    np.testing.assert_allclose([events["kernel_rms/output"][s] for s in (-1, 0, 1)], frame["rms"], rtol=1e-6)


def test_tensorboard_lists_them_under_its_plugins(logged):
    events = EventAccumulator(str(logged[-1])).Reload()
    histograms = events.PluginTagToContent("histograms")
    assert {"kernel_gradient/hidden_1", "kernel/hidden_1", "bias_gradient/output"} <= set(histograms)
    scalars = set(events.PluginTagToContent("scalars"))
    assert {"kernel_gradient_rms/hidden_1", "backprop_rms/output", "loss"} <= scalars
    assert not scalars & set(histograms)


def test_steps_count_train_steps_where_they_are_recorded(tmp_path):
    model = small_net()
    model.compile("sgd", "binary_crossentropy", run_eagerly=True)
    capture = GradientCapture(every=2, layers="output", log_dir=tmp_path)
    model.fit(X, y, batch_size=BATCH, epochs=2, verbose=0, callbacks=[capture])
    assert sorted(read(tmp_path)["kernel_gradient/output"]) == [0, 2, 4]


def test_events_survive_a_fit_that_is_interrupted(tmp_path):
    def interrupt(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    model = small_net()
    model.compile("sgd", "binary_crossentropy", run_eagerly=True)
    callbacks = [GradientCapture(log_dir=tmp_path), keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)]
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, batch_size=BATCH, epochs=3, verbose=0, callbacks=callbacks)
    assert sorted(read(tmp_path)["kernel_gradient/output"]) == [-1, 0]


@pytest.mark.parametrize(
    "values",
    [np.zeros(4), np.full(3, 2.5), np.array([1.0, np.nextafter(1.0, 2)]), np.array([1e-30, -3e-30, 2e-30])],
)
def test_a_histogram_counts_every_value_within_its_edges(values):
    left, right, count = histogram(values).T
    assert count.sum() == len(values)
    assert left[0] == values.min() and right[-1] == values.max() and np.all(left <= right)


def test_values_that_are_not_finite_are_left_out_of_a_histogram(tmp_path):
    assert histogram(np.array([np.nan, np.inf])).shape == (0, 3)
    left, right, count = histogram(np.array([np.nan, -np.inf, 1.0, 2.0])).T
    assert (left[0], right[-1], count.sum()) == (1, 2, 2)
    writer = EventWriter(tmp_path)
    writer.arrays(0, {("kernel", "bad"): np.array([np.nan, 1.0])})
    writer.flush()
    assert np.isnan(read(tmp_path)["kernel_rms/bad"][0])
