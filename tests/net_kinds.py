"""Further kinds of nets than `net_families`: every function of a seed returns a healthy `Net`.

Own layers, several inputs and outputs, shared and nested parts, other convolutions and normalisations, other losses
and shapes of labels.
"""

import keras
import numpy as np
from keras import layers

from tests.net_builders import circles, images, tokens
from tests.net_families import BCE, SCCE, Net

ops = keras.ops


def _numbers(seed, n=256, features=8):
    """Features and a smooth target of variance 1 or so."""
    rng = np.random.default_rng([seed, n])
    X = rng.normal(size=(n, features)).astype("float32")
    return X, (np.sin(X[:, 0]) + 0.5 * X[:, 1] * X[:, 2]).astype("float32")


def _mlp(inputs, *sizes, out=1, last=None, activation="relu"):
    kernel = "he_normal" if activation == "relu" else "glorot_uniform"
    stack = [layers.Dense(n, activation, kernel_initializer=kernel, name=f"hidden_{k}") for k, n in enumerate(sizes)]
    return keras.Sequential([keras.Input((inputs,)), *stack, layers.Dense(out, last, name="output")])


class Scaled(layers.Layer):
    """A dense layer of one's own, with names of one's own for its weights."""

    def build(self, shape):
        self.matrix = self.add_weight(name="matrix", shape=(shape[-1], 24), initializer="he_normal")
        self.shift = self.add_weight(name="shift", shape=(24,), initializer="zeros")

    def call(self, x):
        return ops.relu(ops.matmul(x, self.matrix) + self.shift)


def own_layers(seed):
    X, y = circles(256)
    model = keras.Sequential([keras.Input((2,)), Scaled(), Scaled(), layers.Dense(1, name="output")])
    return Net(model, X, y, BCE(from_logits=True))


