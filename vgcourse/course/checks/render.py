"""How a verdict looks: one calm coloured line in a notebook, one line of text elsewhere."""

import html

from vgcourse.course.checks.verdicts import BLANK, Verdict
from vgcourse.palette import LIGHT

# The sign and the word carry the meaning too.
_LOOKS = {
    "passed": ("✓", "Right", LIGHT["good"]),
    "open": ("○", "Open", LIGHT["guess"]),
    "missed": ("✗", "Not yet", LIGHT["bad"]),
}

_LINE = (
    '<div role="status" style="border-left:4px solid {colour};background:{colour}1f;padding:.5em .8em;'
    'margin:.3em 0;border-radius:0 4px 4px 0;line-height:1.45">'
    "<strong>{sign} {word}</strong> <span>{points}</span><br>{message}</div>"
)


def look(verdict: Verdict) -> tuple[str, str, str]:
    """Sign, word and colour of a verdict."""
    if verdict.passed:
        return _LOOKS["passed"]
    return _LOOKS["open"] if verdict.key == BLANK and not verdict.share else _LOOKS["missed"]


def as_text(verdict: Verdict) -> str:
    """One line: ``✓ Right · 2 of 2 points · …``."""
    sign, word, _ = look(verdict)
    return f"{sign} {word} · {points(verdict)} · {verdict.sentence}"


def as_html(verdict: Verdict) -> str:
    """The same line for a notebook; every word of the message is escaped."""
    sign, word, colour = look(verdict)
    message = html.escape(verdict.sentence)
    return _LINE.format(sign=sign, word=word, colour=colour, points=points(verdict), message=message)


def points(verdict: Verdict) -> str:
    """``1 of 2 points``, in the shortest form."""
    unit = "point" if verdict.points == 1 else "points"
    return f"{verdict.earned:g} of {verdict.points:g} {unit}"


def own_as_html(text: str) -> str:
    """The course's own version, folded; every sign of it is escaped."""
    told = "The course's own version, to compare: what is the same, what is shorter, what is clearer in yours?"
    style = "margin:.3em 0;padding:.5em .8em;line-height:1.4;overflow-x:auto"
    return f'<details><summary>{told}</summary><pre style="{style}">{html.escape(text)}</pre></details>'
