"""The bias is found by halving, not by a formula."""

import math


def gate_bias(steps, left):
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        if (1 / (1 + math.exp(-middle))) ** steps < left:
            low = middle
        else:
            high = middle
    return low


def open_gate(layer, bias):
    kernel, recurrent, biases = layer.get_weights()
    biases[layer.units : 2 * layer.units] = bias
    layer.set_weights([kernel, recurrent, biases])
