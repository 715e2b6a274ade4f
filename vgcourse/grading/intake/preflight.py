"""Sort a submission out before it is graded: a clean copy that nbgrader can take, or the reason why not.

The folder that was handed in is read and never written to.
"""

import errno
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dateutil.parser
import dateutil.tz
import nbformat
from nbformat import NotebookNode

from vgcourse.grading.intake import archives
from vgcourse.grading.intake.candidates import Candidate, find_notebook, is_notebook, looks_like_notebook
from vgcourse.grading.intake.modules import as_script, is_known, own_modules, run_notebooks
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.reading import Refused, read_bytes, read_cells
from vgcourse.grading.kept_files import refuse_disk_fault

MOST_FILES, LARGEST_FILE, LARGEST_ALL = 500, 32 * 1024**2, 64 * 1024**2
MOST_ARCHIVES = 3  # that are opened where no notebook lies beside them
_DEEPEST = 12  # folders within folders, as many as an archive may have
_IGNORED = (".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git", ".DS_Store", "Thumbs.db")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
# nbgrader finds folders with a pattern, in which these mean something; their wide twins mean nothing.
_PATTERN = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in '[]*?+!/\\:"<>|{}'})
_AHEAD = timedelta(days=1)  # by which a clock may differ: a zone that was not named, say
_TOO_LONG = (errno.ENAMETOOLONG, errno.EINVAL)


@dataclass(frozen=True)
class Prepared:
    """A folder that can be graded, and what was mended in it."""

    folder: Path
    notes: tuple[Note, ...] = ()

    @property
    def signs(self) -> tuple[str, ...]:
        """Clauses on what a person should look at."""
        return tuple(str(note) for note in self.notes if note.needs_look)


@dataclass(frozen=True)
class NotGraded:
    """Why a submission cannot be graded: one clause, to follow "not graded, because", and its kind."""

    reason: str
    kind: str = "unreadable-file"


def prepare(source: Path, into: Path, release: NotebookNode, name: str) -> Prepared | NotGraded:
    """Put a gradable copy of the submission ``source`` into the folder ``into``, which is made anew.

    ``release`` is the notebook as it was released and ``name`` its name without ``.ipynb``. Never raises for
    what a student handed in.
    """
    shutil.rmtree(into, ignore_errors=True)
    try:
        notes = _prepare(source, into, release, name)
    except Refused as error:
        shutil.rmtree(into, ignore_errors=True)
        return NotGraded(str(error), error.kind)
    except (OSError, RecursionError, MemoryError) as error:
        shutil.rmtree(into, ignore_errors=True)
        if isinstance(error, OSError):
            refuse_disk_fault(error)
        return NotGraded(str(_cannot_be_read(error)), "unreadable")
    return Prepared(into, tuple(dict.fromkeys(notes)))


def _cannot_be_read(error: Exception) -> Note:
    if isinstance(error, PermissionError):
        return Note("unreadable-folder", because=error.strerror or "no permission")
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return Note("path-too-long", file=Path(os.fsdecode(error.filename or "")).name)
    return Note("unreadable", because=str(getattr(error, "strerror", "") or error or type(error).__name__))


def student_ids(names: Iterable[str]) -> dict[str, str]:
    """A name that nbgrader can file under for each folder name: unique, and readable as the original.

    ``c[1]`` becomes ``c［1］``: nbgrader looks folders up by a pattern in which brackets mean something else.
    """
    given: dict[str, str] = {}
    for name in sorted(names):
        text = os.fsencode(name).decode("utf-8", "replace")
        plain = unicodedata.normalize("NFC", text).strip().lstrip(".").translate(_PATTERN)
        plain = "".join(c for c in plain if c.isprintable()) or "student"
        id, number = plain, 2
        while id in given.values():
            id, number = f"{plain} ({number})", number + 1
        given[name] = id
    return given


