"""The reference: the same training written as the plain eager loop that a textbook would show.

Slow and simple on purpose. It shares no code with vgcourse.measure.training but the order of the examples.
"""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.training import batch_order


def eager_train(model, X, y, epochs, batch_size, optimizer, loss_fn, seed=0, every="epoch"):
    """Train in eager mode; returns {"loss": (T,), layer: {"kernel", "bias", "kernel_gradient", ...}}.

    Records before the first epoch and after each one on all of X, or before every step on its batch.
    """
    y = np.asarray(y, "float32").reshape(len(y), -1)
    moments = []
    for order in batch_order(len(X), epochs, seed):
        if every == "epoch":
            moments.append(moment(model, X, y, loss_fn))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            if every == "step":
                moments.append(moment(model, X[rows], y[rows], loss_fn))
            eager_step(model, X[rows], y[rows], optimizer, loss_fn)
    if every == "epoch":
        moments.append(moment(model, X, y, loss_fn))
    return moments


def eager_step(model, X, y, optimizer, loss_fn):
    """One step of gradient descent."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(loss_fn(y, model(X, training=True)))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)


def moment(model, X, y, loss_fn):
    """Loss, weights, gradients and the rms of dL_i/dh of every dense layer but the last, by hand."""
    h, outputs = tf.constant(X), []
    with tf.GradientTape() as tape:
        for layer in model.layers:
            z = tf.matmul(h, layer.kernel) + layer.bias
            h = layer.activation(z)
            tape.watch(h)
            outputs.append(h)
        loss = tf.reduce_mean(loss_fn(y, h))
    sources = (outputs[:-1], [v.value for v in model.trainable_variables])
    signals, gradients = tape.gradient(loss, sources)
    names = [layer.name for layer in model.layers]
    rms = [float(np.sqrt(np.mean((len(X) * s.numpy().astype(float)) ** 2))) for s in signals]
    return {
        "loss": float(loss),
        "kernels": dict(zip(names, [layer.kernel.numpy() for layer in model.layers], strict=True)),
        "biases": dict(zip(names, [layer.bias.numpy() for layer in model.layers], strict=True)),
        "kernel_gradients": dict(zip(names, [g.numpy() for g in gradients[::2]], strict=True)),
        "bias_gradients": dict(zip(names, [g.numpy() for g in gradients[1::2]], strict=True)),
        "backprop": dict(zip(names[:-1], rms, strict=True)),
        "accuracy": float(np.mean((h.numpy() > 0.5) == (y > 0.5))),
    }


def binary_loss(y, p):
    """Binary cross-entropy of each example, as the published programs call it."""
    return keras.losses.binary_crossentropy(y, p)
