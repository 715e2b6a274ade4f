"""An autograder for Gradescope: one zip with the grader, the lesson as it was released, and a secret of its own.

Gradescope unpacks it to ``/autograder/source``, runs ``setup.sh`` once, and ``run_autograder`` for each submission.
The lesson's text with its answers does not travel; the judges do, for they are part of the package.
"""

import importlib.metadata
import io
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError
from vgcourse.grading.kept_files import FOLDER

_PACKAGE, _TEMPLATES = Path(__file__).parents[2], Path(__file__).parent / "autograder"
_MACHINE = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux"}
_LEFT_OUT = ("__pycache__", "shipped_lessons")
_SCRIPT, _PLAIN, _SECRET = 0o755, 0o644, 0o600


def write_autograder(lesson: Lesson, folder: Path) -> Path:
    """Write ``LESSON_autograder.zip`` into the folder and return its path.

    Raises CourseError for a lesson without exercises or a released notebook, and where the folder cannot be written.
    """
    if lesson.id not in registry.known() or not registry.exercises(lesson.id):
        raise CourseError(f"{lesson.id} has no exercises that could be graded.")
    if not lesson.student.is_file():
        raise CourseError(
            f"{lesson.id} has not been released yet: `vgcourse build {lesson.name}` makes its notebook."
        )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in _entries(lesson):
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    path = folder / f"{lesson.id}_autograder.zip"
    try:
        put_whole(path, data.getvalue())
    except OSError as error:
        raise CourseError(f"The autograder cannot be written to {path}: {error.strerror}.") from error
    return path


def _entries(lesson: Lesson) -> Iterator[tuple[str, bytes, int]]:
    """Name, content and mode of all that is in the zip."""
    yield "setup.sh", (_TEMPLATES / "setup.sh").read_bytes(), _SCRIPT
    yield "run_autograder", (_TEMPLATES / "run_autograder").read_bytes(), _SCRIPT
    yield "README.txt", (_TEMPLATES / "README.txt").read_bytes(), _PLAIN
    yield "requirements.txt", "\n".join([*requirements(), ""]).encode(), _PLAIN
    yield f"course/{FOLDER}/secret", f"{secrets.token_hex(32)}\n".encode(), _SECRET
    own = sorted((lesson.root / "exercises").glob("*.py"))
    beside = [path for path in sorted(lesson.student.parent.rglob("*")) if ".ipynb_checkpoints" not in path.parts]
    for path in [*own, *beside]:
        if path.is_file():
            yield f"course/{path.relative_to(lesson.root).as_posix()}", path.read_bytes(), _PLAIN
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        if path.is_file() and not set(inside.parts) & set(_LEFT_OUT):
            yield f"vgcourse/{inside.as_posix()}", path.read_bytes(), _PLAIN


def requirements() -> list[str]:
    """What grading needs beside the package itself, on Gradescope's machines, as this installation says."""
    found, extras, waiting = set(), set(), {"", "grading"}
    asked = [Requirement(text) for text in importlib.metadata.requires("vgcourse") or ()]
    while waiting:
        extra = waiting.pop()
        extras.add(extra)
        for one in asked:
            if one.marker is not None and not one.marker.evaluate({**_MACHINE, "extra": extra}):
                continue
            if one.name == "vgcourse":
                waiting |= one.extras - extras
            else:
                found.add(
                    f"{one.name}{'[' + ','.join(sorted(one.extras)) + ']' if one.extras else ''}{one.specifier}"
                )
    return sorted(found)
