"""Runs of layers with nothing between them that bends: together they are one linear map."""

import keras

from vgcourse.measure.layers import LayerInfo, is_plain
from vgcourse.measure.slopes import activation_name

# They move, scale, drop or average numbers.
_STRAIGHT = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.ZeroPadding1D,
    keras.layers.ZeroPadding2D,
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.UpSampling1D,
    keras.layers.UpSampling2D,
)
_KERNELS = (
    keras.layers.Dense,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
)


def linear_runs(model, infos: list[LayerInfo]) -> list[list[str]]:
    """Names of two and more layers in a row of a plain chain without an activation between them."""
    if not is_plain(model):
        return []
    names = {id(info.layer): info.name for info in infos}
    runs, run = [], []
    for layer in _in_order(model):
        if type(layer) in _KERNELS:
            run.append(names.get(id(layer), layer.name))
            straight = activation_name(layer.activation) == "linear"
        else:
            straight = type(layer) in _STRAIGHT
        if not straight:
            runs, run = [*runs, run], []
    return [run for run in [*runs, run] if len(run) > 1]


def _in_order(model):
    """Layers, and functions that a model calls between them: of these it is not known that they are straight."""
    for layer in getattr(model, "operations", model.layers):
        if isinstance(layer, keras.Model):
            yield from _in_order(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer
