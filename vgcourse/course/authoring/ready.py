"""Is an exercise ready to be built into a lesson? What is wrong with it is said to its author, in a sentence."""

import ast
import inspect
import textwrap
import traceback
from collections.abc import Iterator
from pathlib import Path

from vgcourse.course.checks.exercise import Exercise
from vgcourse.errors import CourseError


def refuse_unknown_keys(exercise: Exercise, where: str) -> None:
    """Raise CourseError where its judge gives back a key, word for word, for which there is no sentence."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.judging)))
    except (OSError, TypeError, SyntaxError):  # typed into a console, say
        return
    (judge,) = tree.body
    for key in (key for node in _own_returns(judge) for key in _keys(node.value)):
        if key not in exercise.misses:
            raise CourseError(f"{where}: the judge of {exercise.id} gives back {key!r}, which its misses lack.")


def _own_returns(node: ast.AST) -> Iterator[ast.Return]:
    """The returns of a function, those of functions in it left out."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.Return):
            yield part
        elif not isinstance(part, ast.FunctionDef | ast.Lambda):
            yield from _own_returns(part)


def _keys(node: ast.expr | None) -> Iterator[str]:
    """The keys that a return's expression spells out, with fields or without."""
    if isinstance(node, ast.Tuple) and node.elts:
        node = node.elts[0]
    if isinstance(node, ast.IfExp):
        yield from (*_keys(node.body), *_keys(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def said_of(error: Exception) -> str:
    """An error in an exercise's file: what it is, and the line of a file in `exercises` from which it came."""
    places = [(one.filename, one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places, error = [(error.filename or "", error.lineno)], SyntaxError(error.msg)
    inside = [(parts, line) for file, line in places if "exercises" in (parts := Path(file).parts)]
    if not inside:
        return f"{type(error).__name__}: {error}"
    parts, line = inside[-1]
    return f"{type(error).__name__}: {error} ({'/'.join(parts[parts.index('exercises') :])}, line {line})"
