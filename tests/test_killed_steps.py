"""A class run that is killed at any step of its own loses no mark, doubles none and shows none that nobody gave.

A step is whatever changes a disk (see `killed_steps.py`). Tried here is the one at which most was lost: a submission
is graded and filed, and half of its line in the ledger written. ``python -m tests.killed_steps [EVERY]`` tries all
steps of all stories, or each EVERY-th.
"""

import os
import shutil

import pytest

from tests.graded_class import GradedClass, copy_course
from tests.killed_steps import HALF_A_LINE, STORIES, begin, killed, problems, stands, told

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process of one's own is killed")


@pytest.mark.parametrize("name", STORIES)
def test_a_run_that_was_killed_and_goes_on_comes_to_what_it_would_have_come_to(root, tmp_path, name):
    begun = tmp_path / "begun"
    begun.mkdir()
    begin(STORIES[name], GradedClass(copy_course(root, begun)))
    course = shutil.copytree(begun, tmp_path / "calm")
    steps = killed(STORIES[name].last, course, at=0)
    calm = {student: told(one) for student, one in stands(course).items()}
    assert steps.count(HALF_A_LINE) == len(calm) and len(steps) > 100
    last = len(steps) - steps[::-1].index(HALF_A_LINE)
    assert problems(STORIES[name], shutil.copytree(begun, tmp_path / "killed"), calm, last) == []
