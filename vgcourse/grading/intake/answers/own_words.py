"""Words that a student wrote where the lesson does not ask for them: printed by code, beside it, or somewhere else.

Where a written answer is blank and such words are there, a person is asked to look: what they answer is not guessed.
"""

import ast
import re
from collections.abc import Iterator

from vgcourse.grading.intake.code import LONGEST, read_code, syntax_tree
from vgcourse.grading.intake.lesson_cells import Question, Released, bare
from vgcourse.grading.intake.matching import Found
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.piece import Piece

FEWEST = 6  # words of a sentence
FEWEST_BESIDE_CODE = 8  # of a remark: shorter ones say what the code does
_SHOWS = {"print", "display", "Markdown", "HTML", "Latex", "IPython", "core", "md", "Math"}
_TEXT_MAGIC = re.compile(r"%%(?:markdown|html|latex|HTML)\b")
_REMARKS = re.compile(r"(?:^#.*\n?)+", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")


def shows_words(source: str, kept: bool = False) -> bool:
    """Whether code does nothing but show a text, or, with ``kept``, give it a name."""
    if len(source) > LONGEST:
        return False
    if _TEXT_MAGIC.match(source):
        return _count(source.partition("\n")[2]) >= FEWEST
    tree = syntax_tree(source)
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)] if tree else []
    return (
        bool(body)
        and all(_is_text(node, kept) for node in body)
        and sum(_count(text) for text in _texts(body)) >= FEWEST
    )


def note_words_elsewhere(found: Found) -> None:
    """A note for each written answer that is blank, where the student wrote words somewhere."""
    blank = [asked for asked in found.released.asked.values() if asked.is_words and _is_blank(found, asked)]
    start = next(_own_words(found), "") if blank else ""
    if start:
        found.notes += [Note("words-elsewhere", cell=asked.id, start=start[:60]) for asked in blank]


def _is_blank(found: Found, asked: Question) -> bool:
    index = found.at.get(asked.place)
    piece = None if index is None else found.pieces[index]
    return piece is None or (asked.is_stub(piece.source) and not piece.attachments)


def _own_words(found: Found) -> Iterator[str]:
    """How the student's words begin, of each cell that is no answer in words and holds some."""
    read = {found.at.get(place) for place, asked in found.released.asked.items() if asked.is_words}
    answers = {found.at.get(place) for place in found.released.asked} - read
    for index, piece in enumerate(found.pieces):
        if index not in read and len(piece.source) <= LONGEST:
            words = _words_of(piece, is_answer=index in answers)
            yield from (text for text in words if _is_own(text, found.released))


def _words_of(piece: Piece, is_answer: bool) -> Iterator[str]:
    """Words by themselves; in an answer's own cell of code those at its margin, in remarks and in strings."""
    if is_answer:
        yield from _texts(_lone_strings(piece.source))
    elif piece.kind != "code" or piece.code.is_words or shows_words(piece.source, kept=True):
        yield piece.source.strip()
        return
    for found in _REMARKS.finditer(piece.source):
        text = re.sub(r"(?m)^#+ ?", "", found[0]).strip()
        if _count(text) >= FEWEST_BESIDE_CODE and not read_code(text).parses:  # code that was put aside
            yield text


def _lone_strings(source: str) -> list[ast.stmt]:
    """The lines of code that are nothing but a string: what somebody wrote above or below a function."""
    tree = syntax_tree(source)
    return [node for node in tree.body if isinstance(node, ast.Expr) and _is_text(node, False)] if tree else []


def _is_own(text: str, released: Released) -> bool:
    return _count(text) >= FEWEST and bare(text) not in released.text and not released.is_edited(text)


def _count(text: str) -> int:
    return len(_WORD.findall(re.sub(r"https?://\S+|<[^<>]*>|!?\[[^\]]*\]\([^)]*\)", "", text)))


def _is_text(node: ast.stmt, kept: bool) -> bool:
    """A line that shows a text, or gives it a name; nothing in it is computed."""
    if not isinstance(node, ast.Expr | ast.Assign if kept else ast.Expr):
        return False
    inner = list(ast.walk(node.value))
    names = {one.id for one in inner if isinstance(one, ast.Name)}
    return names <= _SHOWS and not any(isinstance(one, ast.JoinedStr | ast.BinOp | ast.Lambda) for one in inner)


def _texts(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        yield from (
            one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
        )
