"""Parts of an exercise's source: what observing needs, and what the course's own version needs.

A student's kernel is given the first and nothing else while it is graded: no judge, no version of the course, no
sentence. The second follows where a lesson falls back on it, once the answer has been observed.
"""

import ast
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

EXERCISES = "vgcourse.course.exercises"
OBSERVE, OWN = "observe", "own_version"
_KEPT_AWAY = ("judge", OWN, "suits")

Place = tuple[str, str]  # a module and a name in it
Change = Callable[[ast.stmt], ast.stmt | None]


@dataclass(frozen=True)
class Source:
    """One module: its dotted name, its file, whether it is a package's, its statements."""

    name: str
    path: str
    is_package: bool
    statements: tuple[ast.stmt, ...]
    by_name: dict[str, list[ast.stmt]]

    @classmethod
    def read(cls, name: str, path: Path) -> "Source":
        """The source of the module `name` in the file `path`. Raises SyntaxError where it is no Python."""
        tree = ast.parse(path.read_bytes())
        body = [part for part in tree.body if not _is_words(part)]
        by_name: dict[str, list[ast.stmt]] = {}
        for part in body:
            for bound in _bound(part):
                by_name.setdefault(bound, []).append(part)
        return cls(name, str(path), path.name == "__init__.py", tuple(body), by_name)

    def bindings(self, name: str) -> list[ast.stmt]:
        """The statements of the module that bind a name: ``x = a`` and ``x += b`` are two, and both are needed."""
        return self.by_name.get(name, [])

    def binding(self, name: str) -> ast.stmt | None:
        """The last of them."""
        return next(reversed(self.bindings(name)), None)


def observing_sources(lessons: Iterable[str]) -> dict[str, tuple[str, str, bool]]:
    """For the modules of these lessons, and what they import of each other: source, file, whether it is a package.

    ``lessons`` are dotted names. The source holds exercises without sentences, functions that observe, and what these
    reach; nothing else.
    """
    house = _House(tuple(lessons))
    return house.written(house.reached(house.observing_roots()), _without_sentences)


@lru_cache(128)
def own_version_source(lessons: tuple[str, ...], module: str, function: str) -> str:
    """Source that defines ``function``, a maker of the course's version, with all that it needs, in one module.

    Raises LookupError where ``module`` has no such function.
    """
    house = _House(tuple(lessons))
    if house.sources[module].binding(function) is None:
        raise LookupError(f"{module} defines no {function}")
    parts = house.reached([(module, function)])
    return "\n\n".join(text for text, _, _ in house.written(parts, _undecorated, joined=True).values())


def folders(lessons: tuple[str, ...]) -> list[str]:
    """Where the sources lie that no student's kernel may read: folders, or single files outside of any."""
    outer = Path(importlib.util.find_spec(EXERCISES).origin).parent
    others = {path for path in _files(lessons).values() if outer not in path.parents}
    return [str(outer), *sorted(str(path.parent if path.name == "__init__.py" else path) for path in others)]


