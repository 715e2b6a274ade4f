"""Grading a class: ``vgcourse grade`` against ``nbgrader autograde`` as shipped, on the same submissions, in turn.

Run ``python -m tests.benchmarks.bench_grading [LESSON ...] [--class N] [--rounds N] [--memory N]``. CPU
seconds are those of the command and all that it started; the student's own cells, as both must run them, are measured
in the graded notebooks' kernels. ``--memory`` grades a class of that size once and follows the processes' memory.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests import classes
from tests.benchmarks.figures import Figure, hand_on
from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson
from vgcourse.grading import demo
from vgcourse.grading.confinement import linux

ROOT = Path(__file__).resolve().parents[2]
MB = 1024**2
STOCK = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "vgcourse"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py"]
c.Execute.timeout = 120
"""


def make_class(folder: Path, lesson: str, students: int) -> Path:
    """A course in which everybody hands in the lesson's own answers."""
    course = classes.make_course(ROOT, folder, lesson)
    answers = demo.solutions(build.solved_notebook(Lesson(lesson, course)))
    for number in range(students):
        handed = course / "submitted" / f"student{number:03d}" / lesson
        handed.mkdir(parents=True)
        nb = demo.fill_in(classes.released(course, lesson), answers)
        (handed / f"{Lesson(lesson, course).name}.ipynb").write_bytes(build.as_bytes(nb))
    return course


def ours(course: Path, lesson: str, jobs: int) -> list[str]:
    """The command of this course's grader."""
    return [sys.executable, "-m", "vgcourse", "grade", lesson, "--jobs", str(jobs)]


def stock(course: Path, lesson: str) -> list[str]:
    """nbgrader's own, with nbgrader's own preprocessors; the gradebook is filled beforehand, unmeasured."""
    (course / "nbgrader_config.py").write_text(STOCK.format(root=str(course)))
    solved = Lesson(lesson, course)
    build.write({solved.solved: build.as_bytes(build.solved_notebook(solved))})
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    step = [nbgrader, "generate_assignment", lesson, "--force"]
    subprocess.run(step, cwd=course, env=environment, check=True, capture_output=True)
    return [nbgrader, "autograde", lesson]


def measured(command: list[str], course: Path, watch: Callable[[psutil.Process], None] | None = None):
    """Wall and CPU seconds of a command, with all that it starts."""
    if linux.machine():
        linux.adopt_orphans()  # what it leaves behind, and does not wait for, is ours to count
    others = _children()
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=course, stdout=said, stderr=subprocess.STDOUT)
        if watch:
            threading.Thread(target=watch, args=(psutil.Process(process.pid),), daemon=True).start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            said.seek(0)
            raise SystemExit(said.read().decode()[-3000:])
    return wall, used.ru_utime + used.ru_stime + _left_behind(others)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _left_behind(others: set[int]) -> float:
    """CPU seconds of the processes that the command's end has left to us, which end with it."""
    spent = 0.0
    while left := _children() - others:
        _, _, used = os.wait4(left.pop(), 0)
        spent += used.ru_utime + used.ru_stime
    return spent


def grade_ours(lesson: str, students: int, jobs: int) -> tuple[float, float, list[float]]:
    """Wall and CPU seconds for a class, and the CPU seconds of each student's kernel."""
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(Path(folder), lesson, students)
        wall, cpu = measured(ours(course, lesson, jobs), course)
        return wall, cpu, [json.loads(line)["cpu"] for line in (course / ".vgcourse" / f"{lesson}.jsonl").open()]


def run(lesson: str, students: int, jobs: int) -> dict[str, float]:
    """One round: both graders on a class of their own, ours also on a class of one a worker, to tell its start."""
    small_wall, small_cpu, _ = grade_ours(lesson, jobs, jobs)
    wall, cpu, kernels = grade_ours(lesson, students, jobs)
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(Path(folder), lesson, students)
        their_wall, their_cpu = measured(stock(course, lesson), course)
    more, kernel = students - jobs, statistics.mean(kernels)
    return {
        "wall": wall / students,
        "cpu": cpu / students,
        "their wall": their_wall / students,
        "their cpu": their_cpu / students,
        "kernel": kernel,
        "next wall": (wall - small_wall) / more,
        "next cpu": (cpu - small_cpu) / more,
    }


def report(lesson: str, students: int, rounds: int, jobs: int) -> None:
    """Medians over the rounds and their ratios: of the whole class, and of each further submission."""
    found = [run(lesson, students, jobs) for _ in range(rounds)]
    at = {name: statistics.median(each[name] for each in found) for name in found[0]}
    print(f"{lesson}, class of {students}, {jobs} workers, {rounds} rounds, a submission:")
    for name, unit in (("cpu", "CPU-s"), ("wall", "s wall")):
        mine, next, theirs = at[name], at[f"next {name}"], at[f"their {name}"]
        print(f"  {unit}: {mine:.2f} ({next:.2f} once it runs), stock {theirs:.2f}, ", end="")
        print(f"ratio {theirs / mine:.1f} ({theirs / next:.1f})")
        hand_on(Figure("grading", f"{lesson}, {unit} of stock nbgrader over ours", theirs / mine))
    kernel, beyond = at["kernel"], at["next cpu"] - at["kernel"]
    print(f"  CPU-s in the student's kernel, its start included: {kernel:.2f}; beyond it, once it runs: {beyond:.2f}")


def memory(students: int, jobs: int) -> None:
    """What driver, workers and warm parent hold, from the 20th submission to the last.

    Resident pages: the part that is a process's own shrinks whenever a kernel is forked off and shares it.
    """
    held: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(Path(folder), "00_start", students)
        ledger = course / ".vgcourse" / "00_start.jsonl"

        def watch(driver: psutil.Process) -> None:
            while driver.is_running():
                try:
                    near = [driver, *driver.children()]
                    held.append((_lines(ledger), sum(one.memory_info().rss for one in near) / MB))
                except psutil.Error:
                    pass
                time.sleep(0.25)

        measured(ours(course, "00_start", jobs), course, watch)
    early = statistics.median(size for done, size in held if 20 <= done < 30)
    late = statistics.median(size for done, size in held if students - 10 <= done < students)
    print(f"memory of driver, {jobs} workers and warm parent: {early:.0f} MB at the 20th,", end=" ")
    print(f"{late:.0f} MB at the last of {students}, {100 * (late / early - 1):+.1f} %")


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lessons", nargs="*", default=["01_circles", "04_gradients"])
    parser.add_argument("--class", dest="students", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--memory", type=int, default=60, metavar="N", help="0: do not follow it")
    options = parser.parse_args()
    if options.memory:
        memory(options.memory, options.jobs)
    for lesson in options.lessons:
        report(lesson, options.students, options.rounds, options.jobs)


if __name__ == "__main__":
    main()
