"""A student's own scoreboard: run a notebook, judge every check, print what each answer shows."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from traitlets.config import Config

from vgcourse.course.checks import registry, render
from vgcourse.course.checks.verdicts import Verdict
from vgcourse.course.lesson import Lesson, find_lesson, find_root
from vgcourse.course.text_table import shown, text_table
from vgcourse.errors import CourseError
from vgcourse.grading.intake.lesson_cells import grade_id, is_answer
from vgcourse.grading.notebook.execute import JudgedExecute, is_plain_test, plain_verdicts, verdicts
from vgcourse.grading.notebook.judging import count_checks

MISSING = "missing"


def score_notebook(name: str) -> tuple[list[Verdict], str]:
    """Run the notebook of the lesson called ``name`` (or at that path) and judge its checks; what is not judged.

    The file itself is not changed. Raises CourseError for an unknown lesson, for one without exercises, and for a
    file that is no notebook.
    """
    path, lesson = _locate(name)
    asked = registry.exercises(lesson.id) if lesson.id in registry.known() else []
    if not asked:
        raise CourseError(_why_nothing_is_known(path, lesson))
    reason = unreadable(path.parent, lesson) if path.name == f"{lesson.name}.ipynb" else ""
    if reason:
        raise CourseError(f"{path.parent}: {reason}.")
    nb = _read(path)
    runner = JudgedExecute(config=Config({"JudgedExecute": {"timeout": 300}}))
    try:
        with _quiet():
            runner.preprocess(nb, {"metadata": {"path": str(path.parent)}})
    except Exception as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise CourseError(f"{path.name} could not be run to its end: {said}.") from error
    found = {verdict.exercise: verdict for verdict in verdicts(nb)}
    return [*(found.get(e.id, _missing(e)) for e in asked), *plain_verdicts(nb)], of_written(nb)


def of_written(nb: nbformat.NotebookNode) -> str:
    """What is said of a notebook's written answers; empty where it asks for none."""
    cells = (cell for cell in nb.cells if cell.cell_type == "markdown" and grade_id(cell))
    return "Written answers are read by a person." if any(map(is_answer, cells)) else ""


def _why_nothing_is_known(path: Path, lesson: Lesson) -> str:
    """A lesson without checks, or one whose checks are an instructor's and did not come along."""
    with contextlib.suppress(CourseError):
        if ids := [id for id, cell in _graded(_read(path)).items() if count_checks(cell.source)]:
            return (
                f"The checks of {lesson.id} ({', '.join(map(shown, ids[:5]))}) are not here: put the folder "
                "exercises/ that came with the lesson beside the folder lessons/."
            )
    return f"{lesson.id} has no exercises that could be checked."


def _graded(nb: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    cells = (cell for cell in nb.cells if is_plain_test(cell))
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def table(scores: list[Verdict], besides: str = "", width: int | None = None) -> str:
    """Exercise, points and sentence of each verdict, and the total, as wide as the terminal (80 without one).

    ``besides`` is said beside the total.
    """
    rows = [(f"{render.look(v)[0]} {v.exercise}", f"{v.earned:g} of {v.points:g}", v.sentence) for v in scores]
    earned, possible = sum(v.earned for v in scores), sum(v.points for v in scores)
    rows.append(("  total", f"{earned:g} of {possible:g}", besides))
    return text_table(rows, width or min(100, shutil.get_terminal_size((80, 24)).columns), right=(1,))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the libraries of a kernel that starts meanwhile say of processors and drivers is nothing for a student."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _locate(name: str) -> tuple[Path, Lesson]:
    given = Path(name)
    try:
        root = find_root(given if given.exists() else None)
    except CourseError:
        if found := _fetched(given):
            return found
        raise
    lesson = find_lesson(root, name)
    if name.endswith(".ipynb"):
        return given, lesson
    return (given / f"{lesson.name}.ipynb" if given.is_dir() else lesson.student), lesson


def _fetched(given: Path) -> tuple[Path, Lesson] | None:
    """A notebook of the course's that lies by itself, as nbgrader's exchange or a platform hands it out."""
    files = sorted(given.glob("*.ipynb")) if given.is_dir() else [given]
    if len(files) != 1 or not files[0].is_file():
        return None
    with contextlib.suppress(CourseError):
        ids = [id for id, cell in _graded(_read(files[0])).items() if count_checks(cell.source)]
        try:
            return (files[0], Lesson(registry.lesson_of(ids[0]), files[0].absolute().parent)) if ids else None
        except registry.UnknownExercise:
            return files[0], Lesson(files[0].absolute().parent.name, files[0].absolute().parent)
    return None


def unreadable(folder: Path, lesson: Lesson) -> str:
    """Why a notebook cannot be run at all, or an empty text where it can."""
    notebooks = sorted(path.name for path in folder.glob("*.ipynb"))
    wanted = f"{lesson.name}.ipynb"
    if wanted not in notebooks:
        there = f"only {', '.join(notebooks)}" if notebooks else "no notebook"
        return f"the folder holds {there}; {wanted} is missing"
    try:
        nb = json.loads((folder / wanted).read_text(encoding="utf-8-sig"))
        nbformat.validate(nbformat.from_dict(nb), relax_add_props=True)
    except (ValueError, OSError):
        return f"{wanted} is not a notebook (it is not JSON)"
    except Exception as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        return f"{wanted} is not a notebook that Jupyter can open ({said})"
    return ""


def _read(path: Path) -> nbformat.NotebookNode:
    if not path.is_file():
        raise CourseError(f"{path} does not exist.")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(f"{path.name} is not a notebook that Jupyter can open.") from error


def _missing(exercise: registry.Exercise) -> Verdict:
    message = "Its check cell is no longer in the notebook: take a fresh copy of the lesson and paste your answers."
    return Verdict(exercise.id, exercise.points, 0.0, MISSING, message)
