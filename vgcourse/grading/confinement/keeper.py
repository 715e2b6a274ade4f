"""The keeper of one kernel: a fork of the warm parent that isolates, starts, watches and ends it.

It talks to the grader over one socket, a line of JSON a message: the grader's request, then signals to pass on;
the keeper's ``ready``, then ``ended``. When the socket closes, the kernel and all that it started end.

    warm parent ── keeper ── first process of the namespace ── kernel ── whatever it starts
"""

import contextlib
import json
import os
import select
import signal
import socket
import time
from typing import Any

from vgcourse.grading.confinement import confined, isolation, linux, sandbox
from vgcourse.grading.confinement.confined import Pipes, World
from vgcourse.grading.confinement.isolation import NAMESPACES, Isolation
from vgcourse.grading.confinement.limits import (
    MANY_HANDLES,
    MB,
    MEMORY,
    PROCESSES,
    TIME,
    Limits,
    Usage,
    in_sockets,
    own_memory,
    shared_fairly,
    usage,
    work_of,
)

WATCH_SECONDS = 0.2
START_SECONDS = 60
LEASH_SECONDS, END_SECONDS = 2, 10
TAIL = 4000


def keep(channel: socket.socket, found: dict[str, Isolation]) -> None:
    """Serve one kernel from the request to its end; the caller exits afterwards."""
    request = json.loads(channel.makefile("rb").readline())
    try:
        kernel = Kept(request, found[request["isolation"]], channel)
        kernel.wait_until_ready()
    except Exception as error:
        _send(channel, {"refused": f"{type(error).__name__}: {error}"})
        return
    _send(channel, {"ready": True, "pid": os.getpid()})
    cause = kernel.watch(channel)
    _send(channel, {"ended": kernel.end(cause)})


