"""TensorFlow throughout, in float64."""

import tensorflow as tf


def layer_rms(model, gradients):
    sizes = {}
    for i, layer in enumerate(model.layers):
        sizes[layer.name] = tf.sqrt(tf.reduce_mean(tf.square(tf.cast(gradients[2 * i], tf.float64))))
    return sizes
