"""An instructor's own test: plain asserts in a graded cell, judged where they run.

nbgrader reads the points from the cell's outputs. What a right answer may print besides must not cost any, and a
number that is none must not earn any.
"""

import math

from nbformat import NotebookNode
from nbformat.v4 import new_output


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
