"""Nets of `net_kinds`, each made ill in its own way: a function of a seed returns (net, what must be found)."""

import keras
import numpy as np
from keras import layers

from tests import net_kinds as kinds
from tests.net_builders import circles, images, tokens
from tests.net_families import BCE, SCCE, Expected, Net

ops = keras.ops
MISFIT = "loss does not fit the output"


def _part(net, kind, k=0):
    """The k-th layer of a kind, at any depth."""
    return [p for p in net.model._flatten_layers() if type(p) is kind][k]


def own_weights_too_small(seed):
    net = kinds.own_layers(seed)
    second = net.model.layers[1]
    net.model(net.X[:2])
    second.matrix.assign(second.matrix * 1e-6)
    return net, Expected(("weights too small", "vanishing"), (second.name,))


def nan_in_a_scale(seed):
    net = kinds.subclassed(seed)
    net.model(net.X[:2])
    net.model.norm.gamma.assign(net.model.norm.gamma * np.nan)
    return net, Expected(("not finite",), (net.model.norm.name,))


def one_input_in_bytes(seed):
    net = kinds.two_inputs(seed)
    net.X = [net.X[0] * 1000, net.X[1]]
    return net, Expected(("inputs too large",), ())


def one_head_of_two_misread(seed):
    net = kinds.two_outputs(seed)
    net.loss = {"size": "mse", "kind": SCCE(from_logits=True)}
    return net, Expected((MISFIT,), ("kind",))


def dead_tower(seed):
    net = kinds.siamese(seed)
    layer = net.model.get_layer("tower").layers[0]
    layer.bias.assign(layer.bias - 100)
    return net, Expected(("dying relu",), (f"tower/{layer.name}",))


def inner_sigmoids(seed):
    X, y = circles(256)
    inner = [layers.Dense(16, "sigmoid") for _ in range(8)]
    body = keras.Sequential([keras.Input((2,)), *inner], name="body")
    model = keras.Sequential([keras.Input((2,)), body, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True)), Expected(("flat activation",), (f"body/{inner[0].name}",))


def constant_filters(seed):
    net = kinds.conv_1d(seed)
    for part in (p for p in net.model.layers if hasattr(p, "kernel")):
        part.kernel.assign(part.kernel * 0 + 0.1)
    layer = _part(net, layers.Conv1D)
    return net, Expected(("symmetric",), (layer.name,))


def bytes_in_a_volume(seed):
    net = kinds.conv_3d(seed)
    net.X = net.X * 255
    return net, Expected(("inputs too large",), (_part(net, layers.Conv3D).name,))


def softmax_over_one_channel(seed):
    net = kinds.unet(seed)
    net.model.get_layer("output").activation = keras.activations.softmax
    return net, Expected(("constant output",), ("output",))


def softmax_over_places(seed):
    """A softmax along the wrong axis."""
    X = tokens(64, length=10)[0]
    stack = [keras.Input((10,), dtype="int32"), layers.Embedding(50, 8), layers.Dense(4), layers.Softmax(axis=1)]
    return Net(keras.Sequential(stack), X, X % 4, SCCE()), Expected((MISFIT,), ())


def softmax_over_the_batch(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1)), layers.Flatten(), layers.Dense(4, name="output"), layers.Softmax(axis=0)]
    return Net(keras.Sequential(stack), X, y, SCCE()), Expected((MISFIT,), ())


def tiny_depthwise(seed):
    net = kinds.separable(seed)
    layer = _part(net, layers.SeparableConv2D, 1)
    layer.depthwise_kernel.assign(layer.depthwise_kernel * 1e-6)
    return net, Expected(("weights too small", "vanishing"), (layer.name,))


def tiny_group_scale(seed):
    net = kinds.group_norm(seed)
    layer = _part(net, layers.GroupNormalization, 1)
    layer.gamma.assign(layer.gamma * 1e-6)
    return net, Expected(("weights too small", "vanishing"), (layer.name,))


def bare_wrong_statistics(seed):
    net = kinds.bare_batch_norm(seed)
    norm = _part(net, layers.BatchNormalization, 1)
    norm.trainable = False
    norm.moving_variance.assign(norm.moving_variance * 1e6)
    return net, Expected(("wrong statistics",), (norm.name,))


def fresh_statistics_frozen(seed):
    """A body frozen before its batch normalisations have seen anything, on inputs that are not standardised."""
    net = kinds.fine_tuned(seed)
    norms = [p for p in net.model.get_layer("body").layers if isinstance(p, layers.BatchNormalization)]
    for norm in norms:
        norm.moving_mean.assign(norm.moving_mean * 0)
        norm.moving_variance.assign(norm.moving_variance * 0 + 1)
    net.X = net.X * 200
    return net, Expected(("wrong statistics",), (f"body/{norms[0].name}",))


def all_frozen(seed):
    net = kinds.regression(seed)
    net.model.trainable = False
    return net, Expected(("no gradient",), ())


