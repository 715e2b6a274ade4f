"""A world of its own for one submission: namespaces, and a root folder that holds the libraries and little else.

Nothing of the machine is shown unless it is listed: no course, no gradebook, no home, no other submission.
"""

import contextlib
import os
import site
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vgcourse.grading.confinement import linux
from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.confinement.limits import MB, Limits

HOME = "/home/student"
WORK = "work"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
_SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "fonts", "ssl", "alternatives", "mime.types", "localtime")
# Not /dev/zero: what is mapped of it is shared memory that counts for nobody.
_DEVICES = ("null", "full", "random", "urandom")
_NAMESPACES = (
    linux.CLONE_NEWNS
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWUTS
    | linux.CLONE_NEWCGROUP
)
_NOBODY = 65534
_MOST_FILES, _DEEPEST = 2000, 8


@dataclass(frozen=True)
class User:
    """The user that a submission runs as: ``drop`` where it is another one than the grader's."""

    uid: int
    gid: int
    drop: bool


def libraries() -> list[str]:
    """The folders that Python and its packages live in, this package's own among them."""
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).parents[2])]
    user_site = site.getusersitepackages()
    return found + ([user_site] if user_site in sys.path else [])


def readable() -> list[str]:
    """Everything that a submission may read: the system's programs, Python, a few settings."""
    wanted = [*_SYSTEM, *libraries(), *(f"/etc/{name}" for name in _SETTINGS)]
    return [path for path in dict.fromkeys(wanted) if os.path.lexists(path) and path != "/"]