def _prepare(source: Path, into: Path, release: NotebookNode, name: str) -> list[Note]:
    if source.is_symlink() or not source.is_dir():
        raise Refused(Note("folder-is-link" if source.is_symlink() else "no-folder"))
    into.mkdir(parents=True)
    notes: list[Note] = []
    room, more = (into.with_name(f"{into.name}.{what}") for what in ("unpacked", "more"))
    source = _unpacked(source, room, notes)
    try:
        files = list(_files(source, notes))
        chosen = find_notebook(files, release, name, notes, lambda: _spare(source, files, more, notes))
        nbformat.write(chosen.notebook, into / f"{name}.ipynb")
        places = {file: _place(file, source, chosen.path.parent) for file in files if not is_notebook(file)}
        modules = own_modules(places, chosen.notebook)
        _copy_others(source, into, places, modules, notes)
        _copy_run_notebooks(files, into, chosen, notes)
        return [*notes, *chosen.notes]
    finally:
        shutil.rmtree(room, ignore_errors=True)
        shutil.rmtree(more, ignore_errors=True)


def _unpacked(source: Path, room: Path, notes: list[Note]) -> Path:
    """The folder itself; where it holds an archive in place of a notebook, what is in the archive."""
    names = sorted(path for path in source.iterdir() if path.is_file() and not path.is_symlink())
    zips = [p for p in names if p.suffix.lower() == ".zip" or (is_notebook(p) and archives.is_plain_zip(p))]
    if len(zips) != 1 or any(is_notebook(path) for path in names if path not in zips):
        return source
    notes.append(Note("unpacked", file=zips[0].name))
    notes += archives.unpack(zips[0], room)
    for other in names:
        if other != zips[0] and not (room / other.name).exists():
            shutil.copy(other, room / other.name, follow_symlinks=False)
    return room


def _spare(source: Path, files: list[Path], room: Path, notes: list[Note]) -> list[Path]:
    """Where else a notebook may be: in archives, under another name, an editor's own copy; the likeliest first."""
    found = [path for path in files if not is_notebook(path) and looks_like_notebook(path)]
    for number, path in enumerate([path for path in files if path.suffix.lower() == ".zip"][:MOST_ARCHIVES]):
        try:
            notes += archives.unpack(path, room / str(number))
        except Refused as error:
            notes.append(Note("left-out", file=_inside(path, source), because=str(error)))
            continue
        inside = [path for path in _files(room / str(number), notes) if is_notebook(path)]
        found += inside
        notes += [Note("unpacked", file=_inside(path, source))] if inside else []
    folders = sorted({path.parent for path in files} | {source})
    return found or [path for folder in folders for path in sorted(folder.glob(".ipynb_checkpoints/*.ipynb"))]


def _files(source: Path, notes: list[Note]) -> Iterator[Path]:
    """The ordinary files of a submission; links and the like are left out and noted."""
    count, owner = 0, source.stat().st_uid
    for here, inside, names in os.walk(source, followlinks=False, onerror=lambda e: notes.append(_closed(e, source))):
        folder = Path(here)
        deep = len(folder.relative_to(source).parts) >= _DEEPEST
        links = [name for name in inside if (folder / name).is_symlink()]
        if deep and inside:
            notes.append(Note("left-out", file=_inside(folder, source), because="folders in it lie too deep"))
        inside[:] = [] if deep else sorted(n for n in inside if n not in _IGNORED and n not in links)
        for name in sorted([*links, *names]):
            path = folder / name
            if name in _IGNORED or name.startswith("._"):
                continue
            count += 1
            if count > MOST_FILES:
                raise Refused(Note("too-many-files", most=MOST_FILES))
            if kind := _odd_kind(path, owner):
                notes.append(Note(kind, file=_inside(path, source)))
            else:
                yield path


def _odd_kind(path: Path, owner: int) -> str:
    """What a path is instead of an ordinary file of whoever handed in; empty where it is one.

    A backup may have made hard links of all files; one to a file of somebody else's is no part of a hand-in.
    """
    if path.is_symlink() or not path.is_file():
        return "link" if path.is_symlink() else "no-file"
    state = path.stat()
    return "hard-link" if state.st_nlink > 1 and state.st_uid != owner else ""


