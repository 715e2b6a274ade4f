"""The top of a feedback page: the total, and one line for each exercise."""

import re
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from vgcourse.course.checks.verdicts import BLANK, Verdict
from vgcourse.grading.notebook.execute import MARK, judged_exercise
from vgcourse.grading.pages.page import count, number

_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
_STARS = re.compile(r"\s*[★☆]+.*$|\s*\(.*points?.*\)$")
_PREFIX = re.compile(r"^Exercise \d+\s*[·:.–-]\s*")


@dataclass(frozen=True)
class Line:
    """What one graded cell came to, in words and points."""

    anchor: str
    title: str
    score: float
    points: float
    state: str  # "good" | "part" | "bad" | "open"
    message: str = ""
    by_hand: bool = False
    waiting: bool = False  # for a person to read it

    @property
    def sign(self) -> str:
        """The sign before the line, for those who see no colours."""
        return {"good": "✓", "part": "◐", "bad": "✗", "open": "○"}[self.state]


def title(nb: NotebookNode, own: dict) -> str:
    """The notebook's first heading; its name where it has none."""
    first = next(
        (m[1] for cell in nb.cells if cell.cell_type == "markdown" for m in [_HEADING.search(cell.source)] if m), ""
    )
    return first or own.get("notebook", "Feedback")


def summary(nb: NotebookNode, own: dict) -> Markup:
    """Title, student, total and the lines, each a link to its cell."""
    lines = graded_lines(nb)
    body = Markup(
        '<header class="top"><div><p class="quiet kind">Feedback</p><h1>{}</h1><p class="who">{}</p></div>{}</header>'
    )
    listed = Markup("\n").join(_row(line) for line in lines)
    return body.format(title(nb, own), own.get("name") or own.get("student", ""), _total(lines, own)) + Markup(
        '<nav aria-label="Marks"><ol class="lines">{}</ol></nav>'
    ).format(listed)


def graded_lines(nb: NotebookNode) -> list[Line]:
    """One line for each cell that earns points, in the notebook's order."""
    headings = titles(nb)
    return [
        line(cell, headings[i], f"cell-{i}") for i, cell in enumerate(nb.cells) if is_grade(cell) or is_task(cell)
    ]


def titles(nb: NotebookNode) -> list[str]:
    """For each cell the heading it stands under, without number, stars and points."""
    under, found = "", []
    for cell in nb.cells:
        if cell.cell_type == "markdown" and not is_grade(cell) and not is_solution(cell):
            heads = _HEADING.findall(cell.source)
            under = _PREFIX.sub("", _STARS.sub("", heads[-1])) if heads else under
        found.append(under)
    return found


def line(cell: NotebookNode, heading: str, anchor: str) -> Line:
    """The line of a graded cell."""
    own = cell.metadata.nbgrader
    score, points = float(own.get("score") or 0), float(own.get("points") or 0)
    by_hand = bool(own.get("by_hand"))
    verdict = verdict_of(cell)
    name = capital(judged_exercise(cell).title if verdict else heading or own["grade_id"])
    if own.get("waiting"):
        unread = "Nobody has read this yet: the total will change."
        return Line(anchor, name, score, points, "open", unread, waiting=True)
    state = "good" if score >= points else "part" if score > 0 else "bad"
    if verdict and verdict.earned == score:
        state = "open" if verdict.key == BLANK and not score else state
        return Line(anchor, name, score, points, state, verdict.message, by_hand)
    if not by_hand and not verdict and is_solution(cell):  # nbgrader gives 0 to what was left as released
        return Line(anchor, name, score, points, "open", "Nothing written here.")
    message = "Read by a person." if by_hand else _plain(state)
    return Line(anchor, name, score, points, state, message, by_hand)


def verdict_of(cell: NotebookNode) -> Verdict | None:
    """The verdict that the grader left in a check's cell."""
    exercise = judged_exercise(cell)
    marks = [output.get("metadata", {}).get(MARK) for output in cell.get("outputs", [])] if exercise else []
    for mark in filter(None, marks):
        return Verdict(exercise.id, exercise.points, mark["share"], mark["key"], mark["message"])
    return None


def capital(text: str) -> str:
    """The text with a capital to begin with."""
    return text[:1].upper() + text[1:]


def _plain(state: str) -> str:
    return {"good": "All tests passed.", "part": "Some of the tests passed.", "bad": "The tests did not pass."}[state]


def _total(lines: list[Line], own: dict) -> Markup:
    penalty = own.get("late_penalty") or 0
    score = own.get("score", sum(line.score for line in lines))
    most = own.get("max_score", sum(line.points for line in lines))
    waiting = sum(line.waiting for line in lines)
    notes = [count(waiting, "answer") + (" is" if waiting == 1 else " are") + " still to be read"] if waiting else []
    notes += [f"{number(sum(line.score for line in lines if line.by_hand))} of them given by hand"] if any(
        line.by_hand for line in lines
    ) else []  # fmt: skip
    notes += [f"{number(penalty)} taken off for lateness"] if penalty else []
    return Markup('<div class="total"><p><strong>{}</strong> of {} points</p>{}<p class="quiet">{}</p></div>').format(
        number(score), number(most), _bar(lines), " · ".join(notes)
    )


def _bar(lines: list[Line]) -> Markup:
    """One segment an exercise, as wide as its points, filled as far as they were earned."""
    segments = [
        Markup('<span class="seg {}" style="flex:{}"><i style="width:{}%"></i></span>').format(
            line.state, number(line.points), number(100 * min(1, line.score / line.points) if line.points else 0)
        )
        for line in lines
        if line.points
    ]
    return Markup('<div class="bar" aria-hidden="true">{}</div>').format(Markup("").join(segments))


def _row(line: Line) -> Markup:
    hand = Markup(' <span class="tag">by hand</span>') if line.by_hand else ""
    return Markup(
        '<li class="{}"><span class="sign" aria-hidden="true">{}</span><div><a href="#{}">{}</a>{}'
        '<p>{}</p></div><span class="number">{} of {}</span></li>'
    ).format(
        line.state, line.sign, line.anchor, line.title, hand, line.message, number(line.score), number(line.points)
    )
