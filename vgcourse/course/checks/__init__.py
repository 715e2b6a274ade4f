"""Exercises and their checks: a check observes what an answer does, judges it, and says what it shows.

``check`` and ``fallback`` are what a lesson calls. Each lesson's exercises stand in a module of their own.
"""

from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.session import CheckFailed, check, fallback, install
from vgcourse.course.checks.verdicts import Verdict

__all__ = ["CheckFailed", "Exercise", "Miss", "Verdict", "check", "fallback", "need_callable"]

install()
