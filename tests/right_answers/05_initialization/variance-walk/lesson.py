"""As in the lesson, with indices."""


def variance_walk(widths, variances):
    k = len(variances)
    signal, gradient = [1.0] * (k + 1), [1.0] * (k + 1)
    for i in range(k):
        signal[i + 1] = signal[i] * widths[i] * variances[i]
    for i in range(k - 1, -1, -1):
        gradient[i] = gradient[i + 1] * widths[i + 1] * variances[i]
    return signal, gradient
