"""What the nets promise: every layer its own seeded start, and the residual form of the literature."""

import keras
import numpy as np
import pytest

import vgcourse as vg
from vgcourse.nets.models import initial_weights


def kernels(model):
    return {layer.name: layer.kernel.numpy() for layer in model.layers if hasattr(layer, "kernel")}


def test_layers_are_named_and_shaped_as_asked():
    model = vg.mlp(depth=3, width=4, activation="tanh", inputs=6, outputs=2)
    assert [layer.name for layer in model.layers] == ["hidden_1", "hidden_2", "hidden_3", "output"]
    assert [layer.kernel.shape for layer in model.layers] == [(6, 4), (4, 4), (4, 4), (4, 2)]
    assert [layer.activation.__name__ for layer in model.layers] == ["tanh"] * 3 + ["softmax"]
    assert vg.mlp(2).layers[-1].activation.__name__ == "sigmoid"
    assert vg.mlp(2, outputs=3, output_activation="linear").layers[-1].activation.__name__ == "linear"
    assert [layer.name for layer in vg.mlp(0).layers] == ["output"]


def test_no_two_layers_start_alike_even_from_one_initializer_instance():
    shared = keras.initializers.RandomNormal(seed=1)
    weights = kernels(vg.mlp(4, initializer=shared))
    assert not np.allclose(weights["hidden_2"], weights["hidden_3"])
    other = kernels(vg.mlp(4, initializer=shared, seed=1))
    assert not np.allclose(weights["hidden_2"], other["hidden_2"])


def test_same_seed_same_weights_whatever_the_activation_and_depth():
    short, deep = kernels(vg.mlp(2, activation="tanh", seed=5)), kernels(vg.mlp(4, activation="relu", seed=5))
    for name in ("hidden_1", "hidden_2"):
        np.testing.assert_array_equal(short[name], deep[name])


@pytest.mark.parametrize(
    ("initializer", "mean", "deviation", "low", "high"),
    [
        ("normal", 0, 1, -np.inf, np.inf),
        ("uniform", 0.5, 12**-0.5, 0, 1),
        ("torch", 0, 100**-0.5 * 3**-0.5, -0.1, 0.1),
        ("glorot_uniform", 0, 100**-0.5, -(0.03**0.5), 0.03**0.5),
        ("he_normal", 0, 0.02**0.5, -np.inf, np.inf),
    ],
)
def test_each_named_start_has_its_distribution(initializer, mean, deviation, low, high):
    values = initial_weights(2, width=100, initializer=initializer)[1][0].ravel()
    error = deviation / np.sqrt(values.size)
    assert abs(values.mean() - mean) < 4 * error and values.std() == pytest.approx(deviation, rel=0.04)
    assert low <= values.min() and values.max() <= high
    if np.isfinite(high):
        assert values.max() > high - 0.01 * (high - low)


def test_the_output_layer_takes_its_own_start():
    weights = kernels(vg.mlp(1, width=50, initializer="uniform", output_initializer="zeros"))
    assert not weights["output"].any() and weights["hidden_1"].min() >= 0


@pytest.mark.parametrize("initializer", ["normal", "orthogonal", keras.initializers.HeNormal(seed=3)])
def test_initial_weights_are_those_of_the_model(initializer):
    settings = {"depth": 3, "width": 4, "seed": 2, "inputs": 3, "outputs": 2, "bias_initializer": "normal"}
    expected = vg.mlp(initializer=initializer, **settings).get_weights()
    got = [part for pair in initial_weights(initializer=initializer, **settings) for part in pair]
    for ours, theirs in zip(got, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_residual_net_adds_its_scaled_branches():
    model = vg.residual_mlp(2, width=4, activation="tanh", branch_scale=0.5, seed=1)
    w = kernels(model)
    X = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    x = X @ w["stem"]
    for block in ("hidden_1", "hidden_2"):
        x = x + 0.5 * np.tanh(x) @ w[block]
    expected = 1 / (1 + np.exp(-np.tanh(x) @ w["output"]))
    np.testing.assert_allclose(model(X), expected, rtol=1e-4)


def test_post_activation_applies_phi_after_the_sum_and_no_skip_is_the_plain_net():
    X = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    after = vg.residual_mlp(1, width=4, activation="tanh", pre_activation=False, seed=1)
    w = kernels(after)
    x = X @ w["stem"]
    joined = np.tanh(x + x @ w["hidden_1"])
    np.testing.assert_allclose(after(X), 1 / (1 + np.exp(-joined @ w["output"])), rtol=1e-4)
    bare = vg.residual_mlp(1, width=4, activation="tanh", pre_activation=False, skip=False, seed=1)
    np.testing.assert_array_equal(kernels(bare)["hidden_1"], w["hidden_1"])
    joined = np.tanh(x @ w["hidden_1"])
    np.testing.assert_allclose(bare(X), 1 / (1 + np.exp(-joined @ w["output"])), rtol=1e-4)


def test_he_branches_double_the_variance_per_block_and_scaled_ones_do_not():
    def growth(**options):
        ratios = []
        for seed in range(4):
            model = vg.residual_mlp(8, width=64, initializer="he_normal", seed=seed, inputs=64, **options)
            names = ["stem", "add_8"]
            ends = keras.Model(model.inputs[0], [model.get_layer(n).output for n in names])
            first, last = ends(np.random.default_rng(seed).normal(size=(200, 64)))
            ratios.append(np.var(last) / np.var(first))
        return np.median(ratios)

    # x' = x + F(x) with Var F = Var x; scaled by 1/sqrt(L), (1 + 1/L)^L (He et al. 2016).
    assert growth() ** (1 / 8) == pytest.approx(2, rel=0.1)
    assert growth(branch_scale=8**-0.5) == pytest.approx((1 + 1 / 8) ** 8, rel=0.25)


def test_batch_norm_stands_before_each_activation():
    model = vg.residual_mlp(2, batch_norm=True)
    assert {"norm_1", "norm_2"} <= {layer.name for layer in model.layers}
    hidden = keras.Model(model.inputs[0], model.get_layer("norm_2").output)
    out = hidden(np.random.default_rng(0).normal(size=(50, 2)), training=True)
    np.testing.assert_allclose(np.mean(out, axis=0), 0, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "change", "error", "message"),
    [
        (vg.mlp, {"depth": -1}, ValueError, r"^depth: must be 0 or more, got -1"),
        (vg.mlp, {"depth": 1.5}, TypeError, r"^depth: expected a whole number, got 1.5"),
        (vg.mlp, {"width": 0}, ValueError, r"^width: must be 1 or more"),
        (vg.mlp, {"activation": "reluu"}, ValueError, r"^activation: .*'reluu'. Did you mean 'relu'"),
        (vg.mlp, {"initializer": "he_norml"}, ValueError, r"^initializer: .*Did you mean 'he_normal'"),
        (vg.mlp, {"output_initializer": 3}, ValueError, r"^output_initializer: unknown initializer 3"),
        (vg.mlp, {"seed": -2}, ValueError, r"^seed: "),
        (vg.residual_mlp, {"depth": 0}, ValueError, r"^depth: .*at least 1 block"),
        (vg.residual_mlp, {"activation": "x"}, ValueError, r"^activation: "),
    ],
)
def test_bad_input_is_named_in_one_sentence(make, change, error, message):
    with pytest.raises(error, match=message):
        make(**{"depth": 2} | change)
