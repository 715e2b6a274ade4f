"""Gives the factors, not their products."""


def variance_walk(widths, variances):
    signal = [1.0] + [n * v for n, v in zip(widths[:-1], variances, strict=True)]
    gradient = [n * v for n, v in zip(widths[1:], variances, strict=True)] + [1.0]
    return signal, gradient
