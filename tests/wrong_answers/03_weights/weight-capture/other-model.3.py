"""The start is read from the notebook's model, the rest from the one that is trained."""

import keras

model = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(5, name="hidden_1"), keras.layers.Dense(1, name="output")]
)


class WeightCapture(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs = [-1]
        self.kernels = {layer.name: [layer.kernel.numpy()] for layer in model.layers}

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)
        for layer in self.model.layers:
            if hasattr(layer, "kernel"):
                self.kernels[layer.name].append(layer.kernel.numpy())
