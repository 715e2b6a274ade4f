"""Answers that stand within a class or a function of the student's own, where no check finds them.

Sites for practice ask for ``class Solution``, and some editors write each cell as a function: what is asked for
stands there whole, one step too far in. Its name is given to it; nothing else of it is changed.
"""

import ast
import textwrap
from dataclasses import replace

from vgcourse.grading.intake.code import LONGEST, does_nothing, syntax_tree
from vgcourse.grading.intake.lesson_cells import Question
from vgcourse.grading.intake.matching import Found
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.piece import Piece

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def take_from_within(found: Found) -> None:
    """Where nothing does what a check asks for under its name, take what one class or function has within."""
    for asked in found.released.asked.values():
        if asked.is_words or _is_set(found, asked):
            continue
        given = {i for place, i in found.at.items() if place != asked.place}
        out = {
            i: text for i, piece in enumerate(found.pieces) if i not in given and (text := _taken_out(piece, asked))
        }
        if len(out) == 1:
            ((index, text),) = out.items()
            _take(found, asked, index, text)


def _is_set(found: Found, asked: Question) -> bool:
    """Whether some code gives one of the names to something that is no stub."""
    codes = (piece.code for piece in found.pieces if piece.kind == "code" and not piece.code.is_blank)
    return any(asked.names & code.binds - code.before for code in codes)


def _taken_out(piece: Piece, asked: Question) -> str:
    """The code with the names at its margin; empty where no class or function holds them all, with a body each."""
    if piece.kind != "code" or not piece.code.parses or len(piece.source) > LONGEST:
        return ""
    tree = syntax_tree(piece.source)
    holders = [node for node in tree.body if asked.names <= _within(node)] if tree else []
    if len(holders) != 1:
        return ""
    if isinstance(holders[0], ast.ClassDef):
        return f"{piece.source}\n\n\n" + "\n".join(_of_class(holders[0], name) for name in sorted(asked.names))
    return _of_function(piece.source, holders[0])


def _within(node: ast.stmt) -> set[str]:
    if not isinstance(node, (ast.ClassDef, *_FUNCTIONS)):
        return set()
    return set().union(*(_set_by(one) for one in node.body if not does_nothing(one)))


def _set_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Assign):
        targets = [inner for target in node.targets for inner in getattr(target, "elts", [target])]
        return {target.id for target in targets if isinstance(target, ast.Name)}
    return {node.name} if isinstance(node, (ast.ClassDef, *_FUNCTIONS)) else set()


def _of_class(holder: ast.ClassDef, name: str) -> str:
    """``rms = Solution().rms``; a method that has no object of its own needs none."""
    method = [one for one in holder.body if isinstance(one, _FUNCTIONS) and one.name == name][-1:]
    of_object = any(one.args.args[:1] and one.args.args[0].arg in ("self", "this") for one in method)
    return f"{name} = {holder.name}{'()' if of_object else ''}.{name}"


def _of_function(source: str, holder: ast.FunctionDef) -> str:
    """What stands above the function, and its body without what it gives back."""
    lines = source.split("\n")
    body = [node for node in holder.body if not isinstance(node, ast.Return)]
    first = min([body[0].lineno, *(one.lineno for one in getattr(body[0], "decorator_list", []))])
    above = lines[: min([holder.lineno, *(one.lineno for one in holder.decorator_list)]) - 1]
    inside = textwrap.dedent("\n".join(lines[first - 1 : body[-1].end_lineno]))
    return "\n".join([*above, inside]).strip("\n")


def _take(found: Found, asked: Question, index: int, text: str) -> None:
    own = found.at.get(asked.place)
    if own is not None and own != index:
        found.dropped.add(own)
    found.dropped.discard(index)
    found.pieces[index] = replace(found.pieces[index], source=text, claim=asked.id)
    found.at[asked.place] = index
    found.notes.append(Note("within", cell=asked.id))
