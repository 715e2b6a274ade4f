"""Opening a file that somebody else has put there, and removing a folder in which somebody else has written."""

import contextlib
import errno
import os
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

# What a system lacks (Windows has no links to follow this way) counts as nothing.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


def open_ordinary(path: str | Path) -> BinaryIO:
    """Open an ordinary file to read its bytes.

    Raises OSError for a link, and, without waiting, for a pipe, a device or a folder.
    """
    handle = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no ordinary file", os.fspath(path))
    return open(handle, "rb")


def remove_all(folder: str) -> None:
    """Remove a folder in which a submission wrote what it liked: at any depth, behind closed doors.

    Nothing in here goes as deep as its folders do, and no path is as long. What cannot be removed stays.
    """
    with contextlib.suppress(OSError):
        if not _BY_HANDLE:
            shutil.rmtree(folder, ignore_errors=True)
            return
        if not os.path.islink(folder):
            os.chmod(folder, 0o700)
        _empty(os.open(folder, _FOLDER))
        os.rmdir(folder)


_BY_HANDLE = os.scandir in os.supports_fd and os.unlink in os.supports_dir_fd
_FOLDER = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC"))


def _empty(here: int) -> None:
    """Empty an open folder, and close it: down into one folder after the other, and up again by ``..``."""
    left = [_without_files(here)]  # of the folder and those on the way down: the folders that are left
    try:
        while left:
            if left[-1] and (inside := _entered(left[-1][-1], here)) is not None:
                os.close(here)
                here = inside
                left.append(_without_files(here))
            elif left[-1]:
                left[-1].pop()  # it cannot be entered
            else:
                left.pop()
                here = _left(here, left[-1]) if left else here
    finally:
        os.close(here)


def _without_files(here: int) -> list[str]:
    """Unlink what is no folder; the folders."""
    with os.scandir(here) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=here)
    return [name for name, is_folder in found if is_folder]


def _entered(name: str, here: int) -> int | None:
    try:
        os.chmod(name, 0o700, dir_fd=here)
        return os.open(name, _FOLDER, dir_fd=here)
    except OSError:
        return None


def _left(here: int, names: list[str]) -> int:
    """Go up from an emptied folder, the last of ``names``, and remove it."""
    above = os.open("..", _FOLDER, dir_fd=here)
    os.close(here)
    with contextlib.suppress(OSError):
        os.rmdir(names.pop(), dir_fd=above)
    return above
