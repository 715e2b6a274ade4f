"""A student's own Python files beside the notebook: those that it imports come along, those in the way do not.

The folder of a notebook is the first place where Python looks for a module: a file called ``random.py`` would stand
before Python's own.
"""

import importlib.machinery
import re
import sys
import unicodedata
from functools import lru_cache
from pathlib import Path, PurePath

from nbformat import NotebookNode

from vgcourse.grading.intake.reading import Cell, Refused, read_bytes

LARGEST_MODULE = 1_000_000  # bytes
_IMPORT = re.compile(
    r"^[ \t]*(?:from\s+\.?(\w+)|import\s+([\w., ]+)|%run\s+(?:-\w\s+)*[\"']?(?:\./)?(\w+)(?:\.py)?)", re.M
)
_RUN = re.compile(r"^[ \t]*%run\s+(?:-\w\s+)*[\"']?(?:\./)?([^\s\"']+\.ipynb)", re.M)
_BY_NAME = re.compile(r"\b(?:import_module|__import__|run_path|open|Path)\(\s*[\"']([\w./]+)[\"']")


def own_modules(places: dict[Path, PurePath], notebook: NotebookNode) -> set[Path]:
    """The Python files of a submission that its notebook imports, directly or by one another.

    ``places``: file → where it lies as the notebook sees it.
    """
    by_name: dict[str, list[Path]] = {}
    for path, place in places.items():
        if path.suffix == ".py":
            for name in {part.removesuffix(".py") for part in place.parts}:  # a folder may be added to sys.path
                by_name.setdefault(unicodedata.normalize("NFKC", name), []).append(path)
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
    found |= {name for text in _BY_NAME.findall(source) for name in re.split(r"[./]", text)}
    return {unicodedata.normalize("NFKC", name) for name in found} - {""}


@lru_cache(256)
def is_known(name: str) -> bool:
    """Whether Python has a module of that name already: its own, or an installed one."""
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return True
    places = [place for place in sys.path if place and "-packages" in place]
    return name == "vgcourse" or importlib.machinery.PathFinder.find_spec(name, places) is not None


def run_notebooks(notebook: NotebookNode) -> set[str]:
    """The other notebooks that its cells run: `%run tools.ipynb`."""
    return {name for cell in notebook.cells if cell.cell_type == "code" for name in _RUN.findall(cell.source)}


def as_script(cells: list[Cell]) -> str:
    """A notebook's code as `%run` executes it, magics left out."""
    codes = (cell.source for cell in cells if cell.kind == "code")
    return "\n\n".join(re.sub(r"^([ \t]*)[%!].*", r"\1pass", code, flags=re.M) for code in codes) + "\n"


def _source(path: Path) -> str:
    try:
        return read_bytes(path, LARGEST_MODULE).decode("utf-8", "replace")
    except Refused:
        return ""
