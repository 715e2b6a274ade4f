"""What several test files share: the course's root, its lessons, built once."""

import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

# Quiet, and without the start-up cost of looking for accelerators.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "agg")

# A shell starts its background jobs deaf to Ctrl-C, and so would be all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def built(root):
    """Lesson id → (solved notebook, student's notebook), built from the text."""
    from vgcourse.course.authoring import build
    from vgcourse.course.lesson import lessons

    pairs = {}
    for lesson in lessons(root):
        solved = build.solved_notebook(lesson)
        pairs[lesson.id] = (solved, build.student_notebook(solved, lesson))
    return pairs


# What a lesson's tests read. Their file names the notebook, SOLVED, and may say what to KEEP of the lesson's names.


@pytest.fixture(scope="module")
def both(request):
    """The solved notebook and the student's, each run once: ``lesson_runs.run``."""
    from tests.lesson_runs import run
    from vgcourse.course.authoring.build import student_notebook

    module = request.module
    keep = getattr(module, "KEEP", "")
    student = student_notebook(module.SOLVED, module.LESSON)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda notebook: run(notebook, keep=keep), (module.SOLVED, student)))


@pytest.fixture(scope="module")
def solved(both):
    return both[0]


@pytest.fixture(scope="module")
def unanswered(both):
    return both[1]


@pytest.fixture(scope="module")
def printed(solved):
    return "\n".join(cell["text"] for cell in solved["cells"])


@pytest.fixture(scope="module")
def prose(request):
    cells = request.module.SOLVED.cells
    return " ".join(" ".join(cell.source for cell in cells if cell.cell_type == "markdown").split())


def pytest_addoption(parser):
    parser.addoption("--wing", help="only the tests of these wings, quick ones; empty: of those that git says differ")


def pytest_configure(config):
    if (asked := config.getoption("--wing")) is not None:
        config.wings = set(asked.replace(",", " ").split()) or changed_wings(ROOT)
        config.option.markexpr = config.option.markexpr or "not browser and not slow"


def pytest_ignore_collect(collection_path, config):
    """With ``--wing`` only files that import from the wings asked for are read at all."""
    if hasattr(config, "wings") and collection_path.suffix == ".py" and collection_path.name.startswith("test_"):
        return not wings_of(collection_path) & config.wings or None
    return None


def changed_wings(root: Path) -> set[str]:
    """The folders of the package in which git sees a change that is not committed."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", "vgcourse"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True).stdout
    return {line.split("/")[1] for line in listed.splitlines() if line.count("/") > 1}


def wings_of(path: Path) -> set[str]:
    """The wings that a file of tests imports from; what it takes from the face counts as measuring and the course."""
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"vgcourse\.(nets|measure|show|published|course|grading)\b", text))
    return found | ({"measure", "course"} if re.search(r"import vgcourse|from vgcourse import", text) else set())
