"""Nets that nobody had in mind: family, depth, width, activation, initializer, optimizer, scale of the data by lot.

`draw(seed)` is a net, ready to be asked: compiled or not, before or after some steps of training. Whether it is well
nobody says: `diagnosis_oracle` measures it.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

N = 128
ACTIVATIONS = ["relu"] * 6 + ["tanh"] * 3 + ["sigmoid"] * 2
ACTIVATIONS += ["elu", "selu", "gelu", "silu", "leaky_relu", "softplus", "softsign", "hard_sigmoid", "relu6", "mish"]
DEVIATIONS = (0.01, 0.05, 0.3, 1.0)


@dataclass
class Draw:
    """loss: for a net that is not compiled. steps: of training that it has had. words: how it was made."""

    model: keras.Model
    X: object
    y: np.ndarray
    loss: object
    compiled: bool
    steps: int
    words: str

    def asked(self) -> dict:
        return {"X": self.X, "y": self.y} | ({} if self.compiled else {"loss": self.loss})


class Lot:
    """One net's own taste: what all its layers have in common."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng([7, seed])
        self.activation = self.one_of(ACTIVATIONS)
        self.kernel = self._kernel()
        self.norm = self.one_of([None] * 5 + ["batch", "batch", "layer"])
        self.drop = self.one_of([0.0] * 6 + [0.1, 0.3, 0.5, 0.9])
        self.width = int(self.one_of([4, 8, 16, 32, 64]))
        self.depth = int(self.one_of([1, 2, 3, 4, 6, 10, 16]))
        self.penalty = self.one_of([None] * 9 + ["l2"])

    def one_of(self, values):
        return values[int(self.rng.integers(len(values)))]

    def _kernel(self):
        usual = {"relu": "he_normal", "selu": "lecun_normal"}.get(self.activation, "glorot_uniform")
        deviation = self.one_of(DEVIATIONS)
        normal = keras.initializers.RandomNormal(0.0, deviation)
        made = {"usual": usual, "orthogonal": "orthogonal", f"N(0, {deviation})": normal, "glorot": "glorot_uniform"}
        self.start = self.one_of(["usual"] * 5 + ["glorot", "orthogonal", f"N(0, {deviation})", f"N(0, {deviation})"])
        return made[self.start]

    def initial(self):
        """A fresh copy: one instance with a seed would make equal kernels."""
        return self.kernel if isinstance(self.kernel, str) else type(self.kernel)(0.0, self.kernel.stddev)

    def dense(self, x, units=None):
        layer = layers.Dense(units or self.width, kernel_initializer=self.initial(), kernel_regularizer=self.penalty)
        return self._finish(layer, x)

    def conv(self, x, filters, kind=layers.Conv2D, strides=1):
        layer = kind(filters, 3, strides, padding="same", kernel_initializer=self.initial())
        return self._finish(layer, x)

    def _finish(self, layer, x):
        """With a normalisation the activation is a layer, without one mostly an argument."""
        if self.norm is None and self.rng.random() < 0.7:
            layer.activation = keras.activations.get(self.activation)
            x = layer(x)
        else:
            norms = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization, None: layers.Identity}
            x = layers.Activation(self.activation)(norms[self.norm]()(layer(x)))
        return layers.Dropout(self.drop)(x) if self.drop else x


class OwnDense(layers.Layer):
    """A layer of one's own, with its own names."""

    def __init__(self, units, activation, kernel):
        super().__init__()
        self.units, self.function, self.start = units, keras.activations.get(activation), kernel

    def build(self, shape):
        self.matrix = self.add_weight(name="matrix", shape=(shape[-1], self.units), initializer=self.start)

    def call(self, x):
        return self.function(keras.ops.matmul(x, self.matrix))


class OwnModel(keras.Model):
    """A model of one's own class, its parts in a list."""

    def __init__(self, lot, head):
        super().__init__()
        self.parts = [layers.Dense(lot.width, lot.activation, kernel_initializer=lot.initial()) for _ in range(3)]
        self.head = head

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return self.head(x)


