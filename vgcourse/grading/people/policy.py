"""`class.toml`, the instructor's file of due dates, extensions, late days and groups, read and checked line by line.

Without the file nbgrader's own due dates and its late-submission plugin stand as they are.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vgcourse.errors import CourseError

FILE = "class.toml"
EVERY = "all"  # in a student's extensions: in every lesson
_SECTIONS = ("timezone", "due", "late", "extensions", "handed_in", "groups")
_LATE = ("free_days", "per_day", "at_most", "closed_after", "grace_minutes")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?")
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7}
LONGEST = 3650  # days of an extension
MOST_SHOWN = 80  # characters of a line that is wrong
FIRST_YEAR, LAST_YEAR = 1970, 2200
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_DATE = "date, as in 2026-05-04T23:59:00"


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs: ``per_day`` and ``at_most`` are shares of a lesson's points, or ``in_points``."""

    free_days: int = 0
    per_day: float = 0.0
    at_most: float | None = None
    in_points: bool = False
    closed_after: float | None = None  # days, after which nothing counts
    grace: timedelta = timedelta()


@dataclass(frozen=True)
class ClassPolicy:
    """All that the file says; times are in UTC, without a zone, as nbgrader keeps them."""

    due: dict[str, datetime] = field(default_factory=dict)
    late: LatePolicy | None = None
    extensions: dict[str, dict[str, timedelta | datetime]] = field(default_factory=dict)
    handed_in: dict[str, dict[str, datetime]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exists: bool = False

    def group_of(self, student: str) -> str:
        """The group that a student is in, or the group of that name; empty where there is none."""
        if student in self.groups:
            return student
        return next((name for name, members in self.groups.items() if student in members), "")

    def due_for(self, student: str, lesson: str, due: datetime | None) -> datetime | None:
        """When a student's hand-in is due, by the longest extension of the student and of the group."""
        if due is None:
            return None
        named = [self.extensions.get(who, {}) for who in {student, self.group_of(student)}]
        given = [found[key] for found in named for key in (lesson, EVERY) if key in found]
        return max([due, *(due + more if isinstance(more, timedelta) else more for more in given)])

    def handed_in_at(self, student: str, lesson: str) -> datetime | None:
        """When a student handed in, as the file says; in a group it may name the group, or any member."""
        group, times = self.group_of(student), self.handed_in.get(lesson, {})
        return next((times[who] for who in (student, group, *self.groups.get(group, ())) if who in times), None)

    def names(self) -> set[str]:
        """The names of groups, which are nobody's own."""
        return set(self.groups) - {member for members in self.groups.values() for member in members}

    def people(self) -> set[str]:
        """Everybody whom the file names, groups left out."""
        named = {*self.extensions, *(who for times in self.handed_in.values() for who in times)}
        return {who for who in named if who not in self.groups} | {m for all in self.groups.values() for m in all}


def read_policy(folder: Path, lessons: list[str]) -> ClassPolicy:
    """The policy of the course in ``folder``; raises CourseError with the line or the key that is wrong."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ClassPolicy()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{FILE} cannot be read: {getattr(error, 'strerror', '') or 'it is no UTF-8'}.") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{FILE} cannot be read: {_said(error, text)}") from error
    except (ValueError, RecursionError) as error:  # what the parser does not see to
        what = (
            "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it has too many digits"
        )
        raise CourseError(f"{FILE} cannot be read: {what}.") from error
    return _Reader(data, lessons).policy()


def _said(error: tomllib.TOMLDecodeError, text: str) -> str:
    """What the parser says, and the line that it says it of."""
    found = re.search(r"at line (\d+)", str(error))
    line = text.splitlines()[int(found[1]) - 1].strip() if found else ""
    if name := _unquoted(line):
        return f'in the line `{line}` the name needs quotes, as in "{name}".'
    line = line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN]}…"
    return f"{str(error)[:1].lower()}{str(error)[1:]}" + (f", which is `{line}`." if line else ".")


def _unquoted(line: str) -> str:
    """A name in a heading or before the sign of equality that TOML takes in quotes only; else empty."""
    is_heading = line.startswith("[") and line.endswith("]")
    name = (line[1:-1].partition(".")[2] if is_heading else line.partition("=")[0]).strip()
    plain = re.fullmatch(r"""[\w.-]*|".*"|'.*'""", name, re.ASCII)
    return "" if plain or not (is_heading or "=" in line) else name


class _Reader:
    """Turns the file's tables into a policy; every refusal names the key."""

    def __init__(self, data: dict[str, Any], lessons: list[str]) -> None:
        self.data, self.lessons = data, lessons
        self.zone = self._zone(data.get("timezone", "UTC"))

    def policy(self) -> ClassPolicy:
        self._known(self.data, _SECTIONS, "")
        groups = {name: self._members(name, who) for name, who in self._table(self.data, "groups", "").items()}
        self._refuse_two_groups(groups)
        extensions = self._table(self.data, "extensions", "")
        handed_in = self._table(self.data, "handed_in", "")
        return ClassPolicy(
            due={lesson: self._date(f"due.{lesson}", value) for lesson, value in self._by_lesson("due").items()},
            late=self._late() if "late" in self.data else None,
            extensions={
                who: self._extensions(who, self._table(extensions, who, "extensions.")) for who in extensions
            },
            handed_in={lesson: self._times(lesson, handed_in) for lesson in self._by_lesson("handed_in")},
            groups=groups,
            exists=True,
        )

    def _late(self) -> LatePolicy:
        table = self._table(self.data, "late", "")
        self._known(table, _LATE, "late.")
        per_day, per_day_in_points = self._amount(table, "per_day", 0)
        at_most, at_most_in_points = self._amount(table, "at_most", None)
        if at_most is not None and at_most_in_points != per_day_in_points:
            _refuse("late.at_most", 'per_day and at_most are both a share, as in "10 %", or both points')
        return LatePolicy(
            free_days=int(self._number(table, "free_days", 0, whole=True)),
            per_day=per_day or 0.0,
            at_most=at_most,
            in_points=per_day_in_points,
            closed_after=self._number(table, "closed_after", None),
            grace=timedelta(minutes=self._number(table, "grace_minutes", 0) or 0),
        )

    def _amount(self, table: dict[str, Any], key: str, default: float | None) -> tuple[float | None, bool]:
        value = table.get(key, default)
        if isinstance(value, str):
            if not (found := _SHARE.fullmatch(value.strip())) or float(found[1]) > 100:
                _refuse(f"late.{key}", f'{value!r} is neither a share, as in "10 %", nor a number of points')
            return float(found[1]) / 100, False
        return self._number(table, key, default), value not in (None, 0)

    def _number(self, table: dict[str, Any], key: str, default: float | None, whole: bool = False) -> float | None:
        value = table.get(key, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not 0 <= value < 1e6:
            _refuse(f"late.{key}", f"{value!r} is no {'whole ' if whole else ''}number, 0 or more")
        return value

    def _extensions(self, who: str, table: dict[str, Any]) -> dict[str, timedelta | datetime]:
        self._known(table, (*self.lessons, EVERY), f"extensions.{who}.", "lesson")
        return {lesson: self._extension(f"extensions.{who}.{lesson}", value) for lesson, value in table.items()}

    def _extension(self, key: str, value: Any) -> timedelta | datetime:
        if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
            if (days := float(found[1]) * _DAYS[found[2]]) > LONGEST:
                _refuse(key, f"{value!r} is longer than {LONGEST} days")
            return timedelta(days)
        return self._date(key, value, 'neither a span, as in "3 days", nor ' + _DATE)

    def _times(self, lesson: str, handed_in: dict[str, Any]) -> dict[str, datetime]:
        table = self._table(handed_in, lesson, "handed_in.")
        return {who: self._date(f"handed_in.{lesson}.{who}", value) for who, value in table.items()}

    def _date(self, key: str, value: Any, wanted: str = "no " + _DATE) -> datetime:
        """A date alone means the end of that day."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                _refuse(key, f"{value!r} is {wanted}")
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time(23, 59, 59))
        if not isinstance(value, datetime):
            _refuse(key, f"{value if isinstance(value, time) else repr(value)} is {wanted}")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            _refuse(key, f"{value} is no date of a course: its year is {value.year}")
        aware = value if value.tzinfo else value.replace(tzinfo=self.zone)
        return aware.astimezone(UTC).replace(tzinfo=None)

    def _members(self, name: str, who: Any) -> tuple[str, ...]:
        if not isinstance(who, list) or not who or not all(isinstance(one, str) and one for one in who):
            _refuse(f"groups.{name}", 'a group is a list of its members, as in ["ada", "ben"]')
        return tuple(dict.fromkeys(who))

    def _refuse_two_groups(self, groups: dict[str, tuple[str, ...]]) -> None:
        seen: dict[str, str] = {}
        for name, members in groups.items():
            for member in members:
                if member in seen:
                    _refuse(f"groups.{name}", f"{member} is in {seen[member]} already")
                seen[member] = name

    def _by_lesson(self, section: str) -> dict[str, Any]:
        table = self._table(self.data, section, "")
        self._known(table, self.lessons, f"{section}.", "lesson")
        return table

    def _table(self, table: dict[str, Any], key: str, where: str) -> dict[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            _refuse(f"{where}{key}", f"it is a table: write [{where}{key}] above its lines")
        return found

    def _known(self, table: dict[str, Any], known: Any, where: str, what: str = "key") -> None:
        for key in table:
            if key not in known:
                near = get_close_matches(key, list(known), n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
                raise CourseError(f"{FILE}, {where}{key}: there is no such {what}; {hint}")

    def _zone(self, name: Any) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except Exception:  # whatever the zones' reader raises for what is no name
            _refuse("timezone", f'{name!r} is no time zone, as in "Europe/Berlin"')


def _refuse(key: str, problem: str) -> Any:
    raise CourseError(f"{FILE}, {key}: {problem}{'' if problem[-1] in '.?' else '.'}")
