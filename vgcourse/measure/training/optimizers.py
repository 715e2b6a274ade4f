"""A fresh optimizer for a run, with the settings of the one that was given."""

import keras

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import known_optimizer, positive_number
from vgcourse.measure.layers import inner_optimizer


def fresh_optimizer(optimizer, model, learning_rate: float | None = None):
    """A copy, so that the optimizer given is not tied to a model; one that has no copy is taken itself.

    Raises:
        ValueError: where Keras knows no such optimizer, or it was built for another model, or it has no copy and
            has trained already, or the learning rate does not fit.
    """
    given = known_optimizer(optimizer)
    _check_free(given, model)
    rate = None if learning_rate is None else positive_number("learning_rate", learning_rate)
    if rate is None and given is not optimizer:
        return _scaled(given, model)
    try:
        copied = _copied(given, rate)
    except (TypeError, ValueError, NotImplementedError, AttributeError, KeyError) as error:
        copied = _taken_itself(given, error)
        if rate is not None and constant_rate(copied) is not None:
            copied.learning_rate = rate
    return _scaled(copied, model)


def constant_rate(optimizer) -> float | None:
    """Its learning rate, or None where it follows a schedule or a function of its own."""
    rate = keras_private.learning_rate_or_schedule(inner_optimizer(optimizer))
    return None if callable(rate) and not isinstance(rate, keras.Variable) else float(rate)


def _copied(given, rate: float | None):
    config = given.get_config()
    if rate is not None and "learning_rate" in config:
        config |= {"learning_rate": rate}
    copied = type(given).from_config(config)
    if rate is not None and isinstance(copied, keras.optimizers.LossScaleOptimizer):
        copied.learning_rate = rate
    return copied


def _taken_itself(given, error):
    if given.built:
        raise ValueError(
            f"optimizer: this {type(given).__name__} has trained already and cannot be copied: its configuration, or "
            f"its schedule's, gives no second one ({type(error).__name__}: {_first_line(error)}). Give train a new "
            "instance, or write get_config for it."
        ) from None
    return given


def _first_line(error) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:160]


def _scaled(optimizer, model):
    """With a scaled loss where a layer computes in float16, as Model.compile does."""
    half = any(layer.dtype_policy.name == "mixed_float16" for layer in keras_private.all_layers(model))
    if half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def _check_free(optimizer, model) -> None:
    mine = {id(v) for v in model.trainable_variables}
    if optimizer.built and any(id(v) not in mine for v in keras_private.optimizer_variables(optimizer)):
        raise ValueError(
            f"optimizer: this {type(optimizer).__name__} was built for another model; "
            "give each model a new instance, or the optimizer's name."
        )
