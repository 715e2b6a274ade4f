"""Call a student's answers on drawn inputs, and say in plain data what came back or what went wrong."""

import dis
import re
import types
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from vgcourse.course.checks.handed import HandedOut
from vgcourse.course.checks.observation import ObservationError, encode, with_article
from vgcourse.course.checks.own_work import Asked, Watch, passed_through_own_code
from vgcourse.course.checks.verdicts import (
    BLANK,
    BORROWED,
    CHECK_BROKEN,
    NOT_A_FUNCTION,
    NOT_PLAIN,
    RAISES,
    TAMPERED,
    UNUSABLE,
    UNWATCHED,
)

# Told at once where an answer works where no watch looks; the observation itself follows.
PAST_THE_WATCH = encode({"problem": TAMPERED, UNWATCHED: True})


class Observed(Asked, Protocol):
    """What looking at answers needs to know of an exercise."""

    changes: tuple[int, ...]


def observed(
    exercise: Observed,
    answers: tuple[Any, ...],
    seed: int,
    watched: bool = True,
    tell: Callable[[str], None] | None = None,
) -> str:
    """An encoded observation of ``answers``; `Exercise.observe_answers` says more."""

    def look() -> str:
        return _encoded(_look(exercise, answers, seed), exercise, answers, seed)

    if not watched:
        return look()
    borrowed, past = tell and (lambda name: tell(_borrowed(name))), tell and (lambda: tell(PAST_THE_WATCH))
    with Watch(exercise, borrowed, past) as watch:
        text = look()  # what came back may compute itself only now
    if watch.found:
        return _borrowed(watch.found)
    return text if watch.unbroken else f'{text[:-1]},"{UNWATCHED}":true}}'


def _look(exercise: Observed, answers: tuple[Any, ...], seed: int) -> dict[str, Any]:
    blank = [name for name, answer in zip(exercise.answers, answers, strict=False) if is_blank(answer)]
    if blank and len(blank) < len(answers):
        what = f"Still open: {', '.join(blank)} (the check looks at all its answers together)."
        return {"problem": BLANK, "fields": {"what": what}, **_others(exercise, answers, blank, seed)}
    if blank:
        return {"problem": BLANK}
    handed = HandedOut(exercise.changes)
    try:
        guarded = map(handed.guard, exercise.answers, answers)
        seen = exercise.observing(*guarded, np.random.default_rng(seed))
        if handed.no_number:
            return _not_plain(handed.no_number) | _half(exercise, answers, seed)
        besides = {"changed": handed.changed, "at_times": handed.at_times}
        return {"seen": seen, **{key: found for key, found in besides.items() if found}}
    except WrongKind as error:
        odd = {"problem": NOT_A_FUNCTION, "fields": {"wanted": error.wanted, "found": error.found}}
        return odd | _half(exercise, answers, seed)
    except ObservationError as error:
        return _not_plain(str(error)) | _half(exercise, answers, seed)
    except (Exception, SystemExit) as error:
        if _is_of_a_stub(error):
            return {"problem": BLANK, **_others(exercise, answers, [handed.name], seed)}
        by_answer = handed.raised is error or passed_through_own_code(error)
        if handed.raised is not error:
            return _stopped(error, by_answer, came=handed.in_words) | _half(exercise, answers, seed)
        return _stopped(error, by_answer, handed.call) | _others(exercise, answers, [handed.name], seed)


def _others(exercise: Observed, answers: tuple[Any, ...], out: list[str], seed: int) -> dict[str, Any]:
    """What is seen of an exercise's other functions, where those in ``out`` are open or stop: that earns a half.

    Nothing where there are no others, or where they cannot be looked at by themselves.
    """
    named = dict(zip(exercise.answers, answers, strict=False))
    if not all(callable(one) or name in out for name, one in named.items()) or not set(out) < set(named):
        return {}
    handed = HandedOut(exercise.changes)
    try:
        rest = [handed.guard(name, _nothing if name in out else answer) for name, answer in named.items()]
        seen = exercise.observing(*rest, np.random.default_rng(seed))
        encode({"seen": seen})
    except (Exception, SystemExit):
        return {}
    return {} if handed.no_number or handed.changed else {"others": [seen]}


def _half(exercise: Observed, answers: tuple[Any, ...], seed: int) -> dict[str, Any]:
    """What is seen without each function in turn, where one of them gave what no check can go on with."""
    without = (_others(exercise, answers, [name], seed) for name in exercise.answers)
    return {"others": [seen for found in without for seen in found.get("others", [])]}


