"""The warm parent: a process that has imported the scientific stack and run nothing, and forks a kernel on demand.

Its arguments are the number of a socket and what to import. It serves one grader and ends with it.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import asdict
from typing import NoReturn

from vgcourse.course.checks.sources import observers_only, whose_code
from vgcourse.grading.confinement import isolation, keeper, linux
from vgcourse.grading.confinement.files import remove_all
from vgcourse.grading.confinement.isolation import Isolation


def main() -> None:
    """Import, tell the grader what isolation there is, fork a keeper for each channel that it sends."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    grader = os.getppid()
    found = {choice: isolation.find_out(choice) for choice in isolation.CHOICES}
    base = tempfile.mkdtemp(prefix="vgcourse-")
    os.chmod(base, 0o711)
    keepers: set[int] = set()
    try:
        os.environ["HOME"] = os.path.join(base, "warm")
        take_exercises(json.load(sys.stdin))
        levels = {choice: asdict(level) for choice, level in found.items()}
        hello = {"isolation": levels, "base": base, "imported": import_stack(sys.argv[2:])}
        control.sendall(json.dumps(hello).encode() + b"\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nobody reads it from here on
        if linux.machine():
            linux.adopt_orphans()
        while os.getppid() == grader and _serve(control, keepers, found):
            _bury(keepers)
    finally:
        for keeper in keepers:
            os.kill(keeper, signal.SIGKILL)
        remove_all(base)


def import_stack(stack: list[str]) -> list[str]:
    """Import what there is of the stack; raises RuntimeError where an import has run an operation."""
    imported = []
    for name in stack:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            imported.append(name)
    if _has_run_an_operation():
        raise RuntimeError("an import has run a TensorFlow operation: kernels forked from here would hang")
    gc.collect()
    gc.freeze()
    return imported


def take_exercises(sources: observers_only.Sources) -> None:
    """Exercises are known here, and in every kernel, without judge and own version."""
    observers_only.install(sources)
    for name in sources:
        with contextlib.suppress(Exception):  # an instructor's own may need what is not here: its check will say so
            importlib.import_module(name)
    whose_code.remember()  # once, for all kernels


def _has_run_an_operation() -> bool:
    if "tensorflow" not in sys.modules:
        return False
    from tensorflow.python.eager import context

    return context.context()._context_handle is not None


def _serve(control: socket.socket, keepers: set[int], found: dict[str, Isolation]) -> bool:
    """Wait a second for a channel and fork its keeper; False when the grader has closed the line."""
    readable, _, _ = select.select([control], [], [], 1.0)
    if not readable:
        return True
    asked, handles, _, _ = socket.recv_fds(control, 1, 1)
    if not asked:
        return False
    channel = socket.socket(fileno=handles[0])
    child = os.fork()
    if child == 0:
        _be_keeper(channel, control, found)
    channel.close()
    keepers.add(child)
    return True


def _be_keeper(channel: socket.socket, control: socket.socket, found: dict[str, Isolation]) -> NoReturn:
    try:
        if linux.machine():
            linux.die_with_parent()
        control.close()
        keeper.keep(channel, found)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _bury(keepers: set[int]) -> None:
    """Reap what has ended. Where a keeper went before its kernel, the kernel came to us: it ends too."""
    import psutil

    ended = False
    with contextlib.suppress(ChildProcessError):
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            ended |= pid in keepers
            keepers.discard(pid)
    if ended:
        for child in psutil.Process().children(recursive=False):
            if child.pid not in keepers:
                child.kill()


if __name__ == "__main__":
    main()
