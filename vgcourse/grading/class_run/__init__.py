"""A class: who handed in, who is graded by which worker, and what was kept of it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "linux":  # Windows has no fork server to import
    from multiprocessing import forkserver

_SAFE_PATH, _OURS = "PYTHONSAFEPATH", "vgcourse"  # Python's own, as its option -P; any value switches it on


def begin_imports() -> None:
    """Have what workers are forked from import what grading needs, while this process does something else.

    On Linux it is one process, which ends with this one; elsewhere each worker imports for itself. Called again, it
    does nothing.
    """
    if sys.platform == "linux":
        forkserver.set_forkserver_preload([f"{__name__}.pool"])
        with deaf_to_ctrl_c(), _not_from_here():
            forkserver.ensure_running()


@contextmanager
def _not_from_here() -> Iterator[None]:
    """What starts meanwhile imports nothing from the working folder.

    A clone there may hold another version than the one that runs, and anybody's own `random.py` would stand before
    Python's.
    """
    if os.environ.setdefault(_SAFE_PATH, _OURS) != _OURS:
        yield
        return
    try:
        yield
    finally:
        free_imports()


def free_imports() -> None:
    """What starts from here on may import from its folder again: a kernel what a student sent along."""
    if os.environ.get(_SAFE_PATH) == _OURS:
        del os.environ[_SAFE_PATH]


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """What starts meanwhile ignores Ctrl-C from its first moment on, also while it imports."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
