"""The released notebook as a row of cells to be found again: what is given, what is asked, what checks it."""

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from nbformat import NotebookNode

from vgcourse.grading.intake.code import LONGEST, Code, lasting, plain_text, read_code, syntax_tree

MOST_OWN_PHRASES = 8  # that a text may share with the lesson by chance, or by quoting it


@dataclass
class Question:
    """A released cell that a student writes; ``names``: those that its check takes; ``check``: the check's place."""

    place: int
    id: str
    cell: NotebookNode
    names: frozenset[str] = frozenset()
    check: int | None = None

    @property
    def is_words(self) -> bool:
        """Whether a person reads it."""
        return self.cell.cell_type != "code"

    def is_stub(self, source: str) -> bool:
        """Whether nothing has been written there yet."""
        if plain_text(source) in ("", plain_text(self.cell.source)):
            return True
        if self.is_words:
            return False
        code = read_code(source)
        if not code.parses:  # the half of one that was split, say
            return plain_text(source) in plain_text(self.cell.source)
        return code.is_blank or (lasting(source) == lasting(self.cell.source))


@dataclass
class Released:
    """A released notebook: its cells, by place; ``asked`` and ``given`` (checks among them) by place too."""

    cells: list[NotebookNode]
    asked: dict[int, Question] = field(default_factory=dict)

    @classmethod
    def of(cls, release: NotebookNode) -> "Released":
        """Read a released notebook."""
        found = cls(list(release.cells))
        for place, cell in enumerate(found.cells):
            if grade_id(cell) and is_answer(cell):
                found.asked[place] = found._asked(place, cell)
        return found

    def _asked(self, place: int, cell: NotebookNode) -> Question:
        if cell.cell_type != "code":
            return Question(place, grade_id(cell), cell)
        own = read_code(cell.source).binds
        check = next((p for p in range(place + 1, len(self.cells)) if grade_id(self.cells[p])), None)
        if check is None or is_answer(self.cells[check]):
            return Question(place, grade_id(cell), cell, own)
        taken = read_code(self.cells[check].source).uses - self.names_of_given
        return Question(place, grade_id(cell), cell, (own & taken) or own or taken, check)

    @cached_property
    def names_of_given(self) -> set[str]:
        """What the lesson's own cells set, and Python has by itself."""
        codes = (read_code(c.source) for c in self.cells if c.cell_type == "code" and not grade_id(c))
        return {name for code in codes for name in code.binds if name not in code.before} | {"check"}

    @cached_property
    def by_id(self) -> dict[str, int]:
        """Cell id, and nbgrader's name, → place."""
        named = {cell.get("id"): place for place, cell in enumerate(self.cells)}
        return named | self.graded

    @cached_property
    def graded(self) -> dict[str, int]:
        """nbgrader's name → place."""
        return {grade_id(cell): place for place, cell in enumerate(self.cells) if grade_id(cell)}

    @cached_property
    def by_text(self) -> dict[tuple[bool, str], list[int]]:
        """What stands in a cell → the places of the given cells where it does."""
        found: dict[tuple[bool, str], list[int]] = {}
        for place, cell in enumerate(self.cells):
            if place not in self.asked:
                for key in keys(cell.cell_type, cell.source):
                    found.setdefault(key, []).append(place)
        return found

    @cached_property
    def text(self) -> str:
        """All that is given, without marks and spaces: to see whether words are a piece of it, or code put aside."""
        return bare("".join(c.source for c in self.cells))

    @cached_property
    def given_text(self) -> str:
        """The same of what nobody writes in."""
        return bare("".join(c.source for place, c in enumerate(self.cells) if place not in self.asked))

    @cached_property
    def _phrases(self) -> set[tuple[str, ...]]:
        return set().union(*(_phrases(c.source) for c in self.cells))

    def is_edited(self, text: str) -> bool:
        """Whether a text is one of the lesson's in which somebody changed words: most of its phrases stand there."""
        own = _phrases(text)
        heading = text.lstrip().startswith("#") and "\n" not in text.strip()  # nobody answers with one
        return (len(own) > MOST_OWN_PHRASES or heading) and len(own & self._phrases) > 0.6 * len(own)

    @cached_property
    def owner_of(self) -> dict[str, str]:
        """A name that some check takes → the id of the answer that defines it."""
        return {name: asked.id for asked in self.asked.values() for name in asked.names}

    @cached_property
    def by_call(self) -> dict[str, int]:
        """The exercise's name in a check's call → the place of that check."""
        called = {place: check_arguments(self.cells[place].source) for place in self.checks()}
        return {arguments[0]: place for place, arguments in called.items() if arguments}

    def checks(self) -> Iterable[int]:
        """The places of the cells that give points by themselves."""
        return (p for p, cell in enumerate(self.cells) if grade_id(cell) and p not in self.asked)


@lru_cache(4096)
def keys(kind: str, source: str) -> tuple[tuple[bool, str], ...]:
    """What a cell is recognised by: its text, and where it is code what the code does."""
    text = plain_text(source)
    if not text:
        return ()
    code: Code = read_code(source)
    by_code = [(True, code.key)] if code.parses and kind == "code" else []
    return (
        *by_code,
        (False, text if len(text) < 200 else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()),
    )


@lru_cache(1024)
def check_arguments(source: str) -> tuple[str, ...]:
    """What a cell's only call of a check hands to it, the exercise's name in front; empty for any other cell."""
    if "check(" not in source or len(source) > LONGEST or (tree := syntax_tree(source)) is None:
        return ()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    checks = [call for call in calls if ast.unparse(call.func).split(".")[-1] == "check" and not call.keywords]
    return tuple(ast.unparse(one) for one in checks[0].args) if len(checks) == 1 else ()


def _phrases(text: str) -> set[tuple[str, ...]]:
    """All runs of three words."""
    words = re.findall(r"\w+", text.casefold())
    return set(zip(words, words[1:], words[2:], strict=False))


def bare(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", text).casefold()


def grade_id(cell: NotebookNode) -> str:
    """The name that nbgrader knows a cell by; empty for a cell that it does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_answer(cell: NotebookNode) -> bool:
    """Whether a released cell is the student's to write."""
    return bool(cell.metadata.nbgrader.get("solution")) and not cell.metadata.nbgrader.get("locked")
