"""The first quarter."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    units = layer.units
    values = layer.cell.bias.numpy()
    values[:units] = bias
    layer.cell.bias.assign(values)
