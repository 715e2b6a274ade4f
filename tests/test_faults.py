"""Processes that are killed while a class is graded: the same command goes on, and the marks are the same."""

import contextlib
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests import classes
from tests.classes import LESSON, RIGHT, WRONG
from vgcourse.course.lesson import find_lesson
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.class_run.ledger import Ledger

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills by what Linux shows of processes")

SLOW = RIGHT + "\nimport time\ntime.sleep(0.7)\n"
CLASS = {"ada": SLOW, "ben": WRONG, "cho": SLOW, "dia": SLOW, "eli": WRONG, "fay": SLOW}
MARKS = {student: float(answer != WRONG) for student, answer in CLASS.items()}
PATIENCE = 150


@pytest.fixture
def course(root, tmp_path):
    course = classes.make_course(root, tmp_path)
    for student, answer in CLASS.items():
        classes.hand_in(course, student, answer)
    return course


def start(course, jobs):
    command = [sys.executable, "-m", "vgcourse", "grade", LESSON, "--jobs", str(jobs)]
    return subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def lines(course):
    """How many results are in the ledger."""
    path = course / ".vgcourse" / f"{LESSON}.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(condition, process):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until, "nothing happens"
        time.sleep(0.02)


def family(process):
    """What the driver has started, by kind: workers and what forks them, warm parents, keepers, and what is below."""
    found = {"server": [], "worker": [], "warm": [], "kernel": []}
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            above = " ".join(child.parent().cmdline())
            command = " ".join(child.cmdline())
        except (psutil.Error, AttributeError):
            continue
        if "forkserver import main" in command:  # what it forks bears the same words
            found["worker" if "forkserver import main" in above else "server"].append(child)
        elif "warm import main" in command:  # here too
            found["kernel" if "warm import main" in above else "warm"].append(child)
    return found


def killed(process, kind):
    """Whether one of the kind was there, and was killed; one that ended by itself meanwhile is none."""
    time.sleep(random.uniform(0, 0.3))
    for victim in random.sample(found, 1) if (found := family(process)[kind]) else []:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)
            return True
    return False


def everything(process):
    return [child for kind in family(process).values() for child in kind]


def standing(course):
    room = Classroom(course)
    lesson = find_lesson(course, LESSON)
    results, marks = Ledger.of(room).results(LESSON), room.book.marks(lesson)
    return {student: (result.score, marks[student][0]) for student, result in results.items()}


def the_same_command_again(course, capsys):
    """What it says; without workers, whose start costs seconds."""
    with classes.in_this_process():
        results = grade_class(Classroom(course), find_lesson(course, LESSON), csv=course / "grades.csv")
    assert not any(result.reason for result in results)
    return capsys.readouterr().out


def test_a_killed_driver_takes_its_processes_along_and_the_next_run_goes_on(course, capsys):
    first = start(course, jobs=2)
    wait_for(lambda: lines(course) >= 2, first)
    time.sleep(random.uniform(0, 0.5))
    started = everything(first)
    first.kill()
    first.wait()
    gone, alive = psutil.wait_procs(started, timeout=15)
    assert not alive and gone, "processes outlive the driver"
    before = lines(course)
    assert f"{before} of 6 are graded" in the_same_command_again(course, capsys)
    assert lines(course) == len(CLASS), "nobody is graded twice"
    assert standing(course) == {student: (mark, mark) for student, mark in MARKS.items()}


def test_killed_workers_warm_parents_and_kernels_cost_nobody_a_mark(course, capsys):
    process = start(course, jobs=2)
    for kind, done in (("kernel", 0), ("worker", 1), ("warm", 2), ("kernel", 3), ("server", 4)):
        wait_for(lambda kind=kind, done=done: lines(course) >= done and killed(process, kind), process)
    said, _ = process.communicate(timeout=PATIENCE)
    if process.returncode:  # one submission may have met two of the kills: it is listed, and the next run grades it
        assert "not graded" in said
        the_same_command_again(course, capsys)
    assert standing(course) == {student: (mark, mark) for student, mark in MARKS.items()}


def test_ctrl_c_keeps_what_is_done(course):
    process = start(course, jobs=1)
    wait_for(lambda: lines(course) >= 1, process)
    started = everything(process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130 and "same command again" in said and "Traceback" not in said
    assert (course / "grades.csv").read_text().count(LESSON) == lines(course)
    assert not psutil.wait_procs(started, timeout=15)[1]
