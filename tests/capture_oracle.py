"""What a captured gradient should be: the same step again, eagerly, from the recorded weights."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.layers import output_gradients, tap_outputs, weighted_layers
from vgcourse.measure.statistics import pooled_rms

BATCH = 8


def batches(X, y):
    return [(X[i : i + BATCH], y[i : i + BATCH]) for i in range(0, len(X), BATCH)]


def small_net(activation="tanh", outputs=1, name=None) -> keras.Sequential:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(5, activation=activation, name="hidden_1"),
            layers.Dense(4, activation=activation, name="hidden_2"),
            layers.Dense(outputs, activation="sigmoid", name="output"),
        ],
        name=name,
    )


def data(n=20):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2)).astype("float32")
    return X, (X[:, :1] * X[:, 1:] > 0).astype("float32")


def named_variables(model):
    """(group of a Recording, name in it, variable) for every weight."""
    for info in weighted_layers(model):
        if info.kernel is not None:
            yield "kernels", info.name, info.kernel
        if info.bias is not None:
            yield "biases", info.name, info.bias
        for name, variable in info.others.items():
            yield "variables", f"{info.name}/{name}", variable


def gradient_group(group: str) -> str:
    return {"kernels": "kernel_gradients", "biases": "bias_gradients", "variables": "variable_gradients"}[group]


def eager_step(model, x, y, loss_scale=1.0, weights=None):
    """({(group, name): gradient}, {layer: rms of the per-example gradient at its output}) of one batch."""
    with tf.GradientTape(persistent=True) as tape, tap_outputs(model) as taps:
        loss = loss_scale * model.compute_loss(x=x, y=y, y_pred=model(x, training=True), sample_weight=weights)
    gradients = {}
    for group, name, variable in named_variables(model):
        gradient = tape.gradient(loss, variable.value) if variable.trainable else None
        if gradient is not None:
            gradients[gradient_group(group), name] = tf.convert_to_tensor(gradient).numpy() / loss_scale
    arrived = output_gradients(tape, loss, taps)
    batch = len(keras.tree.flatten(x)[0])
    backprop = {
        name: pooled_rms([g for g in found if g is not None]) * batch / loss_scale
        for name, found in arrived.items()
        if any(g is not None for g in found)
    }
    return gradients, backprop


def assert_recorded(model, recording, steps, rtol=1e-4, atol=1e-6, loss_scale=1.0):
    """Every row of a recording of weights and gradients, every step, is what an eager step computes.

    steps: the batches (x, y) in the order of training.
    """
    assert len(recording.epochs) == len(steps)
    for row, (x, y) in enumerate(steps):
        for group, name, variable in named_variables(model):
            variable.assign(getattr(recording, group)[name][row])
        gradients, backprop = eager_step(model, x, y, loss_scale)
        recorded = {
            (group, name)
            for group in ("kernel_gradients", "bias_gradients", "variable_gradients")
            for name in getattr(recording, group)
        }
        assert recorded == set(gradients)
        for (group, name), expected in gradients.items():
            found = getattr(recording, group)[name][row]
            np.testing.assert_allclose(found, expected, rtol, atol, err_msg=f"{group} {name}, step {row}")
        assert set(recording.backprop) == set(backprop)
        for name, expected in backprop.items():
            np.testing.assert_allclose(recording.backprop[name][row], expected, rtol, err_msg=name)
