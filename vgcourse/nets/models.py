"""The nets of the course: multilayer perceptrons, plain and residual, with every layer's seed in hand."""

import difflib
import itertools
import operator
from collections.abc import Callable

import keras
import numpy as np

from vgcourse.nets.sizes import whole_number

_INITIALIZERS = {
    "normal": lambda seed: keras.initializers.RandomNormal(0.0, 1.0, seed=seed),
    "uniform": lambda seed: keras.initializers.RandomUniform(0.0, 1.0, seed=seed),
    # Variance 1/(3 fan_in), hence limits of 1/sqrt(fan_in) to either side.
    "torch": lambda seed: keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=seed),
}


def mlp(
    depth: int,
    width: int = 5,
    activation: str | Callable = "relu",
    initializer: str | keras.initializers.Initializer = "glorot_uniform",
    seed: int = 0,
    inputs: int = 2,
    outputs: int = 1,
    output_initializer: str | keras.initializers.Initializer | None = None,
    output_activation: str | Callable | None = None,
    bias_initializer: str | keras.initializers.Initializer = "zeros",
    name: str | None = None,
) -> keras.Sequential:
    """A multilayer perceptron with layers ``hidden_1`` to ``hidden_<depth>`` and ``output``.

    Every layer gets an initializer of its own, seeded by `seed` and its number: one initializer instance
    shared by several layers would give them all the same kernel. Same seed, same weights, also for another
    activation; the first hidden layers also agree between depths.

    Args:
        depth: the number of hidden layers, 0 or more.
        width: units in each hidden layer.
        activation: of the hidden layers, a Keras name or function.
        initializer: of the kernels. A Keras name, an instance (cloned for each layer; its own seed is
            replaced), or ``"normal"`` = N(0, 1), ``"uniform"`` = U(0, 1), ``"torch"`` = U(±1/sqrt(fan_in)).
        seed: of all weights.
        inputs, outputs: features in, units out.
        output_initializer: of the last kernel, default as `initializer`.
        output_activation: default sigmoid for one unit, softmax for more.
        bias_initializer: of all biases.

    Raises:
        ValueError, TypeError: for a size that is not a whole number in range, an unknown activation or
            initializer.
    """
    sizes = _sizes(depth, width, inputs, outputs)
    activation = _activation("activation", activation)
    last = _output_activation(outputs, output_activation)
    kernels = _kernel_initializers(depth, initializer, output_initializer, seed)
    biases = [_initializer("bias_initializer", bias_initializer, _seed(seed, i, 1)) for i in range(depth + 1)]
    layers = [
        keras.layers.Dense(
            units,
            activation=last if i == depth else activation,
            kernel_initializer=kernels[i],
            bias_initializer=biases[i],
            name="output" if i == depth else f"hidden_{i + 1}",
        )
        for i, units in enumerate(sizes[1:])
    ]
    # All at once: each later `add` would build the whole net anew.
    return keras.Sequential([keras.Input((inputs,)), *layers], name=name)


