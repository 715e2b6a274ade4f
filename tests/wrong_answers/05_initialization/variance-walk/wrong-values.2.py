"""One unit too few in every sum."""


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=True):
        signal.append(signal[-1] * (n - 1) * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=True):
        gradient.insert(0, gradient[0] * (n - 1) * v)
    return signal, gradient
