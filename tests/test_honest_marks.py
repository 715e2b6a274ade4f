"""Damaged hand-ins of honest people, graded for real: the mark is that of the notebook as it was meant."""

import json
import sys
import zipfile

import nbformat
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


def check_was_a_name(nb):
    """The name of the check given to something else, above it."""
    nb.cells.insert(place(nb, ANSWER), new_code_cell("check = 0.25\nprint(check)"))


def imports_by_another_name(nb):
    """The check imported by another name, and called by it."""
    for cell in nb.cells:
        cell.source = cell.source.replace("import check, fallback", "import check as pruefe, fallback")
    nb.cells[place(nb, CHECK)].source = 'pruefe("first-check", rms)'


def imports_commented_out(nb):
    """The lesson's first cell commented out, when all had been imported once."""
    cell = next(cell for cell in nb.cells if "import vgcourse" in cell.source)
    cell.source = "\n".join(f"# {line}" for line in cell.source.split("\n"))


def forgets_everything(nb):
    """A magic that empties the kernel, as some put on top of each page."""
    nb.cells.insert(place(nb, ANSWER), new_code_cell("%reset -f"))


def needs_a_module(nb):
    """Right, if a module were there that is installed at home."""
    nb.cells[place(nb, ANSWER)].source = f"import not_installed_here\n{RIGHT}"


def needs_a_file(nb):
    """Right, if a file were there that was not handed in."""
    nb.cells[place(nb, ANSWER)].source = RIGHT.replace("    return", "    open('scale.txt').read()\n    return")


def asks_a_question(nb):
    """Right, once somebody has answered."""
    nb.cells[place(nb, ANSWER)].source = f"name = input('Who are you? ')\n{RIGHT}"


def stops_above_the_answer(nb):
    """A line of debugging stops the cell before the answer stands."""
    nb.cells[place(nb, ANSWER)].source = f"print(1 / 0)\n{RIGHT}"


def is_no_python(nb):
    """A bracket is missing."""
    nb.cells[place(nb, ANSWER)].source = RIGHT.replace("(values)))", "(values))")


def called_otherwise(nb):
    """The answer bears a name of its own, and so does what the check was given."""
    nb.cells[place(nb, ANSWER)].source = RIGHT.replace("def rms", "def rms_ada")
    nb.cells[place(nb, CHECK)].source = 'check("first-check", rms_ada)'


def timed_by_a_magic(nb):
    """A magic that keeps to itself what its cell defines."""
    nb.cells[place(nb, ANSWER)].source = f"%%timeit\n{RIGHT}"


def kept_in_the_store(nb):
    """The answer lies in IPython's own store, at home."""
    nb.cells[place(nb, ANSWER)].source = "%store -r rms"


SPOILT = (
    called_otherwise, timed_by_a_magic, kept_in_the_store,
    nameless, below_the_stub, scratch_below, check_was_a_name, imports_by_another_name, imports_commented_out,
    forgets_everything, needs_a_module, needs_a_file, asks_a_question, stops_above_the_answer, is_no_python,
)  # fmt: skip


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    course = classes.make_course(root, tmp_path_factory.mktemp("honest"))
    for spoil in SPOILT:
        path = classes.hand_in(course, spoil.__name__, RIGHT) / "start.ipynb"
        nb = nbformat.read(path, as_version=4)
        spoil(nb)
        path.write_text(json.dumps(nb))
    folder = classes.hand_in(course, "module_beside", WITH_HELPER)
    (folder / "helper.py").write_text(HELPER)
    (folder / "numpy.py").write_text("raise RuntimeError('in the way')\n")
    zipped = classes.hand_in(course, "zip_of_a_folder", WITH_HELPER)
    with zipfile.ZipFile(zipped / "homework (1).zip", "w") as archive:
        archive.write(zipped / "start.ipynb", "homework/start.ipynb")
        archive.writestr("homework/helper.py", HELPER)
    (zipped / "start.ipynb").unlink()
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
    with classes.in_this_process():
        results = grade_class(room, find_lesson(course, LESSON), csv=course / "grades.csv")
    return {one.student: one for one in results}, (course / "grades.csv").read_text()


@pytest.mark.parametrize(
    "student",
    [
        "nameless",
        "below_the_stub",
        "scratch_below",
        "module_beside",
        "release_beside",
        "check_was_a_name",
        "imports_by_another_name",
        "imports_commented_out",
        "forgets_everything",
        "zip_of_a_folder",
        "called_otherwise",
        "timed_by_a_magic",
    ],
)
def test_a_right_notebook_has_its_full_mark_however_it_was_damaged(graded, student):
    one = graded[0][student]
    assert (one.score, one.reason) == (1, ""), one


def test_what_cannot_be_told_is_not_graded_and_the_reason_says_why(graded):
    one = graded[0]["two_answers"]
    assert one.score is None and "2 different answers to first-check-answer" in one.reason


@pytest.mark.parametrize(
    ("student", "key", "says"),
    [
        ("needs_a_module", "needs-what-is-not-here", "No module named 'not_installed_here'"),
        ("kept_in_the_store", "needs-what-is-not-here", "no stored variable"),
        ("needs_a_file", "needs-what-is-not-here", "scale.txt"),
        ("asks_a_question", "needs-what-is-not-here", "the cell that defines rms stopped"),
        ("stops_above_the_answer", "stopped-before", "ZeroDivisionError"),
    ],
)
def test_an_answer_that_could_not_come_to_be_here_waits_for_a_person(graded, student, key, says):
    one = graded[0][student]
    assert one.waiting and one.verdicts[0].key == key and says in one.verdicts[0].message


def test_what_python_cannot_read_is_said_to_be_so(graded):
    assert "Python cannot read the cell that would define rms" in graded[0]["is_no_python"].verdicts[0].message


def test_a_name_that_a_spreadsheet_would_compute_is_defused(graded):
    assert not any(line.startswith(("=", "+", "-", "@")) for line in graded[1].splitlines())
    assert in_table("=1+1").startswith("'")
