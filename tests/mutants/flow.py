"""Changes to the order of a solution's lines: two swapped, or one on the wrong side of a loop's edge."""

import ast
from collections.abc import Iterator

Block = list[ast.stmt]
Moved = Iterator[tuple[str, Block]]


def moved(body: Block, i: int) -> Moved:
    """(what was done to statement ``i``, the block after it)."""
    statement = body[i]
    if i + 1 < len(body) and _depend(statement, body[i + 1]):
        yield "after the next line", [*body[:i], body[i + 1], statement, *body[i + 2 :]]
    if isinstance(statement, (ast.For, ast.While)):
        yield from _over_the_edge(body, i)


def _depend(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether the order of two lines can matter: one binds or fills what the other mentions."""
    if any(isinstance(statement, (ast.Return, ast.FunctionDef, ast.ClassDef)) for statement in (one, other)):
        return False
    return bool(_filled(one) & _mentioned(other) or _filled(other) & _mentioned(one))


def _mentioned(statement: ast.stmt) -> set[str]:
    return {name for node in ast.walk(statement) if (name := _name(node))} - _counted(statement)


def _name(node: ast.AST | None) -> str | None:
    """A name, or an attribute of ``self``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return node.id if isinstance(node, ast.Name) and node.id != "self" else None


def _counted(statement: ast.stmt) -> set[str]:
    """The variables of loops: each loop gives its own values to them."""
    targets = [node.target for node in ast.walk(statement) if isinstance(node, (ast.For, ast.comprehension))]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _filled(statement: ast.stmt) -> set[str]:
    """Names that are bound, items of which are bound, or that a method changes (``rows.append``)."""
    found = set()
    for node in ast.walk(statement):
        place = node if isinstance(getattr(node, "ctx", None), ast.Store) else _changed_by(node)
        while not (name := _name(place)) and isinstance(place, (ast.Attribute, ast.Subscript, ast.Call)):
            place = place.func if isinstance(place, ast.Call) else place.value
        found |= {name} - {None}
    return found - _counted(statement)


CHANGING = {
    "append",
    "extend",
    "insert",
    "pop",
    "update",
    "setdefault",
    "add",
    "sort",
    "assign",
    "set_weights",
    "watch",
}


def _changed_by(node: ast.AST) -> ast.AST | None:
    """What a call changes, if its method is one that does."""
    called = node.func if isinstance(node, ast.Call) else None
    return called.value if isinstance(called, ast.Attribute) and called.attr in CHANGING else None


def _over_the_edge(body: Block, i: int) -> Moved:
    loop = body[i]
    if len(loop.body) > 1:
        yield "its last line after it", [*body[:i], _around(loop, loop.body[:-1]), loop.body[-1], *body[i + 1 :]]
    if i and isinstance(body[i - 1], ast.Assign):
        yield "the line before it inside", [*body[: i - 1], _around(loop, [body[i - 1], *loop.body]), *body[i + 1 :]]
    if i + 1 < len(body):
        yield "the line after it inside", [*body[:i], _around(loop, [*loop.body, body[i + 1]]), *body[i + 2 :]]


def _around(loop: ast.For | ast.While, body: Block) -> ast.stmt:
    return type(loop)(**{**vars(loop), "body": body})


def names_for(node: ast.AST, scope: ast.FunctionDef | None) -> Iterator[ast.AST]:
    """A name mistaken for another of its function, or hard-coded, or one off."""
    if scope is None or not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    parameters = [a.arg for a in scope.args.args if a.arg != "self"]
    if node.id in parameters:
        others = parameters + [name for name in _bound_in(scope) if _is_like(name, node.id)]
        yield from (ast.Constant(value) for value in HARD_CODED.get(node.id, ()))
    else:
        others = next((group for group in _bound_together(scope) if node.id in group), [])
    yield from (ast.Name(other, node.ctx) for other in dict.fromkeys(others) if other != node.id)


# What a parameter is in the call that the lesson shows, or before.
HARD_CODED = {
    "activation": ("relu", "tanh", "sigmoid"),
    "seed": (0, 1, 42),
    "depth": (5, 10),
    "width": (5, 8),
    "scale": (1.0, 0.1),
    "skip": (1.0,),
    "units": (8,),
    "window": (10,),
    "limit": (1.0,),
}


def _is_like(name: str, parameter: str) -> bool:
    return name.startswith(parameter) or parameter.startswith(name)


def _bound_in(scope: ast.FunctionDef) -> list[str]:
    return [n.id for n in ast.walk(scope) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _bound_together(scope: ast.FunctionDef) -> Iterator[list[str]]:
    """Names that one line binds: ``low, high = …``, ``for n, v in …``."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            yield [n.id for n in node.elts if isinstance(n, ast.Name)]
