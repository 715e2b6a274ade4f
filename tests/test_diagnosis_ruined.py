"""What settings, one bad batch or a part of one's own have ruined is named, and what comes near it is no alarm.

Each ruin is a function of a generator that draws its size and its place, and returns a net with what must be said of
it; `WELL` are the nearest nets that are well. ``python -m tests.test_diagnosis_ruined 4`` asks four draws of each.
"""

import sys

import keras
import numpy as np
import pytest
from keras import layers, ops, optimizers
from keras.layers import Dense

from vgcourse.measure.diagnosis import diagnose

schedules = optimizers.schedules
X = np.random.default_rng(0).normal(size=(128, 8)).astype("float32")
Y = (X[:, :1] + X[:, 1:2] * X[:, 2:3] > 0).astype("float32")
KINDS = X[:, :3].argmax(1)
PLACES = np.random.default_rng(1).normal(size=(48, 6, 8)).astype("float32")
PLACES[:, 0] += 2 * np.eye(8)[np.arange(48) % 3]
SCCE = "sparse_categorical_crossentropy"


def mlp(optimizer=None, loss="binary_crossentropy", head="sigmoid", units=1, depth=4):
    stack = [Dense(16, "relu", kernel_initializer="he_normal", name=f"hidden_{k}") for k in range(depth)]
    return compiled(keras.Sequential([keras.Input((8,)), *stack, Dense(units, head, name="out")]), optimizer, loss)


def compiled(model, optimizer=None, loss="binary_crossentropy", **kwargs):
    model.compile(optimizer or optimizers.Adam(1e-3), loss, **kwargs)
    return model


