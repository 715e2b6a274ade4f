"""A helper of one's own may bear the name of another exercise's answer: nothing was merged then, and nothing moves.

All pairs of exercises of a lesson are asked in a few ways here; all lessons: ``EVERY=1 pytest`` on this file.
"""

import itertools
import os
import random

import nbformat
import pytest

from vgcourse.course.authoring import build
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.grading.demo import fill_in, solutions
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.code import read_code
from vgcourse.grading.intake.lesson_cells import Released, grade_id
from vgcourse.grading.intake.reading import read_cells

LESSONS = tuple(registry.LESSONS)[1:] if os.environ.get("EVERY") else ("01_circles", "09_clinic")
MOST = 400 if os.environ.get("EVERY") else 8
HELPERS = {
    "above": "def {name}(*own):\n    return 0.5\n\n\n{answer}",
    "below": "{answer}\n\n\ndef {name}(*own):\n    return 0.5",
    "a number": "{name} = 3\n{answer}",
}


@pytest.fixture(scope="module", params=LESSONS)
def lesson(root, request):
    solved = build.solved_notebook(Lesson(request.param, root))
    released = build.student_notebook(solved, Lesson(request.param, root))
    asked = {one.id.removesuffix("-answer"): one.names for one in Released.of(released).asked.values()}
    right = {id: source for id, source in solutions(solved).items() if asked.get(id)}
    return released, right, asked


def drawn(right):
    """Pairs of an exercise and the one whose answer's name it uses for a helper, and the way in which."""
    cases = list(itertools.product(itertools.permutations(right, 2), HELPERS.values()))
    return random.Random(1).sample(cases, min(MOST, len(cases)))


def aligned(released, answers, named=True):
    handed = fill_in(released, answers)
    for place, cell in enumerate([] if named else handed.cells):
        cell.metadata, cell.id = nbformat.NotebookNode(), f"cell-{place}"
    cells, _ = read_cells(nbformat.writes(handed).encode(), "x.ipynb")
    return align(cells, released, "x.ipynb")


def seen_by_checks(notebook):
    """Check → name → the source of the cell that set it last, above that check."""
    last, seen = {}, {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            seen[grade_id(cell)] = dict(last)
            last |= dict.fromkeys(read_code(cell.source).binds, cell.source)
    return seen


@pytest.mark.parametrize("named", [True, False], ids=["named", "names lost"])
def test_a_helper_stays_with_the_answer_that_uses_it(lesson, named):
    released, right, asked = lesson
    for (mine, other), helper in drawn(right):
        name = min(asked[other])
        answers = {**right, mine: helper.format(name=name, answer=right[mine])}
        notebook, notes = aligned(released, answers, named)
        seen = seen_by_checks(notebook)
        assert seen[mine][name] == answers[mine]
        assert seen[other][name] == right[other]
        assert not named or not notes, (mine, other, notes)
        assert {note.kind for note in notes} <= {"answer-found"}, (mine, other, notes)


@pytest.mark.parametrize("named", [True, False], ids=["named", "names lost"])
def test_what_stood_in_another_answers_cell_is_taken_for_an_answer_and_stays_there(lesson, named):
    released, right, asked = lesson
    for mine, other in dict.fromkeys(pair for pair, _ in drawn(right)):
        answers = {mine: f"{right[other]}\n\n\n{right[mine]}"}
        seen = seen_by_checks(aligned(released, answers, named)[0])
        assert all(seen[mine][name] == answers[mine] for name in asked[mine] | asked[other])
        assert all(right[other] in seen[other][name] for name in asked[other])


def test_a_number_by_the_name_of_a_function_is_no_answer_to_it(lesson):
    released, right, asked = lesson
    mine, other = next(pair for pair in itertools.permutations(right, 2) if "def " in right[pair[1]])
    notebook, notes = aligned(released, {mine: f"{min(asked[other])} = 3\n{right[mine]}"})
    assert notes == []
    assert next(c.source for c in notebook.cells if grade_id(c) == f"{other}-answer").endswith(
        "...  # YOUR CODE HERE"
    )
