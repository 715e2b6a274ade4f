"""Many small nets of one shape, trained side by side in one compiled graph.

The runs stand on the *last* axis of every tensor: an activation is (examples, units, runs), a kernel
(fan_in, fan_out, runs). Every operation is then a plain loop over runs, which the processor takes eight at a
time, and a learning rate of shape (runs,) broadcasts as it is. No operation sums over runs, but for the total
loss, whose derivative with respect to each run's loss is 1: so the runs cannot touch each other.
"""

import json
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.slopes import SATURATED_SLOPE, STEEPEST_SLOPE, activation_name, activation_slope

# Up to this many weights in a layer, multiply and add beats one matrix product per run.
NARROW = 512
MEASURED_AT_ONCE = 64  # examples


@dataclass(frozen=True)
class StackPlan:
    """What a graph is compiled for; equal plans share a graph.

    Attributes:
        sizes: inputs, units of each hidden layer, outputs.
        activation: of the hidden layers, a Keras name or function.
        optimizer: (class, settings as JSON); a number as learning rate there is replaced run by run.
        batch_size: at most the number of examples. runs: how many nets stand side by side.
        xla: compile for speed; takes some seconds.
    """

    sizes: tuple[int, ...]
    activation: object
    optimizer: tuple[type, str]
    batch_size: int
    runs: int
    xla: bool

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The shape of each kernel, (inputs, units)."""
        return list(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, as `vgcourse.mlp` gives them."""
        return layer_names(self.sizes)

    @property
    def activations(self) -> dict[str, str]:
        """Layer name -> the element-wise activation whose slope is measured there."""
        hidden = activation_name(self.activation)
        names = dict.fromkeys(self.layers[:-1], hidden) if hidden != "linear" else {}
        return names | ({"output": "sigmoid"} if self.sizes[-1] == 1 else {})


def layer_names(sizes: tuple[int, ...]) -> tuple[str, ...]:
    """The layers' names, as `vgcourse.mlp` gives them to a net of these sizes."""
    return (*(f"hidden_{i + 1}" for i in range(len(sizes) - 2)), "output")


