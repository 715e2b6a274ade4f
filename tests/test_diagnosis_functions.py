"""Activations that a model calls as functions are known as those of layers are; gates and the like are left alone.

Each of SICK is a net with one sickness in such an activation: which, how it is written, and where, by lot.
``python -m tests.test_diagnosis_functions 60`` asks as many, in float32 and mixed precision.
"""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from keras.layers import Dense

from vgcourse.measure.diagnosis import diagnose

X = np.random.default_rng(0).normal(size=(96, 12)).astype("float32")
Y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype("float32")
normal = keras.initializers.RandomNormal


class Called(keras.Model):
    """Dense layers with a function between them, as people write it who come from elsewhere."""

    def __init__(self, function, depth, kernel):
        super().__init__()
        self.parts = [Dense(16, kernel_initializer=kernel, name=f"hidden_{k}") for k in range(depth)]
        self.function, self.out = function, Dense(1, "sigmoid", name="out")
        self(X[:2])

    def call(self, x):
        for part in self.parts:
            x = self.function(part(x))
        return self.out(x)


class Own(layers.Layer):
    """A kernel of one's own and a bounded function of it, in the middle or at the end."""

    def __init__(self, function, size, at_the_end):
        super().__init__(name="sick")
        self.function, self.size, self.at_the_end = function, size, at_the_end

    def build(self, shape):
        self.first = self.add_weight(shape=(shape[-1], 16), initializer=normal(stddev=self.size), name="first")
        self.second = self.add_weight(shape=(16, 16), initializer="glorot_uniform", name="second")

    def call(self, x):
        h = self.function(x @ self.first)
        return h if self.at_the_end else h @ self.second


def functional(middle, depth=3, before=None):
    inputs = x = keras.Input((12,))
    for k in range(depth):
        x = Dense(16, "relu", name=f"hidden_{k}")(x)
        x = middle(x) if k == (0 if before is None else before) else x
    return keras.Model(inputs, Dense(1, "sigmoid", name="out")(x))


BOUNDED = {"tanh": (ops.tanh, tf.tanh), "sigmoid": (ops.sigmoid, tf.nn.sigmoid)}


def many_sigmoids(rng):
    function = BOUNDED["sigmoid"][rng.integers(2)]
    return (
        Called(function, int(rng.integers(8, 13)), "glorot_uniform"),
        "flat activation",
        "hidden_0",
        "sigmoid is flat",
    )


def dead(rng):
    model, k = Called((ops.relu, tf.nn.relu)[rng.integers(2)], 6, "he_normal"), int(rng.integers(1, 5))
    model.parts[k].bias.assign(model.parts[k].bias - 10 ** rng.uniform(1.5, 3))
    return model, "dying relu", f"hidden_{k}", "16 of 16 units"


def own_kernel(rng):
    name = list(BOUNDED)[rng.integers(2)]
    sick = Own(BOUNDED[name][rng.integers(2)], 10 ** rng.uniform(1.5, 2.5), bool(rng.integers(2)))
    return functional(sick, before=int(rng.integers(2))), "saturation", "sick", f"{name}"


def factor(rng):
    name = list(BOUNDED)[rng.integers(2)]
    function, size = BOUNDED[name][0], float(10 ** rng.uniform(2, 3))
    sick = Dense(16, name="sick")
    return functional(lambda x: function(size * sick(x))), "saturation", "sick", f"what a {name} gives"


SICK = (many_sigmoids, dead, own_kernel, factor)


def squeeze(x):
    gate = Dense(16, bias_initializer=keras.initializers.Constant(8.0))(x)
    return x * ops.sigmoid(gate)


def highway(x):
    gate = ops.sigmoid(Dense(16, bias_initializer=keras.initializers.Constant(-8.0))(x))
    return gate * ops.relu(Dense(16)(x)) + (1 - gate) * x


def linear_unit(x):
    a, b = ops.split(Dense(32)(x), 2, -1)
    return a * ops.sigmoid(b)


