"""Is an answer the student's own? While a check observes it, watch whether the course's code does the work.

An answer may wrap the course's version in a lambda, keep it in a closure, or take it out of the package: what counts
is which code runs. So it is with all that the package computes and measures: an exercise's name for it is no matter.
Another exercise's version is none either: a lesson lends it so that the student can go on.
And an error is the student's own only where it passed through the student's lines.
"""

import ctypes
import itertools
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable
from enum import Enum, auto
from types import CodeType, FrameType
from typing import Any, Protocol

from vgcourse.course.checks.sources import whose_code

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
_OUTERMOST, _BOOTSTRAP = threading.Thread._bootstrap.__code__, threading.Thread._bootstrap_inner.__code__
_PAST = {"sys.setprofile", "sys.settrace"}  # nothing is noticed while a tracing function runs
_PATIENCE = 50  # milliseconds for threads that just begin
_HOW_MANY = "vgcourse.threads"  # asks the hook, whose count is in no name that could be set
_PROCESSES = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system", "pty.spawn"}


def guard_profiler() -> None:
    """From here on and for good, count who sets this process's profiler or tracer, and who starts processes.

    A watch that is lifted is known by it, and work that is done where no watch is. Threads that are started from
    here on hear of every watch.
    """

    whose_code.remember()
    taken_up = 0
    cells, observe = threading.get_ident(), sys.modules[f"{__package__}.looking"].observed.__code__

    def count(event: str, given: tuple) -> None:
        nonlocal taken_up
        if event == _HOW_MANY:
            given[0].append(taken_up)
        elif event in _PROCESSES:
            _pass_by()
        elif event in _PAST and _is_new_thread(sys._getframe(1)):
            taken_up += 1
        elif event in _PAST and not _is_rightful(sys._getframe(1), cells, observe):
            _unseen[0] |= threading.get_ident() != cells  # no watch looks into that thread any more
            _pass_by()

    sys.addaudithook(count)
    _heard.update({ident: _root(frame) for ident, frame in sys._current_frames().items()})
    threading.setprofile(_take_up)


def _is_new_thread(frame: FrameType) -> bool:
    """Whether it is a thread of ``threading``'s that begins, and takes up its watch: nothing stands around it."""
    outer = frame.f_back
    begins = frame.f_code is _BOOTSTRAP and frame.f_globals is vars(threading)
    return begins and outer is not None and outer.f_code is _OUTERMOST and outer.f_back is None


