"""The grader's side of kernels: a warm parent, and the kernels that are forked from it.

``start_kernel`` returns a running kernel and the connection to it; ``jupyter`` plugs that into nbgrader.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any

from vgcourse.course.checks import registry
from vgcourse.course.checks.sources import source_parts
from vgcourse.errors import CourseError
from vgcourse.grading.confinement.files import remove_all
from vgcourse.grading.confinement.isolation import CHOICES, NAMESPACES, Isolation
from vgcourse.grading.confinement.limits import LOST, Ending, Limits

LIGHT = (
    "numpy",
    "pandas",
    "sklearn.datasets",
    "sklearn.model_selection",
    "matplotlib.pyplot",
    "matplotlib.font_manager",
    "vgcourse.course.checks",
    "vgcourse.show.plots",
    "ipywidgets",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
)
STACK = (*LIGHT, "tensorflow", "keras", "vgcourse.nets.models", "vgcourse.measure.training")
START_SECONDS = 180
END_SECONDS = 15
LOOK_SECONDS = 10
# Every variable that passes has a name here: of a family, one may hold a password.
_KEPT_NAMES = {
    *("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "KERAS_BACKEND"),
    *("LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LC_MESSAGES"),
    *("TF_ENABLE_ONEDNN_OPTS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_DETERMINISTIC_OPS"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NBGRADER_VALIDATING", "NBGRADER_EXECUTION"),
}
_SET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "4",
}
_PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


class Kernel:
    """A running kernel, at the other end of a socket."""

    def __init__(self, channel: socket.socket, folder: str, limits: Limits) -> None:
        self._channel, self.folder, self._unread, self._limits = channel, folder, b"", limits
        self.ending: Ending | None = None

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the cell that runs."""
        with contextlib.suppress(OSError):
            self._channel.sendall(b"interrupt\n")

    def poll(self) -> Ending | None:
        """How the kernel ended; None while it runs."""
        if self.ending is None and (message := self._receive(0.0)):
            self._heed(message)
        return self.ending

    def others_work(self) -> dict[str, int] | None:
        """Thread of a process that the kernel started → nanoseconds that it has run; None where nobody says."""
        if self.ending is not None:
            return None
        with contextlib.suppress(OSError):
            self._channel.sendall(b"look\n")
        message = self._receive(LOOK_SECONDS) or {}
        self._heed(message)
        return message.get("others")

    def _heed(self, message: dict[str, Any]) -> None:
        if "ended" in message:
            self.ending = Ending(**message["ended"], limits=self._limits, by_itself=True)

    def end(self, cause: str = "") -> Ending:
        """End the kernel and all that it started, because of ``cause``; returns when nothing of it is left."""
        if self.poll() is None:
            with contextlib.suppress(OSError):
                self._channel.sendall(b"end\n")
            message = self._receive(END_SECONDS)
            while message and "ended" not in message:  # an answer that nobody waited for
                message = self._receive(END_SECONDS)
            ending = Ending(**(message or {"ended": {"cause": LOST}})["ended"], limits=self._limits)
            self.ending = replace(ending, cause=cause or ending.cause)
        self._channel.close()
        remove_all(self.folder)
        return self.ending

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None when none came in time, ``{"ended": ...}`` when the keeper is gone."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            self._channel.settimeout(max(1e-6, deadline - time.monotonic()))
            try:
                data = self._channel.recv(65536)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError:
                data = b""
            if not data:
                return {"ended": {"cause": LOST}}
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def wait_until_ready(self) -> None:
        """Return once the kernel listens; raise CourseError, with the reason, where it does not start."""
        message = self._receive(START_SECONDS) or {"refused": f"no answer in {START_SECONDS} s"}
        if "ready" not in message:
            self.end()
            why = message.get("refused") or "what watches over it was killed"
            raise CourseError(f"A kernel for grading did not start: {why}.")
        self.keeper = message["pid"]


