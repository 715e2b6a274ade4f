"""Checks of what a caller hands over, each with one sentence that names the argument."""

import re
from numbers import Real

import numpy as np


def positive_number(name: str, value) -> float:
    """value as a float. Raises ValueError where it is no finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise ValueError(f"{name}: expected a positive number, got {value!r}.")
    return float(value)


def one_of(name: str, value, choices: tuple[str, ...]) -> str:
    """value, where it is one of the choices; else ValueError."""
    if value not in choices:
        *most, last = map(repr, choices)
        raise ValueError(f"{name}: must be {', '.join(most)} or {last}, got {value!r}.")
    return value


def same_length(argument: str, X, y) -> None:
    """Raises ValueError where X and y hold different numbers of examples."""
    if len(X) != len(y):
        raise ValueError(f"{argument}: X has {len(X)} examples, but y has {len(y)}.")


def no_gaps(argument: str, array: np.ndarray, part: str = "") -> None:
    """Raises ValueError where examples, the rows of `array`, hold NaN or infinity. `part`: which array of several."""
    bad = ~np.isfinite(array.reshape(len(array), -1)).all(1)
    if bad.any():
        of = f" of {part}" if part else ""
        raise ValueError(
            f"{argument}: {bad.sum()} of {len(array)} examples{of} hold NaN or infinity, the first is number "
            f"{bad.argmax()}; drop or fill them."
        )


def as_numbers(array: np.ndarray) -> np.ndarray:
    """An array of objects that are numbers, as a table of mixed columns gives it, as floats; any other as it is."""
    if array.dtype.kind != "O" or not all(isinstance(v, Real) and not isinstance(v, bool) for v in array.flat):
        return array
    return array.astype(float)


def first_reason(error: Exception) -> str:
    """What Keras or TensorFlow says is wrong, in one line: without the colours and lists that it puts around it."""
    lines = re.sub("\x1b\\[[0-9;]*m", "", str(error)).strip().splitlines()
    said = [line.strip() for line in lines if line.strip() and not line.startswith("Exception encountered")]
    until = next((k for k, line in enumerate(said) if line.startswith("Arguments received")), len(said))
    return " ".join(said[:until])[:300] or type(error).__name__


def is_text(array: np.ndarray) -> bool:
    """Whether it holds strings, and nothing else."""
    return array.dtype.kind in "US" or (
        array.dtype.kind == "O" and all(isinstance(s, str | bytes) for s in array.flat)
    )


def evenly_spaced(count: int, most: int) -> np.ndarray:
    """The numbers 0 ... count - 1, or `most` evenly spaced ones of them, the ends included. int32."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int32))


def known_optimizer(optimizer):
    """The Keras optimizer of this name, or the instance itself. Raises ValueError where Keras knows none."""
    import keras

    try:
        found = keras.optimizers.get(optimizer)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, keras.optimizers.Optimizer):
        raise ValueError(
            f"optimizer: Keras knows no optimizer {optimizer!r}. "
            "Give a name such as 'rmsprop', 'adam' or 'sgd', or a keras.optimizers instance."
        )
    return found


def as_meant(rate: float) -> float:
    """A float32 as the number that was written: 0.001, not 0.0010000000474974513."""
    return float(f"{float(rate):.7g}")


def code_of_ones_own(*values) -> str | None:
    """The name of the first class or function among values, or in their configurations, that is not Keras's.

    Its code may change under the same name, and so may what it calls: results cannot be kept under that name.
    None where all is Keras's, plain data, or names that Keras knows.
    """
    import keras

    for value in values:
        if value is None or isinstance(value, str | bytes | bool | int | float | np.generic):
            continue
        if isinstance(value, list | tuple | dict):
            found = _in_configuration(value)
        elif _is_foreign(value):
            found = getattr(value, "__name__", type(value).__name__)
        elif isinstance(value, type):
            continue
        else:
            try:
                found = _in_configuration(keras.saving.serialize_keras_object(value))
            except (TypeError, ValueError, NotImplementedError, AttributeError):
                found = type(value).__name__
        if found:
            return found
    return None


def _is_foreign(value) -> bool:
    kind = value if isinstance(value, type) or hasattr(value, "__code__") else type(value)
    return not (getattr(kind, "__module__", None) or "").startswith("keras.")


def _in_configuration(config) -> str | None:
    """A class or function named in a serialized configuration whose module is not Keras's."""
    if isinstance(config, list | tuple):
        return next((found for part in config if (found := _in_configuration(part))), None)
    if not isinstance(config, dict):
        return None
    name, module = config.get("class_name", "__"), str(config.get("module"))
    if name == "function" and not module.startswith("keras."):
        return str(config.get("config"))
    if not name.startswith("__") and not module.startswith(("keras", "builtins")):
        return name
    return _in_configuration(list(config.values()))
