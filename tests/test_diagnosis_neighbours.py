"""Ills that look like something that is well, and the nearest nets that are: what is fixed and what is trained, a
schedule of a few steps, a column that drowns the others, weights that belong to nobody.

A maker draws size and place by lot. ``python -m tests.test_diagnosis_neighbours 4`` asks four draws of each, and all
nets that are well; of these every second one is asked here.
"""

import sys

import keras
import numpy as np
import pytest
from keras import layers, optimizers
from keras.layers import Dense

from tests.test_diagnosis_ruined import KINDS, PLACES, SCCE, Factor, X, Y, compiled, mlp, schedules
from vgcourse.measure.diagnosis import diagnose


class Scale(layers.Layer):
    """One number for each unit, as in LayerScale."""

    def __init__(self, start, trained):
        super().__init__()
        self.start, self.trained = start, trained

    def build(self, shape):
        start = keras.initializers.Constant(self.start)
        self.gamma = self.add_weight(shape=(shape[-1],), initializer=start, trainable=self.trained, name="gamma")

    def call(self, x):
        return x * self.gamma


def branches(scale, optimizer=None, count=4):
    inputs = keras.Input((8,))
    h = Dense(16, name="stem")(inputs)
    for k in range(count):
        h = h + scale(k)(Dense(16, name=f"narrow_{k}")(Dense(32, "relu", name=f"wide_{k}")(h)))
    return compiled(keras.Model(inputs, Dense(1, "sigmoid", name="out")(h)), optimizer)


def one_fixed_factor(rng):
    place, size, trained = int(rng.integers(4)), 10 ** -rng.uniform(8, 14), bool(rng.integers(2))
    make = (lambda: Factor(size)) if trained else (lambda: Scale(size, False))
    model = branches(lambda k: make() if k == place else Factor(0.5))
    return model, X, Y, "vanishing", f"narrow_{place}", f"look behind narrow_{place}"


def all_fixed(rng):
    size = 10 ** -rng.uniform(8, 14)
    rates = (optimizers.SGD(0.1), optimizers.Adam(1e-3), optimizers.AdamW(1e-3))
    return (
        branches(lambda k: Scale(size, False), rates[rng.integers(3)]),
        X,
        Y,
        "vanishing",
        "narrow_3",
        "more layers",
    )


def few_steps(rng):
    count, rate = int(rng.integers(5, 50)), 10 ** rng.uniform(-3, -2.3)
    made = [schedules.CosineDecay(rate, count), schedules.PolynomialDecay(rate, count, 0.0)]
    made.append(schedules.PiecewiseConstantDecay([count], [rate, rate * 1e-6]))
    return mlp(optimizers.SGD(made[rng.integers(3)])), X, Y, "learning rate too small", "", "is about to end"


def lost_column(rng):
    x, column = X.copy(), int(rng.integers(8))
    x[:, column] = x[:, column] * 10 ** rng.uniform(4, 7) + rng.normal() * 100
    return after(layers.LayerNormalization(name="norm")), x, Y, "inputs too large", "norm", f"column {column} of"


def after(*first):
    return compiled(keras.Sequential([keras.Input((8,)), *first, Dense(16, "relu"), Dense(1, "sigmoid", name="out")]))


def of_nobody(rng):
    hidden = [Dense(16, "relu"), Dense(16, "relu")][: int(rng.integers(1, 3))]

    def through(x):
        for layer in hidden:
            x = layer(x)
        return x

    return after(layers.Lambda(through, (16,), name="hidden")), X, Y, "no gradient", "hidden", "none of its own"


def small_before_a_rescaling(rng):
    """The pictures come divided, and the model divides again."""
    rate = optimizers.SGD(0.01) if rng.random() < 0.5 else optimizers.Adam(1e-3)
    return (
        compiled(
            keras.Sequential(
                [keras.Input((8,)), layers.Rescaling(1 / 255), Dense(16, "relu", name="first"), Dense(3, "softmax")]
            ),
            rate,
            SCCE,
        ),
        X / 255,
        KINDS,
        "inputs too small",
        "first",
        "divided twice",
    )


