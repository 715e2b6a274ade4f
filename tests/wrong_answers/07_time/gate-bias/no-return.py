"""Prints the bias."""


def gate_bias(steps, left):
    left ** (1 / steps)
    return None


def open_gate(layer, bias):
    values = layer.cell.bias.numpy()
    values[layer.units : 2 * layer.units] = bias
    layer.cell.bias.assign(values)
