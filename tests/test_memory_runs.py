"""The recurrent nets of the kept table are Keras's own, and so are their steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgcourse.published.kept import memory_runs as runs
from vgcourse.published.kept.memory_runs import Memory

CELLS = ("tanh", "relu, identity", "lstm", "lstm, bias 0", "lstm, bias 3", "lstm, chrono", "gru", "gru, bias 1")


def keras_net(one, weights, n):
    """Keras's model with the weights of the n-th net of the stack."""
    kernel, recurrent, bias, output, output_bias = (w[n] for w in weights)
    features = kernel.shape[0]
    layer = runs.layer_of(one.cell, one.steps, 0)
    layer = type(layer).from_config(layer.get_config())
    model = keras.Sequential([keras.Input((one.steps, features)), layer, keras.layers.Dense(1)])
    model.set_weights([kernel, recurrent, bias, output, output_bias])
    return model


@pytest.mark.parametrize("task", ["recall", "adding"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_net_of_the_stack_says_what_keras_says(cell, task):
    one = Memory(cell, task, steps=6)
    weights = runs.stacked_weights(one, [3, 4])
    X = np.random.default_rng(0).normal(size=(2, 6, 5, 1 if task == "recall" else 2)).astype("float32")
    said = runs.answers(one, [tf.constant(w) for w in weights], tf.constant(X)).numpy()
    for n in range(2):
        wanted = keras_net(one, weights, n)(X[n].transpose(1, 0, 2)).numpy()[:, 0]
        np.testing.assert_allclose(said[n], wanted, atol=1e-5)


def test_nets_of_two_seeds_start_differently_and_one_seed_repeats():
    one = Memory("gru", steps=4)
    first, again = runs.stacked_weights(one, [1, 2]), runs.stacked_weights(one, [1, 2])
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.allclose(first[0][0], first[0][1]) and not np.allclose(first[1][0], first[1][1])


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("lstm", 1.0), ("lstm, bias 0", 0.0), ("lstm, bias 3", 3.0), ("gru", 0.0), ("gru, bias 1", 1.0)],
)
def test_the_gate_that_keeps_has_the_bias_of_its_name_and_no_other_gate_has(cell, wanted):
    bias = runs.stacked_weights(Memory(cell, steps=4), [0])[2][0]
    own = bias[16:32] if cell.startswith("lstm") else bias[0, :16]
    assert np.all(own == wanted)
    assert bias.sum() == own.sum()


def test_chrono_biases_lie_between_zero_and_the_log_of_the_length():
    bias = runs.stacked_weights(Memory("lstm, chrono", steps=50), range(8))[2]
    forget, keep_out = bias[:, 16:32], bias[:, :16]
    assert forget.min() >= 0 and forget.max() <= np.log(49) and forget.std() > 0.3
    np.testing.assert_array_equal(keep_out, -forget)


def test_a_step_is_kerass_adam():
    rng = np.random.default_rng(1)
    start, gradients = rng.normal(size=(2, 3)).astype("float32"), rng.normal(size=(5, 2, 3)).astype("float32") * 1e-4
    mine, theirs = tf.Variable(start), keras.Variable(start)
    moments = [[tf.Variable(tf.zeros_like(mine))] for _ in range(2)]
    optimizer = keras.optimizers.Adam(0.003)
    for step, gradient in enumerate(gradients, 1):
        runs.adam([mine], [tf.constant(gradient)], moments, float(step), 0.003)
        optimizer.apply([tf.constant(gradient)], [theirs])
    np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-5)


def test_clipping_keeps_each_seeds_direction_and_leaves_small_gradients_alone():
    gradients = [tf.constant([[3.0, 0.0], [0.3, 0.0]]), tf.constant([[4.0], [0.4]])]
    first, second = (g.numpy() for g in runs._clipped(gradients, 1.0))
    np.testing.assert_allclose(first, [[0.6, 0], [0.3, 0]], rtol=1e-6)
    np.testing.assert_allclose(second, [[0.8], [0.4]], rtol=1e-6)


def test_recall_hides_the_bit_behind_noise_of_its_own_in_every_batch():
    one, keys = Memory("tanh", steps=7), tf.constant([[0, 0], [1, 0]])
    (X, bit), (later, _) = (runs.sequences(one, keys, number, 400) for number in (0, 1))
    X, bit = X.numpy()[..., 0], bit.numpy()
    np.testing.assert_array_equal(X[:, 0], 2 * bit - 1)
    assert abs(bit.mean() - 0.5) < 0.1 and abs(X[:, 1:].std() - 1) < 0.05
    correlation = np.corrcoef(bit[0], X[0, 1:].sum(0))[0, 1]
    assert abs(correlation) < 0.2
    assert not np.allclose(X[0], X[1]) and not np.allclose(X, later.numpy()[..., 0])


def test_adding_marks_one_number_in_each_half():
    one = Memory("tanh", "adding", steps=10)
    X, total = (part.numpy() for part in runs.sequences(one, tf.constant([[5, 0]]), 0, 200))
    values, marks = X[0, ..., 0], X[0, ..., 1]
    assert (marks[:5].sum(0) == 1).all() and (marks[5:].sum(0) == 1).all()
    np.testing.assert_allclose(total[0], (values * marks).sum(0), rtol=1e-5)
    assert abs(((total - 1) ** 2).mean() - 1 / 6) < 0.05


@pytest.mark.slow
def test_the_table_holds_what_a_run_of_today_gives():
    """A set-up that always learns and one that never does, two seeds of each: the same side of 0.9 as the table."""
    table = runs.memory_runs()
    for one in (Memory("tanh"), Memory("gru")):
        rows = table[(table.cell == one.cell) & (table.steps == 25) & (table.noise == 1) & (table.rate == 0.001)]
        rows = rows[(rows.task == "recall") & (rows.seed < 2)].sort_values("seed")
        found = runs.train(one, range(2))["accuracy"]
        assert ((found > 0.9) == (rows.accuracy.to_numpy() > 0.9)).all()


def test_every_set_up_is_in_the_table_with_sixteen_seeds():
    table = runs.memory_runs()
    counts = table.groupby(["cell", "task", "steps", "noise", "rate", "clip", "updates"]).seed.nunique()
    assert (counts == runs.SEEDS).all() and len(counts) == len(runs.set_ups())
