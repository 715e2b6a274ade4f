"""A group hands in once: whose folder counts, and the same marks in nbgrader's rows of all its members."""

import contextlib
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from vgcourse.grading.people.policy import ClassPolicy


@dataclass(frozen=True)
class HandIn:
    """What one student's mark comes from: the submission filed under ``owner``; or why that cannot be told."""

    owner: str
    group: str = ""
    problem: str = ""


def hand_ins(policy: ClassPolicy, handed_in: set[str], graded: set[str] = frozenset()) -> dict[str, HandIn]:
    """Student → hand-in, of everybody who handed in alone or with a group.

    ``handed_in``: whose folders lie among the submissions; ``graded``: who was graded once. Of a group only the
    folders count, as long as there is one: what was moved away is no second hand-in.
    """
    found = {student: HandIn(student) for student in handed_in | graded if not policy.group_of(student)}
    for name, members in policy.groups.items():
        theirs = sorted(handed_in & {name, *members}) or sorted(graded & {name, *members})
        if len(theirs) == 1:
            found |= {member: HandIn(theirs[0], name) for member in members}
        elif theirs:
            problem = (
                f"its group {name} handed in {len(theirs)} times ({', '.join(theirs)}): "
                "keep the folder that counts, and move the others out of the submissions"
            )
            found |= {member: HandIn(member, name, problem) for member in members}
    return found


def mirror(book: Gradebook, lesson: str, owner: str, member: str) -> None:
    """Give a member of a group the row of the group's hand-in.

    A mark or a comment that somebody gave in the member's row, where the owner's has none yet, goes to both.
    """
    try:
        source = book.find_submission(lesson, owner)
    except MissingEntry:
        return
    book.update_or_create_student(member)
    target = book.update_or_create_submission(lesson, member)
    target.timestamp, target.extension = source.timestamp, source.extension
    theirs = {notebook.name: notebook for notebook in target.notebooks}
    for notebook in source.notebooks:
        other = theirs[notebook.name]
        other.late_submission_penalty = notebook.late_submission_penalty
        _alike(notebook.grades, other.grades, "manual_score", ("auto_score", "extra_credit", "needs_manual_grade"))
        _alike(notebook.comments, other.comments, "manual_comment", ("auto_comment",))
    book.db.commit()


def _alike(ours: list[Any], theirs: list[Any], by_hand: str, fields: tuple[str, ...]) -> None:
    others = {one.name: one for one in theirs}
    for one in ours:
        other = others.get(one.name)
        if other is None:
            continue
        if getattr(one, by_hand) is None and getattr(other, by_hand) is not None:
            setattr(one, by_hand, getattr(other, by_hand))
            with contextlib.suppress(AttributeError):
                one.needs_manual_grade = other.needs_manual_grade
        for field in (by_hand, *fields):
            if getattr(one, field) != getattr(other, field):
                setattr(other, field, getattr(one, field))
