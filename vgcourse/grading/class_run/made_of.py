"""What a mark was made of: points, released cells and checks, as fingerprints: a change is seen later."""

import hashlib
import json
from importlib import import_module
from pathlib import Path

from nbformat import NotebookNode

from vgcourse.course import checks
from vgcourse.course.checks import registry
from vgcourse.grading.intake.lesson_cells import grade_id

POINTS, RELEASE, CHECKS, HANDED_IN = "points", "release", "checks", "handed in"
WORDS = {
    POINTS: "the points have changed",
    RELEASE: "the lesson has changed",
    CHECKS: "the checks have changed",
    HANDED_IN: "something else has been handed in",
}


def made_of(release: NotebookNode, lesson: str) -> dict[str, str]:
    """Kind → fingerprint, of a lesson as it was prepared for grading. Prose may change, code and graded cells not."""
    graded = [cell for cell in release.cells if grade_id(cell)]
    points = [(grade_id(cell), cell.metadata.nbgrader.get("points", 0)) for cell in graded]
    cells = [(grade_id(c), c.cell_type, c.source) for c in release.cells if grade_id(c) or c.cell_type == "code"]
    return {POINTS: _hash(json.dumps(points)), RELEASE: _hash(json.dumps(cells)), CHECKS: _hash(*_sources(lesson))}


def changed(before: dict[str, str], now: dict[str, str]) -> tuple[str, ...]:
    """What has changed since; nothing where an older run did not note it."""
    return tuple(kind for kind in now if kind in before and before[kind] != now[kind])


def _sources(lesson: str) -> list[bytes]:
    """The files that decide what an answer is worth: the lesson's checks, and what all checks share."""
    if lesson not in registry.known():
        return []
    registry.exercises(lesson)
    modules = map(import_module, registry.modules_of(lesson))
    own = [path for module in modules if module.__file__ for path in _files(Path(module.__file__))]
    return [path.read_bytes() for path in [*own, *_files(Path(checks.__file__))]]


def _files(module: Path) -> list[Path]:
    return sorted(module.parent.rglob("*.py")) if module.name == "__init__.py" else [module]


def _hash(*parts: bytes | str) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update((part.encode() if isinstance(part, str) else part) + b"\0")
    return total.hexdigest()[:16]
