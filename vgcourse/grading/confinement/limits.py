"""What a submission may use, how much of it it is using, and what a kernel's end is called when it used more."""

import contextlib
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one submission may use, all its processes together unless it says otherwise.

    memory: bytes beyond the imported libraries; one process meets a MemoryError first.
    processes: processes and threads.
    files: bytes in the scratch folder.
    seconds: wall time of the whole submission; a cell's limit is nbgrader's ``Execute.timeout``.
    cell_output, output: bytes that are kept of what one cell, and the whole submission, writes.
    """

    memory: int = 2048 * MB
    processes: int = 64 + 8 * (os.cpu_count() or 1)
    files: int = 256 * MB
    open_files: int = 512
    seconds: float = 900
    cell_output: int = 16 * MB
    output: int = 64 * MB


@dataclass(frozen=True)
class Usage:
    """What a group of processes holds: bytes of memory of their own, processes, threads, slots for open files."""

    memory: int
    processes: int
    threads: int
    handles: int = 0


def set_rlimits(limits: Limits, others: int | None) -> None:
    """Put this process, and all that it starts, under the limits that the system enforces by itself.

    ``others``: how many processes and threads of the same user the system counts along; None: no such limit.
    """
    import resource

    cpu = int(limits.seconds * (os.cpu_count() or 1)) + 60
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": cpu,
        "RLIMIT_FSIZE": limits.files,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 64 * 1024,
    }
    if sys.platform == "linux":
        # Private writable memory, which has no hard bound by resident size; the slack is for threads' stacks.
        wanted["RLIMIT_DATA"] = _status_bytes(os.getpid(), ("VmData",)) + limits.memory + 256 * MB
        if others is not None:
            wanted["RLIMIT_NPROC"] = others + limits.processes
    for name, value in wanted.items():
        if hasattr(resource, name):
            _lower(getattr(resource, name), value)


def _lower(kind: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def usage(pids: Iterable[int], inherited: int, proc: str = "/proc", closely: bool = True) -> Usage:
    """What the processes hold, counting what each wrote since it was forked (``inherited`` bytes before that).

    ``closely``: also the memory that counts for no process, shared memory that was let go and sockets' buffers.
    """
    found = [(pid, status) for pid in pids if (status := _status(pid, proc))]
    pids = [pid for pid, _ in found]
    held = sum(max(0, _kilobytes(status, _RESIDENT) - inherited) for _, status in found)
    shared = sum(_kilobytes(status, ("RssShmem",)) for _, status in found)
    let_go = max(0, shared_mappings(pids, proc) - shared) if closely else 0
    handles = sum(int(status.get("FDSize", "0")) for _, status in found)
    if closely and handles > MANY_HANDLES:
        let_go += in_sockets(pids, proc)
    threads = sum(int(status.get("Threads", "1")) for _, status in found)
    return Usage(held + let_go, len(found), threads, handles)


def work_of(pids: Iterable[int], proc: str = "/proc") -> dict[str, int]:
    """Thread (process/thread) → what it has run so far: nanoseconds, or ticks of the clock where there is no better.

    Empty where the system does not say.
    """
    found: dict[str, int] = {}
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            for thread in os.listdir(Path(proc, str(pid), "task")):
                found[f"{pid}/{thread}"] = _work(Path(proc, str(pid), "task", thread))
    return found


def _work(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except FileNotFoundError:  # a system that does not count so finely
        ticks = (thread / "stat").read_text().rpartition(")")[2].split()
        return int(ticks[11]) + int(ticks[12])


# A shared mapping without a file of its own, as the system's list of mappings shows it: addresses, rights, inode.
_SHARED = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ...s \S+ (\S+) (\d+) +(?:/dev/zero|/memfd:|/SYSV)", re.M)
MANY_HANDLES = 2048  # below, what sockets hold is small


def shared_mappings(pids: Iterable[int], proc: str = "/proc") -> int:
    """Bytes of shared anonymous memory that the processes have mapped: it stays taken when its pages are let go."""
    sizes: dict[tuple[bytes, bytes], int] = {}
    for pid in pids:
        try:
            text = Path(proc, str(pid), "maps").read_bytes()
        except OSError:
            continue
        for start, end, device, inode in _SHARED.findall(text):
            size = int(end, 16) - int(start, 16)
            sizes[device, inode] = max(size, sizes.get((device, inode), 0))
    return sum(sizes.values())


def in_sockets(pids: Iterable[int], proc: str = "/proc") -> int:
    """Bytes that the sockets of the processes may hold, which are counted for no process."""
    found = set()
    for pid in pids:
        try:
            links = [os.readlink(entry.path) for entry in os.scandir(Path(proc, str(pid), "fd"))]
        except OSError:
            continue
        found.update(link for link in links if link.startswith("socket:"))
    return len(found) * 2 * _socket_buffer(proc)


def _socket_buffer(proc: str) -> int:
    try:
        return int(Path(proc, "sys/net/core/wmem_max").read_text())
    except (OSError, ValueError):
        return 212_992  # Linux's default


def shared_fairly(pids: Iterable[int], proc: str = "/proc") -> int | None:
    """Bytes held by the processes, memory that they share counted once; None where the system does not say."""
    pids = list(pids)
    total, shared = 0, 0
    for pid in pids:
        try:
            lines = Path(proc, str(pid), "smaps_rollup").read_text().splitlines()
        except OSError:
            return None
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
        shared += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Shmem:"))
    return total * 1024 + max(shared * 1024, shared_mappings(pids, proc))


def own_memory() -> int:
    """Bytes of memory of its own that this process holds now."""
    return _status_bytes(os.getpid(), _RESIDENT)


_RESIDENT = ("RssAnon", "RssShmem")


def _status_bytes(pid: int, fields: tuple[str, ...]) -> int:
    return _kilobytes(_status(pid, "/proc"), fields)


def _kilobytes(status: dict[str, str], fields: tuple[str, ...]) -> int:
    return 1024 * sum(int(status.get(field, "0").split()[0]) for field in fields)


def _status(pid: int, proc: str) -> dict[str, str]:
    try:
        lines = Path(proc, str(pid), "status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name: value.strip() for name, _, value in pairs}


def threads_of_user(uid: int) -> int:
    """How many processes and threads a user runs now."""
    everyone = (_status(int(name), "/proc") for name in os.listdir("/proc") if name.isdigit())
    mine = (status for status in everyone if status and int(status["Uid"].split()[0]) == uid)
    return sum(int(status.get("Threads", "1")) for status in mine)


# Causes of an end, for programs; `Ending.reason` is what an instructor reads.
TIME, MEMORY, PROCESSES, OUTPUT = "time", "memory", "processes", "output"
LOST = "lost"  # what watched over the kernel is gone
_LIMITS = (TIME, MEMORY, PROCESSES, OUTPUT)
_SETTING = "Where the work itself needs more, raise {} in nbgrader_config.py."


@dataclass(frozen=True)
class Ending:
    """How a kernel ended: ``cause`` (empty where it ended by itself) and the limits that it had, its exit code, CPU
    seconds, peak bytes, its last words on stderr; ``by_itself``: nobody asked it to end."""

    cause: str = ""
    code: int | None = None
    cpu: float = 0.0
    peak: int = 0
    tail: str = ""
    limits: Limits = field(default_factory=Limits)
    by_itself: bool = False

    @property
    def passed_limit(self) -> bool:
        """Whether a limit ended it, so that it would end again."""
        return self.cause in _LIMITS

    @property
    def reason(self) -> str:
        """A sentence, or two; empty where nobody knows more than that it ended."""
        limits = self.limits
        if self.cause == TIME:
            said = f"It ran longer than the {limits.seconds:g} s that a submission has: look for a loop without end. "
            return said + _SETTING.format("GradingProvisioner.seconds")
        if self.cause == MEMORY:
            said = f"It used more than the {limits.memory // MB} MB of memory that it may have. "
            return said + _SETTING.format("GradingProvisioner.memory_mb")
        if self.cause == PROCESSES:
            said = f"It started more than the {limits.processes} processes and threads that it may have. "
            return said + _SETTING.format("GradingProvisioner.processes")
        if self.cause == OUTPUT:
            return f"It went on writing after the {limits.output // MB} MB of output that it has."
        if self.cause == LOST:
            return "What watched over its kernel was killed: perhaps this machine is out of memory. Grade it again."
        return self._how_it_went() if self.by_itself else ""

    def _how_it_went(self) -> str:
        if self.code == 0:
            return "Its code ended the kernel itself, as os._exit(0) does: what follows cannot run."
        if self.code is not None and (self.code < 0 or self.code > 128):
            number = -self.code if self.code < 0 else self.code - 128
            named = {9: "it was killed, by its own code or for want of memory", 11: "it crashed, in compiled code"}
            return f"Signal {number} ended it: {named.get(number, 'its own code, or the system, sent it')}."
        return "Its code ended the kernel." if self.code else ""
