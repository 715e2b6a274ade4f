"""Is an answer the student's own? While a check observes it, watch whether the course's code does the work.

An answer may wrap the course's version in a lambda, keep it in a closure, or take it out of the package: what counts
is which code runs. So it is with all that the package computes and measures: an exercise's name for it is no matter.
Another exercise's version is none either: a lesson lends it so that the student can go on.
And an error is the student's own only where it passed through the student's lines.
"""

import os
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Protocol

PACKAGE = str(Path(__file__).parents[2])
# What computes and measures. Data sets, nets and patients are what a lesson works on.
_COMPUTES = tuple(
    os.path.join(PACKAGE, part) + os.sep for part in ("measure", "published", os.path.join("nets", "theory"))
)
_INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


class Asked(Protocol):
    """What the watch needs to know of an exercise."""

    reference: Callable[..., Any] | None
    answers: tuple[str, ...]
    same_work: frozenset[str]
    observing: Callable[..., Any]


_others = [0]  # how often something went past the watch: see `guard_profiler`
_unseen = [False]  # whether there ever was a thread that no watch can look into
_active: list[Callable] = []  # the spy of the watch that is on, for threads that were there before it
_alarms: list[Callable[[], None]] = []  # what the watch that is on wants done, at once, when something passes it by
_heard: dict[int, FrameType] = {}  # thread → its outermost frame, of those that hear of every watch
_BOOTSTRAP = threading.Thread._bootstrap_inner.__code__
_PAST = {"sys.setprofile", "sys.settrace"}  # nothing is noticed while a tracing function runs
_PROCESSES = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system", "pty.spawn"}


def guard_profiler() -> None:
    """From here on and for good, count who sets this process's profiler or tracer, and who starts processes.

    A watch that is lifted is known by it, and work that is done where no watch is. Threads that are started from
    here on hear of every watch.
    """

    cells, observe = threading.get_ident(), sys.modules[f"{__package__}.looking"].observed.__code__

    def count(event: str, _: tuple) -> None:
        if event in _PROCESSES:
            _pass_by()
        elif event in _PAST and not _is_rightful(sys._getframe(1), cells, observe):
            _unseen[0] |= threading.get_ident() != cells  # no watch looks into that thread any more
            _pass_by()

    sys.addaudithook(count)
    _heard.update({ident: _root(frame) for ident, frame in sys._current_frames().items()})
    threading.setprofile(_take_up)


def _is_rightful(frame: FrameType, cells: int, observe: CodeType) -> bool:
    """Whether it is a new thread that takes up its watch, or a watch of a check's, in the thread of the cells.

    A file's name says nothing: any code can be given any.
    """
    if frame.f_code is _BOOTSTRAP and frame.f_globals is vars(threading):
        return True
    if frame.f_code is _take_up.__code__ and frame.f_globals is globals():
        return True
    of_watch = frame.f_code in (Watch.__enter__.__code__, Watch.__exit__.__code__) and frame.f_globals is globals()
    by_check = frame.f_back is not None and frame.f_back.f_code is observe
    return of_watch and by_check and threading.get_ident() == cells


def _pass_by() -> None:
    _others[0] += 1
    if _alarms:
        _alarms.pop()()  # once a watch; while it is told, more may pass by


def _take_up(frame: FrameType, event: str, arg: Any) -> None:
    """The first that is heard of a thread of ``threading``'s: from here on it is watched."""
    _heard[threading.get_ident()] = _root(frame)
    sys.setprofile(_in_threads)


def _root(frame: FrameType) -> FrameType:
    while frame.f_back is not None:
        frame = frame.f_back
    return frame


def _all_are_heard() -> bool:
    """Whether every thread that runs Python is one that was taken up, and not one that has taken over its number."""
    frames = sys._current_frames()
    own = threading.get_ident()
    return all(ident == own or _heard.get(ident) is _root(frame) for ident, frame in frames.items())


def _in_threads(frame: FrameType, event: str, arg: Any) -> None:
    if _active:
        _active[0](frame, event, arg)


