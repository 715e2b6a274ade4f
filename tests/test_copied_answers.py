"""Answers that were copied from anywhere keep their marks; broken ones are not made whole.

Accidents stand in ``accidents_copied.py``. Thousands of rows: ``python -m tests.test_copied_answers 5000``.
"""

import json
import random
import sys
from pathlib import Path

import pytest

from tests.accidents import EDITORS, PEOPLE, Course
from tests.accidents_copied import CONVERTED, COPIED
from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.pieces.readings import plain_readings
from vgcourse.grading.intake.reading import Refused, read_cells
from vgcourse.grading.intake.reading.garbled import ungarbled

LESSONS = ("00_start", "01_circles", "03_weights")
ROWS = 40


@pytest.fixture(scope="module", params=LESSONS)
def course(root, request):
    return Course(Lesson(request.param, root))


def row(seed: int) -> list:
    """What happens: copying, and then perhaps one thing more, by a person or by an editor."""
    chance = random.Random(f"copied/{seed}")
    return [chance.choice((*COPIED, *CONVERTED)), *chance.sample([*EDITORS, *PEOPLE], chance.choice((0, 1, 1)))]


@pytest.mark.parametrize("accident", [*COPIED, *CONVERTED], ids=lambda accident: accident.__name__)
def test_a_copied_answer_counts(course, accident):
    for seed in (2, 3, 4, 5):
        assert course.problem(seed, [accident]) == ""


def test_a_copied_answer_counts_whatever_else_happens(course):
    problems = {seed: course.problem(seed, row(seed)) for seed in range(ROWS)}
    assert {seed: problem for seed, problem in problems.items() if problem} == {}
    assert len(course.refusals) <= ROWS / 5


# What nobody but its author can mend: no reading makes another program of it.
BROKEN = (
    "def rms(values)\n    return 1",
    "def rms(values):\n    return np.sqrt(np.mean(values ** 2)",
    "rms = the root of the mean of the squares",
    "def rms(values):\n    retrun 1",
    "return np.sqrt(values",
)


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_answer_stays_as_it_was_written(course, source):
    if course.lesson.id != "00_start":
        return
    handed, _ = course.case(3, [])
    cell = next(one for one in handed.nb.cells if grade_id(one) == "first-check-answer")
    cell.source = source
    cells, _ = read_cells(json.dumps(handed.nb).encode(), "x.ipynb")
    nb, _ = align(cells, course.release, "x.ipynb")
    assert next(one for one in nb.cells if grade_id(one) == "first-check-answer").source == source


def test_lines_at_the_margin_of_which_nobody_knows_what_they_belong_to_are_no_zero(root):
    course = Course(Lesson("00_start", root))
    handed, _ = course.case(2, [])
    cell = next(one for one in handed.nb.cells if grade_id(one) == "first-check-answer")
    cell.source = "def rms(values):\ntotal = 0\nfor v in values:\ntotal += v**2\nreturn (total / len(values))**0.5"
    with pytest.raises(Refused, match="first-check-answer has lost its indentation"):
        align(read_cells(json.dumps(handed.nb).encode(), "x.ipynb")[0], course.release, "x.ipynb")


@pytest.mark.parametrize("text", ["Müller", "naïve Â", "50 £ · 3 €", "★ ½ ²", "Ã", "zażółć", "日本語", "plain"])
def test_text_that_is_not_garbled_is_left_alone(text):
    assert ungarbled(text) == text
    assert ungarbled(text.encode().decode("latin-1")) == text


def test_readings_end():
    for text in ("a ² " * 400, "\\_" * 3000, "<a></a>&lt;" * 900, "# %%\n" * 2000, '"\\n' * 2000):
        assert len(list(plain_readings(text))) < 60


if __name__ == "__main__":
    for id in LESSONS:
        tried = Course(Lesson(id, Path(__file__).parents[1]))
        for number in range(ROWS, ROWS + int(sys.argv[1])):
            if found := tried.problem(number, row(number)):
                print(id, number, found[:300])
