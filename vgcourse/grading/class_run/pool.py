"""Worker processes that grade side by side, and share one warm parent.

The driver hands out one submission at a time and hears one result; a worker that dies takes nothing with it but
the submission at hand, which another gets. Workers end with the driver, however that ends.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from traitlets.config import Config

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run import begin_imports, deaf_to_ctrl_c, free_imports
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.libraries import stack_of
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.class_run.submission import grade_submission
from vgcourse.grading.confinement.jupyter import isolation_notice, parent_to_lend
from vgcourse.grading.confinement.kernels import WarmParent, borrow_parent
from vgcourse.grading.kept_files import DiskFault, refuse_full_disk

TRIES = 2  # for a submission whose worker died, and for a worker that does not start
STARTING = "starting: the libraries load, once for all"
BEGUN = "the first notebooks run"
NOT_ISOLATED = "NOT ISOLATED: JudgedExecute.isolated is off in nbgrader_config.py."
_processes = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")


@dataclass
class _Worker:
    process: Any
    line: Connection
    task: tuple[Lesson, str] | None = None
    ready: bool = False


class Pool:
    """At most ``jobs`` workers for the course of ``classroom``; use it as a context.

    ``notice`` is a line on what isolation lacks here, once the first worker has started. ``tell`` hears, in a few
    words, what is done before the first result.
    """

    def __init__(self, classroom: Classroom, jobs: int) -> None:
        self.classroom, self.jobs = classroom, max(1, jobs)
        self.notice: str | None = None
        self.tell: Callable[[str], object] = lambda words: None
        self._workers: list[_Worker] = []
        self._failed_starts, self._begun = 0, False

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *raised: Any) -> None:
        for worker in self._workers:
            worker.line.close()  # it ends, and its warm parent with it
        for worker in self._workers:
            worker.process.join(0 if any(raised) else 5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    def grade(self, lesson: Lesson, students: list[str]) -> Iterator[Result]:
        """The students' results, each as soon as it is there.

        Raises CourseError where workers cannot start, and where required isolation is not to be had.
        """
        tasks, deaths = deque((lesson, student) for student in students), dict.fromkeys(students, 0)
        left = len(tasks)
        self.tell(STARTING)
        while left:
            self._staff(left, lesson)
            self._hand_out(tasks)
            for worker in self._heard():
                answer = self._answer(worker)
                if isinstance(answer, Result):
                    left -= 1
                    yield answer
                elif answer is not None:
                    deaths[answer[1]] += 1
                    if deaths[answer[1]] < TRIES:
                        tasks.appendleft(answer)
                    else:
                        left -= 1
                        yield _lost(*answer)

    def _staff(self, left: int, lesson: Lesson) -> None:
        """Start workers, as many as there is work for."""
        started, parent = [], None
        if len(self._workers) < min(self.jobs, left):
            begin_imports()
            parent = self._parent(lesson)  # it imports at the same time
        while len(self._workers) < min(self.jobs, left):
            ours, theirs = _processes.Pipe()
            arguments = (theirs, str(self.classroom.root), self.classroom.own_config)
            process = _processes.Process(target=serve, args=arguments, daemon=True, name="vgcourse-worker")
            with deaf_to_ctrl_c():
                process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))
            started.append(self._workers[-1])
        self._lend(parent, started)

    def _parent(self, lesson: Lesson) -> WarmParent | None:
        """What kernels are forked from, once for all workers; also what is missing of isolation is known then."""
        isolated = self.classroom.config.JudgedExecute.get("isolated", False)
        parent = parent_to_lend(stack_of(self.classroom, lesson)) if isolated else None
        self.notice = notice(self.classroom)
        return parent

    def _lend(self, parent: WarmParent | None, workers: list[_Worker]) -> None:
        for worker in workers:
            with contextlib.suppress(OSError):  # it has died: the answer says so
                worker.line.send(parent is not None)
                if parent:
                    parent.lend(worker.line, worker.process.pid)

    def _hand_out(self, tasks: deque[tuple[Lesson, str]]) -> None:
        for worker in self._workers:
            if worker.ready and worker.task is None and tasks:
                worker.task = tasks.popleft()
                try:
                    worker.line.send(worker.task)
                except OSError:
                    continue  # it has died: the answer says so

    def _heard(self) -> list[_Worker]:
        ready = wait([worker.line for worker in self._workers])
        return [worker for worker in self._workers if worker.line in ready]

    def _answer(self, worker: _Worker) -> Result | tuple[Lesson, str] | None:
        """A result; the task of a worker that died; None for anything else."""
        try:
            kind, content = worker.line.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if kind == "refused":
            raise CourseError(content)
        if kind == "ready":
            worker.ready, self._failed_starts = True, 0
            if not self._begun:
                self._begun = True
                self.tell(BEGUN)
            return None
        worker.task = None
        return content

    def _bury(self, worker: _Worker) -> tuple[Lesson, str] | None:
        self._workers.remove(worker)
        worker.line.close()
        worker.process.kill()
        worker.process.join()
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= TRIES:
                raise CourseError(f"A process for grading did not start (exit code {worker.process.exitcode}).")
        return worker.task


def serve(line: Connection, root: str, config: Config) -> None:
    """A worker's life: grade what comes down the line, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's
    gc.freeze()  # what was imported before the fork stays shared memory
    free_imports()
    threading.Thread(target=_end_with_driver, daemon=True).start()
    try:
        classroom = Classroom(Path(root), config)
        classroom.directory.student_id = "*"
        if line.recv():
            borrow_parent(line)
        line.send(("ready", None))
    except CourseError as error:
        line.send(("refused", str(error)))
        return
    except (EOFError, OSError):
        return
    while True:
        try:
            lesson, student = line.recv()
        except (EOFError, OSError):
            return
        try:
            line.send(("done", grade_one(classroom, lesson, student)))
        except DiskFault as error:
            line.send(("refused", str(error)))
            return


def notice(classroom: Classroom) -> str | None:
    """What isolation lacks on this machine, in one loud line. Starts the warm parent. Raises CourseError."""
    if not classroom.config.JudgedExecute.get("isolated", False):
        if classroom.isolation == "required":
            raise CourseError("Isolation is required, and JudgedExecute.isolated is off in nbgrader_config.py.")
        return NOT_ISOLATED
    return isolation_notice(classroom.isolation)


def grade_one(classroom: Classroom, lesson: Lesson, student: str) -> Result:
    """Grade a submission; what goes wrong on the grader's side is a reason too, and the class goes on.

    Raises DiskFault where nothing can be written: that would look like everybody's fault.
    """
    try:
        result = grade_submission(classroom, lesson, student)
    except DiskFault:
        raise
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        because = f"the grader failed ({said or type(error).__name__})"
        result = Result(student, lesson.id, None, _points(lesson), reason=because)
    if result.reason:
        refuse_full_disk(classroom.root)
    return result


def _lost(lesson: Lesson, student: str) -> Result:
    reason = f"the process that graded it ended {TRIES} times without a word"
    return Result(student, lesson.id, None, _points(lesson), reason=reason)


def _points(lesson: Lesson) -> float:
    from vgcourse.course.checks import registry

    return (
        sum(exercise.points for exercise in registry.exercises(lesson.id)) if lesson.id in registry.known() else 0.0
    )


def _end_with_driver() -> None:
    if (driver := multiprocessing.parent_process()) is not None:
        wait([driver.sentinel])
        os._exit(1)
