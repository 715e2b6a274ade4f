"""Keras will find out when to call it."""

import keras


class WeightCapture(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.kernels = [], {}

    def keep(self, epoch):
        self.epochs.append(epoch)
        for layer in self.model.layers:
            if hasattr(layer, "kernel"):
                self.kernels.setdefault(layer.name, []).append(layer.kernel.numpy())

    def at_start(self, logs=None):
        self.keep(-1)

    def at_epoch(self, epoch, logs=None):
        self.keep(epoch)
