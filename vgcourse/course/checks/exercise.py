"""An exercise and its check: observe what the answer does, judge the numbers, name the misconception.

``observe`` calls the student's answer on inputs drawn from a seed and returns plain data. ``judge`` draws the
same inputs from the same seed, compares, and names a key. The two may run in different processes: credit then
depends on numbers alone, whatever the student's process prints, patches or raises.
"""

import dis
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

import numpy as np

from vgcourse.course.checks import forms
from vgcourse.course.checks.handed import HandedOut
from vgcourse.course.checks.observation import ObservationError, decode, encode, with_article
from vgcourse.course.checks.own_work import Watch, passed_through_own_code

PASSED = "passed"
BLANK = "blank"
RAISES = "raises"
NOT_PLAIN = "not-plain"
NOT_A_FUNCTION = "not-a-function"
BORROWED = "uses-the-package"
CHANGED = "changes-input"
UNUSABLE = "cannot-be-used"
CHECK_FAILED, CHECK_BROKEN = "check-failed", "check-broken"
TAMPERED = "tampered"
NOT_HERE, STOPPED_BEFORE = "needs-what-is-not-here", "stopped-before"
UNWATCHED = "unwatched"  # stands in an observation where the answer put the watch aside
LONGEST_FIELD, LONGEST_MESSAGE = 200, 1200  # characters

COMMON = {
    BLANK: "{what} Write your code where it says YOUR CODE HERE, run that cell, then this one.",
    RAISES: "Your code stopped with {error}: {text}{call}",
    NOT_PLAIN: "Your answer came back as something that cannot be compared: {text}.",
    UNUSABLE: "The check could not go on with what your answer is or gives back ({error}: {text}). Compare its form "
    "with what the task asks for.",
    CHECK_BROKEN: "Not graded: the check itself stopped ({text}), whatever your answer is. Tell your instructor.",
    CHECK_FAILED: "Not graded: the check stopped at what your answer gives back ({text}). Look at what it returns; "
    "if that is what was asked for, the mistake is in the check: tell your instructor.",
    TAMPERED: "Not graded by machine: while the notebook ran, parts of the check were replaced or put aside, or the "
    "answer worked where the check cannot look (another process, say). A person will look at it.",
    NOT_HERE: "Not graded: {what} stopped with {error} ({text}). Where it was graded there is not all that it needs."
    " Hand that in too, or do without it.",
    STOPPED_BEFORE: "Not graded by machine: {what} stopped with {error} ({text}) before it had done so. "
    "A person will look at it.",
    NOT_A_FUNCTION: "This should be {wanted}; here it is {found}. Did another cell reuse the name?",
    BORROWED: "This calls the course's own version, `{name}`, to do the work. It is there so that you can go on with "
    "the lesson, and to measure; the points are for a version of your own.",
}


@dataclass(frozen=True)
class Miss:
    """A misconception: the sentence that a student reads, and the share of the points still earned."""

    message: str
    share: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What a check says: the exercise's id, the share of its points earned (0 to 1), a key, one sentence."""

    exercise: str
    points: float
    share: float
    key: str
    message: str

    @property
    def passed(self) -> bool:
        return self.share >= 1.0

    @property
    def earned(self) -> float:
        return round(self.share * self.points, 2)

    @property
    def is_withheld(self) -> bool:
        """Whether a machine cannot say what the answer is worth, so that a person must look."""
        return self.key in (CHECK_FAILED, CHECK_BROKEN, TAMPERED, NOT_HERE, STOPPED_BEFORE)


COMMON_HALF = {
    CHANGED: Miss(
        "What comes back is right. But {name} changes the {what} that it is given: whoever uses it afterwards, or "
        "calls {name} twice, gets something else. Leave it as it was, and change a copy.",
        share=0.5,
    )
}


