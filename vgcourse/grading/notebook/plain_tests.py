"""An instructor's own test: plain asserts in a graded cell, judged where they run.

nbgrader reads the points from the cell's outputs. What a right answer may print besides must not cost any, and a
number that is none must not earn any.
"""

import math

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import determine_grade

from vgcourse.course.checks.verdicts import PASSED, Verdict

FAILED = "test-failed"
PASSES = "This test passes, as far as it can be seen. A hidden part of it is run where the class is graded."


def settle(cell: NotebookNode) -> None:
    """Put the outputs of a test cell in a form in which warnings cost nothing, and no odd number earns anything."""
    points = float(cell.metadata.nbgrader.get("points", 0))
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"  # nbgrader takes anything on stderr for a failure
    if any(_is_odd_credit(output, points) for output in cell.outputs):
        told = f"The test gave a number of points that is none between 0 and {points:g}."
        cell.outputs.insert(0, new_output("error", ename="NoCredit", evalue=told, traceback=[told]))


def _is_odd_credit(output: NotebookNode, points: float) -> bool:
    """nbgrader takes a negative number for full credit, and stops at one above the maximum."""
    if output.output_type != "execute_result":
        return False
    text = output.data.get("text/plain", "")
    try:
        credit = float(text)
    except (TypeError, ValueError):
        return not text or not isinstance(text, str)
    return not (math.isfinite(credit) and 0 <= credit <= points)


def verdict_of(cell: NotebookNode) -> Verdict:
    """What a settled test came to where there is no gradebook, in which its hidden part would stand."""
    earned, most = determine_grade(cell)
    share = earned / most if most else 1.0
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    said = f": {str(error.evalue)[:200]}" if error and str(error.evalue).strip() else ""
    failed = f"This test stopped with {error.ename}{said}." if error else f"This test gives {earned:g} of {most:g}."
    key, sentence = (PASSED, PASSES) if share >= 1 else (FAILED, failed)
    return Verdict(cell.metadata.nbgrader.grade_id, most, share, key, sentence)
