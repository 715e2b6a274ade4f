"""What a sweep promises: each of its runs is a run of `train`, and no run touches another."""

import signal
import threading

import keras
import numpy as np
import pandas as pd
import pytest

import vgcourse as vg
from vgcourse.measure.sweeping import stack_run as _stack_run
from vgcourse.measure.sweeping import sweeper as sweeping
from vgcourse.measure.sweeping.cache import Cache
from vgcourse.measure.sweeping.data import sweep_data
from vgcourse.measure.sweeping.stack_optimizer import optimizer_settings
from vgcourse.measure.sweeping.stack_weights import initial_kernels
from vgcourse.measure.training import batch_order
from vgcourse.nets.models import initial_weights

GROUPS = ("kernels", "biases", "kernel_gradients", "bias_gradients", "backprop", "saturated", "dead")
X, Y = vg.circles(n=200, seed=1)
SHALLOW = {"depth": 1, "data": (X, Y)}  # compiled once, used by many tests
DEEP = {"depth": 2, "activation": "tanh", "data": (X, Y)}


def momentum():
    return keras.optimizers.SGD(0.05, momentum=0.9)


def separate(seed, epochs=3, optimizer="rmsprop", learning_rate=None, data=(X, Y), batch_size=32, **net):
    """The same run by vg.train."""
    model = vg.mlp(seed=seed, inputs=data[0].shape[1], **net)
    recording = vg.train(
        model, *data, epochs, batch_size, optimizer, learning_rate=learning_rate, seed=seed, progress=False, xla=False
    )
    return recording, model


def assert_same_run(stacked, alone, rtol=2e-4):
    np.testing.assert_allclose(stacked.loss, alone.loss, rtol=1e-5)
    np.testing.assert_allclose(stacked.accuracy, alone.accuracy, atol=1e-6)
    for group in GROUPS:
        mine, other = getattr(stacked, group), getattr(alone, group)
        assert mine.keys() == other.keys()
        for layer, values in other.items():
            scale = np.abs(values).max()
            np.testing.assert_allclose(mine[layer], values, rtol=rtol, atol=rtol * scale + 1e-12)


@pytest.mark.parametrize(
    ("activation", "initializer", "optimizer"),
    [
        ("sigmoid", "normal", "rmsprop"),
        ("tanh", "glorot_uniform", momentum()),
        ("leaky_relu", "he_uniform", "adam"),
    ],
)
def test_every_run_is_the_run_that_train_makes(activation, initializer, optimizer):
    net = {"depth": 2, "activation": activation, "initializer": initializer}
    runs = vg.sweep(**net, optimizer=optimizer, seeds=[0, 7], epochs=3, data=(X, Y), keep="recordings")
    for run, seed in enumerate([0, 7]):
        alone, _ = separate(seed, optimizer=optimizer, **net)
        stacked = runs.recordings[run]
        assert_same_run(stacked, alone)
        assert (stacked.layers, stacked.activations) == (alone.layers, alone.activations)
        np.testing.assert_array_equal(stacked.steps, alone.steps)
        own = ("optimizer", "source", "xla")  # who recorded, and how it was compiled, differ as they should
        assert {k: stacked.info[k] for k in alone.info} | {k: alone.info[k] for k in own} == alone.info


def test_a_softmax_over_several_classes_and_wide_layers_agree_with_train():
    split = vg.digits()
    data = split.X_train[:300], split.y_train[:300]
    net = {"depth": 1, "width": 12, "activation": "relu"}
    runs = vg.sweep(**net, seeds=[3], epochs=2, data=data, optimizer="adam", keep="recordings")
    alone, _ = separate(3, 2, "adam", data=data, outputs=10, **net)
    assert_same_run(runs.recordings[0], alone)


def test_each_run_keeps_its_own_learning_rate():
    rates = [1e-3, 1e-1]
    runs = vg.sweep(**DEEP, optimizer=momentum(), learning_rate=rates, seeds=[0], epochs=2)
    for rate, loss in zip(rates, runs.loss, strict=True):
        alone, _ = separate(0, 2, momentum(), rate, **DEEP)
        assert loss == pytest.approx(alone.loss[-1], rel=1e-5)
    assert runs.loss.nunique() == 2


