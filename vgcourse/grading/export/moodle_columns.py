"""The columns of Moodle's grading worksheet, in whatever language the site speaks.

Known languages by their words, others by what stands in the columns: a worksheet begins with an identifier that ends
in a number, and the points that can be had are the same in every row, right behind the grade.
"""

import re
from dataclasses import dataclass

from vgcourse.grading.export.table import Table

IDENTIFIER = {"identifier", "id", "identifiant", "identificador", "编号", "标识符", "識別碼", "identificativo"}
GRADE = {"grade", "bewertung", "note", "calificación", "成绩", "成績", "nota", "valutazione", "оценка", "cijfer"}
_MOST = re.compile(r"max|best|höchst|máx|最高|最大", re.IGNORECASE)
_COMMENTS = re.compile(r"feedback|kommentar|comment|coment|retroal|反馈|评语|评论|回饋", re.IGNORECASE)
_NAME = {"full name", "vollständiger name", "nom complet", "nombre completo", "nombre", "全名", "姓名"}
_NUMBER = {"id number", "id-nummer", "numéro d'identification", "número de id", "número de identificación", "学号"}
_USERNAME = {"username", "anmeldename", "nom d'utilisateur", "nombre de usuario", "用户名"}
LIKE_AN_IDENTIFIER = 0.8  # of the rows


@dataclass(frozen=True)
class Columns:
    """Where each stands in the head; None where the worksheet has none."""

    identifier: int
    grade: int
    most: int | None
    comments: int | None
    email: int | None
    name: int | None
    number: int | None
    username: int | None


def find_columns(rows: Table, wanted: str = "") -> Columns | None:
    """The columns of a worksheet; ``wanted`` names that of the grades. None where it is no worksheet."""
    head, body = [name.strip().casefold() for name in rows[0]], rows[1:]
    identifier = _identifier(head, body)
    most = next((i for i, name in enumerate(head) if _MOST.search(name)), None)
    grade = _named(head, {wanted.casefold()}) if wanted else _named(head, GRADE)
    if grade is None and not wanted and most is None:
        most = _constant(body, len(head))
    if grade is None and not wanted and most:
        grade = most - 1
    if identifier is None or grade is None or identifier == grade:
        return None
    return Columns(
        identifier,
        grade,
        most,
        next((i for i in range(len(head) - 1, grade, -1) if _COMMENTS.search(head[i])), None),
        next((i for i in range(len(head)) if any("@" in row[i] for row in body if i < len(row))), None),
        _named(head, _NAME),
        _named(head, _NUMBER),
        _named(head, _USERNAME),
    )


def number_of(identifier: str) -> str:
    """``Participant 81234``, in any language: 81234; empty where it ends in no number."""
    found = re.search(r"(\d+)\s*$", identifier)
    return found[1] if found else ""


def _identifier(head: list[str], body: Table) -> int | None:
    found = _named(head, IDENTIFIER)
    if found is not None:
        return found
    like = sum(bool(re.fullmatch(r"\D+\d+\s*", row[0])) for row in body if row)
    return 0 if body and like >= LIKE_AN_IDENTIFIER * len(body) else None


def _named(head: list[str], names: set[str]) -> int | None:
    return next((i for i, name in enumerate(head) if name in names), None)


def _constant(body: Table, width: int) -> int | None:
    """The first column that holds one number, the same in all rows; where all have one mark, the one behind it."""
    found = [i for i in range(2, width) if _holds_one_number(body, i)]
    return found[1] if found and found[1:2] == [found[0] + 1] else found[0] if found else None


def _holds_one_number(body: Table, column: int) -> bool:
    values = {row[column].strip().replace(",", ".") for row in body if column < len(row)}
    return len(values) == 1 and bool(re.fullmatch(r"\d+(\.\d+)?", next(iter(values))))
