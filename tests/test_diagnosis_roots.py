"""What makes numbers large or a gradient small is named at its root: vectors, inputs, a bias, an activation.

Nets in which the layer that shows it is not the one that is to blame. ``python -m tests.test_diagnosis_roots`` puts
all of them to all three dtype policies, compiled and not.
"""

import sys

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras.layers import Dense

from tests.net_builders import images, tokens
from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.slopes import looks_across

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 10)).astype("float32")
KIND = X[:, :3].argmax(1)
WORDS, LOW = tokens(96, length=10)
LARGE = keras.initializers.RandomNormal(0, 300.0, seed=1)


def chain(*stack, inputs=(10,), out=3, dtype=None):
    head = Dense(out, "softmax" if out > 1 else "sigmoid", name="out")
    return keras.Sequential([keras.Input(inputs, dtype=dtype), *stack, head])


def of_words(*stack):
    return chain(layers.Embedding(50, 16, LARGE, name="words"), *stack, inputs=(10,), out=1, dtype="int32")


class Places(layers.Layer):
    """Vectors of words and of places, one of them large."""

    def __init__(self, large):
        super().__init__(name="vectors")
        starts = {name: LARGE if name == large else "uniform" for name in ("token", "place")}
        self.token = layers.Embedding(50, 24, starts["token"], name="token")
        self.place = layers.Embedding(10, 24, starts["place"], name="place")

    def call(self, x):
        return self.token(x) + self.place(ops.arange(x.shape[1]))


def transformer(large):
    """Post-norm: what attention takes in first is not normalised."""
    inputs = keras.Input((10,), dtype="int32")
    x = Places(large)(inputs)
    for k in (1, 2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 12, name=f"attention_{k}")(x, x))
        x = layers.LayerNormalization()(x + Dense(24)(Dense(48, "relu")(x)))
    return keras.Model(inputs, Dense(50, "softmax", name="out")(x))


def gated():
    """Stem, then tanh times sigmoid, as in WaveNet."""
    inputs = keras.Input((12, 4))
    x = layers.Conv1D(16, 1, name="stem")(inputs)
    for k in (1, 2):
        x = x + layers.Conv1D(16, 2, padding="causal", activation="tanh", name=f"filter_{k}")(x) * layers.Conv1D(
            16, 2, padding="causal", activation="sigmoid", name=f"gate_{k}"
        )(x)
    return keras.Model(inputs, Dense(1, "sigmoid", name="out")(layers.GlobalAveragePooling1D()(x)))


class Drawn(layers.Layer):
    def call(self, parts):
        mean, spread = parts
        return mean + ops.exp(spread) * 0.1


def encoder():
    """A variational encoder: the exponential of what a large input leads to has no end."""
    inputs = keras.Input((10,))
    h = Dense(16, "relu", name="first")(inputs)
    h = Drawn()([Dense(4, name="mean")(h), Dense(4, name="spread")(h)])
    return keras.Model(inputs, Dense(3, "softmax", name="out")(h))


def with_bias():
    model = chain(Dense(16, "relu", name="h"), out=1)
    model.get_layer("out").bias.assign([40.0])
    return model


def experts():
    """A gate chooses among four, by a softmax that is meant; the one behind them is not."""
    inputs = keras.Input((10,))
    gate = Dense(4, "softmax", name="gate")(inputs)
    parts = [Dense(16, "relu", name=f"expert_{k}")(inputs) for k in range(4)]
    h = layers.Lambda(lambda z: ops.sum(ops.stack(z[1:], 1) * z[0][..., None], 1))([gate, *parts])
    h = Dense(256, "softmax", name="second")(Dense(256, "softmax", name="first")(h))
    return keras.Model(inputs, Dense(3, "softmax", name="out")(h))


def large_queries():
    """In float16 their products with the keys have no end."""
    inputs = keras.Input((12, 4))
    attention = layers.MultiHeadAttention(2, 8, name="attention")
    h = layers.Dense(16)(inputs)
    h = attention(h, h) + h
    for part in (attention.query_dense, attention.key_dense):
        part.kernel.assign(part.kernel * 1000)
    return keras.Model(inputs, Dense(1, "sigmoid", name="out")(layers.GlobalAveragePooling1D()(h)))


SERIES = RNG.normal(size=(96, 12, 4)).astype("float32") * 500
YES = (KIND == 1).astype("float32")
PICTURES, SHOWN = images(64)

