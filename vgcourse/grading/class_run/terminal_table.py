"""What `vgcourse grade` prints at the end: how the class stands."""

from collections import Counter
from collections.abc import Sequence

from vgcourse.course.checks.verdicts import BLANK
from vgcourse.course.text_table import shown, text_table
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.class_run.result import NOT_GRADED
from vgcourse.grading.people.policy import FILE

WIDTH = 118


def table(class_: list[Standing]) -> str:
    """One row a student: name, points, status, and the misconceptions shown or the reason for no mark."""
    rows = [(one.called or one.student, one.points, one.status, shows(one)) for one in class_]
    return text_table([("student", "points", "status", "what it shows"), *rows], WIDTH)


def summary(class_: list[Standing], handed_in: int) -> str:
    """How many are graded, wait for a person, could not be graded, or have signs to look at."""
    counts = Counter(one.status for one in class_)
    parts = [f"{number} {status}" for status, number in counts.items()]
    if missing := handed_in - len(class_):
        parts.append(f"{missing} still to do: give the same command again")
    lines = [f"{handed_in} handed in: {', '.join(parts)}."]
    lines += [f"! {one.called or one.student}: {'; '.join(one.signs)}" for one in class_ if one.signs]
    mended = {one.called or one.student: [note for note in one.notes if note not in one.signs] for one in class_}
    lines += [f"· {student}: {'; '.join(notes)}" for student, notes in mended.items() if notes]
    return "\n".join(shown(line) for line in lines)


def shows(one: Standing) -> str:
    """What a row says beside the points: a reason, or misconceptions, and what else holds of the mark."""
    if one.status == NOT_GRADED:
        return f"because {one.reason}"
    misses = [(verdict.exercise, verdict.key) for verdict in one.verdicts if not verdict.passed]
    said = [missed([*misses, *((id, BLANK) for id in unwritten(one))], short_of(one))]
    said += [str(one.lateness)] if one.lateness else []
    said += [f"handed in by {one.filed_as}"] if one.filed_as not in ("", one.student) else []
    said += [f"stale: {one.looks_stale}"] if one.stale else []
    return "; ".join(said)


def short_of(one: Standing) -> list[str]:
    """An instructor's own tests that gave less than all their points: they have no verdict that would say so."""
    judged = {verdict.exercise for verdict in one.verdicts}
    tests = [m for m in one.marks.values() if m.id not in judged and not (m.by_hand or m.waiting or m.in_words)]
    return [f"{mark.id}: {mark.points:g} of {mark.most:g}" for mark in tests if mark.points < mark.most]


def unwritten(one: Standing) -> list[str]:
    """The written answers in which nothing stands: nobody has to read them."""
    return [
        mark.id for mark in one.marks.values() if mark.in_words and mark.given and not (mark.by_hand or mark.waiting)
    ]


def missed(misses: list[tuple[str, str]], tests: Sequence[str] = ()) -> str:
    """The first three of (exercise, what its answer shows) and of failed tests, and how many more there are."""
    if not misses and not tests:
        return "all checks passed"
    keys = Counter(key for _, key in misses)
    if len(misses) > 3 and len(keys) == 1:
        return ", ".join([f"{len(misses)} × {next(iter(keys))}", *tests[:3]])
    all = [*(f"{exercise}: {key}" for exercise, key in misses), *tests]
    return ", ".join(all[:3]) + (f" and {len(all) - 3} more" if len(all) > 3 else "")


def stale_line(class_: list[Standing]) -> str:
    """Whose marks are from before something changed, why, and what to do; empty where nobody's are."""
    stale = [one for one in class_ if one.stale]
    if not stale:
        return ""
    why = "; ".join(sorted({one.looks_stale for one in stale}))
    names, lesson = ", ".join(shown(one.called) for one in stale), stale[0].lesson
    return f"{names}: a mark in {lesson} from before something changed ({why}): give `vgcourse grade {lesson}` first."


def untimed_line(class_: list[Standing]) -> str:
    """Who handed in without a time is never late: whose time is not known, and what to do; empty where it is."""
    untimed = [one for one in class_ if one.untimed]
    if not untimed:
        return ""
    names = ", ".join(shown(one.called or one.student) for one in untimed)
    return (
        f"When they handed in {untimed[0].lesson} is not known, so that they count as in time: {names}. "
        f"Put the times into [handed_in.{untimed[0].lesson}] of {FILE}."
    )
