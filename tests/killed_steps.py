"""A class graded by a process that is killed at its n-th step, as by `kill -9`, and what stands there then.

A step is whatever changes a disk: a file is opened for writing, renamed or removed, a folder made, the gradebook
committed, half a line of the ledger written. No kernel is started: what a notebook would come to is put into it.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import sqlalchemy
from nbformat.v4 import new_markdown_cell

from tests.classes import in_this_process
from tests.graded_class import LESSON, WORDS, GradedClass, copy_course
from tests.test_killed_runs import EXERCISES, no_kernel
from vgcourse.course.authoring import build
from vgcourse.course.lesson import find_lesson
from vgcourse.errors import CourseError
from vgcourse.grading import demo
from vgcourse.grading.class_run.class_table import Standing, standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.intake.archives import UNPACKING
from vgcourse.grading.kept_files import digest
from vgcourse.grading.notebook.execute import JudgedExecute

HALF_A_LINE = "half_a_line"  # of the ledger: all is graded and filed, and that nobody knows
NUMBERS = {"ada": 11, "bob": 12, "kim": 13}
_CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def no_kernel_today(self, nb, resources=None, km=None):
    """Whatever was handed in, nothing can be run; a fault of the machine."""
    raise RuntimeError("no kernel today")


def none_for_kim(self, nb, resources=None, km=None):
    """The same for one student."""
    if any("of kim" in cell.source for cell in nb.cells):
        raise RuntimeError("no kernel today")
    return no_kernel(self, nb, resources, km)


@dataclass(frozen=True)
class Run:
    """One command, and what stands in the place of a kernel."""

    download: str = ""
    regrade: bool = False
    kernel: Callable = no_kernel

    def __call__(self, course: Path) -> None:
        download = course / self.download if self.download else None
        with pytest.MonkeyPatch.context() as patch, in_this_process(), _silent():
            patch.setattr(JudgedExecute, "preprocess", self.kernel)
            grade_class(
                Classroom(course), find_lesson(course, LESSON), csv=course / "grades.csv", regrade=self.regrade,
                download=download,
            )  # fmt: skip


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        yield


def killed(run: Run, course: Path, at: int) -> list[str]:
    """Give the command in a process of its own that dies before its step ``at``; returns the steps that it made."""
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        steps = _Steps(at, told)
        try:
            steps.watch(str(course))
            run(course)
        finally:
            steps.end()
    os.close(told)
    with open(heard, "rb") as line:
        made = line.read().decode().split()
    os.waitpid(child, 0)
    return made


class _Steps:
    """Counts steps; ends the process without a word before the last one."""

    def __init__(self, last: int, told: int) -> None:
        self.last, self.told = last, told
        self.made: list[str] = []

    def watch(self, course: str) -> None:
        sys.addaudithook(lambda event, given: self._heard(event, given, course))
        sqlalchemy.event.listen(sqlalchemy.Engine, "commit", lambda connection: self.step("commit"))
        write = os.write

        def in_halves(handle: int, data: bytes) -> int:
            half = len(data) // 2
            done = write(handle, data[:half])
            self.step(HALF_A_LINE)
            return done + write(handle, data[half:])

        os.write = in_halves

    def step(self, what: str) -> None:
        self.made.append(what)
        if len(self.made) == self.last:
            self.end()

    def end(self) -> None:
        with open(self.told, "w") as line:
            line.write(" ".join(self.made))
        os._exit(9)

    def _heard(self, event: str, given: tuple[Any, ...], course: str) -> None:
        writes = event == "open" and isinstance(given[2], int) and given[2] & _WRITES
        if event in _CHANGES or writes:
            paths = [os.fsdecode(one) for one in given if isinstance(one, str | bytes | os.PathLike)]
            if any(path.startswith(course) or not os.path.isabs(path) for path in paths):
                self.step(event)


@dataclass(frozen=True)
class Story:
    """What had happened before the command that is killed; ``given``: student → points that a person gave."""

    before: tuple[tuple[Run, dict[str, float]], ...]
    last: Run
    downloads: dict[str, dict[str, dict[str, Any] | None]]


def _words(student: str, words: str = "", wrong: int = 0, below: str = "") -> dict[str, Any]:
    return {"student": student, "words": words or f"The words of {student}.", "wrong": wrong, "below": below}


_ADA = _words("ada", build.TEXT_STUB, below="The words of ada, in a cell of their own.")
_KIM = _words("kim", wrong=2)
_FIRST = {"ada": _ADA, "bob": None, "kim_LATE": _KIM}
_SECOND = {"ada": _words("ada", "Other words of ada.", 1), "bob": _words("bob"), "kim": None}
_GRADED = ((Run("first.zip"), {"ada": 2, "kim": 1}),)
STORIES = {
    "for the first time": Story((), Run("first.zip"), {"first": _FIRST}),
    "handed in again": Story(_GRADED, Run("second.zip"), {"first": _FIRST, "second": _SECOND}),
    "regraded": Story(_GRADED, Run(regrade=True), {"first": _FIRST}),
    "regraded in vain": Story(_GRADED, Run(regrade=True, kernel=none_for_kim), {"first": _FIRST}),
    "not graded before": Story(((Run("first.zip", kernel=no_kernel_today), {}),), Run(), {"first": _FIRST}),
}


def begin(story: Story, class_: GradedClass) -> None:
    """Bring a course to where the last command is to be given."""
    course = class_.classroom.root
    for name, files in story.downloads.items():
        _download(class_, course / f"{name}.zip", files)
    for run, given in story.before:
        run(course)
        for student, points in given.items():
            class_.give(f"{student}_{NUMBERS[student]}", points)


def _download(class_: GradedClass, path: Path, files: dict[str, dict[str, Any] | None]) -> None:
    """As Canvas has it: NAME_LATE_ID_NUMBER_circles.ipynb; a notebook of None is damaged."""
    with zipfile.ZipFile(path, "w") as zipped:
        for name, told in files.items():
            text = "{damaged" if told is None else nbformat.writes(_notebook(class_, **told))
            zipped.writestr(f"{name}_{NUMBERS[name.partition('_')[0]]}_1_circles.ipynb", text)


def _notebook(class_: GradedClass, student: str, words: str, wrong: int, below: str) -> nbformat.NotebookNode:
    right = demo.solutions(class_.solved)
    slips = {exercise.id: f"{right[exercise.id]}\n# wrong" for exercise in EXERCISES[:wrong]}
    nb = demo.fill_in(nbformat.read(class_.lesson.student, as_version=4), {**right, **slips, WORDS: words})
    if below:
        place = next(i for i, cell in enumerate(nb.cells) if cell["id"] == WORDS)
        nb.cells.insert(place + 1, new_markdown_cell(below))
    return nb


def stands(course: Path) -> dict[str, Standing]:
    """Student → what an instructor would be told now."""
    try:
        found = standings(Classroom(course), find_lesson(course, LESSON))
    except CourseError:  # the gradebook does not know the lesson yet
        return {}
    return {one.student: one for one in found}


def told(one: Standing) -> tuple:
    """All of it but when it was graded, and how long that took."""
    verdicts = [(verdict.exercise, verdict.earned) for verdict in one.verdicts]
    late = bool(one.lateness)
    return one.score, one.reason, one.status, one.waiting, verdicts, sorted(one.notes), one.signs, one.lms_id, late


def problems(story: Story, course: Path, calm: dict[str, tuple], at: int) -> list[str]:
    """What is wrong between a kill at this step and the next run, and after that; ``course`` awaits the command.

    Once the download is sorted in, the next run is without it, as somebody may well give it.
    """
    before, handed_in = stands(course), digest(course / "submitted")
    killed(story.last, course, at)
    found = [line for student, one in stands(course).items() if (line := _meanwhile(one, before.get(student), calm))]
    sorted_in = digest(course / "submitted") != handed_in and not (course / "submitted" / UNPACKING).exists()
    again = replace(story.last, download="") if sorted_in else story.last
    again(course)
    after = {student: told(one) for student, one in stands(course).items()}
    others = {student: wanted for student, wanted in calm.items() if after.get(student) != wanted}
    return found + [f"{student}: {after.get(student)}, not {wanted}" for student, wanted in others.items()]


def _meanwhile(one: Standing, before: Standing | None, calm: dict[str, tuple]) -> str:
    """Whether a mark that nobody gave is told of a student between a kill and the next run."""
    allowed = {None, calm[one.student][0], before and before.score}
    return "" if one.score in allowed else f"{one.student} has {one.score:g} meanwhile, not one of {allowed}"


def main(arguments: list[str]) -> int:
    """Every step of every story, or each n-th; exit 1 where something came out otherwise."""
    every, found = int((*arguments, 1)[0]), 0
    root = Path(__file__).resolve().parents[1]
    for name, story in STORIES.items():
        with tempfile.TemporaryDirectory() as folder:
            begun = Path(folder) / "begun"
            begun.mkdir()
            begin(story, GradedClass(copy_course(root, begun)))
            course = shutil.copytree(begun, Path(folder) / "calm")
            steps, kills = len(killed(story.last, course, at=0)), 0
            calm = {student: told(one) for student, one in stands(course).items()}
            for at in range(1, steps + 1, every):
                course = shutil.copytree(begun, Path(folder) / "killed")
                for problem in problems(story, course, calm, at):
                    print(f"{name}, killed at step {at}: {problem}", flush=True)
                    found += 1
                shutil.rmtree(course)
                kills += 1
            print(f"{name}: {kills} kills at {steps} steps", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
