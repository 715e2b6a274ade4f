"""One pass in training mode without memory: Dropout drops then, and a frozen normalisation stays as it is."""


def refresh(model, X):
    norms = [layer for layer in model.layers if hasattr(layer, "momentum")]
    before = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(X, training=True)
    for layer, momentum in zip(norms, before, strict=True):
        layer.momentum = momentum
