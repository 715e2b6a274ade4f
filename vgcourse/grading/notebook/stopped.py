"""An answer that never came to be, or could not run: is that the answer's fault, or that of the place where it ran?

A module that is not installed here, a file that was not handed in, a question that nobody answers: what the answer is
worth is not known then. Its points wait for a person.
"""

import ast
import re
from collections.abc import Iterable

from nbformat import NotebookNode

from vgcourse.course.checks import observation
from vgcourse.course.checks.exercise import Exercise
from vgcourse.course.checks.verdicts import (
    BLANK,
    GIVEN_AWAY,
    NOT_A_FUNCTION,
    NOT_HERE,
    RAISES,
    STOPPED_BEFORE,
    Verdict,
)
from vgcourse.grading.intake.code import syntax_tree
from vgcourse.grading.intake.pieces.functions import functions
from vgcourse.grading.notebook.answered import TAKES_IN, may_define

NO_OBSERVATION = "no-observation"
NOT_READ = "Python cannot read the cell that would define {names}: {error} ({text})."
# Errors that speak of the place: what is installed, was handed in, can be reached, or answers there.
_ELSEWHERE = {
    "ModuleNotFoundError", "ImportError", "PackageNotFoundError", "UsageError",
    "FileNotFoundError", "NotADirectoryError", "IsADirectoryError", "PermissionError", "OSError",
    "StdinNotImplementedError", "EOFError", "BdbQuit", "TclError", "CalledProcessError",
    "URLError", "HTTPError", "ConnectionError", "ConnectionRefusedError", "gaierror", "TimeoutError", "SSLError",
    "ConnectTimeout", "MaxRetryError",
}  # fmt: skip
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_UNREADABLE = {"SyntaxError", "IndentationError", "TabError"}
_LATE_MAGIC = re.compile(r"\n%%\w")  # a cell's magic that is not its first line is unknown anywhere
_SAID = re.compile(r"UsageError: (.*)|(no stored variable.*)")
_NAME = re.compile(r"name '(\w+)' is not defined")


def reconsidered(
    verdict: Verdict, exercise: Exercise, found: list[tuple[str, str]], before: Iterable[NotebookNode]
) -> Verdict:
    """The verdict on ``found`` (exercise id and observation), in the light of the cells that ran ``before``."""
    if verdict.share or verdict.key not in (NO_OBSERVATION, BLANK, RAISES, NOT_A_FUNCTION):
        return verdict
    before = list(before)
    if verdict.key != RAISES and (lost := sorted(_given_away(before, set(exercise.answers)))):
        return exercise.withhold(GIVEN_AWAY, {"what": " and ".join(lost)})
    if verdict.key == NOT_A_FUNCTION:
        return verdict
    names = set(exercise.answers)
    if verdict.key == RAISES:
        error, text = _raised(found)
        if error in _ELSEWHERE:
            return exercise.withhold(NOT_HERE, {"what": "your code", "error": error, "text": text})
        missing = _NAME.search(text) if error == "NameError" else None
        names = {missing[1]} if missing else set()
    return _by_cells(verdict, exercise, names, before) if names else verdict


def _by_cells(verdict: Verdict, exercise: Exercise, names: set[str], cells: list[NotebookNode]) -> Verdict:
    """What became of the cell that would have defined the names."""
    codes = [cell for cell in cells if cell.cell_type == "code"]
    defining = [cell for cell in codes if may_define(cell.source, names)]
    defining = defining or [cell for cell in codes if TAKES_IN.search(cell.source) and _ended_by(cell)[0]]
    error, text = _ended_by(defining[-1]) if defining else ("", "")
    said = {"what": f"the cell that defines {' and '.join(sorted(names))}", "error": error, "text": text}
    misplaced = defining and error == "UsageError" and _LATE_MAGIC.search(defining[-1].source)
    if error in _ELSEWHERE and not misplaced:
        return exercise.withhold(NOT_HERE, said)
    if error in _UNREADABLE and verdict.key != RAISES:
        message = NOT_READ.format(names=", ".join(sorted(names)), error=error, text=text[:200])
        return Verdict(verdict.exercise, verdict.points, verdict.share, verdict.key, message)
    return exercise.withhold(STOPPED_BEFORE, said) if error and error not in _UNREADABLE else verdict


def _given_away(cells: list[NotebookNode], names: set[str]) -> set[str]:
    """Of these names those that a cell defines, with something in it, and that a later line sets or deletes."""
    defined, lost = set(), set()
    codes = (cell.source for cell in cells if cell.cell_type == "code")
    for source in (code for code in codes if any(name in code for name in names)):
        tree, written = syntax_tree(source), {one.name for one in functions(source) if one.is_written}
        for node in tree.body if tree else ():
            own = {node.name} & names if isinstance(node, _DEFINITIONS) else set()
            if own & written:
                defined, lost = defined | own, lost - own
            elif not own:
                lost |= defined & _set_by(node)
    return lost


def _set_by(node: ast.stmt) -> set[str]:
    """The names that a statement sets or deletes at a cell's margin."""
    inner = [node] if isinstance(node, _DEFINITIONS) else list(ast.walk(node))
    names = {one.id for one in inner if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)}
    return names | {(one.asname or one.name).split(".")[0] for one in inner if isinstance(one, ast.alias)}


def _raised(found: list[tuple[str, str]]) -> tuple[str, str]:
    """The error that an observation tells of."""
    for _, text in found:
        try:
            data = observation.decode(text)
        except observation.ObservationError:
            continue
        fields = data.get("fields")
        if data.get("problem") == RAISES and isinstance(fields, dict):
            return str(fields.get("error"))[:100], str(fields.get("text"))[:400]
    return "", ""


def _ended_by(cell: NotebookNode) -> tuple[str, str]:
    """With what a cell ended before its end; empty where it did not."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return output.ename, " ".join(str(output.evalue).split())[:400]
        if output.output_type == "stream" and (
            found := _SAID.match(output.text)
        ):  # a magic, or what it kept, is not here
            return "UsageError", (found[1] or found[2])[:400]
    return "", ""