WELL = {
    "silu": lambda: Called(tf.nn.silu, 5, "he_normal"),
    "gelu": lambda: Called(lambda z: ops.gelu(z, approximate=True), 5, "he_normal"),
    "mish": lambda: Called(lambda z: z * ops.tanh(ops.softplus(z)), 5, "he_normal"),
    "quick gelu": lambda: Called(lambda z: z * ops.sigmoid(1.702 * z), 5, "he_normal"),
    "relu": lambda: Called(tf.nn.relu, 8, "he_normal"),
    "tanh": lambda: Called(ops.tanh, 5, "glorot_uniform"),
    "gates that are open": lambda: functional(squeeze),
    "gates that are shut": lambda: functional(highway),
    "linear units with gates": lambda: functional(linear_unit),
    "a bounded layer of one's own": lambda: functional(Own(ops.tanh, 0.3, False)),
    "a bounded layer of one's own, at its end": lambda: functional(Own(tf.tanh, 0.3, True)),
}


def said(seed, policy="float32") -> str:
    """What is wrong with what is said of the net of this seed; empty where nothing is."""
    rng = np.random.default_rng([3, seed])
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(policy)
    try:
        model, cause, layer, words = SICK[seed % len(SICK)](rng)
    finally:
        keras.config.set_dtype_policy("float32")
    if rng.random() < 0.5:
        model.compile("adam", "binary_crossentropy")
    report = diagnose(model, X, Y, loss="binary_crossentropy")
    well = (report.cause, report.layer) == (cause, layer) and words in report.verdict
    return "" if well else f"{SICK[seed % len(SICK)].__name__} {seed} {policy}: {report.layer}: {report.verdict}"


@pytest.mark.parametrize("seed", range(2 * len(SICK)))
def test_what_is_sick_in_a_function_is_named(seed):
    assert said(seed, ("float32", "mixed_float16")[seed // len(SICK)]) == ""


@pytest.mark.parametrize("name", WELL)
def test_gates_and_functions_that_are_well_are_no_alarm(name):
    keras.utils.set_random_seed(1)
    report = diagnose(WELL[name](), X, Y, loss="binary_crossentropy")
    assert report.healthy, report


def test_layers_with_a_function_between_them_are_not_called_one_linear_map():
    inputs = x = keras.Input((12,))
    for _ in range(3):
        x = ops.tanh(Dense(16)(x))
    report = diagnose(keras.Model(inputs, Dense(1, "sigmoid")(x)), X, Y, loss="binary_crossentropy")
    assert not any("linear map" in note for note in report.notes), report.notes


def test_of_a_model_that_was_not_called_it_is_not_said_that_nothing_is_to_learn():
    class Lazy(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(3)

        def call(self, x):
            return self.dense(ops.convert_to_numpy(x))  # no shape can be worked out of it

    model = Lazy()
    model.built = True
    with pytest.raises(ValueError, match="has no weights yet"):
        diagnose(model, X, Y)


def test_a_sure_discriminator_that_is_frozen_is_not_to_be_initialised_again():
    keras.utils.set_random_seed(1)
    sure = Dense(1, "sigmoid", kernel_initializer=normal(stddev=30.0), name="sure", trainable=False)
    model = keras.Sequential([keras.Input((12,)), Dense(16, "relu"), sure])
    answers = keras.ops.convert_to_numpy(model(X))[:, 0]
    fooled = X[np.argsort(answers)[:32]]
    model.compile("adam", lambda y, p: ops.mean(ops.log(1 - p + 1e-7)))
    report = diagnose(model, fooled, np.ones(len(fooled)))
    assert (report.cause, report.layer) == ("saturation", "sure"), report
    assert "-log D" in report.verdict and "kernels" not in report.verdict


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    asked = [said(seed, policy) for seed in range(count) for policy in ("float32", "mixed_float16")]
    print(*filter(None, asked), f"{sum(map(bool, asked))} of {len(asked)} wrong", sep="\n")


if __name__ == "__main__":
    main()