class WarmParent:
    """The process that kernels are forked from; started on first use, one a grader's process or lent by another.

    ``stack``: the modules that it imports, as far as they are installed. Raises CourseError where it cannot start.
    """

    def __init__(self, stack: tuple[str, ...] = STACK) -> None:
        ours, theirs = socket.socketpair()
        package = str(Path(__file__).parents[3])
        start = (
            f"import sys; sys.path.append({package!r}); from vgcourse.grading.confinement.warm import main; main()"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", start, str(theirs.fileno()), *stack],
                pass_fds=[theirs.fileno()],
                env=environment(os.environ),
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self._control = ours
        self._send_exercises()
        self._know(self._greet() | {"pid": self._process.pid, "stack": stack})

    def _send_exercises(self) -> None:
        """All that kernels will know of the exercises: judges and the course's own versions never get there."""
        sources = source_parts.observing_sources(tuple(registry.modules()))
        with contextlib.suppress(BrokenPipeError), self._process.stdin as line:
            line.write(json.dumps(sources).encode())

    def _know(self, hello: dict[str, Any]) -> None:
        self._hello = hello
        self.pid, self.base = hello["pid"], hello["base"]
        self.stack, self.imported = tuple(hello["stack"]), tuple(hello["imported"])
        levels = hello["isolation"].items()
        self.isolation = {choice: Isolation(at["level"], tuple(at["missing"])) for choice, at in levels}

    def lend(self, line: Connection, pid: int) -> None:
        """Let process ``pid``, at the other end of ``line``, `borrow` it. Raises OSError where that has ended."""
        line.send(self._hello)
        send_handle(line, self._control.fileno(), pid)

    @classmethod
    def borrow(cls, line: Connection) -> "WarmParent":
        """A warm parent that another process of the grader started, and will end; see `lend`."""
        parent = cls.__new__(cls)
        parent._process = None
        parent._know(line.recv())
        parent._control = socket.socket(fileno=recv_handle(line))
        return parent

    @property
    def is_borrowed(self) -> bool:
        """Whether another process started it."""
        return self._process is None

    @property
    def is_alive(self) -> bool:
        """Whether it can fork kernels still."""
        if self._process is not None:
            return self._process.poll() is None
        try:  # it says nothing after its greeting, so that there is only its end to hear
            return self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def fork(self, request: dict[str, Any]) -> Kernel:
        """Start a kernel and return it when it listens. Raises CourseError."""
        channel, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"k"], [theirs.fileno()])
            except OSError as error:
                channel.close()
                raise CourseError("The warm parent of the kernels has ended.") from error
        channel.sendall(json.dumps(request).encode() + b"\n")
        kernel = Kernel(channel, os.path.dirname(request["runtime"]), Limits(**request["limits"]))
        kernel.wait_until_ready()
        return kernel

    def close(self) -> None:
        """End it, and with it every kernel that is left; one that is borrowed goes on."""
        self._control.close()
        if self._process is None:
            return
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stderr.close()
        if hasattr(self, "base"):
            remove_all(self.base)

    def _greet(self) -> dict[str, Any]:
        self._control.settimeout(START_SECONDS)
        line = b""
        with contextlib.suppress(OSError):
            line = self._control.makefile("rb").readline()
        self._control.settimeout(None)
        if line:
            return json.loads(line)
        self._process.kill()
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        self.close()
        raise CourseError(f"The warm parent of the kernels did not start: {said[-1] if said else 'no reason given'}")


_parents: dict[int, WarmParent] = {}


def warm_parent(stack: tuple[str, ...] = STACK) -> WarmParent:
    """This process's warm parent; started, or started again, where there is none or it lacks some of ``stack``.

    (): any will do. One of this process's own that lacks something ends with its kernels; a borrowed one stays.
    """
    own = os.getpid()
    there = _parents.get(own)
    if there and there.is_alive and (there.is_borrowed or set(stack) <= set(there.stack)):
        return there
    if there:
        _parents.pop(own).close()
    _parents[own] = WarmParent(stack or STACK)
    return _parents[own]


def borrow_parent(line: Connection) -> None:
    """Use the warm parent that `WarmParent.lend` puts on the line, in place of one of this process's own."""
    _parents[os.getpid()] = WarmParent.borrow(line)


def isolation_here(choice: str = "auto") -> Isolation:
    """What keeps a submission apart on this machine when ``choice`` is asked for.

    Raises CourseError where the choice is unknown, or "required" and not to be had.
    """
    if choice not in CHOICES:
        raise CourseError(f"isolation is one of {', '.join(CHOICES)}, not {choice!r}.")
    found = warm_parent(()).isolation[choice]
    if choice == "required" and found.level != NAMESPACES:
        raise CourseError(f"Isolation is required, and this machine does not give it. {found.notice()}")
    return found


@atexit.register
def close_parent() -> None:
    """End this process's warm parent and all its kernels."""
    if parent := _parents.pop(os.getpid(), None):
        parent.close()


def start_kernel(
    files: Path | None = None,
    *,
    isolation: str = "auto",
    limits: Limits | None = None,
    hidden: tuple[Path, ...] = (),
    key: str = "",
    seed: int = 0,
    env: dict[str, str] | None = None,
) -> tuple[Kernel, dict[str, Any]]:
    """Start a kernel whose working folder is a copy of ``files``; returns it and its connection.

    ``hidden`` paths are covered where a library folder holds them; ``key`` signs the messages; ``seed`` starts
    the random generators; of ``env`` only what a kernel needs is passed on. Raises CourseError.
    """
    found, parent = isolation_here(isolation), warm_parent()
    folder = os.path.join(parent.base, uuid.uuid4().hex[:8])
    os.mkdir(folder)
    os.chmod(folder, 0o711)
    runtime = os.path.join(folder, "s")
    connection = {
        "transport": "ipc",
        "ip": os.path.join(runtime, "k"),
        "key": key or uuid.uuid4().hex,
        "signature_scheme": "hmac-sha256",
        "kernel_name": "",
        **_PORTS,
    }
    kernel = parent.fork(
        {
            "isolation": isolation,
            "runtime": runtime,
            "files": os.fspath(files) if files else None,
            "hidden": [*source_parts.folders(tuple(registry.modules())), *map(os.fspath, hidden)],
            "limits": asdict(limits or Limits()),
            "env": environment(os.environ if env is None else env),
            "seed": seed,
            "connection": connection,
        }
    )
    if found.level == NAMESPACES:
        # The sockets lie in the kernel's own world; its keeper, which the student cannot see, stands in it.
        os.symlink(f"/proc/{kernel.keeper}/root{runtime}", runtime)
    return kernel, connection


def environment(whole: dict[str, str]) -> dict[str, str]:
    """What a kernel is told of the grader's environment: no tokens, no paths into the course."""
    kept = {k: v for k, v in whole.items() if k in _KEPT_NAMES}
    return {**kept, **_SET}
