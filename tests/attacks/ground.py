"""The ground on which attacks are tried: a course with secrets, servers that should hear nothing, a small lesson."""

import hashlib
import json
import os
import re
import secrets
import socket
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

import vgcourse
from vgcourse.grading.confinement import jupyter, kernels
from vgcourse.grading.confinement.limits import Ending
from vgcourse.grading.notebook.execute import JudgedExecute, verdicts

HERE = Path(__file__).parent
EXERCISE = "first-check"
IMPORT = "from vgcourse import check\n"
ANSWERS = {
    "right": "import numpy as np\n\n\ndef rms(values):\n    return np.sqrt(np.mean(np.square(values)))\n\n\n",
    "wrong": "def rms(values):\n    return 0.123\n\n\n",
    "none": "",
}
SETTINGS = {
    "JudgedExecute": {"timeout": 60, "iopub_timeout": 10, "seed": "attacks"},
    "GradingProvisioner": {"memory_mb": 400, "files_mb": 64, "seconds": 25, "cell_output_mb": 2, "output_mb": 8},
}


@dataclass(frozen=True)
class Attack:
    """A file of ``kernel/``: code for the answer's cell, and what its header says must come of it."""

    name: str
    code: str
    answer: str
    earns: tuple[str, ...]
    says: str
    hangs: bool

    @classmethod
    def read(cls, path: Path) -> "Attack":
        text = path.read_text(encoding="utf-8")
        header = dict(
            re.findall(r"^(answer|earns|says|hangs): (.+)$", text.partition('"""')[2].partition('"""')[0], re.M)
        )
        code = ANSWERS[header["answer"]] + text
        earns, hangs = tuple(header["earns"].split(" or ")), header.get("hangs") == "yes"
        return cls(path.stem, code, header["answer"], earns, header.get("says", ""), hangs)


# Where a cell is expected to hang: patience enough to see it, on a busy machine too.
IMPATIENT = {"JudgedExecute": {"timeout": 2, "iopub_timeout": 1}}

ATTACKS = [Attack.read(path) for path in sorted((HERE / "kernel").glob("*.py"))]


@dataclass
class Outcome:
    """What came of a submission: points as text, or ``not graded``; what the instructor reads; the cells."""

    earned: str
    said: str
    cells: list[NotebookNode] = field(repr=False)
    seconds: float
    ending: Ending | None

    @property
    def everything(self) -> str:
        """All that came out of the kernel."""
        return json.dumps(self.cells) + self.said

    @property
    def printed(self) -> str:
        """What the code wrote, without the tracebacks, in which its source stands."""
        outputs = (output for cell in self.cells for output in cell.outputs)
        return json.dumps([output for output in outputs if output.output_type != "error"])


