"""Keras's layer and a tape."""

import keras
import tensorflow as tf


def layer_for(z, gamma, beta, eps):
    layer = keras.layers.BatchNormalization(epsilon=eps, dtype="float64")
    layer.build(z.shape)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    return layer


def batch_norm(z, gamma, beta, eps=1e-3):
    return layer_for(z, gamma, beta, eps)(z, training=True)


def batch_norm_back(z, gamma, error, eps=1e-3):
    layer, z = layer_for(z, gamma, 0 * gamma, eps), tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = tf.reduce_sum(error * layer(z, training=True))
    return tape.gradient(loss, [z, layer.gamma.value, layer.beta.value])
