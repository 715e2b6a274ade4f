"""Up counts the outputs, down the inputs."""


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[1:], variances, strict=True):
        signal.append(signal[-1] * n * v)
    for n, v in zip(widths[-2::-1], variances[::-1], strict=True):
        gradient.insert(0, gradient[0] * n * v)
    return signal, gradient
