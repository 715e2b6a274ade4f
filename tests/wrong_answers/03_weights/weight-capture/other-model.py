"""The model is called model."""

import keras

model = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(5, name="hidden_1"), keras.layers.Dense(1, name="output")]
)


class WeightCapture(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.kernels = [], {}

    def keep(self, epoch):
        self.epochs.append(epoch)
        for layer in model.layers:
            if hasattr(layer, "kernel"):
                self.kernels.setdefault(layer.name, []).append(layer.kernel.numpy())

    def on_train_begin(self, logs=None):
        self.keep(-1)

    def on_epoch_end(self, epoch, logs=None):
        self.keep(epoch)
