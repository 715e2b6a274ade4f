"""A course as nbgrader's settings name it: its folders, its gradebook, a lesson entered, a feedback page written."""

import contextlib
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson, lessons
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.gradebook import CourseGradebook
from vgcourse.grading.class_run.nbgrader_says import last_error, refuse_to_go_on_after_ctrl_c
from vgcourse.grading.intake.preflight import student_ids
from vgcourse.grading.kept_files import FOLDER, course_secret, digest, refuse_full_disk, refuse_unwritable
from vgcourse.grading.people.lateness import NbgradersPenalty
from vgcourse.grading.people.policy import ClassPolicy, read_policy

# nbgrader's own queries set these off at every submission; nobody here can act on them.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


COPY_OF = ".copy_of_group"  # beside a group's graded notebook in a member's folder: whose it is


class Classroom:
    """A course's folders and gradebook.

    ``config`` overrides what ``nbgrader_config.py`` says. ``keep`` is where the grader keeps what it needs again:
    beside the submissions, under ``.vgcourse``.
    """

    def __init__(self, root: Path, config: Config | None = None) -> None:
        self.root, self.own_config = root, config or Config()
        self.config = course_config(root)
        self.config.merge(self.own_config)
        self.directory = CourseDirectory(config=self.config)
        self.submitted = Path(self.directory.format_path(self.directory.submitted_directory, ".", "."))
        self.keep = self.submitted.parent / FOLDER
        self.config.JudgedExecute.seed_file = str(self.keep / "secret")
        self.book = CourseGradebook(self.directory)
        self.api = NbGraderAPI(self.directory, config=self.config)
        self.api.log_level = "ERROR"
        self.api.log.propagate = False
        self._points: dict[str, float] = {}  # of each prepared lesson: nbgrader takes milliseconds to look it up

    @property
    def isolation(self) -> str:
        """How far submissions are to be kept apart: one of the choices of ``confinement.isolation``."""
        return self.config.GradingProvisioner.get("isolation", "auto")

    def folder(self, step: str, lesson: Lesson, student: str) -> Path:
        """The folder of a step (``submitted``, ``autograded``, ``feedback``) for one student."""
        if step == "submitted":
            return self.submitted / self.folder_names().get(student, student) / lesson.id
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, lesson.id))

    def graded(self, lesson: Lesson, student: str) -> Path:
        """The student's notebook as it was graded last."""
        return self.folder("autograded", lesson, student) / f"{lesson.name}.ipynb"

    def students(self, lesson: Lesson) -> list[str]:
        """Everyone who handed something in for this lesson, by the name that nbgrader files them under."""
        handed = [id for id, name in self.folder_names().items() if _exists(self.submitted / name / lesson.id)]
        return sorted(handed)

    def ids(self, names: list[str]) -> list[str]:
        """The students whom somebody names, by their folders or by nbgrader's ids."""
        own = {folder: id for id, folder in self.folder_names().items()}
        return [own.get(name, name) for name in names]

    def everybody(self) -> set[str]:
        """Whoever handed anything in, or stands in the gradebook."""
        with self.gradebook() as book:
            return {student.id for student in book.students} | set(self.folder_names())

    def share(self, lesson: Lesson, owner: str, member: str) -> None:
        """A member of a group gets a copy of the group's graded notebook, for nbgrader's own pages."""
        source, target = self.folder("autograded", lesson, owner), self.folder("autograded", lesson, member)
        copied = f"{owner}\n{digest(source)}\n"
        if not source.is_dir() or _text(target / COPY_OF) == copied:
            return
        if target.is_dir():
            rmtree(str(target))
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(COPY_OF))
        (target / COPY_OF).write_text(copied, encoding="utf-8", errors="surrogateescape")

    def unshare(self, lesson: Lesson, student: str) -> bool:
        """Take back a copy from a group that the student is no longer in; whether there was one."""
        target = self.folder("autograded", lesson, student)
        if not _exists(target / COPY_OF):
            return False
        rmtree(str(target))
        self.drop_page(lesson, student)
        return True

    def drop_page(self, lesson: Lesson, student: str) -> bool:
        """Take away the feedback page of a mark that no longer holds; whether there was one."""
        target = self.folder("feedback", lesson, student)
        there = target.is_dir()
        if there:
            rmtree(str(target))
        return there

    def prepare(self, lesson: Lesson) -> None:
        """Enter the lesson's exercises into the gradebook; raises CourseError where nbgrader refuses."""
        if not lesson.text.is_file():
            where = lesson.text.relative_to(self.root)
            raise CourseError(
                f"{lesson.id} cannot be graded here: its text {where} is missing, as in a student's copy."
            )
        refuse_full_disk(self.root)  # nbgrader would say it in a page of SQL
        course_secret(self.keep / "secret")
        self._points.pop(lesson.id, None)
        build.write({lesson.solved: build.as_bytes(build.solved_notebook(lesson))})
        with self.directories(release_directory=self.keep / "release"):
            answer = self.api.generate_assignment(lesson.id, force=True)
        refuse_to_go_on_after_ctrl_c(answer)
        if not answer["success"]:
            refuse_full_disk(self.root)
            raise CourseError(f"nbgrader could not enter {lesson.id} into the gradebook: {last_error(answer)}")

    def points(self, lesson: Lesson) -> float:
        """The points of a prepared lesson; raises CourseError where the gradebook does not know it."""
        if lesson.id not in self._points:
            self._points[lesson.id] = self.book.max_score(lesson)
        return self._points[lesson.id]

    def release(self, lesson: Lesson) -> nbformat.NotebookNode:
        """The student's notebook of a prepared lesson."""
        return nbformat.read(self.keep / "release" / lesson.id / f"{lesson.name}.ipynb", as_version=4)

    def policy(self) -> ClassPolicy:
        """Due dates, extensions, late days and groups, as the file says now. Raises CourseError."""
        return read_policy(self.root, [lesson.id for lesson in lessons(self.root)])

    def nbgraders_penalty(self) -> NbgradersPenalty:
        """What nbgrader's own plugin takes off, where `class.toml` says nothing of lateness."""
        step = AssignLatePenalties(config=self.config)
        step.init_plugin()
        step.plugin_inst.log.setLevel("ERROR")
        return step.plugin_inst.late_submission_penalty

    def feedback(self, lesson: Lesson, student: str) -> Path:
        """Write the student's feedback page and return its path; raises CourseError where nbgrader refuses.

        Raises DiskFault where nobody's page could be written.
        """
        answer = self.api.generate_feedback(lesson.id, student, force=True)
        refuse_to_go_on_after_ctrl_c(answer)
        page = self.folder("feedback", lesson, student) / f"{lesson.name}.html"
        if not answer["success"] or not page.is_file():
            refuse_unwritable(page.parents[2])
            raise CourseError(f"nbgrader wrote no page: {last_error(answer)}")
        return page

    def gradebook(self) -> contextlib.AbstractContextManager[Gradebook]:
        """nbgrader's gradebook, open. Raises CourseError where it cannot be used."""
        return self.book.open()

    @contextlib.contextmanager
    def directories(self, **folders: Path) -> Iterator[None]:
        """Have nbgrader work with other folders than those of its settings."""
        before = {name: getattr(self.directory, name) for name in folders}
        for name, path in folders.items():
            setattr(self.directory, name, path.relative_to(self.directory.root).as_posix())
        try:
            yield
        finally:
            for name, path in before.items():
                setattr(self.directory, name, path)

    def folder_names(self) -> dict[str, str]:
        """Student → name of the folder among the submissions."""
        folders = [path.name for path in self.submitted.glob("*") if not path.name.startswith(".")]
        return {id: name for name, id in student_ids(folders).items()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def course_config(root: Path) -> Config:
    """What ``nbgrader_config.py`` in the course's root says. Raises CourseError where it cannot be read."""
    if not (root / "nbgrader_config.py").exists():
        where = "in the repository, or in a folder that `vgcourse new-course FOLDER` wrote"
        raise CourseError(f"There is no nbgrader_config.py in {root}. A class is graded {where}.")
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:
        raise CourseError(f"nbgrader_config.py in {root} cannot be read: {error}") from error


def _exists(path: Path) -> bool:
    """Whether anything is there; what may not be looked at is, and gets a row that says so."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
