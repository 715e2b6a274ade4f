"""What an answer is handed it must leave as it was: it gets copies, and they are looked at after each call."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from vgcourse.course.checks import forms
from vgcourse.course.checks.observation import with_article


class HandedOut:
    """Wraps the answers of one observation; ``changed`` then says which of them changed what it was given.

    ``meant`` are the positions of arguments that the task wants changed (a model that is to be trained). Of a model
    those are its weights: that a layer learns no more, or has another activation, is a change that nobody asked for.
    """

    def __init__(self, meant: tuple[int, ...] = ()) -> None:
        self.meant = meant
        self.changed: dict[str, str] | None = None
        self.raised: BaseException | None = None  # by the call of an answer, a wrong number of arguments included
        self.name, self.call = "", ""  # of the answer that raised, and its call in words
        self.no_number: str | None = None  # what an answer gave back in a number's place, in words
        self.empty: dict[str, str] = {}  # answer → its first call that gave back None
        self.full: set[str] = set()  # answers of which a call gave back something
        self.came: set[tuple[str, type]] = set()  # what came back, of which answer

    @property
    def at_times(self) -> dict[str, str]:
        """An answer that gives back None in one call and something in another, and that call; empty if none does."""
        return next(({"name": name, "call": call} for name, call in self.empty.items() if name in self.full), {})

    @property
    def in_words(self) -> str:
        """What the answer gives back, as a part of a sentence; empty where that was not always of one kind."""
        kinds = [f"; {name} gives back {with_article(kind.__name__)}" for name, kind in self.came]
        return kinds[0] if len(kinds) == 1 else ""

    def guard(self, name: str, answer: Any) -> Any:
        """The answer, called with copies. A class is left alone: what it makes has methods of its own."""
        if not callable(answer) or isinstance(answer, type) or hasattr(answer, "get_weights"):
            self.no_number = self.no_number or forms.no_number(answer)
            return answer

        @functools.wraps(answer, updated=())
        def guarded(*args: Any, **kwargs: Any) -> Any:
            given = tuple(_copy(arg) for arg in args)
            before = [(_weights(arg), _settings(arg)) for arg in args]
            try:
                result = answer(*given, **kwargs)
                self.no_number = self.no_number or forms.no_number(result)
                self.came.add((name, type(result)))
                if result is None:
                    self.empty.setdefault(name, _call(name, args))
                else:
                    self.full.add(name)
                return result
            except BaseException as error:
                self.raised, self.name, self.call = error, name, _call(name, args)
                raise
            finally:
                self._compare(name, args, given, before)

        return guarded

    def _compare(self, name: str, args: tuple, given: tuple, before: list) -> None:
        for i, (arg, copy, (weights, settings)) in enumerate(zip(args, given, before, strict=True)):
            if setting := settings and _other_setting(settings, _settings(arg) or {}):
                self.changed = self.changed or {"name": name, "what": _what(arg), "setting": setting}
            if i in self.meant:
                continue
            moved = weights is not None and not _same(weights, _weights(arg))
            if moved:
                _put_back(arg, weights)
            if moved or not _same(arg, copy):
                self.changed = self.changed or {"name": name, "what": _what(arg)}


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if type(value) in (list, tuple):
        return type(value)(_copy(item) for item in value)
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    return value.copy() if hasattr(value, "iloc") else value  # of pandas


def _same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if type(a) is dict:
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if hasattr(a, "iloc"):
        return a.equals(b) and a.index.equals(b.index) and _labels(a) == _labels(b)
    return a is b or (isinstance(a, (str, int, float)) and (a == b or a != a))


def _labels(frame: Any) -> list[str]:
    return [str(label) for label in getattr(frame, "columns", [frame.name if hasattr(frame, "name") else ""])]


def _weights(value: Any) -> list[np.ndarray] | None:
    """A model's or layer's weights, None where it has none (yet)."""
    get: Callable[[], list] | None = getattr(value, "get_weights", None)
    return (get() or None) if callable(get) and not isinstance(value, type) else None


def _settings(value: Any) -> dict[tuple[str, str], str] | None:
    """(layer, setting) → its value as text, for each layer of a built model, or a layer; None of anything else."""
    if _weights(value) is None:
        return None
    found = {}
    for layer in _all_layers(value):
        try:
            config = layer.get_config()
        except Exception:  # a layer of somebody's own need not know how to say it
            config = {}
        parts = {**config, "trainable": layer.trainable, **_attributes(layer)}
        for setting, at in parts.items():
            if " at 0x" not in repr(at):  # an object without a text of its own may be another one at each look
                found[layer.name, setting] = repr(at)
    return found


class _Said(str):
    """A text that is shown without quotes."""

    __repr__ = str.__str__


def _attributes(layer: Any) -> dict[str, str]:
    """Which attributes of a layer, and of its cell, are weights: one that an array has replaced is none any more."""
    found = {}
    for prefix, part in (("", layer), ("cell.", getattr(layer, "cell", None))):
        for name, at in vars(part).items() if hasattr(part, "__dict__") else ():
            if not name.startswith("_") and hasattr(at, "shape") and hasattr(at, "dtype"):
                found[prefix + name] = _Said("a weight" if hasattr(at, "assign") else "an array, which is no weight")
    return found


def _all_layers(layer: Any) -> Iterator[Any]:
    inner = getattr(layer, "layers", None)
    if inner is None:
        yield layer
    for one in inner or []:
        yield from _all_layers(one)


def _other_setting(before: dict, after: dict) -> str | None:
    """The first setting that is another one now, in words."""
    left = {layer for layer, _ in after}
    for (layer, setting), was in before.items():
        now = after.get((layer, setting))
        if layer not in left:
            return f"its layer {layer} is gone"
        if now is None:
            return f"the settings of {layer} can no longer be read"
        if now != was:
            was, now = (text if len(text) <= 40 else "something else" for text in (was, now))
            return f"{layer}.{setting} was {was} and is {now}"
    return None


def _put_back(model: Any, weights: list[np.ndarray]) -> None:
    if len(model.get_weights()) == len(weights):
        model.set_weights(weights)


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "array"
    if hasattr(value, "get_weights"):
        return "model" if hasattr(value, "layers") else "layer"
    return "table" if hasattr(value, "iloc") else {dict: "dictionary"}.get(type(value), "list")


def _call(name: str, args: tuple) -> str:
    return f"{name}({', '.join(map(_in_words, args))})"


def _in_words(value: Any) -> str:
    """An argument as a sentence shows it: small ones in full, arrays and tables by their shape."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"an array of shape {value.shape}" + (f" of {value.dtype}" if value.dtype.kind in "biu" else "")
    if value is None or isinstance(value, (bool, int, float, str, np.generic, np.ndarray)):
        return " ".join(str(value.tolist() if hasattr(value, "tolist") else repr(value)).split())[:60]
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if hasattr(value, "iloc"):
        return f"a table of shape {value.shape}"
    if isinstance(value, type):
        return value.__name__
    return "a model" if hasattr(value, "get_weights") else "a function" if callable(value) else type(value).__name__
