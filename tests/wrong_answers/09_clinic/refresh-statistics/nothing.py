def refresh(model, X):
    h = X
    for layer in model.layers:
        h = layer(h)
    return h