def test_a_learning_rate_schedule_is_followed():
    def optimizer():
        return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.5, 5, 0.5))

    runs = vg.sweep(**DEEP, optimizer=optimizer(), seeds=[1], epochs=2)
    model = vg.mlp(2, 5, "tanh", seed=1)
    model.compile(optimizer(), "binary_crossentropy")
    for rows in batch_order(200, 2, 1):
        model.fit(X[rows], Y[rows], epochs=1, batch_size=32, shuffle=False, verbose=0)
    assert runs.loss[0] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-4)
    assert np.isnan(runs.learning_rate[0])


def test_a_run_that_blows_up_is_flagged_and_leaves_the_others_untouched():
    net = SHALLOW | {"epochs": 4}
    mixed = vg.sweep(**net, learning_rate=[0.01, 1e30], seeds=[5, 6])
    calm = vg.sweep(**net, learning_rate=0.01, seeds=[5, 6])
    burst = mixed[mixed.learning_rate > 1]
    assert burst.nonfinite_at.notna().all() and not np.isfinite(burst.loss).any()
    survivors = mixed[mixed.learning_rate < 1]
    assert survivors.nonfinite_at.isna().all()
    np.testing.assert_array_equal(survivors.loss, calm.loss)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "orthogonal", "normal", "torch", "zeros"])
def test_initial_kernels_are_those_of_mlp(name):
    for layer, shape in enumerate([(2, 5), (5, 5)]):
        stacked = initial_kernels(name, shape, layer, [0, 11])
        for kernel, seed in zip(stacked, [0, 11], strict=True):
            np.testing.assert_array_equal(kernel, initial_weights(2, 5, name, seed)[layer][0])


def test_settings_of_one_initializer_class_are_told_apart():
    small, large = (initial_kernels(keras.initializers.RandomNormal(0, s), (3, 3), 0, [0]) for s in (0.1, 1.0))
    np.testing.assert_allclose(large, 10 * small, rtol=1e-5)


@pytest.mark.parametrize(
    "optimizer", ["sgd", "rmsprop", "adam", "adamw", "nadam", "adagrad", "adamax", "adadelta", "lion", "ftrl"]
)
def test_element_wise_optimizers_are_taken(optimizer):
    assert optimizer_settings(optimizer)[0][0] is type(keras.optimizers.get(optimizer))


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        (keras.optimizers.SGD(clipnorm=1.0), "SGD with clipnorm"),
        (keras.optimizers.Adam(global_clipnorm=1.0), "Adam with global_clipnorm"),
        (keras.optimizers.Lamb(), "Lamb"),
        ("muon", "Muon"),
        ("adafactor", "Adafactor"),
    ],
)
def test_an_optimizer_that_would_mix_runs_is_refused(optimizer, said):
    with pytest.raises(ValueError, match=f"optimizer: .*{said}.*would mix them"):
        vg.sweep(1, optimizer=optimizer, data=(X, Y))


def test_the_frame_has_one_row_for_every_combination_and_seed():
    X_test, y_test = vg.circles(n=100, seed=2)
    grid = {"depth": [1, 2], "initializer": ["normal", "he_normal"], "learning_rate": (0.1, 0.2)}
    runs = vg.sweep(**grid, seeds=range(3), epochs=1, data=(X, Y), test=(X_test, y_test))
    assert isinstance(runs, pd.DataFrame) and len(runs) == 2 * 2 * 2 * 3
    assert not runs.duplicated([*grid, "seed"]).any()
    assert runs.groupby(["depth", "initializer"]).accuracy.median().between(0, 1).all()
    last = runs.iloc[-1]
    assert (last.depth, last.initializer, last.learning_rate, last.seed) == (2, "he_normal", 0.2, 2)
    _, model = separate(1, 1, learning_rate=0.1, **SHALLOW, initializer="he_normal")
    right = (model(X_test).numpy()[:, 0] > 0.5) == (y_test > 0.5)
    one = runs.query("depth == 1 and initializer == 'he_normal' and learning_rate == 0.1 and seed == 1")
    assert one.test_accuracy.item() == pytest.approx(right.mean())


