"""Checks in a running notebook: show the verdict, or, while a class is graded, only observe."""

import os
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from vgcourse.course import progress
from vgcourse.course.checks import observation, registry, render
from vgcourse.course.checks.exercise import Exercise
from vgcourse.course.checks.looking import PAST_THE_WATCH, broken
from vgcourse.course.checks.sources import own_text
from vgcourse.course.checks.verdicts import Verdict

_passed: dict[str, tuple[Any, ...]] = {}
_lent: list[Any] = []  # what ``fallback`` handed out: the course's functions are nobody's answer
_displaced: list[Any] = []
_grading: dict[str, Any] = {"seeds": None, "count": 0}


class CheckFailed(AssertionError):
    """An answer falls short; the message is the verdict's sentence."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


def check(id: str, *answers: Any, hidden: bool = False) -> None:
    """Check your answer to the exercise ``id`` and say in one sentence what it shows.

    The inputs are drawn anew at every call, so an answer that only fits one draw is found out. ``hidden``
    keeps quiet about a right answer: an instructor's hidden test is the same check with other draws.

    Raises CheckFailed (an AssertionError) where the answer falls short; UnknownExercise for an unknown id;
    TypeError where the number of answers is not what the exercise takes.
    """
    if (exercise := _found(id)) is None:
        return
    if len(answers) != len(exercise.answers):
        wanted = ", ".join((repr(id), *exercise.answers))
        raise TypeError(f"this check is called as check({wanted})")
    if registry.judges_are_away and _grading["seeds"] is None:
        print("This check is not the one that counts: nothing is judged here.")
        return
    answers = tuple(... if any(answer is lent for lent in _lent) else answer for answer in answers)
    if _grading["seeds"] is not None:
        _observe(exercise, answers)
        return
    seed = exercise.suitable(int.from_bytes(os.urandom(4), "big"))
    verdict = exercise.verdict(exercise.observe_answers(answers, seed), seed)
    _passed.pop(id, None)
    if verdict.passed:
        _passed[id] = answers
    if not hidden:
        progress.record_check(verdict)
    if not (hidden and verdict.passed):
        _show(verdict)
    if verdict.passed and not hidden:
        _show_own(exercise)
    if not verdict.passed:
        raise CheckFailed(verdict)


def _found(id: str) -> Exercise | None:
    """The exercise; None where its module cannot be imported while a class is graded, and the grader is told so."""
    try:
        return registry.find(id)
    except registry.UnknownExercise:
        raise
    except Exception as error:  # a module of exercises may be broken, or need what is not installed here
        if _grading["seeds"] is None:
            raise
        _next_grading_seed()
        _emit(observation.encode(broken(error)), id)
        return None


def fallback(id: str, *answers: Any) -> Any:
    """Your answer where its check has passed, else the course's version, so that the lesson goes on.

    A check takes the course's version for no answer: the lesson gives it the name of yours.
    ``id`` is the exercise's. Returns one object, or a tuple where the exercise has several answers.
    Raises UnknownExercise for an id that no exercise has, LookupError where the course has no version to lend.
    """
    exercise = registry.find(id)
    if len(_passed.get(id, ())) == len(answers) > 0 and all(
        mine is checked for mine, checked in zip(answers, _passed[id], strict=True)
    ):
        return answers[0] if len(answers) == 1 else answers
    if exercise.reference is None:
        if registry.judges_are_away:  # a grader lends it once the answer has been observed; here it was not
            return answers[0] if len(answers) == 1 else answers
        raise LookupError(f"the exercise {id!r} has no version of the course to fall back on")
    names = " and ".join(f"`{name}`" for name in exercise.answers)
    # JupyterLab would break a long line anywhere, within a word too.
    print(textwrap.fill(f"The course's version of {names} is used below until yours has passed its check.", 72))
    own = exercise.reference()
    _lent.extend(part for part in (own if isinstance(own, tuple) else (own,)) if callable(part))
    return own


def observe_only(seeds: Sequence[int] | None) -> int:
    """From now on checks hand out observations made with ``seeds`` and judge nothing (None: back to verdicts).

    The grader runs this around each graded cell, with a seed for each check in it. What it observes is judged in the
    grader's own process. Returns how many observations were made since the last call.
    """
    made = _grading["count"]
    _grading.update(seeds=seeds, count=0)
    if registry.judges_are_away:
        _put_check(seeds is not None)
    return made


def _put_check(counts: bool) -> None:
    """In a check's cell the name ``check`` is the course's, whatever a notebook had given it to; then it is again."""
    if (shell := _shell()) is None:
        return
    if counts:
        _displaced.append(shell.user_ns.get("check", check))
        shell.user_ns["check"] = check
    elif _displaced:
        shell.user_ns["check"] = _displaced.pop()
        _displaced.clear()


def go_on_after_exit() -> int:
    """From now on ``exit()`` and ``quit()`` end the cell that calls them, as ``sys.exit()`` does, not the kernel.

    Where they end the kernel, it runs on for a moment: whether the next cells still count would be a race. Returns
    whether there was a shell to tell.
    """
    if (shell := _shell()) is None:
        return 0
    shell.ask_exit = _end_cell
    return 1


def _end_cell() -> None:
    raise SystemExit("exit() ended this cell")


def seeds_of(exercise: Exercise, seed: int, checks: int) -> list[int]:
    """The seeds of the checks of one cell: draws of their own for each, all of them draws that suit the exercise."""
    return [exercise.suitable(seed + 20_011 * call) for call in range(checks)]


def _observe(exercise: Exercise, answers: tuple[Any, ...]) -> None:
    told: list[str] = []

    def tell(text: str) -> None:
        if text != PAST_THE_WATCH:  # else what is observed is told as well
            told.append(text)
        _emit(text, exercise.id)

    text = exercise.observe_answers(answers, _next_grading_seed(), tell=tell)
    if not told:
        _emit(text, exercise.id)


def _next_grading_seed() -> int:
    call = _grading["count"]
    _grading["count"] += 1
    seeds = _grading["seeds"]
    return seeds[min(call, len(seeds) - 1)]


def _emit(text: str, id: str) -> None:
    from IPython.display import display

    display({observation.MIME: {"exercise": id, "observation": text}}, raw=True)


def _show(verdict: Verdict) -> None:
    if "IPython" in sys.modules and _shell() is not None:
        from IPython.display import display

        display({"text/html": render.as_html(verdict), "text/plain": render.as_text(verdict)}, raw=True)
    elif verdict.passed:
        print(render.as_text(verdict))


def _show_own(exercise: Exercise) -> None:
    """After a pass, in a student's own lab: the course's version, folded, to compare."""
    if "IPython" not in sys.modules or _shell() is None or not own_text.is_allowed():
        return
    if text := own_text.own_text(exercise):
        from IPython.display import display

        display({"text/html": render.own_as_html(text), "text/plain": ""}, raw=True)


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _keep_calm(shell: Any, kind: type, error: CheckFailed, trace: Any, tb_offset: Any = None) -> list[str]:
    """The verdict has been shown: no traceback follows it. The cell still counts as failed."""
    shell._last_traceback = [str(error)]
    return []


def install() -> None:
    """In IPython, show the verdict of a failed check without a traceback."""
    if "IPython" in sys.modules and (shell := _shell()) is not None:
        shell.set_custom_exc((CheckFailed,), _keep_calm)
