"""The functions and classes that a cell defines: names, parameters, and whether there is anything in them."""

import ast
from dataclasses import dataclass
from functools import lru_cache

from vgcourse.grading.intake.code import LONGEST, does_nothing, syntax_tree


@dataclass(frozen=True)
class Function:
    """A function or a class at a cell's margin: its name, its parameters (of a class ``class``), what it uses.

    ``is_written``: there is something in it.
    """

    name: str
    parameters: tuple[str, ...]
    uses: frozenset[str]
    is_written: bool

    def is_like(self, other: "Function") -> bool:
        """Whether it can be called with what the other one is called with."""
        return len(self.parameters) == len(other.parameters) and self.is_class == other.is_class

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return self.parameters == ("class",)


@lru_cache(1024)
def functions(source: str) -> tuple[Function, ...]:
    """The functions and classes that a cell defines at its margin; lambdas with a name among them."""
    tree = syntax_tree(source) if len(source) <= LONGEST else None
    return tuple(one for node in (tree.body if tree else ()) if (one := _function(node)))


def _function(node: ast.stmt) -> Function | None:
    uses = frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
    if isinstance(node, ast.ClassDef):
        return Function(node.name, ("class",), uses, not does_nothing(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return Function(node.name, _parameters(node.args), uses, not does_nothing(node))
    named = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    if named and isinstance(node.value, ast.Lambda):
        return Function(node.targets[0].id, _parameters(node.value.args), uses, True)
    return None


def _parameters(args: ast.arguments) -> tuple[str, ...]:
    return tuple(one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs))
