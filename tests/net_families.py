"""Families of nets as people build them, and diseases put into a layer drawn at random.

A family is a function of a seed that returns a `Net`; a disease is a function (net, rng) that makes it ill and
returns what must be found, or None where it does not apply. `build` combines them.
"""

from dataclasses import dataclass, field

import keras
import numpy as np
from keras import layers

from tests.net_builders import circles, images, tokens

BCE, SCCE = keras.losses.BinaryCrossentropy, keras.losses.SparseCategoricalCrossentropy


@dataclass
class Net:
    """A healthy net. chain: names of hidden layers that all of the gradient passes; relus: those with relu."""

    model: keras.Model
    X: np.ndarray
    y: np.ndarray
    loss: object
    chain: list[str] = field(default_factory=list)
    relus: list[str] = field(default_factory=list)
    rate: float = 1e-3


@dataclass(frozen=True)
class Expected:
    causes: tuple[str, ...]
    layers: tuple[str, ...]


def dense(seed, activation="relu"):
    X, y = circles(256)
    names = [f"hidden_{k}" for k in range(1, 5)]
    kernel = "he_normal" if activation == "relu" else "glorot_uniform"
    stack = [layers.Dense(24, activation, kernel_initializer=kernel, name=n) for n in names]
    model = keras.Sequential([keras.Input((2,)), *stack, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True), names, names if activation == "relu" else [])


def dense_tanh(seed):
    return dense(seed, "tanh")


def cnn(seed):
    X, y = images(64)
    names = ["conv_1", "conv_2", "conv_3"]
    stack = [keras.Input((16, 16, 1))]
    for name in names:
        stack += [layers.Conv2D(12, 3, padding="same", use_bias=False, name=name)]
        stack += [layers.BatchNormalization(name=f"bn{name[-2:]}"), layers.ReLU(name=f"relu{name[-2:]}")]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(4, name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE(from_logits=True), names)


def depthwise(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1)), layers.Conv2D(8, 3, strides=2, padding="same", name="stem")]
    for k in range(3):
        stack += [layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"depthwise_{k}")]
        stack += [layers.BatchNormalization(), layers.ReLU(6.0)]
        stack += [
            layers.Conv2D(16, 1, use_bias=False, name=f"point_{k}"),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
        ]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(4, name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE(from_logits=True))


def resnet(seed):
    X, y = images(64)
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(inputs)
    for k in range(3):
        h = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"block_{k}_a")(x))
        h = layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"block_{k}_b")(layers.ReLU()(h))
        x = layers.ReLU()(x + layers.BatchNormalization(name=f"block_{k}_bn")(h))
    x = layers.GlobalAveragePooling2D()(x)
    return Net(keras.Model(inputs, layers.Dense(4, name="output")(x)), X, y, SCCE(from_logits=True))


def recurrent(seed, kind):
    X, y = tokens(64, length=12)
    stack = [keras.Input((12,), dtype="int32"), layers.Embedding(50, 8), kind(12, return_sequences=True), kind(12)]
    stack += [layers.Dense(16, "relu", name="dense"), layers.Dense(1, name="output")]
    return Net(keras.Sequential(stack), X, y, BCE(from_logits=True), ["dense"], ["dense"])


def lstm(seed):
    return recurrent(seed, layers.LSTM)


def gru(seed):
    return recurrent(seed, layers.GRU)


class Positions(layers.Layer):
    """Token and position embeddings, as in every tutorial."""

    def __init__(self, length, words, width):
        super().__init__(name="positions")
        self.token, self.place = layers.Embedding(words, width), layers.Embedding(length, width)

    def call(self, x):
        return self.token(x) + self.place(keras.ops.arange(x.shape[-1]))


def transformer(seed, pre):
    X, y = tokens(64, length=12)
    inputs = keras.Input((12,), dtype="int32")
    x = Positions(12, 50, 16)(inputs)
    for k in range(2):
        x = _block(x, k, pre)
    x = layers.LayerNormalization(name="last_norm")(x) if pre else x
    x = layers.GlobalAveragePooling1D()(x)
    return Net(keras.Model(inputs, layers.Dense(1, name="output")(x)), X, y, BCE(from_logits=True))


def _block(x, k, pre):
    attention = layers.MultiHeadAttention(2, 8, name=f"attention_{k}")
    wide, narrow = layers.Dense(32, "relu", name=f"wide_{k}"), layers.Dense(16, name=f"narrow_{k}")
    first, second = layers.LayerNormalization(), layers.LayerNormalization()
    if pre:
        h = first(x)
        x = x + attention(h, h)
        return x + narrow(wide(second(x)))
    x = first(x + attention(x, x))
    return second(x + narrow(wide(x)))


