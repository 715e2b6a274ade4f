"""The clinic's nets: one function a kind, from a chart's settings to a model, its loss and its optimizer's class."""

from typing import Any

import keras
from keras import layers

from vgcourse.nets.clinic.charts import Settings
from vgcourse.nets.clinic.tasks import STEPS, SYMBOLS, TOKENS

Built = tuple[keras.Model, Any, type]
_CLASSES = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _kernels(settings: Settings) -> Any:
    """He's weights: a fresh initializer for each call, or one for all of them."""
    if settings["initializer"] == "own":
        return keras.initializers.HeNormal
    one = keras.initializers.HeNormal(seed=int(keras.random.randint((), 0, 1000)))
    return lambda: one


def cnn(settings: Settings) -> Built:
    """Three convolutions with batch normalisation, for pictures (n, 8, 8, 1) of ten classes."""
    kernel, stack = _kernels(settings), [keras.Input((8, 8, 1))]
    for k in (1, 2, 3):
        strides = 2 if k == 2 else 1
        conv = layers.Conv2D(8, 3, strides, padding="same", kernel_initializer=kernel(), name=f"conv_{k}")
        stack += [conv, layers.BatchNormalization(momentum=0.8, name=f"norm_{k}"), layers.ReLU(name=f"relu_{k}")]
    model = keras.Sequential([*stack, layers.GlobalAveragePooling2D(name="pool"), layers.Dense(10, name="output")])
    if settings["frozen"] != "none":
        _freeze(model.get_layer(settings["frozen"]))
    return model, _CLASSES, keras.optimizers.Adam


def _freeze(norm: layers.BatchNormalization) -> None:
    """As after loading: the statistics are those of much brighter pictures, and training no longer changes them."""
    norm.trainable = False
    norm.moving_mean.assign(norm.moving_mean + 50.0)
    norm.moving_variance.assign(norm.moving_variance * 100.0)


def resnet(settings: Settings) -> Built:
    """A stem, six residual blocks and a last layer of 32 units, for rows of 64 pixels of ten classes."""
    kernel, inputs = _kernels(settings), keras.Input((64,))
    x = layers.Dense(32, name="stem")(inputs)
    for k in range(1, 7):
        h = layers.Dense(32, "relu", kernel_initializer=kernel(), name=f"branch_{k}")(x)
        x = layers.Add(name=f"add_{k}")([x, layers.Rescaling(settings["branch_scale"], name=f"scale_{k}")(h)])
    x = layers.Dense(32, "relu", name="last")(x)
    return keras.Model(inputs, layers.Dense(10, name="output")(x)), _CLASSES, keras.optimizers.SGD


def lstm(settings: Settings) -> Built:
    """An LSTM of 16 units and one answer, yes or no, for sequences (n, STEPS, 1)."""
    memory = layers.LSTM(16, unit_forget_bias=False, name="memory")
    stack = [keras.Input((STEPS, 1)), memory]
    stack += [layers.Dropout(settings["dropout"], name="dropout")] if settings["dropout"] else []
    model = keras.Sequential([*stack, layers.Dense(1, name="output")])
    kernel, recurrent, bias = memory.get_weights()
    bias[16:32] = settings["forget_bias"]  # Keras's order: input, forget, cell, output
    memory.set_weights([kernel, recurrent, bias])
    return model, keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam


class TokensInPlaces(layers.Layer):
    """Embeddings of tokens, and with ``positions`` those of their places added."""

    def __init__(self, width: int, positions: bool, **options: Any):
        super().__init__(**options)
        # Not between -0.05 and 0.05, as Keras has them: with those, and a mean over the tokens for the maximum, two
        # of 16 seeds had learned too little after four epochs (Keras 3.10).
        token, place = (keras.initializers.RandomNormal(stddev=1.0) for _ in range(2))
        self.token = layers.Embedding(SYMBOLS, width, token, name="token")
        self.place = layers.Embedding(TOKENS, width, place, name="place") if positions else None

    def call(self, tokens):
        """Tokens (n, TOKENS) → (n, TOKENS, width)."""
        found = self.token(tokens)
        return found if self.place is None else found + self.place(keras.ops.arange(tokens.shape[-1]))


def transformer(settings: Settings) -> Built:
    """One pre-LN block and one answer, yes or no, for tokens (n, TOKENS)."""
    inputs = keras.Input((TOKENS,), dtype="int32")
    x = TokensInPlaces(16, settings["positions"], name="embedding")(inputs)
    attention = layers.MultiHeadAttention(settings["heads"], 8, name="attention")
    wide, narrow = layers.Dense(32, "relu", name="wide"), layers.Dense(16, name="narrow")
    h = layers.LayerNormalization(name="norm_1")(x)
    x = x + attention(h, h)
    x = x + narrow(wide(layers.LayerNormalization(name="norm_2")(x)))
    x = layers.GlobalMaxPooling1D(name="pool")(x)
    x = layers.Dropout(settings["dropout"], name="dropout")(x) if settings["dropout"] else x
    loss = keras.losses.BinaryCrossentropy(from_logits=settings["from_logits"])
    return keras.Model(inputs, layers.Dense(1, name="output")(x)), loss, keras.optimizers.Adam


def autoencoder(settings: Settings) -> Built:
    """Six dense layers with a code of 8 numbers, for rows of 64 pixels."""
    sizes = {"encode_1": 32, "encode_2": 16, "code": 8, "decode_1": 16, "decode_2": 32}
    drawn = settings["kernels"] == "drawn"
    kernels = {} if drawn else {"kernel_initializer": keras.initializers.Constant(0.05)}
    options = {"activation": settings["activation"], "use_bias": settings["biases"], **kernels}
    hidden = [layers.Dense(units, name=name, **options) for name, units in sizes.items()]
    output = layers.Dense(64, settings["output"], name="output", **kernels)
    return keras.Sequential([keras.Input((64,)), *hidden, output]), "mean_squared_error", keras.optimizers.Adam


class Sample(layers.Layer):
    """A code drawn around ``mean``; how far its distribution is from N(0, 1) is added to the loss, times ``weight``.

    When the net is only asked, not trained, the code is the mean.
    """

    def __init__(self, weight: float, seed: int, **options: Any):
        super().__init__(**options)
        self.weight, self.draws = weight, keras.random.SeedGenerator(seed)

    def call(self, mean, log_variance, training=False):
        """Means and logarithms of variances, (n, d) each → codes (n, d)."""
        ops = keras.ops
        apart = ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, -1) / 2
        self.add_loss(self.weight * ops.mean(apart))
        noise = keras.random.normal(ops.shape(mean), seed=self.draws)
        return mean + ops.exp(log_variance / 2) * noise if training else mean


def vae(settings: Settings) -> Built:
    """A variational autoencoder with a code of 6 numbers, for rows of 64 pixels."""
    kernel, inputs = _kernels(settings), keras.Input((64,))
    h = layers.Dense(32, "relu", kernel_initializer="he_normal", name="encode")(inputs)
    mean, log_variance = (layers.Dense(6, kernel_initializer=kernel(), name=n)(h) for n in ("mean", "log_variance"))
    code = Sample(settings["kl_weight"], 0, name="sample")(mean, log_variance)
    h = layers.Dense(32, "relu", kernel_initializer="he_normal", name="decode")(code)
    output = layers.Dense(64, settings["output"], name="output")(h)
    return keras.Model(inputs, output), "mean_squared_error", keras.optimizers.Adam
