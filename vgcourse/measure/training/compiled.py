"""Compiled runs, kept: a net of the same architecture and data shape is never traced twice."""

import json
import threading
import types
from collections import OrderedDict

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import code_of_ones_own
from vgcourse.measure.training.graph import CompiledRun
from vgcourse.measure.training.plan import Plan

_KEPT = 32
_XLA_STEPS = 1000
_runs: OrderedDict[tuple, CompiledRun] = OrderedDict()
_lock = threading.Lock()

# What a clone would not take over: numbers learned outside of the variables, or code.
_UNCLONABLE = (keras.layers.Lambda,)
# In these, what happens to one example does not depend on the others of its batch.
_ROW_WISE = (
    keras.layers.InputLayer,
    keras.layers.Dense,
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.Softmax,
    keras.layers.Add,
    keras.layers.Concatenate,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Rescaling,
)

# Where a configuration names layers. Elsewhere a word is a word, though a layer may bear it as a name.
_NAMED = {"name", "keras_history", "input_layers", "output_layers"}


def compiled_run(model, optimizer, plan: Plan, x, losses: tuple, key: tuple, xla: bool) -> CompiledRun:
    """The run for this model, from the shelf where one fits.

    A sequential or functional model of Keras's own layers, with an optimizer and a loss of Keras's own, is trained
    as a clone, which serves every model of the same configuration. Any other is trained itself, and its run is not
    kept: code of one's own may be another the next time, under the same name.

    Args:
        losses: what is minimised.
        key: whatever else the graph depends on: shapes, batch size, loss, what is recorded.
    """
    config = architecture(model)
    if config is None or code_of_ones_own(optimizer, *losses):
        return CompiledRun(model, optimizer, plan, x, xla)
    key = (config, _optimizer_key(optimizer), keras.config.floatx(), xla, *key)
    with _lock:
        if key not in _runs:
            _runs[key] = CompiledRun(_clone(model), optimizer, plan, x, xla)
        _runs.move_to_end(key)
        while len(_runs) > _KEPT:
            _runs.popitem(last=False)
        return _runs[key]


def is_row_wise(model) -> bool:
    """Whether an example of weight 0 changes nothing: no layer couples examples, no loss but the weighted."""
    parts = keras_private.all_layers(model)
    known = all(_leaves_rows_apart(part) for part in parts)
    return known and not model.losses and not any(_regularizes(part) for part in parts)


def _leaves_rows_apart(layer) -> bool:
    """Known to: an activation of one's own could look across the batch, and its type does not tell."""
    if _is_plain(layer):
        return True
    activation = getattr(layer, "activation", None)
    own = activation is not None and not getattr(activation, "__module__", "").startswith("keras.")
    # An axis of 0 is the batch; of softmax the last one is usual, or several.
    across = 0 in np.atleast_1d(getattr(layer, "axis", -1))
    return type(layer) in _ROW_WISE and not own and not across


def clear() -> None:
    """Forget all compiled runs."""
    with _lock:
        _runs.clear()


def architecture(model) -> str | None:
    """A model's configuration without names, initializers and seeds; None where it does not tell all."""
    if not _is_plain(model):
        return None
    if not all(_is_clonable(layer) for layer in keras_private.all_layers(model)):
        return None
    try:
        config = model.get_config()
        if _has_foreign_code(config):
            return None
        names = {name: i for i, name in enumerate(layer.name for layer in keras_private.all_layers(model))}
        return json.dumps(_canonical(config, names), sort_keys=True)
    except (TypeError, ValueError, NotImplementedError):
        return None


def _is_plain(model) -> bool:
    """A sequential or functional model, not a class of somebody's own."""
    functional = type(model).__name__ == "Functional" and keras_private.is_of_keras(type(model))
    return functional or type(model) is keras.Sequential


def _regularizes(layer) -> bool:
    return getattr(layer, "activity_regularizer", None) is not None


def _is_clonable(layer) -> bool:
    if isinstance(layer, keras.Model):
        return keras_private.is_of_keras(type(layer))
    learned = "preprocessing" in type(layer).__module__ and not isinstance(layer, keras.layers.Rescaling)
    own = not keras_private.is_layer_of_keras(layer) or learned or isinstance(layer, _UNCLONABLE)
    return not own and not _has_own_function(layer)


def _has_own_function(layer) -> bool:
    """The configuration of a lambda holds its bytes and no module, as if it were a value of Keras's own."""
    parts = (part for part in vars(layer).values() if isinstance(part, types.FunctionType))
    return any(not keras_private.is_of_keras(part) for part in parts)


def _has_foreign_code(config) -> bool:
    if isinstance(config, dict):
        module = config.get("module", "keras")
        foreign = module is None or not str(module).startswith("keras")
        return foreign or any(_has_foreign_code(v) for v in config.values())
    return isinstance(config, list | tuple) and any(_has_foreign_code(v) for v in config)


def _canonical(config, names: dict[str, int], key: str = ""):
    """Layers by number instead of name; whatever stands for the start left out."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":  # its name is its meaning
            return config
        return {k: _canonical(v, names, k) for k, v in config.items() if not _is_start(k)}
    if isinstance(config, list | tuple):
        return [_canonical(v, names, key) for v in config]
    return names.get(config, config) if key in _NAMED and isinstance(config, str) else config


def _is_start(key: str) -> bool:
    return key.endswith("_initializer") or key in ("seed", "build_config", "build_input_shape")


def _clone(model) -> keras.Model:
    return keras.models.clone_model(model)


def _optimizer_key(optimizer) -> str:
    """Its configuration; a constant learning rate is a variable of the graph and left out."""
    config = optimizer.get_config() | {"name": None}
    if isinstance(config.get("learning_rate"), int | float):
        del config["learning_rate"]
    return f"{type(optimizer)} {json.dumps(config, sort_keys=True, default=repr)}"


def xla_pays(model, steps: int) -> bool:
    """XLA removes the dispatch between small operations, for seconds of compiling.

    On a CPU its convolutions and loops are slower. The answer depends on the arguments alone, never on what
    was run before: the same call gives the same numbers to the last bit.
    """
    layers = keras_private.all_layers(model)
    slow = any(isinstance(p, keras.layers.RNN) or "Conv" in type(p).__name__ for p in layers)
    return steps >= _XLA_STEPS and not slow
