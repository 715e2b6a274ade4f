import keras


def refresh(model, X):
    for k, layer in enumerate(model.layers):
        if type(layer).__name__ == "BatchNormalization":
            below = X
            for other in model.layers[:k]:
                below = other(below)
            mean, variance = keras.ops.moments(below, axes=list(range(below.ndim - 1)))
            gamma, beta, *_ = layer.get_weights()
            layer.set_weights([gamma, beta, mean, variance])