def test_layers_and_curves_of_a_summary_are_those_of_full_recordings():
    net = {"depth": [1, 3], "seeds": range(2), "epochs": 3, "data": (X, Y)}
    summary, full = vg.sweep(**net), vg.sweep(**net, keep="recordings")
    pd.testing.assert_frame_equal(pd.DataFrame(summary), pd.DataFrame(full), rtol=1e-4)
    pd.testing.assert_frame_equal(summary.curves, full.curves, rtol=1e-5)
    layers, recording = summary.layers, full.recordings[3]
    row = layers.query("run == 3 and layer == 'hidden_2' and moment == 'end'").iloc[0]
    statistics = recording.frame().query("epoch == 2 and layer == 'hidden_2'").set_index("quantity")
    assert row.backprop == pytest.approx(statistics["rms"]["backprop"], rel=1e-4)
    assert row.kernel_std == pytest.approx(statistics["std"]["kernel"], rel=1e-5)
    assert row.kernel_gradient_mean_abs == pytest.approx(statistics["mean_abs"]["kernel_gradient"], rel=1e-3)
    above = recording.backprop["hidden_3"][-1]
    assert row.layer_factor == pytest.approx(recording.backprop["hidden_2"][-1] / above, rel=1e-3)
    ratio = recording.backprop["hidden_1"][0] / recording.backprop["hidden_3"][0]
    assert summary.initial_layer_factor[3] == pytest.approx(ratio**0.5, rel=1e-4)
    assert summary.initial_layer_factor[0] != summary.initial_layer_factor[0]  # one layer has no factor
    with pytest.raises(ValueError, match="keep='recordings'"):
        _ = summary.recordings


def test_the_cache_serves_what_it_has_and_trains_only_what_is_missing(tmp_path, monkeypatch):
    net = SHALLOW | {"epochs": 2, "cache": tmp_path}
    first = vg.sweep(**net, seeds=range(3))
    trained = []
    run = sweeping.run_stack
    monkeypatch.setattr(sweeping, "run_stack", lambda s, *rest: trained.extend(s.seeds) or run(s, *rest))
    longer = vg.sweep(**net, seeds=range(5))
    assert trained == [3, 4]
    pd.testing.assert_frame_equal(pd.DataFrame(longer[:3]), pd.DataFrame(first))
    vg.sweep(**net | {"epochs": 1}, seeds=[0])
    vg.sweep(**net | {"data": (X + 1, Y)}, seeds=[0])
    vg.sweep(**net, seeds=[0], learning_rate=0.1)
    assert trained == [3, 4, 0, 0, 0]


def test_a_damaged_file_in_the_cache_is_trained_again(tmp_path):
    net = SHALLOW | {"epochs": 1, "cache": tmp_path, "seeds": [0]}
    first = vg.sweep(**net)
    (file,) = tmp_path.rglob("*.npy")
    file.write_bytes(b"not a row")
    pd.testing.assert_frame_equal(pd.DataFrame(vg.sweep(**net)), pd.DataFrame(first))
    assert np.load(file).ndim == 1


def test_an_interrupt_keeps_what_is_finished(monkeypatch):
    run = sweeping.run_stack

    def interrupted(stack, *rest):
        if stack.plan.sizes[1] == 6:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return run(stack, *rest)

    monkeypatch.setattr(sweeping, "run_stack", interrupted)
    monkeypatch.setattr(sweeping.os, "cpu_count", lambda: 1)
    with pytest.warns(UserWarning, match="interrupted: 2 of 6 runs"):
        runs = vg.sweep(**SHALLOW, width=[5, 6, 7], seeds=range(2), epochs=100)
    assert runs.width.tolist() == [5, 5] and runs.loss.notna().all()


def traces():
    """Object -> how often its training graph was traced, for all nets that are kept."""
    nets = [nets for idle in _stack_run._idle.values() for nets in idle]
    return {id(n): n.train.function.experimental_get_tracing_count() for n in nets}


def test_a_second_sweep_of_the_same_shape_compiles_nothing():
    net = SHALLOW | {"epochs": 1}
    vg.sweep(**net, seeds=range(5), initializer="normal")
    before = traces()
    vg.sweep(**net, seeds=range(100, 107), initializer="uniform", learning_rate=0.3)
    assert traces() == before and 1 in before.values()


def test_a_runs_numbers_do_not_depend_on_its_company(monkeypatch):
    monkeypatch.setattr(sweeping, "_XLA_PAYS", 1)  # compiled as a long run is
    net = SHALLOW | {"epochs": 5}
    few, many = vg.sweep(**net, seeds=range(2)), vg.sweep(**net, seeds=range(10), learning_rate=[1e-3, 1e-2])
    np.testing.assert_array_equal(few.loss, many[:2].loss)
    alone, _ = separate(1, 5, **SHALLOW)
    assert few.loss[1] == pytest.approx(alone.loss[-1], rel=1e-5)


