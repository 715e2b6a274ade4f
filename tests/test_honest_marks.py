"""Damaged hand-ins of honest people, graded for real: the mark is that of the notebook as it was meant."""

import json
import sys

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests import classes
from tests.classes import ANSWER, CHECK, LESSON, RIGHT
from vgcourse.course.lesson import find_lesson
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.names import in_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation stands on Linux")

HELPER = "import numpy as np\n\n\ndef mean_square(values):\n    return np.mean(np.square(values))\n"
WITH_HELPER = (
    "import numpy as np\nfrom helper import mean_square\n\n\n"
    "def rms(values):\n    return np.sqrt(mean_square(values))\n"
)
ODD_NAME = "=1+cmd|' /C calc'!A0"


def place(nb, id):
    return next(i for i, cell in enumerate(nb.cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == id)


def nameless(nb):
    """No metadata, no ids, and the check on top."""
    nb.cells.insert(0, nb.cells.pop(place(nb, CHECK)))
    for cell in nb.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)


def below_the_stub(nb):
    """The answer in a new cell; the stub as it was released."""
    at = place(nb, ANSWER)
    nb.cells.insert(at + 1, new_code_cell(nb.cells[at].source))
    nb.cells[at].source = "def rms(values):\n    ...\n"


def scratch_below(nb):
    """A wrong copy of the answer below its check."""
    at = place(nb, ANSWER)
    copy = NotebookNode({**nb.cells[at], "source": "def rms(values):\n    return 0\n", "id": "scratch"})
    nb.cells.insert(place(nb, CHECK) + 1, copy)


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    course = classes.make_course(root, tmp_path_factory.mktemp("honest"))
    for spoil in (nameless, below_the_stub, scratch_below):
        path = classes.hand_in(course, spoil.__name__, RIGHT) / "start.ipynb"
        nb = NotebookNode(json.loads(path.read_text(), object_hook=NotebookNode))
        spoil(nb)
        path.write_text(json.dumps(nb))
    folder = classes.hand_in(course, "module_beside", WITH_HELPER)
    (folder / "helper.py").write_text(HELPER)
    (folder / "numpy.py").write_text("raise RuntimeError('in the way')\n")
    finished = classes.hand_in(course, "release_beside", RIGHT)
    (finished / "start.ipynb").rename(finished / "start (1).ipynb")
    classes.hand_in(course, "release_beside", None)
    two = classes.hand_in(course, "two_answers", RIGHT) / "start.ipynb"
    nb = json.loads(two.read_text(), object_hook=NotebookNode)
    nb.cells.insert(
        place(nb, ANSWER), NotebookNode({**nb.cells[place(nb, ANSWER)], "id": "b", "source": "rms = len\n"})
    )
    two.write_text(json.dumps(nb))
    classes.hand_in(course, ODD_NAME.replace("/", ""), RIGHT)
    room = Classroom(course, classes.settings(seed="honest"))
    results = grade_class(room, find_lesson(course, LESSON), csv=course / "grades.csv", jobs=2)
    return {one.student: one for one in results}, (course / "grades.csv").read_text()


@pytest.mark.parametrize(
    "student", ["nameless", "below_the_stub", "scratch_below", "module_beside", "release_beside"]
)
def test_a_right_notebook_has_its_full_mark_however_it_was_damaged(graded, student):
    one = graded[0][student]
    assert (one.score, one.reason) == (1, ""), one


def test_what_cannot_be_told_is_not_graded_and_the_reason_says_why(graded):
    one = graded[0]["two_answers"]
    assert one.score is None and "2 different answers to first-check-answer" in one.reason


def test_a_name_that_a_spreadsheet_would_compute_is_defused(graded):
    assert not any(line.startswith(("=", "+", "-", "@")) for line in graded[1].splitlines())
    assert in_table("=1+1").startswith("'")
