"""The chain rule of lesson 1, in NumPy."""

import numpy as np


def output_gradients(model, X, y):
    outputs = [np.asarray(X)]
    for layer in model.layers:
        outputs.append(np.asarray(layer(outputs[-1])))
    error, gradients = outputs[-1] - np.reshape(y, (-1, 1)), {}
    for i in range(len(model.layers) - 1, 0, -1):
        gradients[model.layers[i - 1].name] = dh = error @ np.asarray(model.layers[i].kernel).T
        slopes = {"tanh": 1 - outputs[i] ** 2, "relu": outputs[i] > 0, "sigmoid": outputs[i] * (1 - outputs[i])}
        error = dh * slopes[model.layers[i - 1].activation.__name__]
    return gradients
