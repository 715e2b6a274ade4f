"""More than one machine: sweeps and grading on one and on two workers of dask, and one of them killed in the middle.

Run ``python -m tests.benchmarks.bench_cluster [sweep] [class]`` (some four minutes, two cores). The workers are
processes of this machine with a thread each. The same numbers and the same marks must come back, or it ends with 1.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import pandas as pd
from distributed import Client, LocalCluster

import vgcourse as vg
from tests import classes
from tests.benchmarks.figures import Figure, hand_on
from vgcourse.course.lesson import Lesson
from vgcourse.grading.class_run.classroom import Classroom

# One core a worker, or the first would use both.
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
STUDENTS = 8
NET = {"depth": 4, "width": 5, "activation": "sigmoid", "epochs": 100, "seeds": range(1024), "progress": False}


@contextmanager
def workers(count: int) -> Iterator[LocalCluster]:
    """A cluster of so many processes."""
    with LocalCluster(count, threads_per_worker=1, processes=True, dashboard_address=None, env=ONE_CORE) as cluster:
        yield cluster


@contextmanager
def one_killed(cluster: LocalCluster, after: float) -> Iterator[None]:
    """Kill a worker's process some seconds from now; dask starts another."""
    victim = next(iter(cluster.workers.values())).pid
    timer = threading.Timer(after, os.kill, (victim, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        assert not timer.is_alive(), "the work was done before the worker was killed"


def sweep(cluster: LocalCluster) -> tuple[pd.DataFrame, float]:
    """A sweep's table, and the seconds that it took."""
    with Client(cluster) as client:
        start = time.perf_counter()
        runs = vg.sweep(**NET, client=client)
        return pd.DataFrame(runs), time.perf_counter() - start


def grade(cluster: LocalCluster) -> tuple[pd.DataFrame, float]:
    """The marks of a class graded with ``--scheduler``, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        course = classes.make_course(Path(__file__).resolve().parents[2], Path(folder))
        for number in range(STUDENTS):
            classes.hand_in(course, f"student{number:02d}", (classes.RIGHT, classes.WRONG, None)[number % 3])
        command = [
            sys.executable,
            "-m",
            "vgcourse",
            "grade",
            classes.LESSON,
            "--scheduler",
            cluster.scheduler_address,
        ]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=course, capture_output=True, text=True)
        wall = time.perf_counter() - start
        assert done.returncode == 0, done.stdout + done.stderr
        marks = Classroom(course).book.marks(Lesson(classes.LESSON, course))
        return pd.DataFrame.from_dict(marks, "index", columns=["score", "unread"]).sort_index(), wall


def compared(name: str, work: Callable[[LocalCluster], tuple[pd.DataFrame, float]], parts: int) -> None:
    """Print the throughput of two workers over one, and of two of which one is killed; the tables must be equal."""
    tables, walls = {}, {}
    for kind, count in (("one worker", 1), ("two workers", 2), ("two, one killed", 2)):
        with workers(count) as cluster:
            killed = one_killed(cluster, walls["two workers"] / 2) if "killed" in kind else nullcontext()
            with killed:
                tables[kind], walls[kind] = work(cluster)
        print(f"{name}, {parts} pieces of work, {kind:16} {walls[kind]:6.1f} s", flush=True)
    for kind in ("two workers", "two, one killed"):
        pd.testing.assert_frame_equal(tables["one worker"], tables[kind])
    gain = walls["one worker"] / walls["two workers"]
    print(f"{name}: the same table three times, {len(tables['one worker'])} rows; two workers {gain:.2f} × one")
    hand_on(Figure("cluster", f"{name}, throughput of two workers over one", gain))


def main(wanted: list[str]) -> None:
    if not wanted or "sweep" in wanted:
        compared("sweep", sweep, len(NET["seeds"]) // 128)
    if not wanted or "class" in wanted:
        compared("class", grade, STUDENTS)


if __name__ == "__main__":
    main(sys.argv[1:])
