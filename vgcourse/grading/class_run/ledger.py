"""The ledger: what has been graded, line by line, so that a run that was stopped goes on where it was.

One file a lesson, one line of JSON a result, each on the disk before the next begins. Nothing is ever changed in
it: a student's last line counts. nbgrader's gradebook holds the marks; the ledger holds why. Beside it stands what
the learning platform said of the hand-ins, for whichever run comes to grade them.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.result import Result

if TYPE_CHECKING:
    from vgcourse.grading.class_run.classroom import Classroom


@dataclass(frozen=True)
class Said:
    """What the platform said of one student's hand-in, which has the SHA-256 ``digest``."""

    digest: str
    late: bool = False
    notes: tuple[str, ...] = ()


class Ledger:
    """The results of a course, in the folder ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, classroom: "Classroom") -> "Ledger":
        """The ledger that belongs to a classroom."""
        return cls(classroom.keep)

    def file(self, lesson: str) -> Path:
        """Where the results of the lesson with that id stand."""
        return self.path / f"{lesson}.jsonl"

    def append(self, result: Result) -> None:
        """Write a result for good: when this returns, a power cut does not take it away.

        Raises CourseError where it cannot be written; no half of a line stays then.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.file(result.lesson), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _append_line(handle, result.to_json().encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise CourseError(
                f"The ledger {self.file(result.lesson)} cannot be written ({error.strerror}): mend that, "
                "then give the same command again. What was graded before is kept."
            ) from error

    def results(self, lesson: str, since: int = 0) -> dict[str, Result]:
        """Student → last result, of the lines from byte ``since`` on.

        A line that was torn by a power cut, or damaged, counts for nothing.
        """
        found: dict[str, Result] = {}
        try:
            lines = self.file(lesson).read_bytes()[since:].split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise CourseError(f"The ledger {self.file(lesson)} cannot be read ({error.strerror}).") from error
        for line in lines:
            try:
                result = Result.from_json(line.decode())
            except ValueError:
                continue
            found[result.student] = result
        return found

    def keep_said(self, lesson: str, said: dict[str, Said]) -> None:
        """Keep what the platform said of these students' hand-ins; what it said of others stays."""
        entries = {**self.said(lesson), **said}
        try:
            text = json.dumps({student: asdict(one) for student, one in entries.items()})
            put_whole(self._said(lesson), text.encode())
        except OSError as error:
            raise CourseError(f"What the platform says cannot be kept ({error.strerror}).") from error

    def said(self, lesson: str) -> dict[str, Said]:
        """Student → what the platform said of the hand-in when it was sorted in."""
        try:
            kept = json.loads(self._said(lesson).read_text(encoding="utf-8"))
            return {student: Said(one["digest"], one["late"], tuple(one["notes"])) for student, one in kept.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def regrading(self, lesson: str) -> list[str]:
        """Whom a regrade that was stopped has not come to yet."""
        try:
            plan = json.loads(self._plan(lesson).read_text(encoding="utf-8"))
            done = self.results(lesson, since=int(plan["since"]))
            return [student for student in plan["students"] if student not in done]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def plan_regrade(self, lesson: str, students: list[str]) -> None:
        """Note, before anybody is regraded, who is to be: a run that is stopped goes on there."""
        try:
            since = self.file(lesson).stat().st_size if self.file(lesson).exists() else 0
            put_whole(self._plan(lesson), json.dumps({"since": since, "students": students}).encode())
        except OSError as error:
            raise CourseError(f"The plan of the regrade cannot be written ({error.strerror}).") from error

    def end_regrade(self, lesson: str) -> None:
        """Forget the plan once nobody is left."""
        if not self.regrading(lesson):
            self._plan(lesson).unlink(missing_ok=True)

    def _said(self, lesson: str) -> Path:
        return self.path / f"{lesson}.said.json"

    def _plan(self, lesson: str) -> Path:
        return self.path / f"{lesson}.regrade.json"


def _append_line(handle: int, line: bytes) -> None:
    """One line at the end of the file, whole or not at all; a torn line before it is closed off first."""
    end = os.lseek(handle, 0, os.SEEK_END)
    torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n" if hasattr(os, "pread") else False
    data = (b"\n" if torn else b"") + line + b"\n"
    try:
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, end)
        raise
