"""Answers that are nearly the same: a hint where to look, never a verdict.

An answer becomes the sequence of its syntax tree's nodes, with every name that the answer itself binds replaced
by one word: comments, white space, docstrings, annotations and names then make no difference. Two answers are
compared by the pieces of five consecutive nodes that they share (Jaccard's index over the pieces that the
released cell does not have already), as in Schleimer, Wilkerson and Aiken, "Winnowing" (SIGMOD 2003).
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

PIECE = 5  # nodes
WORDS = 4  # of prose
SHORTEST = 40  # pieces: of a shorter answer there are only so many ways to write it
SHORTEST_TEXT = 15
ALIKE = 0.85
COMMON = 0.2  # of the class: what so many write is the obvious way, not somebody's

Pieces = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Alike:
    """Students who answered exercises alike: id → the lowest similarity among them that counts, 0 to 1.

    Two who are alike in several exercises are listed as a pair, and each again in the larger groups they are in.
    """

    students: tuple[str, ...]
    exercises: dict[str, float]


def alike(
    answers: Mapping[str, Mapping[str, str]], released: Mapping[str, str], prose: frozenset[str] = frozenset()
) -> list[Alike]:
    """Groups of students with nearly identical answers, the strongest hint first: many exercises, few students.

    ``answers``: exercise → student → source; ``released``: exercise → source as handed out; ``prose``: the
    exercises that are answered in words. Costs the square of the class, over sets: 200 students take seconds.
    """
    close = {id: _close(by_student, released.get(id, ""), id in prose) for id, by_student in answers.items()}
    pairs: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for exercise, found in close.items():
        for pair, share in found.items():
            pairs[pair][exercise] = share
    groups = {pair: shares for pair, shares in pairs.items() if len(shares) > 1}
    for exercise, found in close.items():
        for students in map(tuple, map(sorted, _linked(found))):
            if len(students) > 2 or len(pairs[students]) == 1:
                lowest = min(share for pair, share in found.items() if pair[0] in students)
                groups.setdefault(students, {})[exercise] = lowest
    listed = [Alike(students, exercises) for students, exercises in groups.items()]
    return sorted(listed, key=lambda group: (-len(group.exercises), len(group.students), group.students))


def _close(by_student: Mapping[str, str], released: str, in_words: bool) -> dict[tuple[str, str], float]:
    """The pairs that answered alike, without what a good part of the class wrote."""
    given = pieces(released, in_words)
    own = {student: pieces(source, in_words) - given for student, source in by_student.items()}
    shortest = SHORTEST_TEXT if in_words else SHORTEST
    long = sorted(student for student, found in own.items() if len(found) >= shortest)
    pairs = {pair: similarity(own[pair[0]], own[pair[1]]) for pair in combinations(long, 2)}
    found = {pair: share for pair, share in pairs.items() if share >= ALIKE}
    small = set().union(*(group for group in _linked(found) if len(group) <= max(3, COMMON * len(own))))
    return {pair: share for pair, share in found.items() if pair[0] in small}


def _linked(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The groups that hang together by the pairs."""
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return groups


def similarity(first: Pieces, second: Pieces) -> float:
    """Jaccard's index: shared pieces over all pieces, 0 to 1."""
    if min(len(first), len(second)) < ALIKE * max(len(first), len(second)):
        return 0.0  # it cannot come to more, and need not be counted
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def pieces(source: str, prose: bool = False) -> Pieces:
    """The set of runs of consecutive tokens of an answer."""
    tokens, length = (re.findall(r"\w+", source.lower()), WORDS) if prose else (code_tokens(source), PIECE)
    return frozenset(tuple(tokens[i : i + length]) for i in range(len(tokens) - length + 1))


def code_tokens(source: str) -> list[str]:
    """The nodes of the syntax tree in reading order; the words themselves where the source does not parse."""
    source = re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)  # IPython's own lines
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.findall(r"\w+|[^\w\s]", re.sub(r"#.*", "", source))
    try:
        return _walk(tree, _bound(tree))
    except RecursionError:
        return []


def _bound(tree: ast.AST) -> set[str]:
    """Every name that the code itself gives to something."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names | {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def _walk(node: ast.AST, bound: set[str]) -> list[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []  # a docstring, or a remark
    tokens = [_word(node, bound)]
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "ctx", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                tokens += _walk(child, bound)
    return tokens


def _word(node: ast.AST, bound: set[str]) -> str:
    """The node's kind, with what a copy would keep: constants, attributes, names from elsewhere."""
    if isinstance(node, ast.Name):
        return "own" if node.id in bound else node.id
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Constant):
        return repr(node.value)[:40]
    return type(node).__name__
