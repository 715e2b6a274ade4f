def refresh(model, X):
    model(X, training=True)
