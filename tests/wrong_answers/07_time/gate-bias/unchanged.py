"""A copy."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    units = layer.units
    layer.get_weights()[2][units : 2 * units] = bias
