"""Answers that bear another name than the lesson gave them, as the student's own call of the check says.

``check("first-check", rms_ada)`` in place of ``rms``: what is handed to the check there is the answer.
"""

from dataclasses import replace

from vgcourse.grading.intake.lesson_cells import Question, check_arguments
from vgcourse.grading.intake.matching import Found
from vgcourse.grading.intake.notes import Note


def take_names_of_checks(found: Found) -> None:
    """Where nothing defines what a check takes, give that name to what the student's own call hands to it."""
    for asked in found.released.asked.values():
        if asked.is_words or asked.place not in found.at or asked.check not in found.at:
            continue
        lines = [f"{name} = {given}" for name, given in _handed(found, asked) if not _is_bound(name, found)]
        if lines:
            index = found.at[asked.place]
            text = "\n".join([found.pieces[index].source, "\n", *lines])
            found.pieces[index] = replace(found.pieces[index], source=text, kind="code")
            found.notes.append(Note("other-name", cell=asked.id, lines=", ".join(lines)))


def _is_bound(name: str, found: Found) -> bool:
    """Whether something gives the name to an answer; ``f = fallback("f", f)`` takes one up, a stub is none."""
    codes = (piece.code for piece in found.pieces if piece.kind == "code")
    return any(name in code.binds and name not in code.before and not code.is_blank for code in codes)


def _handed(found: Found, asked: Question) -> list[tuple[str, str]]:
    """The name that the lesson's check takes, and what the student's hands to it, where that is something else."""
    theirs = check_arguments(found.pieces[found.at[asked.check]].source)
    ours = check_arguments(found.released.cells[asked.check].source)
    same = len(ours) == len(theirs) > 1 and ours[0] == theirs[0]
    pairs = zip(ours[1:], theirs[1:], strict=True) if same else ()
    return [(name, given) for name, given in pairs if name.isidentifier() and name != given]
