"""Which Keras optimizers can serve many runs at once, and how their settings are written down."""

import functools
import json

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.arguments import as_meant, known_optimizer

_SCALES = (1e-3, 1.0, 1e3)


def optimizer_settings(optimizer) -> tuple[tuple[type, str], float | None]:
    """((class, settings as JSON), learning rate) of a Keras optimizer, given by name or instance.

    The learning rate is None where it follows a schedule, which is then part of the settings.

    Raises:
        ValueError: for an unknown one, or one whose update of one weight depends on other weights.
    """
    found = known_optimizer(optimizer)
    config = found.get_config()
    config.pop("name", None)  # Keras numbers its optimizers; equal settings shall read the same
    rate = config.get("learning_rate")
    if isinstance(rate, float):
        rate = as_meant(rate)
    if scheduled := isinstance(rate, dict) or rate is None:
        rate = None
    settings = type(found), json.dumps(config if scheduled else config | {"learning_rate": 1.0}, sort_keys=True)
    if not _acts_on_each_weight(*settings):
        raise ValueError(
            f"optimizer: a sweep stacks its runs in one array, but {_described(found)} takes a norm or another "
            "quantity of whole arrays and would mix them. Train these runs one by one with vg.train, or "
            "choose an element-wise optimizer without clipnorm, such as 'sgd', 'rmsprop' or 'adam'."
        )
    return settings, None if rate is None else float(rate)


def _described(optimizer) -> str:
    clip = next((c for c in ("clipnorm", "global_clipnorm") if getattr(optimizer, c, None) is not None), None)
    return f"{type(optimizer).__name__} with {clip}" if clip else type(optimizer).__name__


@functools.lru_cache(maxsize=64)
def _acts_on_each_weight(kind: type, settings: str) -> bool:
    """Whether three steps on two stacked runs, one of them with a NaN in the end, equal two separate runs."""
    config = json.loads(settings)
    if any(config.get(clip) is not None for clip in ("clipnorm", "global_clipnorm")):
        return False
    random = np.random.default_rng(0)
    start = [random.normal(size=shape) * [1, 10] for shape in ((3, 4, 1), (4, 1))]
    gradients = [[s * random.normal(size=v.shape) for v in start] for s in _SCALES]
    gradients.append([np.stack([np.full(g.shape[:-1], np.nan), g[..., 1]], -1) for g in gradients[-1]])

    def of_run(r, step):
        return [v[..., r] for v in step]

    try:
        stacked = _steps(kind, config, start, gradients)
        alone = [_steps(kind, config, of_run(r, start), [of_run(r, g) for g in gradients]) for r in range(2)]
    except (TypeError, ValueError, AttributeError, NotImplementedError, tf.errors.OpError):
        return False
    pairs = zip(stacked, zip(*alone, strict=True), strict=True)
    return all(np.allclose(s, np.stack(a, -1), rtol=1e-4, atol=1e-5, equal_nan=True) for s, a in pairs)


def _steps(kind: type, config: dict, start: list, gradients: list) -> list[np.ndarray]:
    """Where the optimizer gets to from `start` by these gradients."""
    optimizer = kind.from_config(config)
    variables = [keras.Variable(v.astype(np.float32)) for v in start]
    optimizer.build(variables)
    for step in gradients:
        optimizer.apply([tf.constant(g, tf.float32) for g in step], variables)
    return [v.numpy() for v in variables]
