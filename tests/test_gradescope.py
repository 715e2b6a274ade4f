"""The autograder for Gradescope, unpacked and run here as it is run there, in the layout of its folders."""

import json
import os
import re
import stat
import subprocess
import sys
import zipfile

import nbformat
import pytest

from tests.classes import ANSWER, RIGHT, WRONG
from vgcourse.cli import main
from vgcourse.course.checks.registry import exercises
from vgcourse.grading.export.gradescope import requirements

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell's script")


@pytest.fixture(scope="module")
def autograder(root, tmp_path_factory):
    """A folder as Gradescope has it: the zip, unpacked to ``source``."""
    folder = tmp_path_factory.mktemp("autograder")
    before = os.getcwd()
    os.chdir(root)
    try:
        assert main(["export", "00_start", "--gradescope", str(folder / "made")]) == 0
    finally:
        os.chdir(before)
    with zipfile.ZipFile(folder / "made" / "00_start_autograder.zip") as archive:
        archive.extractall(folder / "source")
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()}
    return folder, modes


def run(folder, answer=None, data=None):
    """What results.json says of a submission with this answer, or these bytes."""
    submission = folder / "submission"
    submission.mkdir(exist_ok=True)
    if data is None:
        nb = nbformat.read(folder / "source" / "course" / "lessons" / "00_start" / "start.ipynb", as_version=4)
        next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == ANSWER).source = answer
        data = nbformat.writes(nb).encode()
    (submission / "start.ipynb").write_bytes(data)
    environment = {**os.environ, "AUTOGRADER_ROOT": str(folder), "AUTOGRADER_PYTHON": sys.executable}
    command = ["bash", str(folder / "source" / "run_autograder")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
    return json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))


def test_the_zip_holds_grader_and_release_and_no_answers(autograder):
    modes = autograder[1]
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert modes["course/.vgcourse/secret"] == 0o600
    assert {"README.txt", "vgcourse/cli/__init__.py", "course/lessons/00_start/start.ipynb"} <= set(modes)
    assert not any("solutions" in name or "__pycache__" in name for name in modes)


def test_requirements_are_those_of_grading_on_linux():
    names = {line.split("<")[0].split(">")[0].split("[")[0] for line in requirements()}
    assert {"keras", "nbgrader", "tensorflow-cpu", "beautifulsoup4"} <= names
    assert not {"tensorflow", "vgcourse", "pytest", "sphinx"} & names


@pytest.mark.slow
def test_a_right_notebook_gets_its_points_and_a_wrong_one_its_sentence(autograder):
    (asked,) = exercises("00_start")
    right, wrong = (run(autograder[0], answer)["tests"] for answer in (RIGHT, WRONG))
    assert [(t["score"], t["max_score"], t["status"]) for t in right] == [(asked.points, asked.points, "passed")]
    assert [(t["score"], t["max_score"], t["status"]) for t in wrong] == [(0, asked.points, "failed")]
    assert right[0]["output"] == asked.passed_message and wrong[0]["output"] not in ("", asked.passed_message)


def test_the_workflow_for_students_repositories_checks_a_lesson_that_there_is(root):
    text = (root / "docs" / "github-classroom.yml").read_text(encoding="utf-8")
    lesson = re.search(r"LESSON: (\S+)", text)[1]
    assert (root / "lessons" / lesson).is_dir() and 'vgcourse check "lessons/$LESSON"' in text


def test_what_cannot_be_graded_says_so(autograder):
    results = run(autograder[0], data=b"{broken")
    assert results["score"] == 0 and results["output"].startswith("Not graded, because start.ipynb is damaged")
