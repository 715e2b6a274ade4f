"""Attackers in a class: graded among honest students, whose marks are what they are without them.

Each attack of ``attacks/kernel`` is an answer in somebody's notebook here, and goes all the way through preflight,
nbgrader, gradebook and ledger. The rest are notebooks and folders that are broken or hostile in themselves.
"""

import copy
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from ground import ATTACKS, Ground

from tests import classes
from tests.classes import LESSON, RIGHT, WRONG
from vgcourse.course.lesson import find_lesson
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.confinement import kernels
from vgcourse.grading.confinement.isolation import NAMESPACES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation stands on Linux")

# What wears down, or tries the walls of, its own kernel only is tried in test_attacks.py.
ALONE = re.compile(
    r"alarm|asks_for|crash|fork_bomb|huge|inspects|itself|leaves_|lifts|looks_up|loops|fills|many_|memory|outlives"
    r"|past_the|pickled|prints|recurses|sends|sleeps|sockets|stops|tensorflow|threads"
)
CHOSEN = [attack for attack in ATTACKS if not attack.hangs and not ALONE.search(attack.name)]
VICTIMS = {"aaa_right": (RIGHT, 1), "mmm_wrong": (WRONG, 0), "zzz_right": (RIGHT, 1)}


def copied_test(nb):
    """The check's cell is there twice, which stops a class of plain nbgrader."""
    place = next(i for i, cell in enumerate(nb.cells) if grade_id(cell) == classes.CHECK)
    nb.cells.insert(place, copy.deepcopy(nb.cells[place]))


def changed_test(nb):
    """The check's cell holds something else."""
    next(cell for cell in nb.cells if grade_id(cell) == classes.CHECK).source = "assert True"


def deleted_test(nb):
    """The check's cell is gone."""
    nb.cells = [cell for cell in nb.cells if grade_id(cell) != classes.CHECK]


def more_points(nb):
    """The check says that it is worth a hundred points."""
    next(cell for cell in nb.cells if grade_id(cell) == classes.CHECK).metadata.nbgrader.points = 100


def own_verdict(nb):
    """A verdict stands in the metadata of the student's own outputs, and in the notebook's."""
    mark = {"exercise": "first-check", "key": "passed", "share": 1.0, "message": "Right."}
    nb.metadata["vgcourse"] = {"signs": [], "cpu": 0.0}
    nb.cells.append(
        new_code_cell(f"from IPython.display import display\ndisplay('✓', metadata={{'vgcourse': {mark}}})")
    )


NOTEBOOKS = (copied_test, changed_test, deleted_test, more_points, own_verdict)
# what is written in place of the notebook, and what the instructor must read
FILES = {
    "not_json": (b"{broken", "damaged"),
    "a_web_page": (b"<!doctype html><p>404", "a web page"),
    "no_cells": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "no cells"),
    "from_the_future": (b'{"pages": [{}], "metadata": {}, "nbformat": 9, "nbformat_minor": 0}', "format"),
    "of_other_cells": (b'{"cells": [{}], "metadata": {}, "nbformat": 9, "nbformat_minor": 0}', "another notebook"),
    "empty": (b"", "is empty"),
    "of_a_merge": (b"<<<<<<< HEAD\n{}\n=======\n>>>>>>> theirs\n", "merge"),
}


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    if kernels.isolation_here().level != NAMESPACES:
        pytest.skip("attacks are tried in namespaces only")
    ground = Ground(tmp_path_factory.mktemp("ground"))
    yield ground
    ground.close()


@pytest.fixture(scope="module")
def course(root, tmp_path_factory, ground):
    """The class: attackers of all kinds, and honest students before, between and behind them."""
    course = classes.make_course(root, tmp_path_factory.mktemp("attacked"))
    for student, (answer, _) in VICTIMS.items():
        classes.hand_in(course, student, answer)
    for attack in CHOSEN:
        folder = classes.hand_in(course, attack.name, attack.code)
        shutil.copy(ground.files / "ground.json", folder)
    for spoil in NOTEBOOKS:
        path = classes.hand_in(course, spoil.__name__, WRONG) / "start.ipynb"
        nb = nbformat.read(path, as_version=4)
        spoil(nb)
        path.write_text(json.dumps(nb))
    for name, (data, _) in FILES.items():
        (classes.hand_in(course, name, WRONG) / "start.ipynb").write_bytes(data)
    return course


def fingerprint(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return hashlib.sha256(repr([(str(path), path.read_bytes()) for path in files]).encode()).hexdigest()


@pytest.fixture(scope="module")
def graded(course, ground):
    before = fingerprint(course / "submitted"), ground.digest()
    room = Classroom(course, classes.settings(seed="attacks"))
    with classes.in_this_process():
        results = grade_class(room, find_lesson(course, LESSON), csv=course / "grades.csv")
    assert (fingerprint(course / "submitted"), ground.digest()) == before, "an original was changed"
    return room, {result.student: result for result in results}


def test_everybody_is_in_the_results_and_the_honest_get_what_they_earned(graded, course):
    room, results = graded
    assert set(results) == {path.name for path in (course / "submitted").iterdir()}
    marks = room.book.marks(find_lesson(course, LESSON))
    for victim, (_, mark) in VICTIMS.items():
        assert (results[victim].score, marks[victim][0], results[victim].signs) == (mark, mark, ())


@pytest.mark.parametrize("attack", CHOSEN, ids=lambda attack: attack.name)
def test_an_attacker_earns_what_the_answer_is_worth(graded, course, ground, attack):
    room, results = graded
    result = results[attack.name]
    earned = "not graded" if result.reason else f"{result.score:g}"
    assert earned in attack.earns, result
    assert result.reason or result.verdicts, "the instructor is told nothing"
    assert ground.token not in result.result.to_json()
    in_the_book = room.book.marks(find_lesson(course, LESSON)).get(attack.name, (0.0, True))[0]
    assert in_the_book == (result.score or 0.0)


@pytest.mark.parametrize("spoil", NOTEBOOKS, ids=lambda spoil: spoil.__name__)
def test_a_notebook_that_was_tampered_with_earns_nothing_and_is_pointed_out(graded, spoil):
    result = graded[1][spoil.__name__]
    assert (result.score, result.max_score) == (0, 1) and [v.key for v in result.verdicts] == ["wrong-values"]
    if spoil in (copied_test, changed_test, deleted_test):
        assert any("first-check" in note for note in result.notes)
    if spoil is changed_test:
        assert any("changed" in sign for sign in result.signs)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_notebook_is_not_graded_because(graded, name):
    result = graded[1][name]
    assert result.score is None and FILES[name][1] in result.reason


def test_nobody_was_reached_and_nothing_is_left(graded, ground):
    assert ground.heard() == []
    room, _ = graded
    assert not [path for path in (room.keep / "prepared").rglob("*") if path.is_file()]
