"""The course's own version of an exercise as text, to lay beside an answer that has passed.

For a student's own lab only. A grading kernel is given no own version before an answer has been observed, and none
of its source; there, and wherever a class is graded or validated, nothing is shown.
"""

import ast
import inspect
import os
import textwrap

from vgcourse.course.checks import registry
from vgcourse.course.checks.exercise import Exercise

Imports = ast.Import | ast.ImportFrom


def is_allowed() -> bool:
    """Whether this is a student's own lab, where nothing is marked."""
    graded = os.environ.get("NBGRADER_EXECUTION") or os.environ.get("NBGRADER_VALIDATING")
    return not (graded or registry.judges_are_away)


def own_text(exercise: Exercise) -> str | None:
    """What defines the course's version, as one would write it into a cell.

    None where there is none, where it is a result and no function, or where its source does not lie here.
    """
    try:
        text = textwrap.dedent(inspect.getsource(exercise.reference))
        module = ast.parse(inspect.getsource(inspect.getmodule(exercise.reference)))
    except (OSError, TypeError, SyntaxError):
        return None
    inner = [part for part in ast.parse(text).body[0].body if not isinstance(part, ast.Return)]
    if not any(isinstance(part, ast.FunctionDef | ast.ClassDef) for part in inner):
        return None
    lines = text.splitlines()[inner[0].lineno - 1 : inner[-1].end_lineno]
    return "\n".join([*_imports(module, inner), textwrap.dedent("\n".join(lines))])


def _imports(module: ast.Module, parts: list[ast.stmt]) -> list[str]:
    """The imports of a module that these parts of it need."""
    nodes = [node for part in parts for node in ast.walk(part)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used -= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}  # its own helpers
    needed = [part for part in module.body if isinstance(part, Imports) and _bound(part) & used]
    return [ast.unparse(part) for part in needed] + [""] * bool(needed)


def _bound(part: Imports) -> set[str]:
    return {alias.asname or alias.name for alias in part.names}
