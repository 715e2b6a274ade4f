"""What vg.train promises: the numbers of an eager loop, once compiled, the same for the same seed."""

from collections import OrderedDict

import keras
import numpy as np
import pytest

import vgcourse as vg
from tests.eager_oracle import binary_loss, eager_train
from tests.quick_runs import X, Y, plain, the_run
from vgcourse.measure.training import compiled as _runs
from vgcourse.measure.training import trainer as training

QUANTITIES = ("kernels", "biases", "kernel_gradients", "bias_gradients", "backprop")


def optimizers():
    return {
        "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
    }


def agrees(recording, moments, names=QUANTITIES, rtol=1e-4):
    np.testing.assert_allclose(recording.loss, [m["loss"] for m in moments], rtol=rtol, atol=1e-6)
    np.testing.assert_allclose(recording.accuracy, [m["accuracy"] for m in moments], atol=1e-6)
    for name in names:
        for layer in moments[0][name]:
            expected = np.stack([m[name][layer] for m in moments])
            got = getattr(recording, name)[layer]
            np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-6, err_msg=f"{name} {layer}")


@pytest.mark.parametrize("optimizer", list(optimizers()))
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_every_number_is_that_of_an_eager_loop(activation, optimizer):
    make = optimizers()[optimizer]
    oracle, model = (vg.mlp(2, activation=activation, seed=4) for _ in range(2))
    moments = eager_train(oracle, X, Y, 3, 50, make(), binary_loss, seed=7)
    recording = vg.train(model, X, Y, optimizer=make(), seed=7, **plain(epochs=3))
    agrees(recording, moments)
    for ours, theirs in zip(model.get_weights(), oracle.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_smaller_last_batch_is_trained_on_as_it_is():
    # 100 examples in batches of 32 leave 4: filled up with weight 0 where that changes nothing.
    oracle, model = (vg.mlp(1, activation="tanh", seed=4) for _ in range(2))
    moments = eager_train(oracle, X, Y, 3, 32, keras.optimizers.Adam(), binary_loss, seed=7)
    agrees(vg.train(model, X, Y, optimizer="adam", seed=7, **plain(epochs=3, batch_size=32)), moments)
    assert the_run().plan.filled == 28


def test_each_step_is_recorded_on_its_own_batch_before_its_update():
    oracle, model = (vg.mlp(2, activation="tanh", seed=1) for _ in range(2))
    moments = eager_train(oracle, X, Y, 2, 32, keras.optimizers.RMSprop(), binary_loss, 3, every="step")
    recording = vg.train(model, X, Y, seed=3, **plain(every="step", batch_size=32))
    assert recording.steps.tolist() == list(range(9))
    np.testing.assert_allclose(recording.epochs, np.arange(9) / 4 - 1)
    weights = {"kernels": recording.kernels["output"][-1], "biases": recording.biases["output"][-1]}
    head = type(recording)(**{f: getattr(recording, f) for f in ("layers", "epochs", "steps", "loss", "accuracy")})
    head.loss, head.accuracy = recording.loss[:-1], recording.accuracy[:-1]
    for name in QUANTITIES:
        setattr(head, name, {k: v[:-1] for k, v in getattr(recording, name).items()})
    agrees(head, moments)
    # The last moment: the trained weights, on the batch that would come next.
    np.testing.assert_array_equal(weights["kernels"], model.get_layer("output").kernel.numpy())
    following = training.batch_order(100, 3, 3)[2][:32]
    loss = keras.losses.BinaryCrossentropy()(Y[following, None], model(X[following]))
    assert recording.loss[-1] == pytest.approx(float(loss), rel=1e-4)


@pytest.mark.parametrize(("activation", "band"), [("sigmoid", 1e-3), ("tanh", 1e-3), ("relu", 0.05)])
def test_graph_and_xla_agree_in_everything_at_first_and_in_the_loss_over_100_epochs(activation, band):
    # Rounding grows slowly in a smooth net. A relu unit whose z lies within rounding of 0 is on in one run
    # and off in the other: from there the two take neighbouring paths, hence its wider band.
    options = {"epochs": 100, "batch_size": 50, "progress": False}
    nets = [vg.mlp(2, activation=activation, seed=4) for _ in range(2)]
    graph = vg.train(nets[0], X, Y, xla=False, **options)
    compiled = vg.train(nets[1], X, Y, xla=True, **options)
    assert the_run().xla
    np.testing.assert_allclose(compiled.loss, graph.loss, rtol=band)
    for name in QUANTITIES:
        for layer, values in getattr(graph, name).items():
            np.testing.assert_allclose(getattr(compiled, name)[layer][:4], values[:4], rtol=1e-4, atol=1e-6)


def test_loss_and_accuracy_are_what_evaluate_gives():
    model = vg.mlp(2, seed=3)
    recording = vg.train(model, X, Y, **plain())
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    assert (recording.loss[-1], recording.accuracy[-1]) == pytest.approx(
        model.evaluate(X, Y, batch_size=100, verbose=0), abs=1e-5
    )


def test_another_net_data_rate_and_length_do_not_retrace(monkeypatch):
    monkeypatch.setattr(_runs, "_runs", OrderedDict())  # kept graphs are few: those of other tests would go
    vg.train(vg.mlp(2, seed=0), X, Y, **plain())
    run = the_run()
    before = len(_runs._runs)
    second = vg.train(vg.mlp(2, seed=1, initializer="normal"), X, Y, **plain(learning_rate=0.5, seed=9))
    vg.train(vg.mlp(2, seed=2), X * 2, Y, **plain(epochs=5, optimizer=keras.optimizers.RMSprop(0.1)))
    assert run.traces == 1 and len(_runs._runs) == before
    assert second.info["learning_rate"] == 0.5
    vg.train(vg.mlp(2, width=7), X, Y, **plain())
    assert len(_runs._runs) == before + 1


def test_xla_is_used_where_it_pays_whatever_was_run_before():
    assert _runs.xla_pays(vg.mlp(2), 1000) and not _runs.xla_pays(vg.mlp(2), 999)
    assert not _runs.xla_pays(keras.Sequential([keras.Input((9, 2)), keras.layers.Conv1D(2, 3)]), 10**6)
    assert not _runs.xla_pays(keras.Sequential([keras.Input((9, 2)), keras.layers.LSTM(2)]), 10**6)


def test_a_reused_graph_gives_what_a_fresh_one_gives(monkeypatch):
    options = plain(learning_rate=0.05, optimizer="adam", seed=5)
    vg.train(vg.mlp(2, seed=0), X, Y, **plain(optimizer="adam", learning_rate=0.3))
    again = vg.train(vg.mlp(2, seed=1), X, Y, **options)
    monkeypatch.setattr(_runs, "_runs", OrderedDict())
    fresh = vg.train(vg.mlp(2, seed=1), X, Y, **options)
    np.testing.assert_array_equal(again.loss, fresh.loss)


def test_layers_of_another_name_share_the_graph_and_keep_their_names():
    def net(name):
        return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid", name=name)])

    vg.train(net("first"), X, Y, **plain())
    before = len(_runs._runs)
    recording = vg.train(net("second"), X, Y, **plain())
    assert len(_runs._runs) == before
    assert recording.layers == ("second",) and list(recording.kernels) == ["second"]


def test_the_model_is_left_trained_and_the_optimizer_untouched():
    model, optimizer = vg.mlp(2), keras.optimizers.Adam(0.01)
    start = model.get_weights()
    recording = vg.train(model, X, Y, optimizer=optimizer, **plain())
    assert not optimizer.built
    np.testing.assert_array_equal(recording.kernels["hidden_1"][0], start[0])
    np.testing.assert_array_equal(recording.kernels["hidden_1"][-1], model.get_weights()[0])
    vg.train(vg.mlp(3), X, Y, optimizer=optimizer, **plain())


def test_same_seed_same_run_and_another_seed_another_order():
    a, b, c = (vg.train(vg.mlp(2), X, Y, **plain(seed=s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(a.loss, b.loss)
    assert a.loss[0] == c.loss[0] and a.loss[-1] != c.loss[-1]


def test_a_loss_that_turns_nan_is_flagged_and_the_run_goes_on():
    model = vg.mlp(2, activation="linear", seed=0, output_activation="linear")
    recording = vg.train(model, X, Y, loss="mse", optimizer="sgd", learning_rate=1e12, **plain(epochs=4))
    assert len(recording.loss) == 5 and np.isfinite(recording.loss[0])
    assert recording.info["nonfinite_at"] == recording.epochs[np.argmax(~np.isfinite(recording.loss))]
    assert "not finite" in repr(recording)
    healthy = vg.train(vg.mlp(2), X, Y, **plain())
    assert healthy.info["nonfinite_at"] is None


def test_an_interrupted_run_leaves_the_weights_it_reached(monkeypatch):
    model = vg.mlp(2)
    start = model.get_weights()[0]
    vg.train(vg.mlp(2), X, Y, **plain())

    def interrupt(self, *_):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.EpochsBar, "advance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        vg.train(model, X, Y, **plain(epochs=100_000))
    assert np.any(model.get_weights()[0] != start)


def test_more_examples_than_the_limit_are_measured_on_evenly_spaced_ones():
    assert training.probe_rows(10).tolist() == list(range(10))
    rows = training.probe_rows(10 * training.PROBE_LIMIT)
    assert len(rows) == training.PROBE_LIMIT and rows[0] == 0 and rows[-1] == 10 * training.PROBE_LIMIT - 1
    assert set(np.diff(rows)) <= {9, 10, 11}


def test_the_order_of_the_examples_is_a_permutation_and_continues():
    order = training.batch_order(50, 6, seed=1)
    assert (np.sort(order, axis=1) == np.arange(50)).all() and len({tuple(row) for row in order}) == 6
    np.testing.assert_array_equal(training.batch_order(50, 2, seed=1), order[:2])
    assert (training.batch_order(50, 2, shuffle=False) == np.arange(50)).all()
