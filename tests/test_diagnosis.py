"""`diagnose` finds what is wrong with nets made ill on purpose, stays calm about well ones, and leaves no trace."""

import random
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import net_families, net_ills
from tests.net_builders import circles, conv_pool, dense, descend, images, normal, plain
from tests.sick_nets import HEALTHY, SICK
from vgcourse.measure.diagnosis import diagnose
from vgcourse.measure.layers import tap_outputs
from vgcourse.style import WARN

QUICK_SICK = [
    "three narrow sigmoid layers",
    "one layer's weights too small",
    "tanh, N(0, 1), width 32",
    "relu, N(0, 1), width 32",
    "relu biases of -10",
    "tanh biases of 5",
    "inputs shifted by 10",
    "tanh, U(0, 1), width 5",
    "all weights 0.5",
]
QUICK_HEALTHY = [
    "tanh, Glorot, 5 layers",
    "relu, He, 10 layers",
    "relu, Glorot, 6 layers (Keras's defaults)",
    "one sigmoid layer",
    "relu, N(0, 1), 4 layers of 5 (the published net that learns)",
]


@pytest.mark.parametrize("name", SICK)
def test_cause_and_layer_of_a_sick_net(name):
    _check_sick(name, seed=0)


@pytest.mark.parametrize("name", QUICK_SICK)
def test_cause_and_layer_do_not_hang_on_the_seed(name):
    _check_sick(name, seed=11)


@pytest.mark.parametrize("name", HEALTHY)
def test_no_false_alarm(name):
    report = diagnose(*HEALTHY[name](0))
    assert report.healthy, report


@pytest.mark.parametrize("name", QUICK_HEALTHY)
def test_no_false_alarm_with_other_seeds(name):
    report = diagnose(*HEALTHY[name](11))
    assert report.healthy, report


def _check_sick(name, seed):
    case = SICK[name]
    report = diagnose(*case.build(seed))
    assert report.cause in case.causes, report
    assert case.layers is None or report.layer in case.layers, report
    assert report.layer in report.verdict
    assert re.search(r"\d", report.verdict)
    assert "Try: " in report.verdict


def test_a_net_that_vanishes_is_told_from_one_that_has_learnt_after_training():
    X, y = circles()
    stuck = dense(0, 6, "sigmoid", width=8)
    stuck.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    descend(stuck, X, y, 100)
    assert diagnose(stuck, X, y).cause == "flat activation"
    learnt, X, y = HEALTHY["tanh, trained"](1)
    report = diagnose(learnt, X, y)
    assert "it has learnt" in report.verdict
    assert report.loss < 0.1 * report.batch.guess


def test_numbers_are_those_of_a_gradient_tape():
    X, y = circles(64)
    model = dense(3, 3, "tanh", width=6)
    with tf.GradientTape() as tape, tap_outputs(model) as taps:
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(y[:, None], model(X)))
    h = [taps.outputs[f"hidden_{k}"][0] for k in (1, 2, 3)]
    kernels = [layer.kernel.value for layer in model.layers]
    backward, gradients = tape.gradient(loss, (h, kernels))
    report = diagnose(model, X, y)
    rms = [np.sqrt(np.mean((64 * g.numpy()) ** 2)) for g in backward]
    np.testing.assert_allclose(report.layers["gradient"].iloc[:3], rms, rtol=1e-4)
    np.testing.assert_allclose(
        report.layers["kernel_gradient"], [np.sqrt(np.mean(g.numpy() ** 2)) for g in gradients], rtol=1e-4
    )
    np.testing.assert_allclose(report.layers["factor"].iloc[:2], np.divide(rms[:2], rms[1:]), rtol=1e-4)
    np.testing.assert_allclose(report.layers["signal"].iloc[0], np.sqrt(h[0].numpy().var(0).mean()), rtol=1e-4)
    assert report.loss == pytest.approx(float(loss), rel=1e-5)


