"""What a course keeps for its grader between two runs: a secret, a lock, and what a submission's files add up to."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.names import shown

FOLDER = ".vgcourse"  # beside the folder of submissions
LITTLE = 1_000_000  # bytes left on a disk, with which nothing can be graded for certain
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENFILE, errno.EMFILE}


class DiskFault(CourseError):
    """The disk is full or read-only: nobody's submission is at fault, and grading cannot go on."""


def refuse_disk_fault(error: OSError) -> None:
    """Raise DiskFault where ``error`` says that the disk is full or takes nothing."""
    if error.errno in _OF_THE_DISK:
        where = f" ({shown(os.fsdecode(error.filename))})" if isinstance(error.filename, str | bytes) else ""
        raise DiskFault(f"{error.strerror}{where}. {_GO_ON}") from error


def refuse_full_disk(folder: Path) -> None:
    """Raise DiskFault where next to nothing is left on the disk of ``folder``."""
    with contextlib.suppress(OSError):
        if (left := shutil.disk_usage(folder).free) < LITTLE:
            raise DiskFault(f"The disk of {folder} is full: {left // 1000} kB are left. {_GO_ON}")


def refuse_unwritable(folder: Path) -> None:
    """Raise DiskFault where ``folder``, or what there is of the way to it, takes no file of some size."""
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    probe = there / f".{secrets.token_hex(4)}.new"
    try:
        probe.write_bytes(bytes(LITTLE))  # a quota shows in no figure of the disk
    except OSError as error:
        raise DiskFault(f"Nothing more can be written to {there}: {error.strerror}. {_GO_ON}") from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)


_GO_ON = "Mend that, and give the same command again: what is graded is kept."


def course_secret(path: Path) -> str:
    """The text that the checks' draws start from, made on first use, for its owner's eyes only.

    The same secret gives the same marks, whenever and wherever a submission is graded. Raises CourseError.
    """
    with contextlib.suppress(FileExistsError):
        _write_secret(path)
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise CourseError(f"The course's secret {path} cannot be read: {error}.") from error
    if len(text) < 32:
        raise CourseError(f"The course's secret {path} is damaged: delete it, then grade everybody with --regrade.")
    return text


def _write_secret(path: Path) -> None:
    """Write a new secret, whole or not at all; an existing one stays."""
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        if hasattr(os, "link"):
            os.link(fresh, path)  # fails where another process was quicker
        else:
            fresh.rename(path)
    except FileExistsError:
        raise
    except OSError as error:
        raise CourseError(f"The course's secret cannot be written to {path}: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the course's lock, which goes with the process, however that ends.

    Raises CourseError where somebody else holds it: two runs would grade into the same folders.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CourseError(
                "This course is being graded already, in another window. Wait for it, or stop it there with Ctrl-C."
            ) from error
        yield


def write_whole(path: Path, text: str) -> None:
    """Write a text, or leave what was there: never half of it. What is no text in UTF-8 is replaced.

    A device or a pipe, as in ``--csv /dev/stdout``, is written to as it is, and so is a file in a folder that
    takes no new ones. Raises OSError.
    """
    data = text.encode("utf-8", "replace")
    target = Path(os.path.realpath(path))
    if path.exists() and not (path.is_file() and os.access(target.parent, os.W_OK)):
        path.write_bytes(data)
        return
    draft = target.parent / f".{target.name}.{secrets.token_hex(4)}.new"
    try:
        draft.write_bytes(data)
        with contextlib.suppress(OSError):
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def digest(folder: Path) -> str:
    """The SHA-256 of a folder's files, by their names and contents; what links lead to is not looked at.

    What cannot be looked at counts as such: a name too long, or a folder that may not be opened, stops nothing.
    """
    total = hashlib.sha256()
    for path in _below(folder):
        total.update(os.fsencode(path.relative_to(folder)) + b"\0" + _digest_of(path) + b"\0")
    return total.hexdigest()


def _below(folder: Path) -> list[Path]:
    found = [folder]
    for here, folders, files in os.walk(folder):
        found += [Path(here, name) for name in (*folders, *files)]
    return sorted(found, key=os.fspath)


def _digest_of(path: Path) -> bytes:
    """A link by where it leads, a file by what is in it, a folder by its being there."""
    try:
        if path.is_symlink():
            return b"link\0" + os.fsencode(os.readlink(path))
        if not path.is_file():
            return b"folder" if os.access(path, os.R_OK | os.X_OK) else b"cannot be read"
        with open_ordinary(path) as file:
            return b"file\0" + hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"cannot be read"