class Exercise:
    """One exercise: register how to observe and how to judge with the two decorators.

    Parameters
    ----------
    id: unique in the course, kebab-case; also the nbgrader ``grade_id`` of the check cell.
    points: what full marks earn.
    title: a few words for scoreboards and reports.
    answers: the names that the student defines, in the order in which ``check`` takes them.
    passed: the sentence for a right answer: what it shows, not just praise.
    misses: key → sentence (or ``Miss``); a sentence may hold fields that ``judge`` fills: ``{got:.3g}``.
    same_work: functions of the package that do what the answer is to do, under another name.
    changes: positions of the arguments that the answer is meant to change. All others must stay as they were.
    """

    def __init__(
        self,
        id: str,
        *,
        points: float,
        title: str,
        answers: tuple[str, ...],
        passed: str,
        misses: Mapping[str, str | Miss],
        same_work: tuple[str, ...] = (),
        changes: tuple[int, ...] = (),
    ) -> None:
        self.id, self.points, self.title, self.answers = id, points, title, answers
        named = {**COMMON, **COMMON_HALF, **misses}
        self.misses = {key: m if isinstance(m, Miss) else Miss(m) for key, m in named.items()}
        self.passed_message, self.same_work, self.changes = passed, frozenset(same_work), changes
        self.reference: Callable[..., Any] | None = None
        self.observing: Callable[..., dict[str, Any]] | None = None
        self._judge: Callable[..., Any] | None = None
        self._suits: Callable[[np.random.Generator], bool] | None = None

    def observe(self, function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        """Register ``function(*answers, rng)``: call the answers on drawn inputs, return plain data."""
        self.observing = function
        return function

    def judge(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register ``function(seen, rng)``: return None where all is right, a key, or ``(key, fields)``.

        A field ``fact`` (``compare.fact``) is said before the sentence: one input, what came, what is wanted. A field
        ``also_right``, a sentence, is said after it where the other half of the answers is right: that earns a half.
        """
        self._judge = function
        return function

    def own_version(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register the course's own answer, which ``fallback`` hands to the cells that follow."""
        self.reference = function
        return function

    def suits(self, function: Callable[[np.random.Generator], bool]) -> Callable[[np.random.Generator], bool]:
        """Register ``function(rng)``: whether what is drawn leaves no doubt. Seeds of other draws are passed over.

        The grader chooses the seed, so that nothing by which the answer could be found goes into a student's kernel.
        """
        self._suits = function
        return function

    def suitable(self, seed: int) -> int:
        """The first seed from ``seed`` on whose draws suit. Raises RuntimeError where 10,000 do not."""
        for one in range(seed, seed + 10_000):
            if self._suits is None or self._suits(np.random.default_rng(one)):
                return one
        raise RuntimeError(f"the exercise {self.id!r} finds no draw that suits it")

    def check_itself(self) -> None:
        """Raise TypeError, for the author to read, where a part of the exercise is missing or cannot work."""
        for name, part in (("observe", self.observing), ("judge", self._judge)):
            if part is None:
                raise TypeError(f"the exercise {self.id!r} has no function that is registered with @….{name}")
        for key, miss in self.misses.items():
            if not 0 <= miss.share < 1:
                raise TypeError(f"the exercise {self.id!r}: the share of {key!r} is {miss.share}, and not below 1")
            try:
                list(Formatter().parse(miss.message))
            except ValueError as error:
                raise TypeError(f"the exercise {self.id!r}: the sentence of {key!r} has a brace: {error}") from error

    def own_source(self) -> tuple[str, str] | None:
        """Module and name of the function that makes the course's own version; None where there is none."""
        return (self.reference.__module__, self.reference.__name__) if self.reference else None

    def observe_answers(
        self,
        answers: tuple[Any, ...],
        seed: int,
        watched: bool = True,
        tell: Callable[[str], None] | None = None,
    ) -> str:
        """Observe ``answers`` with inputs drawn from ``seed``; returns an encoded observation.

        Whatever an answer raises, ``exit()`` included, is an observation too; only a KeyboardInterrupt gets out.
        ``watched``: an answer that calls the course's own version of the exercise is told so, and so is ``tell``, at
        once, with the observation that says so.
        """
        if not watched:
            return _encoded(self._look(answers, seed))
        with Watch(self, tell and (lambda name: tell(_borrowed(name)))) as watch:
            text = _encoded(self._look(answers, seed))  # what came back may compute itself only now
        if watch.found:
            return _borrowed(watch.found)
        return text if watch.unbroken else f'{text[:-1]},"{UNWATCHED}":true}}'

    def _look(self, answers: tuple[Any, ...], seed: int) -> dict[str, Any]:
        blank = [name for name, answer in zip(self.answers, answers, strict=False) if is_blank(answer)]
        if blank and len(blank) < len(answers):
            what = f"Still open: {', '.join(blank)} (the check looks at all its functions together)."
            return {"problem": BLANK, "fields": {"what": what}}
        if blank:
            return {"problem": BLANK}
        handed = HandedOut(self.changes)
        try:
            guarded = map(handed.guard, self.answers, answers)
            seen = self.observing(*guarded, np.random.default_rng(seed))
            if handed.no_number:
                return {"problem": NOT_PLAIN, "fields": {"text": handed.no_number}}
            return {"seen": seen, "changed": handed.changed} if handed.changed else {"seen": seen}
        except NotImplementedError:
            return {"problem": BLANK}
        except WrongKind as error:
            return {"problem": NOT_A_FUNCTION, "fields": {"wanted": error.wanted, "found": error.found}}
        except ObservationError as error:
            return {"problem": NOT_PLAIN, "fields": {"text": str(error)}}
        except (Exception, SystemExit) as error:
            by_answer = handed.raised is error or passed_through_own_code(error)
            return _stopped(error, by_answer, handed.call if handed.raised is error else "")

    def verdict(self, observation: str, seed: int) -> Verdict:
        """Judge an encoded observation that was made with ``seed``."""
        try:
            data = decode(observation)
        except ObservationError as error:
            return self._miss(NOT_PLAIN, {"text": str(error)})
        if "problem" in data:
            return self._problem(data["problem"], data.get("fields"))
        try:
            found = self._judge(data["seen"], np.random.default_rng(seed))
            verdict = self._verdict_of(found, data.get("changed"))
            return self._miss(TAMPERED, {}) if verdict.share and data.get(UNWATCHED) else verdict
        except Exception as error:
            if odd := forms.difference(data.get("seen"), self._model(seed)):
                return self._miss(NOT_PLAIN, {"text": odd})
            # A slip of the judge, or a right answer of a form that it does not know: never a 0.
            return self._miss(CHECK_FAILED, {"text": f"{type(error).__name__}: {_first_line(error)}"})

    def _verdict_of(self, found: Any, changed: Any) -> Verdict:
        if found is None and changed:
            return self._miss(CHANGED, changed)
        if found is None:
            return Verdict(self.id, self.points, 1.0, PASSED, self.passed_message)
        key, fields = (found, {}) if isinstance(found, str) else found
        return _besides(_half_right(self._miss(key, fields), fields.get("also_right")), changed)

    def _model(self, seed: int) -> Any:
        """What is observed of the course's own version; None where there is none, or it does not run here."""
        if self.reference is None:
            return None
        try:
            own = self.reference()
            answers = own if isinstance(own, tuple) and len(self.answers) > 1 else (own,)
            return decode(encode(self.observing(*answers, np.random.default_rng(seed))))
        except Exception:  # what it needs may not be installed where a class is graded
            return None

    def withhold(self, key: str = TAMPERED, fields: Mapping[str, str] | None = None) -> Verdict:
        """No verdict by machine, for the reason ``key``."""
        return self._miss(key, fields or {})

    def _problem(self, key: Any, fields: Any) -> Verdict:
        """What the student's process says went wrong: either argument may be anything that JSON can hold."""
        if not isinstance(key, str) or key not in COMMON:
            key = NOT_PLAIN
        if not isinstance(fields, dict) or not fields:
            fields = {"what": "Not answered yet."}
        return self._miss(key, {"call": "", **fields})

    def _miss(self, key: str, fields: Any) -> Verdict:
        miss = self.misses[key]
        try:
            message = miss.message.format(**{name: _shown(value) for name, value in fields.items()})
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            message = miss.message
        if isinstance(fields, dict) and isinstance(fields.get("fact"), str):
            message = f"{_shown(fields['fact'])} {message}"
        return Verdict(self.id, self.points, miss.share, key, message[:LONGEST_MESSAGE])


def _half_right(verdict: Verdict, also: str | None) -> Verdict:
    if not also:
        return verdict
    return replace(verdict, share=max(verdict.share, 0.5), message=f"{verdict.message} {also}")


def _besides(verdict: Verdict, changed: Mapping[str, str] | None) -> Verdict:
    """With a word on what was handed out and came back changed, whatever else is wrong."""
    if not changed:
        return verdict
    name, what = (_shown(changed.get(key, "")) for key in ("name", "what"))
    return replace(verdict, message=f"{verdict.message} Besides, {name} changes the {what} that it is given.")


class WrongKind(TypeError):
    """The name holds something else than the exercise asks for."""

    def __init__(self, wanted: str, found: Any) -> None:
        super().__init__(f"wanted {wanted}, found {found}")
        self.wanted, self.found = wanted, with_article(type(found).__name__)


def need_callable(answer: Any, wanted: str = "a function") -> None:
    """Raise WrongKind unless ``answer`` can be called."""
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
    return {"problem": CHECK_BROKEN, "fields": {"text": f"{type(error).__name__}: {_first_line(error)}"}}


def _stopped(error: BaseException, raised_by_answer: bool, call: str = "") -> dict[str, Any]:
    """What stopped while it was observed: the answer, the check at what the answer gave back, or the check alone.

    ``call`` says which call of the answer it was, where that is known.
    """
    if not raised_by_answer and isinstance(error, NameError | ImportError):
        return broken(error)
    fields = {"error": type(error).__name__, "text": _first_line(error)}
    if raised_by_answer and call:
        fields["call"] = f" (in the call {call})"
    return {"problem": RAISES if raised_by_answer else UNUSABLE, "fields": fields}


def _borrowed(name: str) -> str:
    return encode({"problem": BORROWED, "fields": {"name": name}})


def _encoded(seen: dict[str, Any]) -> str:
    """An observation as text; where an answer gave back what is no plain data, one that says so."""
    try:
        return encode(seen)
    except ObservationError as error:
        return encode({"problem": NOT_PLAIN, "fields": {"text": str(error)}})


def _shown(value: Any) -> Any:
    """A field of a sentence: text of the student's without control characters and halves of pairs, cut short."""
    if not isinstance(value, str):
        return value
    text = "".join(c if c.isprintable() else " " for c in value[: LONGEST_FIELD + 1])
    return text if len(text) <= LONGEST_FIELD else text[:LONGEST_FIELD] + "…"


def _first_line(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        return "no message that could be shown"  # a student's own exception may not know how to say itself
    if isinstance(error, TypeError) and ("for ^:" in text or "bitwise_xor" in text):
        return "^ is not a power in Python, write **"
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else "no further message"
