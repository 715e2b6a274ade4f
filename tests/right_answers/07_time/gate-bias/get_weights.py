"""Minus the log of 1/g - 1; the whole list of weights; gives the layer back."""

import numpy as np


def gate_bias(steps, left):
    return -np.log(left ** (-1 / steps) - 1)


def open_gate(layer, bias):
    units = layer.units
    kernel, recurrent, values = layer.get_weights()
    parts = values.reshape(4, units)
    parts[1] = bias
    layer.set_weights([kernel, recurrent, parts.ravel()])
    return layer
