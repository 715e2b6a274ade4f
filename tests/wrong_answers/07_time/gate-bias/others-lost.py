"""A new array, with zeros."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    units = layer.units
    values = np.zeros(4 * units)
    values[units : 2 * units] = bias
    layer.cell.bias.assign(values)
