"""A made-up class for lesson 1: answers from the files that test the checks, verdicts by the checks themselves."""

import random
import runpy
from functools import cache
from pathlib import Path

import nbformat

from vgcourse.course.checks import registry
from vgcourse.course.checks.verdicts import BLANK, Verdict
from vgcourse.grading.class_run.class_table import Mark, Standing
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.pages.report import answers as answer_cells
from vgcourse.grading.pages.report import exercise_titles
from vgcourse.grading.pages.report.page import ClassReport
from vgcourse.grading.pages.report.similarity import alike

HERE = Path(__file__).parent
LESSON = "01_circles"
WORDS = "leak-why"
RELEASED = HERE.parent / "lessons" / LESSON / "circles.ipynb"
FIRST = ("Ada", "Ben", "Cho", "Dia", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Max", "Noa", "Oda",
         "Pia", "Quy", "Ria", "Sam", "Tom")  # fmt: skip


@cache
def verdict(path: Path) -> Verdict:
    """What the check says of the answer in a file."""
    exercise = registry.find(path.parent.name)
    names = runpy.run_path(str(path))
    return exercise.verdict(exercise.observe_answers(tuple(names[name] for name in exercise.answers), 1), 1)


def released():
    return nbformat.read(RELEASED, as_version=4)


def make_class(size: int = 40, seed: int = 0) -> ClassReport:
    """``size`` students: most right, some wrong, three not graded, one pair that copied."""
    draw, previous = random.Random(seed), {}
    stubs = answer_cells(released())
    sources, standings = {id: {} for id in stubs}, []
    for i in range(size):
        name = f"{FIRST[i % 20].lower()}{i:02d}"
        chosen = {} if i % 13 == 12 else _answers(draw, size_of_trouble=draw.random())
        if i == 7:
            chosen = dict(previous)
        previous = chosen
        standings.append(_standing(name, i, chosen, draw))
        if standings[-1].score is not None:
            for id, path in chosen.items():
                source = path.read_text(encoding="utf-8")
                sources[id][name] = source.replace("z", "zed_value") + "\n# mine" if i == 7 else source
    titles = exercise_titles(released())
    links = {s.student: f"feedback/{s.student}.html" for s in standings if s.score is not None}
    pairs = alike(sources, stubs, frozenset({WORDS}))
    return ClassReport(
        "Lesson 1 · Circles, and the chain rule by hand", standings, titles, frozenset({WORDS}), pairs, links
    )


def _answers(draw: random.Random, size_of_trouble: float) -> dict[str, Path]:
    chosen = {}
    for exercise in registry.exercises(LESSON):
        kind = "wrong" if draw.random() < 0.55 * size_of_trouble else "right"
        if draw.random() > 0.12 * size_of_trouble:
            files = sorted((HERE / f"{kind}_answers" / LESSON / exercise.id).glob("*.py"))
            chosen[exercise.id] = files[min(len(files) - 1, int(draw.expovariate(0.35)))]
    return chosen


def _standing(name: str, i: int, chosen: dict[str, Path], draw: random.Random) -> Standing:
    who = {"first_name": name[:-2].title(), "last_name": f"Number {i}"}
    reason = {12: "no notebook was handed in", 25: "circles.ipynb is not a notebook (it is not JSON)",
              38: "the kernel stopped while it ran cell 16 (it met its limit of memory)"}.get(i, "")  # fmt: skip
    signs = ("cell 7 prints a verdict of its own",) if i == 21 else ()
    notes = ("two cells called sigmoid: the second got a name of its own",) if i == 4 else ()
    at = f"2026-05-04T09:{i % 60:02d}:00Z"
    if reason:
        return Standing(
            name, LESSON, None, 12, reason, result=Result(name, LESSON, None, 12, reason=reason, at=at), **who
        )
    verdicts = [verdict(chosen[e.id]) if e.id in chosen else Verdict(e.id, e.points, 0.0, BLANK, "Still open.")
                for e in registry.exercises(LESSON)]  # fmt: skip
    cells = {e.id: 0.05 + draw.random() / 4 for e in registry.exercises(LESSON)}
    cells |= {f"{e.id}-answer": draw.random() / 50 for e in registry.exercises(LESSON)}
    cells |= {
        "cell 16": 1.3 + draw.expovariate(2),
        "cell 49": 0.5 + draw.random(),
        "cell 61": 0.2 + draw.random() / 5,
    }
    marks = {v.exercise: Mark(v.exercise, v.earned, v.points) for v in verdicts}
    waiting = i % 9 == 3
    marks[WORDS] = Mark(WORDS, 0 if waiting else draw.choice([0.5, 1, 1.5, 2, 2]), 2, not waiting, waiting)
    score = round(sum(mark.points for mark in marks.values()), 2)
    result = Result(
        name, LESSON, score, 12, waiting, "", notes, verdicts, signs, sum(cells.values()) + 1, None, cells, at=at
    )
    return Standing(name, LESSON, score, 12, "", marks, result, **who)
