"""`vgcourse start FOLDER`: the lessons of the installed package, as a student's own copies."""

from pathlib import Path

from vgcourse.course.whole_files import put_whole
from vgcourse.errors import CourseError

_PACKAGE = Path(__file__).parents[1]
# In an installed package the notebooks lie inside it (pyproject.toml puts them there), in the repository beside it.
_SHIPPED = (_PACKAGE / "shipped_lessons", _PACKAGE.parent / "lessons")


def shipped_lessons() -> Path:
    """The folder that holds the released notebooks of this version. Raises CourseError where it is missing."""
    for folder in _SHIPPED:
        if any(folder.glob("[0-9][0-9]_*/*.ipynb")):
            return folder
    raise CourseError("This installation of vgcourse holds no lessons: install it anew, or clone the repository.")


def start(folder: Path) -> tuple[list[Path], list[Path]]:
    """Copy every lesson to ``folder/lessons``; a notebook that is there already stays as it is.

    Returns the paths that were written and those that were kept. Raises CourseError where `folder` cannot be
    written to.
    """
    source, written, kept = shipped_lessons(), [], []
    try:
        for path in sorted(p for p in source.glob("[0-9][0-9]_*/*") if p.is_file()):
            target = folder / "lessons" / path.relative_to(source)
            if target.exists():
                kept.append(target)
            else:
                put_whole(target, path.read_bytes())
                written.append(target)
    except OSError as error:
        raise CourseError(f"The lessons cannot be written to {folder}: {error.strerror or error}.") from error
    return written, kept
