import numpy as np


def refresh(model, X):
    model.compile("sgd", "mse")
    model.train_on_batch(X, np.zeros(model.output_shape[:0] + model(X).shape, "float32"))
