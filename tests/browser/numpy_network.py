"""What the drawn net shows, computed once more in NumPy: sizes by unit, factors, and the ways around and through.

A pass is ``{"columns": [sizes by unit, or None], "arrows": [{"edges", "size", "factor", "direct", "branch"}]}``,
columns from input to output, arrows from the output back; arrays in float64.
"""

import numpy as np
from numpy_explorers import Oracle, activate, logit_error, rms, slope


def by_unit(values):
    """rms of each unit's values; `values` has shape (examples, units)."""
    return np.array([rms(column) for column in np.asarray(values).T])


def handed(kernel, errors):
    """What each connection hands back: |w| times the rms of dL/dz at its end; kernel (units, later units)."""
    return np.abs(kernel) * by_unit(errors)


def arrow(columns, before, edges, direct=None, branch=None):
    """The arrow to the column with the sizes `before`, from the one that was added last."""
    last = np.float64(rms(columns[0]))

    def part(values):
        return None if values is None else {"size": rms(values), "factor": rms(values) / last}

    columns.insert(0, by_unit(before))
    ways = {"direct": part(direct), "branch": part(branch)}
    return {"edges": edges, **part(before), **ways}


def feed_forward(kernels, activation, x, y, skip):
    """Errors of a net on all examples; of a residual one at z, of a plain one at h."""
    oracle = Oracle(kernels, activation, skip=skip)
    z, h = oracle.forward(x)
    dz, dh, _, _ = oracle.backward(z, h, y)
    last = len(kernels)
    columns, arrows = [by_unit(dz[last])], []
    for layer in range(last, 1, -1):
        ways = {}
        if skip and layer < last:
            ways = {"direct": dz[layer], "branch": dh[layer - 1] * slope(activation, z[layer - 1])}
        edges = handed(oracle.kernels[layer - 1], dz[layer])
        arrows.append(arrow(columns, (dz if skip else dh)[layer - 1], edges, **ways))
    return {"columns": [None, *columns], "arrows": arrows}


def recurrent(kernel, again, output, activation, inputs, y):
    """A simple recurrent net; ``inputs`` (steps, examples), kernel (1, n), again (n, n), output (n, 1)."""
    z, h = [], [np.zeros((inputs.shape[1], again.shape[0]))]
    for x in inputs:
        z.append(x[:, None] * kernel + h[-1] @ again)
        h.append(activate(activation, z[-1]))
    error = logit_error(h[-1] @ output, y[:, None])
    columns, arrows, edges = [by_unit(error)], [], handed(output, error)
    dh = error @ output.T
    for t in range(len(inputs), 0, -1):
        arrows.append(arrow(columns, dh, edges))
        dz = dh * slope(activation, z[t - 1])
        edges, dh = handed(again, dz), dz @ again.T
    return {"columns": columns, "arrows": arrows}


def lstm(kernel, again, output, forget_bias, inputs, y):
    """An LSTM with Keras's order of gates (i, f, candidate, o); what is followed is dL/dc."""
    n = output.shape[0]
    c, h, gates = [np.zeros((inputs.shape[1], n))], [np.zeros((inputs.shape[1], n))], [None]
    for x in inputs:
        z = x[:, None] * kernel + h[-1] @ again
        z[:, n : 2 * n] += forget_bias
        i, f, o = (1 / (1 + np.exp(-z[:, a * n : (a + 1) * n])) for a in (0, 1, 3))
        g = np.tanh(z[:, 2 * n : 3 * n])
        gates.append((i, f, g, o))
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
    error = logit_error(h[-1] @ output, y[:, None])
    dh = error @ output.T
    steps = len(inputs)
    dc = dh * gates[steps][3] * (1 - np.tanh(c[steps]) ** 2)
    columns = [by_unit(error)]
    arrows = [arrow(columns, dc, handed(output, error))]
    for t in range(steps, 1, -1):
        i, f, g, o = gates[t]
        dz = np.hstack(
            [dc * g * i * (1 - i), dc * c[t - 1] * f * (1 - f), dc * i * (1 - g**2), dh * np.tanh(c[t]) * o * (1 - o)]
        )
        edges = np.sqrt(sum(part**2 for part in np.split(handed(again, dz), 4, axis=1)))
        dh = dz @ again.T
        direct, branch = dc * f, dh * gates[t - 1][3] * (1 - np.tanh(c[t - 1]) ** 2)
        dc = direct + branch
        arrows.append(arrow(columns, dc, edges, direct, branch))
    return {"columns": columns, "arrows": arrows}
