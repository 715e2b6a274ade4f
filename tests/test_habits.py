"""Answers keep their marks whatever habits their author has: own names, versions, copies, tools, mail programs.

Habits stand in ``accidents_habits.py``. Thousands of rows, in all lessons: ``python -m tests.test_habits 3000``.
"""

import random
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from tests.accidents import EDITORS, PEOPLE, Course
from tests.accidents_edited import EDITED, EDITED_DISGUISES
from tests.accidents_habits import ALONE, DISGUISED, HABITS
from vgcourse.course.lesson import Lesson, lessons
from vgcourse.grading.intake.lesson_cells import grade_id

LESSONS = ("00_start", "09_clinic")
ROWS = 25


@pytest.fixture(scope="module", params=LESSONS)
def course(root, request):
    return Course(Lesson(request.param, root))


def row(seed: int) -> list:
    """A habit or two, and then perhaps what happens to anybody."""
    chance = random.Random(f"habits/{seed}")
    others = [a for a in (*EDITORS, *PEOPLE, *EDITED) if a not in EDITED_DISGUISES]
    habits = [chance.choice(HABITS), *chance.sample([a for a in HABITS if a not in DISGUISED], chance.choice((0, 1)))]
    return [*habits, *chance.sample(others, chance.choice((0, 0, 1, 1, 2)))]


@pytest.mark.parametrize("habit", [*HABITS, *ALONE], ids=lambda habit: habit.__name__)
def test_a_habit_costs_nothing(course, habit):
    for seed in (2, 3, 5):
        assert course.problem(seed, [habit]) == ""


def test_a_habit_costs_nothing_whatever_else_happens(course):
    problems = {seed: course.problem(seed, row(seed)) for seed in range(ROWS)}
    assert {seed: problem for seed, problem in problems.items() if problem} == {}
    assert len(course.refusals) <= ROWS / 5


def handed_to_the_check(given):
    """The first answer is another thing, named nowhere, that is handed to its check."""

    def accident(h):
        cell = h.nb.cells[h.answers()[0]]
        check = next(c for c in h.nb.cells if grade_id(c) == grade_id(cell).removesuffix("-answer"))
        check.source = check.source.replace(", rms)", f", {given})")
        h.rewritten[grade_id(check)] = f"rms = {given}"
        cell.source = "class Mine:\n    rms = staticmethod(len)"

    return accident


@pytest.mark.parametrize("given", ["Mine.rms", "lambda values: 1.0", "Mine().rms"])
def test_what_is_handed_to_a_check_is_the_answer(root, given):
    assert Course(Lesson("00_start", root)).problem(2, [handed_to_the_check(given)]) == ""


@pytest.mark.parametrize(
    "own", ["one = 3", "def first(values):\n    return 1\n\n\ndef second(values):\n    return 2"]
)
def test_an_answer_without_any_name_and_without_a_check_is_not_graded(root, own):
    """No 0: with the check deleted nothing told its author that the name is wrong."""

    def accident(h):
        h.nb.cells[h.answers()[0]].source = own
        h.nb.cells = [cell for cell in h.nb.cells if grade_id(cell) != "first-check"]

    course = Course(Lesson("00_start", root))
    assert "bears none of the names" in course.problem(2, [accident]) and course.refusals == ["other-names"]


def test_what_is_open_is_open_still_where_its_author_wrote_helpers(root):
    def accident(h):
        answer = h.nb.cells[h.answers()[0]]
        answer.source = next(c.source for c in h.release.cells if grade_id(c) == grade_id(answer))
        helper = "def show(first, second):\n    print(first, second)"
        h.nb.cells.insert(h.nb.cells.index(answer), new_code_cell(helper))

    course = Course(Lesson("00_start", root))
    assert "holds" not in course.problem(2, [accident]) and course.refusals == []


# The same in lessons with answers of several cells, values or classes.
ELSEWHERE = {
    "a stub with a docstring, translated": ("06_residual", 3, "translated"),
    "a worked call in translated prose": ("07_time", 5, "translated"),
    "lines that a mail broke": ("01_circles", 4, "wrapped"),
    "other names, of two functions, and no checks": ("01_circles", 4, "renamed_and_unchecked"),
    "other names, of two functions": ("01_circles", 4, "renamed"),
    "other names, of functions that call each other": ("01_circles", 6, "renamed"),
    "other names, and no checks": ("03_weights", 2, "renamed_and_unchecked"),
    "other names, of several": ("03_weights", 2, "called_otherwise"),
    "a mail's signs": ("03_weights", 2, "mailed"),
}


@pytest.mark.parametrize("lesson, seed, name", ELSEWHERE.values(), ids=ELSEWHERE)
def test_habits_that_were_met_in_other_lessons(root, lesson, seed, name):
    habit = next(habit for habit in (*HABITS, *ALONE) if habit.__name__ == name)
    assert Course(Lesson(lesson, root)).problem(seed, [habit]) == ""


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    courses = [Course(lesson) for lesson in lessons(root)]
    for seed in range(int(sys.argv[2]) if sys.argv[2:] else 0, int(sys.argv[1])):
        if problem := courses[seed % len(courses)].problem(seed, row(seed)):
            print(courses[seed % len(courses)].lesson.id, seed, problem)
    print("refused:", {one.lesson.id: one.refusals for one in courses})