# name: (net, X, y, cause, layer)
ROOTS = {
    "vectors, LSTM": (lambda: of_words(layers.LSTM(12)), WORDS, LOW, "weights too large", "words"),
    "vectors, tanh": (
        lambda: of_words(layers.Flatten(), Dense(16, "tanh")), WORDS, LOW, "weights too large", "words"
    ),
    "vectors of words, attention": (
        lambda: transformer("token"), WORDS, WORDS, "weights too large", "vectors/token"
    ),
    "vectors of places, attention": (
        lambda: transformer("place"), WORDS, WORDS, "weights too large", "vectors/place"
    ),
    "inputs, gated convolutions": (gated, SERIES, YES, "inputs too large", "stem"),
    "inputs, an exponential": (encoder, X * 500, KIND, "inputs too large", "first"),
    "a bias of 40": (with_bias, X, YES, "constant output", "out"),
    "softmax of 512": (
        lambda: chain(Dense(32, "relu"), Dense(512, "softmax", name="soft"), Dense(32, "relu")),
        X, KIND, "flat activation", "soft",
    ),
    "softmax, a layer, three times": (
        lambda: chain(*(part for k in range(3) for part in (Dense(64, name=f"h{k}"), layers.Softmax()))),
        X, KIND, "flat activation", None,
    ),
    "softmax, a function of one's own": (
        lambda: chain(*(Dense(64, lambda z: ops.softmax(z), name=f"h{k}") for k in range(3)), Dense(8, "relu")),
        X, KIND, "flat activation", None,
    ),
    "softmax, twice, in between": (
        lambda: chain(
            *(part for k in range(2) for part in (Dense(64, name=f"h{k}"), layers.Lambda(lambda z: ops.softmax(z)))),
            Dense(32, "relu"),
        ),
        X, KIND, "vanishing", None,
    ),
    "softmax behind a gate": (experts, X, KIND, "flat activation", None),
    "softmax over a picture": (
        lambda: chain(
            *(part for k in range(2) for part in (layers.Conv2D(8, 3, name=f"c{k}"), layers.Softmax(axis=(1, 2)))),
            layers.Flatten(), inputs=(16, 16, 1), out=4,
        ),
        PICTURES, SHOWN, "flat activation", None,
    ),
}  # fmt: skip
HALF = ("vectors, LSTM", "vectors of places, attention", "softmax, a layer, three times")


def asked(name: str, policy: str, compiled: bool = True):
    build, x, y, *_ = ROOTS[name]
    keras.utils.set_random_seed(1)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy(before)
    loss = "binary_crossentropy" if model.output_shape[-1] == 1 else "sparse_categorical_crossentropy"
    if compiled:
        model.compile(keras.optimizers.Adam(1e-3), loss)
    return diagnose(model, x, y) if compiled else diagnose(model, x, y, loss=loss)


def misses(name: str, report) -> bool:
    *_, cause, layer = ROOTS[name]
    return report.cause != cause or layer not in (None, report.layer)


@pytest.mark.parametrize("name", ROOTS)
def test_the_root_is_named(name):
    report = asked(name, "float32")
    assert not misses(name, report), report


@pytest.mark.parametrize("name", HALF)
def test_the_root_is_named_in_half_precision(name):
    report = asked(name, "mixed_float16")
    assert not misses(name, report), report


def test_of_several_places_between_layers_their_number_and_the_first_are_said():
    assert "most of it lost in 2 places, the most between h" in asked("softmax, twice, in between", "float32").verdict


def test_weights_whose_products_float16_does_not_hold_are_named():
    model = large_queries()
    report = diagnose(model, SERIES / 500, YES)
    assert (report.cause, report.layer) in {("weights too large", f"attention/{p}") for p in ("query", "key")}, report
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        half = large_queries()
    finally:
        keras.config.set_dtype_policy(before)
    report = diagnose(half, SERIES / 500, YES)
    assert report.cause == "weights too large" and "On the way attention/" in report.verdict, report


def test_what_softmax_lets_through_is_measured():
    model = chain(Dense(64, "softmax", name="soft"), Dense(8, "relu"))
    model.compile("adam", "sparse_categorical_crossentropy")
    report = diagnose(model, X, KIND)
    soft = report.batch.layers[0]
    z = X @ np.array(soft_kernel := model.get_layer("soft").kernel)
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    assert soft_kernel.shape == (10, 64) and soft.across == soft.slope
    # The norm of a random gradient that comes back through softmax's Jacobian, diag(p) - p p'.
    g = np.random.default_rng(1).normal(size=p.shape)
    through = p * (g - (p * g).sum(1, keepdims=True))
    assert soft.across == pytest.approx(np.linalg.norm(through) / np.linalg.norm(g), rel=0.5)
    assert any(f"behind soft, stands softmax: it lets {soft.across:.2g} of" in note for note in report.notes)


