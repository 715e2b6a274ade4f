from fractions import Fraction


def variance_walk(widths, variances):
    signal, gradient = [Fraction(1)], [Fraction(1)]
    for n, v in zip(widths[:-1], variances, strict=False):
        signal.append(signal[-1] * n * Fraction(v))
    for n, v in zip(widths[:0:-1], variances[::-1], strict=False):
        gradient.insert(0, gradient[0] * n * Fraction(v))
    return signal, gradient
