"""From the text of a lesson to its files: the solved notebook, the student's, the page of written answers.

The text is py:percent. Cell ids come from the grade_id or the position: same text, same bytes. The
student's notebook is what nbgrader's ``generate_assignment`` makes of the solved one.
"""

import logging
import re
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from vgcourse.course.authoring import shows_only, written_answers
from vgcourse.course.authoring.folding import fold
from vgcourse.course.authoring.solution_only import SOLUTION_ONLY, DropSolutionOnly
from vgcourse.course.authoring.stubs import STUB, TEXT_STUB
from vgcourse.course.authoring.tags import expand
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson, lessons
from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError

WHERE = "Lessons are built in the repository, or in a folder that `vgcourse new-course FOLDER` wrote."
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}


def solve_what_is_missing(root: Path) -> None:
    """Write the solved notebooks that a fresh clone lacks, or whose text is younger: nbgrader releases from them."""
    for lesson in lessons(root):
        try:
            if lesson.solved.is_file() and lesson.solved.stat().st_mtime >= lesson.text.stat().st_mtime:
                continue
            write({lesson.solved: as_bytes(solved_notebook(lesson))})
            lesson.solved.touch()
        except (CourseError, OSError):
            continue  # whoever asks for this lesson is told


def solved_notebook(lesson: Lesson) -> NotebookNode:
    """The lesson's text as a notebook, tags expanded, ids fixed, no outputs.

    Raises CourseError where the text is missing or not UTF-8, and where a tag is wrong.
    """
    if not lesson.text.is_file():
        raise CourseError(f"{lesson.id} has no text: {lesson.text.relative_to(lesson.root)} is missing. {WHERE}")
    try:
        nb = jupytext.read(lesson.text, fmt="py:percent")
    except ValueError as error:
        raise CourseError(f"{lesson.text.name} cannot be read: {error}") from error
    for position, cell in enumerate(nb.cells):
        where = f"{lesson.text.name}, cell {position + 1}"
        cell.metadata = nbformat.from_dict(expand(_clean(cell.metadata), where))
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id") or f"{lesson.name}-{position:03d}"
        shows_only.mark(cell)
        fold(cell)
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    nb.nbformat, nb.nbformat_minor = 4, 5
    _refuse_repeats(nb, lesson)
    return nb


def student_notebook(solved: NotebookNode, lesson: Lesson) -> NotebookNode:
    """What nbgrader releases of the solved notebook: stubs for solutions, no hidden tests, no outputs."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        source = course / "source" / lesson.id
        source.mkdir(parents=True)
        nbformat.write(solved, source / f"{lesson.name}.ipynb")
        _generate(course, lesson)
        return nbformat.read(course / "release" / lesson.id / f"{lesson.name}.ipynb", as_version=4)


def as_bytes(nb: NotebookNode) -> bytes:
    """The notebook as the file's bytes; two calls on the same notebook give the same."""
    return (nbformat.writes(nb).rstrip("\n") + "\n").encode("utf-8")


def build(lesson: Lesson) -> dict[Path, bytes]:
    """Both notebooks of a lesson, and the page of its written answers, as path → bytes; nothing is written."""
    solved = solved_notebook(lesson)
    built = {lesson.solved: as_bytes(solved), lesson.student: as_bytes(student_notebook(solved, lesson))}
    if lesson.id in registry.LESSONS and (page := written_answers.page(solved)):
        built[lesson.student.with_name(written_answers.NAME)] = page.encode("utf-8")
    return built


def write(built: dict[Path, bytes]) -> list[Path]:
    """Write what differs from what is on disk, and return those paths."""
    stale = outdated(built)
    for path in stale:
        put_whole(path.resolve(), built[path])  # somebody's folder of lessons may be a link
    return stale


def outdated(built: dict[Path, bytes]) -> list[Path]:
    """The paths whose file is missing or holds other bytes."""
    return [path for path, data in built.items() if not path.is_file() or path.read_bytes() != data]


def release_config() -> Config:
    """nbgrader's settings for a release; ``nbgrader_config.py`` uses them too, so both make the same file."""
    config = Config()
    config.GenerateAssignment.preprocessors = [DropSolutionOnly, *GenerateAssignment().preprocessors]
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    # The text of a lesson holds its solutions: it must never be copied beside a release.
    config.CourseDirectory.ignore = [
        ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.py", "*.tmp", "feedback",
    ]  # fmt: skip
    return config


def _generate(course: Path, lesson: Lesson) -> None:
    config = release_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = lesson.id
    config.GenerateAssignment.no_database = True
    directory = CourseDirectory(config=config)
    converter = GenerateAssignment(coursedir=directory, config=config)
    # The gradebook is filled when a class is graded; a build must not need one.
    converter.no_database = True
    converter.preprocessors = [p for p in converter.preprocessors if p.__name__ != "SaveCells"]
    converter.log = logging.getLogger("vgcourse.build")
    converter.log.setLevel(logging.CRITICAL)
    try:
        converter.start()
    except (Exception, SystemExit) as error:
        raise CourseError(f"nbgrader could not release {lesson.id}: {error}") from error


def _clean(metadata: NotebookNode) -> dict:
    """The cell's own metadata, without what jupytext keeps for its round trip."""
    own = {"lines_to_next_cell", "cell_marker", "lines_to_end_of_cell_marker", "title"}
    return {key: value for key, value in metadata.items() if key not in own}


def _refuse_repeats(nb: NotebookNode, lesson: Lesson) -> None:
    ids = [cell["id"] for cell in nb.cells]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise CourseError(f"{lesson.text.name}: two cells are called {', '.join(twice)}; ids are unique.")


def removed_lines(solved: NotebookNode) -> list[str]:
    """Every line of the solved notebook that a student must not see, stripped: solutions and hidden tests."""
    lines = []
    for cell in solved.cells:
        if cell.metadata.get(SOLUTION_ONLY):
            lines += [line.strip() for line in cell.source.splitlines() if line.strip()]
        for part in re.findall(r"BEGIN (?:SOLUTION|HIDDEN TESTS)(.*?)###? END", cell.source, flags=re.DOTALL):
            lines += [line.strip() for line in part.splitlines() if line.strip()]
    return lines
