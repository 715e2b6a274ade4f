"""Which code cells a lesson opens with folded: those that set it up, ask for a guess, or hold it against the result.

Their code is louder than what they show, and a cell with a ``reveal`` gives its answer away. Cells that draw are
folded where the text says so; an exercise never is.
"""

import ast

from nbformat import NotebookNode

ASKING = {"predict", "reveal"}


def fold(cell: NotebookNode) -> None:
    """Mark the cell as folded where it sets up, asks or answers; any click opens it."""
    if cell.cell_type != "code" or "nbgrader" in cell.metadata:
        return
    if asks(cell.source) or sets_up(cell.source):
        cell.metadata["jupyter"] = NotebookNode(cell.metadata.get("jupyter", {}) | {"source_hidden": True})


def asks(source: str) -> bool:
    """Whether a statement of the cell itself, not of a function in it, calls ``predict`` or ``reveal``."""
    calls = [each.value for each in _statements(source) if isinstance(each, ast.Expr | ast.Assign) and each.value]
    return any(isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ASKING for call in calls)


def only_asks(source: str) -> bool:
    """Whether the cell calls ``predict`` or ``reveal`` and does nothing else."""
    return len(_statements(source)) == 1 and asks(source)


def sets_up(source: str) -> bool:
    """Whether the cell imports the course and does nothing else: what prints is meant to be seen."""
    statements = _statements(source)
    guarded = [each for each in statements if isinstance(each, ast.Try)]
    imported = [name.name for each in guarded for line in each.body for name in getattr(line, "names", [])]
    return "vgcourse" in imported and all(_prepares(each) for each in statements)


def _prepares(statement: ast.stmt) -> bool:
    """An import, a guarded one, a word to the environment, or an option of a package."""
    if isinstance(statement, ast.Expr):
        return ast.unparse(statement).startswith("os.environ.")
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Attribute) for target in statement.targets)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Try)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []  # a magic, or a stub
