"""A model answer and how it is marked, for every exercise that a person reads: for whoever learns alone.

It lies beside the student's notebook of the course's own lessons. A release for a class is made of the notebook
alone, and an instructor's own lessons have no such page: what they hand out is theirs to say.
"""

import re

from nbformat import NotebookNode

NAME = "written_answers.md"
HEAD = (
    "Write yours first. Each of these would get all its points, and is one of many that would; below it stands how "
    "points are given."
)
_SOLUTION = re.compile(r"^#+ BEGIN SOLUTION\n(.*?)^#+ END SOLUTION", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def page(solved: NotebookNode) -> str | None:
    """The page as Markdown; None where a lesson has no written exercise.

    Args:
        solved: the lesson's solved notebook, with its solutions between their marks.
    """
    parts, title, asked = [], "", ""
    for cell in (cell for cell in solved.cells if cell.cell_type == "markdown"):
        answer = _SOLUTION.search(cell.source)
        if answer and cell.metadata.get("nbgrader", {}).get("grade"):
            parts.append(f"## {asked}\n\n{answer[1].strip()}")
            continue
        for level, heading in _HEADING.findall(cell.source):
            title, asked = title or heading, heading if len(level) > 1 else asked
    return "\n\n".join([f"# Written answers: {title}", HEAD, *parts]) + "\n" if parts else None
