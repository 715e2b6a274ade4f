"""The answer to an exercise, out of the lesson's text, with what the lesson has defined before it."""

import ast
from pathlib import Path

from vgcourse.course.checks import registry

ROOT = Path(__file__).resolve().parents[2]
ACCIDENTS = "from tests.mutants import accidents"
# These talk to a student or lend the course's version: no answer needs them.
SPOKEN = {"check", "fallback", "predict", "reveal"}


def answer_of(id: str, uses: str = "") -> tuple[str, ast.Module]:
    """What an answer stands on (imports, earlier functions), and the answer's own cell as a tree.

    ``uses`` is code that will run after it, and may want more of the lesson.
    """
    text, begin, end = _cell_of(id)
    body = ast.parse(text).body
    own = [statement for statement in body if begin < statement.lineno <= end and not _is_stub(statement)]
    before = [statement for statement in body if statement.lineno <= begin]
    return "\n".join([ACCIDENTS, *_needed(own, before, uses)]), ast.Module(own, [])


def text_of(id: str) -> str:
    """The answer's cell as it stands in the lesson."""
    text, begin, end = _cell_of(id)
    return "\n".join(text.splitlines()[begin:end]).strip()


def _cell_of(id: str) -> tuple[str, int, int]:
    """The lesson's text, and the first and last line of the answer's cell."""
    lesson = registry.lesson_of(id)
    text = (ROOT / "solutions" / lesson / f"{lesson.partition('_')[2]}.py").read_text("utf-8")
    lines = text.splitlines()
    begin = lines.index(f'# %% answer="{id}"') + 1
    return text, begin, next((i for i in range(begin, len(lines)) if lines[i].startswith("# %%")), len(lines))


def _needed(own: list[ast.stmt], before: list[ast.stmt], uses: str) -> list[str]:
    """What binds the names that ``own`` and ``uses`` mention, and what these mention, in the order of the text."""
    bound = {name: i for i, statement in enumerate(before) if not _is_spoken(statement) for name in _binds(statement)}
    later = ast.FunctionDef("uses", ast.arguments([], [], None, [], [], None, []), ast.parse(uses).body, [])
    wanted, kept = [name for statement in [*own, later] for name in _mentions(statement)], set()
    while wanted:
        i = bound.get(wanted.pop())
        if i is not None and i not in kept:
            kept.add(i)
            wanted += _mentions(before[i])
    return [ast.unparse(before[i]) for i in sorted(kept)]


def _is_stub(statement: ast.stmt) -> bool:
    """``name = ...`` before a solution that binds the name anew."""
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Assign) and isinstance(value, ast.Constant) and value.value is Ellipsis


def _is_spoken(statement: ast.stmt) -> bool:
    called = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return not isinstance(statement, ast.FunctionDef) and any(
        isinstance(function, ast.Name) and function.id in SPOKEN for function in called
    )


def _binds(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    names = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    aliases = [a for n in ast.walk(statement) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names]
    return names + [(alias.asname or alias.name).partition(".")[0] for alias in aliases]


def _mentions(statement: ast.stmt) -> list[str]:
    """Names that come from outside: what a function binds itself, its parameters above all, does not."""
    inside = isinstance(statement, (ast.FunctionDef, ast.ClassDef))
    own = {*_binds_inside(statement)} if inside else set()
    names = (n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return [name for name in names if name not in own]


def _binds_inside(statement: ast.stmt) -> list[str]:
    stored = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return stored + [n.arg for n in ast.walk(statement) if isinstance(n, ast.arg)]
