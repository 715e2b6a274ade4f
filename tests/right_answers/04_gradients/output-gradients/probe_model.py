import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    probe = keras.Model(model.inputs, [layer.output for layer in model.layers])
    with tf.GradientTape() as tape:
        outs = probe(X)
        total = len(X) * bce(y, outs[-1])
    g = tape.gradient(total, outs[:-1])
    return {layer.name: gi for layer, gi in zip(model.layers, g, strict=False)}
