"""Small data and quick options that the tests of vg.train share."""

import keras

import vgcourse as vg
from vgcourse.measure.training import compiled as _runs

X, Y = vg.circles(n=100, noise=0.1, factor=0.5, seed=0)
FAST = {"epochs": 2, "batch_size": 50, "progress": False}


def plain(**options):
    """Options of a quick run on TensorFlow's own graph."""
    return FAST | {"xla": False} | options


def the_run():
    """The compiled run used last."""
    return next(reversed(_runs._runs.values()))


class Subclassed(keras.Model):
    """Two layers, assigned in another order than they are called."""

    def __init__(self, activation="sigmoid"):
        super().__init__()
        self.last = keras.layers.Dense(1, activation=activation, name="last")
        self.first = keras.layers.Dense(4, activation="tanh", name="first")

    def call(self, x):
        return self.last(self.first(x))
