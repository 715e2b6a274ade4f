"""Cells that need not run: no mark depends on them, so grading a class passes over them.

They are those that a lesson's text tags as showing only (`vgcourse.course.authoring.shows_only`), unchanged by the
student. Such a cell is run all the same where an answer uses one of its names.
"""

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode, from_dict

from vgcourse.course.authoring.shows_only import only_shows

NOT_RUN = "Not run for grading: no mark depends on this cell."

_WORD = re.compile(r"\w+")
_CERTAIN = (ast.Assign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)  # statements that always bind
# With these, code reaches names that it does not spell out as names.
_REACHING = {"globals", "locals", "vars", "dir", "eval", "exec", "get_ipython", "run_line_magic"}
_REACHING |= {"__main__", "modules", "__globals__", "f_globals", "user_ns"}
# Reading code closely costs more than running it: beyond these, every word counts.
LONGEST, MOST_MAGICS, MOST_CELLS = 20_000, 20, 500
_MAGIC = re.compile(r"^[ \t]*(\w+[ \t]*=[ \t]*)?[%!?]|\?[ \t]*$", re.M)
_QUERIED = re.compile(r"@(\w+)")  # a variable in the text of a pandas query


def passed_over(cells: list[NotebookNode]) -> set[int]:
    """The places of the cells that need not run: shown only, unchanged, and none of their names is used."""
    if len(cells) > MOST_CELLS:
        return set()
    parts = {i: _read(cell.source) for i, cell in enumerate(cells) if cell.cell_type == "code"}
    idle = {i for i in parts if only_shows(cells[i])}
    while True:
        running = {i: part for i, part in parts.items() if i not in idle}
        wanted = {i for i in idle if parts[i].binds & _used_after(i, running)}
        if not wanted:
            return idle
        idle -= wanted


def leave_word(cell: NotebookNode) -> None:
    """Say in place of its outputs why a cell has none."""
    word = {"output_type": "display_data", "data": {"text/plain": NOT_RUN}, "metadata": {}}
    cell.outputs = [from_dict(word)]
    cell.execution_count = None


def _used_after(place: int, running: dict[int, "_Part"]) -> set[str]:
    """The names that the cells after a place use, directly or by what they call, wherever that was defined."""
    names = set().union(*(part.uses for i, part in running.items() if i > place))
    while True:
        more = set().union(*(part.uses for part in running.values() if part.binds & names)) - names
        if not more:
            return names
        names |= more


@dataclass(frozen=True)
class _Part:
    """The notebook's names that a cell's code binds, and those that it uses and has not just bound itself."""

    binds: set[str]
    uses: set[str]

    @classmethod
    def of(cls, source: str) -> "_Part":
        """Read the code; of code that cannot be read, or that reaches names otherwise, every word counts."""
        words = set(_WORD.findall(source))
        try:
            plain = plain_source(source)
            statements = [_Statement(each) for each in ast.parse(plain).body]
        except (SyntaxError, ValueError, RecursionError):
            return cls(words, words)
        binds, uses, just_bound = set(), set(), set()
        for statement in statements:
            uses |= statement.later | (statement.now - just_bound)
            binds |= statement.binds | statement.may_bind
            just_bound |= statement.binds if statement.is_certain else set()
        return cls(words, words) if _REACHING & {*_WORD.findall(plain)} else cls(binds, uses)


_read = lru_cache(1024)(_Part.of)  # most of a class's cells are the same cells


def plain_source(source: str) -> str:
    """The code as Python reads it: IPython's magics as calls. Raises SyntaxError; of too much code, at once."""
    if len(source) > LONGEST or len(_MAGIC.findall(source)) > MOST_MAGICS:
        raise SyntaxError("too much to read closely")
    try:
        ast.parse(source)
        return source
    except SyntaxError:
        try:
            return TransformerManager().transform_cell(source)
        except RuntimeError as error:  # it gives up on code that goes on changing
            raise SyntaxError(str(error)) from error


class _Statement:
    """Names of one statement: ``binds``, ``may_bind`` (or change what they name), uses ``now``, and ``later``, when
    a function that it defines is called."""

    def __init__(self, node: ast.stmt) -> None:
        self.is_certain = isinstance(node, _CERTAIN)
        top = symtable.symtable(ast.unparse(node), "cell", "exec")
        inner = [(table, symbol) for table in _inner(top) for symbol in table.get_symbols()]
        self.binds = {s.get_name() for s in top.get_symbols() if _is_bound(s)}
        self.may_bind = {s.get_name() for _, s in inner if s.is_declared_global() and s.is_assigned()}
        self.may_bind |= {name for n in ast.walk(node) for name in _changed(n)}
        self.now = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
        self.now |= {name for n in ast.walk(node) for name in _used_unsaid(n)}
        self.later = {s.get_name() for table, s in inner if s.is_referenced() and _may_be_global(table, s)}


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _used_unsaid(node: ast.AST) -> list[str]:
    """The names that a node uses and symtable does not say: ``x += 1``, ``del x``, ``"column < @x"``."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
        return [node.id]
    return _QUERIED.findall(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _changed(node: ast.AST) -> list[str]:
    """The name whose object ``x[0] = 1`` or ``x.y = 1`` changes."""
    if not isinstance(node, ast.Subscript | ast.Attribute) or isinstance(node.ctx, ast.Load):
        return []
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def _may_be_global(table: symtable.SymbolTable, symbol: symtable.Symbol) -> bool:
    """A class may bind a name of its own to the global one: ``class A: x = x``."""
    return symbol.is_global() or isinstance(table, symtable.Class)


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
