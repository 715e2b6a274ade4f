"""The report's pictures: inline SVG whose x is in per cent, so that text keeps its size at any width."""

import statistics
from collections import defaultdict

from markupsafe import Markup

from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.pages.page import number
from vgcourse.grading.pages.report.numbers import CellNumbers, ExerciseNumbers

BINS = 24
LEFT, RIGHT = 3.0, 97.0  # per cent: where the axis begins and ends


def bin_width(most: float) -> float:
    """The smallest handy width with which ``most`` points make at most 24 bins."""
    return next((w for w in (0.5, 1, 2, 2.5, 5, 10, 20, 50) if most / w <= BINS), most / BINS)


def marks(class_: list[Standing], most: float, links: dict[str, str]) -> Markup:
    """A dot for every student above an axis of points, and a line at the median."""
    width = bin_width(most)
    stacks: dict[int, list[Standing]] = defaultdict(list)
    for standing in sorted(class_, key=lambda s: (s.score, s.student)):
        stacks[round(standing.score / width)].append(standing)
    tallest = max(map(len, stacks.values()))
    step = min(17.0, 210 / tallest)
    floor = 34 + step * tallest + 6
    dots = [_dot(s, place * width, floor - step * (i + 0.6), step * 0.42, most, links)
            for place, stack in stacks.items() for i, s in enumerate(stack)]  # fmt: skip
    body = Markup("").join([_axis(most, floor), _median(class_, most, floor), *dots])
    label = (
        f"{len(class_)} marks from {number(min(s.score for s in class_))} to {number(max(s.score for s in class_))}"
    )
    return Markup(
        '<svg class="marks" role="group" aria-label="{} of {} points" width="100%" height="{}">{}</svg>'
    ).format(label, number(most), number(floor + 40), body)


def _at(points: float, most: float) -> str:
    return number(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, points / most if most else 0.0)))


def _dot(standing: Standing, points: float, y: float, r: float, most: float, links: dict[str, str]) -> Markup:
    waits = " (not all read yet)" if standing.waiting else ""
    circle = Markup('<circle class="{}" cx="{}%" cy="{}" r="{}"><title>{}: {} of {}{}</title></circle>').format(
        "dot waits" if waits else "dot", _at(points, most), number(y), number(r), standing.name,
        number(standing.score), number(most), waits,
    )  # fmt: skip
    link = links.get(standing.student)
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(link, circle) if link else circle


def _axis(most: float, floor: float) -> Markup:
    step = next((w for w in (1, 2, 5, 10, 20, 50, 100) if most / w <= 8), most)
    ticks = [i * step for i in range(int(most / step) + 1)]
    line = Markup('<line class="axis" x1="{}%" x2="{}%" y1="{y}" y2="{y}"/>').format(LEFT, RIGHT, y=number(floor))
    texts = [
        Markup('<text class="tick" x="{}%" y="{}" text-anchor="middle">{}</text>').format(
            _at(tick, most), number(floor + 17), number(tick)
        )
        for tick in ticks
    ]
    name = Markup('<text class="tick" x="{}%" y="{}" text-anchor="end">points (of {})</text>').format(
        RIGHT, number(floor + 35), number(most)
    )
    return Markup("").join([line, *texts, name])


def _median(class_: list[Standing], most: float, floor: float) -> Markup:
    median = statistics.median(s.score for s in class_)
    anchor = "end" if median > most / 2 else "start"
    text = Markup('<text class="median" x="{}%" y="14" dx="{}" text-anchor="{}">median {}</text>').format(
        _at(median, most), -7 if anchor == "end" else 7, anchor, number(median)
    )
    line = Markup('<line class="median" x1="{x}%" x2="{x}%" y1="2" y2="{y}"/>').format(
        x=_at(median, most), y=number(floor)
    )
    return line + text


def shares(exercise: ExerciseNumbers) -> Markup:
    """One bar over the class: full marks, some, none, left blank, still to be read."""
    parts = [("good", exercise.full, "full marks"), ("part", exercise.part, "some"), ("bad", exercise.none, "none"),
             ("open", exercise.blank, "blank"), ("wait", exercise.waiting, "to be read")]  # fmt: skip
    total = sum(n for _, n, _ in parts) or 1
    said = ", ".join(f"{n} {word}" for _, n, word in parts if n)
    bars = [
        Markup('<span class="{}" style="width:{}%" title="{} {}">{}</span>').format(
            kind, number(100 * n / total), n, word, n if n / total > 0.06 else ""
        )
        for kind, n, word in parts
        if n
    ]
    return Markup('<div class="shares" role="img" aria-label="{}">{}</div>').format(said, Markup("").join(bars))


def spread(cell: CellNumbers, longest: float) -> Markup:
    """A cell's time over the class: a dot at the median, a line to the slowest run."""

    def at(seconds: float) -> str:
        return number(1.5 + 97 * seconds / longest if longest else 1.5)

    return Markup(
        '<svg class="spread" role="img" aria-label="median {:.1f} s, slowest {:.1f} s" width="100%" height="18">'
        '<line class="track" x1="0" x2="100%" y1="9" y2="9"/>'
        '<line class="reach" x1="{m}%" x2="{x}%" y1="9" y2="9"/><circle class="mid" cx="{m}%" cy="9" r="5"/>'
        '<line class="end" x1="{x}%" x2="{x}%" y1="4" y2="14"/></svg>'
    ).format(cell.median, cell.longest, m=at(cell.median), x=at(cell.longest))
