"""After a pass the course's own version lies folded below it: true code, in a student's own lab and nowhere else."""

import json
import subprocess
import sys

import pytest

from vgcourse.course.checks import registry, render, session
from vgcourse.course.checks.sources import own_text, source_parts

MODULES = tuple(registry.modules())
SHOWN = [e for lesson in registry.LESSONS for e in registry.exercises(lesson) if own_text.own_text(e)]


def test_every_exercise_that_asks_for_code_has_a_version_to_compare():
    every = {exercise.id for lesson in registry.LESSONS for exercise in registry.exercises(lesson)}
    assert every - {exercise.id for exercise in SHOWN} <= {
        "repair",
        "six-findings",
        "six-cures",
    }  # their answers are results


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda exercise: exercise.id)
def test_what_is_shown_stands_alone_and_passes(exercise):
    names, text = {"__name__": "cell"}, own_text.own_text(exercise)
    assert "vgcourse.course" not in text  # nothing of the checks is needed
    exec(compile(text, "cell", "exec"), names)
    answers = tuple(names[name] for name in exercise.answers)
    seed = exercise.suitable(3)
    verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
    assert verdict.passed, f"{verdict.key}: {verdict.message}"


@pytest.fixture
def displayed(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw=False: shown.append(data["text/html"]))
    monkeypatch.setattr(session, "_shell", lambda: object())
    return shown


def best_case(depth):
    return 0.25**depth


def test_it_is_folded_below_a_pass_and_only_there(displayed):
    with pytest.raises(session.CheckFailed):
        session.check("ten-slopes", lambda depth: 0.5**depth)
    assert len(displayed) == 1 and "<details>" not in displayed[0]
    session.check("ten-slopes", best_case)
    assert displayed[-1] == render.own_as_html(own_text.own_text(registry.find("ten-slopes")))
    assert displayed[-1].startswith("<details>")


@pytest.mark.parametrize("name", ["NBGRADER_EXECUTION", "NBGRADER_VALIDATING"])
def test_nothing_is_shown_while_a_class_is_graded(displayed, monkeypatch, name):
    monkeypatch.setenv(name, "autograde")
    session.check("ten-slopes", best_case)
    session.check("ten-slopes", best_case, hidden=True)
    assert not any("<details>" in html for html in displayed)


KERNEL = """
import json, sys
from vgcourse.course.checks import registry, session
from vgcourse.course.checks.sources import observers_only, own_text
observers_only.install(json.load(sys.stdin))
exercise = registry.find("ten-slopes")
print(own_text.is_allowed(), own_text.own_text(exercise))
observers_only.lend("ten-slopes", "def make():\\n    def best_case(depth): return 0.25**depth\\n    return best_case",
                    "make", "lent")
print(own_text.is_allowed(), own_text.own_text(registry.find("ten-slopes")))
"""


def test_a_grading_kernel_has_no_text_to_show_even_once_a_version_was_lent():
    sources = json.dumps(source_parts.observing_sources(MODULES))
    done = subprocess.run([sys.executable, "-c", KERNEL], input=sources, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False None", "False None"]
