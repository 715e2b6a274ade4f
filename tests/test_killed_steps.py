"""A class run that is killed at any step of its own loses no mark, doubles none and shows none that nobody gave.

A step is whatever changes a disk (see `killed_steps.py`). Some are tried here, those at which marks were lost among
them; ``python -m tests.killed_steps [EVERY]`` tries every one of all stories, or each EVERY-th.
"""

import os
import shutil
import zlib

import pytest

from tests.graded_class import GradedClass, copy_course
from tests.killed_steps import STORIES, begin, killed, problems, stands, told

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process of one's own is killed")
TRIED = 2  # steps of each story


@pytest.mark.parametrize("name", STORIES)
def test_a_run_that_was_killed_and_goes_on_comes_to_what_it_would_have_come_to(root, tmp_path, name):
    begun = tmp_path / "begun"
    begun.mkdir()
    begin(STORIES[name], GradedClass(copy_course(root, begun)))
    course = shutil.copytree(begun, tmp_path / "calm")
    steps = killed(STORIES[name].last, course, at=0)
    calm = {student: told(one) for student, one in stands(course).items()}
    assert steps > 100
    first = zlib.crc32(name.encode()) % (steps // TRIED)
    for at in range(1 + first, steps, steps // TRIED):
        course = shutil.copytree(begun, tmp_path / f"at {at}")
        assert problems(STORIES[name], course, calm, at) == [], f"killed at step {at}"
