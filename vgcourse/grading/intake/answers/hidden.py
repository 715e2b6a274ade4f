"""An answer that no code cell holds: in a cell that became prose, commented out, or merged into words.

Whoever has written an answer is not told that there is none: it is taken where it can be read whole and only one
could be meant; else nobody guesses.
"""

import ast
import html
import re
import unicodedata
from collections.abc import Iterator

from vgcourse.grading.intake.code import LONGEST, lasting, read_code, syntax_tree
from vgcourse.grading.intake.lesson_cells import Question, bare
from vgcourse.grading.intake.matching import Found, refuse_two_answers
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.left_out import without_late_stubs
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.pieces.readings import plain_readings
from vgcourse.grading.intake.reading import Refused

MOST_LINES = 120  # of remarks that are read
MOST_OF = 0.7  # of a cell's letters


def find_hidden(found: Found) -> None:
    """For each code answer that seems blank look at all that is no code. Raises Refused where it stays open."""
    for asked in found.released.asked.values():
        if not asked.is_words and _is_blank(found, asked):
            _look(found, asked)


def _is_blank(found: Found, asked: Question) -> bool:
    """Whether nothing that is taken for the answer sets one of its names."""
    index = found.at.get(asked.place)
    return (
        index is None or asked.is_stub(found.pieces[index].source) or not found.pieces[index].code.binds & asked.names
    )


def _look(found: Found, asked: Question) -> None:
    readable: dict[str, tuple[int, str]] = {}
    for index, piece in enumerate(found.pieces):
        _refuse_in_quotes(piece, asked)
        speaks = bool(_speaks_of(piece.source, asked) or _holds_definition(piece, asked))
        own = index == found.at.get(asked.place)
        own = own and piece.kind == "code" and not piece.code.parses
        if len(piece.source) > LONGEST or not (speaks or own) or _is_given(found, piece, asked):
            continue
        if piece.kind == "code" and piece.code.parses and not piece.code.is_blank:
            _refuse_commented(piece.source, asked)
            continue
        readings = [text for text in plain_readings(piece.source) if read_code(text).parses]
        if text := next((text for text in readings if _answers(text, asked)), ""):
            if read_code(text).binds & set(found.released.owner_of) - asked.names:
                raise Refused(Note("in-words", cell=asked.id, start=text.strip()[:60]))  # several answers in one
            readable[lasting(text)] = index, text
            continue
        _refuse_commented(piece.source, asked)
        if any(read_code(text).binds & asked.names and _is_most_of(text, piece.source) for text in readings):
            continue  # a stub, whatever became of its cell
        if speaks and (piece.kind != "code" or not piece.code.parses):
            raise Refused(_unreadable(found, index, asked))
    if len(readable) > 1:
        raise refuse_two_answers(asked, len(readable), ", in cells that are no code")
    for index, text in readable.values():
        _take(found, asked, index, text)


def _is_most_of(text: str, source: str) -> bool:
    """Whether a reading leaves out no more than a few words: what else stands there may be the answer."""
    return len(bare(text)) >= MOST_OF * len(bare(source))


def _unreadable(found: Found, index: int, asked: Question) -> Note:
    """Why an answer cannot be read: it is in words, its other half stands elsewhere, or it is no Python by itself."""
    piece, start = found.pieces[index], found.pieces[index].source.strip()[:60]
    if piece.kind != "code":
        return Note("in-words", cell=asked.id, start=start)
    others = (one.code for i, one in enumerate(found.pieces) if i != index and one.kind == "code")
    if any(code.is_torn or not code.parses for code in others):
        return Note("torn", start=start)
    return Note("no-python", cell=asked.id, start=start)


def _take(found: Found, asked: Question, index: int, text: str) -> None:
    """The piece is the answer; of an answer in words with which it was merged the words are one still."""
    taken = [place for place, i in found.at.items() if i == index]
    found.at = {place: i for place, i in found.at.items() if i != index}
    for words in (found.released.asked[place] for place in taken if place in found.released.asked):
        if words.is_words and bare(rest := _left_of(found.pieces[index].source, text)):
            found.at[words.place] = len(found.pieces)
            found.pieces.append(Piece("markdown", rest, claim=words.id))
    if (stub := found.at.get(asked.place)) is not None:
        found.dropped.add(stub)
    found.dropped.discard(index)
    found.pieces[index] = Piece("code", text, found.pieces[index].id, asked.id)
    without_late_stubs([found.pieces[index]], found.released, found.notes)
    found.at[asked.place] = index
    found.notes.append(Note("answer-found", cell=asked.id, by="the names that it defines"))


