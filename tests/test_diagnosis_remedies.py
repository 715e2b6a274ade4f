"""A remedy is none where it is so already, and a cause is none where another one made it.

Chains by lot, sick at their start, are asked: what they have is not recommended to them. ``python -m
tests.test_diagnosis_remedies 60`` asks as many.
"""

import sys

import keras
import numpy as np
import pytest
from keras import layers

from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.rules.flow import exploding

X = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("float32")
ACTIVATIONS = ("relu", "gelu", "swish", "selu", "tanh", "softsign", "sigmoid", "leaky_relu")
INITIALIZERS = ("he_normal", "glorot_uniform", "lecun_normal")
NORMS = {"none": None, "batch": layers.BatchNormalization, "layer": layers.LayerNormalization}
SEEDS = (3, 8, 12)


def draw(seed):
    """(a deep net, its settings)."""
    rng = np.random.default_rng([5, seed])
    activation, init = rng.choice(ACTIVATIONS), rng.choice(INITIALIZERS)
    norm, after, skip = rng.choice(list(NORMS)), rng.random() < 0.5, rng.random() < 0.3
    width, depth = ((4, 20), (16, 30))[rng.integers(2)]
    return chain(activation, init, norm, after, skip, width, depth), (
        activation,
        init,
        norm,
        after,
        skip,
        width,
        depth,
    )


def chain(activation, init, norm="none", after=False, skip=False, width=16, depth=30):
    keras.utils.set_random_seed(1)
    inputs = h = keras.Input((6,))
    for k in range(depth):
        z = layers.Dense(width, kernel_initializer=init, name=f"hidden_{k + 1}")(h)
        parts = [layers.Activation(str(activation)), *[make() for make in [NORMS[norm]] if make]]
        for part in parts if after else parts[::-1]:
            z = part(z)
        h = h + z if skip and k else z
    return keras.Model(inputs, layers.Dense(1, "sigmoid", name="out")(h))


def in_vain(seed) -> list[str]:
    """What a net of this seed is recommended although it has it; and that relu is blamed where there is none."""
    model, (activation, init, norm, _, skip, _, _) = draw(seed)
    report = diagnose(model, X, Y, loss="binary_crossentropy")
    has = {
        "zero biases": True,
        "standardised inputs": True,
        f"{init} kernels": report.cause in ("exploding", "vanishing"),
    }
    has |= {"normalisation between": norm != "none", "skip connections,": skip, f"{activation} with {init}": True}
    has |= {"before relu": activation != "relu"}
    return [f"{words}: {report.verdict}" for words, there in has.items() if there and words in report.verdict]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_net_has_is_not_recommended_to_it(seed):
    assert not in_vain(seed), draw(seed)[1]


def _pairs(kind, activation, pace, count=40):
    """A batch as measured of a chain of kernels, each with its normalisation, through which a gradient grows."""
    found = []
    for k in range(count):
        heard = pace ** (count - k)
        found.append(Layer(f"hidden_{k}", "Dense", gain=1.4, delta_norm=heard, gradient_norm=heard, signal=1.0))
        norm = Layer(f"norm_{k}", kind, activation, gamma=1.0, delta_norm=heard, gradient_norm=heard, signal=1.0)
        found.append(norm)
    return Batch([*found, Layer("out", "Dense", gain=1.0, delta_norm=1.0)], 0.7, 64, sent=1.0, plain=True)


@pytest.mark.parametrize(
    ("kind", "activation", "told"),
    [
        ("BatchNormalization", "relu", "before relu multiplies it by 1.21"),
        ("BatchNormalization", "softsign", "together multiply it by about 1.2"),
        ("LayerNormalization", "relu", "together multiply it by about 1.2"),
    ],
)
def test_a_chain_of_normalised_layers_is_told_that_no_kernel_is_to_blame(kind, activation, told):
    finding = exploding.exploding(_pairs(kind, activation, 1.21))
    assert finding.cause == "exploding" and told in str(finding), finding
    assert "skip connections" in str(finding) and "he_normal" not in str(finding)


SERIES = np.random.default_rng(1).normal(size=(48, 8, 3)).astype("float32")
NEXT = (SERIES[:, -1, 0] > 0).astype("float32")


def over_time(*sick, first=None):
    """A net over a series, with something sick between two of its layers."""
    keras.utils.set_random_seed(2)
    stack = [first or layers.LSTM(8, return_sequences=True, name="below"), *sick, layers.GRU(8, name="above")]
    return keras.Sequential([keras.Input((8, 3)), *stack, layers.Dense(1, "sigmoid", name="out")])


def asked(model, X=SERIES, y=NEXT):
    return diagnose(model, X, y, loss="binary_crossentropy")


def test_gates_that_large_weights_before_them_hold_are_no_fault_of_the_inputs():
    report = asked(
        over_time(layers.Dense(8, kernel_initializer=keras.initializers.RandomNormal(stddev=1e8), name="sick"))
    )
    assert (report.cause, report.layer) == ("weights too large", "sick"), report
    factor = asked(over_time(layers.Rescaling(1e8)))
    assert (factor.cause, factor.layer) == ("saturation", "above") and "standardise" not in factor.verdict, factor


def test_relu_is_not_flat_where_two_softmaxes_stand_between_layers():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 3))
    h = layers.Conv1D(16, 3, padding="same", activation="relu", name="first")(inputs)
    h = h + layers.Conv1D(16, 2, padding="same", activation="tanh")(h)
    h = layers.Softmax()(layers.Softmax()(layers.Dense(16, name="sick")(h)))
    h = layers.GlobalAveragePooling1D()(layers.Conv1D(16, 2, activation="relu")(h))
    report = asked(keras.Model(inputs, layers.Dense(1, "sigmoid", name="out")(h)))
    assert "relu is flat" not in report.verdict
    assert report.cause == "healthy" or (report.cause, report.layer) == ("flat activation", "sick"), report


def test_a_normalisation_of_numbers_that_a_flat_layer_made_alike_is_not_to_blame():
    keras.utils.set_random_seed(1)
    biased = layers.Dense(16, "tanh", bias_initializer=keras.initializers.Constant(30.0), name="sick")
    stack = [layers.Dense(16, "relu", name="first"), biased, layers.LayerNormalization(name="norm")]
    stack += [layers.Dense(16, "relu", name="dead"), layers.Dense(1, "sigmoid", name="out")]
    report = asked(keras.Sequential([keras.Input((6,)), *stack]), X, Y)
    assert (report.cause, report.layer) == ("saturation", "sick") and "zero biases" in report.verdict, report


def test_frozen_zeros_that_all_roads_pass_are_named():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6,))
    h = layers.Dense(16, "tanh", name="first")(inputs)
    h = h + layers.Dense(16, "tanh")(h)
    h = layers.Dense(16, kernel_initializer="zeros", trainable=False, name="sick")(h)
    h = h + layers.Dense(16)(layers.Dense(16, "tanh", name="later")(h))
    model = keras.Model(inputs, layers.Dense(1, "sigmoid", name="out", bias_initializer="ones")(h))
    model.get_layer("sick").bias.assign(np.linspace(-1, 1, 16))
    report = asked(model, X, Y)
    assert (report.cause, report.layer) == ("weights too small", "sick") and "frozen" in report.verdict, report


def main() -> None:
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 20):
        print(seed, draw(seed)[1], in_vain(seed) or "well", flush=True)


if __name__ == "__main__":
    main()