def numbers(lot):
    X = lot.rng.normal(size=(N, 10)).astype("float32")
    return X, (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype("int32"), np.sin(X[:, 0]) + 0.5 * X[:, 1]


def pictures(lot):
    y = lot.rng.integers(0, 2, N)
    X = lot.rng.normal(0, 0.5, (N, 8, 8, 1))
    X[y == 1, :4] += 1.0
    return X.astype("float32"), y.astype("int32"), X.mean((1, 2, 3)) * 4


def series(lot):
    X = lot.rng.normal(size=(N, 12, 3)).astype("float32")
    return X, (X[:, -4:, 0].sum(1) > 0).astype("int32"), X[:, -4:, 0].mean(1)


def words(lot):
    X = lot.rng.integers(1, 30, (N, 12)).astype("int32")
    low = (X < 10).mean(1)
    return X, (low > np.median(low)).astype("int32"), low * 3


def tower(lot, x):
    for _ in range(lot.depth):
        x = lot.dense(x)
    return x


def residual(lot, x):
    x = layers.Dense(lot.width)(x)
    scale = lot.one_of([1.0, lot.depth**-0.5])
    for _ in range(lot.depth):
        x = x + scale * layers.Dense(lot.width, kernel_initializer=lot.initial())(lot.dense(x))
    return x


def branches(lot, x):
    for _ in range(min(lot.depth, 4)):
        x = layers.Concatenate()([lot.dense(x), layers.Dense(lot.width, "tanh")(x)])
    return x


def nested(lot, x):
    inner = keras.Input(x.shape[1:])
    body = keras.Model(inner, tower(lot, inner), name="body")
    return lot.dense(body(x))


def repeated(lot, x):
    """One layer, again and again: a net through time without a word of it."""
    x = lot.dense(x)
    again = layers.Dense(lot.width, lot.activation, kernel_initializer=lot.initial(), name="again")
    for _ in range(min(lot.depth, 6)):
        x = again(x)
    return x


def own_layers(lot, x):
    for _ in range(min(lot.depth, 5)):
        x = OwnDense(lot.width, lot.activation, lot.initial())(x)
    return x


def conv_2d(lot, x):
    for k in range(min(lot.depth, 4)):
        x = lot.conv(x, min(lot.width, 16), strides=1 + k % 2)
    return lot.one_of([layers.GlobalAveragePooling2D, layers.Flatten, layers.GlobalMaxPooling2D])()(x)


def conv_residual(lot, x):
    x = layers.Conv2D(8, 3, 2, padding="same")(x)
    for _ in range(min(lot.depth, 4)):
        h = layers.BatchNormalization()(lot.conv(x, 8))
        x = layers.Activation(lot.activation)(x + h)
    return layers.GlobalAveragePooling2D()(x)


def conv_1d(lot, x):
    for _ in range(min(lot.depth, 4)):
        x = lot.conv(x, min(lot.width, 16), layers.Conv1D)
    return lot.one_of([layers.GlobalAveragePooling1D, layers.Flatten])()(x)


def recurrent(lot, x):
    kind = lot.one_of([layers.SimpleRNN, layers.LSTM, layers.GRU])
    count = lot.one_of([1, 1, 2, 3])
    for k in range(count):
        last = k == count - 1
        layer = kind(min(lot.width, 16), return_sequences=not last, dropout=lot.one_of([0.0, 0.0, 0.2]))
        x = (layers.Bidirectional(layer) if lot.rng.random() < 0.3 else layer)(x)
    return x


def attention(lot, x):
    x, pre = layers.Dense(16)(x), lot.one_of([True, False])
    for _ in range(lot.one_of([1, 2, 3])):
        h = layers.LayerNormalization()(x) if pre else x
        x = x + layers.MultiHeadAttention(2, 8, kernel_initializer=lot.initial())(h, h)
        h = layers.LayerNormalization()(x)
        x = (x if pre else h) + layers.Dense(16)(layers.Dense(32, lot.activation)(h))
    return layers.GlobalAveragePooling1D()(x)


OF_NUMBERS = (tower, tower, tower, residual, branches, nested, repeated, own_layers)
OF_SERIES = (recurrent, recurrent, attention, conv_1d)
SOURCES = (
    *((numbers, body) for body in OF_NUMBERS),
    *((pictures, body) for body in (conv_2d, conv_2d, conv_residual)),
    *((series, body) for body in OF_SERIES),
    *((words, body) for body in OF_SERIES),
)


def _answers(lot, kind, value):
    """(loss, targets, a head that fits them)."""
    losses = keras.losses
    makes = {
        "yes or no": lambda: (losses.BinaryCrossentropy(), kind.astype("float32"), layers.Dense(1, "sigmoid")),
        "a logit": lambda: (losses.BinaryCrossentropy(from_logits=True), kind.astype("float32"), layers.Dense(1)),
        "classes": lambda: (losses.SparseCategoricalCrossentropy(), kind, layers.Dense(3, "softmax")),
        "logits": lambda: (losses.SparseCategoricalCrossentropy(from_logits=True), kind, layers.Dense(2)),
        "one-hot": lambda: (losses.CategoricalCrossentropy(), np.eye(2)[kind], layers.Dense(2, "softmax")),
        "squared": lambda: (losses.MeanSquaredError(), value, layers.Dense(1)),
        "absolute": lambda: (losses.MeanAbsoluteError(), value[:, None], layers.Dense(1)),
        "Huber": lambda: (losses.Huber(), value, layers.Dense(1)),
    }
    name = lot.one_of(list(makes))
    loss, y, head = makes[name]()
    head.name = "output"
    return name, loss, np.asarray(y, "int32" if y is kind else "float32"), head


def _optimizer(lot):
    known = {
        "SGD": lambda rate: keras.optimizers.SGD(rate),
        "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
        "Nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.99, nesterov=True),
        "Adam": keras.optimizers.Adam,
        "AdamW": keras.optimizers.AdamW,
        "RMSprop": keras.optimizers.RMSprop,
        "Nadam": keras.optimizers.Nadam,
        "Adagrad": keras.optimizers.Adagrad,
        "Lion": keras.optimizers.Lion,
    }
    usual = {"SGD": 0.1, "momentum": 0.02, "Nesterov": 0.002, "Adagrad": 0.05, "Lion": 3e-4}
    name = lot.one_of([*known, "Adam", "Adam"])
    rate = usual.get(name, 2e-3) * lot.one_of([1, 1, 1, 1, 1, 0.1, 10, 300, 1e-5])
    return f"{name} {rate:.0e}", known[name](rate)


def _built(lot, X, source, body, head):
    inputs = keras.Input(X.shape[1:], dtype=X.dtype)
    x = inputs
    if source is words:
        x = layers.Embedding(30, 8, mask_zero=body is recurrent and lot.rng.random() < 0.5)(x)
    return keras.Model(inputs, head(body(lot, x)))


def draw(seed: int) -> Draw:
    """The net of a seed."""
    lot = Lot(seed)
    keras.utils.set_random_seed(seed)
    source, body = lot.one_of(SOURCES)
    policy = lot.one_of(["float32"] * 7 + ["mixed_float16", "mixed_bfloat16"])
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        X, kind, value = source(Lot(seed))
        name, loss, y, head = _answers(lot, kind, value)
        if source is numbers and lot.rng.random() < 0.1:
            model, body = OwnModel(lot, head), OwnModel
        else:
            model = _built(lot, X, source, body, head)
        model(X[:2])
    finally:
        keras.config.set_dtype_policy(before)
    scale = lot.one_of([1.0] * 8 + [255.0, 1e-4]) if X.dtype.kind == "f" else 1.0
    made, optimizer = _optimizer(lot)
    steps, compiled = lot.one_of([0, 0, 3, 12]), lot.rng.random() < 0.75
    model.compile(optimizer, loss, run_eagerly=True)
    X = X * np.float32(scale) if scale != 1 else X
    _train(model, X, y, steps)
    model.compiled = compiled
    told = (
        f"{body.__name__}, {source.__name__}, depth {lot.depth}, width {lot.width}, {lot.activation}, {lot.start}, "
        f"norm {lot.norm}, dropout {lot.drop}, {lot.penalty}, {name}, {made}, data × {scale:g}, {policy}, "
        f"{'compiled' if compiled else 'loss given'}, {steps} steps"
    )
    return Draw(model, X, y, loss, compiled, steps, told)


def _train(model, X, y, steps: int) -> None:
    for k in range(steps):
        rows = slice(32 * k % N, 32 * k % N + 32)
        model.train_on_batch(X[rows], y[rows])