def _is_rightful(frame: FrameType, cells: int, observe: CodeType) -> bool:
    """Whether it is a thread that takes up its watch, or a watch of a check's, in the thread of the cells.

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


def _soon(holds: Callable[[], bool]) -> bool:
    """Whether it holds, if not now then once threads that just begin have begun."""
    for _ in range(_PATIENCE):
        if holds():
            return True
        time.sleep(0.001)
    return False


def _unheard_threads() -> int:
    """How many threads have run Python in this process without taking up a watch: those of other languages, come and
    gone, as well. It grows by one with each call."""
    api = ctypes.pythonapi
    api.PyInterpreterState_Get.restype = api.PyThreadState_New.restype = ctypes.c_void_p
    api.PyThreadState_GetID.restype = ctypes.c_uint64
    state = ctypes.c_void_p(api.PyThreadState_New(ctypes.c_void_p(api.PyInterpreterState_Get())))
    number = api.PyThreadState_GetID(state)
    api.PyThreadState_Clear(state)
    api.PyThreadState_Delete(state)
    started: list[int] = []
    sys.audit(_HOW_MANY, started)
    return number - started[-1]


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
        maker, observing = exercise.reference, exercise.observing
        self._own_version = set(whose_code.inner_codes(maker.__code__)) if maker else set()
        self._observing = {observing.__code__, *whose_code.inner_codes(observing.__code__)}
        self._helpers, self._names = _helpers(observing.__module__), set(exercise.answers)
        self._same_work = exercise.same_work
        # By id; the code itself is kept, so that no other takes its place in memory.
        self._dull: dict[int, CodeType] = {}
        self._known: dict[int, tuple[CodeType, _Work]] = {}
        self._spy, self._tell, self._alarms = self._make_spy(), tell, [alarm] if alarm else []

    def __enter__(self) -> "Watch":
        self._before, self._tracer, self._others = sys.getprofile(), sys.gettrace(), _others[0]
        self._in_threads = threading.getprofile()
        if self._is_guarded:  # a tracer hides what it calls; at home it may be a debugger
            sys.settrace(None)
            _unseen[0] |= not _soon(_all_are_heard)
            self._unheard = _unheard_threads()
        else:
            threading.setprofile(self._spy)
        _active[:] = [self._spy]
        sys.setprofile(self._spy)
        _alarms[:] = self._alarms
        return self

    def __exit__(self, *raised: Any) -> None:
        _alarms.clear()
        unheard = self._is_guarded and not self._hears_all_threads()
        whole = sys.getprofile() is self._spy and _active == [self._spy] and self._others == _others[0]
        self.unbroken = whole and not (_unseen[0] or unheard) and not (self._is_guarded and sys.gettrace())
        _active.clear()
        sys.setprofile(self._before)
        if self._is_guarded:
            sys.settrace(self._tracer)
        else:
            threading.setprofile(self._in_threads)

    @property
    def _is_guarded(self) -> bool:
        return self._in_threads is _take_up

    def _hears_all_threads(self) -> bool:
        """Whether every thread that is there, or was since the watch began, took up its watch; one may just begin."""
        asked = itertools.count(1)
        heard = _soon(_all_are_heard) and _soon(lambda: _unheard_threads() - next(asked) <= self._unheard)
        _unseen[0] |= not _all_are_heard()
        return heard

    def _make_spy(self) -> Callable[[FrameType, str, Any], None]:
        """What hears of every call: a check that builds nets makes millions, nearly all of code that is known."""
        dull = self._dull

        def spy(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and id(frame.f_code) not in dull:
                self._notice(frame)

        return spy

    def _notice(self, frame: FrameType) -> None:
        work = self._work_of(frame.f_code)
        if work is _Work.NONE:
            self._dull[id(frame.f_code)] = frame.f_code
        if self.found or work is _Work.NONE or (work is _Work.COMPUTES and whose_code.is_importing(frame.f_back)):
            return
        if work is not _Work.IS_THE_ANSWER and self._is_asked_by_check(frame.f_back):
            return
        self.found = frame.f_code.co_name
        if self._tell:
            self._tell(self.found)

    def _work_of(self, code: CodeType) -> "_Work":
        if id(code) not in self._known:
            self._known[id(code)] = code, self._find_work(code)
        return self._known[id(code)][1]

    def _find_work(self, code: CodeType) -> "_Work":
        if code in self._own_version:
            return _Work.IS_THE_ANSWER
        if not whose_code.is_function(code):
            return _Work.NONE  # a lambda is what an exercise hands to the answer
        origin = whose_code.of_files().origin(code)
        if origin and origin.name in self._same_work:
            return _Work.IS_THE_ANSWER  # handed in as it is, it is the check that calls it
        if origin and origin.computes:
            return _Work.COMPUTES
        if origin and origin.name in self._names:
            return _Work.HELPS
        helper = None if code in self._observing else self._helpers.origin(code)
        return _Work.HELPS if helper and helper.is_plain else _Work.NONE

    def _is_asked_by_check(self, frame: FrameType | None) -> bool:
        """Whether the check itself wants it, or what it hands to the answer: nothing of others' stands between."""
        files = whose_code.of_files().same
        while frame is not None:
            helper = self._helpers.same.get(frame.f_code)
            is_handed_out = helper and (frame.f_code in self._observing or not helper.is_plain)
            if is_handed_out and frame.f_globals is vars(sys.modules[helper.file]):
                return True
            if not helper and frame.f_code not in files:
                return False
            frame = frame.f_back
        return False


class _Work(Enum):
    """What running some code means for an answer."""

    NONE = auto()
    HELPS = auto()  # the check may ask for it, the answer may not
    COMPUTES = auto()  # so may a module that is being imported
    IS_THE_ANSWER = auto()


def _helpers(module: str) -> whose_code.Codes:
    """The code of the lesson's exercises: of the folder's modules, or of the one where the lesson has no folder."""
    folder = f"{module.rpartition('.')[0]}."
    whole = folder.startswith(f"{whose_code.EXERCISES}.") and folder != f"{whose_code.EXERCISES}."
    names = [name for name in sorted(sys.modules) if name == module or (whole and name.startswith(folder))]
    return whose_code.of_modules(tuple(names))


def passed_through_own_code(error: BaseException) -> bool:
    """Whether a frame of ``error``'s traceback is neither the course's, nor Python's, nor an installed package's."""
    return any(_is_own(frame) for frame, _ in traceback.walk_tb(error.__traceback__))


def _is_own(frame: FrameType) -> bool:
    """Exercises of an instructor's, too, are imported as modules of the course."""
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    return not (module.split(".")[0] == "vgcourse" or file.startswith(("<frozen", *_INSTALLED)))
