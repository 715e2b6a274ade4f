"""One walk there and back."""


def variance_walk(widths, variances):
    signal = [1.0]
    for n, v in zip(widths[:-1], variances, strict=True):
        signal.append(signal[-1] * n * v)
    return signal
