"""How far a submission can be kept apart on this machine: found out once, said plainly, then applied.

Three levels, the strongest available is used:

``namespaces``  its own users, files, network, processes and shared memory; the course is not there at all
``landlock``    on the same system, but reading only the libraries, writing only its scratch folder, no connections
``process``     its own process, limits and a copied-out folder: it could read what the grader's user can read
"""

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vgcourse.grading.confinement import landlock, linux, sandbox, seccomp
from vgcourse.grading.confinement.limits import Limits
from vgcourse.grading.confinement.sandbox import User

NAMESPACES, LANDLOCK, PROCESS = "namespaces", "landlock", "process"
CHOICES = ("auto", "required", LANDLOCK, PROCESS)

_SHARED_READABLE = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu")
_SHARED_WRITABLE = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class Isolation:
    """What keeps a submission apart here, and what is missing (a clause each)."""

    level: str
    missing: tuple[str, ...] = field(default=())

    def notice(self) -> str | None:
        """One loud line where something is missing, else None."""
        if not self.missing:
            return None
        lead = {NAMESPACES: "Nearly isolated", LANDLOCK: "Partly isolated", PROCESS: "NOT ISOLATED"}[self.level]
        return f"{lead}: submissions run with {_GIVES[self.level]}; missing: {'; '.join(self.missing)}."


_GIVES = {
    NAMESPACES: "their own view of files, network and processes",
    LANDLOCK: "the grader's system in sight, reading only libraries, connecting nowhere, and without the shared "
    "memory that a pool of processes asks for",
    PROCESS: "the grader's own rights in a copied-out folder. They can read what the grader can (solutions, hidden "
    "tests, the work of others, the course's own answers) and write it (gradebook, marks, submissions), leave files "
    "for those who are graded after them, and connect to the network",
}


def find_out(wanted: str) -> Isolation:
    """Try, in child processes, what this machine allows, up to ``wanted`` ("auto" and "required": everything)."""
    if not hasattr(os, "fork"):
        return Isolation(PROCESS, ("this system has no fork, namespaces or resource limits",))
    if linux.machine() is None:
        return Isolation(PROCESS, (f"{sys.platform} has no namespaces",))
    missing: list[str] = []
    if problem := _attempt(_filter_calls):
        missing.append(f"no filter for system calls, which on a shared system closes the network ({problem})")
    if wanted in ("auto", "required"):
        with tempfile.TemporaryDirectory(prefix="vgcourse-") as folder:
            problem = _attempt(lambda: _enter_world(folder))
        if problem is None:
            return Isolation(NAMESPACES, tuple(missing))
        missing.append(f"no namespaces ({problem})")
    if os.geteuid() == 0 and not shared_user().drop:
        missing.append("another user than root, because only root can read the libraries")
    if wanted == PROCESS:
        return Isolation(PROCESS, (*missing, "asked for no more than a process"))
    if problem := _attempt(_enter_landlock):
        return Isolation(PROCESS, (*missing, f"no Landlock ({problem})"))
    return Isolation(LANDLOCK, tuple(missing) or ("asked for no namespaces",))


def confine_shared(level: str, writable: list[str], user: User, hidden: Sequence[str] = ()) -> bool:
    """In a kernel's process on a shared system: fewer rights, fewer paths, none of the ``hidden`` ones.

    Returns whether it has a user namespace of its own.
    """
    if linux.machine() is None:
        return False
    alone = sandbox.become(user) if user.drop else False
    linux.drop_capabilities()
    linux.forbid_new_privileges()
    linux.die_with_parent()
    if level == LANDLOCK:
        readable = [*sandbox.readable(), *_SHARED_READABLE]
        landlock.confine(readable, [*writable, *_SHARED_WRITABLE], hidden)
    return alone


def shared_user() -> User:
    """Whom to run as on a shared system: nobody when the grader is root and nobody can reach the libraries."""
    user = sandbox.outside_user()
    if user.drop and _attempt(lambda: _reach(user)):
        return sandbox.same_user()
    return user


def _enter_world(folder: str) -> None:
    user = sandbox.enter(Limits(), f"{folder}/s", None, ())
    if problem := _attempt(lambda: _settle_and_look(user, f"{folder}/s")):
        raise OSError(problem)


def _settle_and_look(user: User, runtime: str) -> None:
    sandbox.settle(user, runtime)
    open(f"{sandbox.HOME}/tried", "w").close()
    for path in sandbox.libraries():
        os.listdir(path)


def _enter_landlock() -> None:
    if not landlock.version():
        raise OSError("this kernel does not offer it")
    linux.forbid_new_privileges()
    landlock.confine(sandbox.readable(), _SHARED_WRITABLE)


def _filter_calls() -> None:
    linux.forbid_new_privileges()
    if not seccomp.install(shared_system=False):
        raise OSError("this machine is not known to it")


def _reach(user: User) -> None:
    sandbox.become(user)
    for path in sandbox.libraries():
        os.listdir(path)


def _explained(error: Exception) -> str:
    """What an instructor can do about it, where that is known."""
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC:
        return "the system allows no more of them: see `sysctl user.max_user_namespaces`, which may be 0"
    if number in (errno.EPERM, errno.EACCES):
        return f"{error}; ordinary users may not make them here, or this container may not"
    return str(error)


def _attempt(action: Callable[[], None]) -> str | None:
    """Do ``action`` in a child process; None where it worked, else the reason."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            action()
        except Exception as error:
            os.write(writer, _explained(error).encode(errors="replace")[:400] or b"no reason given")
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        problem = file.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return problem or (None if status == 0 else f"the attempt ended with status {status}")
