"""Judges with their lists of causes turned round: where that changes a verdict, two causes fit one answer."""

import ast
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from vgcourse.course.checks import registry
from vgcourse.course.checks.exercise import Exercise


@cache
def turned(id: str) -> Exercise:
    """The exercise whose judge asks for the causes of each of its lists in the opposite order."""
    module = sys.modules[registry.find(id).observing.__module__]
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    _Turn(set(registry.find(id).misses)).visit(tree)
    copy = ModuleType(module.__name__)
    copy.__file__ = module.__file__
    exec(compile(ast.fix_missing_locations(tree), module.__file__, "exec"), vars(copy))
    return next(value for value in vars(copy).values() if isinstance(value, Exercise) and value.id == id)


class _Turn(ast.NodeTransformer):
    """Turns dicts and tuples that list causes; the exercise's own table of sentences stays."""

    def __init__(self, causes: set[str]) -> None:
        self.causes = causes

    def visit_Call(self, node: ast.Call) -> Any:
        return node if getattr(node.func, "id", "") == "Exercise" else self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> Any:
        self.generic_visit(node)
        if self._lists(node.keys):
            node.keys, node.values = node.keys[::-1], node.values[::-1]
        return node

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        self.generic_visit(node)
        if self._lists(node.elts):
            node.elts = node.elts[::-1]
        return node

    def _lists(self, nodes: list) -> bool:
        words = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        return len(words) == len(nodes) > 1 and all(word.partition(" ")[0] in self.causes for word in words)
