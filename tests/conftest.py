"""What several test files share: the course's root, its lessons, built once."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.quick import pytest_addoption, pytest_collection_modifyitems, pytest_configure, pytest_ignore_collect  # noqa: F401

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
    from tests.lesson_runs import truths

    listed, choices = truths(), {id: told for id, told in both[0]["revealed"].items() if isinstance(told, str)}
    assert choices == {id: listed.get(id) for id in choices}, "tests/prediction_truths.txt has another truth"
    assert not both[0]["cut"], "a figure's axis ends before what is drawn on it"
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
