"""Opening a file that somebody else has put there."""

import errno
import os
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
