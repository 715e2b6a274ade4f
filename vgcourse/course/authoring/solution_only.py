"""Cells for the instructor's eyes: an analysis that reads the numbers, and would give the answer away."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

SOLUTION_ONLY = "solution_only"  # the tag in the header of such a cell


class DropSolutionOnly(NbGraderPreprocessor):
    """Leave the cells tagged ``solution_only=true`` out of what students get."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb.cells = [cell for cell in nb.cells if not cell.metadata.get(SOLUTION_ONLY)]
        return nb, resources
