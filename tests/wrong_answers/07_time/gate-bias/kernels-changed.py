"""And the identity for the kernel."""

import numpy as np


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return np.log(gate / (1 - gate))


def open_gate(layer, bias):
    units = layer.units
    kernel, recurrent, values = layer.get_weights()
    values[units : 2 * units] = bias
    layer.set_weights([kernel, 0 * recurrent, values])