def test_backprop_does_not_depend_on_the_batch_size():
    X, y = circles(32)
    model = dense(0, 3, "tanh", width=6)
    one = diagnose(model, X, y).layers
    four = diagnose(model, np.tile(X, (4, 1)), np.tile(y, 4)).layers
    np.testing.assert_allclose(one["gradient"], four["gradient"], rtol=1e-4)
    np.testing.assert_allclose(one["kernel_gradient"], four["kernel_gradient"], rtol=1e-3)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_update_ratio_is_what_the_next_training_step_does(name):
    X, y = circles(64)
    model = dense(1, 2, "tanh", width=6)
    model.compile(getattr(keras.optimizers, name)(0.02), "binary_crossentropy")
    # After some steps, so that the optimizer's slots count.
    descend(model, X, y, 5)
    ratios = diagnose(model, X, y).layers["update_ratio"]
    before = [layer.kernel.numpy() for layer in model.layers]
    descend(model, X, y, 1)
    for layer, was, ratio in zip(model.layers, before, ratios, strict=True):
        done = np.sqrt(((layer.kernel.numpy() - was) ** 2).mean() / (was**2).mean())
        assert ratio == pytest.approx(done, rel=2e-3)


class ScaleFirst(keras.layers.Layer):
    """Two weights of one shape, the kernel second."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(2, 2), initializer="glorot_uniform", name="scale")
        self.kernel = self.add_weight(shape=(2, 2), initializer="glorot_uniform", name="kernel")

    def call(self, x):
        return keras.ops.tanh(x @ self.kernel) / 8 + x @ self.scale


@pytest.mark.parametrize("kind", ["recurrent", "frozen base", "kernel second", "accumulating"])
def test_update_ratio_goes_on_with_the_slots_of_every_variable(kind):
    keras.utils.set_random_seed(0)
    X, y = circles(64)
    accumulate = 2 if kind == "accumulating" else None
    first = {
        "recurrent": [keras.layers.Reshape((2, 1)), keras.layers.GRU(3)],
        "frozen base": [keras.layers.Dense(4, "tanh", trainable=False), keras.layers.Dense(4, "tanh")],
        "kernel second": [ScaleFirst()],
        "accumulating": [keras.layers.Dense(4, "tanh")],
    }
    model = keras.Sequential([keras.Input((2,)), *first[kind], keras.layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.02, gradient_accumulation_steps=accumulate), "binary_crossentropy")
    model.run_eagerly = True
    for half in (slice(32), slice(32, 64)) * 5:
        model.train_on_batch(X[half], y[half])
    ratios = diagnose(model, X, y).layers["update_ratio"].dropna()
    kernels = [v for v in model.trainable_variables if v.name == "kernel"]
    before = [v.numpy() for v in kernels]
    for _ in range(accumulate or 1):
        model.train_on_batch(X, y)
    done = [
        np.sqrt(((v.numpy() - was) ** 2).mean() / (was**2).mean()) for v, was in zip(kernels, before, strict=True)
    ]
    np.testing.assert_allclose(ratios, done, rtol=2e-3)


def test_the_model_is_left_as_it_was():
    model, X, y = conv_pool(0)
    norm = keras.Sequential(
        [keras.Input((16, 16, 1)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5), *model.layers]
    )
    norm.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    norm.run_eagerly = True
    norm.fit(X[:32], y[:32], epochs=1, verbose=0)
    state = [v.numpy() for v in (*norm.variables, *norm.optimizer.variables, *norm.metrics_variables)]
    draws = random.getstate(), np.random.get_state()[1].copy()
    diagnose(norm, X, y)
    after = [v.numpy() for v in (*norm.variables, *norm.optimizer.variables, *norm.metrics_variables)]
    assert len(state) == len(after)
    for a, b in zip(state, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert random.getstate() == draws[0]
    np.testing.assert_array_equal(np.random.get_state()[1], draws[1])
    assert not any("call" in vars(layer) for layer in norm.layers)


def test_the_model_is_left_as_it_was_when_the_loss_raises():
    model = dense(0, 2, "tanh")
    X, y = circles()

    def broken(y_true, y_pred):
        raise RuntimeError("broken loss")

    with pytest.raises(RuntimeError, match="broken loss"):
        diagnose(model, X, y, loss=broken)
    assert not any("call" in vars(layer) for layer in model.layers)
    assert model.layers[0].activation is keras.activations.tanh


def test_dead_and_saturated_units_are_named_by_index():
    X, y = circles()
    model = dense(0, 3, "relu", "he_normal", width=12)
    bias = np.zeros(12)
    bias[[2, 5]] = -50
    model.get_layer("hidden_2").bias.assign(bias)
    report = diagnose(model, X, y)
    assert {2, 5} <= set(report.layers.loc["hidden_2", "dead_units"])
    dead = report.units[(report.units.layer == "hidden_2") & report.units.dead]
    assert tuple(dead.unit) == report.layers.loc["hidden_2", "dead_units"]
    assert "2" in str(report)

    model = dense(0, 3, "tanh", width=12)
    model.get_layer("hidden_2").bias.assign(-bias)
    assert diagnose(model, X, y).layers.loc["hidden_2", "saturated_units"] == (2, 5)


def test_labels_in_order_still_give_both_classes():
    X, y = circles()
    order = np.argsort(y)
    report = diagnose(dense(0, 2, "tanh"), X[order], y[order], batch_size=32)
    assert report.batch.examples == 32
    assert report.batch.guess == pytest.approx(np.log(2), abs=1e-3)


@pytest.mark.parametrize(
    ("last", "out", "labels", "guess"),
    [
        ("sigmoid", 1, lambda y: y, "binary crossentropy"),
        ("linear", 1, lambda y: y, "binary crossentropy"),
        ("softmax", 3, lambda y: y.astype(int), "sparse categorical crossentropy"),
        ("softmax", 3, lambda y: np.eye(3)[y.astype(int)], "categorical crossentropy"),
        ("linear", 1, lambda y: 2.5 * y[:, None] - 1, "mean squared error"),
    ],
)
def test_an_uncompiled_model_gets_a_guessed_loss_and_the_report_says_so(last, out, labels, guess):
    X, y = circles(64)
    report = diagnose(dense(0, 2, "tanh", out=out, last=last), X, labels(y))
    assert report.batch.loss_name == f"{guess} (guessed from y and the output)"
    assert "the model is not compiled" in str(report)


def test_the_compiled_loss_and_several_outputs_are_taken():
    X, y = circles(64)
    inputs = keras.Input((2,))
    h = keras.layers.Dense(8, "tanh", name="trunk")(inputs)
    heads = {
        "a": keras.layers.Dense(1, "sigmoid", name="a")(h),
        "b": keras.layers.Dense(1, name="b")(h),
    }
    model = keras.Model(inputs, heads)
    model.compile("sgd", {"a": "binary_crossentropy", "b": "mse"})
    report = diagnose(model, X, {"a": y[:, None], "b": y[:, None]})
    assert report.healthy
    expected = model.evaluate(X, {"a": y[:, None], "b": y[:, None]}, verbose=0, return_dict=True)["loss"]
    assert report.loss == pytest.approx(expected, rel=1e-4)


def test_frozen_layers_and_equal_kernels_are_noted():
    X, y = circles()
    shared = keras.initializers.HeNormal(seed=1)
    stack = [keras.layers.Dense(8, "relu", kernel_initializer=shared, name=f"hidden_{k}") for k in (1, 2, 3)]
    model = keras.Sequential([keras.Input((2,)), *stack, keras.layers.Dense(1, "sigmoid")])
    model.get_layer("hidden_1").trainable = False
    report = diagnose(model, X, y)
    notes = " ".join(report.notes)
    assert "hidden_2 and hidden_3 have equal kernels" in notes
    assert "Frozen, so without a kernel gradient: hidden_1" in notes
    measured = report.layers[["kernel_gradient", "update_ratio"]].notna().all(axis=1)
    assert measured.tolist() == [False, True, True, True]


def test_the_report_is_an_aligned_table_and_escaped_html():
    X, y = circles()
    stack = [keras.layers.Dense(4, "sigmoid", name=name) for name in ("a<b", "second", "third_with_a_long_name")]
    model = keras.Sequential([keras.Input((2,)), *stack, keras.layers.Dense(1, "sigmoid")])
    report = diagnose(model, X, y)
    lines = str(report).splitlines()
    assert len({len(line) for line in lines[:2] + lines[2:6]}) == 1
    assert report.verdict in lines
    page = report._repr_html_()
    assert "a&lt;b" in page
    assert "a<b" not in page
    assert page.count("<tr") == 5
    # On a narrow page only the table scrolls: what explains it wraps beside it, and nothing is cut.
    scrolls, words = page.split("</table></div>")
    assert "overflow-x:auto" in scrolls and "bar: how much" in words and "binary crossentropy" in words


def test_percentages_and_shares_in_the_verdict_are_measured():
    X, y = circles()
    model = dense(0, 5, "tanh", normal(1.0))
    report = diagnose(model, X, y)
    stated = int(re.match(r"(\d+)% of", report.verdict).group(1))
    assert stated == round(100 * report.layers.loc[report.layer, "saturated"])


class WithoutCall(keras.Model):
    """A GAN, or what else is a model in name only."""

    def __init__(self):
        super().__init__()
        self.net = dense(0, 1, "tanh")
        self.built = True


X4, Y4 = np.zeros((4, 2), "float32"), np.array([0.0, 1, 0, 1])


def stateful(batch_size):
    memory = keras.layers.LSTM(2, stateful=True)
    return keras.Sequential([keras.Input(batch_shape=(batch_size, 1, 2)), memory, keras.layers.Dense(1, "sigmoid")])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": 3}, "model: expected a Keras model, got int"),
        ({"model": keras.Sequential([keras.layers.Dense(1)])}, "model: .* has no weights yet"),
        ({"X": X4[:3]}, "X and y: need the same number of examples, .* X has 3, y has 4"),
        ({"X": np.zeros((4, 5))}, "X: the model does not take arrays of shape"),
        ({"model": stateful(3), "X": X4[:, None]}, r"X: the model is made for batches of 3 examples; .*X\[:3\]"),
        ({"X": np.array([[0, np.nan]] * 4)}, "X: 4 of 4 examples hold NaN or infinity, the first is number 0"),
        ({"y": np.array([0, 1, np.inf, 1])}, "y: 1 of 4 examples hold NaN or infinity, the first is number 2"),
        ({"y": np.array(["a", "b", "a", "b"])}, "y: need numbers"),
        ({"y": np.zeros((4, 3))}, "y: no loss fits targets of shape"),
        (
            {"y": np.array([-1.0, 1, 1, -1]), "loss": "binary_crossentropy"},
            r"y: binary_crossentropy takes targets in \[0, 1\]",
        ),
        ({"X": tf.data.Dataset.from_tensors((X4, Y4))}, "y: X is a dataset, which brings its labels along"),
        ({"X": tf.ragged.constant([[1.0], [1.0, 2.0]])}, r"X: ragged; hand over .*to_tensor\(\)"),
        ({"X": tf.sparse.from_dense(X4)}, "X: sparse; hand over"),
        ({"X": [np.zeros(2), np.zeros(3)]}, "need the same number|differ in length"),
        ({"X": np.array([np.zeros(k) for k in (2, 3, 2, 2)], object)}, "X: its examples differ in length; pad them"),
        ({"y": None}, "loss: y is missing"),
        ({"model": WithoutCall()}, r"model: WithoutCall has no call\(\); .*diagnose\(model.net, X, y\)"),
        ({"batch_size": 1}, "batch_size: need a whole number"),
        ({"X": X4[:1], "y": Y4[:1]}, "at least 2"),
        ({"loss": "no_such_loss"}, "no_such_loss"),
    ],
)
def test_bad_input_is_named(arguments, message):
    call = {"model": dense(0, 1, "tanh"), "X": X4, "y": Y4} | arguments
    with pytest.raises((ValueError, TypeError), match=message):
        diagnose(**call)


def test_wrong_class_labels_are_named():
    X, y = images()
    model, *_ = conv_pool(0)
    with pytest.raises(ValueError, match="whole numbers from 0 to 3"):
        diagnose(model, X, y + 1)


SAMPLE = [
    ("dense, relu", "one kernel times 1e-6", True, False),
    ("dense, tanh", "a NaN in a kernel", False, True),
    ("CNN, batch norm", "one scale times 1e-5", False, False),
    ("CNN, batch norm", "frozen, wrong statistics", True, False),
    ("dense, relu", "biases of -100", False, True),
    ("autoencoder", "relu at the output", True, False),
    ("discriminator", "linear output, from_logits=False", False, False),
    ("dense, relu", "softmax over one unit", False, False),
    ("dense, relu", "inputs times 255", False, False),
    ("dense, relu", "SGD at rate 1,000", True, False),
]


@pytest.mark.parametrize(("family", "disease", "compiled", "half"), SAMPLE)
def test_a_disease_put_into_a_net_as_people_build_them_is_named(family, disease, compiled, half):
    net, expected = net_families.build(family, disease, compiled, half, seed=3)
    report = diagnose(net.model, **net_families.asked(net, compiled))
    assert report.cause in expected.causes, report
    assert not expected.layers or report.layer in expected.layers, report
    assert " inf " not in str(report)  # a sentence that ends in no number says it in words


@pytest.mark.parametrize(
    ("family", "half"),
    [
        ("transformer, pre-norm", False),
        ("transformer, post-norm", True),
        ("ViT", False),
        ("ResNet", False),
        ("depthwise CNN", False),
        ("LoRA", False),
        ("VAE", True),
    ],
)
def test_no_false_alarm_on_a_net_as_people_build_them(family, half):
    net, _ = net_families.build(family, None, True, half, seed=3)
    report = diagnose(net.model, net.X, net.y)
    assert report.healthy, report


OWN_ILLS = [
    ("own weight names, times 1e-6", False, False),
    ("two inputs, one of them times 1,000", True, False),
    ("Conv1D, constant filters", False, True),
    ("softmax over the batch", True, False),
    ("everything frozen", False, False),
    ("everything dropped", True, True),
    ("layer norm over one number", False, False),
    ("attention that is sharp", True, True),
    ("targets of ten million, MAE", True, False),
    ("own loss takes pairs", True, False),
    ("own loss takes pairs", False, False),
    ("hinge after sigmoid", False, False),
    ("KL divergence of logits", True, False),
    ("squared logarithm, linear output", False, True),
    ("percentage of nothing", True, False),
    ("hidden softmax", False, False),
    ("embeddings times 1e-5", True, False),
    ("all times 0", False, True),
]


@pytest.mark.parametrize(("name", "compiled", "half"), OWN_ILLS)
def test_a_net_ill_in_its_own_way_is_named(name, compiled, half):
    net, expected = net_ills.ill(name, compiled, half, seed=1)
    report = diagnose(net.model, **net_families.asked(net, compiled))
    assert report.cause in expected.causes, report
    assert not expected.layers or report.layer in expected.layers, report


@pytest.mark.parametrize(
    ("name", "half"),
    [
        ("own model class", True),
        ("two outputs", False),
        ("shared tower", True),
        ("causal transformer", False),
        ("frozen body", False),
        ("recommender", False),
        ("Poisson", False),
        ("highway", True),
    ],
)
def test_no_false_alarm_on_other_kinds_of_nets(name, half):
    net = net_ills.kind(name, True, half, seed=1)
    report = diagnose(net.model, net.X, net.y)
    assert report.healthy, report


def test_targets_that_are_far_are_unmeasured_without_an_optimizer():
    net, _ = net_ills.ill("targets of ten million", False, False, seed=1)
    report = diagnose(net.model, net.X, net.y, net.loss)
    assert "Not measured: whether targets of size" in " ".join(report.notes) and report.healthy


def test_a_list_of_losses_for_outputs_with_names_is_refused():
    net = net_ills.kind("two outputs", False, False, seed=1)
    with pytest.raises(ValueError, match=r"loss: the outputs have names; give a dict with 'size', 'kind'"):
        diagnose(net.model, net.X, net.y, list(net.loss.values()))
    assert diagnose(net.model, net.X, net.y, net.loss).healthy


def test_a_loss_of_0_is_not_judged():
    """Of whole numbers, which every processor adds up alike: where a sum rounds otherwise, the loss is 1e-15."""
    X = np.random.default_rng(0).integers(-3, 4, (64, 2)).astype("float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4), keras.layers.Dense(1, name="output")])
    for layer in model.layers:
        layer.set_weights([np.round(4 * w) for w in layer.get_weights()])
    y = model.predict(X, verbose=0)
    for loss in ("mse", "mae"):
        report = diagnose(model, X, y, loss=loss)
        assert (report.cause, report.layer) == ("not measured", "output")
        model.compile("adam", loss)
        assert diagnose(model, X, y).cause == "not measured"


@pytest.mark.parametrize("compiled", [False, True])
def test_logits_that_start_at_0_are_calmly_looked_at(compiled):
    X, y = circles(64)
    head = keras.layers.Dense(1, kernel_initializer="zeros", name="output")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "relu"), head])
    if compiled:
        model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    assert "starts at exactly 0" in diagnose(model, X, y).verdict


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """As the transformer tutorial has it: no get_config."""

    def __call__(self, step):
        return 1e-3 * (tf.cast(step, tf.float32) + 1)


class WithArgument(keras.optimizers.SGD):
    def __init__(self, needed):
        super().__init__(0.01)


@pytest.mark.parametrize("optimizer", [lambda: keras.optimizers.Adam(WarmUp()), lambda: WithArgument(1)])
def test_an_optimizer_that_cannot_be_made_again_costs_one_number_and_a_note(optimizer):
    X, y = circles(64)
    model = dense(0, 2, "tanh")
    model.compile(optimizer(), "binary_crossentropy")
    report = diagnose(model, X, y)
    assert report.healthy
    assert report.layers["update_ratio"].isna().all()
    assert any("update/data, because" in note for note in report.notes)


def test_a_warm_up_from_0_is_no_rate_that_is_too_small():
    X, y = circles(64)
    model = dense(0, 2, "tanh")
    rates = keras.optimizers.schedules.PolynomialDecay(1e-9, 1000, 1e-3)
    model.compile(keras.optimizers.Adam(rates), "binary_crossentropy")
    report = diagnose(model, X, y)
    assert report.healthy
    assert any("it follows a schedule" in note for note in report.notes)


@pytest.mark.parametrize("kind", ["dataset", "generator", "PyDataset"])
def test_datasets_are_taken_as_they_are(kind):
    X, y = circles(64)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, k):
            return X[16 * k : 16 * k + 16], y[16 * k : 16 * k + 16]

    sources = {
        "dataset": lambda: tf.data.Dataset.from_tensor_slices((X, y)).batch(16).repeat(),
        "generator": lambda: ((X[k : k + 16], y[k : k + 16]) for k in range(0, 64, 16)),
        "PyDataset": Batches,
    }
    model = dense(0, 2, "tanh")
    report = diagnose(model, sources[kind](), batch_size=64)
    assert report.loss == pytest.approx(diagnose(model, X, y, batch_size=64).loss, rel=1e-5)


def test_weights_that_are_nan_are_no_twins():
    X, y = circles(64)
    model = dense(0, 3, "relu")
    for name in ("hidden_2", "hidden_3"):
        model.get_layer(name).kernel.assign(np.full((32, 32), np.nan))
    report = diagnose(model, X, y)
    assert (report.cause, report.layer) == ("not finite", "hidden_2")
    assert not any("initializer" in note for note in report.notes)


@pytest.mark.parametrize("before", ["sigmoid", "relu", "tanh"])
def test_logits_that_were_squeezed_before_are_told(before):
    X, y = circles(64)
    stack = [keras.layers.Dense(8, "tanh"), keras.layers.Dense(1, before), keras.layers.Activation("sigmoid")]
    model = keras.Sequential([keras.Input((2,)), *stack])
    assert diagnose(model, X, y).cause == "loss does not fit the output"


def test_the_rate_named_as_the_cure_lowers_the_loss():
    net, _ = net_families.build("dense, relu", "SGD at rate 1,000", True, False, 3)
    report = diagnose(net.model, net.X, net.y)
    factor = report.batch.trial.better.factor
    net.model.compile(keras.optimizers.SGD(1000 * factor), net.loss)
    net.model.run_eagerly = True
    for _ in range(len(report.batch.trial.losses) - 1):  # as many steps as it was tried for
        net.model.train_on_batch(net.X, net.y)
    assert net.model.evaluate(net.X, net.y, verbose=0) < report.loss


def test_statistics_learnt_anew_are_the_cure_that_is_named():
    net, _ = net_families.build("CNN, batch norm", "frozen, wrong statistics", False, False, 3)
    report = diagnose(net.model, net.X, net.y, net.loss)
    net.model.get_layer(report.layer).trainable = True
    assert diagnose(net.model, net.X, net.y, net.loss).healthy


def test_table_and_verdict_draw_one_line():
    report = diagnose(*SICK["ten sigmoid layers"].build(0))
    rows = report._repr_html_().split("<tbody>")[1].split("</tr>")[:-1]
    warned = ["height:10px;width" in row and f'px;background:{WARN}"></span><span' in row for row in rows]
    assert warned == [not reach >= 1e-3 for reach in report.layers["reach"]]
    assert any(warned) and not all(warned)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_a_rate_that_does_harm_after_some_steps_only_is_told_from_one_that_jumps_and_settles(activation, rate):
    kernel = "he_normal" if activation == "relu" else "glorot_uniform"
    model, X, y = plain(depth=3, activation=activation, kernel=kernel)(1)
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    report = diagnose(model, X, y)
    assert report.cause == ("healthy" if rate == 1 else "learning rate too large"), report.verdict
    if rate == 10:
        slower = report.batch.trial.better
        assert f"{1 / slower.factor:,.0f} times smaller" in report.verdict and slower.loss < report.loss
