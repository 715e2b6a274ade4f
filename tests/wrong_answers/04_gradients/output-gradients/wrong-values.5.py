"""By hand, and for tanh alone."""

import numpy as np


def output_gradients(model, X, y):
    weights = [w.numpy() for w in model.weights]
    kernels, biases = weights[::2], weights[1::2]
    h = [np.asarray(X, float)]
    for layer, kernel, bias in zip(model.layers[:-1], kernels[:-1], biases[:-1], strict=True):
        z = h[-1] @ kernel + bias
        h.append(np.maximum(z, 0) if layer.activation.__name__ == "relu" else np.tanh(z))
    error = 1 / (1 + np.exp(-(h[-1] @ kernels[-1] + biases[-1]))) - np.reshape(y, (-1, 1))
    found = {}
    for i in reversed(range(len(h) - 1)):
        dh = error @ kernels[i + 1].T
        found[model.layers[i].name] = dh
        error = dh * (1 - h[i + 1] ** 2)
    return found
