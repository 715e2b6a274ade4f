"""The report of a class as one page: whom to look at, who stands where, and what went wrong."""

from dataclasses import dataclass, field

from markupsafe import Markup

from vgcourse.grading.class_run.class_table import NOT_HANDED_IN, Standing
from vgcourse.grading.pages.page import count, join, number, page
from vgcourse.grading.pages.report import drawing, numbers
from vgcourse.grading.pages.report.numbers import ExerciseNumbers, Misconception
from vgcourse.grading.pages.report.people import STYLE as PEOPLE_STYLE
from vgcourse.grading.pages.report.people import looks, students
from vgcourse.grading.pages.report.similarity import Alike
from vgcourse.grading.pages.report.style import STYLE

SHOWN = 40  # names after which a list says how many more there are
GROUPS = 25


@dataclass(frozen=True)
class ClassReport:
    """All that the page shows. ``titles``: graded cell → title, in order; ``links``: student → address of a page."""

    title: str
    standings: list[Standing]
    titles: dict[str, str]
    in_words: frozenset[str] = frozenset()
    alike: list[Alike] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


def report_page(report: ClassReport) -> str:
    """The whole document."""
    people = Names(report)
    of_people = [looks(report.standings, people), students(report.standings, people)]
    of_work = [part(report, people) for part in (_marks, _exercises, _alike, _cells)]
    parts = [_head(report), *of_people, *of_work]
    return page(f"{report.title} · the class", Markup("<main>{}</main>").format(join(parts)), STYLE + PEOPLE_STYLE)


class Names:
    """How a student is named on the page: with a link to the feedback page where there is one."""

    def __init__(self, report: ClassReport) -> None:
        self.links = report.links
        self.names = {standing.student: standing.name for standing in report.standings}

    def __call__(self, student: str) -> Markup:
        name, link = self.names.get(student, student), self.links.get(student)
        if link:
            return Markup('<a href="{}">{}</a>').format(link, name)
        return Markup("<span>{}</span>").format(name)

    def all(self, students: tuple[str, ...] | list[str]) -> Markup:
        """The first of these students, linked, and how many more there are."""
        shown = Markup(", ").join(self(student) for student in students[:SHOWN])
        more = len(students) - SHOWN
        return shown + (f" and {more} more" if more > 0 else "")


def _head(report: ClassReport) -> Markup:
    handed_in = [s for s in report.standings if s.reason != NOT_HANDED_IN]
    marked = numbers.graded(report.standings)
    waiting = sum(bool(s.waiting) for s in marked)
    last = max((s.result.at for s in handed_in if s.result and s.result.at), default="")[:16].replace("T", " ")
    facts = [count(len(handed_in), "student") + " handed in", f"{len(marked)} graded"]
    facts += [f"{waiting} with answers still to be read"] if waiting else []
    refused = len(handed_in) - len(marked)
    facts += [f"{refused} not graded"] if refused else []
    facts += [f"last graded {last} UTC"] if last else []
    return Markup('<header><h1>{}</h1><p class="quiet">{}</p></header>').format(report.title, " · ".join(facts))


def _marks(report: ClassReport, people: Names) -> Markup:
    marked = numbers.graded(report.standings)
    if not marked:
        return Markup("<h2>Marks</h2><p>Nobody has a mark yet.</p>")
    most = max(s.max_score for s in marked)
    median = count_points(numbers.median_mark(marked))
    half = f"{sum(s.score >= most / 2 for s in marked)} of {len(marked)}"
    hollow = " Hollow dots: answers are still to be read." if any(s.waiting for s in marked) else ""
    words = Markup("<p>The median is {}; {} reached half of the points.{}</p>").format(median, half, hollow)
    return join([Markup("<h2>Marks</h2>"), words, drawing.marks(marked, most, report.links)])


def _exercises(report: ClassReport, people: Names) -> Markup:
    found = numbers.exercises(report.standings, report.titles, report.in_words)
    most = max((len(m.students) for exercise in found for m in exercise.misconceptions), default=1)
    legend = Markup(
        '<p class="legend"><span><i class="key good"></i>full marks</span> <span><i class="key part"></i>some</span> '
        '<span><i class="key bad"></i>none</span> <span><i class="key open"></i>left blank</span> '
        '<span><i class="key wait"></i>still to be read</span></p>'
    )
    return join([Markup("<h2>Exercises</h2>"), legend, *(_exercise(exercise, most, people) for exercise in found)])