def _closed(error: OSError, source: Path) -> Note:
    """A folder within that cannot be opened."""
    path = Path(os.fsdecode(error.filename or source))
    if path == source:
        raise error
    return Note("left-out", file=_inside(path, source), because=error.strerror or "it cannot be opened")


def _place(path: Path, source: Path, home: Path) -> Path:
    """Where a file lies as the notebook sees it: a notebook in a folder has its modules and data beside it there."""
    return path.relative_to(home if path.is_relative_to(home) else source)


def _copy_others(source: Path, into: Path, places: dict[Path, Path], modules: set[Path], notes: list[Note]) -> None:
    """Data and the student's own modules; Python files that nothing imports, or that would be in the way, are not."""
    left = LARGEST_ALL
    for path, place in sorted(places.items(), key=lambda item: item[1] == item[0].relative_to(source)):
        if path.name == "timestamp.txt" and path.parent == source:
            _copy_timestamp(path, into, notes)
            continue
        name = _inside(path, source)
        if path.suffix == ".py" and path not in modules:
            if is_known(place.parts[0].removesuffix(".py")):
                notes.append(Note("left-out", file=name, because="it would stand before the module of that name"))
            continue
        try:
            data = read_bytes(path, LARGEST_FILE)
            left -= len(data)
            if left < 0:
                notes.append(Note("left-out", file=f"{name} and what follows", because="together more than 64 MB"))
                return
            # Python asks for a module in composed characters; some systems hand names on in parts.
            target = into / (unicodedata.normalize("NFC", str(place)) if path in modules else place)
            if target.exists():
                continue  # what lies nearer to the notebook
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except Refused as error:
            notes.append(Note("left-out", file=name, because=str(error)))
        except OSError as error:
            if error.errno not in _TOO_LONG:
                raise
            notes.append(Note("left-out", file=name, because="its path is longer than this system allows"))
        else:
            notes += [Note("own-module", file=name)] if path in modules else []


def _copy_run_notebooks(files: list[Path], into: Path, chosen: Candidate, notes: list[Note]) -> None:
    """Another notebook that this one runs goes along as the script `%run` looks for: nbgrader drops notebooks."""
    for name in sorted(run_notebooks(chosen.notebook)):
        path = chosen.path.parent / name
        if path not in files or path == chosen.path:
            continue
        try:
            cells, _ = read_cells(read_bytes(path), path.name)
        except Refused as error:
            notes.append(Note("left-out", file=name, because=str(error)))
            continue
        target = into / f"{name}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_script(cells), encoding="utf-8")
        notes.append(Note("own-module", file=name))


def _copy_timestamp(path: Path, into: Path, notes: list[Note]) -> None:
    """Keep the time of submission where nbgrader can read it; else it is unknown, which never counts as late."""
    try:
        text = read_bytes(path, 1000).decode("utf-8-sig").strip()
        when = _in_utc(text)
    except (Refused, ValueError, OverflowError, TypeError):
        notes.append(Note("unknown-time", because="cannot be read"))
        return
    if when.replace(tzinfo=UTC) > datetime.now(UTC) + _AHEAD:
        notes.append(Note("unknown-time", because="lies in the future, as of a clock that is wrong"))
        return
    (into / path.name).write_text(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC")


def _in_utc(text: str) -> datetime:
    """A date with a time, and a zone by name or offset (none: UTC), in UTC. Raises ValueError and its like."""
    if not _TIME.match(text):
        raise ValueError("no date with a time")
    when = dateutil.parser.parse(text, tzinfos=_zone)
    return when.astimezone(UTC) if when.tzinfo else when


def _zone(name: str | None, offset: int | None) -> Any:
    """Raises ValueError for a name that no zone bears: it may be hours from UTC."""
    zone = dateutil.tz.tzoffset(name, offset) if offset is not None else dateutil.tz.gettz(name)
    if zone is None:
        raise ValueError(f"no zone is called {name}")
    return zone


def _inside(path: Path, source: Path) -> str:
    """The path within the submission, with what is no text in it replaced."""
    return os.fsencode(path.relative_to(source)).decode("utf-8", "replace")
