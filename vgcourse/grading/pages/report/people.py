"""The people of a report: who needs a look and why, and everybody in a list that can be put in another order."""

from collections.abc import Callable

from markupsafe import Markup

from vgcourse.grading.class_run.class_table import NOT_HANDED_IN, UNTIMED, Standing
from vgcourse.grading.class_run.terminal_table import shows
from vgcourse.grading.pages.page import count, join

NEAR_ZERO = 0.1  # of the points that have been given or not
Named = Callable[[str], Markup]

# kind → its badge, its colour; the order is the order of the page
KINDS = {
    "not graded": "bad",
    "stale": "bad",
    "no points": "bad",
    "sign": "part",
    "late": "part",
    "to read": "open",
    "mended": "open",
    "no time": "open",
    "absent": "open",
}


def looks(class_: list[Standing], named: Named) -> Markup:
    """Whom to look at, and why, the most urgent first; a line a student and kind."""
    rows = [(kind, one.student, why) for one in class_ for kind, why in _reasons(one)]
    rows.sort(key=lambda row: list(KINDS).index(row[0]))
    body = [_look(kind, named(student), why) for kind, student, why in rows]
    untimed = [one.student for one in class_ if one.untimed]
    absent = [one.student for one in class_ if one.reason == NOT_HANDED_IN]
    for kind, who, why in (("no time", untimed, UNTIMED), ("absent", absent, NOT_HANDED_IN)):
        body += [_look(kind, Markup(", ").join(map(named, who)), why)] if who else []
    shown = Markup('<div class="looks">{}</div>').format(join(body)) if body else Markup("<p>Nobody.</p>")
    return Markup("<h2>Who needs a look</h2>{}").format(shown)


def _reasons(one: Standing) -> list[tuple[str, str]]:
    if one.reason:
        return [] if one.reason == NOT_HANDED_IN else [("not graded", f"because {one.reason}")]
    found = [("stale", f"{one.looks_stale} since it was graded: give vgcourse grade {one.lesson} again")] * bool(
        one.stale
    )
    if one.max_score > one.to_read and one.score <= NEAR_ZERO * (one.max_score - one.to_read):
        found.append(("no points", f"{one.points}: {shows(one)}"))
    if one.signs:
        found.append(("sign", "; ".join(one.signs)))
    if one.lateness:
        found.append(("late", str(one.lateness)))
    if one.waiting:
        found.append(("to read", f"{', '.join(one.waiting)}, in nbgrader's formgrader"))
    if notes := [note for note in one.notes if note not in one.signs]:
        found.append(("mended", "; ".join(notes)))
    return found


def _look(kind: str, who: Markup, why: str) -> Markup:
    return Markup(
        '<div class="look {}"><span class="badge">{}</span><div class="who">{}</div><div>{}</div></div>'
    ).format(KINDS[kind], kind, who, why)


# name of the order → what it sorts by
ORDERS: dict[str, Callable[[Standing], object]] = {
    "name": lambda one: (one.last_name or one.name).casefold(),
    "points": lambda one: -1 if one.score is None else one.score,
    "status": lambda one: (one.score is not None, not one.stale, not one.waiting),
    "lateness": lambda one: -(one.lateness.days + 0.5 if one.lateness else 0),
}


def students(class_: list[Standing], named: Named) -> Markup:
    """Everybody with points and status. The order is chosen by the page's own styles: no script is needed for it."""
    places = {name: _places(class_, key) for name, key in ORDERS.items()}
    buttons = [
        Markup('<input type="radio" name="order" id="by-{n}"{c}><label for="by-{n}">{n}</label>').format(
            n=name, c=Markup(" checked") if name == "name" else ""
        )
        for name in ORDERS
    ]
    rows = [_student(one, named, {name: places[name][one.student] for name in ORDERS}) for one in class_]
    return Markup(
        '<h2>Students</h2><section class="class"><span class="quiet">{}, in the order of</span> {}'
        '<div class="list">{}</div></section>'
    ).format(count(len(class_), "student"), Markup(" ").join(buttons), join(rows))


def _places(class_: list[Standing], key: Callable[[Standing], object]) -> dict[str, int]:
    ranked = sorted(class_, key=lambda one: (key(one), one.name.casefold(), one.student))
    return {one.student: place for place, one in enumerate(ranked)}


def _student(one: Standing, named: Named, places: dict[str, int]) -> Markup:
    style = ";".join(f"--{name}:{place}" for name, place in places.items())
    return Markup(
        '<div class="student" style="{}"><div class="who">{}</div><div class="number">{}</div><div>{}</div>'
        '<div class="quiet">{}</div></div>'
    ).format(style, named(one.student), one.points, one.status, shows(one))


STYLE = """
.class label { display: inline-block; padding: 1px 10px; margin: 2px 2px 8px; border: 1px solid var(--border);
  border-radius: 10px; font-size: 13.5px; cursor: pointer; }
.class input { position: absolute; opacity: 0; }
.class input:checked + label { background: var(--ink); color: var(--paper); }
.class input:focus-visible + label { outline: 3px solid var(--accent); outline-offset: 2px; }
.list { display: flex; flex-direction: column; }
.student { display: grid; grid-template-columns: minmax(120px, 220px) minmax(90px, 170px) 110px minmax(0, 1fr);
  gap: 4px 14px; padding: 5px 0; border-bottom: 1px solid var(--line); align-items: baseline; font-size: 14px; }
.student .number { white-space: normal; }
#by-name:checked ~ .list .student { order: var(--name); }
#by-points:checked ~ .list .student { order: var(--points); }
#by-status:checked ~ .list .student { order: var(--status); }
#by-lateness:checked ~ .list .student { order: var(--lateness); }
@media (max-width: 640px) {
  .student { grid-template-columns: minmax(0, 1fr) auto; } .student > .quiet { grid-column: 1 / -1; }
}
@media print { .class label { display: none; } .student { break-inside: avoid; } }
"""
