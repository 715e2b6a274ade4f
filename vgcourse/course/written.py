"""A lesson's written exercises, as a student's own folder has them: answered in words, or still open."""

import json
import re
from pathlib import Path
from typing import Any

from vgcourse.course.authoring.stubs import TEXT_STUB

_HEADING = re.compile(r"^#{1,6}\s+(?:Exercise \d+\s*[·:.–-]\s*)?(.*?)\s*(?:[★☆(].*)?$", re.MULTILINE)


def rows(folder: Path) -> list[tuple[str, str, str]]:
    """Title, state and points of each written exercise in the folder's notebook; none where it cannot be read."""
    try:
        cells = json.loads((folder / f"{folder.name[3:]}.ipynb").read_text(encoding="utf-8"))["cells"]
        return list(_found(cells))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _found(cells: list[dict[str, Any]]):
    heading = ""
    for cell in cells:
        own, source = cell.get("metadata", {}).get("nbgrader", {}), "".join(cell.get("source", ""))
        if cell["cell_type"] != "markdown":
            continue
        if own.get("grade") and own.get("solution"):
            yield (
                heading or own["grade_id"],
                "○ open" if _is_open(source) else "✎ written",
                f"– of {own.get('points', 0):g}",
            )
        elif found := _HEADING.findall(source):
            heading = found[-1]


def _is_open(source: str) -> bool:
    """Whether a cell holds no words but the stub's: what a reader does not see counts for nothing, a picture does."""
    return _words(source) in ([], _words(TEXT_STUB))


def _words(source: str) -> list[str]:
    seen = re.sub(r"<!--.*?(-->|$)|</?(p|br|div|span|b|i)\b[^>]*>|&nbsp;", " ", source, flags=re.DOTALL)
    return re.findall(r"[^\W_]+", seen.casefold())
