"""Sick nets on circles, and what comes of doing what their verdict recommends: each remedy as a net of its own.

`python -m tests.net_remedies` trains all of them and prints cause and loss before and after: some minutes.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from tests.net_builders import circles, constant, descend, normal, uniform
from vgcourse.measure.diagnosis import diagnose

optimizers, constraints = keras.optimizers, keras.constraints
STEPS = 100


@dataclass(frozen=True)
class Remedy:
    """sick, cured: settings of `net`. cause: of the sick one. words: a part of what its verdict recommends."""

    cause: str
    words: str
    sick: dict
    cured: dict


def _adam():
    return optimizers.Adam(1e-2)


def net(
    depth=4,
    activation="relu",
    kernel="he_normal",
    bias=0.0,
    norm=None,
    skip=False,
    dropped=0.0,
    inputs=1.0,
    optimizer=_adam,
    **hidden,
):
    """(net, X, y). Activations stand in layers of their own. bias: of the second layer. hidden: settings of all."""
    keras.utils.set_random_seed(3)
    X, y = circles()
    entry = h = keras.Input((2,))
    for k in range(1, depth + 1):
        start = kernel(100 + k) if callable(kernel) else kernel
        z = layers.Dense(32, kernel_initializer=start, name=f"hidden_{k}", **hidden)(h)
        z = norm()(z) if norm else z
        z = layers.Dropout(dropped)(layers.Activation(activation)(z))
        h = h + z if skip and k > 1 else z
    model = keras.Model(entry, layers.Dense(1, "sigmoid", name="output")(h))
    model.get_layer("hidden_2").bias.assign(np.full(32, bias))
    model.compile(optimizer(), "binary_crossentropy")
    return model, X * np.float32(inputs), y


_SIGMOIDS = {"depth": 8, "activation": "sigmoid", "kernel": "glorot_uniform"}
_TANH = {"activation": "tanh", "kernel": "glorot_uniform"}
_RELU: dict = {}

REMEDIES = {
    "sigmoids → tanh": Remedy("flat activation", "tanh with glorot_uniform", _SIGMOIDS, _TANH),
    "sigmoids → relu": Remedy("flat activation", "relu with he_normal", _SIGMOIDS, {"depth": 8}),
    "sigmoids → batch norm": Remedy(
        "flat activation", "batch normalisation", _SIGMOIDS, _SIGMOIDS | {"norm": layers.BatchNormalization}
    ),
    "N(0, 0.01) → Glorot": Remedy("weights too small", "glorot_uniform", _TANH | {"kernel": normal(0.01)}, _TANH),
    "N(0, 1) → He": Remedy("exploding", "he_normal", {"depth": 8, "kernel": normal(1.0)}, {"depth": 8}),
    "U(0, 1) → Glorot": Remedy("not centred", "glorot_uniform", _TANH | {"kernel": uniform(0.0, 1.0)}, _TANH),
    "constant → random": Remedy("symmetric", "random", _TANH | {"kernel": constant(0.5)}, _TANH),
    "biases of -10 → 0": Remedy("dying relu", "zero biases", {"bias": -10.0}, _RELU),
    "biases of -10 → leaky": Remedy(
        "dying relu", "leaky_relu", {"bias": -10.0}, {"bias": -10.0, "activation": "leaky_relu"}
    ),
    "biases of 5 → 0": Remedy("saturation", "zero biases", _TANH | {"bias": 5.0}, _TANH),
    "biases of 5 → batch norm": Remedy(
        "saturation",
        "batch normalisation",
        _TANH | {"bias": 5.0},
        _TANH | {"bias": 5.0, "norm": layers.BatchNormalization},
    ),
    "inputs times 300": Remedy("saturation", "standardise", _TANH | {"inputs": 300.0}, _TANH),
    "dropout": Remedy("noise too large", "0.1 to 0.5", {"dropped": 0.95}, {"dropped": 0.3}),
    "weight decay, SGD": Remedy(
        "weight decay too large",
        "0.001 or less",
        {"optimizer": lambda: optimizers.SGD(1.0, weight_decay=0.05)},
        {"optimizer": lambda: optimizers.SGD(1.0, weight_decay=0.001)},
    ),
    "weight decay, AdamW": Remedy(
        "weight decay too large",
        "0.1 or less",
        {"optimizer": lambda: optimizers.AdamW(1e-2, weight_decay=20.0)},
        {"optimizer": lambda: optimizers.AdamW(1e-2, weight_decay=0.1)},
    ),
    "constraint": Remedy(
        "regularization too strong",
        "MaxNorm(2)",
        {"kernel_constraint": constraints.MaxNorm(0.01)},
        {"kernel_constraint": constraints.MaxNorm(2)},
    ),
    "clipping": Remedy(
        "clipping too strong",
        "global_clipnorm=1.0",
        {"optimizer": lambda: optimizers.Adam(1e-2, global_clipnorm=1e-10)},
        {"optimizer": lambda: optimizers.Adam(1e-2, global_clipnorm=1.0)},
    ),
    "epsilon": Remedy(
        "learning rate too small",
        "epsilon=1e-7",
        {"optimizer": lambda: optimizers.Adam(1e-2, epsilon=1e4)},
        {"optimizer": lambda: optimizers.Adam(1e-2, epsilon=1e-7)},
    ),
}

# What one might try as well, and what did not cure: losses after 200 steps of ten sigmoid layers, three seeds. They
# stay at .693 without it.
IN_VAIN = {
    "skip connections": _SIGMOIDS | {"depth": 10, "skip": True},  # .579 .561 .682
    "layer normalisation": _SIGMOIDS | {"depth": 10, "norm": layers.LayerNormalization},  # .693 .693 .693
}


def tried(settings: dict):
    """(what is said of a net of these settings, its loss after some steps on the whole batch)."""
    model, X, y = net(**settings)
    report = diagnose(model, X, y)
    descend(model, X, y, STEPS)
    return report, float(model.compute_loss(x=X, y=y[:, None], y_pred=model(X, training=True)))


if __name__ == "__main__":
    for name, remedy in REMEDIES.items():
        (sick, before), (cured, after) = tried(remedy.sick), tried(remedy.cured)
        print(f"{name:26s} {sick.cause:26s} {before:9.3g}   {cured.cause:26s} {after:9.3g}", flush=True)
    for name, settings in IN_VAIN.items():
        report, after = tried(settings)
        print(f"{name:26s} {'in vain':26s} {'':9s}   {report.cause:26s} {after:9.3g}", flush=True)
