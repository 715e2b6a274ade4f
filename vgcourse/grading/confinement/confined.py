"""What runs inside: the first process of a namespace, and the kernel that it starts.

The first process stays out of the student's reach. It passes interrupts on, and when the kernel ends, or the
keeper does, it ends and takes everything in the namespace with it.
"""

import contextlib
import json
import os
import random
import select
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NoReturn

from vgcourse.course.checks import own_work
from vgcourse.grading.confinement import isolation, linux, sandbox, seccomp
from vgcourse.grading.confinement.isolation import NAMESPACES
from vgcourse.grading.confinement.limits import Limits, set_rlimits, threads_of_user
from vgcourse.grading.confinement.sandbox import User

MOST_FRAMES = 40  # of a traceback that is shown; those of TensorFlow's own errors have fewer


@dataclass(frozen=True)
class World:
    """Where a kernel lives: how far apart, as whom, its home, the folder of its sockets."""

    level: str
    user: User
    home: str
    runtime: str


@dataclass(frozen=True)
class Pipes:
    """Between keeper and kernel: a byte when it listens, its raw stderr, and the leash that ends it."""

    ready_in: int
    ready_out: int
    stderr_in: int
    stderr_out: int
    leash_in: int
    leash_out: int

    @classmethod
    def open(cls) -> "Pipes":
        """Three new pipes; stderr is read without waiting."""
        pipes = cls(*os.pipe(), *os.pipe(), *os.pipe())
        os.set_blocking(pipes.stderr_in, False)
        return pipes

    def close_theirs(self) -> None:
        """In the keeper: close the kernel's ends."""
        for handle in (self.ready_out, self.stderr_out, self.leash_in):
            os.close(handle)

    def close_ours(self) -> None:
        """In the kernel: close the keeper's ends."""
        for handle in (self.ready_in, self.stderr_in, self.leash_out):
            os.close(handle)


def run(world: World, request: dict[str, Any], limits: Limits, pipes: Pipes) -> NoReturn:
    """In the keeper's child: become the kernel, by way of a first process where there is a namespace."""
    try:
        pipes.close_ours()
        _redirect(pipes)
        if world.level == NAMESPACES:
            others = 0 if sandbox.settle(world.user, world.runtime) else threads_of_user(world.user.uid)
            kernel = _start_below(pipes)
            if kernel:
                _guard(kernel, pipes)
        else:
            crowd = threads_of_user(world.user.uid) if os.path.exists("/proc") else 0
            alone = isolation.confine_shared(world.level, [world.home, world.runtime], world.user, request["hidden"])
            others = 0 if alone else crowd
        _be_kernel(world, request, limits, others, pipes)
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(1)


def _start_below(pipes: Pipes) -> int:
    """Fork the kernel from a first process that it cannot inspect; 0 in the kernel."""
    linux.die_with_parent()
    linux.inspectable(False)
    kernel = os.fork()
    if kernel == 0:
        linux.inspectable(True)
        linux.die_with_parent()
    else:
        os.close(pipes.ready_out)
    return kernel


def _guard(kernel: int, pipes: Pipes) -> NoReturn:
    """Pass interrupts to the kernel, bury the dead, end with the kernel or when the leash is let go."""
    heard, bell = os.pipe()
    os.set_blocking(heard, False)
    os.set_blocking(bell, False)
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    while True:
        if (code := _bury(kernel)) is not None:
            _end_namespace(code if code >= 0 else 128 - code)
        readable, _, _ = select.select([heard, pipes.leash_in], [], [], 1.0)
        if pipes.leash_in in readable:
            _end_namespace(0)
        if heard in readable and signal.SIGINT in os.read(heard, 4096):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kernel, signal.SIGINT)


def _end_namespace(code: int) -> NoReturn:
    """Kill and reap every process of the namespace, so that what they cost is counted, and end."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    os._exit(code)


def _bury(kernel: int) -> int | None:
    """Reap what has ended; the kernel's exit code when it is among them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return None
            if pid == kernel:
                return os.waitstatus_to_exitcode(status)
    return None


def _be_kernel(world: World, request: dict[str, Any], limits: Limits, others: int, pipes: Pipes) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.close(pipes.leash_in)
    _move_in(world, request["env"])
    set_rlimits(limits, others)
    with contextlib.suppress(OSError):
        seccomp.install(shared_system=world.level != NAMESPACES)
    _seed(request["seed"])
    own_work.guard_profiler()
    app = _listening_kernel(world, request["connection"])
    os.write(pipes.ready_out, b"!")
    os.close(pipes.ready_out)
    app.start()
    os._exit(0)


def _redirect(pipes: Pipes) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (pipes.stderr_out, 1), (pipes.stderr_out, 2)):
        os.dup2(source, target)
    for handle in (null, pipes.stderr_out):
        os.close(handle)


def _move_in(world: World, env: dict[str, str]) -> None:
    temporary = "/tmp" if world.level == NAMESPACES else os.path.join(world.home, "tmp")
    os.environ.clear()
    os.environ.update(env, HOME=world.home, TMPDIR=temporary, USER="student", LOGNAME="student")
    os.environ.update(IPYTHONDIR=f"{world.home}/.ipython", MPLCONFIGDIR=f"{world.home}/.matplotlib")
    tempfile.tempdir = None
    os.chdir(os.path.join(world.home, sandbox.WORK))
    sys.path.append(os.getcwd())  # last: a student's own modules come along, and stand before nobody else's


def _seed(seed: int) -> None:
    """Start every generator anew: forks would otherwise all draw what their parent would have drawn."""
    random.seed(seed)
    for name, function in (("numpy", "random.seed"), ("keras", "utils.set_random_seed")):
        if module := sys.modules.get(name):
            part, _, last = function.rpartition(".")
            getattr(getattr(module, part), last)(seed)


def _listening_kernel(world: World, connection: dict[str, Any]) -> Any:
    from ipykernel.kernelapp import IPKernelApp

    file = os.path.join(world.runtime, "kernel.json")
    with open(file, "w") as stream:
        json.dump(connection, stream)
    sys.argv = ["ipykernel_launcher.py"]
    app = IPKernelApp.instance()
    app.initialize(["-f", file, "--HistoryManager.enabled=False", "--log-level=CRITICAL"])
    os.unlink(file)
    shorten_tracebacks(app.shell.InteractiveTB)
    return app


def shorten_tracebacks(formatter: Any) -> None:
    """Cut the middle out of deep tracebacks before IPython reads the source of each frame.

    For each frame of a cell it asks all imported modules for their files: with TensorFlow, an endless recursion takes
    it a minute, and the submission's time.
    """
    whole = formatter.structured_traceback

    def shortened(etype: Any, evalue: Any = None, etb: Any = None, *args: Any, **kwargs: Any) -> Any:
        error, links = evalue, 0
        while isinstance(error, BaseException) and links < MOST_FRAMES:  # and those in whose handling it was raised
            _cut_middle(error.__traceback__)
            error, links = error.__cause__ or error.__context__, links + 1
        return whole(etype, evalue, etb, *args, **kwargs)

    formatter.structured_traceback = shortened


def _cut_middle(frame: TracebackType | None) -> None:
    """Of more frames than `MOST_FRAMES` only the first and the last stay."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.tb_next
    if len(frames) > MOST_FRAMES:
        frames[MOST_FRAMES // 2 - 1].tb_next = frames[-MOST_FRAMES // 2]
