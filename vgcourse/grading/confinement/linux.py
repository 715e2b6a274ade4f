"""The Linux system calls that isolation stands on and that Python 3.11 does not offer, through ctypes.

Everything raises OSError, naming the call, where the kernel says no. Importing this module works anywhere.
"""

import ctypes
import os
import platform
import struct
import sys
from functools import cache

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18

_AT_RECURSIVE, _MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 0x8000, 0x1, 0x2
_MNT_DETACH = 2
_SET_PDEATHSIG, _SET_DUMPABLE, _CAPBSET_DROP, _SET_NO_NEW_PRIVS, _SET_CHILD_SUBREAPER = 1, 4, 24, 38, 36
_CAP_VERSION_3, _CAP_LAST_POSSIBLE = 0x20080522, 63
# Numbers that differ between machines; from 424 on they are the same everywhere.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442


def machine() -> str | None:
    """``x86_64`` or ``aarch64`` on 64-bit Linux, else None: elsewhere there is nothing of this to use."""
    name = platform.machine()
    return name if sys.platform == "linux" and name in _PIVOT_ROOT and sys.maxsize > 2**32 else None


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(name: str, number: int, *args: object) -> int:
    """Call by number; ``name`` is for the error message."""
    return _checked(name, _libc().syscall(ctypes.c_long(number), *args))


def unshare(flags: int) -> None:
    """Leave the namespaces named by ``flags`` for new ones. The process must have one thread."""
    _checked("unshare", _libc().unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    encoded = (os.fsencode(source), os.fsencode(target), os.fsencode(kind))
    result = _libc().mount(*encoded, ctypes.c_ulong(flags), os.fsencode(options) or None)
    _checked(f"mount {target}", result)


def bind_read_only(source: str, target: str) -> None:
    """Show ``source`` at ``target``, read-only with everything mounted below it."""
    try:
        mount(source, target, flags=MS_BIND | MS_REC)
        _set_read_only(target)
    except OSError:
        # Before Linux 5.12: one mount only, without what is mounted below it, keeping the flags it has.
        mount(source, target, flags=MS_BIND)
        kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        mount("none", target, flags=MS_BIND | MS_REMOUNT | MS_RDONLY | kept)


def _set_read_only(target: str) -> None:
    attributes = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    args = (ctypes.c_int(-100), ctypes.c_char_p(os.fsencode(target)), ctypes.c_uint(_AT_RECURSIVE))
    syscall("mount_setattr", _MOUNT_SETATTR, *args, buffer, ctypes.c_size_t(len(attributes)))


def pivot_root(new_root: str) -> None:
    """Make ``new_root`` the root of this mount namespace, and let go of the old one entirely."""
    os.chdir(new_root)
    syscall("pivot_root", _PIVOT_ROOT[machine() or ""], ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    _checked("umount2", _libc().umount2(b".", ctypes.c_int(_MNT_DETACH)))
    os.chdir("/")


def prctl(name: str, option: int, value: int = 0) -> None:
    """prctl(2) with one argument."""
    zero = ctypes.c_ulong(0)
    _checked(name, _libc().prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero))


def die_with_parent(signum: int = 9) -> None:
    """Ask for ``signum`` when the parent's thread that forked this process ends."""
    prctl("PR_SET_PDEATHSIG", _SET_PDEATHSIG, signum)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended."""
    prctl("PR_SET_CHILD_SUBREAPER", _SET_CHILD_SUBREAPER, 1)


def inspectable(allowed: bool) -> None:
    """Whether processes of the same user may attach to this one and read its memory."""
    prctl("PR_SET_DUMPABLE", _SET_DUMPABLE, int(allowed))


def forbid_new_privileges() -> None:
    """From here on no program that is started gains rights, set-user-id or not. Seccomp and Landlock ask for it."""
    prctl("PR_SET_NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, for this process and all that it starts."""
    for capability in range(_CAP_LAST_POSSIBLE + 1):
        try:
            prctl("PR_CAPBSET_DROP", _CAPBSET_DROP, capability)
        except OSError:
            break  # past the last capability this kernel knows, or not ours to drop
    header = struct.pack("Ii", _CAP_VERSION_3, 0)
    nothing = struct.pack("IIIIII", 0, 0, 0, 0, 0, 0)
    _checked("capset", _libc().capset(header, nothing))
