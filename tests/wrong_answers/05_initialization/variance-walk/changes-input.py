"""Turns the list of variances round."""


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=False):
        signal.append(signal[-1] * n * v)
    for n, v in zip(
        widths[:0:-1],
        (variances.reverse() or variances) if isinstance(variances, list) else variances[::-1],
        strict=False,
    ):
        gradient.insert(0, gradient[0] * n * v)
    return signal, gradient
