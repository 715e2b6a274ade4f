"""Honest work keeps its marks: whatever happened to a notebook on its way, its answers stand before their checks.

Accidents and the judge of what came back stand in ``accidents.py``; thousands more are tried by
``python -m tests.benchmarks.bench_accidents``.
"""

import copy
import json

import pytest

from tests.accidents import (
    EDITORS,
    NEWER,
    PEOPLE,
    Course,
    colab,
    copied,
    deepnote,
    ids_lost,
    jetbrains,
    kaggle,
    metadata_lost,
    own_cells,
    some_metadata_lost,
    split,
)
from tests.accidents_edited import (
    EDITED,
    FIELDS,
    answer_is_prose,
    commented_out,
    curled_in_code,
    future_on_top,
    imports_up,
    light_script,
    tabs,
)
from tests.accidents_pasted import PASTED, PASTED_DISGUISES, stub_below
from tests.accidents_typed import (
    FILES,
    STROKES,
    TYPED,
    all_of_one_type,
    answer_in_another_answer,
    answer_in_the_check_cell,
    fenced,
    merge_by_nbdime,
    shuffled,
)
from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.reading import Refused, read_cells

LESSONS = ("00_start", "01_circles")
CASES = 60


@pytest.fixture(scope="module", params=LESSONS)
def course(root, request):
    return Course(Lesson(request.param, root))


def test_after_any_row_of_accidents_every_answer_stands_before_its_check(course):
    problems = {seed: course.problem(seed) for seed in range(CASES)}
    assert {seed: problem for seed, problem in problems.items() if problem} == {}
    assert len(course.refusals) <= CASES / 10


def test_after_accidents_of_all_kinds_the_answer_stands_before_its_check(root):
    course = Course(Lesson("00_start", root))
    problems = {seed: course.problem(seed) for seed in range(NEWER, NEWER + CASES)}
    assert {seed: problem for seed, problem in problems.items() if problem} == {}
    assert len(course.refusals) <= CASES / 5


@pytest.mark.parametrize("written", FILES.values(), ids=FILES)
def test_a_file_is_read_however_it_was_written(course, written):
    handed, _ = course.case(2, [])
    cells, _ = read_cells(written(json.dumps(handed.nb, indent=1, ensure_ascii=False)), "x.ipynb")
    assert [cell.source for cell in cells] == [cell.source for cell in handed.nb.cells]


@pytest.mark.parametrize("spoil", FIELDS.values(), ids=FIELDS)
def test_what_no_answer_stands_in_may_be_broken(course, spoil):
    handed, _ = course.case(2, [])
    cells, _ = read_cells(json.dumps(spoil(json.loads(json.dumps(handed.nb)))).encode(), "x.ipynb")
    nb, _ = align(cells, course.release, "x.ipynb")
    assert [*course.problems_of(nb)] == []


def test_a_merge_that_was_left_open_is_not_guessed(course):
    handed, _ = course.case(2, [])
    answer = next(cell for cell in handed.nb.cells if grade_id(cell) in {f"{id}-answer" for id in course.right})
    other = answer.source.replace("return", "return -")
    answer.source = f"<<<<<<< HEAD\n{answer.source}\n=======\n{other}\n>>>>>>> theirs"
    cells, _ = read_cells(json.dumps(handed.nb).encode(), "x.ipynb")
    with pytest.raises(Refused, match="holds an unresolved merge"):
        align(cells, course.release, "x.ipynb")


ALL = (*EDITORS, *PEOPLE, *TYPED, *STROKES, *EDITED, *PASTED, *PASTED_DISGUISES)


@pytest.mark.parametrize("accident", ALL, ids=lambda accident: accident.__name__)
def test_one_accident_alone_costs_nothing(course, accident):
    for seed in (2, 3, 4, 5):
        assert course.problem(seed, [accident]) == ""


def test_words_that_were_wiped_out_leave_nothing_to_read(root):
    course = Course(Lesson("01_circles", root))
    handed, _ = course.case(2, [])
    words = next(cell for cell in handed.nb.cells if grade_id(cell) == "leak-why")
    words.source = "  \n"
    cells, _ = read_cells(json.dumps(handed.nb).encode(), "x.ipynb")
    nb, _ = align(cells, course.release, "x.ipynb")
    (back,), (stub,) = ([c for c in of.cells if grade_id(c) == "leak-why"] for of in (nb, course.release))
    assert back.source == stub.source


