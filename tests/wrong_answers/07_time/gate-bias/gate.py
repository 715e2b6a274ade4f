"""The gate itself."""


def gate_bias(steps, left):
    gate = left ** (1 / steps)
    return gate


def open_gate(layer, bias):
    values = layer.cell.bias.numpy()
    values[layer.units : 2 * layer.units] = bias
    layer.cell.bias.assign(values)
