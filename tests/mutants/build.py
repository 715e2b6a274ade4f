"""All mutants of an answer: what was changed, and the whole source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutants import whole
from tests.mutants.flow import moved, names_for
from tests.mutants.operators import OPERATORS, statements
from tests.mutants.source import answer_of


@dataclass(frozen=True)
class Mutant:
    """``id`` names the change, as in ``sigmoid: z >= 0 → z > 0``; ``source`` is prelude and answer."""

    exercise: str
    id: str
    source: str


def mutants_of(exercise: str) -> list[Mutant]:
    """Every mutant once, in the order of the text. Two changes of one wording are told apart by a number."""
    prelude, tree = answer_of(exercise)
    seen, ids, found = {ast.unparse(tree)}, {}, []
    for id, text in _texts(tree):
        if text in seen:
            continue
        seen.add(text)
        ids[id] = ids.get(id, 0) + 1
        found.append(Mutant(exercise, id if ids[id] == 1 else f"{id} #{ids[id]}", f"{prelude}\n{text}"))
    return found


def _texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for place in _places(tree, None):
        yield from _changed(tree, *place)
    text = ast.unparse(tree)
    for id, line in whole.changed(tree):
        yield id, f"{text}\n{line}"


def _places(node: ast.AST, scope: ast.FunctionDef | None) -> Iterator[tuple]:
    """(parent, field, index or None, enclosing function) of every node, docstrings left out."""
    scope = node if isinstance(node, ast.FunctionDef) else scope
    for field, value in ast.iter_fields(node):
        for i, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield node, field, i, scope
                yield from _places(child, scope)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed(tree: ast.Module, parent: ast.AST, field: str, i: int | None, scope: ast.FunctionDef | None) -> Iterator:
    value, where = getattr(parent, field), scope.name if scope else "cell"
    node = value if i is None else value[i]
    for new in [v for operator in OPERATORS for v in operator(node)] + list(names_for(node, scope)):
        setattr(parent, field, new if i is None else [*value[:i], new, *value[i + 1 :]])
        yield f"{where}: {_short(node)} → {_short(new)}", _unparsed(tree)
        setattr(parent, field, value)
    if isinstance(node, ast.stmt) and isinstance(value, list):
        for block in statements(value, i):
            setattr(parent, field, block)
            kept = [b for b in block if b not in value]
            yield f"{where}: {_short(node)} → {_short(kept[0]) if kept else 'left out'}", _unparsed(tree)
            setattr(parent, field, value)
        for done, block in moved(value, i):
            setattr(parent, field, block)
            yield f"{where}: {_short(node)} → {done}", _unparsed(tree)
            setattr(parent, field, value)


def _unparsed(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())[:70]
