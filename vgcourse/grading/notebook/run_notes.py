"""What running a notebook leaves for the instructor: seconds, CPU seconds, isolation, and signs of tampering.

It is written into the graded notebook's metadata, under the mark that nbgrader leaves alone. Signs are hints for a
person who looks, never a verdict.
"""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from vgcourse.course.checks import observation
from vgcourse.course.checks.exercise import Exercise
from vgcourse.course.checks.looking import PAST_THE_WATCH
from vgcourse.course.checks.verdicts import UNWATCHED
from vgcourse.grading.intake.lesson_cells import grade_id

KEY = "vgcourse"
_LOOK = re.compile(r"[\d.]+ of [\d.]+ points?\b")  # what only the line of a check says


@dataclass
class Trace:
    """Gathered cell by cell while a notebook runs; ``met_limit``: its kernel was ended by a limit."""

    seconds: float = 0.0
    cpu: float | None = None
    cells: dict[str, float] = field(default_factory=dict)
    isolation: str = ""
    notes: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    met_limit: bool = False

    def __post_init__(self) -> None:
        self._began, self._provisioner = time.monotonic(), None

    @contextlib.contextmanager
    def cell(self, cell: NotebookNode, index: int, manager: Any) -> Iterator[None]:
        """Time a cell, then look at what it put out."""
        self._provisioner = getattr(manager, "provisioner", None)
        self.isolation = getattr(self._provisioner, "level", "")
        name = grade_id(cell) or f"cell {index + 1}"
        began = time.monotonic()
        try:
            yield
        finally:
            if cell.cell_type == "code":
                self.cells[name] = round(time.monotonic() - began, 3)
        if cell.cell_type != "code":
            return
        if "check(" not in cell.source and _speaks_as_a_check(cell):
            self.signs.append(f"{name} shows a verdict of its own making")
        if any(output.get("ename") == "SystemExit" for output in cell.get("outputs", [])):
            self.notes.append(f"{name} ended itself, as exit() does: what stands below that in the cell did not run")

    def watch_check(self, cell: NotebookNode, exercise: Exercise, found: list[tuple[str, str]], wanted: int) -> None:
        """Look at what a check's cell sent before it is replaced by the verdict."""
        sent = sum(text != PAST_THE_WATCH for _, text in found)
        if sent > max(1, wanted):
            self.signs.append(f"the check {exercise.id} sent {sent} observations, {wanted} belong there")
        if any(id != exercise.id for id, _ in found):
            self.signs.append(f"the check {exercise.id} sent an observation of another exercise")
        if any(_says_unwatched(text) for _, text in found):
            put_aside = "put aside what watches for the course's own version, or worked where nothing watches"
            self.signs.append(f"the answer to {exercise.id} {put_aside}")
        if any(_is_garbage(text) for _, text in found):
            self.signs.append(f"the check {exercise.id} sent something that no check makes")

    def count_odd(self, messages: int) -> None:
        """Messages that no kernel sends were left out."""
        if messages:
            self.signs.append(f"the notebook sent {messages} messages that no kernel sends")

    def finish(self) -> None:
        """The kernel has ended: take down what it cost."""
        self.seconds = round(time.monotonic() - self._began, 3)
        ended = getattr(self._provisioner, "ending", None)
        self.cpu = ended.cpu if ended else None
        self._provisioner = None

    def write(self, nb: NotebookNode) -> None:
        """Leave it in the notebook."""
        nb.metadata[KEY] = {name: value for name, value in asdict(self).items() if name != "met_limit"}


def read(nb: NotebookNode) -> Trace:
    """The trace that stands in a graded notebook; an empty one where there is none."""
    kept = nb.metadata.get(KEY)
    fields = json.loads(json.dumps(kept)) if isinstance(kept, dict) else {}
    try:
        return Trace(**fields)
    except TypeError:
        return Trace()


def was_run(path: Path) -> bool:
    """Whether a graded notebook was run to its end: nbgrader's copy is there without that where a run was killed."""
    metadata = _read(path).get("metadata")
    return isinstance(metadata, dict) and isinstance(metadata.get(KEY), dict)


def holds_outputs(path: Path) -> bool:
    """Whether a graded notebook was run by whatever program: nbgrader's copy is without outputs and numbers."""
    cells = (cell for cell in _read(path).get("cells", ()) if isinstance(cell, dict))
    return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def _read(path: Path) -> dict[str, Any]:
    """A graded notebook, as nbgrader wrote it; nothing where it is not there, or not whole."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _speaks_as_a_check(cell: NotebookNode) -> bool:
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        shown = str(data.get("text/html", "")) + str(data.get("text/plain", "")) + str(output.get("text", ""))
        if observation.MIME in data or _LOOK.search(shown[:20_000]):
            return True
    return False


def _is_garbage(text: Any) -> bool:
    return _decoded(text) is None


def _says_unwatched(text: Any) -> bool:
    return bool((_decoded(text) or {}).get(UNWATCHED))


def _decoded(text: Any) -> dict[str, Any] | None:
    try:
        return observation.decode(text)
    except observation.ObservationError:
        return None
