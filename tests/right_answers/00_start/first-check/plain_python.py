"""No NumPy at all."""


def rms(values):
    return (sum(v * v for v in values) / len(values)) ** 0.5
