"""Is an answer the student's own? While a check observes it, watch whether it calls the course's version.

An answer may wrap that version in a lambda, keep it in a closure, or take it out of the package: what counts is
which code runs. Another exercise's version is no matter: a lesson lends it so that the student can go on.
And an error is the student's own only where it passed through the student's lines.
"""

import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Protocol

PACKAGE = str(Path(__file__).parents[2])
_INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


class Asked(Protocol):
    """What the watch needs to know of an exercise."""

    reference: Callable[..., Any] | None
    answers: tuple[str, ...]
    same_work: frozenset[str]
    observing: Callable[..., Any]


_others = [0]  # how often somebody else than a watch or a thread set a profiler, since `guard_profiler`
_SETTERS = (__file__, threading.__file__)


def guard_profiler() -> None:
    """Count, from here on and for good, who sets this process's profiler: a watch that is lifted is known by it."""

    def count(event: str, _: tuple) -> None:
        if event == "sys.setprofile" and sys._getframe(1).f_code.co_filename not in _SETTERS:
            _others[0] += 1

    sys.addaudithook(count)


class Watch:
    """A context in which calls of an exercise's reference, its judge's helpers and functions that do the same work
    are noticed.

    ``found`` is then the name of what was called, or None; ``unbroken`` whether the watch was left in place.
    ``tell`` is called with the name, at once: what has been told cannot be taken back.
    """

    def __init__(self, exercise: Asked, tell: Callable[[str], None] | None = None) -> None:
        self.found: str | None = None
        self.unbroken = True
        maker = exercise.reference
        self._codes = set(_inner(maker.__code__)) if maker else set()
        self._helpers = _own_files(exercise.observing.__code__.co_filename)
        self._names, self._same_work = set(exercise.answers), exercise.same_work
        self._spy, self._tell = self._notice, tell

    def __enter__(self) -> "Watch":
        self._before, self._others = sys.getprofile(), _others[0]
        threading.setprofile(self._spy)
        sys.setprofile(self._spy)
        return self

    def __exit__(self, *raised: Any) -> None:
        self.unbroken = sys.getprofile() is self._spy and self._others == _others[0]
        sys.setprofile(self._before)
        threading.setprofile(None)

    def _notice(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or self.found:
            return
        code = frame.f_code
        if code in self._codes or (code.co_filename.startswith(PACKAGE) and self._is_ours(code, frame.f_back)):
            self.found = code.co_name
            if self._tell:
                self._tell(code.co_name)

    def _is_ours(self, code: CodeType, caller: FrameType | None) -> bool:
        """Whether it does the same work, or outside code calls a judge's helper or a function of an answer's name."""
        if code.co_name in self._same_work:
            return True  # handed in as it is, it is the check that calls it
        if caller is None or caller.f_code.co_filename.startswith(PACKAGE) or "." in code.co_qualname:
            return False
        # A lambda is what an exercise hands to the answer.
        return code.co_name in self._names or (
            code.co_filename.startswith(self._helpers) and not code.co_name.startswith("<")
        )


def _inner(code: CodeType) -> Iterator[CodeType]:
    """The code of every function that is defined in a function."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)


def _own_files(observe: str) -> str:
    """The folder of the lesson's checks, or the file where the lesson has no folder."""
    path = Path(observe)
    return str(path if path.parent.name == "exercises" else path.parent)


def passed_through_own_code(error: BaseException) -> bool:
    """Whether a frame of ``error``'s traceback is neither the course's, nor Python's, nor an installed package's."""
    return any(_is_own(frame) for frame, _ in traceback.walk_tb(error.__traceback__))


def _is_own(frame: FrameType) -> bool:
    """Exercises of an instructor's, too, are imported as modules of the course."""
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    return not (module.split(".")[0] == "vgcourse" or file.startswith(("<frozen", *_INSTALLED)))
