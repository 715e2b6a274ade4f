"""Replace an attribute of an object for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

_ABSENT = object()


@contextmanager
def replaced(owner, name: str, value) -> Iterator[None]:
    """Set owner.name to value inside the block; after it the object is as before, also after an exception.

    It goes past ``__setattr__``: Keras must neither track the value nor look at it. What the class defines
    (a method, a property that is no data descriptor) is hidden by it and shows again afterwards.
    """
    attributes = vars(owner)
    before = attributes.get(name, _ABSENT)
    attributes[name] = value
    try:
        yield
    finally:
        if before is _ABSENT:
            attributes.pop(name, None)
        else:
            attributes[name] = before
