"""What a capture is given and what it meets: arguments, the model's settings, and what it refuses."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import as_meant
from vgcourse.measure.capture.trainstep import optimizers_of
from vgcourse.measure.layers import LayerInfo, inner_optimizer
from vgcourse.measure.recording.schema import run_info


def chosen(infos: list[LayerInfo], names: tuple[str, ...] | None) -> list[LayerInfo]:
    """Those of the names; all where names is None. Raises ValueError for a name that no layer has."""
    if names is not None and not names:
        raise ValueError("layers: none is named; name one or more, or leave it out to record all.")
    known = [info.name for info in infos]
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(f"layers: {listed(unknown)} not in this model. It has {listed(known)}.")
    return [info for info in infos if names is None or info.name in names]


def listed(names) -> str:
    """'a', 'b' for a sentence."""
    return ", ".join(repr(name) for name in names)


def accuracy_in(logs: dict) -> float | None:
    """The first accuracy of the training in an epoch's logs."""
    names = [name for name in logs if "accuracy" in name and not name.startswith("val_")]
    return float(logs[names[0]]) if names else None


def settings_of(model, source: str, every) -> dict:
    """The info of a Recording: who recorded it, and what the model trains with."""
    optimizer = optimizers_of(model)[0]
    loss = getattr(model, "loss", None)
    return run_info(
        source=source,
        every=every,
        optimizer=type(inner_optimizer(optimizer)).__name__.lower(),
        learning_rate=learning_rate_of(model),
        loss=_loss_name(loss),
        xla=bool(model.jit_compile),
        no_gradient=[],
    )


def _loss_name(loss) -> str | None:
    if loss is None or isinstance(loss, str):
        return loss
    if isinstance(loss, dict | list | tuple):
        parts = loss.values() if isinstance(loss, dict) else loss
        return ", ".join(_loss_name(part) or "none" for part in parts)
    return getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)


def learning_rate_of(model) -> float:
    """The first optimizer's rate as it is now; NaN where it cannot be had."""
    try:
        return as_meant(tf.convert_to_tensor(optimizers_of(model)[0].learning_rate))
    except (TypeError, ValueError, AttributeError, NotImplementedError):
        return float("nan")


def iterations_of(model) -> int:
    """Steps that the first optimizer has taken."""
    return keras_private.optimizer_iterations(inner_optimizer(optimizers_of(model)[0]))


def interval_of(every) -> int | None:
    """Steps between moments; None for epochs."""
    if every in ("epoch", "step"):
        return None if every == "epoch" else 1
    if isinstance(every, int | np.integer) and not isinstance(every, bool) and every >= 1:
        return int(every)
    raise ValueError(f'every: expected "epoch", "step" or a number of steps from 1 on, got {every!r}.')


def checked_keep(keep: str) -> str:
    """keep as it is. Raises ValueError where it is none of the three."""
    if keep not in ("auto", "arrays", "statistics"):
        raise ValueError(f'keep: expected "auto", "arrays" or "statistics", got {keep!r}.')
    return keep


def check_backend() -> None:
    """Raises ValueError unless Keras runs on TensorFlow."""
    if keras.config.backend() != "tensorflow":
        raise ValueError(
            f"keras: the captures listen to the TensorFlow backend, and this is {keras.config.backend()!r}. "
            "Set the environment variable KERAS_BACKEND to tensorflow before Keras is imported."
        )


def check_model(model, caller: str) -> None:
    """Raises ValueError where its train steps cannot be heard, and says why."""
    if not model.compiled:
        raise ValueError(f"{caller}: model {model.name!r} is not compiled. Call model.compile(...) first.")
    if model.distribute_strategy.num_replicas_in_sync > 1:
        raise ValueError(f"{caller}: model {model.name!r} trains on several replicas. Record it on one device.")
    if not optimizers_of(model):
        raise ValueError(
            f"{caller}: found no Keras optimizer in model {model.name!r}, in none of its attributes, lists or dicts. "
            "Keep the optimizers of a train_step of your own in an attribute of the model."
        )