def attention_pooling():
    inputs = keras.Input((12, 4))
    h = layers.GRU(12, return_sequences=True)(inputs)
    weights = layers.Softmax(axis=1)(Dense(1, name="score")(Dense(12, "tanh")(h)))
    return keras.Model(inputs, Dense(1, "sigmoid", name="out")(ops.sum(weights * h, axis=1)))


def test_a_softmax_that_weighs_or_chooses_is_none_between_layers():
    keras.utils.set_random_seed(1)
    model = attention_pooling()
    model.compile("adam", "binary_crossentropy")
    report = diagnose(model, SERIES / 500, YES)
    assert report.healthy and not any("softmax" in note for note in report.notes), report


def test_a_gate_is_not_blamed_for_what_a_softmax_on_the_road_loses():
    assert asked("softmax behind a gate", "float32").layer in ("first", "second")


def test_a_kernel_before_a_normalisation_has_no_size_that_matters():
    """What N(0, 1) kernels multiply a gradient by, the normalisation behind each divides it by."""
    for kind in (layers.BatchNormalization, layers.LayerNormalization):
        keras.utils.set_random_seed(1)
        start = [keras.initializers.RandomNormal(0, 1.0, seed=k) for k in range(5)]
        stack = [(Dense(32, kernel_initializer=s), kind(), layers.Activation("tanh")) for s in start]
        model = chain(*(part for parts in stack for part in parts))
        model.compile("adam", "sparse_categorical_crossentropy")
        assert diagnose(model, X, KIND).healthy, diagnose(model, X, KIND)


def test_a_softmax_over_the_examples_is_told():
    model = chain(Dense(16, name="h"), layers.Softmax(axis=0), Dense(8, "relu"))
    model.compile("adam", "sparse_categorical_crossentropy")
    notes = diagnose(model, X, KIND).notes
    assert any("Behind h stands a softmax over axis 0: it shares 1 among the examples" in note for note in notes), (
        notes
    )


def test_functions_that_make_a_number_of_several_are_found_by_numbers():
    across = [lambda z: ops.softmax(z), lambda z: z - ops.mean(z, axis=0), lambda z: z[:, ::-1], ops.softmax, "glu"]
    alone = [ops.tanh, lambda z: ops.sin(30 * z), lambda z: z + keras.random.normal(ops.shape(z)), "relu", None]
    assert [looks_across(f) for f in across] == [True] * 5
    assert [looks_across(f) for f in alone] == [False] * 5


def test_answers_that_are_not_finite_behind_the_last_layer_are_not_blamed_on_the_loss():
    keras.utils.set_random_seed(1)
    stack = [
        Dense(16, "relu", name="h"),
        Dense(4, name="last"),
        layers.Lambda(lambda z: z / ops.norm(z, axis=-1)[:, None]),
    ]
    model = keras.Sequential([keras.Input((10,)), *stack])
    model.get_layer("h").bias.assign(np.full(16, -60.0))
    model.compile("adam", "mse")
    report = diagnose(model, X, X[:, :4])
    assert (report.cause, report.layer) == ("not finite", "last"), report
    assert "made behind last" in report.verdict and "the loss itself" not in report.verdict


def test_a_net_that_is_frozen_is_told_so_first():
    keras.utils.set_random_seed(1)
    model = chain(Dense(16, name="h"), layers.BatchNormalization(), layers.ReLU())
    model.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    assert diagnose(model, X * 500, KIND).cause == "no gradient"


def test_what_keras_cannot_add_in_half_precision_is_told():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = chain(Dense(16, "relu", activity_regularizer="l1"))
    finally:
        keras.config.set_dtype_policy(before)
    model.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"layers add to it in float16 .* dtype='float32'"):
        diagnose(model, X, KIND)


if __name__ == "__main__":
    policies = ("float32", "mixed_float16", "mixed_bfloat16")
    for name in sys.argv[1:] or ROOTS:
        for report in (asked(name, policy, compiled) for policy in policies for compiled in (True, False)):
            print(
                "MISS" if misses(name, report) else "    ",
                f"{name:34s} {report.layer:14s} {report.verdict}",
                flush=True,
            )
