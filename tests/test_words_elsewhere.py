"""Words are read by a person wherever a student wrote them: as the answer, or because a line asks for a look."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from tests.accidents import WORDS, Course
from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.reading import read_cells

ASKED = "leak-why"
BESIDE = {
    "a remark": new_code_cell(f"# {WORDS}"),
    "a text": new_code_cell(f'"""{WORDS}"""'),
    "printed": new_code_cell(f"print({WORDS!r})"),
    "by a magic": new_code_cell(f"%%markdown\n{WORDS}"),
    "as a page": new_code_cell(f"%%html\n<p>{WORDS}</p>"),
    "displayed": new_code_cell(f"from IPython.display import Markdown, display\n\ndisplay(Markdown({WORDS!r}))"),
    "raw": new_raw_cell(WORDS),
    "no Python": new_code_cell(WORDS),
}
ELSEWHERE = {
    "at the end": new_markdown_cell(f"Answer to exercise 2: {WORDS}"),
    "a name's value": new_code_cell(f"answer = {WORDS!r}"),
    "a remark on code": new_code_cell(f"print(1)\n# {WORDS}"),
}
# What is no answer in words.
OTHER = {
    "a try": new_code_cell("# size = np.sqrt(np.mean(np.square(values)))\n# most = np.abs(values).max()\n1 + 1"),
    "a short note": new_markdown_cell("My note."),
    "a print of a result": new_code_cell("x = 3\nprint('the accuracy on all of the test points is', x)"),
    "a link": new_markdown_cell("[the page that I used for this](https://example.org/a-long-name-of-a-page)"),
    "a long name": new_code_cell("title = 'the accuracy'\nprint(title)"),
}


@pytest.fixture(scope="module")
def course(root):
    return Course(Lesson("01_circles", root))


def aligned(course, cell, at_the_end=False):
    """The words' own cell, and what kinds of notes ask for a look, where this cell stands below the blank one."""
    nb = course.case(2, [])[0].nb
    place = next(i for i, one in enumerate(nb.cells) if grade_id(one) == ASKED)
    nb.cells[place].source = next(one.source for one in course.release.cells if grade_id(one) == ASKED)
    nb.cells.insert(len(nb.cells) if at_the_end else place + 1, cell)
    found, notes = align(read_cells(json.dumps(nb).encode(), "x")[0], course.release, "x")
    return next(one for one in found.cells if grade_id(one) == ASKED), [
        note.kind for note in notes if note.needs_look
    ]


@pytest.mark.parametrize("cell", BESIDE.values(), ids=BESIDE)
def test_words_beside_the_blank_answer_are_the_answer(course, cell):
    answer, asks = aligned(course, cell)
    assert WORDS in answer.source and asks == ["words-found"]


@pytest.mark.parametrize("cell", [*BESIDE.values(), *ELSEWHERE.values()], ids=[*BESIDE, *ELSEWHERE])
def test_words_elsewhere_ask_for_a_look(course, cell):
    answer, asks = aligned(course, cell, at_the_end=True)
    assert WORDS not in answer.source and asks == ["words-elsewhere"]


IN_CODE = {
    "a remark below": "{code}\n\n# {words}",
    "a remark above": "# {words}\n{code}",
    "a text below": '{code}\n\n"""{words}"""',
    "printed below": "{code}\n\nprint({words!r})",
}


@pytest.mark.parametrize("shape", IN_CODE.values(), ids=IN_CODE)
def test_words_in_the_cell_of_an_answer_in_code_ask_for_a_look(course, shape):
    nb = course.case(2, [])[0].nb
    place, code = (
        next(i for i, c in enumerate(nb.cells) if grade_id(c) == id) for id in (ASKED, "leak-free-scaling-answer")
    )
    nb.cells[place].source = next(one.source for one in course.release.cells if grade_id(one) == ASKED)
    before = align(read_cells(json.dumps(nb).encode(), "x")[0], course.release, "x")[1]
    nb.cells[code].source = shape.format(code=nb.cells[code].source, words=WORDS)
    after = align(read_cells(json.dumps(nb).encode(), "x")[0], course.release, "x")[1]
    assert [[n.kind for n in notes if n.needs_look] for notes in (before, after)] == [[], ["words-elsewhere"]]


@pytest.mark.parametrize("cell", OTHER.values(), ids=OTHER)
def test_what_is_no_answer_asks_for_nothing(course, cell):
    assert aligned(course, cell, at_the_end=True)[1] == []


def test_an_untouched_answer_asks_for_nothing_whatever_happened_to_the_notebook(course):
    for seed in range(1, 60, 2):
        handed, chosen = course.case(seed)
        if ASKED not in chosen:
            _, notes = align(read_cells(json.dumps(handed.nb).encode(), "x")[0], course.release, "x")
            assert "words-elsewhere" not in [note.kind for note in notes], handed.done