def large_head(rng):
    """What a normalisation loses beside its epsilon, with a last layer as Keras makes it."""
    inputs = keras.Input((6, 8))
    h = Factor(10 ** -rng.uniform(5, 9))(Dense(16, name="embedding")(inputs))
    for k in range(3):
        n = layers.LayerNormalization(name=f"norm_{k}")(h)
        h = h + layers.MultiHeadAttention(2, 8)(n, n)
        h = h + Dense(16)(Dense(32, "gelu")(layers.LayerNormalization()(h)))
    h = layers.GlobalAveragePooling1D()(layers.LayerNormalization(name="last")(h))
    model = compiled(keras.Model(inputs, Dense(3, "softmax")(h)), optimizers.Adam(3e-3), SCCE)
    return model, PLACES, np.arange(48) % 3, "inputs too small", "norm_0", "its epsilon"


def weights_of_examples(rng):
    """A rate that is usual, times weights that are not."""
    kwargs = {"sample_weight": np.where(Y[:, 0] > 0, 10 ** rng.uniform(4, 6), 1.0)}
    model = mlp(optimizers.SGD(0.05))
    return model, X, Y, "learning rate too large", "", "a learning rate", kwargs


def exponential_of_much(rng):
    model = mlp(None, "mse", "exponential", 1, depth=1)
    x = X * rng.uniform(12, 18)
    x = x if model.predict_on_batch(x).max() > 1e5 else -x
    return model, x, np.exp(X[:, 0]), "inputs too large", "hidden_0", "on standardised inputs"


def two_softmaxes(rng):
    inputs, width = keras.Input((8,)), int(rng.integers(24, 64))
    h = Dense(width, "softmax", name="first")(inputs)
    h = Dense(3, "softmax", name="out")(Dense(width, "softmax", name="second")(h))
    return compiled(keras.Model(inputs, h), None, SCCE), X, KINDS, "flat activation", "", "softmax"


def smoothed_away(rng):
    """The part that is to be kept, handed over as the part that is taken."""
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=float(rng.uniform(0.9, 1)))
    targets = np.eye(3, dtype="float32")[KINDS]
    return mlp(None, loss, "softmax", 3), X, targets, "loss does not fit the output", "out", "label_smoothing="


ILLS = (
    one_fixed_factor,
    all_fixed,
    few_steps,
    lost_column,
    of_nobody,
    small_before_a_rescaling,
    large_head,
    weights_of_examples,
    exponential_of_much,
    two_softmaxes,
    smoothed_away,
)


def stepped(net, steps=6):
    """The same after some steps."""
    model, x, y = net
    for _ in range(steps):
        model.train_on_batch(x, y)
    return net


def scaled(optimizer, start):
    return lambda: (branches(lambda k: Scale(start, True), optimizer()), X, Y)


def on_schedule(schedule, optimizer=optimizers.Adam):
    return lambda: (mlp(optimizer(schedule())), X, Y)


def spread(sizes):
    return X * np.resize(np.asarray(sizes, "float32"), 8)


def adapted(x):
    norm = layers.Normalization()
    norm.adapt(x)
    return norm


def two_answers():
    """One answer is sure, and right; the other one is still far off."""
    inputs = keras.Input((8,))
    h = Dense(32, "relu")(inputs)
    model = keras.Model(inputs, [Dense(1, "sigmoid", name="kind")(h), Dense(1, name="size")(h)])
    compiled(model, optimizers.Adam(0.02), ["binary_crossentropy", "mae"])
    far = [(X[:, :1] > 0).astype("float32"), 100 + 50 * X[:, 1:2]]
    model.fit(6 * X, far, epochs=20, verbose=0)
    return model, 6 * X, far


