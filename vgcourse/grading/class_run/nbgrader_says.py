"""What nbgrader's interface answers, read: the line that says something, and a Ctrl-C that it took for an error."""

import re
from typing import Any

from vgcourse.grading.class_run.gradebook import PATIENCE


def refuse_to_go_on_after_ctrl_c(answer: dict[str, Any]) -> None:
    """nbgrader takes Ctrl-C for one more error of the submission at hand: raise it again."""
    lines = answer.get("error", "").strip().splitlines()
    if lines and lines[-1].startswith("KeyboardInterrupt"):
        raise KeyboardInterrupt


def last_error(answer: dict[str, Any]) -> str:
    """The last line that says something of what nbgrader logged or raised."""
    said = f"{answer.get('log', '')}\n{answer.get('error', '')}"
    if "database is locked" in said:
        return f"the gradebook was held by another program for {PATIENCE} s: close it there, and grade again"
    lines = [line.strip() for line in said.splitlines()]
    telling = [line for line in lines if "Error: " in line or re.fullmatch(r"\w+(Error|Exception|Exit)", line)]
    telling = telling or [line for line in lines if "Exception: " in line]
    text = (telling[::-1] or [line for line in lines if line] or ["no reason given"])[0]
    return text.rpartition("Error: ")[2] or text
