"""What is true of a net on a batch, by a plain gradient tape and by training it; nothing comes from a diagnosis.

`measured` gives each layer's numbers, `course` how the loss goes when training goes on. The model is left as it was.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

_OPERATIONS = ("relu", "relu6", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign")
_INSIDE = (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.MultiHeadAttention)


@dataclass
class Facts:
    """loss: of the batch. sent: norm per example of dL/d output. layers: name -> its numbers."""

    loss: float
    sent: float
    layers: dict[str, dict] = field(default_factory=dict)


@contextmanager
def kept(model):
    """Weights, seeds, moving statistics and the optimizer as they were."""
    variables = [*model.variables, *(model.optimizer.variables if model.optimizer else [])]
    before = [np.array(v.value) for v in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def _attribute(layer) -> str:
    """Where a layer keeps its activation; of one of one's own one operation counts, however it is called."""
    if callable(getattr(layer, "activation", None)):
        return "activation"
    return "function" if getattr(getattr(layer, "function", None), "__name__", "") in _OPERATIONS else ""


@contextmanager
def _watched(layer, outputs, inner):
    """Catch what a layer gives, and what goes into its own activation."""

    def call(*args, **kwargs):
        result = before["call"](*args, **kwargs)
        outputs.append(keras.tree.flatten(result)[0])
        return result

    def activation(z):
        inner.append(z)
        return before[own](z)

    mine, own = {"call": call}, _attribute(layer)
    if own and not isinstance(layer, keras.layers.Activation):
        mine[own] = activation
    before = {name: getattr(layer, name) for name in mine}
    for name, value in mine.items():
        object.__setattr__(layer, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            if name == "call":
                object.__delattr__(layer, name)
            else:
                object.__setattr__(layer, name, value)


def leaves(model):
    """Layers that own weights or are called, those inside a recurrent or attention layer left out."""
    for layer in getattr(model, "layers", None) or getattr(model, "_layers", []):
        if isinstance(layer, keras.Model):
            yield from leaves(layer)
        elif layer.variables:
            yield layer


def loss_of(model, draw, y, prediction):
    """The mean loss; a compiled model's penalties are part of it."""
    y = np.reshape(y, prediction.shape) if np.size(y) == int(tf.size(prediction)) else y
    value = tf.cast(draw.loss(y, prediction), tf.float32)
    return value + tf.cast(sum(model.losses, 0.0), tf.float32) if draw.compiled else value


def measured(draw, examples: int) -> Facts:
    """One training step's forward and backward pass over the first ``examples``."""
    model, X, y = draw.model, draw.X[:examples], draw.y[:examples]
    caught = {layer.name: ([], []) for layer in leaves(model)}
    with kept(model), ExitStack() as stack:
        for layer in leaves(model):
            if not isinstance(layer, _INSIDE):
                stack.enter_context(_watched(layer, *caught[layer.name]))
        tape = stack.enter_context(tf.GradientTape())
        prediction = model(X, training=True)
        loss = loss_of(model, draw, y, prediction)
        scaled = loss * 1024.0 * examples
    kernels = {n: _main(layer).value for layer in leaves(model) for n in [layer.name]}
    # Of a softmax Keras takes the logits behind it.
    sources = (getattr(prediction, "_keras_logits", prediction), {n: list(c) for n, c in caught.items()}, kernels)
    sent, backward, weights = tape.gradient(scaled, sources)
    facts = Facts(float(loss), _norm(_number(sent)))
    for layer in leaves(model):
        outs, zs = caught[layer.name]
        facts.layers[layer.name] = _numbers(layer, outs, zs, *backward[layer.name], weights[layer.name], examples)
    return facts


def _main(layer):
    """The weight that a diagnosis calls a layer's kernel."""
    return next((v for v in layer.trainable_variables if v.name == "kernel"), layer.variables[0])


def _number(tensor):
    return None if tensor is None else np.asarray(tf.convert_to_tensor(tensor)).astype(float) / 1024


def _norm(g):
    return float("nan") if g is None else float(np.sqrt((g.reshape(len(g), -1) ** 2).sum(1).mean()))


def _numbers(layer, outs, zs, out_grads, z_grads, weight_grad, examples) -> dict:
    h = [np.asarray(t).astype(float) for t in outs]
    g = [_number(t) for t in out_grads if t is not None]
    found = {"kernel_gradient": np.nan}
    if weight_grad is not None:
        found["kernel_gradient"] = float(np.sqrt((_number(weight_grad) ** 2).mean()) / examples)
    if h:
        found["signal"] = float(np.sqrt(np.mean(np.concatenate([t.std(0).ravel() ** 2 for t in h]))))
        found["finite"] = all(np.isfinite(t).all() for t in h)
    if g:
        found["gradient"] = float(np.sqrt(np.mean(np.concatenate([t.ravel() ** 2 for t in g]))))
        z = [_number(t) for t in z_grads if t is not None]
        found["reach"] = float(np.sqrt(np.mean([_norm(t) ** 2 for t in (z or g)])))
    name = getattr(getattr(layer, _attribute(layer), None), "__name__", "")
    if zs and h and name in ("relu", "tanh", "sigmoid"):
        slope = {"relu": lambda a: a > 0, "tanh": lambda a: 1 - a**2, "sigmoid": lambda a: 4 * a * (1 - a)}[name]
        s = np.concatenate([slope(t).reshape(-1, t.shape[-1]).astype(float) for t in h])
        found["dead"], found["flat"] = float((s == 0).all(0).mean()), float((s < 0.06).mean())
    return found


def next_step(draw, examples: int) -> dict[str, float]:
    """name -> rms(change) / rms(weights) of the kernels after a real step of the optimizer."""
    model = draw.model
    with kept(model):
        before = {layer.name: np.array(_main(layer).value, float) for layer in leaves(model)}
        model.compiled = True
        model.train_on_batch(draw.X[:examples], draw.y[:examples])
        model.compiled = draw.compiled
        after = {layer.name: np.array(_main(layer).value, float) for layer in leaves(model)}
    return {n: float(np.sqrt(((after[n] - w) ** 2).mean() / (w**2).mean())) for n, w in before.items() if w.any()}


def course(draw, epochs: int = 4, batch: int = 32) -> list[float]:
    """The loss of all examples, by the statistics of the batch, before and after each epoch of ordinary training."""
    model, n = draw.model, len(draw.y)
    rng = np.random.default_rng(0)

    def now():
        with kept(model):
            return float(loss_of(model, draw, draw.y, model(draw.X, training=True)))

    losses = [now()]
    with kept(model):
        model.compiled = True
        for _ in range(epochs):
            order = rng.permutation(n)
            for start in range(0, n, batch):
                rows = order[start : start + batch]
                model.train_on_batch(draw.X[rows], draw.y[rows])
            losses.append(now())
        model.compiled = draw.compiled
    return losses


def differences(draw, report) -> list[str]:
    """Where a report's numbers are not those that are measured here; nothing of draws that are made anew."""
    if "dropout 0.0" not in draw.words or "float16" in draw.words or report.batch.noise:
        return []
    facts = measured(draw, len(draw.y))
    steps = next_step(draw, len(draw.y)) if draw.compiled and np.isfinite(facts.loss) else {}
    found = [] if _near(report.loss, facts.loss) else [f"loss: {report.loss} is {facts.loss}"]
    for name, row in report.layers.iterrows():
        layer = name.split("/")[-1]
        true = dict(facts.layers.get(layer, {}))
        true |= {"reach": true["reach"] / facts.sent} if "reach" in true and facts.sent else {}
        true |= {"saturated": true.pop("flat")} if "flat" in true else {}
        true |= {"update_ratio": steps[layer]} if layer in steps else {}
        found += [f"{name}, {k}: {row[k]} is {v}" for k, v in true.items() if k in row and not _near(row[k], v)]
    return found


def _near(said: float, true: float) -> bool:
    """Equal but for rounding, or both not to be had."""
    return bool(np.isclose(said, true, rtol=2e-2, atol=1e-7, equal_nan=True)) or not np.isfinite(true)
