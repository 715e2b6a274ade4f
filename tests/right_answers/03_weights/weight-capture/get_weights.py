"""By get_weights of the Dense layers, at the beginning of the first epoch, into arrays."""

import keras
import numpy as np


class WeightCapture(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs = []
        self.kernels = {}

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 0:
            self.save(-1)

    def on_epoch_end(self, epoch, logs=None):
        self.save(epoch)

    def on_train_end(self, logs=None):
        self.kernels = {name: np.array(kept) for name, kept in self.kernels.items()}

    def save(self, epoch):
        self.epochs.append(epoch)
        for layer in self.model.layers:
            if len(layer.get_weights()) == 2:
                self.kernels[layer.name] = [*self.kernels.get(layer.name, []), layer.get_weights()[0]]
