"""No limit."""


def clipped_step(weights, gradients, rate, limit):
    factor = 1.0
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
