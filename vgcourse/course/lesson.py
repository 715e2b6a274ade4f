"""Where a course lives: its root, its lessons, their files."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from vgcourse.course.checks import registry
from vgcourse.errors import CourseError

LESSON = re.compile(r"\d\d_[a-z0-9_]+")


@dataclass(frozen=True)
class Lesson:
    """One lesson: ``01_circles`` with its text, its solved notebook and the student's notebook."""

    id: str
    root: Path

    @property
    def name(self) -> str:
        """``circles``: the notebook's name, without the number."""
        return self.id.partition("_")[2]

    @property
    def text(self) -> Path:
        """The lesson as it is written, a py:percent file."""
        return self.root / "solutions" / self.id / f"{self.name}.py"

    @property
    def solved(self) -> Path:
        """The notebook with its solutions."""
        return self.text.with_suffix(".ipynb")

    @property
    def student(self) -> Path:
        """The notebook without them."""
        return self.root / "lessons" / self.id / f"{self.name}.ipynb"


def find_root(start: Path | None = None) -> Path:
    """The course's folder, ``start`` or a parent of it: it holds ``lessons/``, with lessons or nbgrader's settings.

    Raises CourseError where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "lessons").is_dir() and _is_course(folder):
            registry.register(folder)
            return folder
    raise CourseError(
        f"There is no course in {start} or above it. Go to the repository you cloned, or to the folder that "
        "`vgcourse start FOLDER` wrote, and call this again."
    )


def _is_course(folder: Path) -> bool:
    return (folder / "nbgrader_config.py").is_file() or any(folder.glob("lessons/[0-9][0-9]_*/*.ipynb"))


def lessons(root: Path) -> list[Lesson]:
    """All lessons that have a text, in the order of their numbers."""
    return [lesson for lesson in _in_order(root, "solutions") if lesson.text.is_file()]


def released(root: Path) -> list[Lesson]:
    """The lessons whose notebook is there for a student, with or without the text that it was made from."""
    return [lesson for lesson in _in_order(root, "lessons") if lesson.student.is_file()]


def _in_order(root: Path, where: str) -> list[Lesson]:
    found = (folder.name for folder in (root / where).glob("*") if LESSON.fullmatch(folder.name))
    return [Lesson(id, root) for id in sorted(found)]


def find_lesson(root: Path, name: str) -> Lesson:
    """The lesson called ``01_circles``, ``circles``, ``01``, ``lessons/01_circles`` or, in that folder, ``.``.

    Raises CourseError, naming the nearest lesson, for an unknown one, and for a name or number that two have.
    """
    known = {lesson.id: lesson for lesson in [*lessons(root), *released(root)]}.values()
    path = Path(name).absolute()  # so that `.` is the folder one stands in
    wanted = path.stem if path.suffix in (".ipynb", ".py") else path.name
    fitting = [lesson for lesson in known if wanted in (lesson.id, lesson.name, lesson.id[:2])]
    fitting = [lesson for lesson in fitting if lesson.id == wanted] or fitting
    if len(fitting) > 1:
        raise CourseError(f"{name!r} may be {' or '.join(lesson.id for lesson in fitting)}: give the whole name.")
    if fitting:
        return fitting[0]
    near = get_close_matches(wanted, [word for lesson in known for word in (lesson.id, lesson.name)], n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(lesson.id for lesson in known)}."
    raise CourseError(f"No lesson is called {name!r}. {hint}")
