"""Sort a submission out before it is graded: a clean copy that nbgrader can take, or the reason why not.

The folder that was handed in is read and never written to.
"""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dateutil.parser
import dateutil.tz
import nbformat
from nbformat import NotebookNode

from vgcourse.grading.intake import archives
from vgcourse.grading.intake.align import align, grade_id
from vgcourse.grading.intake.reading import Refused, read_bytes, read_cells

MOST_FILES, LARGEST_FILE, LARGEST_ALL = 500, 32 * 1024**2, 64 * 1024**2
_DEEPEST = 6
_IGNORED = (".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git", ".DS_Store", "Thumbs.db")
# "circles (1)", "circles - Copy", "Copy of circles", "circles-Copy1", "circles_2", "circles final"
_COPY = re.compile(r"^(copy of )|([ _-]*(\(\d+\)|copy ?\(?\d*\)?|kopie|copie|final|\d+))+$", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
# nbgrader finds folders with a pattern, in which these mean something; their wide twins mean nothing.
_PATTERN = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in '[]*?+!/\\:"<>|{}'})


@dataclass(frozen=True)
class Prepared:
    """A folder that can be graded, and what was mended in it, a clause each."""

    folder: Path
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotGraded:
    """Why a submission cannot be graded: one clause, to follow "not graded, because"."""

    reason: str


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
        return NotGraded(str(error))
    except (OSError, RecursionError, MemoryError) as error:
        shutil.rmtree(into, ignore_errors=True)
        return NotGraded(f"its files cannot be read ({error})")
    return Prepared(into, tuple(dict.fromkeys(notes)))


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


def _prepare(source: Path, into: Path, release: NotebookNode, name: str) -> list[str]:
    if source.is_symlink() or not source.is_dir():
        raise Refused("what was handed in is not a folder" if not source.is_symlink() else "its folder is a link")
    into.mkdir(parents=True)
    notes: list[str] = []
    source = _unpacked(source, into.with_name(into.name + ".unpacked"), notes)
    try:
        files = list(_files(source, notes))
        path = _find_notebook(files, release, name, notes)
        cells, mended = read_cells(read_bytes(path), path.name)
        notebook, aligned = align(cells, release, path.name)
        nbformat.write(notebook, into / f"{name}.ipynb")
        _copy_others(source, into, [file for file in files if file.suffix.lower() != ".ipynb"], notes)
        return [*notes, *mended, *aligned]
    finally:
        shutil.rmtree(into.with_name(into.name + ".unpacked"), ignore_errors=True)


def _unpacked(source: Path, room: Path, notes: list[str]) -> Path:
    """The folder itself; where it holds an archive in place of a notebook, what is in the archive."""
    names = sorted(path for path in source.iterdir() if path.is_file() and not path.is_symlink())
    zips = [path for path in names if path.suffix.lower() == ".zip"]
    if len(zips) != 1 or any(path.suffix.lower() == ".ipynb" for path in names):
        return source
    notes.append(f"{zips[0].name} was unpacked")
    notes += archives.unpack(zips[0], room)
    for other in names:
        if other != zips[0] and not (room / other.name).exists():
            shutil.copy(other, room / other.name, follow_symlinks=False)
    return room


def _files(source: Path, notes: list[str]) -> Iterator[Path]:
    """The ordinary files of a submission; links and the like are left out and noted."""
    count = 0
    for here, inside, names in os.walk(source, followlinks=False):
        folder = Path(here)
        deep = len(folder.relative_to(source).parts) >= _DEEPEST
        links = [name for name in inside if (folder / name).is_symlink()]
        inside[:] = [] if deep else sorted(n for n in inside if n not in _IGNORED and n not in links)
        for name in sorted([*links, *names]):
            path = folder / name
            if name in _IGNORED or name.startswith("._"):
                continue
            if path.is_symlink() or not path.is_file():
                what = "a link" if path.is_symlink() else "no ordinary file"
                notes.append(f"{_shown(path, source)} is {what} and was left out")
                continue
            count += 1
            if count > MOST_FILES:
                raise Refused(f"it holds more than {MOST_FILES} files")
            yield path