class Kept:
    """A kernel, as its keeper holds it."""

    def __init__(self, request: dict[str, Any], found: Isolation, channel: socket.socket) -> None:
        self.limits = Limits(**request["limits"])
        self.inherited = own_memory()
        self.began = time.monotonic()
        self.peak, self.tail, self.code, self.looks = 0, b"", None, 0
        world = _world(request, found, self.limits)
        self.level = world.level
        self.pipes = Pipes.open()
        self.first = os.fork()
        if self.first == 0:
            os.close(channel.fileno())
            confined.run(world, request, self.limits, self.pipes)
        self.pipes.close_theirs()
        with contextlib.suppress(OSError):  # among a thousand processes of the kernel's it would hardly come to run
            os.setpriority(os.PRIO_PROCESS, 0, -10)

    def wait_until_ready(self) -> None:
        """Return when the kernel listens; raise TimeoutError or ChildProcessError where it never does."""
        readable, _, _ = select.select([self.pipes.ready_in], [], [], START_SECONDS)
        said = os.read(self.pipes.ready_in, 1) if readable else b""
        os.close(self.pipes.ready_in)
        if said:
            return
        ended = self.end("")
        if not readable:
            raise TimeoutError(f"the kernel did not start within {START_SECONDS} s")
        raise ChildProcessError(f"the kernel ended while it started: {ended['tail'][-1000:] or ended['code']}")

    def watch(self, channel: socket.socket) -> str:
        """Pass signals on until the kernel ends ("") or passes a limit (which one: a cause of `limits`)."""
        streams = [channel, self.pipes.stderr_in]
        while True:
            readable, _, _ = select.select(streams, [], [], WATCH_SECONDS)
            if channel in readable and not self._obey(channel):
                return ""
            if self.pipes.stderr_in in readable and not self._hear():
                streams = [channel]
            if self._is_over():
                return ""
            if cause := self._passed_limit():
                return cause

    def end(self, cause: str) -> dict[str, Any]:
        """End everything that the kernel started, and say what it cost (CPU seconds, peak bytes)."""
        os.close(self.pipes.leash_out)
        if self.level != NAMESPACES or not self._ends_within(LEASH_SECONDS):
            self._kill()
        if self.level != NAMESPACES:
            _end_descendants()
        self._hear()
        spent, tail = os.times(), self.tail.decode(errors="replace")
        cpu = round(spent.children_user + spent.children_system, 3)
        return {"cause": cause, "code": self.code, "cpu": cpu, "peak": self.peak, "tail": tail}

    def _ends_within(self, seconds: float) -> bool:
        """Whether the first process ends by itself: it does when the leash is let go, having killed the rest."""
        deadline = time.monotonic() + seconds
        while not self._is_over():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.003)
        return True

    def _kill(self) -> None:
        if not self._is_over():
            os.kill(self.first, signal.SIGKILL)
            self._ends_within(END_SECONDS)

    def _obey(self, channel: socket.socket) -> bool:
        """Pass on the signals that have arrived; False when the grader wants an end, or has gone."""
        try:
            commands = channel.recv(4096)
        except ConnectionError:
            return False
        for _ in range(commands.count(b"interrupt\n")):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.first, signal.SIGINT)
        for _ in range(commands.count(b"look\n")):
            pids = self._processes()
            kernel = min(pids, default=0) if self.level == NAMESPACES else self.first
            _send(channel, {"others": work_of(pid for pid in pids if pid != kernel)})
        return bool(commands) and b"end\n" not in commands

    def _hear(self) -> bool:
        """Read what the kernel wrote to its raw stderr, keep the end of it; False when it is closed."""
        try:
            data = os.read(self.pipes.stderr_in, 65536)
        except BlockingIOError:
            return True
        self.tail = (self.tail + data)[-TAIL:]
        return bool(data)

    def _is_over(self) -> bool:
        if self.code is not None:
            return True
        pid, status = os.waitpid(self.first, os.WNOHANG)
        if pid:
            self.code = os.waitstatus_to_exitcode(status)
        return bool(pid)

    def _passed_limit(self) -> str:
        limits, now = self.limits, self._usage()
        self.peak = max(self.peak, now.memory)
        if time.monotonic() - self.began > limits.seconds:
            return TIME
        if now.threads > limits.processes + now.processes:
            return PROCESSES
        if now.memory > limits.memory + 256 * MB and self._memory_shared_fairly(now) > limits.memory:
            return MEMORY
        return ""

    def _usage(self) -> Usage:
        self.looks += 1  # lists of mappings cost milliseconds: each second is often enough
        return usage(self._processes(), self.inherited, closely=self.looks % 5 == 0)

    def _memory_shared_fairly(self, now: Usage) -> int:
        pids = self._processes()
        exact = shared_fairly(pids)
        if exact is None:
            return now.memory
        return exact + (in_sockets(pids) if now.handles > MANY_HANDLES else 0)

    def _processes(self) -> list[int]:
        if self.level == NAMESPACES:  # the keeper's /proc shows the namespace and nothing else
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        import psutil

        return [child.pid for child in psutil.Process().children(recursive=True)]


def _world(request: dict[str, Any], found: Isolation, limits: Limits) -> World:
    runtime, files = request["runtime"], request["files"]
    if found.level == NAMESPACES:
        user = sandbox.enter(limits, runtime, files, request["hidden"])
        return World(found.level, user, sandbox.HOME, runtime)
    if linux.machine():
        linux.adopt_orphans()
    user, names = isolation.shared_user(), sandbox.list_files(files)
    home = os.path.join(os.path.dirname(runtime), "home")
    for folder in (home, os.path.join(home, "tmp"), runtime):
        sandbox.own_folder(folder, user)
    sandbox.copy_files(names, files, os.path.join(home, sandbox.WORK), limits.files // 2, user)
    return World(found.level, user, home, runtime)


def _end_descendants() -> None:
    """Kill whatever was started and is left, its orphans too, until nothing is.

    All are halted first: of a crowd that goes on forking some would always be left.
    """
    import psutil

    halted: set[int] = set()
    for _ in range(200):
        left = psutil.Process().children(recursive=True)
        new = [process for process in left if process.pid not in halted]
        halted |= {process.pid for process in new}
        for process in new or left:
            with contextlib.suppress(psutil.Error):
                process.suspend() if new else process.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            return
        time.sleep(0.01)


def _send(channel: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")
