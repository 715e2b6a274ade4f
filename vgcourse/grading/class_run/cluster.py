"""Grade on several machines: the same call for each submission, handed to a running dask.distributed cluster.

The machines share the course's folder, and a gradebook that all of them reach (``db_url``, PostgreSQL).
"""

import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from traitlets.config import Config

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.pool import grade_one, notice
from vgcourse.grading.class_run.result import Result

PATIENCE = "20s"
_one_at_a_time = threading.Lock()  # nbgrader changes the process's folder while it works


class Cluster:
    """What ``Pool`` is on one machine, on the cluster whose scheduler listens at ``address``."""

    def __init__(self, classroom: Classroom, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise CourseError(
                "--scheduler needs dask.distributed: install it here and on every machine with "
                "`pip install 'vgcourse[cluster]'`."
            ) from error
        self.root, self.config = str(classroom.root), classroom.own_config
        self.notice: str | None = None
        try:
            self._client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(f"No dask scheduler answers at {address}.") from error

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *raised: Any) -> None:
        self._client.close()

    def grade(self, lesson: Lesson, students: list[str]) -> Iterator[Result]:
        """The students' results, each as soon as it is there; a machine that goes is made up for by the others."""
        from distributed import as_completed

        work = [
            self._client.submit(grade_there, self.root, dict(self.config), lesson, student, pure=False, retries=1)
            for student in students
        ]
        names = {future.key: student for future, student in zip(work, students, strict=True)}
        done = as_completed(work, loop=self._client.loop)
        for future in done:
            try:
                said, result = future.result()
            except Exception as error:  # the machine went, twice
                said = None
                reason = f"the cluster lost it ({type(error).__name__})"
                result = Result(names[future.key], lesson.id, None, 0.0, reason=reason)
            self.notice = self.notice or said
            future.release()
            yield result


def grade_there(root: str, config: dict[str, Any], lesson: Lesson, student: str) -> tuple[str | None, Result]:
    """On a machine of the cluster: what isolation lacks there, and the result."""
    with _one_at_a_time:
        classroom = _classroom(root, repr(sorted(config.items(), key=str)), _Held(config))
        return notice(classroom), grade_one(classroom, lesson, student)


class _Held:
    """A value that a cache does not look at."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


@lru_cache(maxsize=2)
def _classroom(root: str, key: str, config: _Held) -> Classroom:
    return Classroom(Path(root), Config(config.value))