class Ground:
    """A course on disk, and three servers, in the instructor's world."""

    def __init__(self, folder: Path) -> None:
        self.token = "vgtoken" + secrets.token_hex(16)
        os.environ["SECRET_TOKEN"] = self.token
        self.course = folder / "course"
        self.files = folder / "handed in"
        self.files.mkdir()
        self.secrets = self._write_course()
        self.gradebook = self.course / "gradebook.db"
        self.servers = {"tcp": _listen(socket.SOCK_STREAM), "udp": _listen(socket.SOCK_DGRAM)}
        self.servers["unix"] = _listen_at(str(folder / "grader.sock"))
        self.servers["abstract"] = _listen_at(f"\0grader-{os.getpid()}")
        self._write_ground(folder)

    def digest(self) -> str:
        """One text for all that no submission may change: the course, and the package that is installed."""
        package = Path(vgcourse.__file__).parent / "course"
        watched = [*sorted(self.course.rglob("*")), *sorted(package.rglob("*.py")), Path(numpy.__file__)]
        found = [(str(path), path.read_bytes()) for path in watched if path.is_file()]
        return hashlib.sha256(repr(found).encode()).hexdigest()

    def heard(self) -> list[str]:
        """The servers that somebody has reached."""
        found = []
        for name, server in self.servers.items():
            try:
                server.recv(100) if name == "udp" else server.accept()
                found.append(name)
            except BlockingIOError:
                pass
        return found

    def close(self) -> None:
        for server in self.servers.values():
            server.close()
        del os.environ["SECRET_TOKEN"]

    def _write_course(self) -> list[str]:
        names = ["solutions/00_start/solution.py", "submitted/victim/00_start/victim.ipynb", "home/.netrc"]
        for name in names:
            path = self.course / name
            path.parent.mkdir(parents=True)
            path.write_text(self.token)
        with closing(sqlite3.connect(self.course / "gradebook.db")) as book, book:
            book.execute("create table grade (student text, auto_score real)")
            book.execute("insert into grade values (?, 0.5)", [self.token])
        return [str(self.course / name) for name in [*names, "gradebook.db"]]

    def _write_ground(self, folder: Path) -> None:
        known = {
            "course": str(self.course),
            "secrets": self.secrets,
            "gradebook": str(self.gradebook),
            "token_start": "vgtoken",
            "tcp": self.servers["tcp"].getsockname()[1],
            "udp": self.servers["udp"].getsockname()[1],
            "host": _own_address(),
            "unix": str(folder / "grader.sock"),
            "abstract": "grader-" + str(os.getpid()),
        }
        (self.files / "ground.json").write_text(json.dumps(known))


def grade(code: str, ground: Ground, hangs: bool = False) -> Outcome:
    """Grade a submission of one exercise as a class is graded: own kernel, judge outside."""
    mark = {"grade": True, "grade_id": EXERCISE, "locked": True, "points": 1, "solution": False, "task": False}
    test = new_code_cell('check("first-check", rms)', metadata={"nbgrader": {**mark, "schema_version": 3}})
    nb = new_notebook(cells=[new_code_cell(IMPORT), new_code_cell(code), test])
    config = Config(SETTINGS)
    if hangs:
        config.merge(Config(IMPATIENT))
    execute = JudgedExecute(config=config, kernel_manager_class=Remembering)
    start, said, earned = time.monotonic(), "", None
    try:
        execute.preprocess(nb, {"metadata": {"path": str(ground.files)}})
        (verdict,) = (v for cell in nb.cells[-1:] for v in verdicts(new_notebook(cells=[cell])))
        earned, said = f"{verdict.earned:g}", verdict.message
    except Exception as error:
        # What a driver that grades one submission at a time would list.
        earned, said = "not graded", f"{type(error).__name__}: {error}"
    return Outcome(earned, said, nb.cells, time.monotonic() - start, Remembering.last_ending())


class Remembering(jupyter.GradingKernelManager):
    """A kernel manager whose last kernel's end can be asked for afterwards."""

    last = None

    async def _async_launch_kernel(self, *args, **kwargs):
        await super()._async_launch_kernel(*args, **kwargs)
        Remembering.last = self.provisioner

    @classmethod
    def last_ending(cls):
        return cls.last and cls.last.ending


def left_behind(parent: kernels.WarmParent, seconds: float = 3.0) -> list[str]:
    """What the warm parent's kernels left: processes, or folders; waits a moment for what is ending."""
    until = time.monotonic() + seconds
    while True:
        processes = psutil.Process(parent.pid).children(recursive=True)
        folders = [name for name in os.listdir(parent.base) if name != "warm"]
        left = [str(process) for process in processes] + folders
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)


def _listen(kind: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, kind)
    server.bind(("0.0.0.0", 0))
    if kind == socket.SOCK_STREAM:
        server.listen()
    server.setblocking(False)
    return server


def _listen_at(path: str) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    server.setblocking(False)
    return server


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
            return asked.getsockname()[0]
        except OSError:
            return "127.0.0.1"
