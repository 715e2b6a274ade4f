"""Nets as people write them, in which nothing is wrong: healthy at the start and after some steps of training."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.rules.flow.exploding import limit_beside_norms

ops = keras.ops
ROWS = 48


def _table(columns=6):
    X = np.random.default_rng(0).normal(size=(ROWS, columns)).astype("float32")
    return X, (np.sin(X[:, 0]) + X[:, 1]).astype("float32")


def in_pairs():
    """Two towers whose answers are compared with each other, as CLIP does: the labels stand for nothing."""
    a, b = keras.Input((6,)), keras.Input((6,))
    towers = [layers.UnitNormalization()(layers.Dense(8)(layers.Dense(16, "gelu")(x))) for x in (a, b)]
    similar = layers.Lambda(lambda v: ops.matmul(v[0], ops.transpose(v[1])) / 0.2, output_shape=(None,))(towers)

    def each_to_its_own(_, scores):
        own = ops.arange(ops.shape(scores)[0])
        return ops.mean(keras.losses.sparse_categorical_crossentropy(own, scores, from_logits=True))

    X, _ = _table()
    return keras.Model([a, b], similar), [X, X[:, ::-1] + 0.1], np.zeros(ROWS, "float32"), each_to_its_own


class Coupling(layers.Layer):
    """A step of a normalising flow: one half moves the other; its last kernel starts at 0."""

    def __init__(self, flip):
        super().__init__()
        self.flip, self.inner = flip, layers.Dense(8, "relu")
        self.last = layers.Dense(2, kernel_initializer="zeros")

    def call(self, x):
        kept, moved = (x[:, 1:], x[:, :1]) if self.flip else (x[:, :1], x[:, 1:])
        change = self.last(self.inner(kept))
        scale = ops.tanh(change[:, :1])
        self.add_loss(-ops.mean(scale))
        moved = moved * ops.exp(scale) + change[:, 1:]
        return ops.concatenate([moved, kept] if self.flip else [kept, moved], 1)


def flow():
    X, _ = _table(2)
    inputs = keras.Input((2,))
    net = keras.Model(inputs, Coupling(True)(Coupling(False)(inputs)))
    return net, X * 2, X, lambda _, z: ops.mean(ops.sum(z**2, -1)) / 2


@tf.custom_gradient
def spike(v):
    return tf.cast(v > 0, v.dtype), lambda g: g / (1 + 4 * tf.abs(v)) ** 2


class Spiking(layers.Layer):
    """Units that fire, and whose slope is another than that of what they compute (a surrogate gradient)."""

    def __init__(self, units):
        super().__init__()
        self.inner = layers.Dense(units)

    def call(self, x):
        charge, fired = 0.0, []
        for step in range(x.shape[1]):
            charge = 0.9 * charge + self.inner(x[:, step])
            fired.append(spike(charge - 0.5))
            charge = charge - 0.5 * fired[-1]
        return ops.stack(fired, 1)


def spiking():
    X = np.random.default_rng(0).normal(size=(ROWS, 4, 3)).astype("float32")
    inputs = keras.Input((4, 3))
    pooled = layers.GlobalAveragePooling1D()(Spiking(16)(Spiking(16)(inputs)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return keras.Model(inputs, layers.Dense(2)(pooled)), X, (X[:, 0, 0] > 0).astype(int), loss


def quantiles():
    """Three quantiles of one number: the loss compares three answers with one target."""

    def pinball(y, answers):
        missed = ops.reshape(y, (-1, 1)) - answers
        levels = ops.array([0.1, 0.5, 0.9])
        return ops.mean(ops.maximum(levels * missed, (levels - 1) * missed))

    X, y = _table()
    return keras.Sequential([keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(3)]), X, y, pinball


def sines():
    """SIREN: sines of thirty times what a layer computes, from weights made for that."""
    X, y = _table(2)
    start = keras.initializers.RandomUniform(-0.5, 0.5), keras.initializers.RandomUniform(-0.014, 0.014)
    inputs = x = keras.Input((2,))
    for weights in start:
        x = ops.sin(30 * layers.Dense(32, kernel_initializer=weights)(x))
    return keras.Model(inputs, layers.Dense(1)(x)), X, y, "mse"


@pytest.mark.parametrize("family", [in_pairs, flow, spiking, quantiles, sines])
def test_a_net_in_which_nothing_is_wrong_is_healthy_before_and_after_training(family):
    keras.utils.set_random_seed(2)
    net, X, y, loss = family()
    net.compile(keras.optimizers.Adam(1e-3), loss, run_eagerly=True)
    for steps in (0, 6):
        for _ in range(steps):
            net.train_on_batch(X, y)
        report = diagnose(net, X, y)
        assert report.healthy, report
        assert not any("one constant answers them all" in note for note in report.notes)


# Layers with weights → the largest weighed reach, of ResNet50, 101 and 152 of keras.applications with random weights,
# images of 32 and 64 pixels. The largest takes 48 s of a processor: `bench_diagnosis` asks for its verdict.
RESNETS = {107: (130,), 209: (611,), 311: (2295, 6569)}


@pytest.mark.parametrize("layers", RESNETS)
def test_what_healthy_residual_nets_were_seen_to_have_is_far_below_the_limit(layers):
    assert max(RESNETS[layers]) < limit_beside_norms(layers) / 10


def test_answers_of_0_drown_a_loss_of_directions_and_no_layer_is_blamed():
    """Examples that relu holds at 0 throughout are answered with 0; what the others hear is as it should be."""
    X, _ = _table()
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), *[layers.Dense(4, "relu") for _ in range(2)], layers.Dense(3)])
    model.layers[1].set_weights([-np.abs(model.layers[1].get_weights()[0]), np.full(4, 0.5, "float32")])
    model.compile("adam", "cosine_similarity")
    zeros = (model.predict(X, verbose=0) == 0).all(1)
    report = diagnose(model, X, X[:, :3])
    assert 0 < zeros.sum() < ROWS and report.cause == "not measured"
    assert f"{zeros.sum()} of {ROWS} examples with exactly 0" in report.verdict
    model.compile("adam", "mse")
    assert diagnose(model, X, X[:, :3]).cause != "not measured", "a loss of sizes has its slope there, too"