class _House:
    """All modules of exercises, read but not run."""

    def __init__(self, lessons: tuple[str, ...]) -> None:
        self.lessons, self.sources = lessons, _Sources(lessons)

    def observing_roots(self) -> list[Place]:
        """What a kernel must have: functions that observe, exercises, and the names by which they are found."""
        found = []
        for source in self.sources.values():
            for part in source.statements:
                if _is_root(part, source.name in self.lessons):
                    found += [(source.name, name) for name in _bound(part)]
        return found

    def reached(self, roots: Iterable[Place]) -> dict[str, set[str]]:
        """Module → names that must stay, so that the roots can do their work."""
        kept: dict[str, set[str]] = {}
        waiting = list(roots)
        while waiting:
            module, name = waiting.pop()
            source = self.sources.get(module)
            parts = source.bindings(name) if source else []
            if not parts or name in kept.setdefault(module, set()):
                continue
            kept[module].add(name)
            waiting += [place for part in parts for place in self._needs(source, part, name)]
        return kept

    def _needs(self, source: Source, part: ast.stmt, name: str) -> Iterator[Place]:
        if isinstance(part, ast.Import | ast.ImportFrom):
            yield from self._imported(part, name)
            return
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                yield source.name, node.id
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    yield from self._imported(node, alias.asname or alias.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                where = source.binding(node.value.id)
                if isinstance(where, ast.ImportFrom):
                    yield from ((module, node.attr) for module, _ in self._modules(where, node.value.id))

    def _imported(self, part: ast.Import | ast.ImportFrom, name: str) -> Iterator[Place]:
        if isinstance(part, ast.ImportFrom) and part.module in self.sources:
            yield from ((part.module, alias.name) for alias in part.names if name in (alias.asname, alias.name))

    def _modules(self, part: ast.ImportFrom, name: str) -> Iterator[Place]:
        for alias in part.names:
            module = f"{part.module}.{alias.name}"
            if name in (alias.asname, alias.name) and module in self.sources:
                yield module, alias.name

    def written(
        self, kept: dict[str, set[str]], change: Change, joined: bool = False
    ) -> dict[str, tuple[str, str, bool]]:
        """The kept statements as source; ``joined``: all in one module, without the imports between them."""
        found = {}
        for name in self.sources:
            if joined and name not in kept:
                continue  # not read, as it is not needed
            source = self.sources[name]
            parts = [change(_only(part, kept.get(name, set()))) for part in source.statements if _bound(part)]
            body = [part for part in parts if part is not None and _bound(part) & kept.get(name, set())]
            if joined:
                body = [part for part in body if not self._is_between(part)]
            if body or (not joined):
                text = ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
                found[name] = (text, source.path, source.is_package)
        return found if not joined else dict(sorted(found.items(), key=lambda pair: -len(kept.get(pair[0], ()))))

    def _is_between(self, part: ast.stmt) -> bool:
        return isinstance(part, ast.ImportFrom) and part.module in self.sources


class _Sources(Mapping[str, Source]):
    """The sources of the lessons' modules and, for the course's own, of all that stand beside them; read when asked.

    All of them, as trees, took a grader's worker 25 MB and half a second: who needs only where they lie reads none.
    """

    def __init__(self, lessons: tuple[str, ...]) -> None:
        self.files, self._read = _files(lessons), {}

    def __getitem__(self, name: str) -> Source:
        if name not in self._read:
            self._read[name] = Source.read(name, self.files[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def _files(lessons: tuple[str, ...]) -> dict[str, Path]:
    """Module → file."""
    found: dict[str, Path] = {}
    for name in (EXERCISES, *lessons):
        path = found[name] = Path(importlib.util.find_spec(name).origin)
        if path.name == "__init__.py" and name != EXERCISES:
            beside = (inner for inner in sorted(path.parent.glob("*.py")) if inner != path)
            found |= {f"{name}.{inner.stem}": inner for inner in beside}
    return found


def _bound(part: ast.stmt) -> set[str]:
    """The names that a statement of a module binds."""
    if isinstance(part, ast.FunctionDef | ast.ClassDef):
        return {part.name}
    if isinstance(part, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in part.names}
    return {n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _only(part: ast.stmt, names: set[str]) -> ast.stmt:
    """An import of these names alone; any other statement as it is."""
    if not isinstance(part, ast.Import | ast.ImportFrom):
        return part
    wanted = [alias for alias in part.names if (alias.asname or alias.name).partition(".")[0] in names]
    if isinstance(part, ast.ImportFrom):
        return ast.ImportFrom(part.module, wanted, part.level)
    return ast.Import(wanted)


def _decorators(part: ast.stmt) -> list[str]:
    given = getattr(part, "decorator_list", [])
    return [d.attr for d in given if isinstance(d, ast.Attribute) and d.attr in (OBSERVE, *_KEPT_AWAY)]


def _exercise_call(part: ast.stmt) -> ast.Call | None:
    value = getattr(part, "value", None)
    name = getattr(getattr(value, "func", None), "id", getattr(getattr(value, "func", None), "attr", ""))
    return value if isinstance(part, ast.Assign) and isinstance(value, ast.Call) and name == "Exercise" else None


def _is_root(part: ast.stmt, in_lesson: bool) -> bool:
    """An exercise, what observes it, or, in a lesson's own module, another name for an exercise."""
    alias = in_lesson and isinstance(part, ast.Assign) and isinstance(part.value, ast.Attribute | ast.Name)
    return bool(OBSERVE in _decorators(part) or _exercise_call(part) or alias)


def _without_sentences(part: ast.stmt) -> ast.stmt | None:
    """The statement as a kernel may have it: no judge, no own version, no words of a verdict."""
    if set(_KEPT_AWAY) & set(_decorators(part)):
        return None
    if (call := _exercise_call(part)) is None:
        return _undocumented(part)
    words = {"passed": ast.Constant(""), "misses": ast.Dict([], [])}
    keywords = [ast.keyword(k.arg, words.get(k.arg, k.value)) for k in call.keywords]
    return ast.Assign(part.targets, ast.Call(call.func, call.args, keywords), lineno=1)


def _undecorated(part: ast.stmt) -> ast.stmt:
    """A function without the decorator that would register it again."""
    if not _decorators(part):
        return _undocumented(part)
    body = [n for n in part.body if not _is_words(n)] or [ast.Pass()]
    return ast.FunctionDef(part.name, part.args, body, [], part.returns, lineno=1)


def _undocumented(part: ast.stmt) -> ast.stmt:
    if isinstance(part, ast.FunctionDef) and _is_words(part.body[0]) and len(part.body) > 1:
        return ast.FunctionDef(part.name, part.args, part.body[1:], part.decorator_list, part.returns, lineno=1)
    return part


def _is_words(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