def _not_plain(text: str) -> dict[str, Any]:
    return {"problem": NOT_PLAIN, "fields": {"text": text}}


def _nothing(*args: Any, **kwargs: Any) -> None:
    """In the place of a function that is open, or stops."""


def _is_of_a_stub(error: BaseException) -> bool:
    """``raise NotImplementedError`` in the answer's own lines, or in those of a check, which says so of an open one.

    Libraries raise it too, of what they cannot do: then it is an error like others.
    """
    innermost = error.__traceback__
    while innermost and innermost.tb_next:
        innermost = innermost.tb_next
    if type(error) is not NotImplementedError or innermost is None:
        return False
    of_check = str(innermost.tb_frame.f_globals.get("__name__", "")).startswith("vgcourse.course.exercises.")
    return of_check or passed_through_own_code(Exception().with_traceback(innermost))


class WrongKind(TypeError):
    """The name holds something else than the exercise asks for."""

    def __init__(self, wanted: str, found: Any) -> None:
        super().__init__(f"wanted {wanted}, found {found}")
        self.wanted, self.found = wanted, with_article(type(found).__name__)


def need_callable(answer: Any, wanted: str = "a function") -> None:
    """Raises WrongKind, which says that ``wanted`` was expected, unless ``answer`` can be called."""
    if not callable(answer):
        raise WrongKind(wanted, answer)


def is_blank(answer: Any) -> bool:
    """Whether ``answer`` is still the stub: the Ellipsis, or a function with nothing in it but the stub."""
    if answer is Ellipsis:
        return True
    if not isinstance(answer, types.FunctionType):
        return False
    # What the stub compiles to, with or without a docstring: nothing but "return None".
    body = [step for step in dis.get_instructions(answer) if step.opname not in ("RESUME", "NOP")]
    return all(step.opname in ("LOAD_CONST", "RETURN_VALUE", "RETURN_CONST") for step in body) and (
        body[-1].argval is None if body[-1].opname == "RETURN_CONST" else body[0].argval is None
    )


def broken(error: BaseException) -> dict[str, Any]:
    """The observation of a check that cannot do its work, whatever the answer is."""
    return {"problem": CHECK_BROKEN, "fields": {"text": f"{type(error).__name__}: {first_line(error)}"}}


def _stopped(error: BaseException, raised_by_answer: bool, call: str = "", came: str = "") -> dict[str, Any]:
    """What stopped while it was observed: the answer, the check at what the answer gave back, or the check alone.

    ``call`` says which call of the answer it was, and ``came`` what it gave back, where that is known.
    """
    if not raised_by_answer and isinstance(error, NameError | ImportError):
        return broken(error)
    fields = {"error": type(error).__name__, "text": first_line(error), "came": came}
    if raised_by_answer and call:
        fields["call"] = f" (in the call {call})"
    return {"problem": RAISES if raised_by_answer else UNUSABLE, "fields": fields}


def _borrowed(name: str) -> str:
    return encode({"problem": BORROWED, "fields": {"name": name}})


def _encoded(seen: dict[str, Any], exercise: Observed, answers: tuple[Any, ...], seed: int) -> str:
    """An observation as text; where an answer gave back what is no plain data, one that says so."""
    try:
        return encode(seen)
    except ObservationError as error:
        return encode(_not_plain(str(error)) | _half(exercise, answers, seed))


# Keras puts the error of a layer's `call` below a line of its own, in colours; TensorFlow names node and operation.
_MARKS = re.compile(r"\x1b\[[\d;]*m|\{\{.*?\}\}|\s*\[Op:\w+\](?: name:[^\n]*)?$", re.MULTILINE)
# NumPy's numbers and texts, and classes, as Python prints them.
_REPRS = re.compile(r"\bnp\.\w+\(([^()]*)\)|<class '([\w.]+)'>")
_QUOTING = "Exception encountered when calling"


def first_line(error: BaseException) -> str:
    """The first line of an error's message, as a verdict quotes it; what Python's operators say is put plainly."""
    try:
        text = str(error)
    except Exception:
        return "no message that could be shown"  # a student's own exception may not know how to say itself
    if isinstance(error, TypeError) and ("for ^:" in text or "bitwise_xor" in text):
        return "^ is not a power in Python, write **"
    text = _REPRS.sub(lambda found: found[1] or found[2], _MARKS.sub("", text))
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(_QUOTING)]
    return lines[0][:200] if lines else "no further message"
