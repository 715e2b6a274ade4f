"""What a command prints into a pipe that nobody reads, or onto a disk that is full: a sentence at most."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vgcourse import cli

ROOT = Path(__file__).parents[1]
# As in a user's shell: where output is not held back, a fault shows at once and not as Python ends.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
COMMANDS = list(next(action.choices for action in cli._parser()._actions if action.choices))
CALLS = [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS), ["build", "--check", "00_start"]]


def unread() -> int:
    """The end of a pipe at whose other end there is nobody any more."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("target", "code", "sentences"), [(unread, 0, 0), (full, 2, 1)])
def test_no_command_ends_in_a_complaint_of_python(target, code, sentences):
    running = []
    for call in CALLS:
        out = target()
        arguments = [sys.executable, "-m", "vgcourse", *call]
        running.append(
            subprocess.Popen(arguments, cwd=ROOT, env=ENVIRONMENT, stdout=out, stderr=subprocess.PIPE, text=True)
        )
        os.close(out)
    for call, process in zip(CALLS, running, strict=True):
        said = process.communicate(timeout=120)[1].splitlines()
        assert (process.returncode, len(said)) == (code, sentences), (call, said)
        assert all("vgcourse: No space left on device" in line for line in said), (call, said)


def test_what_is_piped_on_is_whole():
    shown = subprocess.run([sys.executable, "-m", "vgcourse", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0 and all(name in shown.stdout for name in COMMANDS) and not shown.stderr