class Watch:
    """A context in which calls of an exercise's reference, its judge's helpers and functions that do the same work
    are noticed.

    ``found`` is then the name of what was called, or None; ``unbroken`` whether the watch was left in place.
    ``tell`` is called with the name, and ``alarm`` where something passes the watch by, at once: what has been told
    cannot be taken back.
    """

    def __init__(
        self,
        exercise: Asked,
        tell: Callable[[str], None] | None = None,
        alarm: Callable[[], None] | None = None,
    ) -> None:
        self.found: str | None = None
        self.unbroken = True
        maker = exercise.reference
        self._codes = set(_inner(maker.__code__)) if maker else set()
        self._helpers = _own_files(exercise.observing.__code__.co_filename)
        self._names, self._same_work = set(exercise.answers), exercise.same_work
        # By id; the code itself is kept, so that no other takes its place in memory.
        self._dull: dict[int, CodeType] = {}
        self._known: dict[int, tuple[CodeType, bool]] = {}
        self._spy, self._tell, self._alarms = self._make_spy(), tell, [alarm] if alarm else []

    def __enter__(self) -> "Watch":
        self._before, self._tracer, self._others = sys.getprofile(), sys.gettrace(), _others[0]
        self._in_threads = threading.getprofile()
        if self._is_guarded:  # a tracer hides what it calls; at home it may be a debugger
            sys.settrace(None)
            _unseen[0] |= not _all_are_heard()
        else:
            threading.setprofile(self._spy)
        _active[:] = [self._spy]
        sys.setprofile(self._spy)
        _alarms[:] = self._alarms
        return self

    def __exit__(self, *raised: Any) -> None:
        _alarms.clear()
        _unseen[0] |= self._is_guarded and not _all_are_heard()
        whole = sys.getprofile() is self._spy and _active == [self._spy] and self._others == _others[0]
        self.unbroken = whole and not _unseen[0] and not (self._is_guarded and sys.gettrace())
        _active.clear()
        sys.setprofile(self._before)
        if self._is_guarded:
            sys.settrace(self._tracer)
        else:
            threading.setprofile(self._in_threads)

    @property
    def _is_guarded(self) -> bool:
        return self._in_threads is _take_up

    def _make_spy(self) -> Callable[[FrameType, str, Any], None]:
        """What hears of every call: a check that builds nets makes millions, nearly all of code that is known."""
        dull = self._dull

        def spy(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and id(frame.f_code) not in dull:
                self._notice(frame)

        return spy

    def _notice(self, frame: FrameType) -> None:
        code = frame.f_code
        borrowed = self._is_borrowed(code)
        if not borrowed and not code.co_filename.startswith(PACKAGE):
            self._dull[id(code)] = code
        elif not self.found and (borrowed or self._is_ours(code, frame.f_back)):
            self.found = code.co_name
            if self._tell:
                self._tell(code.co_name)

    def _is_borrowed(self, code: CodeType) -> bool:
        """Whether it is the course's version, or the package's code under another file's name."""
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = code, code in self._codes or self._is_copied(code)
        return known[1]

    def _is_copied(self, code: CodeType) -> bool:
        """Whether it is, under another file's name, a function of the package that computes or does the same work."""
        if code.co_filename.startswith((PACKAGE, *_INSTALLED)):
            return False
        file, name = _prints(len(sys.modules)).get(_print_of(code), ("", ""))
        return file.startswith(_COMPUTES) or name in self._same_work

    def _is_ours(self, code: CodeType, caller: FrameType | None) -> bool:
        """Whether it does the same work; or others call what computes, a judge's helper or an answer's name."""
        if code.co_name in self._same_work:
            return True  # handed in as it is, it is the check that calls it
        if caller is not None and caller.f_code.co_filename.startswith(PACKAGE):
            return False
        plain = "." not in code.co_qualname and not code.co_name.startswith("<")
        if code.co_filename.startswith(_COMPUTES):
            # A layer's method is called by Keras, a module's code by Python.
            return plain or (caller is not None and not caller.f_code.co_filename.startswith(("<", *_INSTALLED)))
        # A lambda is what an exercise hands to the answer.
        return plain and (code.co_name in self._names or code.co_filename.startswith(self._helpers))


Print = tuple[tuple[str, ...], tuple[str, ...], str, tuple[int, ...]]
_LONG = 20  # characters of a docstring, without which two may write the same by chance


def _print_of(code: CodeType) -> Print | None:
    """What a copy of source keeps: names, words, how many lines each step is below the first; None without words."""
    words = [part for part in code.co_consts if not isinstance(part, CodeType)]
    if not words or not isinstance(words[0], str) or len(words[0]) < _LONG:
        return None
    lines = dict.fromkeys(line - code.co_firstlineno for _, _, line in code.co_lines() if line)
    return code.co_names, code.co_varnames, repr(words), tuple(lines)


@lru_cache(1)
def _prints(_: int) -> dict[Print | None, tuple[str, str]]:
    """File and name of all functions of the package's that are loaded, by their print."""
    names = [n for n in sys.modules if n.startswith("vgcourse.") and ".course." not in n]
    found = [part for n in names for part in list(vars(sys.modules[n]).values()) if isinstance(part, FunctionType)]
    codes = [f.__code__ for f in found if f.__code__.co_filename.startswith(PACKAGE)]
    return {print: (code.co_filename, code.co_name) for code in codes if (print := _print_of(code))}


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