class StackedNets:
    """`plan.runs` nets: set them with `start`, then `train` an epoch, `evaluate` or `measure`.

    Batches of examples are passed as (batches, examples, ...) arrays with a weight for each example, so that
    a smaller last batch is a full one whose surplus weighs nothing.
    """

    def __init__(self, plan: StackPlan):
        self.plan = plan
        self.phi = keras.activations.get(plan.activation)
        self.kernels = [_variable((*shape, plan.runs), "kernel") for shape in plan.shapes]
        self.biases = [_variable((shape[1], plan.runs), "bias") for shape in plan.shapes]
        self.rates = tf.Variable(tf.ones(plan.runs), trainable=False)
        self.optimizer = self._optimizer()
        self.optimizer.build(self.variables)
        self._fresh = [v.numpy() for v in self.optimizer.variables]
        self.train = _Graph(self._train, plan.xla)
        self.evaluate = _Graph(self._evaluate, plan.xla)
        # For the two times that a summary asks, this one is not worth the seconds XLA takes to compile it.
        plain = _Graph(self._measure, False)
        self._measured = {True: _Graph(self._measure, True) if plan.xla else plain, False: plain}

    @property
    def variables(self) -> list:
        """Kernel and bias of each layer, all nets stacked on the first axis."""
        return [v for pair in zip(self.kernels, self.biases, strict=True) for v in pair]

    def _optimizer(self):
        kind, settings = self.plan.optimizer
        optimizer = kind.from_config(json.loads(settings))
        rate = keras_private.learning_rate_or_schedule(optimizer)
        if not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            # Keras asks a function for the rate at each step, and takes what it gives: here a number a run.
            optimizer.learning_rate = lambda: self.rates
        return optimizer

    def start(self, weights: list[tuple[np.ndarray, np.ndarray]], rates: np.ndarray) -> None:
        """Set every layer's (kernel, bias), with runs last, and every run's learning rate; forget momenta."""
        for kernel, bias, values in zip(self.kernels, self.biases, weights, strict=True):
            kernel.assign(values[0])
            bias.assign(values[1])
        self.rates.assign(rates)
        for variable, value in zip(self.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)

    def measure(self, x, y, weight, often: bool) -> dict[str, list[np.ndarray]]:
        """Everything a `Recording` holds of one moment; runs on the last axis, one array a layer."""
        found = self._measured[often](x, y, weight)
        measured = {k: [a.numpy() for a in arrays] for k, arrays in found.items()}
        weights = {"kernels": self.kernels, "biases": self.biases}
        return measured | {k: [v.numpy() for v in vs] for k, vs in weights.items()}

    def _train(self, x, y, order, weight):
        """One epoch. x (n, inputs), y (n, outputs), order (steps, batch, runs), weight (steps, batch)."""

        def step(s):
            rows = order[s]
            batch = tf.transpose(tf.gather(x, rows), (0, 2, 1)), tf.transpose(tf.gather(y, rows), (0, 2, 1))
            with tf.GradientTape() as tape:
                _, zs = self._forward(batch[0], _sum_by_halves)
                # Summed over the runs: no run's weights enter another's loss, so each gets its own gradient.
                loss = tf.reduce_sum(_cross_entropy(zs[-1], batch[1]) * weight[s][:, None])
            gradients = tape.gradient(loss, [v.value for v in self.variables])
            self.optimizer.apply(gradients, self.variables)
            return (s + 1,)

        return tf.while_loop(lambda s: s < order.shape[0], step, (0,), parallel_iterations=1)

    def _forward(self, x, total=None):
        """Activations and pre-activations of all layers: hs[i] is the input of layer i, zs[i] what it makes.

        total: how the gradients are summed over examples; see `_sum_by_halves`.
        """
        hs, zs = [x], []
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            if zs:
                hs.append(self.phi(zs[-1]))
            zs.append(_affine(hs[-1], kernel.value, bias.value, total or _sum_examples))
        return hs, zs

    def _evaluate(self, x, y, weight):
        """(loss, accuracy), each (runs,)."""
        zeros = [tf.zeros(self.plan.runs)] * 2
        return _sum_over_batches(self._scores, zeros, x, y, weight)

    def _scores(self, x, y, weight):
        z = self._forward(self._for_all(x))[1][-1]
        return [_sum_examples(a * weight) for a in (_cross_entropy(z, y), _right(z, y))]

    def _measure(self, x, y, weight):
        sums = _sum_over_batches(self._signals, self._zeros(), x, y, weight)
        squares, slopes = sums.pop("squares"), sums.pop("slopes")
        # Every example that counts has the same weight w, and its gradient of the mean loss is w dL_i/dh.
        w = tf.cast(tf.reduce_max(weight), tf.float64)
        pairs = zip(squares, self.plan.sizes[1:], strict=True)
        sums["backprop"] = [tf.cast(tf.sqrt(s / (n * w)), tf.float32) for s, n in pairs]
        sums["dead"] = [tf.reduce_mean(tf.cast(total == 0, tf.float32), 0) for total in slopes]
        return sums

    def _signals(self, x, y, weight):
        """Sums over one batch, weighted by example."""
        kernels, biases = [v.value for v in self.kernels], [v.value for v in self.biases]
        with tf.GradientTape() as tape:
            hs, zs = self._forward(self._for_all(x))
            losses = _cross_entropy(zs[-1], y)
            loss = tf.reduce_sum(losses * weight)
        sources = {"kernel_gradients": kernels, "bias_gradients": biases, "signals": [*hs[1:], zs[-1]]}
        found = tape.gradient(loss, sources)
        slopes = {i: tf.abs(activation_slope(*self._activation(i, zs))) for i in self._active}
        return {
            "loss": [_sum_examples(losses * weight)],
            "accuracy": [_sum_examples(_right(zs[-1], y) * weight)],
            "squares": [_sum_squares(g) for g in found.pop("signals")],
            "saturated": [self._share_below(s, self._bound(i), weight) for i, s in slopes.items()],
            "slopes": [_sum_examples(s) for s in slopes.values()],
            **found,
        }

    def _zeros(self) -> dict[str, list]:
        runs, units = self.plan.runs, self.plan.sizes[1:]
        one = tf.zeros(runs)
        return {
            "loss": [one],
            "accuracy": [one],
            "squares": [tf.zeros(runs, tf.float64) for _ in units],
            "saturated": [one for _ in self._active],
            "slopes": [tf.zeros((units[i], runs)) for i in self._active],
            "kernel_gradients": [tf.zeros(v.shape) for v in self.kernels],
            "bias_gradients": [tf.zeros(v.shape) for v in self.biases],
        }

    def _for_all(self, x):
        return tf.broadcast_to(x[:, :, None], (*x.shape, self.plan.runs))

    @property
    def _active(self) -> list[int]:
        return [i for i, name in enumerate(self.plan.layers) if name in self.plan.activations]

    def _activation(self, layer: int, zs: list):
        return self.phi if layer < len(zs) - 1 else "sigmoid", zs[layer]

    def _bound(self, layer: int) -> float:
        return SATURATED_SLOPE * STEEPEST_SLOPE.get(self.plan.activations[self.plan.layers[layer]], 1.0)

    def _share_below(self, slope, bound: float, weight):
        flat = tf.cast(slope < bound, tf.float32) * weight[:, None]
        return tf.reduce_mean(_sum_examples(flat), 0)


