"""Landlock: which files a process may touch, where the system has no namespaces to give (Linux 5.13 and later).

Most containers allow it. Numbers and bits are those of the kernel's ``landlock.h``.
"""

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from vgcourse.grading.confinement import linux

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_QUERY, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_BASE = 0x1FFF  # the thirteen rights of the first version
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_NET_BOTH, _SCOPE_BOTH = 3, 3  # bind and connect of TCP; abstract sockets and signals


def version() -> int:
    """The version of Landlock that the running kernel offers; 0 where it offers none."""
    if linux.machine() is None:
        return 0
    try:
        return linux.syscall("landlock_create_ruleset", _CREATE, None, ctypes.c_size_t(0), _VERSION_QUERY)
    except OSError:
        return 0


def confine(readable: Iterable[str], writable: Iterable[str], hidden: Iterable[str] = ()) -> None:
    """From here on this process, and all that it starts, reads and writes below these paths only.

    Of ``hidden`` folders below readable ones the names can be listed, and nothing can be read.

    Needs ``forbid_new_privileges`` first. Paths that do not exist are left out. Raises OSError.
    """
    known = version()
    files = _BASE | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    files |= _IOCTL_DEV if known >= 5 else 0
    ruleset = _create(files, _NET_BOTH if known >= 4 else 0, _SCOPE_BOTH if known >= 6 else 0)
    covered = {os.path.realpath(path) for path in hidden}
    for path in readable:
        _allow_reading(ruleset, path, covered)
    for path in writable:
        _allow(ruleset, path, files)
    linux.syscall("landlock_restrict_self", _RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def _allow_reading(ruleset: int, path: str, covered: set[str]) -> None:
    """A rule holds for all that is below its path: where something hidden is, rules for what stands beside it."""
    real = os.path.realpath(path)
    if real in covered:
        return
    if not any(hidden.startswith(real.rstrip("/") + "/") for hidden in covered):
        _allow(ruleset, path, _EXECUTE | _READ_FILE | _READ_DIR)
        return
    _allow(ruleset, path, _READ_DIR)
    with contextlib.suppress(OSError):
        for name in os.listdir(real):
            _allow_reading(ruleset, os.path.join(real, name), covered)


def _create(files: int, net: int, scope: int) -> int:
    fields = [files, *([net] if net or scope else []), *([scope] if scope else [])]
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    size = ctypes.c_size_t(len(attributes))
    return linux.syscall("landlock_create_ruleset", _CREATE, ctypes.c_char_p(attributes), size, ctypes.c_uint(0))


def _allow(ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(handle).st_mode):
                rights &= _FILE_RIGHTS
            attributes = struct.pack("=Qi", rights, handle)
            args = (ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.c_char_p(attributes))
            linux.syscall("landlock_add_rule", _ADD, *args, ctypes.c_uint(0))
        finally:
            os.close(handle)
