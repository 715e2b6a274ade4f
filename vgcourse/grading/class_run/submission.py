"""Grade one submission through nbgrader, as a clean copy: what was handed in stays as it was."""

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree

from vgcourse.course.lesson import Lesson
from vgcourse.course.text_table import shown
from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.made_of import made_of
from vgcourse.grading.class_run.nbgrader_says import last_error, refuse_to_go_on_after_ctrl_c
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.preflight import NotGraded, prepare
from vgcourse.grading.kept_files import digest, refuse_disk_fault
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import verdicts
from vgcourse.grading.notebook.words_below import words_below


def grade_submission(classroom: Classroom, lesson: Lesson, student: str) -> Result:
    """Grade one submission. Never raises for what a student handed in: the result says what was wrong."""
    began, source = time.monotonic(), classroom.folder("submitted", lesson, student)
    handed = digest(source)
    clean, release = classroom.keep / "prepared" / student / lesson.id, classroom.release(lesson)
    try:
        result = _grade_copy(classroom, lesson, student, source, clean, release)
    finally:
        shutil.rmtree(clean.parent, ignore_errors=True)
    result = _as_shown(result)
    if result.reason:
        result = _withdraw(classroom, lesson, result)
    seconds, now = round(time.monotonic() - began, 3), datetime.now(UTC).isoformat(timespec="seconds")
    return replace(result, seconds=seconds, digest=handed, at=now, made_of=made_of(release, lesson.id))


def _as_shown(result: Result) -> Result:
    """What a submission says of itself, by names of files or errors, as any terminal, file or page can take it."""
    notes, signs = (tuple(map(shown, said)) for said in (result.notes, result.signs))
    return replace(result, reason=shown(result.reason), notes=notes, signs=signs)


def read_outcome(classroom: Classroom, lesson: Lesson, blank: Result) -> Result:
    """``blank`` with what nbgrader left of the student: mark, verdicts, notes; not graded where it is unreadable."""
    try:
        graded = nbformat.read(classroom.graded(lesson, blank.student), as_version=4)
        mark = classroom.book.mark(lesson, blank.student)
    except Exception as error:
        return replace(blank, reason=f"its graded notebook cannot be read ({_first_line(error)})")
    if mark is None:
        return replace(blank, reason="nbgrader left no mark for it")
    if above := classroom.book.above_maximum(lesson, blank.student):
        return replace(
            blank,
            reason=f"the gradebook holds more points than there are for {', '.join(above)}: "
            "somebody has written in it. Put a backup in its place",
        )
    left = run_notes.read(graded)
    return replace(
        blank,
        score=mark[0],
        by_hand=mark[1],
        verdicts=verdicts(graded),
        notes=(*blank.notes, *left.notes),
        signs=(*blank.signs, *left.signs),
        cpu=left.cpu,
        cells=left.cells,
        isolation=left.isolation,
    )


def _grade_copy(
    classroom: Classroom, lesson: Lesson, student: str, source: Path, clean: Path, release: NotebookNode
) -> Result:
    """Preflight, nbgrader, and what came of it."""
    blank = Result(student, lesson.id, None, classroom.points(lesson))
    ready = prepare(source, clean, release, lesson.name)
    if isinstance(ready, NotGraded):
        return replace(blank, reason=ready.reason)
    blank = replace(blank, notes=tuple(map(str, ready.notes)), signs=ready.signs)
    read = _read_so_far(classroom, lesson, student)
    # From the release, not from the text with its answers: nbgrader copies all that lies there beside the notebook.
    folders = {"submitted_directory": classroom.keep / "prepared", "source_directory": classroom.keep / "release"}
    with classroom.directories(**folders), _with_modules(classroom.directory):
        answer = classroom.api.autograde(lesson.id, student, force=True)
    refuse_to_go_on_after_ctrl_c(answer)
    if not answer["success"]:
        return replace(blank, reason=last_error(answer), signs=())
    below = _settle_written(classroom, lesson, student, read, release)
    _kept_read(classroom, lesson, student).unlink(missing_ok=True)
    return read_outcome(classroom, lesson, replace(blank, notes=(*blank.notes, *below)))


@contextlib.contextmanager
def _with_modules(directory: CourseDirectory) -> Iterator[None]:
    """Have nbgrader copy Python files too: those of a release are its solutions, those here are the student's own."""
    before = directory.ignore
    directory.ignore = [pattern for pattern in before if pattern != "*.py"]
    try:
        yield
    finally:
        directory.ignore = before


def _withdraw(classroom: Classroom, lesson: Lesson, result: Result) -> Result:
    """What an earlier run gave does not stand for what is there now: open it in the gradebook.

    The graded notebook goes first: should the run be killed between the two, no mark of nobody's looks settled.
    """
    with contextlib.suppress(OSError):
        if (older := classroom.folder("autograded", lesson, result.student)).is_dir():
            rmtree(str(older))
        classroom.drop_page(lesson, result.student)
    try:
        classroom.book.withdraw(lesson, result.student)
    except CourseError as error:
        return replace(result, reason=f"{result.reason} (and the gradebook may show an older mark: {error})")
    return result


def _read_so_far(classroom: Classroom, lesson: Lesson, student: str) -> dict[str, str]:
    """Cell → source of what a person has marked, kept until a run comes to its end: nobody reads twice for a kill."""
    kept = _kept_read(classroom, lesson, student)
    try:
        before = {str(id): str(text) for id, text in json.loads(kept.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        before = {}
    read = {**before, **_already_read(classroom, lesson, student)}
    try:
        if read != before:
            put_whole(kept, json.dumps(read).encode())
    except OSError as error:
        refuse_disk_fault(error)
    return read


def _kept_read(classroom: Classroom, lesson: Lesson, student: str) -> Path:
    return classroom.keep / "read" / student / f"{lesson.id}.json"


def _already_read(classroom: Classroom, lesson: Lesson, student: str) -> dict[str, str]:
    """Cell → source of what a person has marked and nbgrader would ask for again."""
    path = classroom.graded(lesson, student)
    if not run_notes.was_run(path):  # what a killed run has copied there nobody has read
        return {}
    try:
        done = classroom.book.read_cells(lesson, student)
        return {id: text for id, text in _sources(nbformat.read(path, as_version=4)).items() if id in done}
    except Exception:  # it cannot be read: a person looks again
        return {}


def _settle_written(
    classroom: Classroom, lesson: Lesson, student: str, read: dict[str, str], release: NotebookNode
) -> list[str]:
    """Words below an answer's own cell are to be read; what a person has marked just so needs no second reading."""
    try:
        graded = nbformat.read(classroom.graded(lesson, student), as_version=4)
    except Exception:  # the outcome says so
        return []
    below = words_below(graded, release)
    classroom.book.ask_to_read(lesson, student, below)
    classroom.book.settle_as_read(lesson, student, {id for id, t in _sources(graded).items() if read.get(id) == t})
    return [f"words stand in a new cell below {id}" for id in below]


def _sources(nb: nbformat.NotebookNode) -> dict[str, str]:
    cells = ((grade_id(cell), cell.source) for cell in nb.cells)
    return {id: source for id, source in cells if id}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
