"""What several test files share: the course's root, its lessons, built once."""

import os
import signal
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