def _find_notebook(files: list[Path], release: NotebookNode, name: str, notes: list[str]) -> Path:
    """The notebook that was meant: by its name, by a name close to it, or by the exercises in it."""
    wanted = f"{name}.ipynb"
    found = [path for path in files if path.suffix.lower() == ".ipynb"]
    exact = sorted((p for p in found if p.name == wanted), key=lambda p: len(p.parts))
    if exact and len({len(path.parts) for path in exact[:2]}) == len(exact[:2]):
        return exact[0]
    if exact:
        raise Refused(f"{wanted} is there {len(exact)} times, in different folders")
    if left_out := [note for note in notes if note.startswith(f"{wanted} is ")]:
        raise Refused(left_out[0].removesuffix(" and was left out"))
    similar = [path for path in found if _same_name(path.stem, name)]
    if len(similar) != 1:
        similar = [path for path in similar or found if _holds_exercises(path, release)]
    if len(similar) == 1:
        notes.append(f"{similar[0].name} was taken for {wanted}")
        return similar[0]
    if similar:
        raise Refused(f"{_listed(similar)} could each be {wanted}")
    raise Refused(f"{wanted} is missing; there {'is only ' + _listed(found) if found else 'is no notebook'}")


def _same_name(stem: str, name: str) -> bool:
    plain = unicodedata.normalize("NFKC", stem).strip().casefold()
    return name.casefold() in (plain, _COPY.sub("", plain).strip(" _-"), re.sub(r"^\d+[_ -]*", "", plain))


def _holds_exercises(path: Path, release: NotebookNode) -> bool:
    """Whether at least half of the lesson's graded cells are in the notebook."""
    wanted = {grade_id(cell) for cell in release.cells} - {""}
    try:
        cells, _ = read_cells(read_bytes(path), path.name)
    except Refused:
        return False
    there = {str(cell.nbgrader.get("grade_id")) for cell in cells} | {cell.id for cell in cells}
    return bool(wanted) and len(wanted & there) * 2 >= len(wanted)


def _copy_others(source: Path, into: Path, files: list[Path], notes: list[str]) -> None:
    left = LARGEST_ALL
    for path in files:
        if path.name == "timestamp.txt" and path.parent == source:
            _copy_timestamp(path, into, notes)
            continue
        try:
            data = read_bytes(path, LARGEST_FILE)
        except Refused as error:
            notes.append(f"{error}, and was left out")
            continue
        left -= len(data)
        if left < 0:
            notes.append(f"{_shown(path, source)} and what follows was left out: together more than 64 MB")
            return
        target = into / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _copy_timestamp(path: Path, into: Path, notes: list[str]) -> None:
    """Keep the time of submission where nbgrader can read it; else it is unknown, which never counts as late."""
    try:
        text = read_bytes(path, 1000).decode("utf-8-sig").strip()
        when = _in_utc(text)
    except (Refused, ValueError, OverflowError, TypeError):
        notes.append("the time in timestamp.txt cannot be read: when it was handed in is not known")
        return
    (into / path.name).write_text(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC")


def _in_utc(text: str) -> datetime:
    """A date with a time, and a zone by name or offset (none: UTC), in UTC. Raises ValueError and its like."""
    if not _TIME.match(text):
        raise ValueError("no date with a time")
    when = dateutil.parser.parse(text, tzinfos=_zone)
    return when.astimezone(UTC) if when.tzinfo else when


def _zone(name: str | None, offset: int | None) -> Any:
    return dateutil.tz.tzoffset(name, offset) if offset is not None else dateutil.tz.gettz(name)


def _shown(path: Path, source: Path) -> str:
    return os.fsencode(path.relative_to(source)).decode("utf-8", "replace")


def _listed(paths: list[Path]) -> str:
    names = [path.name for path in paths[:4]] + (["…"] if len(paths) > 4 else [])
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