def all_dropped(seed):
    X, y = circles(256)
    stack = [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dropout(1.0), layers.Dense(16, "tanh")]
    model = keras.Sequential([*stack, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True)), Expected(("constant output", "no gradient"), ())


def norm_over_one(seed):
    """A layer normalisation over one number, which is always its shift."""
    X, y = circles(256)
    stack = [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1, name="logit"), layers.LayerNormalization()]
    return Net(keras.Sequential(stack), X, y, BCE(from_logits=True)), Expected(
        ("constant output",), (stack[-1].name,)
    )


def averaged_norm(seed):
    """The mean over all that a normalisation has made 0: no gradient, and no signal but for rounding."""
    X, y = images(64)
    norm = layers.LayerNormalization(axis=(1, 2, 3))
    stack = [keras.Input((16, 16, 1)), layers.Conv2D(1, 3), norm, layers.GlobalAveragePooling2D()]
    model = keras.Sequential([*stack, layers.Dense(4, name="output")])
    return Net(model, X, y, SCCE(from_logits=True)), Expected(("constant output", "vanishing"), (norm.name, "output"))


def sharp_attention(seed):
    """Queries so large that each place attends to one other, and the softmax is flat."""
    net = kinds.causal(seed)
    attention = _part(net, layers.MultiHeadAttention)
    attention.query_dense.kernel.assign(attention.query_dense.kernel * 1e4)
    return net, Expected(("saturation", "weights too large"), ())


def huge_targets(seed):
    net = kinds.regression(seed)
    net.y = net.y * 1e7
    return net, Expected(("targets too large",), ("output",))


def huge_targets_mae(seed):
    net = huge_targets(seed)[0]
    net.loss = keras.losses.MeanAbsoluteError()
    return net, Expected(("targets too large",), ("output",))


def pairs_instead_of_rows(seed):
    """(n,) against (n, 1): the loss of one's own takes every answer against every label."""
    net = kinds.regression(seed)
    net.loss = Difference()
    return net, Expected((MISFIT,), ("output",))