huge = spread([1, 1, 1e6])
WELL = {
    "layer scale 1e-6, Adam": scaled(lambda: optimizers.Adam(1e-3), 1e-6),
    "layer scale 1e-10, Adam": scaled(lambda: optimizers.Adam(1e-4), 1e-10),
    "layer scale 1e-5, SGD": scaled(lambda: optimizers.SGD(0.1), 1e-5),
    "layer scale 1e-8, momentum": scaled(lambda: optimizers.SGD(0.01, momentum=0.9), 1e-8),
    "scales of 0": scaled(lambda: optimizers.Adam(1e-3), 0.0),
    "fixed 0.1": lambda: (branches(lambda k: Factor(0.1)), X, Y),
    "fixed 1e-3": lambda: (branches(lambda k: Factor(1e-3)), X, Y),
    "200 steps of Adam": on_schedule(lambda: schedules.CosineDecay(1e-3, 200)),
    "300 steps of SGD": on_schedule(lambda: schedules.CosineDecay(0.1, 300), optimizers.SGD),
    "restarts": on_schedule(lambda: schedules.CosineDecayRestarts(0.05, 20), optimizers.SGD),
    "a warm-up of 20": on_schedule(lambda: schedules.CosineDecay(0.0, 900, warmup_target=1e-3, warmup_steps=20)),
    "steps down": on_schedule(lambda: schedules.PiecewiseConstantDecay([100, 200], [1e-2, 1e-3, 1e-4])),
    "slow decay": on_schedule(lambda: schedules.ExponentialDecay(0.05, 100, 0.9), optimizers.SGD),
    "30 steps that suffice": lambda: stepped(on_schedule(lambda: schedules.CosineDecay(0.02, 30))()),
    "columns of 1 to 30": lambda: (after(layers.LayerNormalization()), spread([1, 3, 30]), Y),
    "half of the columns": lambda: (after(layers.LayerNormalization()), spread([1, 300]), Y),
    "batch normalisation of 1e6": lambda: (after(layers.BatchNormalization()), huge, Y),
    "standardised before": lambda: (after(adapted(huge), layers.LayerNormalization()), huge, Y),
    "a shift in one column": lambda: (after(layers.LayerNormalization()), X + np.eye(8)[2] * 5, Y),
    "columns of 0 and 1": lambda: (after(layers.LayerNormalization()), (X > 1.5).astype("float32"), Y),
    "frozen weights of one's own": lambda: (after(layers.Lambda(frozen(), (16,))), X, Y),
    "one answer is sure": two_answers,
    "labels a little smooth": lambda: (
        mlp(None, keras.losses.CategoricalCrossentropy(label_smoothing=0.2), "softmax", 3),
        X,
        np.eye(3, dtype="float32")[KINDS],
    ),
    "one softmax between": lambda: (after(Dense(32, "softmax")), X, Y),
    "an exponential": lambda: (mlp(None, "mse", "exponential", 1, depth=1), X, np.exp(X[:, 0])),
}


def frozen():
    layer = Dense(16, "relu")
    layer.build((None, 8))
    layer.trainable = False
    return layer


def said(make, seed) -> str:
    """What is wrong with what is said of an ill of this seed; empty where nothing is."""
    keras.utils.set_random_seed(seed)
    model, x, y, cause, layer, words, *rest = make(np.random.default_rng([9, seed]))
    report = diagnose(model, x, y, **(rest[0] if rest else {}))
    well = report.cause == cause and layer in ("", report.layer) and words in report.verdict
    return "" if well else f"{make.__name__} {seed}: {report.cause} @ {report.layer}: {report.verdict}"


def alarm(name, seed) -> str:
    keras.utils.set_random_seed(seed)
    model, x, y = WELL[name]()
    report = diagnose(model, x, y)
    return "" if report.healthy else f"{name} {seed}: {report.verdict}"


@pytest.mark.parametrize("make", ILLS, ids=lambda make: make.__name__)
def test_an_ill_is_named_with_its_place(make):
    assert said(make, 3) == ""


