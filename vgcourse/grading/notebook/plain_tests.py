"""An instructor's own test: plain asserts in a graded cell, judged where they run.

nbgrader reads the points from the cell's outputs. What a right answer may print besides must not cost any, and a
number that is none must not earn any.
"""

import math

from nbformat import NotebookNode
from nbformat.v4 import new_output


def settle(cell: NotebookNode) -> None:
    """Put the outputs of a test cell in a form in which warnings cost nothing and NaN earns nothing."""
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"  # nbgrader takes anything on stderr for a failure
    if any(_is_odd_credit(output) for output in cell.outputs):
        told = "The test gave a number of points that is no number."
        cell.outputs.insert(0, new_output("error", ename="NoCredit", evalue=told, traceback=[told]))


def _is_odd_credit(output: NotebookNode) -> bool:
    if output.output_type != "execute_result":
        return False
    try:
        return not math.isfinite(float(output.data.get("text/plain", "0")))
    except (TypeError, ValueError):
        return False