def pre_norm(seed):
    return transformer(seed, True)


def post_norm(seed):
    return transformer(seed, False)


def vit(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.random((32, 16, 16, 3)).astype("float32"), rng.integers(0, 4, 32)
    inputs = keras.Input((16, 16, 3))
    x = layers.Reshape((16, 16))(layers.Conv2D(16, 4, 4, name="patches")(inputs))
    for k in range(2):
        x = _block(x, k, True)
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return Net(keras.Model(inputs, layers.Dense(4, name="output")(x)), X, y, SCCE(from_logits=True))


def autoencoder(seed):
    X = images(64)[0].reshape(64, 256)
    sizes = {"encode_1": 64, "code": 16, "decode_1": 64}
    stack = [layers.Dense(n, "relu", kernel_initializer="he_normal", name=k) for k, n in sizes.items()]
    model = keras.Sequential([keras.Input((256,)), *stack, layers.Dense(256, name="output")])
    return Net(model, X, X, keras.losses.MeanSquaredError(), list(sizes), list(sizes))


class Sample(layers.Layer):
    """The reparametrised code of a VAE; its divergence is added to the loss."""

    def __init__(self):
        super().__init__(name="sample")
        self.draws = keras.random.SeedGenerator(0)

    def call(self, mean, log_variance):
        spread = keras.ops.exp(log_variance)
        divergence = keras.ops.mean(1 + log_variance - mean**2 - spread)
        self.add_loss(keras.ops.cast(-0.005 * divergence, "float32"))
        return mean + keras.ops.sqrt(spread) * keras.random.normal(
            keras.ops.shape(mean), dtype=mean.dtype, seed=self.draws
        )


def vae(seed):
    X = images(64)[0].reshape(64, 256)
    inputs = keras.Input((256,))
    h = layers.Dense(64, "relu", kernel_initializer="he_normal", name="encode")(inputs)
    code = Sample()(layers.Dense(8, name="mean")(h), layers.Dense(8, name="log_variance")(h))
    h = layers.Dense(64, "relu", kernel_initializer="he_normal", name="decode")(code)
    model = keras.Model(inputs, layers.Dense(256, name="output")(h))
    return Net(model, X, X, keras.losses.MeanSquaredError(), ["encode", "decode"], ["encode", "decode"])


def discriminator(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1))]
    for k, n in enumerate((8, 16)):
        stack += [
            layers.Conv2D(n, 4, 2, padding="same", name=f"conv_{k}"),
            layers.LeakyReLU(0.2),
            layers.Dropout(0.3),
        ]
    stack += [layers.Flatten(), layers.Dense(1, name="output")]
    real = (y % 2).astype("float32")
    return Net(keras.Sequential(stack), X, real, BCE(from_logits=True), ["conv_0", "conv_1"])


class LowRank(layers.Layer):
    """A frozen layer and a low-rank addition to it, whose second factor starts at 0."""

    def __init__(self, units, name):
        super().__init__(name=name)
        self.base = layers.Dense(units, "relu", kernel_initializer="he_normal", trainable=False, name="base")
        self.down, self.up = layers.Dense(2, use_bias=False, name="down"), layers.Dense(units, name="up")
        self.up.kernel_initializer = keras.initializers.Zeros()

    def call(self, x):
        return self.up(self.down(x)) + self.base(x)


def low_rank(seed):
    X, y = circles(256)
    stack = [LowRank(24, f"adapted_{k}") for k in range(3)]
    model = keras.Sequential([keras.Input((2,)), *stack, layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True))


FAMILIES = {
    "dense, relu": dense,
    "dense, tanh": dense_tanh,
    "CNN, batch norm": cnn,
    "depthwise CNN": depthwise,
    "ResNet": resnet,
    "LSTM": lstm,
    "GRU": gru,
    "transformer, pre-norm": pre_norm,
    "transformer, post-norm": post_norm,
    "ViT": vit,
    "autoencoder": autoencoder,
    "VAE": vae,
    "discriminator": discriminator,
    "LoRA": low_rank,
}


def _weighted(net) -> list:
    from vgcourse.measure.layers import weighted_layers

    return [info for info in weighted_layers(net.model) if info.kernel is not None]