# Rows of accidents that once cost an answer without a word, or were called several answers.
MET = {
    "a split cell of prose": (2, [curled_in_code, split, all_of_one_type, kaggle, ids_lost]),
    "a stub in two cells": (2, [answer_in_the_check_cell, light_script, some_metadata_lost, jetbrains]),
    "marks of a merge": (4, [merge_by_nbdime, shuffled, own_cells, tabs, metadata_lost, colab]),
}


@pytest.mark.parametrize("seed, row", MET.values(), ids=MET)
def test_rows_of_accidents_that_were_met(course, seed, row):
    assert course.problem(seed, row) == ""


def check_between_functions(h):
    """The check was called between the two functions of an answer, and its own cell got company."""
    for cell in [h.nb.cells[i] for i in h.answers()]:
        first, *rest = cell.source.split("\n\n\n")
        check = next(one for one in h.nb.cells if grade_id(one) == grade_id(cell).removesuffix("-answer"))
        if rest:
            cell.source = "\n\n\n".join([first, check.source, *rest])
            check.source = f"print({check.source})"


# The same in lessons with answers of two functions, and with a stub that holds something: row → lesson, seed; no row
# where it is the seed that draws it.
MET_ELSEWHERE = {
    "commented out, and all of one type": ("03_weights", 207, [commented_out, all_of_one_type]),
    "a class below the answer": ("03_weights", 211, [stub_below, answer_in_the_check_cell]),
    "a class below the answer, in tabs": ("03_weights", 100_525, [stub_below, tabs]),
    "several fences in a cell": ("03_weights", 100_161, [fenced, answer_in_another_answer]),
    "prose parted within a function": ("03_weights", 100_322, [answer_is_prose, imports_up, copied, deepnote]),
    "nothing but a line above the stub": ("03_weights", 100_339, [future_on_top]),
    "a stub merged with what follows it": ("01_circles", 100_177, None),
    "half of a cell that takes up, and defines": ("01_circles", 100_192, None),
    "a guard for scripts in one of two copies": ("07_time", 100_182, None),
    "two copies of two functions": ("07_time", 100_303, None),
    "code merged with prose that has an example": ("01_circles", 200_275, None),
    "a merge that an editor parted": ("01_circles", 200_284, None),
    "a result pasted below a stub": ("02_depth", 200_241, None),
    "a word changed in a heading": ("03_weights", 200_083, None),
    "methods in a cell of their own": ("03_weights", 200_163, None),
    "a badge on top of all": ("02_depth", 201_055, None),
    "a check between two functions": ("01_circles", 2, [check_between_functions, curled_in_code]),
    "the head of a function merged into words": ("00_start", 60, None),
    "a function without a return, in two cells": ("09_clinic", 739, None),
    "a stub of a class in two cells": ("03_weights", 1273, None),
    "a whole answer above the halves of a copy": ("00_start", 1620, None),
    "a stub above the halves of a given cell": ("03_weights", 1833, None),
    "a copy with another answer, and no check": ("02_depth", 1842, None),
    "the first half of a stub, in a merge": ("02_depth", 700_003, None),
    "values in the place of a check's call": ("05_initialization", 700_175, None),
    "values in the place of a nameless check's call": ("09_clinic", 700_079, None),
    "code merged with an answer in words": ("08_ways_out", 700_328, None),
    "fences below code in one cell": ("07_time", 910_287, None),
    "a loop around the check below an answer": ("08_ways_out", 700_118, None),
    "one answer again, below another one": ("06_residual", 91_540_106, None),
    "an answer commented out with its stub": ("07_time", 73_100_417, None),
    "a stub of values in tabs below its answer": ("05_initialization", 73_100_315, None),
}  # fmt: skip


@pytest.mark.parametrize("lesson, seed, row", MET_ELSEWHERE.values(), ids=MET_ELSEWHERE)
def test_rows_of_accidents_that_were_met_in_other_lessons(root, lesson, seed, row):
    assert Course(Lesson(lesson, root)).problem(seed, row) == ""


@pytest.mark.parametrize("lesson", ["00_start", "01_circles"])
def test_a_lesson_that_was_reworded_after_its_release_says_nothing_of_the_hand_ins(root, lesson):
    course = Course(Lesson(lesson, root))
    handed, _ = course.case(2, [])
    cells, _ = read_cells(json.dumps(handed.nb).encode(), "x.ipynb")
    for at, cell in enumerate(course.release.cells):
        first, _, rest = cell.source.partition("\n\n")
        if cell.cell_type != "markdown" or not rest or grade_id(cell):
            continue
        for text in (f"{first}, in other words\n\n{rest}", f"{first}\n\n{rest}, in other words"):
            release = copy.deepcopy(course.release)
            release.cells[at].source = text
            assert align(cells, release, "x.ipynb")[1] == [], text
