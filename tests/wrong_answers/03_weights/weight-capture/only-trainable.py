"""What learns has trainable weights."""

import keras


class WeightCapture(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.kernels = [], {}

    def keep(self, epoch):
        self.epochs.append(epoch)
        for layer in self.model.layers:
            if hasattr(layer, "kernel") and layer.trainable:
                self.kernels.setdefault(layer.name, []).append(layer.kernel.numpy())

    def on_train_begin(self, logs=None):
        self.keep(-1)

    def on_epoch_end(self, epoch, logs=None):
        self.keep(epoch)
