"""Small classes for tests of the grader: a course of one lesson, and who hands in what."""

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from vgcourse.course.lesson import Lesson
from vgcourse.grading.class_run import driver, pool

LESSON, ANSWER, CHECK = "00_start", "first-check-answer", "first-check"
RIGHT = "import numpy as np\n\n\ndef rms(values):\n    return np.sqrt(np.mean(np.square(values)))\n"
WRONG = "def rms(values):\n    return 0.123\n"


def make_course(root: Path, folder: Path, *lessons: str) -> Path:
    """A course with these lessons only (the first one where none is named), as an instructor has it."""
    for id in lessons or (LESSON,):
        for part in ("solutions", "lessons"):
            shutil.copytree(root / part / id, folder / part / id)
    shutil.copy(root / "nbgrader_config.py", folder)
    return folder


def released(course: Path, lesson: str = LESSON) -> nbformat.NotebookNode:
    """What students got."""
    return nbformat.read(Lesson(lesson, course).student, as_version=4)


def hand_in(course: Path, student: str, answer: str | None, lesson: str = LESSON, cell: str = ANSWER) -> Path:
    """Write a submission with ``answer`` in its answer cell (None: as released); returns its folder."""
    nb = copy.deepcopy(released(course, lesson))
    for one in nb.cells:
        if answer is not None and one.metadata.get("nbgrader", {}).get("grade_id") == cell:
            one.source = answer
    folder = course / "submitted" / student / lesson
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, folder / f"{Lesson(lesson, course).name}.ipynb")
    return folder


def settings(**trait: object) -> Config:
    """Limits that a tiny lesson does not meet, and a run-away soon does."""
    limits = {"memory_mb": 400, "files_mb": 64, "seconds": 25, "cell_output_mb": 2, "output_mb": 8}
    return Config({"JudgedExecute": {"timeout": 60, "iopub_timeout": 10, **trait}, "GradingProvisioner": limits})


class InThisProcess:
    """What the pool does, without processes."""

    notice = None

    def __init__(self, classroom):
        self.classroom = classroom

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass

    def grade(self, lesson, students):
        for student in students:
            yield pool.grade_one(self.classroom, lesson, student)


@contextmanager
def in_this_process() -> Iterator[None]:
    """Grade without worker processes: each costs seconds of imports, and its warm parent as many again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "_workers", lambda classroom, jobs, scheduler: InThisProcess(classroom))
        yield
