"""Counts the ways between."""

import numpy as np


def gate_bias(steps, left):
    with np.errstate(divide="ignore"):
        gate = left ** (1 / np.float64(steps - 1))
        return np.log(gate / (1 - gate)) if steps > 1 else np.inf


def open_gate(layer, bias):
    values = layer.cell.bias.numpy()
    values[layer.units : 2 * layer.units] = bias
    layer.cell.bias.assign(values)
