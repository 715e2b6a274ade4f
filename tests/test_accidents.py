"""Honest work keeps its marks: whatever happened to a notebook on its way, its answers stand before their checks.

Accidents and the judge of what came back stand in ``accidents.py``; thousands more are tried by
``python -m tests.benchmarks.bench_accidents``.
"""

import pytest

from tests.accidents import EDITORS, PEOPLE, Course
from vgcourse.course.lesson import Lesson

LESSONS = ("00_start", "01_circles")
CASES = 60


@pytest.fixture(scope="module", params=LESSONS)
def course(root, request):
    return Course(Lesson(request.param, root))


def test_after_any_row_of_accidents_every_answer_stands_before_its_check(course):
    problems = {seed: course.problem(seed) for seed in range(CASES)}
    assert {seed: problem for seed, problem in problems.items() if problem} == {}
    assert len(course.refusals) <= CASES / 10


@pytest.mark.parametrize("accident", [*EDITORS, *PEOPLE], ids=lambda accident: accident.__name__)
def test_one_accident_alone_costs_nothing(course, accident):
    for seed in (2, 3, 4, 5):
        assert course.problem(seed, [accident]) == ""
