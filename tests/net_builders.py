"""Builders of small nets and data: every function that takes a seed returns (model, X, y)."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def circles(n=512):
    rng = np.random.default_rng(1)
    y = np.repeat([0.0, 1.0], n // 2)
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.where(y == 1, 0.5, 1.0)
    X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1) + rng.normal(0, 0.1, (n, 2))
    return X.astype("float32"), y.astype("float32")


def images(n=128, classes=4):
    rng = np.random.default_rng(2)
    y = rng.integers(0, classes, n)
    X = rng.normal(0, 0.5, (n, 16, 16, 1))
    for k in range(classes):
        X[y == k, 4 * k : 4 * k + 4] += 1.0
    return X.astype("float32"), y.astype("int64")


def tokens(n=128, length=20, words=50):
    rng = np.random.default_rng(3)
    X = rng.integers(1, words, (n, length))
    return X.astype("int32"), (X < 10).any(1).astype("float32")


def dense(seed, depth, activation, kernel="glorot_uniform", width=32, bias="zeros", inputs=2, out=1, last="sigmoid"):
    """A plain net; ``kernel`` is an initializer's name or a function of a seed that makes one."""
    keras.utils.set_random_seed(seed)

    def fresh(k):
        return kernel(1000 * seed + k) if callable(kernel) else kernel

    stack = [
        layers.Dense(width, activation, kernel_initializer=fresh(k), bias_initializer=bias, name=f"hidden_{k + 1}")
        for k in range(depth)
    ]
    head = layers.Dense(out, last, kernel_initializer=fresh(depth), name="output")
    return keras.Sequential([keras.Input((inputs,)), *stack, head])


def normal(sd):
    return lambda seed: keras.initializers.RandomNormal(0.0, sd, seed=seed)


def uniform(low, high):
    return lambda seed: keras.initializers.RandomUniform(low, high, seed=seed)


def constant(value):
    return lambda seed: keras.initializers.Constant(value)


def with_layer(name, kernel=1.0, bias=0.0, **net):
    """A net in which one layer's kernel is multiplied and its bias shifted."""

    def build(seed):
        model = dense(seed, **net)
        layer = model.get_layer(name)
        layer.kernel.assign(layer.kernel * kernel)
        layer.bias.assign(layer.bias + bias)
        return model, *circles()

    return build


def plain(**net):
    return lambda seed: (dense(seed, **net), *circles())


def changed_inputs(scale=1.0, shift=0.0, **net):
    def build(seed):
        X, y = circles()
        return dense(seed, **net), X * np.float32(scale) + np.float32(shift), y

    return build


def with_nan(seed):
    model = dense(seed, 5, "relu", "he_normal")
    kernel = model.get_layer("hidden_2").kernel.numpy()
    kernel[3, 4] = np.nan
    model.get_layer("hidden_2").kernel.assign(kernel)
    return model, *circles()


def residual(depth, scale, width=32):
    """Pre-activation blocks x + scale * W relu(W relu(x)), He's kernels."""

    def build(seed):
        keras.utils.set_random_seed(seed)
        inputs = keras.Input((2,))
        x = layers.Dense(width, name="stem")(inputs)
        for k in range(depth):
            h = layers.Activation("relu")(x)
            h = layers.Dense(width, kernel_initializer="he_normal", name=f"block_{k + 1}_a")(h)
            h = layers.Activation("relu")(h)
            h = layers.Dense(width, kernel_initializer="he_normal", name=f"block_{k + 1}_b")(h)
            x = layers.Add()([x, layers.Rescaling(scale)(h)])
        return keras.Model(inputs, layers.Dense(1, "sigmoid", name="output")(x)), *circles()

    return build


def batch_norm(depth, width=16):
    """Dense, batch norm, relu, ``depth`` times."""

    def build(seed):
        keras.utils.set_random_seed(seed)
        stack = [keras.Input((2,))]
        for k in range(depth):
            stack += [
                layers.Dense(width, name=f"dense_{k + 1}"),
                layers.BatchNormalization(name=f"norm_{k + 1}"),
                layers.ReLU(name=f"relu_{k + 1}"),
            ]
        return keras.Sequential([*stack, layers.Dense(1, "sigmoid", name="output")]), *circles()

    return build


def compiled(rate, optimizer="SGD", steps=0, **net):
    """A compiled net, after ``steps`` full-batch steps of its optimizer."""

    def build(seed):
        X, y = circles()
        model = dense(seed, **net)
        model.compile(optimizer=getattr(keras.optimizers, optimizer)(rate), loss="binary_crossentropy")
        if steps:
            descend(model, X, y, steps)
        return model, X, y

    return build


