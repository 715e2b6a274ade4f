"""`vgcourse new-course FOLDER`: an instructor's own folder, with the course's lessons and a first one of her own.

What stands in `exercises/` and `solutions/` there is registered by being there: the installed package stays as it is.
"""

from pathlib import Path

from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError

_REPOSITORY = Path(__file__).parents[3]
_TEMPLATES = Path(__file__).parent / "own_lesson"
# Where each template goes; `.txt` keeps them from being taken for parts of the package.
_OWN = {
    "slope.exercise.txt": "exercises/slope.py",
    "slope.lesson.txt": "solutions/10_slope/slope.py",
    "right.txt": "tests/right_answers/10_slope/own-slope/as_in_the_lesson.py",
    "wrong.txt": "tests/wrong_answers/10_slope/own-slope/one-sided.py",
    "class.txt": "class.toml",
}


def new_course(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the folder; what is there already stays. Returns the paths that were written and those that were kept.

    Raises CourseError where this installation has no texts to copy, and where the folder cannot be written to.
    """
    files = {**_of_the_course(), **{_TEMPLATES / name: Path(place) for name, place in _OWN.items()}}
    written, kept = [], []
    try:
        for source, place in files.items():
            target = folder / place
            if target.exists():
                kept.append(target)
                continue
            put_whole(target, source.read_bytes())
            written.append(target)
    except OSError as error:
        raise CourseError(f"The course cannot be written to {folder}: {error.strerror or error}.") from error
    return written, kept


def _of_the_course() -> dict[Path, Path]:
    """The course's texts, notebooks and settings: file → its place."""
    if not (_REPOSITORY / "solutions").is_dir():
        raise CourseError(
            "This installation has no solutions, which only instructors need: clone the repository, install from "
            "there (`pip install -e .`), and give the command again."
        )
    wanted = ["solutions/[0-9][0-9]_*/*", "lessons/[0-9][0-9]_*/*", "nbgrader_config.py"]
    found = [path for pattern in wanted for path in sorted(_REPOSITORY.glob(pattern)) if path.is_file()]
    return {path: path.relative_to(_REPOSITORY) for path in found if path.parts[-3] != "solutions" or _is_text(path)}


def _is_text(path: Path) -> bool:
    return path.suffix != ".ipynb"  # solved notebooks are made of the texts
