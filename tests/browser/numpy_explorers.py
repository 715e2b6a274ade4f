"""What the explorers show, computed once more in NumPy: the oracle of ``every_setting``, in float64."""

from dataclasses import dataclass, field

import numpy as np

BATCH = 32


def rms(values) -> float:
    """Root mean square, also where the squares leave the range of a float."""
    values = np.asarray(values, float)
    most = np.abs(values).max()
    if not (np.isfinite(most) and most > 0):
        return float(most)
    return float(most * np.sqrt(np.mean((values / most) ** 2)))


def squared_sech(z):
    """1 - tanh(z)², also where tanh(z) is 1 in all its digits."""
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


def logit_error(logits, y):
    """sigmoid(logits) - y for y of 0 and 1, also where the two agree in all their digits."""
    sign = np.where(y, -1.0, 1.0)
    return sign / (1 + np.exp(-sign * logits))


def slope(name: str, z):
    """phi'(z); what is not a number stays so."""
    if name == "sigmoid":
        return 0.25 * squared_sech(z / 2)
    if name == "tanh":
        return squared_sech(z)
    if name == "linear":
        return np.ones_like(z)
    below = {"relu": 0.0, "leaky_relu": 0.2}[name]
    return np.where(np.isnan(z), np.nan, np.where(z > 0, 1.0, below))


def activate(name: str, z):
    if name in ("relu", "leaky_relu"):
        return np.where(z <= 0, 0.0 if name == "relu" else 0.2 * z, z)
    return {"sigmoid": lambda t: 1 / (1 + np.exp(-t)), "tanh": np.tanh, "linear": lambda t: t}[name](z)


@dataclass
class Oracle:
    """One net: kernels of shape (inputs, outputs), biases, and what training did to it, epoch by epoch."""

    kernels: list
    activation: str
    skip: bool = False
    scale: float = 1.0
    residual: bool = False
    biases: list = field(default_factory=list)
    history: list = field(default_factory=list)
    losses: list = field(default_factory=list)
    blown: int | None = None

    def __post_init__(self):
        self.kernels = [np.array(kernel, float) for kernel in self.kernels]
        self.biases = [np.zeros(kernel.shape[1]) for kernel in self.kernels]

    def forward(self, x):
        """Lists of z and h, h[0] being x."""
        z, h = [None], [x]
        last = len(self.kernels)
        for layer in range(1, last + 1):
            value = h[-1] @ self.kernels[layer - 1] + self.biases[layer - 1]
            if 1 < layer < last:
                value = self.scale * value + (z[-1] if self.skip else 0)
            z.append(value)
            h.append(activate(self.activation, value) if layer < last else value)
        return z, h

    def backward(self, z, h, y):
        """Per layer: dL_i/dz, dL_i/dh and the gradients of the mean loss with respect to kernel and bias."""
        last = len(self.kernels)
        dz, dh = [None] * (last + 1), [None] * (last + 1)
        dz[last] = logit_error(z[last], y[:, None])
        slopes, biases = [None] * last, [None] * last
        for layer in range(last, 0, -1):
            branch = dz[layer] * (self.scale if 1 < layer < last else 1)
            slopes[layer - 1] = h[layer - 1].T @ branch / len(y)
            biases[layer - 1] = branch.mean(axis=0)
            if layer == 1:
                break
            dh[layer - 1] = branch @ self.kernels[layer - 1].T
            dz[layer - 1] = dh[layer - 1] * slope(self.activation, z[layer - 1])
            if self.skip and layer < last:
                dz[layer - 1] = dz[layer - 1] + dz[layer]
        return dz, dh, slopes, biases

    def epoch(self, x, y, order, rate):
        """One pass over the examples in `order`; rate 0 only looks. Notes what each layer received."""
        first = 2 if self.residual else 1
        layers = range(first, len(self.kernels))
        squares = {"backprop": [[] for _ in layers], "kernel": [[] for _ in layers]}
        finite = True
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            z, h = self.forward(x[part])
            dz, dh, slopes, biases = self.backward(z, h, y[part])
            errors = dz if self.residual else dh
            for at, layer in enumerate(layers):
                squares["backprop"][at].append(np.sqrt(len(part)) * rms(errors[layer]))
                squares["kernel"][at].append(np.sqrt(len(part)) * rms(slopes[layer - 1]))
                finite &= bool(np.isfinite(z[layer]).all())
            if rate:
                self.kernels = [w - rate * g for w, g in zip(self.kernels, slopes, strict=True)]
                self.biases = [b - rate * g for b, g in zip(self.biases, biases, strict=True)]
        share = np.sqrt(len(next(iter(squares["backprop"]))) / len(order))
        noted = {name: [rms(parts) * share for parts in lists] for name, lists in squares.items()}
        self.history.append(noted)
        self.losses.append(self.judge(x, y)[0])
        known = [*self.kernels, *self.biases, *noted["backprop"], *([] if self._unused() else noted["kernel"])]
        finite &= all(np.isfinite(values).all() for values in known) and np.isfinite(self.losses[-1])
        if not finite and self.blown is None:
            self.blown = len(self.history) - 1

    def _unused(self) -> bool:
        """Before training, a residual net's kernel gradients are not looked at."""
        return self.residual and len(self.history) == 1

    def judge(self, x, y) -> tuple[float, float]:
        """Loss and accuracy on all examples."""
        logits = self.forward(x)[0][-1][:, 0]
        loss = np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))
        return float(loss.mean()), float(np.mean((logits > 0) == (y > 0.5)))
