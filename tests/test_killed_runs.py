"""A run that was killed leaves no mark that nobody gave: between it and the next run, all who read marks say so.

The process is killed at each step of nbgrader's own, without a word, as by ``kill -9`` or a power cut. No kernel is
started: what a notebook would have come to is put into it. Marks from before meet the `TELLING` steps only;
with `STEPS` in the place of them all steps are tried, in twice the time.
"""

import csv
import os
import shutil

import nbformat
import pytest
from nbgrader.converters import Autograde
from nbgrader.preprocessors import SaveAutoGrades

from tests.graded_class import LESSON, WORDS, GradedClass, copy_course
from vgcourse.course.checks import registry
from vgcourse.course.checks.verdicts import Verdict
from vgcourse.grading import demo
from vgcourse.grading.class_run.class_table import NOT_YET_GRADED, standings
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.submission import grade_submission
from vgcourse.grading.export import export_marks
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import JudgedExecute, leave_verdict
from vgcourse.grading.pages.feedback.pages import write_pages

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process of one's own is killed")
EXERCISES = registry.exercises(LESSON)
ALL = sum(exercise.points for exercise in EXERCISES)


def no_kernel(self, nb, resources=None, km=None):
    """Every answer is right, but those in which it says `wrong`."""
    for exercise in EXERCISES:
        (check,) = (cell for cell in nb.cells if cell["id"] == exercise.id)
        wrong = any(cell["id"] == f"{exercise.id}-answer" and "wrong" in cell.source for cell in nb.cells)
        leave_verdict(check, Verdict(exercise.id, exercise.points, float(not wrong), "passed", "Said."))
    run_notes.Trace().write(nb)
    return nb, resources


def dies(patch, owner, name, at=1, after=True):
    """The process ends when this is called the ``at``-th time: when it is done, or before it begins."""
    real, calls = getattr(owner, name), []

    def until_then(*given, **named):
        calls.append(1)
        if len(calls) == at and not after:
            os._exit(9)
        came = real(*given, **named)
        if len(calls) == at:
            os._exit(9)
        return came

    patch.setattr(owner, name, until_then)


# Step → where the process ends; those of `WHOLE` come after all points are saved.
STEPS = {
    "its older copy is gone": lambda p: dies(p, Autograde, "init_assignment", after=False),
    "its row is made": lambda p: dies(p, Autograde, "init_assignment"),
    "its copy is written": lambda p: dies(p, JudgedExecute, "preprocess", after=False),
    "it was run": lambda p: dies(p, JudgedExecute, "preprocess"),
    "a point is saved": lambda p: dies(p, SaveAutoGrades, "_add_score"),
    "all points but one are saved": lambda p: dies(p, SaveAutoGrades, "_add_score", len(EXERCISES)),
    "all points are saved": lambda p: dies(p, SaveAutoGrades, "preprocess"),
    "it is written": lambda p: dies(p, Autograde, "set_permissions"),
    "the ledger does not know it": lambda p: None,
}  # fmt: skip
WHOLE = ("all points are saved", "it is written", "the ledger does not know it")
TELLING = ("its row is made", "its copy is written", "a point is saved", "it is written")


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    class_ = GradedClass(copy_course(root, tmp_path_factory.mktemp("killed")))
    class_.add("ada", words="An answer.")
    return class_


def hand_in(class_, student, wrong=(), words="My words."):
    right = demo.solutions(class_.solved)
    answers = right | {id: f"{right[id]}\n# wrong" for id in wrong} | {WORDS: words}
    folder = class_.classroom.folder("submitted", class_.lesson, student)
    folder.mkdir(parents=True, exist_ok=True)
    released = nbformat.read(class_.lesson.student, as_version=4)
    nbformat.write(demo.fill_in(released, answers), folder / f"{class_.lesson.name}.ipynb")


def grade(class_, student):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JudgedExecute, "preprocess", no_kernel)
        Ledger.of(class_.classroom).append(grade_submission(class_.classroom, class_.lesson, student))


def grade_and_die(class_, student, step):
    """In a process of its own, which ends at this step."""
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(JudgedExecute, "preprocess", no_kernel)
            STEPS[step](patch)
            grade_submission(class_.classroom, class_.lesson, student)
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def of(class_, student):
    return next(one for one in standings(class_.classroom, class_.lesson) if one.student == student)


def exported(class_, student, out):
    lines = export_marks(class_.classroom, [class_.lesson], "csv", out, partial=True)
    (row,) = (row for row in csv.DictReader(out.read_text().splitlines()) if row["student"] == student)
    return row["score"], [line for line in lines if line.startswith(f"{student}:")]


@pytest.mark.parametrize("step", STEPS)
def test_who_was_being_graded_for_the_first_time_has_all_points_or_no_mark(graded, tmp_path, step):
    student = f"kim_{step.replace(' ', '_')}"
    hand_in(graded, student)
    grade_and_die(graded, student, step)
    kim, (score, said) = of(graded, student), exported(graded, student, tmp_path / "marks.csv")
    if step in WHOLE and kim.score is not None:
        assert (kim.score, score, kim.to_read) == (ALL, f"{ALL:g}", 2)
    else:
        assert (kim.score, kim.reason, score) == (None, NOT_YET_GRADED, "") and len(said) == 1
        written, problems, _ = write_pages(graded.classroom, graded.lesson, [student])
        assert not written and NOT_YET_GRADED in problems[0]
    grade(graded, student)
    kim = of(graded, student)
    assert kim.score == ALL and kim.settled
    shutil.rmtree(graded.classroom.folder("submitted", graded.lesson, student))


def _page_is_whole(class_, student):
    """Whether there is a page, with what the checks said; else a line says what to do."""
    written, problems, _ = write_pages(class_.classroom, class_.lesson, [student])
    line = f"{student}: its page is not written, for a run was stopped while it was graded again: grade it once more."
    assert problems == ([] if written else [line])
    assert all("Said." in page.read_text(encoding="utf-8") for page in written)
    return bool(written)


@pytest.mark.parametrize("step", TELLING)
def test_a_mark_from_before_is_stale_and_what_a_person_read_is_not_taken_for_what_is_there_now(graded, step):
    student = f"lou_{step.replace(' ', '_')}"
    hand_in(graded, student, words="The first.")
    grade(graded, student)
    graded.give(student, 2)
    hand_in(graded, student, [EXERCISES[0].id], words="The second.")
    grade_and_die(graded, student, step)
    lou = of(graded, student)
    assert lou.looks_stale and not lou.settled and lou.score >= ALL
    assert _page_is_whole(graded, student) == (step in WHOLE[1:])
    grade(graded, student)
    lou = of(graded, student)
    assert lou.score == ALL - EXERCISES[0].points + 2
    assert lou.waiting == (WORDS,), "nobody has read the second answer"
    shutil.rmtree(graded.classroom.folder("submitted", graded.lesson, student))


@pytest.mark.parametrize("step", TELLING)
def test_the_same_graded_again_comes_to_the_same(graded, step):
    student = f"max_{step.replace(' ', '_')}"
    hand_in(graded, student, [EXERCISES[0].id])
    grade(graded, student)
    graded.give(student, 1)
    grade_and_die(graded, student, step)
    max_ = of(graded, student)
    assert max_.score == ALL - EXERCISES[0].points + 1
    assert max_.settled == (step in WHOLE[1:]), "what is not there whole is graded again"
    assert _page_is_whole(graded, student) == max_.settled
    grade(graded, student)
    assert of(graded, student).score == max_.score
