"""What `vgcourse grade` prints: a line a student as it is graded, and at the end how the class stands."""

from collections import Counter

from vgcourse.course.checks.exercise import Verdict
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.class_run.result import NOT_GRADED, Result


def table(class_: list[Standing]) -> str:
    """One row a student: name, points, status, and the misconceptions shown or the reason for no mark."""
    wide = max(len("student"), *(len(one.student) for one in class_))
    head = f"{'student':<{wide}}  {'points':>10}  {'status':<13}  what it shows"
    return "\n".join([head, *(row(one, wide) for one in class_)])


def row(one: Standing | Result, wide: int) -> str:
    """One line of the table."""
    points = "–" if one.score is None else f"{one.score:g}"
    line = f"{one.student:<{wide}}  {points:>4} of {one.max_score:<3g}  {one.status:<13}  {_shows(one)}"
    return line.rstrip()


def summary(class_: list[Standing], handed_in: int) -> str:
    """How many are graded, wait for a person, could not be graded, or have signs to look at."""
    counts = Counter(one.status for one in class_)
    parts = [f"{number} {status}" for status, number in counts.items()]
    if missing := handed_in - len(class_):
        parts.append(f"{missing} still to do: give the same command again")
    lines = [f"{handed_in} handed in: {', '.join(parts)}."]
    lines += [f"! {one.student}: {'; '.join(one.signs)}" for one in class_ if one.signs]
    mended = {one.student: [note for note in one.notes if note not in one.signs] for one in class_}
    lines += [f"· {student}: {'; '.join(notes)}" for student, notes in mended.items() if notes]
    return "\n".join(lines)


def _shows(one: Standing | Result) -> str:
    if one.status == NOT_GRADED:
        return f"because {one.reason}"
    return missed([verdict for verdict in one.verdicts if not verdict.passed])


def missed(verdicts: list[Verdict]) -> str:
    """The first three misconceptions, and how many more there are."""
    if not verdicts:
        return "all checks passed"
    keys = Counter(verdict.key for verdict in verdicts)
    if len(verdicts) > 3 and len(keys) == 1:
        return f"{len(verdicts)} × {next(iter(keys))}"
    said = ", ".join(f"{verdict.exercise}: {verdict.key}" for verdict in verdicts[:3])
    return said + (f" and {len(verdicts) - 3} more" if len(verdicts) > 3 else "")
