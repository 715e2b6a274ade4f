"""Counts the states, the first one too."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / (steps + 1))
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    values = layer.cell.bias.numpy()
    values[layer.units : 2 * layer.units] = bias
    layer.cell.bias.assign(values)
