"""Archives: one student's zip, unpacked entry by entry, and a whole class as Canvas or Moodle hands it out.

An entry that would land outside its folder, a link, an encrypted or an oversize one is refused by itself.
"""

import os
import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError
from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.reading import Refused
from vgcourse.grading.kept_files import refuse_disk_fault
from vgcourse.grading.names import shown

MOST_ENTRIES, LARGEST_ENTRY, LARGEST_ALL = 500, 64 * 1024**2, 128 * 1024**2
UNPACKING = ".unpacking"  # a download's folder, beside those of the students
_ROOM_FOR_A_CLASS = 1000  # times as much as for one student

# lovelaceada_LATE_4711_81234_circles-2.ipynb
_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+)")
# Ada Lovelace_81234_assignsubmission_file/circles.ipynb, in older Moodles file_/circles.ipynb; or file_circles.ipynb
_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_file(?:_/?|/)(?P<file>.+)")
# Text typed into the platform's own box: Ada Lovelace_81234_assignsubmission_onlinetext_/onlinetext.html
_MOODLE_TEXT = re.compile(r"(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_onlinetext(?:_/?|/)(?P<file>.+)")
_CANVAS_TEXT = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_(?:\d+_)?(?P<file>(?:text|link)\.html)")
_MOODLE_OTHER = re.compile(r"[^/]+_\d+_assignsubmission_(comments|\w+)")
_FILED = re.compile(r"(.+)_\d+")  # how a student is called whom the gradebook did not know
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Moodle's word for everybody where names are hidden
_HIDDEN = {"参与者", "参与人", "參與者", "学员", "學員", "参加者", "參加者", "참가자", "참여자"}
TYPED = "what was typed into the platform's own box is kept as {file}; it cannot be graded"
# What Canvas adds to the name of a file that was handed in again.
_CANVAS_AGAIN = re.compile(r"-(\d+)(?=\.[A-Za-z0-9]+$)")


@dataclass(frozen=True)
class Handed:
    """One student's files, as they came out of a download: where they lie now, and what was refused."""

    student: str
    lms_id: str
    folder: Path
    late: bool = False
    notes: tuple[str, ...] = ()