def nan_weight(net, rng):
    info = _weighted(net)[rng.integers(len(_weighted(net)))]
    values = info.kernel.numpy()
    values.flat[rng.integers(values.size)] = np.nan
    info.kernel.assign(values)
    return Expected(("not finite",), (info.name,))


def tiny_weights(net, rng):
    if len(net.chain) < 2:
        return None
    name = net.chain[rng.integers(1, len(net.chain))]
    layer = net.model.get_layer(name)
    following = net.model.layers[net.model.layers.index(layer) + 1 :][:1]
    if following and isinstance(following[0], layers.BatchNormalization):
        return None  # which makes up for it
    layer.kernel.assign(layer.kernel * 1e-6)
    return Expected(("weights too small",), (name,))


def tiny_scale(net, rng):
    norms = [layer for layer in net.model.layers if isinstance(layer, layers.BatchNormalization)]
    if not norms or not net.chain:
        return None
    layer = norms[rng.integers(1, len(norms))]
    layer.gamma.assign(layer.gamma * 1e-5)
    return Expected(("weights too small", "vanishing"), (layer.name,))


def dead_relus(net, rng):
    if not net.relus:
        return None
    name = net.relus[rng.integers(len(net.relus))]
    layer = net.model.get_layer(name)
    layer.bias.assign(layer.bias - 100)
    later = net.relus[net.relus.index(name) :]
    return Expected(("dying relu",), tuple(later[:1]))


def frozen_statistics(net, rng):
    norms = [layer for layer in net.model.layers if isinstance(layer, layers.BatchNormalization)]
    if not norms:
        return None
    layer = norms[rng.integers(len(norms))]
    layer.trainable = False
    layer.moving_variance.assign(layer.moving_variance * 0 + 1e6)
    layer.moving_mean.assign(layer.moving_mean + 50)
    return Expected(("wrong statistics",), (layer.name,))


def not_logits(net, rng):
    if not hasattr(net.loss, "from_logits") and "crossentropy" not in net.loss.name:
        return None
    net.loss = type(net.loss)(from_logits=False)
    return Expected(("loss does not fit the output",), ("output",))


def positive_output(net, rng):
    net.model.get_layer("output").activation = keras.activations.relu
    mse = net.loss.name == "mean_squared_error"
    if mse:
        net.y = net.y - net.y.mean()
    return Expected(("loss does not fit the output", "dying relu"), ("output",))


def wild_rate(net, rng):
    net.rate = 1e3
    return Expected(("learning rate too large",), ())


def bytes_in(net, rng):
    if net.X.dtype.kind != "f" or not net.relus or net.loss.name == "mean_squared_error":
        return None
    net.X = net.X * 255
    return Expected(("inputs too large",), (net.chain[0],))


def one_softmax(net, rng):
    if net.model.get_layer("output").units != 1:
        return None
    net.model.get_layer("output").activation = keras.activations.softmax
    net.loss = BCE()
    return Expected(("constant output",), ("output",))


DISEASES = {
    "a NaN in a kernel": nan_weight,
    "one kernel times 1e-6": tiny_weights,
    "one scale times 1e-5": tiny_scale,
    "biases of -100": dead_relus,
    "frozen, wrong statistics": frozen_statistics,
    "linear output, from_logits=False": not_logits,
    "relu at the output": positive_output,
    "SGD at rate 1,000": wild_rate,
    "inputs times 255": bytes_in,
    "softmax over one unit": one_softmax,
}
ONLY_COMPILED = {"SGD at rate 1,000"}


def build(family: str, disease: str | None, compiled: bool, half: bool, seed: int):
    """(net, what must be found) or None where the disease does not apply."""
    rng = np.random.default_rng([seed, len(family), len(disease or "")])
    before = keras.config.dtype_policy()
    keras.utils.set_random_seed(seed)
    try:
        keras.config.set_dtype_policy("mixed_float16" if half else "float32")
        net = FAMILIES[family](seed)
        net.model(net.X[:2])
        expected = None if disease is None else DISEASES[disease](net, rng)
    finally:
        keras.config.set_dtype_policy(before)
    if disease is not None and expected is None:
        return None
    if compiled:
        slow = keras.optimizers.Adam(net.rate) if disease not in ONLY_COMPILED else keras.optimizers.SGD(net.rate)
        net.model.compile(slow, net.loss)
    return net, expected


def asked(net, compiled: bool) -> dict:
    """The arguments of `diagnose` for a net."""
    return {"X": net.X, "y": net.y} | ({} if compiled else {"loss": net.loss})