def _left_of(source: str, code: str) -> str:
    """The lines of a text that are not the code's."""
    ours = {bare(line) for line in code.split("\n")}
    return "\n".join(line for line in source.split("\n") if bare(line) not in ours).strip()


def _speaks_of(source: str, asked: Question) -> list[re.Match[str]]:
    """Where it seems to define one of the names, in any typography."""
    names = "|".join(sorted(map(re.escape, asked.names)))
    text = unicodedata.normalize("NFKC", html.unescape(source))
    pattern = rf"^([^\w\n]*)((?:def|class)[^\S\n]+)?({names})[^\S\n]*([(:]|=(?!=)).*"
    return [found for found in re.finditer(pattern, text, re.M) if not _is_call_in_prose(found)] if names else []


def _holds_definition(piece: Piece, asked: Question) -> bool:
    """Whether code that cannot be read, or remarks, seem to define one of the names somewhere within a line."""
    names = "|".join(sorted(map(re.escape, asked.names)))
    if not names or piece.kind != "code" or (piece.code.parses and not piece.code.is_blank):
        return False
    return bool(re.search(rf"(?:def|class)[^\S\n]+(?:{names})\b", unicodedata.normalize("NFKC", piece.source)))


def _is_call_in_prose(found: re.Match[str]) -> bool:
    """A name with brackets and no `def`, in marks of code or of a console."""
    front, definition, _, sign = found.groups()
    return sign == "(" and not definition and ("`" in front or ">>>" in front)


def _is_given(found: Found, piece: Piece, asked: Question) -> bool:
    """Whether it is the lesson's, or a piece of it, or speaks of the answer in the lesson's lines only: a worked call
    in prose of which a browser translated the rest.
    """
    if bare(piece.source) in found.released.text:
        return True
    spoken = _speaks_of(piece.source, asked)
    return bool(spoken) and all(bare(line[0]) in found.released.given_text for line in spoken)


def _answers(text: str, asked: Question) -> bool:
    """Whether a reading defines what is asked, with something in it."""
    code = read_code(text)
    taken_up = code.before & asked.names & code.binds  # `f = fallback("f", f)`
    return code.parses and bool(code.binds & asked.names) and not taken_up and not asked.is_stub(text)


def _refuse_commented(source: str, asked: Question) -> None:
    """Nobody knows what was meant where a remark holds the whole answer, and no code beside it defines the name."""
    lines = [line for line in source.split("\n") if line.lstrip().startswith("#")]
    if read_code(source).binds & asked.names:
        return
    if any(_answers(part, asked) for text in _uncommented(lines) for part in _from_definitions(text, asked)):
        raise Refused(Note("commented-out", cell=asked.id))


def _refuse_in_quotes(piece: Piece, asked: Question) -> None:
    """Nor where it stands in quotation marks, by which some put code aside, or in which a file keeps its lines."""
    mentioned = piece.kind == "code" and any(name in piece.source for name in asked.names)
    if not mentioned or not piece.code.parses or piece.code.binds & asked.names or len(piece.source) > LONGEST:
        return
    tree = syntax_tree(piece.source)
    texts = [_quoted(node) for node in tree.body] if tree else []
    if any(_answers(text, asked) for text in [*texts, "".join(texts) if all(texts) else ""]):
        raise Refused(Note("commented-out", cell=asked.id))


def _quoted(node: ast.stmt) -> str:
    """The text of a statement that is nothing but a string, or several; empty for any other."""
    parts = getattr(node.value, "elts", [node.value]) if isinstance(node, ast.Expr) else []
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return "".join(texts) if len(texts) == len(parts) else ""


def _from_definitions(text: str, asked: Question) -> Iterator[str]:
    """From each line on that defines a name the longest stretch that is code: a title, or a result, is none."""
    lines = text.split("\n")[:MOST_LINES]
    for start, line in enumerate(lines):
        if _speaks_of(line, asked):
            parts = ("\n".join(lines[start:end]) for end in range(len(lines), start, -1))
            yield next((part for part in parts if read_code(part).parses), "")


def _uncommented(lines: list[str]) -> Iterator[str]:
    """Without the marks that an editor sets in front of each line."""
    yield "\n".join(re.sub(r"^(\s*)#(?: MAGIC)? ?", r"\1", line) for line in lines)
    yield "\n".join(re.sub(r"^(\s*)#", r"\1", line) for line in lines)