def test_more_runs_than_a_stack_holds_are_split_without_a_change(monkeypatch):
    net = SHALLOW | {"seeds": range(20), "epochs": 1}
    whole = vg.sweep(**net)
    monkeypatch.setattr(sweeping, "_STACKED", 8)
    parts = vg.sweep(**net)
    np.testing.assert_allclose(parts.loss, whole.loss, rtol=1e-6)
    assert parts.seed.tolist() == list(range(20))


def test_a_dask_cluster_gives_the_same_numbers():
    distributed = pytest.importorskip("distributed")
    net = SHALLOW | {"depth": [1, 2], "seeds": range(2), "epochs": 1}
    with (
        distributed.LocalCluster(1, processes=False, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        far = vg.sweep(**net, client=client)
    pd.testing.assert_frame_equal(pd.DataFrame(far), pd.DataFrame(vg.sweep(**net)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"activation": "softmax"}, "activation: 'softmax' mixes units"),
        ({"activation": "sigmoit"}, "activation: .*sigmoit"),
        ({"initializer": "he_norml"}, "initializer: .*he_norml"),
        ({"output_initializer": "nix"}, "output_initializer: .*nix"),
        ({"optimizer": "rmsporp"}, "optimizer: .*rmsporp"),
        ({"learning_rate": [0.1, -1]}, "learning_rate: .*-1"),
        ({"epochs": 0}, "epochs: .*0"),
        ({"width": 0}, "width: .*0"),
        ({"seeds": []}, "seeds: .*at least one"),
        ({"seeds": [-1]}, "seed: .*-1"),
        ({"keep": "all"}, "keep: .*'all'"),
        ({"data": X}, r"data: expected \(X, y\)"),
        ({"data": (X, Y[:5])}, "data: X has 200 examples, but y has 5"),
        ({"data": (np.where(X > 1, np.nan, X), Y)}, "data: .*NaN"),
        ({"data": (X, Y + 0.5)}, "data: y must hold"),
        ({"test": (X[:, :1], Y)}, "test: X has 2 features"),
        ({"cache": __file__}, "cache: "),
        ({"keep": "recordings", "epochs": 10**6, "seeds": range(100)}, "keep: .* GB"),
    ],
)
def test_bad_input_names_the_argument(wrong, said):
    with pytest.raises(ValueError, match=said):
        vg.sweep(**{"depth": 1, "data": (X, Y)} | wrong)


def test_a_function_of_ones_own_is_an_activation_but_cannot_be_cached(tmp_path):
    def twice_tanh(z):
        return 2 * keras.ops.tanh(z)

    net = {"depth": 1, "activation": twice_tanh, "seeds": [0], "epochs": 1, "data": (X, Y)}
    alone, _ = separate(0, 1, depth=1, activation=twice_tanh)
    assert vg.sweep(**net).loss[0] == pytest.approx(alone.loss[-1], rel=1e-5)
    with pytest.raises(ValueError, match=r"cache: activation .* is code of your own"):
        vg.sweep(**net, cache=tmp_path)


def test_one_hot_rows_and_class_numbers_are_the_same_data():
    numbers = sweep_data((X, np.arange(200) % 3))
    rows = sweep_data((X, np.eye(3)[np.arange(200) % 3]))
    np.testing.assert_array_equal(numbers.y, rows.y)


def test_a_cache_key_depends_on_every_setting(tmp_path):
    shelf = Cache(tmp_path, sweep_data((X, Y)))
    key = {"sizes": (2, 5, 1), "seed": 1}
    paths = {shelf.path(key), shelf.path(key | {"seed": 2}), Cache(tmp_path, sweep_data((X + 1, Y))).path(key)}
    assert len(paths) == 3


def test_a_number_of_seeds_is_that_many_seeds():
    from vgcourse.measure.sweeping.grid import GRID, grid_runs

    settings = dict(zip(GRID, (1, 2, "tanh", "glorot_uniform", "sgd", None, 32, 1), strict=True))
    assert [run.seed for run in grid_runs(settings, 3, 64, 2, 1)] == [0, 1, 2]
    assert [run.seed for run in grid_runs(settings, [3], 64, 2, 1)] == [3]
