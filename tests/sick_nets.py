"""Nets that are ill on purpose, and nets that are well: what `vgcourse.diagnose` is tried on.

Every case is a function of a seed that returns (model, X, y). SICK says which cause must be found and where;
None as the layer means that any will do.
"""

from dataclasses import dataclass

from tests.net_builders import (
    attention,
    autoencoder,
    batch_norm,
    changed_inputs,
    compiled,
    constant,
    conv,
    conv_pool,
    normal,
    normalised_inputs,
    plain,
    recurrent,
    regression,
    residual,
    residual_conv,
    stuck_output,
    subclassed,
    uniform,
    with_layer,
    with_nan,
    zero_head,
)


@dataclass(frozen=True)
class Case:
    build: object
    causes: tuple[str, ...]
    layers: tuple[str, ...] | None = None


SICK = {
    "ten sigmoid layers": Case(plain(depth=10, activation="sigmoid"), ("flat activation",), ("hidden_1",)),
    "three narrow sigmoid layers": Case(
        plain(depth=3, activation="sigmoid", width=5), ("flat activation",), ("hidden_1",)
    ),
    "tanh, N(0, 0.01)": Case(
        plain(depth=6, activation="tanh", kernel=normal(0.01)), ("weights too small",), ("hidden_1",)
    ),
    "tanh, N(0, 0.1), 20 layers": Case(
        plain(depth=20, activation="tanh", kernel=normal(0.1)), ("weights too small",), ("hidden_1",)
    ),
    "relu, Glorot, 26 layers": Case(plain(depth=26, activation="relu"), ("weights too small",), ("hidden_1",)),
    "one layer's weights too small": Case(
        with_layer("hidden_3", 1e-5, depth=6, activation="tanh"),
        ("weights too small",),
        ("hidden_3",),
    ),
    "one layer's weights too large": Case(
        with_layer("hidden_4", 1e4, depth=6, activation="linear"), ("weights too large",), ("hidden_4",)
    ),
    "tanh, N(0, 1), width 32": Case(plain(depth=5, activation="tanh", kernel=normal(1.0)), ("weights too large",)),
    "relu, N(0, 1), width 32": Case(plain(depth=8, activation="relu", kernel=normal(1.0)), ("exploding",)),
    "residual blocks without a factor": Case(residual(24, 1.0), ("exploding",)),
    "batch norm and relu, 30 layers": Case(batch_norm(30), ("exploding",)),
    "relu biases of -10": Case(
        with_layer("hidden_3", 1.0, -10.0, depth=5, activation="relu"), ("dying relu",), ("hidden_3",)
    ),
    "convolution with biases of -10": Case(conv(bias=-10.0), ("dying relu",), ("conv_2",)),
    "tanh biases of 5": Case(
        with_layer("hidden_2", 1.0, 5.0, depth=4, activation="tanh"), ("saturation",), ("hidden_2",)
    ),
    "inputs of hundreds": Case(
        changed_inputs(scale=300.0, depth=4, activation="tanh"), ("saturation",), ("hidden_1",)
    ),
    "inputs shifted by 10": Case(
        changed_inputs(shift=10.0, depth=4, activation="tanh"), ("not centred",), ("hidden_1",)
    ),
    "tanh, U(0, 1), width 5": Case(
        plain(depth=5, activation="tanh", kernel=uniform(0.0, 1.0), width=5), ("not centred",)
    ),
    "all weights 0.5": Case(plain(depth=3, activation="tanh", kernel=constant(0.5)), ("symmetric",), ("hidden_1",)),
    "all weights 0": Case(plain(depth=3, activation="relu", kernel="zeros"), ("symmetric",), ("hidden_1",)),
    "a NaN among the weights": Case(with_nan, ("not finite",), ("hidden_2",)),
    "squared error behind a wrong, sure sigmoid": Case(stuck_output, ("saturation",), ("output",)),
    "learning rate 1e-8": Case(
        compiled(1e-8, "Adam", depth=3, activation="relu", kernel="he_normal"), ("learning rate too small",)
    ),
    "learning rate 10": Case(
        compiled(10.0, "Adam", depth=3, activation="relu", kernel="he_normal"), ("learning rate too large",)
    ),
}

HEALTHY = {
    "tanh, Glorot, 5 layers": plain(depth=5, activation="tanh"),
    "tanh, Glorot, 5 narrow layers": plain(depth=5, activation="tanh", width=5),
    "relu, He, 10 layers": plain(depth=10, activation="relu", kernel="he_normal"),
    "relu, He, 20 layers": plain(depth=20, activation="relu", kernel="he_normal"),
    "relu, Glorot, 6 layers (Keras's defaults)": plain(depth=6, activation="relu"),
    "leaky relu": plain(depth=8, activation="leaky_relu", kernel="he_normal"),
    "selu, LeCun": plain(depth=10, activation="selu", kernel="lecun_normal"),
    "one sigmoid layer": plain(depth=1, activation="sigmoid", width=5),
    "logistic regression": plain(depth=0, activation="linear"),
    "tanh, N(0, 1), 4 layers of 5 (the published net that learns)": plain(
        depth=4, activation="tanh", kernel=normal(1.0), width=5
    ),
    "relu, N(0, 1), 4 layers of 5 (the published net that learns)": plain(
        depth=4, activation="relu", kernel=normal(1.0), width=5
    ),
    "small conv net, He": conv(),
    "conv net, Keras's defaults": conv("glorot_uniform", depth=5),
    "conv net with pooling and dropout": conv_pool,
    "LSTM": recurrent("LSTM"),
    # A fresh GRU keeps .63 a step: ten steps are a memory, twenty are none (measured in published/kept/memory_runs).
    "GRU, ten steps": recurrent("GRU", steps=10),
    "attention": attention,
    "batch norm, 5 layers": batch_norm(5),
    "residual blocks, 1/sqrt(L)": residual(12, 12**-0.5),
    "residual conv net, last gamma 0": residual_conv,
    "regression with swish": regression,
    "autoencoder": autoencoder,
    "output layer starts at 0": zero_head,
    "inputs normalised inside": normalised_inputs,
    "subclassed with a shared layer": subclassed,
    "tanh, trained": compiled(0.02, "Adam", steps=300, depth=4, activation="tanh", width=8),
    "relu, trained": compiled(0.02, "Adam", steps=300, depth=4, activation="relu", kernel="he_normal", width=16),
    "sigmoid, one layer, trained": compiled(0.2, "Adam", steps=300, depth=1, activation="sigmoid", width=8),
}
