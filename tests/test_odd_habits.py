"""What honest students do, habit by habit: a right answer keeps its mark, or the reason says what stood in its way.

The habits stand in ``odd_habits/*.txt``: ``=== name``, then ``--- above`` (a cell above the answer), ``--- answer``,
``--- between`` (a cell between the answer and its check), ``--- below`` (one below the check), ``--- beside FILE``;
without an answer of its own it is `RIGHT`. One notebook has many of them one below the other, for each start of a
kernel costs a second.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from tests.classes import ANSWER, CHECK, RIGHT
from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.reading import read_cells
from vgcourse.grading.notebook.execute import JudgedExecute, kept_verdict

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation stands on Linux")

FOLDER = Path(__file__).parent / "odd_habits"
IMPORTS = "import numpy as np\nimport vgcourse as vg\nfrom vgcourse import check, fallback\n"
FORGET = "try:\n    del rms\nexcept NameError:\n    pass"
TOGETHER = 40  # habits in one notebook
# They end the kernel or spoil it for whoever comes after them.
ALONE = {
    "os._exit below", "takes all memory", "imports the package again", "reloads the package", "vg is 3", "check is 3",
    "redefines all of it", "redefines builtins", "a small recursionlimit", "answer is None below", "deletes",
    "closes stdout", "star import", "star import of random", "pylab", "notebook", "widget",
    "a backend with a window", "backend", "load_ext tensorboard", "tracemalloc", "cProfile", "recurses",
    "a module named like another", "a startup file beside", "the module imports from the notebook", "installs",
    "installs into conda", "apt", "prints much above",
}  # fmt: skip
SETTINGS = {
    "JudgedExecute": {"timeout": 60, "iopub_timeout": 10, "seed": "habits", "isolated": True},
    "GradingProvisioner": {"memory_mb": 600, "seconds": 300},
}


@dataclass
class Habit:
    """What somebody does; ``says``: what the reason names where the answer cannot have its mark here."""

    name: str
    says: str = ""
    answer: str = RIGHT
    above: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> list[Habit]:
    """The habits of a file."""
    found = []
    for text in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, *parts = re.split(r"^--- ", text, flags=re.M)
        habit = Habit(head.split("\n")[0], says=(re.search(r"^says: (.+)$", head, re.M) or ["", ""])[1])
        for part in parts:
            where, _, source = part.partition("\n")
            source = source.rstrip("\n")
            if where.startswith("beside "):
                habit.beside[where[7:]] = source
            elif where == "answer":
                habit.answer = source
            else:
                getattr(habit, where).append(source)
        found.append(habit)
    return found


HABITS = [habit for path in sorted(FOLDER.glob("*.txt")) for habit in read(path)]
SOCIABLE = [habit for habit in HABITS if habit.name not in ALONE]
BUNDLES = [SOCIABLE[at : at + TOGETHER] for at in range(0, len(SOCIABLE), TOGETHER)]


@pytest.fixture(scope="module")
def release(root):
    return nbformat.read(Lesson("00_start", root).student, as_version=4)


def cells_of(habit: Habit, release) -> list:
    """What intake makes of the notebook of somebody with this habit, without the lesson's own cells."""
    nb = nbformat.from_dict(json.loads(json.dumps(release)))
    at = next(i for i, cell in enumerate(nb.cells) if grade_id(cell) == ANSWER)
    nb.cells[at].source = habit.answer
    nb.cells[at + 2 : at + 2] = map(new_code_cell, habit.below)
    nb.cells[at + 1 : at + 1] = map(new_code_cell, habit.between)
    nb.cells[at:at] = map(new_code_cell, habit.above)
    aligned, _ = align(read_cells(json.dumps(nb).encode(), "start.ipynb")[0], release, "start.ipynb")
    given = {cell.source for cell in release.cells if not grade_id(cell)}
    return [
        c
        for c in aligned.cells
        if c.cell_type == "code" and (grade_id(c) in (ANSWER, CHECK) or c.source not in given)
    ]


def problems(habits: list[Habit], release, folder: Path) -> list[tuple[str, object]]:
    """Who of these lost a mark, or was told something that does not fit; all stand in one notebook."""
    cells = [new_code_cell(IMPORTS), *(c for h in habits for c in (new_code_cell(FORGET), *cells_of(h, release)))]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    for file, source in (pair for habit in habits for pair in habit.beside.items()):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(source, encoding="utf-8")
    nb, stopped = new_notebook(cells=cells), ""
    try:
        nb, _ = JudgedExecute(config=Config(SETTINGS)).preprocess(nb, {"metadata": {"path": str(folder)}})
    except Exception as error:
        stopped = str(error)
    verdicts = [kept_verdict(cell) for cell in nb.cells if grade_id(cell) == CHECK]
    return [
        (habit.name, stopped or (verdict and (verdict.key, verdict.message)))
        for habit, verdict in zip(habits, verdicts, strict=True)
        if not _fits(habit, verdict, stopped)
    ]


def _fits(habit: Habit, verdict, stopped: str) -> bool:
    if not habit.says:
        return not stopped and verdict is not None and verdict.passed
    return habit.says in (stopped or (verdict.message if verdict and verdict.is_withheld else ""))


@pytest.mark.parametrize("habits", BUNDLES, ids=lambda habits: habits[0].name)
def test_a_right_answer_keeps_its_mark(habits, release, tmp_path):
    found = problems(habits, release, tmp_path)
    assert not found, "\n".join(map(str, found))


@pytest.mark.slow
@pytest.mark.parametrize("habit", [one for one in HABITS if one.name in ALONE], ids=lambda habit: habit.name)
def test_a_right_answer_alone_with_a_habit_keeps_its_mark(habit, release, tmp_path):
    found = problems([habit], release, tmp_path)
    assert not found, found


def test_the_habits_are_many_and_named_once():
    names = [habit.name for habit in HABITS]
    assert len(names) == len(set(names)) > 150 and set(names) >= ALONE
