"""What a student has passed and predicted, kept in a small file beside the lessons.

The file is ``progress.json`` in the folder that holds the lesson folders; it survives a restart of the kernel
and travels with the folder. Nothing is recorded while a class is graded.
"""

import contextlib
import html
import json
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vgcourse.course.text_table import text_table

if TYPE_CHECKING:
    from vgcourse.course.checks.verdicts import Verdict

LESSON = re.compile(r"\d\d_\w+")
LARGEST = 1e300  # of a number that is one
PASSED = "passed"  # the key of a verdict with full marks
_unfiled: dict[str, dict[str, Any]] = {"checks": {}, "predictions": {}}  # a guess outside a lesson's folder


def path() -> Path | None:
    """Where progress is kept: beside the lesson folders, or nowhere when this is not a lesson's kernel."""
    if os.environ.get("NBGRADER_EXECUTION") or os.environ.get("NBGRADER_VALIDATING"):
        return None
    if chosen := os.environ.get("VGCOURSE_PROGRESS"):
        return Path(chosen)
    here = Path.cwd()
    return here.parent / "progress.json" if LESSON.fullmatch(here.name) else None


def read() -> dict[str, dict[str, Any]]:
    """``{"checks": {id: {...}}, "predictions": {id: {...}}}``; empty where nothing was recorded yet.

    Where there is no file to keep it in, what this kernel has seen.
    """
    empty: dict[str, dict[str, Any]] = {"checks": {}, "predictions": {}}
    where = path()
    if where is None:
        return {part: dict(entries) for part, entries in _unfiled.items()}
    try:
        data = json.loads(where.read_text(encoding="utf-8"))
        return {part: _entries(data.get(part)) for part in empty}
    except (OSError, ValueError, AttributeError):
        return empty


def record_check(verdict: "Verdict") -> None:
    """Keep the latest verdict of an exercise, the best, whether it ever passed, and how often it was tried."""
    if verdict.key == "blank" and not verdict.share:
        return  # pressing a check out of curiosity is no try
    before = read()["checks"].get(verdict.exercise, {})
    tries = before.get("tries", 0) + 1
    passed = verdict.passed or before.get("passed", False)
    entry = {"passed": passed, "key": verdict.key, "points": verdict.points, "tries": tries}
    best = max(verdict.earned, before.get("earned", 0))
    _write("checks", verdict.exercise, {**entry, "earned": best, "now": verdict.earned})


def record_prediction(id: str, entry: dict[str, Any]) -> None:
    """Keep a guess, and its outcome once it is revealed.

    Another guess after that is kept as ``late``: the outcome was that of the first one, and goes. So is a first guess
    that was made when the result had been shown.
    """
    before = read()["predictions"].get(id, {})
    if before.get("shown") and "guess" not in before:
        before = {**before, "late": True}
    if "result" in before and entry.get("guess", before.get("guess")) != before.get("guess"):
        before = {part: before[part] for part in before if part not in ("result", "right")} | {"late": True}
    _write("predictions", id, {**before, **entry})


def record_shown(id: str) -> None:
    """Keep that a result was shown before there was a guess."""
    _write("predictions", id, {"shown": True})


def _write(part: str, id: str, entry: dict[str, Any]) -> None:
    where = path()
    if where is None:
        _unfiled[part][id] = entry
        return
    data = read()
    data[part][id] = {**entry, "when": round(time.time())}
    draft = where.with_suffix(f".{os.getpid()}.tmp")
    # A folder that cannot be written to must not stop a lesson: the verdict is shown all the same.
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(data, indent=1), encoding="utf-8")
        _put_aside_if_damaged(where)
        draft.replace(where)


def earned(entry: dict[str, Any], most: float) -> float:
    """The points that an exercise has now; the file is a text that anybody can change: too many count as none."""
    points = entry.get("now", entry.get("earned", 0))
    return float(points) if points <= most else 0.0


def _entries(part: Any) -> dict[str, Any]:
    """What can be used of one part of the file: a hand or another program may have been at it."""
    known = part.items() if isinstance(part, dict) else ()
    return {id: {k: v for k, v in e.items() if _usable(k, v)} for id, e in known if isinstance(e, dict)}


