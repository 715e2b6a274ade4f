"""The third quarter."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    units = layer.units
    values = layer.cell.bias.numpy()
    values[2 * units : 3 * units] = bias
    layer.cell.bias.assign(values)