@pytest.mark.parametrize("name", list(WELL)[::2])
def test_the_nearest_nets_are_well(name):
    assert alarm(name, 3) == ""


def test_a_schedule_of_few_steps_that_lead_somewhere_is_noted():
    keras.utils.set_random_seed(3)
    notes = diagnose(mlp(optimizers.Adam(schedules.CosineDecay(5e-3, 20))), X, Y).notes
    assert any("After 19 more steps the schedule of Adam" in note for note in notes), notes


def test_steps_that_end_at_what_is_not_finite_are_counted_apart_from_those_that_go_on():
    keras.utils.set_random_seed(3)
    report = diagnose(mlp(optimizers.SGD(5.0), "mse", "linear", 1, depth=2), X, X[:, :1])
    assert report.cause == "learning rate too large", report
    ended, went_on = len(report.batch.trial.losses) - 1, report.batch.trial.better.steps
    assert ended < went_on and f"{ended} steps of SGD" in report.verdict, report
    assert f"smaller: {went_on} steps take" in report.verdict, report


class Masked(layers.Layer):
    """Attention of one's own, which adds a large number where there is nothing to look at."""

    def __init__(self):
        super().__init__()
        self.parts = [Dense(8) for _ in range(3)]

    def call(self, x):
        q, k, v = (part(x) for part in self.parts)
        empty = keras.ops.cast(x[:, None, :, 0] < 0, q.dtype)
        return keras.ops.softmax(q @ keras.ops.transpose(k, (0, 2, 1)) - 1e9 * empty) @ v


def test_a_column_that_drowns_the_others_is_named_in_half_precision_too():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert said(lost_column, 1) == ""
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_mask_that_float16_does_not_hold_is_thought_of_though_the_last_layers_are_in_float32():
    keras.utils.set_random_seed(3)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        stack = [Dense(8), Masked(), layers.GlobalAveragePooling1D(), Dense(3, "softmax", dtype="float32")]
        report = diagnose(keras.Sequential([keras.Input((6, 8)), *stack]), PLACES, np.arange(48) % 3, loss=SCCE)
    finally:
        keras.config.set_dtype_policy("float32")
    assert report.cause == "not finite" and "a mask of -1e9" in report.verdict, report


def test_a_loss_a_little_below_that_of_a_constant_answer_is_not_said_to_be_no_better():
    keras.utils.set_random_seed(3)
    model = mlp(optimizers.SGD(1e-3))
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 1e-3)
    stepped((model, X, Y), 3)
    report = diagnose(model, X, Y)
    better = "no" if report.loss >= report.batch.guess else "hardly"
    assert any(f"is {better} better than that of the best" in note for note in report.notes), report


def test_weights_of_a_first_layer_are_not_said_to_pass_a_gradient_on():
    """It is to be initialised again with the others, and stands before them."""
    keras.utils.set_random_seed(3)
    stack = [layers.Conv2D(16, 3, padding="same", activation="relu", name=f"conv_{k}") for k in range(18)]
    model = keras.Sequential([keras.Input((6, 6, 1)), *stack, layers.GlobalAveragePooling2D(), Dense(3, "softmax")])
    pictures = np.random.default_rng(0).random((32, 6, 6, 1)).astype("float32")
    report = diagnose(model, pictures, np.arange(32) % 3, loss=SCCE)
    assert (report.cause, report.layer) == ("weights too small", "conv_0"), report
    assert "pass on 1 of a gradient" in report.verdict or "pass on 0.9" in report.verdict, report


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wrong = [said(make, seed) for make in ILLS for seed in range(draws)]
    wrong += [alarm(name, seed) for name in WELL for seed in range(draws)]
    print(*filter(None, wrong), f"{sum(map(bool, wrong))} of {len(wrong)} wrong", sep="\n")


if __name__ == "__main__":
    main()
