"""The scores that the audit came to, kept in ``scores.csv``: a test reads them, ``make mutants`` writes them.

A row: exercise, how many mutants were put to the check, of how many there are, killed, the same function, score in
percent, flips, and a hash of what was audited. Where that hash is another one today, the row tells of an older check.
"""

import csv
import hashlib
import re
from pathlib import Path

from tests.mutants.source import ROOT, text_of
from vgcourse.course.checks import registry

TABLE = Path(__file__).with_name("scores.csv")
FIELDS = ("exercise", "mutants", "of", "killed", "same", "score", "flips", "source")
LOWEST = 98.0  # percent


def read() -> dict[str, dict[str, str]]:
    """Exercise id → its row."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["exercise"]: row for row in csv.DictReader(file)}


def keep(counts: dict, of: dict[str, int]) -> None:
    """Put these rows in the place of the older ones, in the order of the course."""
    rows = read() if TABLE.is_file() else {}
    for id, c in counts.items():
        numbers = (id, c.mutants, of[id], c.killed, c.same, f"{c.score:.1f}", len(c.flips), source_of(id))
        rows[id] = dict(zip(FIELDS, numbers, strict=True))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows[id] for id in all_ids() if id in rows)


def all_ids() -> list[str]:
    """The course's exercises, in its order."""
    return [exercise.id for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]


def source_of(exercise: str) -> str:
    """A hash of the exercise: its module, what that takes from other exercises' modules, and the solution."""
    parts = [text_of(exercise), *(path.read_text("utf-8") for path in modules_of(exercise))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def modules_of(exercise: str) -> list[Path]:
    """The files that decide a verdict of this exercise, besides those that all checks share."""
    found = [Path(registry.find(exercise).observing.__code__.co_filename)]
    for path in found:
        for name in re.findall(r"^from (vgcourse\.course\.exercises\.[\w.]+) import", path.read_text("utf-8"), re.M):
            place = ROOT / Path(*name.split("."))
            nearer = place.with_suffix(".py") if not place.is_dir() else place / "__init__.py"
            if nearer not in found:
                found.append(nearer)
    return found
