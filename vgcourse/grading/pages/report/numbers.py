"""What a class's results come to: per exercise, per misconception, per cell. Numbers only, nothing is drawn."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from vgcourse.course.checks.verdicts import BLANK, PASSED
from vgcourse.grading.class_run.class_table import Standing


@dataclass(frozen=True)
class Misconception:
    """One key of one exercise: its sentence as most often said, and who showed it."""

    key: str
    sentence: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseNumbers:
    """How a class did in one graded cell. Shares are of those who were graded, 0 to 1."""

    id: str
    title: str
    points: float
    in_words: bool
    mean: float
    full: int
    part: int
    none: int
    blank: int
    waiting: int
    seconds: float
    misconceptions: tuple[Misconception, ...]

    @property
    def graded(self) -> int:
        """How many students have a mark in it."""
        return self.full + self.part + self.none + self.blank

    @property
    def zeros(self) -> float:
        """Share of those who earned nothing, blank answers among them."""
        return (self.none + self.blank) / self.graded if self.graded else 0.0


@dataclass(frozen=True)
class CellNumbers:
    """How long one cell ran over the class, in seconds."""

    id: str
    median: float
    longest: float
    slowest: str
    total: float


def graded(standings: Iterable[Standing]) -> list[Standing]:
    """Those who have a mark."""
    return [standing for standing in standings if standing.score is not None]


def median_mark(standings: Iterable[Standing]) -> float | None:
    """The median of the marks, or None where there is no mark."""
    scores = [standing.score for standing in graded(standings)]
    return statistics.median(scores) if scores else None


def exercises(standings: list[Standing], titles: dict[str, str], in_words: Iterable[str]) -> list[ExerciseNumbers]:
    """One entry for each graded cell, in the order of ``titles`` (id → title)."""
    return [_exercise(id, title, id in set(in_words), graded(standings)) for id, title in titles.items()]


def _exercise(id: str, title: str, in_words: bool, class_: list[Standing]) -> ExerciseNumbers:
    marks = {standing.student: standing.marks[id] for standing in class_ if id in standing.marks}
    read = {student: mark for student, mark in marks.items() if not mark.waiting}
    keys = {s.student: v.key for s in class_ for v in s.verdicts if v.exercise == id}
    shares = {student: mark.points / mark.most if mark.most else 0.0 for student, mark in read.items()}
    nothing = [student for student, share in shares.items() if share <= 0]
    blank = sum(keys.get(student) == BLANK or (in_words and not read[student].by_hand) for student in nothing)
    return ExerciseNumbers(
        id=id,
        title=title,
        points=next((mark.most for mark in marks.values()), 0.0),
        in_words=in_words,
        mean=statistics.fmean(shares.values()) if shares else 0.0,
        full=sum(share >= 1 for share in shares.values()),
        part=sum(0 < share < 1 for share in shares.values()),
        none=len(nothing) - blank,
        blank=blank,
        waiting=len(marks) - len(read),
        seconds=sum(_seconds(s, id) for s in class_),
        misconceptions=tuple(_misconceptions(id, class_)),
    )


def _seconds(standing: Standing, id: str) -> float:
    cells = standing.result.cells if standing.result else {}
    return cells.get(id, 0.0) + cells.get(f"{id}-answer", 0.0)


def _misconceptions(id: str, class_: list[Standing]) -> list[Misconception]:
    """The keys shown, the commonest first; a blank answer is none."""
    who, said = defaultdict(list), defaultdict(Counter)
    for standing in class_:
        for verdict in standing.verdicts:
            if verdict.exercise == id and not verdict.passed and verdict.key not in (BLANK, PASSED):
                who[verdict.key].append(standing.student)
                said[verdict.key][verdict.message] += 1
    found = [Misconception(key, said[key].most_common(1)[0][0], tuple(who[key])) for key in who]
    return sorted(found, key=lambda m: (-len(m.students), m.key))


def cells(standings: list[Standing], most: int = 8) -> list[CellNumbers]:
    """The cells that cost the class most time, the dearest first."""
    times: dict[str, dict[str, float]] = defaultdict(dict)
    for standing in standings:
        for id, seconds in (standing.result.cells if standing.result else {}).items():
            times[id][standing.student] = seconds
    found = [
        CellNumbers(id, statistics.median(by.values()), max(by.values()), max(by, key=by.get), sum(by.values()))
        for id, by in times.items()
    ]
    return sorted(found, key=lambda cell: -cell.total)[:most]


def minutes(standings: Iterable[Standing]) -> float:
    """Wall minutes that grading the class took, were it done one after the other."""
    return sum(standing.result.seconds for standing in standings if standing.result) / 60
