"""What a cell's code binds and uses, read without running it, and within bounds of time and size."""

import ast
import hashlib
import re
import symtable
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 20_000  # characters of a cell that is read as code; no lesson's cell comes near it
_DEFINES = re.compile(r"^(?:async )?(?:def|class)[ ]+(\w+)|^(\w+)[ ]*=(?!=)", re.MULTILINE)
_DEFINITION = re.compile(r"^\s*(?:async )?(?:def|class) ", re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Of one line each: `^\s*` would look through all empty lines again from each of them.
_LINE_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
# Magics that would make the kernel forget the lesson, or start a server that is at work beside the checks; and those
# that only the place has where they were typed: what stands below one that is not known does not run.
_NOT_HERE = re.compile(
    r"%(?:reset|tensorboard|python)\b|%(?:re)?load_ext (?!autoreload\b)\S+|%matplotlib (?!inline\b|agg\b)\S+"
)
_ASSIGNED_MAGIC = re.compile(r"^([ \t]*[\w.,][\w., ]*=[ \t]*)[%!].*$", re.MULTILINE)
# "In [3]: " and ">>> " with what continues them: IPython takes them off.
PROMPT = re.compile(r"^(?:In \[\d+\]: ?|[ ]*\.{3,}: ?|>>> ?|\.\.\.(?: |$))", re.MULTILINE)
_FUTURE = re.compile(r"from __future__ import [\w, ]+")
_TREE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # a cell may await
NOT_PYTHON = re.compile(r"^%%(?!time|timeit|capture|prun)\w+")


@dataclass(frozen=True)
class Code:
    """A cell's code. ``binds``: the names it sets; ``defines``: those that it sets to a function or a class of its
    own; ``uses``: names of others that it, or a function in it, uses; ``before``: those it needs when it runs.

    ``key`` is the same for code that does the same word by word, however it is laid out, quoted or commented.
    ``is_blank``: it does nothing yet: comments, and functions without a body.
    """

    parses: bool
    key: str
    binds: frozenset[str] = field(default_factory=frozenset)
    defines: frozenset[str] = field(default_factory=frozenset)
    uses: frozenset[str] = field(default_factory=frozenset)
    before: frozenset[str] = field(default_factory=frozenset)
    is_blank: bool = False
    is_torn: bool = False

    @property
    def is_words(self) -> bool:
        """Whether a person wrote words here: it is no Python, or nothing but text."""
        return not self.parses and not self.binds


@lru_cache(1024)  # most of a class's cells are the same cells
def read_code(source: str) -> Code:
    """Read a cell's source. Code that cannot be read, or is too long, binds what its lines seem to define."""
    if len(source) > LONGEST:
        seen = seems_to_define(source) if len(source) < LONGEST * 3 else frozenset()
        return Code(True, source.strip(), binds=seen, defines=seen)
    if NOT_PYTHON.match(source):
        return Code(True, source.strip())
    tree, text = _parsed(source)
    if tree is None:
        seen = seems_to_define(source)
        return Code(False, plain_text(source), binds=seen, defines=seen, is_torn=starts_inside(source))
    try:
        return _code(text, tree)
    except (RecursionError, SyntaxError, ValueError, MemoryError):
        return Code(True, plain_text(source))


def plain_text(source: str) -> str:
    """The text without the white space that editors add and drop."""
    return " ".join(source.replace("\ufeff", "").split())


def parts_by_owner(source: str, owners: dict[str, str]) -> list[tuple[str, str]]:
    """The source in pieces, each from the statement that binds an owner's name on; owner ``""`` before the first."""
    (tree, _), lines = _parsed(source), source.split("\n")
    if tree is None:
        return [("", source)]
    cuts: list[tuple[int, str]] = [(0, "")]
    for node in tree.body:
        owner = next((owners[name] for name in _bound([node]) if name in owners), cuts[-1][1])
        if owner != cuts[-1][1]:
            cuts.append((min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1, owner))
    ends = [start for start, _ in cuts[1:]] + [len(lines)]
    parts = [(owner, "\n".join(lines[a:b]).strip("\n")) for (a, owner), b in zip(cuts, ends, strict=True)]
    return [(owner, text) for owner, text in parts if text.strip()]


def seems_to_define(source: str) -> frozenset[str]:
    """The names that lines of a text seem to set, whatever else it is: it need be no code."""
    return frozenset(a or b for a, b in _DEFINES.findall(source))


def blank_again(source: str, stubs: frozenset[str] = frozenset()) -> set[int]:
    """The lines (from 0) of definitions without a body that take the name of one which has got one.

    ``stubs``: statements (see `statements`) that are none yet either, though they hold something.
    """
    if len(source) > LONGEST or len(_DEFINITION.findall(source)) < 2 or (tree := _parsed(source)[0]) is None:
        return set()
    written, lines = set(), set()
    for node in tree.body:
        if not isinstance(node, _FUNCTIONS):
            continue
        if not (does_nothing(node) or ast.dump(node) in stubs):
            written.add(node.name)
        elif node.name in written:
            lines |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
    return lines


def starts_again(source: str, stub: str) -> int | None:
    """The line (from 0) from which on the source ends with the stub's statements; None where it does not.

    However they are laid out: an editor of tabs or a formatter has been at both.
    """
    if len(source) > LONGEST or not stub or (tree := _parsed(source)[0]) is None or not (ends := _dumps(stub)):
        return None
    below = tree.body[-len(ends) :]
    is_stub = len(tree.body) > len(ends) and [ast.dump(node) for node in below] == ends
    return below[0].lineno - 1 if is_stub else None


def _dumps(source: str) -> list[str]:
    tree = _parsed(source)[0]
    return [ast.dump(node) for node in tree.body] if tree else []


def with_futures_first(source: str) -> str:
    """The source with its imports from ``__future__`` on top: below other code, in a merged cell, none runs."""
    tree = syntax_tree(source) if "__future__" in source and len(source) <= LONGEST else None
    lines = source.split("\n")
    found = [n.lineno - 1 for n in tree.body if getattr(n, "module", "") == "__future__"] if tree else []
    found = [at for at in found if _FUTURE.fullmatch(lines[at])]
    if found == [*range(len(found))]:
        return source
    top = 1 if source.startswith("%%") else 0
    rest = [line for at, line in enumerate(lines) if at not in found]
    return "\n".join([*rest[:top], *dict.fromkeys(lines[at] for at in found), *rest[top:]])


def statements(*sources: str) -> frozenset[str]:
    """The statements of these sources, however they are laid out."""
    trees = [tree for source in sources if (tree := _parsed(source)[0])]
    return frozenset(ast.dump(node) for tree in trees for node in tree.body)


def lone_names(source: str) -> list[tuple[int, str]]:
    """The lines (from 0) that hold nothing but a name which the code does not set, or one of `_NOT_HERE`."""
    lines = source.split("\n")
    forgets = [(at, magic[0]) for at, line in enumerate(lines) if (magic := _NOT_HERE.match(line))]
    if len(source) > LONGEST or (tree := _parsed(source)[0]) is None:
        return []
    bound = _bound(tree.body)
    values = [node.value for node in tree.body if isinstance(node, ast.Expr)]
    found = [(value.lineno - 1, value.id) for value in values if isinstance(value, ast.Name)]
    return forgets + [(at, name) for at, name in found if lines[at].strip() == name and name not in bound]


def _parsed(source: str) -> tuple[ast.Module | None, str]:
    """The syntax tree, with what only IPython reads put aside, and the text that it is of; None where it is none."""
    for text in _readings(source):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd escapes in a student's strings
                return compile(text, "cell", "exec", _TREE), text
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None, source


def syntax_tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None where it is no Python."""
    return _parsed(source)[0]


def _readings(source: str) -> Iterator[str]:
    """The source as Python, then as IPython reads it: magics, an indented cell, prompts that were pasted along."""
    yield source
    yield _without_magics(source)
    if source[:1] in (" ", "\t", "\n"):
        yield _without_magics(textwrap.dedent(source))
    if PROMPT.search(source[:2000]):
        yield _without_magics(PROMPT.sub("", source))


def _without_magics(source: str) -> str:
    text = re.sub(r"^%%.*$", "", source, count=1) if source.startswith("%%") else source
    return _LINE_MAGIC.sub(r"\1pass", _ASSIGNED_MAGIC.sub(r"\1None", text))


def _code(source: str, tree: ast.Module) -> Code:
    uses, before, bound = set(), set(), set()
    top = symtable.symtable(source, "cell", "exec")
    for table in _tables(top):
        uses |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (s.is_global() or table is top)}
    for node in tree.body:
        before |= _needed_now(node) - bound
        bound |= _bound([node])
    bound |= {s.get_name() for table in _tables(top) if table is not top
              for s in table.get_symbols() if s.is_declared_global() and s.is_assigned()}  # fmt: skip
    defines = {n.name for n in tree.body if isinstance(n, _FUNCTIONS)}
    defines |= {name for n in tree.body if isinstance(getattr(n, "value", None), ast.Lambda) for name in _bound([n])}
    return Code(
        parses=True,
        key=_digest(tree) if len(source) < LONGEST // 2 and _body(tree) else plain_text(source),
        binds=frozenset(bound),
        defines=frozenset(defines),
        uses=frozenset((uses - bound) | before),
        before=frozenset(before),
        is_blank=all(does_nothing(node) for node in tree.body),
        is_torn=any(isinstance(n, ast.Return) for n in tree.body),
    )


def _digest(tree: ast.Module) -> str:
    return hashlib.sha256(ast.dump(ast.Module(_body(tree), [])).encode("utf-8", "replace")).hexdigest()


def _body(tree: ast.Module) -> list[ast.stmt]:
    """The statements that do something: a magic on top is read as ``pass``."""
    return [n for n in tree.body if not isinstance(n, ast.Pass) and getattr(n, "module", "") != "__future__"]


@lru_cache(1024)
def lasting(source: str) -> str:
    """A key of what the code leaves behind: without what only shows or tries it, and without docstrings."""
    tree = _parsed(source)[0] if len(source) <= LONGEST else None
    kept = [] if tree is None else [node for node in _body(tree) if not _leaves_nothing(node)]
    if not kept:
        return read_code(source).key
    try:
        return _digest(ast.Module([_without_docstrings(node) for node in kept], []))
    except (RecursionError, MemoryError):
        return read_code(source).key


def _leaves_nothing(node: ast.stmt) -> bool:
    """A line that shows something, a pasted ``Out[7]: 0.25``, what a script does when it is the one that runs."""
    shows = isinstance(node, ast.Expr) or (isinstance(node, ast.AnnAssign) and node.value is None)
    return shows or (isinstance(node, ast.If) and "id='__name__'" in ast.dump(node.test))


def _without_docstrings(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return tree


def goes_on_inside(source: str, rest: str) -> bool:
    """Whether ``rest`` is likely the end of the function or the class with which ``source`` ends.

    It is indented, and it uses a name that only that function knows; or all of it is, and nothing is in that function
    yet, or nothing in the rest.
    """
    if not starts_inside(rest) or len(source) > LONGEST or not (tree := _parsed(source)[0]) or not tree.body:
        return False
    last, code = tree.body[-1], read_code(rest)
    if not isinstance(last, _FUNCTIONS) or source[:1] in (" ", "\t"):
        return False
    inside = all(line[:1] in (" ", "\t") for line in rest.split("\n") if line.strip())
    return bool(_own_names(last) & code.uses) or (inside and (does_nothing(last) or code.is_blank))


def _own_names(node: ast.AST) -> set[str]:
    """The arguments of a function, or of those in a class, and what they set."""
    args = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    return args | {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _bound(nodes: list[ast.AST]) -> set[str]:
    """The names that these set where they run, what functions in them set for themselves left out."""
    found: set[str] = set()
    for node in _outside_functions(nodes):
        if isinstance(node, _FUNCTIONS):
            found.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def _needed_now(node: ast.AST) -> set[str]:
    names = {n.id for n in _outside_functions([node]) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return names | {n.target.id for n in _outside_functions([node])
                    if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}  # fmt: skip


def _outside_functions(nodes: list[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that run at once: not the bodies of functions, nor what a class keeps to itself."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            waiting += [*node.decorator_list, *getattr(node, "bases", [])]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting += [generator.iter for generator in node.generators]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def does_nothing(node: ast.AST) -> bool:
    """``pass``, ``...``, a string, ``x = ...``, a function or a class whose body does nothing."""
    if isinstance(node, _FUNCTIONS):
        return all(does_nothing(inner) for inner in node.body)
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in ast.dump(node)
    value = getattr(node, "value", None)
    if isinstance(node, ast.AnnAssign):
        return value is None  # `Out[7]: 0.25`, say
    if isinstance(node, ast.Expr):
        return isinstance(value, ast.Constant)
    if isinstance(node, ast.Assign):
        return isinstance(value, ast.Constant) and (value.value is ... or value.value is None)
    return isinstance(node, ast.Pass)


def starts_inside(source: str) -> bool:
    """Whether the first line that is no remark is indented, as the inside of a function or a class is."""
    first = next((line for line in source.split("\n") if line.strip() and not line.strip().startswith("#")), "")
    return first[:1] in (" ", "\t")
