"""Which code cells a lesson opens with folded: those that ask for a guess, or hold it against the result.

Their code is louder than what they show, and a cell with a ``reveal`` gives its answer away. Cells that draw are
folded where the text says so; an exercise never is.
"""

import ast

from nbformat import NotebookNode

ASKING = {"predict", "reveal"}


def fold(cell: NotebookNode) -> None:
    """Mark the cell as folded where it asks or answers; any click opens it."""
    if cell.cell_type == "code" and "nbgrader" not in cell.metadata and asks(cell.source):
        cell.metadata["jupyter"] = NotebookNode(cell.metadata.get("jupyter", {}) | {"source_hidden": True})


def asks(source: str) -> bool:
    """Whether a statement of the cell itself, not of a function in it, calls ``predict`` or ``reveal``."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False  # a magic, or a stub
    calls = [each.value for each in statements if isinstance(each, ast.Expr | ast.Assign) and each.value]
    return any(isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ASKING for call in calls)
