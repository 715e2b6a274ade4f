"""A student's own Python files beside the notebook: those that it imports come along, those in the way do not.

The folder of a notebook is the first place where Python looks for a module: a file called ``random.py`` would stand
before Python's own.
"""

import importlib.machinery
import re
import sys
from functools import lru_cache
from pathlib import Path, PurePath

from nbformat import NotebookNode

from vgcourse.grading.intake.reading import Refused, read_bytes

LARGEST_MODULE = 1_000_000  # bytes
_IMPORT = re.compile(
    r"^[ \t]*(?:from\s+\.?(\w+)|import\s+([\w., ]+)|%run\s+(?:-\w\s+)*[\"']?(?:\./)?(\w+)(?:\.py)?)", re.M
)


def own_modules(files: list[Path], folder: Path, notebook: NotebookNode) -> set[Path]:
    """The Python files of a submission that its notebook imports, directly or by one another."""
    by_name: dict[str, list[Path]] = {}
    for path in files:
        if path.suffix == ".py":
            by_name.setdefault(_module(path.relative_to(folder)), []).append(path)
    names = set().union(*(imported(c.source) for c in notebook.cells if c.cell_type == "code"))
    taken: set[Path] = set()
    while new := {path for name in names if not is_known(name) for path in by_name.get(name, ())} - taken:
        taken |= new
        names |= {name for path in new for name in imported(_source(path))}
    return taken


def imported(source: str) -> set[str]:
    """The modules that code names in its imports."""
    found: set[str] = set()
    for own, several, run in _IMPORT.findall(source):
        found |= {own, run, *(part.split()[0].split(".")[0] for part in several.split(",") if part.split())}
    return found - {""}


@lru_cache(256)
def is_known(name: str) -> bool:
    """Whether Python has a module of that name already: its own, or an installed one."""
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return True
    places = [place for place in sys.path if place and "-packages" in place]
    return name == "vgcourse" or importlib.machinery.PathFinder.find_spec(name, places) is not None


def _module(path: PurePath) -> str:
    """The name by which a file is imported: that of its first folder, or its own."""
    return path.parts[0].removesuffix(".py")


def _source(path: Path) -> str:
    try:
        return read_bytes(path, LARGEST_MODULE).decode("utf-8", "replace")
    except Refused:
        return ""
