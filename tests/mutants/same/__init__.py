"""Mutants that are no fault: the same function for all that the task asks for, each with its reason.

A pattern of the shell's kind (``*`` for any text) stands for all mutants of an exercise that it fits.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from tests.mutants.same import early, late

SAME: dict[str, dict[str, str]] = early.SAME | late.SAME


def is_same(exercise: str, mutant: str, patterns: Iterable[str] | None = None) -> bool:
    """Whether a mutant is listed; ``patterns`` in place of the list, to look for one entry."""
    listed = SAME.get(exercise, {}) if patterns is None else patterns
    return any(fnmatchcase(mutant, pattern.replace("[", "[[]")) for pattern in listed)
