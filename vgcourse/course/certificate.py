"""The certificate of the whole course: points, predictions and the student's own figures, on one page.

The page is one HTML file that asks no other host for anything: pictures are inside it, it has no script, and it tells
the browser to load nothing. Everything a student wrote is escaped. It says what this folder holds, and that
nobody but the student has looked at it: a class's marks are the grader's.
"""

import base64
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from vgcourse.course import progress
from vgcourse.course.checks import registry
from vgcourse.errors import CourseError
from vgcourse.palette import DARK, LIGHT, as_css

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST = 3_000_000  # bytes of one picture
_NAMES = ("ink", "muted", "border", "paper", "good", "good-fill", "line")
_STYLE = (
    f"""
:root {{ color-scheme: light dark; {as_css(LIGHT, names=_NAMES)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {as_css(DARK, names=_NAMES)} }} }}
@media print {{ :root {{ color-scheme: light; {as_css(LIGHT, names=_NAMES)} }} }}
"""
    + """
body { margin: 0 auto; padding: 36px 24px 64px; max-width: 860px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 8px; }
@media print { figure, tr { break-inside: avoid; } }
.quiet { color: var(--muted); } .sum { font-size: 20px; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; }
td, th { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--border); vertical-align: top; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td, th, .sum { overflow-wrap: break-word; } .wide { overflow-x: auto; }
.bar { display: block; width: 120px; height: 9px; margin-top: 7px; background: var(--line); }
.bar, .bar span { print-color-adjust: exact; }
@media (max-width: 520px) { .bar { width: 44px; } body { padding: 20px 14px 40px; } }
.bar span { display: block; height: 9px; background: var(--good-fill); }
figure { margin: 24px 0; } img { max-width: 100%; height: auto; background: white; }
"""
)


@dataclass(frozen=True)
class Picture:
    """A figure that one of the student's notebooks shows: PNG bytes, and what one sees in it."""

    lesson: str
    png: bytes
    words: str


@dataclass(frozen=True)
class LessonPoints:
    """What a lesson gave: points earned and possible, exercises passed and all of them, written ones by state."""

    lesson: str
    earned: float
    points: float
    passed: int
    exercises: int
    written: int
    to_write: int


class Certificate:
    """Where the page was written, or why it was not; ``path`` is None then."""

    def __init__(self, path: Path | None, said: str):
        self.path, self.said = path, said

    def __repr__(self) -> str:
        return self.said


def certificate(name: str, to: str | Path | None = None) -> Certificate:
    """Write the certificate of this folder's course for ``name``: ``certificate.html`` beside the lessons' folders.

    Points and predictions are those that the lessons kept (`progress_page` shows them), the figures those of the
    notebooks as they were last saved, the last one of each lesson. ``to`` is another file to write to. Where there is
    no name or no folder of lessons, nothing is written, and what comes back says so. Raises CourseError where
    the file cannot be written.
    """
    who, kept = " ".join(name.split()) if isinstance(name, str) else "", progress.path()
    if not who:
        return Certificate(None, "Whose certificate is it? Put your name where it belongs, and call this again.")
    if kept is None and to is None:
        return Certificate(None, "Points are kept beside the lessons' folders: call this from a lesson's notebook.")
    folder = kept.parent if kept else Path.cwd()
    target = Path(to) if to is not None else folder / "certificate.html"
    try:
        target.write_text(as_html(who, progress.read(), folder, date.today()), encoding="utf-8")
    except OSError as error:
        raise CourseError(f"The certificate cannot be written to {target}: {error.strerror or error}.") from error
    return Certificate(target, f"Written: {target.name}, beside the folders of the lessons.")