def normalised():
    stack = [
        Dense(16, name="dense"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(),
        Dense(1, "sigmoid", name="out"),
    ]
    model = compiled(keras.Sequential([keras.Input((8,)), *stack]), optimizers.Adam(0.01))
    model.fit(X, Y, epochs=6, verbose=0)
    return model


def trained():
    model = mlp()
    model.fit(X, Y, epochs=2, verbose=0)
    return model


class Factor(layers.Layer):
    """Something fixed in a net of one's own."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor


def averaged(rng):
    every = int(rng.integers(1, 6))
    model = mlp(optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.99999, ema_overwrite_frequency=every))
    return model, X, Y, "learning rate too small", "ema_overwrite_frequency="


def accumulated(rng):
    model = mlp(optimizers.Adam(1e-3, gradient_accumulation_steps=int(rng.integers(2000, 10**6))))
    return model, X, Y, "learning rate too small", "gradient_accumulation_steps="


def short_schedule(rng):
    n = int(rng.integers(2, 7))
    made = [schedules.CosineDecay(1e-3, n), schedules.PolynomialDecay(1e-3, n, 0.0)]
    made.append(schedules.ExponentialDecay(1e-3, 1, 0.1 * n))
    return mlp(optimizers.Adam(made[rng.integers(3)])), X, Y, "learning rate too small", "is about to end"


def clipped_on_schedule(rng):
    """The schedule is not what holds its steps back."""
    clip = {["clipvalue", "clipnorm", "global_clipnorm"][rng.integers(3)]: 10 ** -rng.uniform(9, 12)}
    model = mlp(optimizers.SGD(schedules.CosineDecay(0.01, 500, warmup_target=0.1, warmup_steps=9), **clip))
    return model, X, Y, "clipping too strong", f"because of {next(iter(clip))}="


def next_to_no_loss(rng):
    loss = keras.losses.Huber(delta=10 ** -rng.uniform(10, 12))
    return mlp(loss=loss, head="linear"), X, 3 * X[:, :1], "learning rate too small", "small beside its epsilon"


def bias_beyond(rng):
    model, k = trained(), int(rng.integers(1, 4))
    bias = model.layers[k].bias
    bias.assign(bias + 10 ** rng.uniform(4, 6))
    return model, X, Y, "weights too large", f"The bias of hidden_{k} is large"


def up_and_down(rng):
    model, size = mlp(depth=6), 10 ** rng.uniform(4, 6)
    low, high = sorted(rng.choice(np.arange(1, 6), 2, replace=False))
    for k, factor in ((low, 1 / size), (high, size)):
        model.layers[k].kernel.assign(model.layers[k].kernel * factor)
    return model, X, Y, "weights too large", f"from the weights of hidden_{high} "


def thrown_statistics(rng):
    model = normalised()
    model.train_on_batch(X * 10 ** rng.uniform(4, 8), Y)
    model.set_weights(model.get_weights())
    return model, X, Y, "wrong statistics", "as in evaluate() and predict()"


def statistics_of_nan(rng):
    model = normalised()
    norm = model.get_layer("norm")
    mean = np.array(norm.moving_mean)
    mean[rng.integers(len(mean))] = np.nan
    norm.moving_mean.assign(mean)
    return model, X, Y, "not finite", "The moving statistics of norm are not finite"


def state_of_nan(rng):
    model, k = trained(), int(rng.integers(4))
    slots = [v for v in model.optimizer.variables if f"hidden_{k}_kernel" in v.path]
    slot = slots[rng.integers(len(slots))]
    slot.assign(slot * np.nan)
    return model, X, Y, "not finite", f"remembers of the weights of hidden_{k} "


def state_that_throws(rng):
    model = trained()
    for slot in model.optimizer.variables:
        if slot.path.endswith("_momentum"):
            slot.assign(slot * 0 + 10 ** rng.uniform(3, 5))
    return model, X, Y, "learning rate too large", "a fresh one of the same settings"


def state_that_holds(rng):
    model = trained()
    for slot in model.optimizer.variables:
        if slot.path.endswith("_velocity"):
            slot.assign(slot * 0 + 10 ** rng.uniform(12, 20))
    return model, X, Y, "learning rate too small", "a fresh one of the same settings"


def transformer(factor, blocks=3):
    inputs = keras.Input((6, 8))
    h = Factor(factor)(Dense(16, name="embedding")(inputs))
    for k in range(blocks):
        n = layers.LayerNormalization(name=f"norm_{k}")(h)
        h = h + layers.MultiHeadAttention(2, 8, name=f"attention_{k}")(n, n)
        h = h + Dense(16, name=f"down_{k}")(Dense(32, "gelu")(layers.LayerNormalization()(h)))
    h = layers.GlobalAveragePooling1D()(layers.LayerNormalization(name="last")(h))
    start = keras.initializers.RandomNormal(stddev=0.1, seed=1)  # near a guess, so that what eight steps do shows
    return compiled(
        keras.Model(inputs, Dense(3, "softmax", kernel_initializer=start)(h)), optimizers.Adam(3e-3), SCCE
    )


def lost_beside_epsilon(rng):
    model = transformer(10 ** -rng.uniform(5, 10))
    return model, PLACES, np.arange(48) % 3, "inputs too small", "norm_0 takes in numbers of size"


def residual(factor, place):
    inputs = keras.Input((8,))
    h = Dense(16, name="first")(inputs)
    for k in range(5):
        branch = Dense(16, "relu", name=f"block_{k}")(h)
        h = h + branch
        if k == place:
            h = Factor(factor)(h)
    return compiled(keras.Model(inputs, Dense(1, "sigmoid", name="out")(h)))


def grows_beside_roads(rng):
    place = int(rng.integers(0, 4))
    model = residual(10 ** rng.uniform(5, 10), place)
    return model, X, Y, "exploding", f"block_{place} gets"


def fades_beside_roads(rng):
    place = int(rng.integers(0, 4))
    model = residual(10 ** -rng.uniform(5, 10), place)
    return model, X, Y, "vanishing", f"look behind block_{place} for a small factor"


def shared_over_examples(rng):
    def among(z):
        return ops.softmax(z, axis=0)

    model = mlp(loss=SCCE, head=among, units=3, depth=int(rng.integers(1, 4)))
    return model, X, KINDS, "loss does not fit the output", "along another axis"


def targets_exchanged(rng):
    inputs = keras.Input((8,))
    h = Dense(16, "relu")(inputs)
    model = keras.Model(inputs, [Dense(1, "sigmoid", name="kind")(h), Dense(1, name="size")(h)])
    compiled(model, None, ["binary_crossentropy", "mse"])
    return model, X, [rng.uniform(2, 9) * X[:, :1], Y], "loss does not fit the output", "targets in [0, 1]"


def deaf_and_still(rng):
    """Two at once: the second is told as well."""
    settings = [{"learning_rate": 1e-14}, {"learning_rate": 0.01, "clipvalue": 1e-12}]
    model = mlp(optimizers.SGD(**settings[rng.integers(2)]))
    model.layers[2].kernel.assign(model.layers[2].kernel * 1e-6)
    return model, X, Y, "weights too small", "Apart from that: One step of SGD"


RUINS = [
    averaged,
    accumulated,
    short_schedule,
    clipped_on_schedule,
    next_to_no_loss,
    bias_beyond,
    up_and_down,
    thrown_statistics,
    statistics_of_nan,
    state_of_nan,
    state_that_throws,
    state_that_holds,
    lost_beside_epsilon,
    grows_beside_roads,
    fades_beside_roads,
    shared_over_examples,
    targets_exchanged,
    deaf_and_still,
]
WELL = {
    "a short average": lambda: (mlp(optimizers.Adam(1e-3, use_ema=True, ema_overwrite_frequency=100)), X, Y),
    "128 batches a step": lambda: (mlp(optimizers.Adam(1e-3, gradient_accumulation_steps=128)), X, Y),
    "a schedule of 200": lambda: (mlp(optimizers.Adam(schedules.CosineDecay(1e-3, 200))), X, Y),
    "a warm-up": lambda: (
        mlp(optimizers.Adam(schedules.CosineDecay(1e-4, 900, warmup_target=1e-3, warmup_steps=90))),
        X,
        Y,
    ),
    "batch normalisation": lambda: (normalised(), X, Y),
    "a stream of size 0.1": lambda: (transformer(0.1), PLACES, np.arange(48) % 3),
    "blocks that add": lambda: (residual(1.0, 0), X, Y),
}


def said(ruin, seed) -> str:
    """What is wrong with what is said of a ruin of this seed; empty where nothing is."""
    keras.utils.set_random_seed(seed)
    model, x, y, cause, words = ruin(np.random.default_rng(seed))
    report = diagnose(model, x, y)
    text = " ".join([report.verdict, *report.notes])
    return "" if report.cause == cause and words in text else f"{ruin.__name__} {seed}: {report.cause}: {text}"


@pytest.mark.parametrize("ruin", RUINS, ids=lambda ruin: ruin.__name__)
def test_what_is_ruined_is_named(ruin):
    assert said(ruin, 2) == ""


@pytest.mark.parametrize("name", WELL)
def test_what_comes_near_is_well(name):
    keras.utils.set_random_seed(2)
    model, x, y = WELL[name]()
    report = diagnose(model, x, y)
    assert report.healthy, report


def test_what_is_run_step_by_step_is_said_not_to_have_been_looked_into():
    inner = keras.Sequential([Dense(16, "tanh"), Dense(16, "tanh", kernel_initializer="zeros")])
    model = keras.Sequential([keras.Input((6, 8)), layers.TimeDistributed(inner, name="each"), layers.Flatten()])
    model.add(Dense(3, "softmax"))
    report = diagnose(compiled(model, None, SCCE), PLACES, np.arange(48) % 3)
    assert any("inside each" in note for note in report.notes), report


def test_an_average_that_has_not_left_its_start_is_told():
    model = mlp(optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.999))
    model.fit(X, Y, verbose=0)
    notes = diagnose(model, X, Y).notes
    assert any("ema_momentum=0.999): after 4 steps 99.7 % of it" in note for note in notes), notes


def test_a_number_beyond_a_table_is_named():
    model = keras.Sequential([keras.Input((4,), dtype="int32"), layers.Embedding(9, 4), layers.Flatten(), Dense(1)])
    with pytest.raises(ValueError, match=r"looks up number \d+ in a table of 9 rows"):
        diagnose(model, np.full((8, 4), 9), np.zeros((8, 1)), loss="mse")


if __name__ == "__main__":
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wrong = [w for ruin in RUINS for seed in range(draws) if (w := said(ruin, seed))]
    print(*wrong, f"{len(wrong)} of {draws * len(RUINS)} wrong", sep="\n")