def _exercise(exercise: ExerciseNumbers, most: int, people: Names) -> Markup:
    # Of answers that are still being read, the first few say nothing of the class.
    settled = exercise.graded and not (exercise.in_words and exercise.waiting)
    facts = [f"{exercise.mean:.0%} of the points on average", f"{exercise.zeros:.0%} at zero"] if settled else []
    facts += ["read by a person"] if exercise.in_words else []
    facts += [_duration(exercise.seconds)] if exercise.seconds >= 0.05 else []
    shown = Markup("").join(_misconception(m, most, people) for m in exercise.misconceptions)
    return Markup(
        '<section class="exercise"><div class="row"><h3>{} <span class="quiet">{}</span></h3>'
        '<p class="facts">{}</p></div>{}{}</section>'
    ).format(
        exercise.title, count_points(exercise.points), " · ".join(facts), drawing.shares(exercise),
        Markup('<ul class="keys">{}</ul>').format(shown) if shown else "",
    )  # fmt: skip


def count_points(points: float) -> str:
    """``1 point``, ``2.5 points``."""
    return f"{number(points)} point{'' if points == 1 else 's'}"


def _misconception(shown: Misconception, most: int, people: Names) -> Markup:
    n = len(shown.students)
    return Markup(
        '<li><span class="n">{}</span><span class="tally" aria-hidden="true"><i style="width:{}%"></i></span>'
        "<div><code>{}</code> {}{}</div></li>"
    ).format(n, number(100 * n / most), shown.key, shown.sentence, _shown_by(shown.students, people))


def _shown_by(students: tuple[str, ...], people: Names) -> Markup:
    """A few names at once, many behind a click."""
    if len(students) <= 3:
        return Markup('<p class="names">{}</p>').format(people.all(students))
    folded = Markup("<details><summary>{}</summary><p>{}</p></details>")
    return folded.format(count(len(students), "student"), people.all(students))


def _alike(report: ClassReport, people: Names) -> Markup:
    words = Markup(
        "<p>A hint where to look, not a verdict. Names, comments and spacing make no difference here; what was "
        "handed out, very short answers, and what a fifth of the class writes alike are left aside.</p>"
    )
    rows = [_group(group, report, people) for group in report.alike[:GROUPS]]
    more = len(report.alike) - GROUPS
    rows += [Markup('<p class="quiet">… and {}.</p>').format(count(more, "more group"))] if more > 0 else []
    body = Markup('<div class="groups">{}</div>').format(Markup("").join(rows)) if rows else Markup("<p>None.</p>")
    return Markup("<h2>Nearly identical answers</h2>{}{}").format(words if rows else "", body)


def _group(group: Alike, report: ClassReport, people: Names) -> Markup:
    bars = [
        Markup(
            '<div class="alike"><span>{}</span><span class="meter" aria-hidden="true"><i style="width:{}%"></i>'
            '</span><span class="number">{:.0%}</span></div>'
        ).format(report.titles.get(id, id), number(100 * share), share)
        for id, share in sorted(group.exercises.items(), key=lambda item: -item[1])
    ]
    who = (
        Markup(" and ").join(map(people, group.students)) if len(group.students) == 2 else people.all(group.students)
    )
    return Markup('<div class="group"><div class="who">{}</div><div>{}</div></div>').format(
        who, Markup("").join(bars)
    )


def _cells(report: ClassReport, people: Names) -> Markup:
    found = numbers.cells(report.standings)
    if not found:
        return Markup("")
    longest = max(cell.longest for cell in found)
    rows = [
        Markup(
            '<div class="cell"><code>{}</code>{}<span class="number">{:.1f} s</span>'
            '<span class="quiet">slowest {:.1f} s, {}</span></div>'
        ).format(cell.id, drawing.spread(cell, longest), cell.median, cell.longest, people(cell.slowest))
        for cell in found
    ]
    words = Markup(
        "<p>Where the time goes: the median over the class, and the line to the slowest run. {}</p>"
    ).format(f"Grading the class took {_duration(60 * numbers.minutes(report.standings))} of computing in all.")
    return Markup('<h2>Slowest cells</h2>{}<div class="cells">{}</div>').format(words, Markup("").join(rows))


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds >= 60 else f"{seconds:.1f} seconds"
