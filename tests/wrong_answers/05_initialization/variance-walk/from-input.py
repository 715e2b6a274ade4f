"""The gradient, too, is 1 at the input."""


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n_in, n_out, v in zip(widths[:-1], widths[1:], variances, strict=True):
        signal.append(signal[-1] * n_in * v)
        gradient.append(gradient[-1] * n_out * v)
    return signal, gradient
