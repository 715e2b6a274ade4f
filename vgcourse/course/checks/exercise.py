"""An exercise and its check: observe what the answer does, judge the numbers, name the misconception.

``observe`` calls the student's answer on inputs drawn from a seed and returns plain data. ``judge`` draws the
same inputs from the same seed, compares, and names a key. The two may run in different processes: credit then
depends on numbers alone, whatever the student's process prints, patches or raises.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from string import Formatter
from typing import Any

import numpy as np

from vgcourse.course.checks import forms
from vgcourse.course.checks.looking import first_line, is_blank, need_callable, observed
from vgcourse.course.checks.observation import ObservationError, decode, encode
from vgcourse.course.checks.verdicts import (
    BLANK,
    CHANGED,
    CHANGED_SETTING,
    CHECK_FAILED,
    COMMON,
    COMMON_HALF,
    NO_RETURN,
    NONE_AT_TIMES,
    NOT_A_FUNCTION,
    NOT_PLAIN,
    PASSED,
    RAISES,
    TAMPERED,
    UNUSABLE,
    UNWATCHED,
    WRITE_HERE,
    Miss,
    Verdict,
    besides,
    filled,
    half_right,
)

__all__ = ("Exercise", "Miss", "is_blank", "need_callable")  # what an author of exercises needs


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
    changes: positions of the arguments that the answer is meant to change. All others must stay as they were; of a
        model that is meant to change, all but its weights.
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
        """Raises TypeError, for the author to read, where a part of the exercise is missing or cannot work."""
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

    @property
    def judging(self) -> Callable[..., Any] | None:
        """The function that was registered with ``judge``; None in a grading kernel."""
        return self._judge

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
        once, with the observation that says so; or that the answer works where no watch looks.
        """
        return observed(self, answers, seed, watched, tell)

    def verdict(self, observation: str, seed: int) -> Verdict:
        """Judge an encoded observation that was made with ``seed``."""
        try:
            data = decode(observation)
        except ObservationError as error:
            return self._miss(NOT_PLAIN, {"text": str(error)})
        if "problem" in data:
            verdict = self._half_of(self._problem(data["problem"], data.get("fields")), data.get("others"), seed)
            return self._miss(TAMPERED, {}) if verdict.share and data.get(UNWATCHED) else verdict
        try:
            found = self._judge(data["seen"], np.random.default_rng(seed))
            verdict = self._verdict_of(found, data.get("changed"), data.get("at_times"))
            return self._miss(TAMPERED, {}) if verdict.share and data.get(UNWATCHED) else verdict
        except Exception as error:
            if odd := forms.difference(data.get("seen"), self._model(seed)):
                return self._miss(NOT_PLAIN, {"text": odd})
            # A slip of the judge, or a right answer of a form that it does not know: never a 0.
            return self._miss(CHECK_FAILED, {"text": f"{type(error).__name__}: {first_line(error)}"})

    def _verdict_of(self, found: Any, changed: Any, at_times: Any) -> Verdict:
        if found is None and changed:
            return self._miss(CHANGED_SETTING if "setting" in changed else CHANGED, changed)
        if found is None:
            return Verdict(self.id, self.points, 1.0, PASSED, self.passed_message)
        key, fields = (found, {}) if isinstance(found, str) else found
        verdict = self._miss(key, fields)
        if key == NO_RETURN and at_times:
            verdict = replace(verdict, message=filled(NONE_AT_TIMES, at_times))
        return besides(half_right(verdict, fields.get("also_right")), changed)

    def _half_of(self, verdict: Verdict, others: Any, seed: int) -> Verdict:
        """A half, where one of several functions is open, stops or gives no data, and the others are right."""
        if not isinstance(others, list) or verdict.key not in (BLANK, RAISES, NOT_PLAIN, UNUSABLE, NOT_A_FUNCTION):
            return verdict
        words = (self._word_on(seen, seed) for seen in others[: len(self.answers)])
        return half_right(verdict, next(filter(None, words), None))

    def _word_on(self, seen: Any, seed: int) -> str | None:
        """That one of several functions is right, if it is: ``seen`` is what was seen without another one."""
        try:
            found = self._judge(seen, np.random.default_rng(seed))
        except Exception:  # it needs all of them
            return None
        fields = found[1] if isinstance(found, tuple) else {}
        return fields.get("also_right") or fields.get("first_right")

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
        return self._miss(key, {"call": "", "came": "", **fields})

    def _miss(self, key: str, fields: Any) -> Verdict:
        miss = self.misses[key]
        to_do = WRITE_HERE if key == BLANK else ""
        return Verdict(self.id, self.points, miss.share, key, filled(miss, fields), to_do)
