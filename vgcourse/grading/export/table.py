"""What the exports share: reading a downloaded roster, finding a student in it, cells that no spreadsheet runs."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.names import defused, shown

__all__ = [
    "Finder", "Marks", "Table", "defused", "number", "plain", "platform_ids", "read_table", "refuse_mangled",
    "refuse_strangers", "replaced",
]  # fmt: skip

Table = list[list[str]]
Marks = dict[str, list[Standing]]
MOST_STRANGERS = 0.05  # of those with a mark may be missing from a roster
ROUNDING = 0.006  # platforms show two digits
_MANGLED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+|\d+[.,]0+")
_FOLDER_ID = re.compile(r"_(\d+)$")  # what sorting a download leaves at the end of a student's name


def number(value: float | None) -> str:
    """Points in their shortest form; empty where there is no mark."""
    return "" if value is None else f"{value:g}"


def read_table(path: Path) -> Table:
    """The rows of a downloaded CSV that hold something; raises CourseError, saying what is wrong with it."""
    try:
        text = _decoded(path.read_bytes())
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text)))
    except OSError as error:
        raise CourseError(f"The roster {path} cannot be read: {error.strerror}.") from error
    except (UnicodeError, csv.Error) as error:
        raise CourseError(
            f"The roster {path} is no CSV in UTF-8: take the file as it was downloaded, or save it as such."
        ) from error
    if not (rows := [row for row in rows if any(cell.strip() for cell in row)]):
        raise CourseError(f"The roster {path} is empty.")
    return rows


def _decoded(data: bytes) -> str:
    """The text, without what Excel puts in front of it: a mark of its encoding, empty lines, ``sep=;``."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if marked else "utf-8-sig").lstrip("\ufeff\r\n")
    return re.sub(r"\A\"?sep=.\"?[\r\n]+", "", text)


def _dialect(text: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab: with which most of the first lines are as wide as the head, and then the wider one."""
    start = "\n".join(text[:20_000].splitlines()[:12])

    def fits(delimiter: str) -> tuple[int, int]:
        head, *rows = [*csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)] or [[]]
        return sum(len(row) == len(head) for row in rows) if len(head) > 1 else -1, len(head)

    class Found(csv.excel):
        delimiter = max(",;\t", key=fits)

    return Found


class Finder:
    """Finds a roster's row among the standings: by the platform's id, else by login, address or name.

    A key that two students share names nobody.
    """

    def __init__(self, found: Iterable[Standing]) -> None:
        self.by_key: dict[str, list[Standing]] = {}
        self.by_id: dict[str, list[Standing]] = {}
        for standing in found:
            for id in platform_ids(standing):
                self.by_id.setdefault(id, []).append(standing)
            local = standing.email.partition("@")[0]
            names = (standing.first_name + standing.last_name, standing.last_name + standing.first_name,
                     _FOLDER_ID.sub("", standing.student))  # fmt: skip
            for key in {plain(k) for k in (standing.student, standing.lms_id, standing.email, local, *names)} - {""}:
                self.by_key.setdefault(key, []).append(standing)

    def match(self, rows: list[tuple[list[str], str]]) -> list[Standing | None]:
        """The student of each row, which has telling keys and the platform's id.

        Nobody has two rows by key alone, nor one by id and another by key: the other is a namesake's.
        """
        by_id = [self._by_id(id) for _, id in rows]
        taken = {standing.student for standing in by_id if standing}
        by_key = [None if one else self._by_key(keys) for one, (keys, _) in zip(by_id, rows, strict=True)]
        ids: dict[str, set[str]] = {}
        for standing, (_, id) in zip(by_key, rows, strict=True):
            if standing:
                ids.setdefault(standing.student, set()).add(id)
        only = {student for student, theirs in ids.items() if len(theirs) == 1} - taken
        return [a or (b if b and b.student in only else None) for a, b in zip(by_id, by_key, strict=True)]

    def _by_id(self, id: str) -> Standing | None:
        found = self.by_id.get(id.strip(), [])
        return found[0] if len(found) == 1 else None

    def _by_key(self, keys: Iterable[str]) -> Standing | None:
        """The one student whom the first telling key names."""
        found = (self.by_key.get(plain(key), []) for key in keys)
        return next((students[0] for students in found if len(students) == 1), None)


def plain(text: str) -> str:
    """Letters, digits and ``@`` of the text, without case and accents: ``Lovelace, Ada`` → ``lovelaceada``."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^\w@]|_", "", "".join(c for c in letters if not unicodedata.combining(c)))


def refuse_mangled(ids: Iterable[str], where: str) -> None:
    """Raises CourseError where a spreadsheet has made other numbers of the platform's ids: 1.2E+05, 81234.0."""
    if odd := next((id for id in ids if _MANGLED.fullmatch(id.strip())), None):
        raise CourseError(
            f"{where} was saved by a spreadsheet that changed the ids of students ({odd.strip()}): download it "
            "again, and give it as it comes."
        )


def replaced(changes: Iterable[tuple[str, str, str]], platform: str) -> list[str]:
    """A line on the marks that the platform has and this file replaces: (name, its mark, ours)."""
    found = [(name, there, ours) for name, there, ours in changes if ours and _differ(there, ours)]
    if not found:
        return []
    told = ", ".join(f"{shown(name)} {there.strip()} → {ours}" for name, there, ours in found[:20])
    more = " …" if len(found) > 20 else ""
    return [f"{platform} has other marks, which this file replaces: {told}{more}."]


def _differ(there: str, ours: str) -> bool:
    try:
        return abs(float(there.strip().replace(",", ".")) - float(ours)) > ROUNDING
    except ValueError:
        return False  # no mark yet


def platform_ids(standing: Standing) -> set[str]:
    """The numbers by which a learning platform may know a student: from the gradebook, and from a sorted download."""
    folder = _FOLDER_ID.search(standing.student)
    return {standing.lms_id.strip(), folder[1] if folder else ""} - {""}


def refuse_strangers(found: Iterable[Standing], seen: set[str], where: str) -> list[str]:
    """A line about those who have a mark and no row; raises CourseError where they are more than a few."""
    marked = [standing.student for standing in found if standing.score is not None]
    lost = [student for student in dict.fromkeys(marked) if student not in seen]
    if not lost:
        return []
    names = f"{', '.join(map(shown, lost[:20]))}{' …' if len(lost) > 20 else ''}"
    if len(lost) > max(1, MOST_STRANGERS * len(set(marked))):
        raise CourseError(
            f"{len(lost)} of {len(set(marked))} students with a mark are not in {where}: {names}. Nothing was "
            "written. Is it the file of this course and this assignment? Else enter their ids into the "
            "gradebook (`nbgrader db student add NAME --lms-user-id=ID`)."
        )
    return [f"Not in {where}, so without a row: {names}."]