def in_batches(size: int, *arrays: np.ndarray) -> tuple:
    """Arrays of n examples as (batches, size, ...), and each example's weight in the mean over all, summing to 1.

    The last batch is filled up with the first example, which weighs nothing there.
    """
    n = len(arrays[0])
    rows, weight = np.zeros((2, -(-n // size) * size), np.float32)
    rows = rows.astype(int)
    rows[:n], weight[:n] = np.arange(n), 1 / n
    return (*(a[rows].reshape(-1, size, *a.shape[1:]) for a in arrays), weight.reshape(-1, size))


def step_weights(n: int, batch_size: int) -> np.ndarray:
    """The weight of each example in the mean of its own step, (steps, batch_size)."""
    weight = np.zeros((-(-n // batch_size), batch_size), np.float32)
    weight.reshape(-1)[:n] = 1
    return weight / weight.sum(1, keepdims=True)


class _Graph:
    """A compiled function, traced once for each signature."""

    def __init__(self, function, xla: bool):
        self.function = tf.function(function, jit_compile=xla, autograph=False)

    def __call__(self, *tensors):
        # Called directly, TensorFlow would take the graphs of different nets for one that keeps being retraced.
        return self.function.get_concrete_function(*tensors)(*tensors)


def _variable(shape, name: str) -> keras.Variable:
    return keras.Variable(np.zeros(shape, np.float32), name=name)


def _affine(h, kernel, bias, total):
    """h (batch, in, runs), kernel (in, out, runs), bias (out, runs) -> (batch, out, runs)."""
    if kernel.shape[0] * kernel.shape[1] > NARROW:
        return tf.einsum("bir,ior->bor", h, kernel) + bias
    return _narrow_affine(total)(h, kernel, bias)


def _narrow_affine(total):
    @tf.custom_gradient
    def affine(h, kernel, bias):
        single = kernel.shape[1] == 1

        def gradient(dz):
            dh = dz * kernel[:, 0] if single else tf.reduce_sum(dz[:, None] * kernel, 2)
            return dh, total(h[:, :, None] * dz[:, None]), total(dz)

        if single:  # XLA pulls what made h into a sum with one output, and computes it there without vectors
            return sum(h[:, i, None] * kernel[i] for i in range(kernel.shape[0])) + bias, gradient
        return tf.reduce_sum(h[:, :, None] * kernel, 1) + bias, gradient

    return affine


def _sum_examples(x):
    """The sum over the first axis."""
    return tf.reduce_sum(x, 0)


def _sum_by_halves(x):
    """The same as additions along the runs.

    XLA compiles this to quicker code in the step of the training and for float64, and to slower code elsewhere
    (20 against 41 ms an epoch of 128 runs; 25 against 16 ms a measurement).
    """
    odd = 0.0
    while x.shape[0] > 1:
        half = x.shape[0] // 2
        odd = odd + x[-1] if x.shape[0] % 2 else odd
        x = x[:half] + x[half : 2 * half]
    return x[0] + odd


def _sum_squares(g):
    """Over examples and units, in float64: the square of a float32 underflows from 1e-19 on."""
    return tf.reduce_sum(_sum_by_halves(tf.cast(g, tf.float64) ** 2), 0)


@tf.custom_gradient
def _cross_entropy(z, y):
    """The loss of each example from its logits z (batch, outputs, runs): (batch, runs).

    Of one output, the binary cross-entropy of its sigmoid; of several, that of their softmax. The gradient
    is written out, p - y, because the derivative of the formula costs several times as much.
    """
    if z.shape[1] == 1:
        loss, p = tf.nn.relu(z) - z * y + tf.math.log1p(tf.exp(-tf.abs(z))), tf.sigmoid(z)
    else:
        # The largest logit is 0 then: exp does not overflow.
        shifted = z - tf.reduce_max(z, 1, keepdims=True)
        total = tf.reduce_sum(tf.exp(shifted), 1, keepdims=True)
        loss, p = (tf.math.log(total) - shifted) * y, tf.exp(shifted) / total
    return tf.reduce_sum(loss, 1), lambda upstream: (upstream[:, None] * (p - y), None)


def _right(z, y):
    """1 where an example is classified right, else 0: (batch, runs)."""
    if z.shape[1] == 1:
        right = (tf.sigmoid(z) > 0.5) == (y > 0.5)
        return tf.cast(right[:, 0], tf.float32)
    return tf.cast(tf.argmax(z, 1) == tf.argmax(y, 1), tf.float32)


def _sum_over_batches(function, zeros, x, y, weight):
    """The sum of function(x, y, weight) over batches that all runs share."""

    def add(b, sums):
        batch = function(x[b], y[b][:, :, None], weight[b][:, None])
        return b + 1, tf.nest.map_structure(tf.add, sums, batch)

    return tf.while_loop(lambda b, _: b < x.shape[0], add, (0, zeros), parallel_iterations=1)[1]
