"""Is there an answer at all? Whether the cells up to a check define what it asks for, read without running them.

An observation that passes where nobody has written an answer was not earned, however it came about.
"""

import ast
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_solution

from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.notebook.idle_cells import plain_source

TAKES_IN = re.compile(r"import \*|\bexec\b|\brun\b|run_line_magic|run_cell|%load|%store -r|runpy|execfile")
_LARGEST = 2_000_000  # bytes of a file of the student's that are read


def is_answered(cells: Iterable[NotebookNode], names: tuple[str, ...], folder: str | None) -> bool:
    """Whether one of ``names`` may be defined in ``cells``, or, where they take in files, in a file of ``folder``.

    A stub as it was released, and a function or value with nothing in it, define nothing.
    """
    written = [cell for cell in cells if cell.cell_type == "code" and not _is_released_stub(cell)]
    if any(may_define(cell.source, set(names)) for cell in written):
        return True
    return any(TAKES_IN.search(cell.source) for cell in written) and _in_files(names, folder)


def may_define(source: str, names: set[str]) -> bool:
    """Whether code may bind one of the names to more than a stub; of code that cannot be read, a mention counts."""
    if not names & set(_words(source)):
        return False
    try:
        tree = ast.parse(plain_source(source))
    except (SyntaxError, ValueError, RecursionError):
        return True
    empty = {id(inner) for node in ast.walk(tree) if _is_empty(node) for inner in ast.walk(node)}
    return any(_binds(node, names) for node in ast.walk(tree) if id(node) not in empty)


def _binds(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name in names
    if isinstance(node, ast.Name):
        return node.id in names and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Attribute):
        return node.attr in names and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.alias):
        return (node.asname or node.name) in names
    if isinstance(node, ast.keyword):
        return node.arg in names
    if isinstance(node, ast.Global):
        return bool(names & set(node.names))
    # A name in a text may be handed to exec, setattr, globals() or a magic.
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(names & set(_words(node.value)))


def _words(text: str) -> list[str]:
    """The names in a text as Python reads them: wide letters, of an East Asian keyboard, are letters."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text))


def _is_empty(node: ast.AST) -> bool:
    """A definition with nothing in it: dots, words, ``pass``, ``return``, NotImplementedError; or ``x = ...``."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return all(_says_nothing(part) for part in node.body)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        return all(_is_nothing(value) for value in values)
    return False


def _says_nothing(part: ast.stmt) -> bool:
    if isinstance(part, ast.Raise):
        return "NotImplementedError" in ast.dump(part)
    if isinstance(part, ast.Return):
        return _is_nothing(part.value)
    if isinstance(part, ast.FunctionDef):  # a method
        return _is_empty(part)
    return isinstance(part, ast.Pass) or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, ...))


def _is_released_stub(cell: NotebookNode) -> bool:
    return is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)


def _in_files(names: tuple[str, ...], folder: str | None) -> bool:
    """Whether a Python file beside the notebook mentions one of the names."""
    files = sorted(Path(folder).rglob("*.py"))[:200] if folder else []
    return any(set(names) & set(_words(_source(path))) for path in files)


def _source(path: Path) -> str:
    try:
        with open_ordinary(path) as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