class Subclassed(keras.Model):
    """A model of one's own class, its parts in a list, its residual path in plain Python."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(24, "relu")
        self.blocks = [layers.Dense(24, "relu", kernel_initializer="he_normal") for _ in range(3)]
        self.norm, self.head = layers.LayerNormalization(), layers.Dense(1, name="output")

    def call(self, x, training=False):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(self.norm(x))
        return self.head(x)


def subclassed(seed):
    X, y = circles(256)
    return Net(Subclassed(), X, y, BCE(from_logits=True))


def two_inputs(seed):
    X, y = _numbers(seed)
    places = np.random.default_rng(seed).integers(0, 20, (256, 1)).astype("int32")
    a, b = keras.Input((8,), name="numbers"), keras.Input((1,), dtype="int32", name="place")
    x = layers.Concatenate()([a, layers.Flatten()(layers.Embedding(20, 4)(b))])
    for _ in range(2):
        x = layers.Dense(32, "relu")(x)
    return Net(
        keras.Model([a, b], layers.Dense(1, name="output")(x)), [X, places], y, keras.losses.MeanSquaredError()
    )


def two_outputs(seed):
    X, y = _numbers(seed)
    inputs = keras.Input((8,))
    x = layers.Dense(32, "relu")(layers.Dense(32, "relu")(inputs))
    outs = {"size": layers.Dense(1, name="size")(x), "kind": layers.Dense(3, "softmax", name="kind")(x)}
    labels = {"size": y, "kind": (y > 0).astype("int32") + (y > 1)}
    loss = {"size": "mse", "kind": "sparse_categorical_crossentropy"}
    return Net(keras.Model(inputs, outs), X, labels, loss)


def siamese(seed):
    """One tower, called twice."""
    X, _ = _numbers(seed)
    tower = keras.Sequential([keras.Input((8,)), layers.Dense(32, "relu"), layers.Dense(16)], name="tower")
    a, b = keras.Input((8,)), keras.Input((8,))
    far = layers.Lambda(lambda pair: ops.abs(pair[0] - pair[1]))([tower(a), tower(b)])
    same = (np.random.default_rng(seed).random(256) < 0.5).astype("float32")
    other = np.where(same[:, None] == 1, X + 0.1, X[::-1]).astype("float32")
    return Net(keras.Model([a, b], layers.Dense(1, name="output")(far)), [X, other], same, BCE(from_logits=True))


def nested(seed):
    X, y = images(64)
    block = keras.Sequential([layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()], name="inner")
    body = keras.Sequential([keras.Input((16, 16, 1)), block, layers.Conv2D(16, 3, activation="relu")], name="body")
    stack = [keras.Input((16, 16, 1)), body, layers.GlobalMaxPooling2D(), layers.Dense(4, "softmax", name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE())


def conv_1d(seed):
    X, y = tokens(64, length=20)
    stack = [keras.Input((20,), dtype="int32"), layers.Embedding(50, 16)]
    stack += [
        layers.Conv1D(24, 3, activation="relu"),
        layers.MaxPooling1D(2),
        layers.Conv1D(24, 3, activation="relu"),
    ]
    stack += [layers.GlobalMaxPooling1D(), layers.Dense(1, "sigmoid", name="output")]
    return Net(keras.Sequential(stack), X, y, BCE())


def conv_3d(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(16, 8, 8, 8, 1)).astype("float32"), rng.integers(0, 3, 16)
    stack = [keras.Input((8, 8, 8, 1)), layers.Conv3D(8, 3, 2, activation="relu")]
    stack += [layers.Conv3D(8, 2, activation="relu"), layers.Flatten(), layers.Dense(3, name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE(from_logits=True))


def unet(seed):
    """Down, up by a transposed convolution, a shortcut; one answer for each pixel."""
    X, _ = images(32)
    inputs = keras.Input((16, 16, 1))
    wide = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    deep = layers.Conv2D(16, 3, 2, padding="same", activation="relu")(wide)
    up = layers.Conv2DTranspose(8, 3, 2, padding="same", activation="relu")(deep)
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.Concatenate()([wide, up]))
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid", name="output")(x))
    return Net(model, X, (X > 0.5).astype("float32"), BCE())


def separable(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1)), layers.Conv2D(8, 3, 2, activation="relu")]
    stack += [layers.SeparableConv2D(16, 3, activation="relu", padding="same") for _ in range(2)]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(4, name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE(from_logits=True))


def group_norm(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1))]
    for _ in range(3):
        stack += [layers.Conv2D(16, 3, padding="same"), layers.GroupNormalization(4), layers.Activation("silu")]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(4, name="output")]
    return Net(keras.Sequential(stack), X, y, SCCE(from_logits=True))


def bare_batch_norm(seed):
    """Batch normalisation without scale and shift."""
    X, y = circles(256)
    stack = [keras.Input((2,))]
    for _ in range(3):
        stack += [layers.Dense(24, use_bias=False), layers.BatchNormalization(scale=False, center=False)]
        stack += [layers.ReLU()]
    return Net(keras.Sequential([*stack, layers.Dense(1, name="output")]), X, y, BCE(from_logits=True))


def fine_tuned(seed):
    """A frozen body with batch normalisation whose statistics fit, and a new head, as in transfer learning."""
    X, y = images(64)
    stack = [keras.Input((16, 16, 1))]
    for n in (8, 16):
        stack += [layers.Conv2D(n, 3, 2), layers.BatchNormalization(), layers.ReLU()]
    body = keras.Sequential([*stack, layers.GlobalAveragePooling2D()], name="body")
    for norm in (p for p in body.layers if isinstance(p, layers.BatchNormalization)):
        norm.momentum = 0.0
    body(X, training=True)
    body.trainable = False
    model = keras.Sequential(
        [keras.Input((16, 16, 1)), body, layers.Dense(16, "relu"), layers.Dense(4, name="output")]
    )
    return Net(model, X, y, SCCE(from_logits=True))


def with_dropout(seed):
    X, y = circles(256)
    stack = [keras.Input((2,))]
    for _ in range(3):
        stack += [layers.Dense(48, "relu", kernel_regularizer=keras.regularizers.L2(1e-3)), layers.Dropout(0.5)]
    return Net(keras.Sequential([*stack, layers.Dense(1, "sigmoid", name="output")]), X, y, BCE())


def mixer(seed):
    """Patches, mixed over places and over channels."""
    rng = np.random.default_rng(seed)
    X, y = rng.random((32, 16, 16, 3)).astype("float32"), rng.integers(0, 4, 32)
    inputs = keras.Input((16, 16, 3))
    x = layers.Reshape((16, 24))(layers.Conv2D(24, 4, 4)(inputs))
    for _ in range(2):
        h = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        x = x + layers.Permute((2, 1))(layers.Dense(16)(layers.Dense(16, "gelu")(h)))
        x = x + layers.Dense(24)(layers.Dense(32, "gelu")(layers.LayerNormalization()(x)))
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return Net(keras.Model(inputs, layers.Dense(4, name="output")(x)), X, y, SCCE(from_logits=True))


def causal(seed):
    """A small language model: one answer for each place, a mask over what comes later."""
    X, _ = tokens(32, length=12)
    inputs = keras.Input((12,), dtype="int32")
    x = layers.Embedding(50, 16)(inputs)
    for _ in range(2):
        h = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(2, 8)(h, h, use_causal_mask=True)
        x = x + layers.Dense(16)(layers.Dense(32, "gelu")(layers.LayerNormalization()(x)))
    model = keras.Model(inputs, layers.Dense(50, name="output")(layers.LayerNormalization()(x)))
    return Net(model, X, np.roll(X, -1, 1), SCCE(from_logits=True))


def bidirectional(seed):
    X, y = tokens(64, length=10)
    stack = [keras.Input((10,), dtype="int32"), layers.Embedding(50, 8, mask_zero=True)]
    stack += [layers.Bidirectional(layers.LSTM(8)), layers.Dense(1, "sigmoid", name="output")]
    return Net(keras.Sequential(stack), X, y, BCE())


def tagger(seed):
    """A label for each step."""
    X, _ = tokens(64, length=10)
    stack = [keras.Input((10,), dtype="int32"), layers.Embedding(50, 8), layers.GRU(12, return_sequences=True)]
    stack += [layers.TimeDistributed(layers.Dense(2, "softmax"), name="output")]
    return Net(keras.Sequential(stack), X, (X < 10).astype("int32"), SCCE())


def regression(seed):
    X, y = _numbers(seed)
    return Net(_mlp(8, 32, 32), X, y, keras.losses.MeanSquaredError())


def column_labels(seed):
    net = regression(seed)
    net.y = net.y[:, None]
    return net


def robust(seed):
    X, y = _numbers(seed)
    return Net(_mlp(8, 32, 32), X, y, keras.losses.Huber())


def counts(seed):
    X, y = _numbers(seed)
    return Net(_mlp(8, 32, 32, last="exponential"), X, np.floor(np.exp(y)), keras.losses.Poisson())


def positive(seed):
    X, y = _numbers(seed)
    return Net(_mlp(8, 32, 32, last="softplus"), X, np.exp(y), keras.losses.MeanSquaredError())


def hinge(seed):
    X, y = circles(256)
    return Net(_mlp(2, 32, 32), X, 2 * y - 1, keras.losses.Hinge())


def tags(seed):
    """Several yes-or-no answers."""
    X, y = _numbers(seed)
    answers = np.stack([X[:, 0] > 0, X[:, 1] > 0, y > 0], 1).astype("float32")
    return Net(_mlp(8, 32, 32, out=3, last="sigmoid"), X, answers, BCE())


def smooth_labels(seed):
    X, y = images(64)
    stack = [keras.Input((16, 16, 1)), layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(4, name="output")]
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    return Net(keras.Sequential(stack), X, np.eye(4, dtype="float32")[y], loss)


def focal(seed):
    net = tags(seed)
    net.loss = keras.losses.BinaryFocalCrossentropy()
    return net


def cosine(seed):
    X, _ = _numbers(seed)
    return Net(_mlp(8, 32, 32, out=8), X, X[:, ::-1].copy(), keras.losses.CosineSimilarity())


def selu(seed):
    X, y = _numbers(seed)
    stack = [layers.Dense(32, "selu", kernel_initializer="lecun_normal") for _ in range(8)]
    model = keras.Sequential([keras.Input((8,)), *stack, layers.Dense(1, name="output")])
    return Net(model, X, y, keras.losses.MeanSquaredError())


def gelu(seed):
    X, y = _numbers(seed)
    return Net(_mlp(8, 32, 32, 32, activation="gelu"), X, y, keras.losses.MeanSquaredError())


def highway(seed):
    """Gates that decide what passes, open at the start."""
    X, y = circles(256)
    inputs = keras.Input((2,))
    x = layers.Dense(24, "relu")(inputs)
    for _ in range(6):
        gate = layers.Dense(24, "sigmoid", bias_initializer=keras.initializers.Constant(-2.0))(x)
        x = gate * layers.Dense(24, "tanh")(x) + (1 - gate) * x
    return Net(keras.Model(inputs, layers.Dense(1, name="output")(x)), X, y, BCE(from_logits=True))


def dense_net(seed):
    X, y = images(64)
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(8, 3, 2, padding="same")(inputs)
    for _ in range(3):
        h = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Concatenate()([x, layers.Conv2D(8, 3, padding="same")(h)])
    x = layers.GlobalAveragePooling2D()(x)
    return Net(keras.Model(inputs, layers.Dense(4, name="output")(x)), X, y, SCCE(from_logits=True))


def squeeze(seed):
    """Channels weighted by what a small net makes of their means."""
    X, y = images(64)
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(16, 3, 2, padding="same", activation="relu")(inputs)
    for _ in range(2):
        s = layers.Dense(4, "relu", kernel_initializer="he_normal")(layers.GlobalAveragePooling2D()(x))
        x = x * layers.Reshape((1, 1, 16))(layers.Dense(16, "sigmoid")(s))
        x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return Net(keras.Model(inputs, layers.Dense(4, name="output")(x)), X, y, SCCE(from_logits=True))


def recommender(seed):
    """The product of two embeddings."""
    rng = np.random.default_rng(seed)
    X = [rng.integers(0, 30, 256).astype("int32"), rng.integers(0, 40, 256).astype("int32")]
    a, b = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    dot = layers.Dot(1)([layers.Embedding(30, 8)(a), layers.Embedding(40, 8)(b)])
    y = ((X[0] * 7 + X[1] * 3) % 5).astype("float32") / 5
    return Net(
        keras.Model([a, b], layers.Dense(1, kernel_initializer="ones", name="output")(dot)),
        X,
        y,
        keras.losses.MeanSquaredError(),
    )


def noisy(seed):
    X, y = _numbers(seed)
    stack = [keras.Input((8,)), layers.GaussianNoise(0.1), layers.Dense(32, "relu"), layers.LayerNormalization()]
    stack += [layers.Dense(32, "elu"), layers.GaussianDropout(0.2), layers.Dense(1, name="output")]
    return Net(keras.Sequential(stack), X, y, keras.losses.MeanSquaredError())


def adapted(seed):
    """A Normalization layer that has seen the inputs, which lie far from 0."""
    X, y = _numbers(seed)
    X = 1000 + 300 * X
    norm = layers.Normalization()
    norm.adapt(X)
    model = keras.Sequential([keras.Input((8,)), norm, layers.Dense(32, "relu"), layers.Dense(1, name="output")])
    return Net(model, X, y, keras.losses.MeanSquaredError())


KINDS = {
    "own layers": own_layers,
    "own model class": subclassed,
    "two inputs": two_inputs,
    "two outputs": two_outputs,
    "shared tower": siamese,
    "nested models": nested,
    "Conv1D": conv_1d,
    "Conv3D": conv_3d,
    "U-Net": unet,
    "separable": separable,
    "group norm": group_norm,
    "batch norm without scale": bare_batch_norm,
    "frozen body": fine_tuned,
    "dropout, weight decay": with_dropout,
    "mixer": mixer,
    "causal transformer": causal,
    "bidirectional, masked": bidirectional,
    "a label for each step": tagger,
    "regression": regression,
    "labels in a column": column_labels,
    "Huber": robust,
    "Poisson": counts,
    "softplus output": positive,
    "hinge": hinge,
    "several yes or no": tags,
    "smoothed labels": smooth_labels,
    "focal loss": focal,
    "cosine": cosine,
    "selu": selu,
    "gelu": gelu,
    "highway": highway,
    "DenseNet": dense_net,
    "squeeze and excite": squeeze,
    "recommender": recommender,
    "noise layers": noisy,
    "adapted normalization": adapted,
}