def _usable(field: str, value: Any) -> bool:
    """Whether a field holds what we put there; one that is not ours may hold anything."""
    if field in ("passed", "right", "late", "shown"):
        return isinstance(value, bool)
    if field in ("key", "question"):
        return isinstance(value, str)
    number = type(value) in (int, float) and abs(value) < LARGEST
    if field == "tries":
        return type(value) is int
    if field in ("guess", "result"):
        return number or isinstance(value, str)
    return (number and value >= 0) or field not in ("now", "earned", "points")


def _put_aside_if_damaged(where: Path) -> None:
    """Keep what cannot be read as ``progress.json.damaged``: half a term's work is never overwritten."""
    if not where.is_file():
        return
    try:
        json.loads(where.read_text(encoding="utf-8"))
    except ValueError:
        where.replace(where.with_name(f"{where.name}.damaged"))


def progress_page() -> "Page":
    """Which exercises are passed and which predictions were right: a table in a notebook."""
    where = path()
    return Page(read(), where.parent if where else None)


class Page:
    """The student's progress, lesson by lesson."""

    def __init__(self, recorded: dict[str, dict[str, Any]], folder: Path | None = None) -> None:
        self.recorded, self.folder = recorded, folder

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Lesson, exercise, sign and word, points, for every exercise of the course."""
        from vgcourse.course import written
        from vgcourse.course.checks import registry

        rows = []
        for lesson in registry.known():
            for exercise in registry.exercises(lesson):
                entry = self.recorded["checks"].get(exercise.id, {})
                got = f"{earned(entry, exercise.points):g} of {exercise.points:g}"
                rows.append((lesson, exercise.title, _word(entry), got))
            rows += [(lesson, *row) for row in written.rows(self.folder / lesson)] if self.folder else []
        return rows

    def predictions(self) -> list[tuple[str, str, str, str]]:
        """Question, guess, result, and whether they agreed, for every guess that was kept."""
        words = {True: "✓ right", False: "✗ not what happened", None: "○ not yet revealed"}
        return [
            (
                e.get("question", id),
                str(e.get("guess", "")),
                str(e.get("result", "")),
                "· guessed when the result was known" if e.get("late") else words[e.get("right")],
            )
            for id, e in self.recorded["predictions"].items()
            if "guess" in e
        ]

    def __repr__(self) -> str:
        return text_table([(word, points, lesson, title) for lesson, title, word, points in self.rows()], right=(1,))

    def _repr_html_(self) -> str:
        rows = self.rows()
        passed, by_hand = (sum(word.startswith(sign) for _, _, word, _ in rows) for sign in "✓✎")
        to_read = f" {by_hand} written, for a person to read." if by_hand else ""
        head = f"<p><strong>{passed} of {len(rows)} exercises passed.</strong>{to_read}</p>"
        checks = _table(("Lesson", "Exercise", "State", "Points"), rows)
        guesses = self.predictions()
        if not guesses:
            return head + checks
        outcomes = _table(("Question", "Your guess", "Result", "Outcome"), guesses)
        return f"{head}{checks}{_came_true(guesses)}{outcomes}"


def _came_true(guesses: list[tuple[str, str, str, str]]) -> str:
    """How many of the guesses that were revealed, and made before that, came true."""
    right, wrong = (sum(word.startswith(sign) for *_, word in guesses) for sign in "✓✗")
    others = " The others are the ones you learnt from." if wrong else ""
    said = f"<p><strong>{right} of {right + wrong} predictions came true.</strong>{others}</p>"
    return said if right + wrong else ""


def _word(entry: dict[str, Any]) -> str:
    if entry.get("passed"):
        return "✓ passed" if entry.get("key", PASSED) == PASSED else "✗ passed before, now not"
    return f"✗ {entry['tries']} tries" if entry.get("tries", 0) > 1 else "✗ tried" if entry else "○ open"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cell = '<t{0} style="text-align:left;padding:.25em .8em .25em 0">{1}</t{0}>'
    lines = ["".join(cell.format("h", html.escape(word)) for word in head)]
    lines += ["".join(cell.format("d", html.escape(word)) for word in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
