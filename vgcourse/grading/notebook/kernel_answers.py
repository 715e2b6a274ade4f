"""What a kernel answers when it is asked something beside the notebook: never more than was asked for."""

import traceback
from typing import Any

_LINE = ("nbclient", "jupyter_client", "nbformat")


def number_of(reply: dict[str, Any]) -> int:
    """What the kernel answered; 0 for anything but a small number, for it is the student's kernel."""
    try:
        text = reply["content"]["user_expressions"]["told"]["data"]["text/plain"]
        return int(text) if len(text) < 4 else 0
    except (KeyError, TypeError, ValueError):
        return 0


def text_of(reply: dict[str, Any]) -> str:
    """What the kernel answered, as text without quotes; "" for anything that is too long or none."""
    try:
        text = reply["content"]["user_expressions"]["told"]["data"]["text/plain"]
        return text.strip("'") if isinstance(text, str) and len(text) < 100_000 else ""
    except (KeyError, TypeError):
        return ""


def is_of_the_line(error: Exception) -> bool:
    """Whether it arose where messages of the kernel are read: they are not of the form that a kernel's have."""
    if isinstance(error, TimeoutError | OSError):
        return False
    places = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(places) and places[-1].split(".")[0] in _LINE
