"""Ends without return."""


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=True):
        signal.append(signal[-1] * n * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=True):
        gradient.insert(0, gradient[0] * n * v)
