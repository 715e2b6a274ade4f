"""What the exports share: reading a downloaded roster, finding a student in it, cells that no spreadsheet runs."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing

Table = list[list[str]]
Marks = dict[str, list[Standing]]
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")


def number(value: float | None) -> str:
    """Points in their shortest form; empty where there is no mark."""
    return "" if value is None else f"{value:g}"


def defused(text: str) -> str:
    """Text that a spreadsheet shows and does not compute: a leading apostrophe before a formula's sign."""
    return f"'{text}" if _FORMULA.match(text) else text


def read_table(path: Path) -> Table:
    """The rows of a downloaded CSV; raises CourseError, saying what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text)))
    except OSError as error:
        raise CourseError(f"The roster {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(
            f"The roster {path} is no CSV in UTF-8: take the file as it was downloaded, or save it as such."
        ) from error
    if not rows:
        raise CourseError(f"The roster {path} is empty.")
    return rows


def _dialect(text: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab, whichever the first line has most of."""

    class Found(csv.excel):
        delimiter = max(",;\t", key=text.partition("\n")[0].count)

    return Found


class Finder:
    """Finds a roster's row among the standings by id, login, address or, where only one has it, by name."""

    def __init__(self, found: Iterable[Standing]) -> None:
        self.by_key: dict[str, list[Standing]] = {}
        for standing in found:
            local = standing.email.partition("@")[0]
            names = (standing.first_name + standing.last_name, standing.last_name + standing.first_name)
            for key in {plain(k) for k in (standing.student, standing.lms_id, standing.email, local, *names)} - {""}:
                self.by_key.setdefault(key, []).append(standing)

    def __call__(self, keys: Iterable[str]) -> Standing | None:
        """The one student whom the first telling key names."""
        for key in keys:
            found = self.by_key.get(plain(key), [])
            if len(found) == 1:
                return found[0]
        return None


def plain(text: str) -> str:
    """Letters, digits and ``@`` of the text, without case and accents: ``Lovelace, Ada`` → ``lovelaceada``."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^\w@]|_", "", "".join(c for c in letters if not unicodedata.combining(c)))


def missing(found: Iterable[Standing], seen: set[str], where: str) -> list[str]:
    """A line about those who have a mark and no row."""
    lost = [standing.student for standing in found if standing.score is not None and standing.student not in seen]
    return [f"Not in {where}, so without a row: {', '.join(lost)}."] if lost else []