def initial_weights(
    depth: int,
    width: int = 5,
    initializer: str | keras.initializers.Initializer = "glorot_uniform",
    seed: int = 0,
    inputs: int = 2,
    outputs: int = 1,
    output_initializer: str | keras.initializers.Initializer | None = None,
    bias_initializer: str | keras.initializers.Initializer = "zeros",
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The (kernel, bias) of every layer of `mlp` with the same arguments, without building a model.

    Kernels have shape (fan_in, fan_out), biases (fan_out,), float32, in the order of the layers. Arguments, and what
    is raised, as for `mlp`.
    """
    sizes = _sizes(depth, width, inputs, outputs)
    kernels = _kernel_initializers(depth, initializer, output_initializer, seed)
    weights = []
    for i, shape in enumerate(itertools.pairwise(sizes)):
        bias = _initializer("bias_initializer", bias_initializer, _seed(seed, i, 1))
        weights.append((np.asarray(kernels[i](shape, "float32")), np.asarray(bias(shape[1:], "float32"))))
    return weights


def residual_mlp(
    depth: int,
    width: int = 5,
    activation: str | Callable = "relu",
    initializer: str | keras.initializers.Initializer = "he_normal",
    seed: int = 0,
    inputs: int = 2,
    outputs: int = 1,
    branch_scale: float = 1.0,
    pre_activation: bool = True,
    batch_norm: bool = False,
    skip: bool = True,
    output_activation: str | Callable | None = None,
    name: str | None = None,
) -> keras.Model:
    """A residual net of `depth` blocks with one dense layer each, between a linear ``stem`` and ``output``.

    Pre-activation (He et al. 2016, "Identity mappings in deep residual networks"): block l adds
    ``branch_scale * hidden_l(phi(x))`` to x, and phi stands once more before the output. Otherwise a block
    is ``phi(x + branch_scale * hidden_l(x))``. The kernels are those of the same seed with ``skip=False``,
    the plain net of the same weights: an honest pair to compare.

    Args:
        depth: the number of blocks, 1 or more.
        branch_scale: factor of each branch; ``depth ** -0.5`` keeps the variance bounded.
        batch_norm: normalise before each activation: layers ``norm_1`` to ``norm_<depth>``.
        skip: leave the shortcut out where False.
        width, activation, initializer, seed, inputs, outputs, output_activation: as for `mlp`.

    Raises:
        ValueError, TypeError: as `mlp`.
    """
    if depth == 0:
        raise ValueError("depth: a residual net needs at least 1 block, got 0.")
    _sizes(depth, width, inputs, outputs)
    activation = _activation("activation", activation)
    kernels = _kernel_initializers(depth + 1, initializer, None, seed)
    first = keras.Input((inputs,))
    x = keras.layers.Dense(width, kernel_initializer=kernels[0], name="stem")(first)
    for block in range(1, depth + 1):
        dense = keras.layers.Dense(width, kernel_initializer=kernels[block], name=f"hidden_{block}")
        x = _block(x, block, dense, activation, branch_scale, pre_activation, batch_norm, skip)
    if pre_activation:
        x = keras.layers.Activation(activation, name="last_activation")(x)
    last = _output_activation(outputs, output_activation)
    y = keras.layers.Dense(outputs, activation=last, kernel_initializer=kernels[-1], name="output")(x)
    return keras.Model(first, y, name=name)


def _block(x, block, dense, activation, scale, pre_activation, batch_norm, skip):
    def activated(h):
        return keras.layers.Activation(activation, name=f"activation_{block}")(h)

    def normed(h):
        return keras.layers.BatchNormalization(name=f"norm_{block}")(h) if batch_norm else h

    branch = dense(activated(normed(x))) if pre_activation else normed(dense(x))
    if scale != 1:
        branch = keras.layers.Rescaling(float(scale), name=f"scale_{block}")(branch)
    joined = keras.layers.Add(name=f"add_{block}")([x, branch]) if skip else branch
    return joined if pre_activation else activated(joined)


def _sizes(depth, width, inputs, outputs) -> list[int]:
    for name, value, least in (
        ("depth", depth, 0),
        ("width", width, 1),
        ("inputs", inputs, 1),
        ("outputs", outputs, 1),
    ):
        whole_number(name, value, least)
    return [inputs, *[width] * depth, outputs]


def _seed(seed: int, layer: int, part: int = 0) -> int:
    """A seed for one layer's kernel (part 0) or bias (part 1), unrelated to its neighbours'."""
    try:
        entropy = [operator.index(seed), layer, part]
        return int(np.random.SeedSequence(entropy).generate_state(1)[0] >> 1)
    except (TypeError, ValueError):
        raise ValueError(f"seed: expected a whole number, 0 or more, got {seed!r}.") from None


def _kernel_initializers(depth: int, initializer, output_initializer, seed: int) -> list:
    hidden = [_initializer("initializer", initializer, _seed(seed, i)) for i in range(depth)]
    if output_initializer is None:
        return [*hidden, _initializer("initializer", initializer, _seed(seed, depth))]
    return [*hidden, _initializer("output_initializer", output_initializer, _seed(seed, depth))]


def _initializer(argument: str, initializer, seed: int):
    """A fresh initializer with this seed."""
    if isinstance(initializer, str) and initializer in _INITIALIZERS:
        return _INITIALIZERS[initializer](seed)
    try:
        known = keras.initializers.get(initializer)
    except (ValueError, TypeError):
        known = None
    if not isinstance(known, keras.initializers.Initializer):
        raise ValueError(
            f"{argument}: unknown initializer {initializer!r}.{_closest(initializer, _initializer_names())} "
            "Give a Keras name such as 'glorot_uniform', an initializer, or 'normal', 'uniform', 'torch'."
        )
    config = known.get_config()
    return type(known).from_config(config | {"seed": seed} if "seed" in config else config)


def _initializer_names() -> list[str]:
    return [*_INITIALIZERS, *(n for n in dir(keras.initializers) if n.islower())]


def _activation(argument: str, activation):
    """The activation function; a sentence where Keras does not know it."""
    try:
        return keras.activations.get(activation)
    except (ValueError, TypeError):
        names = [n for n in dir(keras.activations) if n.islower() and not n.startswith("_")]
        hint = _closest(activation, names)
        raise ValueError(
            f"{argument}: Keras knows no activation {activation!r}.{hint} "
            "Give a name such as 'sigmoid', 'tanh' or 'relu', or a function."
        ) from None


def _output_activation(outputs: int, activation):
    default = "sigmoid" if outputs == 1 else "softmax"
    return _activation("output_activation", default if activation is None else activation)


def _closest(word, names: list[str]) -> str:
    close = difflib.get_close_matches(str(word), names, 1)
    return f" Did you mean {close[0]!r}?" if close else ""
