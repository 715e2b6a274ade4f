"""Whether what observes, watches and sends is still itself: a grader asks before and after each check.

It is no wall: code in the same process can also change this. It shows that somebody tried.
"""

import base64
import hashlib
import json
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

_OWN = ("exercise", "handed", "looking", "observation", "own_work", "registry", "seal", "session")
_OWN += ("sources.observers_only", "sources.whose_code")


def parts() -> list[int]:
    """What is sealed, as identities. Names that students' code may add are not among them."""
    if not _names:
        _names.extend(_all_names())
    return [id(part) for module, path in _names for part in _found(module, path)]


def told() -> str:
    """The parts as text: a list of more than a thousand would be shown by its beginning."""
    return " ".join(map(str, parts()))


def shown(nonce: str) -> str:
    """The parts as they are now, in a form that differs with each ``nonce``; see `expected`."""
    return expected(parts(), nonce)


def expected(parts: list[int], nonce: str) -> str:
    """What `shown` answers while nothing has been replaced."""
    return hashlib.sha256(f"{nonce}{parts}".encode()).hexdigest()


_names: list[tuple[Any, str]] = []


def _all_names() -> Iterator[tuple[Any, str]]:
    yield from ((sys, "setprofile"), (sys, "getprofile"), (threading, "setprofile"), (np.random, "default_rng"))
    yield from ((json, "dumps"), (base64, "b64encode"), (hashlib, "sha256"))
    if display := sys.modules.get("IPython.display"):
        yield display, "display"
    for name in _OWN:
        module = sys.modules.get(f"{__package__}.{name}")
        for key, value in list(vars(module).items()) if module else ():
            if isinstance(value, types.FunctionType | type):
                yield module, key
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield from ((value, inner) for inner, part in list(vars(value).items()) if callable(part))
    for module in [sys.modules[name] for name in sorted(sys.modules) if name.startswith("vgcourse.course.exercises")]:
        yield from (
            (module, key) for key, value in list(vars(module).items()) if isinstance(value, types.FunctionType)
        )


def _found(holder: Any, name: str) -> Iterator[Any]:
    part = vars(holder).get(name)
    yield part
    if isinstance(part, types.FunctionType):
        yield part.__code__
        yield part.__defaults__