class Difference(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.square(ops.cast(y_true, y_pred.dtype) - y_pred)


def hinge_of_a_probability(seed):
    net = kinds.hinge(seed)
    net.model.get_layer("output").activation = keras.activations.sigmoid
    return net, Expected((MISFIT,), ("output",))


def divergence_of_logits(seed):
    net = kinds.smooth_labels(seed)
    net.loss = keras.losses.KLDivergence()
    return net, Expected((MISFIT,), ("output",))


def logarithm_of_negatives(seed):
    net = kinds.counts(seed)
    net.model.get_layer("output").activation = keras.activations.linear
    return net, Expected((MISFIT, "not finite"), ("output",))


def squared_logarithm_of_negatives(seed):
    net = kinds.regression(seed)
    net.y, net.loss = np.exp(net.y), keras.losses.MeanSquaredLogarithmicError()
    return net, Expected((MISFIT,), ("output",))


def share_of_nothing(seed):
    net = kinds.regression(seed)
    net.y = np.where(net.y > 0, net.y, 0)
    net.loss = keras.losses.MeanAbsolutePercentageError()
    return net, Expected((MISFIT,), ("output",))


def hidden_softmax(seed):
    X, y = kinds._numbers(seed)
    stack = [layers.Dense(64, "softmax") for _ in range(4)]
    model = keras.Sequential([keras.Input((8,)), *stack, layers.Dense(1, name="output")])
    return Net(model, X, y, keras.losses.MeanSquaredError()), Expected(("vanishing", "flat activation"), ())


def stopped(seed):
    X, y = circles(256)
    stack = [keras.Input((2,)), layers.Dense(16, "relu", name="first"), layers.Lambda(ops.stop_gradient)]
    model = keras.Sequential([*stack, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True)), Expected(("no gradient",), ("first",))


def rounded(seed):
    X, y = circles(256)
    stack = [keras.Input((2,)), layers.Dense(16, "tanh", name="first"), layers.Lambda(ops.round)]
    model = keras.Sequential([*stack, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True)), Expected(("no gradient",), ("first",))


def dead_selu(seed):
    net = kinds.selu(seed)
    layer = net.model.layers[3]
    layer.bias.assign(layer.bias - 50)
    return net, Expected(("saturation",), (layer.name,))


def dead_gelu(seed):
    net = kinds.gelu(seed)
    layer = net.model.layers[1]
    layer.bias.assign(layer.bias - 50)
    return net, Expected(("saturation", "vanishing", "dying relu"), (layer.name,))


def closed_gates(seed):
    """Squeeze and excite whose gates are shut."""
    net = kinds.squeeze(seed)
    gates = [p for p in net.model.layers if isinstance(p, layers.Dense) and p.units == 16]
    for gate in gates:
        gate.bias.assign(gate.bias - 30)
    return net, Expected(("saturation", "vanishing"), ())


def tiny_embeddings(seed):
    """A product of two embeddings that both start at nearly 0: each hears the other."""
    net = kinds.recommender(seed)
    for k in range(2):
        table = _part(net, layers.Embedding, k)
        table.embeddings.assign(table.embeddings * 1e-5)
    return net, Expected(("weights too small", "vanishing"), ())


def nan_statistics(seed):
    net = kinds.dense_net(seed)
    norm = _part(net, layers.BatchNormalization, 2)
    norm.trainable = False
    norm.moving_mean.assign(norm.moving_mean * np.nan)
    return net, Expected(("not finite",), (norm.name,))


def not_adapted(seed):
    net = kinds.adapted(seed)
    norm = _part(net, layers.Normalization)
    model = keras.Sequential([keras.Input((8,)), *[p for p in net.model.layers if p is not norm]])
    return Net(model, net.X, net.y, net.loss), Expected(("inputs too large",), ())


def overflow(seed):
    """Weights whose products leave the floating-point numbers."""
    net = kinds.regression(seed)
    for layer in net.model.layers:
        layer.kernel.assign(layer.kernel * 1e14)
    return net, Expected(("not finite",), ())


def squeezed_twice(seed):
    net = kinds.tags(seed)
    model = keras.Sequential([*net.model.layers, layers.Activation("sigmoid")])
    return Net(model, net.X, net.y, net.loss), Expected((MISFIT,), ())


def wide_start(seed):
    """N(0, 1) kernels in a transformer's wide layers: gelu's numbers are large, the norms hide it."""
    net = kinds.group_norm(seed)
    layer = _part(net, layers.Dense)
    layer.kernel.assign(layer.kernel * 1e4)
    return net, Expected(("learning rate too large", "exploding", "weights too large"), ())


def times_nothing(seed):
    net = kinds.adapted(seed)
    stack = [keras.Input((8,)), layers.Lambda(lambda x: x * 0.0), *net.model.layers[1:]]
    return Net(keras.Sequential(stack), net.X, net.y, net.loss), Expected(("constant output",), (stack[2].name,))


ILLS = {
    "all times 0": times_nothing,
    "own weight names, times 1e-6": own_weights_too_small,
    "own model class, NaN in a scale": nan_in_a_scale,
    "two inputs, one of them times 1,000": one_input_in_bytes,
    "two outputs, one misread": one_head_of_two_misread,
    "shared tower, dead": dead_tower,
    "nested sigmoids": inner_sigmoids,
    "Conv1D, constant filters": constant_filters,
    "Conv3D, inputs times 255": bytes_in_a_volume,
    "U-Net, softmax over one channel": softmax_over_one_channel,
    "softmax over the places": softmax_over_places,
    "softmax over the batch": softmax_over_the_batch,
    "separable, depthwise kernel times 1e-6": tiny_depthwise,
    "group norm, scale times 1e-6": tiny_group_scale,
    "bare batch norm, frozen, wrong statistics": bare_wrong_statistics,
    "body frozen with fresh statistics": fresh_statistics_frozen,
    "everything frozen": all_frozen,
    "everything dropped": all_dropped,
    "layer norm over one number": norm_over_one,
    "mean over a normalised whole": averaged_norm,
    "attention that is sharp": sharp_attention,
    "targets of ten million": huge_targets,
    "targets of ten million, MAE": huge_targets_mae,
    "own loss takes pairs": pairs_instead_of_rows,
    "hinge after sigmoid": hinge_of_a_probability,
    "KL divergence of logits": divergence_of_logits,
    "Poisson, linear output": logarithm_of_negatives,
    "squared logarithm, linear output": squared_logarithm_of_negatives,
    "percentage of nothing": share_of_nothing,
    "hidden softmax": hidden_softmax,
    "stop_gradient": stopped,
    "round": rounded,
    "selu, biases of -50": dead_selu,
    "gelu, biases of -50": dead_gelu,
    "gates shut": closed_gates,
    "embeddings times 1e-5": tiny_embeddings,
    "NaN in moving statistics": nan_statistics,
    "Normalization left out": not_adapted,
    "weights times 1e14": overflow,
    "sigmoid twice": squeezed_twice,
    "head times 1e4": wide_start,
}

# Without an optimizer it cannot be told, and the notes say so.
ONLY_COMPILED = {"targets of ten million", "targets of ten million, MAE"}


def ill(name: str, compiled: bool, half: bool, seed: int):
    """(net, what must be found), ready for `net_families.asked`."""
    return ready(ILLS[name], compiled, half, seed)


def kind(name: str, compiled: bool, half: bool, seed: int) -> Net:
    """A healthy net of `net_kinds`."""
    return ready(lambda seed: (kinds.KINDS[name](seed), None), compiled, half, seed)[0]


def ready(make, compiled: bool, half: bool, seed: int):
    before = keras.config.dtype_policy()
    keras.utils.set_random_seed(seed)
    try:
        keras.config.set_dtype_policy("mixed_float16" if half else "float32")
        net, expected = make(seed)
        net.model(keras.tree.map_structure(lambda a: a[:2], net.X))
    finally:
        keras.config.set_dtype_policy(before)
    if compiled:
        net.model.compile(keras.optimizers.Adam(net.rate), net.loss)
    return net, expected