def as_html(name: str, recorded: dict[str, dict[str, Any]], folder: Path, day: date) -> str:
    """The page: ``recorded`` as `progress.read` gives it, ``folder`` that of the lesson folders."""
    lessons, guesses = list(points(recorded, folder)), _guesses(recorded)
    parts = [_head(name, lessons, guesses, day), _table_of(lessons), _predictions(guesses), _figures(folder)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>The vanishing gradient: {html.escape(name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def points(recorded: dict[str, dict[str, Any]], folder: Path) -> Iterator[LessonPoints]:
    """What every lesson of the course gave so far."""
    from vgcourse.course import written

    for lesson in registry.known():
        asked = registry.exercises(lesson)
        entries = [recorded["checks"].get(exercise.id, {}) for exercise in asked]
        earned = sum(progress.earned(e, x.points) for e, x in zip(entries, asked, strict=True))
        states = [state for _, state, _ in written.rows(folder / lesson)]
        passed = sum(bool(e.get("passed")) and e.get("key", progress.PASSED) == progress.PASSED for e in entries)
        by_hand = sum(state.startswith("✎") for state in states)
        yield LessonPoints(lesson, earned, sum(x.points for x in asked), passed, len(asked), by_hand, len(states))


@dataclass(frozen=True)
class Guess:
    """A prediction that was made and revealed; ``late``: made when the result had been shown, so none."""

    question: str
    guess: str
    result: str
    right: bool
    late: bool

    @property
    def sign(self) -> str:
        """What stands before the guess: right, wrong, or made after the answer was seen."""
        return "·" if self.late else "✓" if self.right else "✗"


def _guesses(recorded: dict[str, dict[str, Any]]) -> list[Guess]:
    """What was guessed and revealed, in the order in which it was kept."""
    return [
        Guess(
            str(e.get("question", id)), _said(e["guess"]), _said(e["result"]), bool(e["right"]), bool(e.get("late"))
        )
        for id, e in recorded["predictions"].items()
        if e.get("right") is not None and "result" in e and "guess" in e
    ]


def _said(value: Any) -> str:
    """A number as the lesson shows it, a choice as it stands."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{value:.4g}" if is_number else str(value)


def _head(name: str, lessons: list[LessonPoints], guesses: list[Guess], day: date) -> str:
    earned, most = sum(one.earned for one in lessons), sum(one.points for one in lessons)
    passed, all_of = sum(one.passed for one in lessons), sum(one.exercises for one in lessons)
    return (
        f"<h1>{html.escape(name)}</h1>\n"
        f"<p class='quiet'>The vanishing gradient, measured: a course in {len(lessons)} lessons. "
        f"{day.isoformat()}.</p>\n<p class='sum'><strong>{earned:g} of {most:g} points</strong> in what a "
        f"machine checks; {passed} of {all_of} exercises passed.</p>\n"
        f"<p>{' '.join(_in_words(lessons, guesses))}</p>\n"
        "<p class='quiet'>These are the points that this copy of the lessons kept on its own machine. Nobody has "
        "looked over them; a class's marks are those that its grader gives.</p>"
    )


def _in_words(lessons: list[LessonPoints], guesses: list[Guess]) -> Iterator[str]:
    """What was written, and how the predictions came out; nothing of what there is none of."""
    if to_write := sum(one.to_write for one in lessons):
        by_hand = sum(one.written for one in lessons)
        yield f"Answers in words: {by_hand} of {to_write} written; a person reads them, outside this sum of points."
    if fair := [one for one in guesses if not one.late]:
        yield f"{sum(one.right for one in fair)} of {len(fair)} predictions came true."


def _table_of(lessons: list[LessonPoints]) -> str:
    rows = "\n".join(map(_row, lessons))
    head = "<tr><th>Lesson</th><th></th><th class='number'>Points</th><th class='number'>Passed</th></tr>"
    return f"<h2>Points</h2>\n<div class='wide'><table>\n{head}\n{rows}\n</table></div>"


def _row(one: LessonPoints) -> str:
    share = 100 * one.earned / one.points if one.points else 0
    title = html.escape(f"{one.lesson[:2]} {one.lesson[3:].replace('_', ' ')}")
    return (
        f"<tr><td>{title}</td><td><span class='bar' aria-hidden='true'><span "
        f"style='width:{share:.0f}%'></span></span>"
        f"</td><td class='number'>{one.earned:g} of {one.points:g}</td>"
        f"<td class='number'>{one.passed} of {one.exercises}</td></tr>"
    )


def _predictions(guesses: list[Guess]) -> str:
    if not guesses:
        return ""
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in (one.sign, one.question, one.guess, one.result))
        + "</tr>"
        for one in guesses
    )
    head = "<tr><th></th><th>Question</th><th>Guess</th><th>Result</th></tr>"
    late = "<p class='quiet'>· guessed when the result was known, and not counted</p>"
    noted = late if any(one.late for one in guesses) else ""
    return f"<h2>Predictions</h2>\n<div class='wide'><table>\n{head}\n{rows}\n</table></div>\n{noted}"


def _figures(folder: Path) -> str:
    found = [picture for lesson in registry.known() for picture in pictures(folder / lesson)[-1:]]
    if not found:
        return ""
    shown = "\n".join(
        f"<figure><img alt='{html.escape(one.words, quote=True)}' "
        f"src='data:image/png;base64,{base64.b64encode(one.png).decode()}'>"
        f"<figcaption class='quiet'>Lesson {html.escape(one.lesson[:2])}. "
        f"{html.escape(one.words)}</figcaption></figure>"
        for one in found
    )
    return f"<h2>Figures from these notebooks</h2>\n{shown}"


def pictures(folder: Path) -> list[Picture]:
    """The figures that a lesson's notebook holds as it was last saved, in its order; none where it cannot be read."""
    try:
        cells = json.loads((folder / f"{folder.name[3:]}.ipynb").read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return [found for output in outputs if (found := _picture(folder.name, output))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _picture(lesson: str, output: dict[str, Any]) -> Picture | None:
    """A PNG with words; what only calls itself one is left out."""
    data = output.get("data", {})
    encoded, words = ("".join(data.get(kind, "")) for kind in ("image/png", "text/plain"))
    if not encoded or len(encoded) > 1.4 * _LARGEST or re.match(r"<Figure size|<AxesSubplot|<Axes", words):
        return None
    png = base64.b64decode(encoded)
    return Picture(lesson, png, " ".join(words.split())) if png.startswith(_PNG) else None
