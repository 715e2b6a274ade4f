"""Attacks in the answers of a whole lesson: the released notebook, one answer or several filled in, graded.

A file of ``answers/`` is the code of one answer cell. Its header names the lesson, the cell, the points of the lesson
that it honestly earns, and, where a cell hangs, the seconds that it gets (``limit``). ``# === in OTHER-CELL ===``
begins the code of another cell.
"""

import copy
import re
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from traitlets.config import Config

from vgcourse.course.lesson import Lesson
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import JudgedExecute, verdicts

FOLDER = Path(__file__).parent / "answers"
_OTHER = re.compile(r"^# === in ([\w-]+) ===\n", re.M)
SETTINGS = {
    "JudgedExecute": {"timeout": 60, "iopub_timeout": 10, "seed": "attacks", "isolated": True},
    "GradingProvisioner": {"memory_mb": 600, "files_mb": 64, "seconds": 60, "cell_output_mb": 2, "output_mb": 8},
}


@dataclass(frozen=True)
class AnswerAttack:
    """What stands in which cells, the points that it deserves, a word of what the instructor must read.

    ``limit`` are the seconds that a cell gets.
    """

    name: str
    lesson: str
    cells: dict[str, str]
    honest: float
    says: str
    limit: int

    @classmethod
    def read(cls, path: Path) -> "AnswerAttack":
        """Read a file of ``answers/``."""
        text = path.read_text(encoding="utf-8")
        head = dict(re.findall(r"^(lesson|cell|honest|says|limit): (.+)$", text.split('"""')[1], re.M))
        code = text.split('"""', 2)[2]
        first, *others = _OTHER.split(code.lstrip("\n"))
        cells = {head["cell"]: first, **dict(zip(others[::2], others[1::2], strict=True))}
        limit = int(head.get("limit", SETTINGS["JudgedExecute"]["timeout"]))
        return cls(path.stem, head["lesson"], cells, float(head["honest"]), head.get("says", ""), limit)


ANSWER_ATTACKS = [AnswerAttack.read(path) for path in sorted(FOLDER.glob("*.py"))]


@dataclass
class Came:
    """What came of it: points, or None where it was not graded; what the instructor reads."""

    earned: float | None
    said: str
    signs: list[str]
    nb: nbformat.NotebookNode
    seconds: float


def grade_answers(
    root: Path, lesson: str, answers: dict[str, str], level: str = "auto", files: str = "", limit: int = 60
) -> Came:
    """Grade the released notebook of a lesson with these cells filled in, as one of a class is graded."""
    nb = copy.deepcopy(_released(root, lesson))
    for cell in nb.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    config = Config(SETTINGS)
    config.GradingProvisioner.isolation = level
    config.JudgedExecute.timeout = limit
    began, earned, said = time.monotonic(), None, ""
    execute = JudgedExecute(config=config)
    try:
        execute.preprocess(nb, {"metadata": {"path": files or str(root / "lessons" / lesson)}})
        found = verdicts(nb)
        earned = sum(verdict.earned for verdict in found)
        said = "; ".join(f"{verdict.exercise}: {verdict.message}" for verdict in found)
    except Exception as error:
        said = f"not graded: {error}"
    return Came(earned, said, run_notes.read(nb).signs, nb, time.monotonic() - began)


def _released(root: Path, lesson: str) -> nbformat.NotebookNode:
    return nbformat.read(Lesson(lesson, root).student, as_version=4)