def is_zip(path: Path) -> bool:
    """Whether an ordinary file is a zip by its first bytes, whatever its name says."""
    try:
        with open_ordinary(path) as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def is_plain_zip(path: Path) -> bool:
    """Whether it is a zip, and not an office document, which is one inside."""
    if not is_zip(path):
        return False
    try:
        with zipfile.ZipFile(path) as opened:
            return not {"[Content_Types].xml", "mimetype"} & set(opened.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return True


def unpack(archive: Path, into: Path) -> list[Note]:
    """Unpack a zip into the folder ``into`` and return what was refused.

    Raises Refused where the archive itself cannot be read.
    """
    notes: list[Note] = []
    into.mkdir(parents=True, exist_ok=True)
    with _opened(archive) as opened:
        for entry, path in _entries(opened, notes, MOST_ENTRIES):
            if problem := _extract(opened, entry, into / path):
                notes.append(Note("left-out", file=str(path), because=problem))
        _refuse_when_empty(opened, notes, archive)
    return notes


def collect(
    download: Path,
    into: Path,
    lesson: str,
    known: dict[str, str] | None = None,
    keep: Callable[[list[Handed]], object] = lambda handed: None,
) -> tuple[list[Handed], list[str]]:
    """Sort a download from Canvas or Moodle (a zip, or the folder it was unpacked to) into nbgrader's folders.

    Each student's files go to ``into/STUDENT/lesson``, where nothing of an earlier download is left. ``known``: the
    platform's id → a student of the gradebook; others are called by the platform's name and id. ``keep`` hears of
    them while it still shows that the sorting is not at its end. Returns them, and what could not be sorted, a
    clause each. Raises CourseError where the download cannot be read.
    """
    room = into / UNPACKING
    shutil.rmtree(room, ignore_errors=True)
    try:
        notes = _unpack_class(download, room)
        source = room if download.is_file() else download
        handed, notes = _sort(source, into, lesson, notes, known or {})
        if not handed:
            raise Refused(
                "no file in it bears a name that Canvas or Moodle gives to a hand-in; put what was handed in into "
                f"{into.name}/NAME/{lesson}"
            )
        keep(handed)
        return handed, [str(note) for note in notes]
    except Refused as error:
        raise CourseError(f"{download.name} cannot be collected: {error}.") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _unpack_class(download: Path, room: Path) -> list[Note]:
    if download.is_dir():
        room.mkdir(parents=True)
        return []
    if not download.is_file():
        raise Refused("there is no such file or folder")
    notes: list[Note] = []
    with _opened(download) as opened:
        for entry, path in _entries(opened, notes, MOST_ENTRIES * _ROOM_FOR_A_CLASS):
            if problem := _extract(opened, entry, room / path):
                notes.append(Note("left-out", file=str(path), because=problem))
        _refuse_when_empty(opened, notes, download)
    return notes


def _sort(
    source: Path, into: Path, lesson: str, notes: list[Note], known: dict[str, str]
) -> tuple[list[Handed], list[Note]]:
    handed: dict[str, Handed] = {}
    files = (path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink())
    paths = [(path, _inside(path, source)) for path in sorted(files, key=_attempt)]
    again = _known_by_name([found for _, inside in paths if (found := _recognised(inside))], known)
    for path, inside in paths:
        found = _recognised(inside)
        if not found:
            if not _MOODLE_OTHER.match(inside):
                notes.append(Note("left-out", file=inside, because="it follows neither Canvas's names nor Moodle's"))
            continue
        student = known.get(found["id"]) or again.get(found["id"]) or f"{found['name'].strip()}_{found['id']}"
        folder = into / student / lesson
        if student not in handed:
            shutil.rmtree(folder, ignore_errors=True)
            handed[student] = Handed(student, found["id"], folder)
        _take(path, folder / _original(found), notes, inside, move=source.name == UNPACKING)
        handed[student] = _with(handed[student], found)
    return list(handed.values()), notes


def _inside(path: Path, source: Path) -> str:
    return _without_wrapper(os.fsencode(path.relative_to(source)).decode("utf-8", "replace"))


def _known_by_name(found: list[re.Match[str]], known: dict[str, str]) -> dict[str, str]:
    """Moodle's number → a student who was filed under the same name and another number.

    It gives everybody a new number for each assignment. Where two have one name, here or there, nobody guesses; where
    names are hidden, all have the same, of one word. (Chinese, Japanese and Korean names are of one word too.)
    """
    there: dict[str, set[str]] = {}
    for student in known.values():
        if name := _FILED.fullmatch(student):
            there.setdefault(name[1], set()).add(student)
    numbers: dict[str, set[str]] = {}
    for one in found:
        if one.re in (_MOODLE, _MOODLE_TEXT):
            numbers.setdefault(one["name"].strip(), set()).add(one["id"])
    return {
        next(iter(ids)): next(iter(there[name]))
        for name, ids in numbers.items()
        if _is_a_persons(name) and len(ids) == 1 and len(there.get(name, ())) == 1
    }


def _is_a_persons(name: str) -> bool:
    return " " in name or (bool(_UNSPACED.search(name)) and name not in _HIDDEN)


def _without_wrapper(inside: str) -> str:
    """The path from the folder on that Moodle made: whoever packs a download again may put one around all."""
    parts = inside.split("/")
    return "/".join(parts[next((i for i, part in enumerate(parts) if _MOODLE_OTHER.match(part)), 0) :])


def _recognised(inside: str) -> re.Match[str] | None:
    """A path of the download as one of the forms that the platforms give it."""
    name = PurePosixPath(inside).name
    tried = (p.fullmatch(t) for p, t in ((_MOODLE, inside), (_MOODLE_TEXT, inside), (_CANVAS_TEXT, name)))
    return next(filter(None, tried), None) or _CANVAS.fullmatch(name)


def _with(handed: Handed, found: re.Match[str]) -> Handed:
    """What one more file says of the student: that it was late, that it is no file but typed text."""
    notes = handed.notes
    if found.re in (_MOODLE_TEXT, _CANVAS_TEXT):
        notes = (*notes, TYPED.format(file=shown(_original(found))))
    return replace(handed, late=handed.late or bool(found.groupdict().get("late")), notes=notes)


def _take(path: Path, target: Path, notes: list[Note], inside: str, move: bool) -> None:
    """Bring one file to its student; what was unpacked for that is moved, which needs no room on the disk."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target) if move else put_whole(target, path.read_bytes())
    except OSError as error:
        refuse_disk_fault(error)
        notes.append(Note("left-out", file=inside, because=error.strerror or "it cannot be copied"))


def _attempt(path: Path) -> tuple[int, str]:
    """Files handed in again come later, so that the last one stays."""
    again = _CANVAS_AGAIN.search(path.name)
    return (int(again[1]) if again else 0, str(path))


def _original(found: re.Match[str]) -> str:
    """The file's name as the student gave it."""
    moodle = found.re in (_MOODLE, _MOODLE_TEXT)
    return found["file"] if moodle else _CANVAS_AGAIN.sub("", found["file"])


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Refused(f"{archive.name} is not a zip that can be opened ({error})") from error


def _entries(
    opened: zipfile.ZipFile, notes: list[Note], most: int
) -> Iterable[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The entries that may be unpacked, with the place where they belong."""
    room, seen = LARGEST_ALL * max(1, most // MOST_ENTRIES), 0
    for entry in opened.infolist():
        if entry.is_dir():
            continue
        seen += 1
        if seen > most:
            notes.append(Note("left-out", file="what follows", because=f"there are more than {most} files"))
            return
        path = PurePosixPath(_name(entry).replace("\\", "/"))
        room -= entry.file_size
        if problem := _problem(entry, path, room):
            notes.append(Note("left-out", file=str(path), because=problem))
        elif path.parts[0] != "__MACOSX":
            yield entry, path


def _problem(entry: zipfile.ZipInfo, path: PurePosixPath, room: int) -> str | None:
    if path.is_absolute() or ".." in path.parts or not path.parts or re.match(r"[A-Za-z]:", str(path)):
        return "its path leads out of the folder"
    if any(not part.strip(". ") or len(os.fsencode(part)) > 200 for part in path.parts) or len(path.parts) > 12:
        return "its path is no ordinary one"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        return "it is a link or no ordinary file"
    if entry.flag_bits & 0x1:
        return "it is encrypted"
    if entry.file_size > LARGEST_ENTRY or room < 0:
        return f"it unpacks to {entry.file_size // 1024**2} MB, or all together to more than there is room for"
    return None


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str | None:
    """Write one entry; the reason where that fails. What it declares as its size is not believed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(entry) as source:
            data = source.read(LARGEST_ENTRY + 1)
        if len(data) > LARGEST_ENTRY:
            return "it is larger than it says"
        put_whole(target, data)
    except OSError as error:
        refuse_disk_fault(error)
        return f"it is damaged ({error})"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        return f"it is damaged ({error})"
    except Exception as error:  # zlib.error and its like from a broken stream
        return f"it is damaged ({type(error).__name__})"
    return None


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; names that were not marked as UTF-8 are so more often than they are of a 1980s PC."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _refuse_when_empty(opened: zipfile.ZipFile, notes: list[Note], archive: Path) -> None:
    """Raise Refused where the archive holds nothing, or nothing that could be unpacked."""
    files = [entry for entry in opened.infolist() if not entry.is_dir()]
    if not files:
        raise Refused(f"{archive.name} is empty")
    if len(notes) >= len(files):
        raise Refused(f"nothing in {archive.name} could be unpacked: {notes[0]}")