def descend(model, X, y, steps):
    """Train on the full batch; a bare graph, as ``fit`` takes seconds to set up."""

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=X, y=y[:, None], y_pred=model(X, training=True))
        gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
        model.optimizer.apply(gradients, model.trainable_variables)

    model.optimizer.build(model.trainable_variables)
    for _ in range(steps):
        step()


def stuck_output(seed):
    """A sigmoid output far on the wrong side under squared error, which does not see through it."""
    X, y = circles()
    model = dense(seed, 2, "tanh")
    model.get_layer("output").bias.assign([12.0])
    model.compile(loss="mse")
    return model, X, np.zeros_like(y)


def conv(kernel="he_normal", bias=None, depth=3):
    """``bias`` shifts the second convolution."""

    def build(seed):
        keras.utils.set_random_seed(seed)
        stack = [keras.Input((16, 16, 1))]
        for k in range(depth):
            stack.append(
                layers.Conv2D(
                    16, 3, padding="same", activation="relu", kernel_initializer=kernel, name=f"conv_{k + 1}"
                )
            )
        model = keras.Sequential([*stack, layers.GlobalAveragePooling2D(), layers.Dense(4, "softmax", name="output")])
        if bias:
            model.get_layer("conv_2").bias.assign(np.full(16, bias))
        return model, *images()

    return build


def conv_pool(seed):
    keras.utils.set_random_seed(seed)
    stack = [
        keras.Input((16, 16, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(4, name="logits"),
    ]
    model = keras.Sequential(stack)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model, *images()


def _first_steps(steps):
    X, y = tokens()
    return X[:, :steps], y


def recurrent(kind, embed=True, steps=20):
    def build(seed):
        keras.utils.set_random_seed(seed)
        stack = [keras.Input((steps,), dtype="int32"), layers.Embedding(50, 8)]
        stack += [getattr(layers, kind)(16, return_sequences=True), getattr(layers, kind)(16)]
        return keras.Sequential([*stack, layers.Dense(1, "sigmoid", name="output")]), *_first_steps(steps)

    return build


def attention(seed):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((20,), dtype="int32")
    x = layers.Embedding(50, 16)(inputs)
    for _ in range(2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, "gelu")(x)))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1, "sigmoid", name="output")(x)), *tokens()


def residual_conv(seed):
    """Batch norm, relu after the sum, and a last gamma of zero in each block, as in large ResNets."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(inputs)
    for _ in range(3):
        h = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
        h = layers.ReLU()(layers.BatchNormalization()(h))
        h = layers.Conv2D(8, 3, padding="same", use_bias=False)(h)
        x = layers.ReLU()(x + layers.BatchNormalization(gamma_initializer="zeros")(h))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(4, "softmax", name="output")(x)), *images()


def regression(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(256, 8)).astype("float32")
    model = dense(seed, 3, "swish", "he_normal", inputs=8, last="linear")
    model.compile("adam", "mse")
    return model, X, (X[:, :1] * X[:, 1:2] + 0.1 * rng.normal(size=(256, 1))).astype("float32")


def autoencoder(seed):
    keras.utils.set_random_seed(seed)
    X = images()[0].reshape(128, 256)
    stack = [layers.Dense(n, "relu", kernel_initializer="he_normal") for n in (64, 16, 64)]
    model = keras.Sequential([keras.Input((256,)), *stack, layers.Dense(256, name="output")])
    model.compile("adam", "mse")
    return model, X, X


def zero_head(seed):
    model = dense(seed, 4, "relu", "he_normal", out=1)
    model.get_layer("output").kernel.assign(np.zeros((32, 1)))
    return model, *circles()


def normalised_inputs(seed):
    """Inputs far off centre, which a Normalization layer inside the model mends."""
    keras.utils.set_random_seed(seed)
    X, y = circles()
    X = 40 + 3 * X
    first = layers.Normalization()
    first.adapt(X)
    stack = [layers.Dense(16, "tanh", name=f"hidden_{k + 1}") for k in range(3)]
    return keras.Sequential([keras.Input((2,)), first, *stack, layers.Dense(1, "sigmoid")]), X, y


class Branches(keras.Model):
    """Subclassed, with a layer that is used twice."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(16, "tanh", name="first")
        self.shared = layers.Dense(16, "tanh", name="shared")
        self.head = layers.Dense(1, "sigmoid", name="head")

    def call(self, x):
        return self.head(self.shared(self.shared(self.first(x))))


def subclassed(seed):
    keras.utils.set_random_seed(seed)
    X, y = circles()
    model = Branches()
    model(X[:1])
    return model, X, y