def enter(limits: Limits, runtime: str, files: str | None, hidden: Iterable[str]) -> User:
    """Move this process (of one thread) into new namespaces and a root folder of its own.

    Its next child is the first process of a new process namespace. ``runtime`` is a folder for the kernel's
    sockets, ``files`` is copied to the scratch folder, ``hidden`` is covered where a library folder holds it.
    Raises OSError where the system does not allow it.
    """
    names = list_files(files)
    user = _leave()
    # What is mounted from here on is seen in this namespace alone.
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    root = _root(runtime)
    os.mkdir(root)
    _tmpfs(root, 16 * MB, "755")
    # What may be written comes first: a library folder may lie below it.
    for path, size in ((HOME, limits.files), ("/tmp", limits.files // 4), ("/dev/shm", 64 * MB), (runtime, MB)):
        _tmpfs(root + path, size, "700", user)
    _show_system(root, [os.path.realpath(path) for path in hidden])
    _show_devices(root)
    _write_settings(root, user)
    copy_files(names, files, f"{root}{HOME}/{WORK}", limits.files // 2, user)
    os.mkdir(root + "/proc")
    return user


def settle(user: User, runtime: str) -> bool:
    """In the first process of the new namespace: turn to the new root for good, and give up every right.

    The keeper, which shares the mounts, turns with it. Returns whether the process now has a user namespace of
    its own, in which its processes are counted. Raises OSError.
    """
    root = _root(runtime)
    # Only this process can show the new namespace's processes, and only while the old root is still there.
    linux.mount("proc", root + "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.pivot_root(root)
    linux.mount("none", "/", flags=linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID)
    alone = True
    if user.drop:
        alone = become(user)
    # In a user namespace of its own making a process would have every right again.
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    linux.drop_capabilities()
    linux.forbid_new_privileges()
    return alone


def become(user: User) -> bool:
    """From root to an ordinary user, in a user namespace of its own where the system allows one."""
    # The user last: without root's rights the groups could not be changed any more.
    os.setgroups([])
    os.setresgid(user.gid, user.gid, user.gid)
    os.setresuid(user.uid, user.uid, user.uid)
    try:
        linux.inspectable(True)  # the change of user took away its own files in /proc
        linux.unshare(linux.CLONE_NEWUSER)
        _map_user(user.uid, user.gid)
    except OSError:
        return False
    return True


def outside_user() -> User:
    """The user to run as where there are no namespaces: nobody, when the grader is root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return User(_NOBODY, _NOBODY, drop=True)
    return same_user()


def same_user() -> User:
    """The user that this process runs as (on Windows: a user without numbers)."""
    return User(os.getuid(), os.getgid(), False) if hasattr(os, "getuid") else User(0, 0, False)


def _root(runtime: str) -> str:
    return str(Path(runtime).parent / "root")


def _leave() -> User:
    """Unshare everything: as root directly, as anybody else by way of a user namespace."""
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):
            linux.unshare(_NAMESPACES)
            return User(_NOBODY, _NOBODY, drop=True)
    uid, gid = os.geteuid(), os.getegid()
    linux.unshare(_NAMESPACES | linux.CLONE_NEWUSER)
    _map_user(uid, gid)
    return User(uid, gid, drop=False)


def _map_user(uid: int, gid: int) -> None:
    # The kernel lets an ordinary user map its group only once it can no longer drop groups.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _tmpfs(path: str, size: int, mode: str, user: User | None = None) -> None:
    os.makedirs(path, exist_ok=True)
    options = f"size={size},nr_inodes={max(1024, size // 4096)},mode={mode}"
    if user and user.drop:
        options += f",uid={user.uid},gid={user.gid}"
    linux.mount("tmpfs", path, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)


def _show_system(root: str, hidden: list[str]) -> None:
    """Bind what may be read; cover what must not be seen; deeper paths come later and so lie on top."""
    steps = dict.fromkeys(_with_targets(readable()), _show)
    for path in hidden:
        if any(_is_below(path, shown) for shown in steps) and path not in steps:
            steps[path] = _cover
    for path in sorted(steps, key=lambda path: path.count("/")):
        steps[path](root, path)


def _with_targets(paths: Iterable[str]) -> Iterator[str]:
    """The paths, and where a link on the way leads elsewhere also the place that it leads to."""
    for path in paths:
        yield path
        if os.path.realpath(path) != path:
            yield os.path.realpath(path)


def _show(root: str, path: str) -> None:
    target = root + path
    if os.path.lexists(target) and not os.path.ismount(target) and _is_filled(target):
        return  # already there, as part of a folder above it
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        if not os.path.lexists(target):
            os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        Path(target).touch()
    linux.bind_read_only(path, target)


def _is_filled(target: str) -> bool:
    return not os.path.isdir(target) or bool(os.listdir(target))


def _cover(root: str, path: str) -> None:
    if os.path.isdir(root + path):
        _tmpfs(root + path, MB, "755")
    elif os.path.exists(root + path):
        linux.mount("/dev/null", root + path, flags=linux.MS_BIND)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _show_devices(root: str) -> None:
    for name in _DEVICES:
        Path(root, "dev", name).touch()
        linux.mount(f"/dev/{name}", f"{root}/dev/{name}", flags=linux.MS_BIND)
    os.symlink("/proc/self/fd", root + "/dev/fd")
    with contextlib.suppress(OSError):  # terminals of its own, which `!command` in a notebook asks for
        os.mkdir(root + "/dev/pts")
        flags = linux.MS_NOSUID | linux.MS_NOEXEC
        linux.mount("devpts", root + "/dev/pts", "devpts", flags, "newinstance,ptmxmode=0666,mode=600")
        os.symlink("pts/ptmx", root + "/dev/ptmx")


def _write_settings(root: str, user: User) -> None:
    etc = Path(root, "etc")
    etc.mkdir(exist_ok=True)
    # Python and shells look up who they run as, and where that user lives.
    (etc / "passwd").write_text(f"student:x:{user.uid}:{user.gid}::{HOME}:/bin/sh\n")
    (etc / "group").write_text(f"student:x:{user.gid}:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")


def list_files(folder: str | None) -> list[str]:
    """The ordinary files below a submission's folder: no links, no notebooks, at most ``_MOST_FILES``.

    The notebook stays away because, while it is graded, it holds the hidden tests.
    """
    found: list[str] = []
    for here, inside, names in os.walk(folder or os.devnull, followlinks=False):
        depth = os.path.relpath(here, folder).count(os.sep)
        inside[:] = sorted(
            name for name in inside if depth < _DEEPEST and not os.path.islink(os.path.join(here, name))
        )
        found += [os.path.join(here, name) for name in sorted(names) if not name.endswith(".ipynb")]
        if len(found) > _MOST_FILES:
            break
    return found[:_MOST_FILES]


def copy_files(names: list[str], source: str | None, target: str, budget: int, user: User) -> None:
    """Copy listed files from ``source`` to ``target``, as long as they fit in ``budget`` bytes."""
    own_folder(target, user)
    for name in names:
        inside = os.path.join(target, os.path.relpath(name, source))
        for folder in reversed(list(Path(inside).relative_to(target).parents)[:-1]):
            own_folder(os.path.join(target, folder), user)
        budget -= _copy_file(name, inside, budget, user)


def _copy_file(source: str, target: str, budget: int, user: User) -> int:
    try:
        with open_ordinary(source) as file:
            data = file.read(budget + 1)  # a byte too many says that there is more, without reading it
    except OSError:
        return 0
    if len(data) > budget:
        return 0
    Path(target).write_bytes(data)
    if user.drop:
        os.chown(target, user.uid, user.gid)
    return len(data)


def own_folder(path: str, user: User) -> None:
    """Make a folder that belongs to ``user``, and to nobody else."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    if user.drop:
        os.chown(path, user.uid, user.gid)
