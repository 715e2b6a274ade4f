"""What a student's kernel is given of the exercises: enough to observe, nothing to answer with."""

import ast

import pytest

from vgcourse.course.checks import registry
from vgcourse.course.checks.sources import source_parts

MODULES = tuple(registry.modules())
SOURCES = source_parts.observing_sources(MODULES)
ALL = [exercise for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]


def test_no_judge_no_own_version_and_no_sentence_goes_along():
    whole = "\n".join(text for text, _, _ in SOURCES.values())
    for exercise in ALL:
        own = exercise.own_source()
        assert (own is None or own[1] not in whole) and exercise._judge.__name__ not in whole
        assert exercise.observing.__name__ in whole
        assert exercise.passed_message not in whole
        assert not [key for key, miss in exercise.misses.items() if len(miss.message) > 60 and miss.message in whole]


def test_what_judges_compare_with_does_not_go_along():
    defined = {node.name for text, _, _ in SOURCES.values() for node in ast.parse(text).body if hasattr(node, "name")}
    # A pass forward and back, factors of layers, slopes, sizes: the answers of lessons 1, 4, 5 and 6.
    assert not defined & {"run", "logistic", "logistic_slope", "_walk", "_factor", "_factors", "_slips", "trained"}
    assert {"keras_model", "observe_sigmoid"} <= defined


def test_the_sources_find_the_same_exercises_that_ask_the_same():
    found = [
        node for text, _, _ in SOURCES.values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
    ]
    ids = {call.args[0].value for call in found if getattr(call.func, "id", "") == "Exercise"}
    assert ids == {exercise.id for exercise in ALL}


@pytest.mark.parametrize("exercise", [one for one in ALL if one.reference], ids=lambda exercise: exercise.id)
def test_the_version_that_is_lent_needs_nothing_else(exercise):
    module, maker = exercise.own_source()
    scope = {"__name__": module}
    exec(compile(source_parts.own_version_source(MODULES, module, maker), "lent", "exec"), scope)
    own, lent = exercise.reference(), scope[maker]()
    assert type(own) is type(lent)
    if isinstance(own, tuple):
        assert len(own) == len(lent)


def test_the_folder_of_the_exercises_is_hidden():
    (folder,) = source_parts.folders(MODULES)
    assert folder.endswith("exercises")


def test_seeds_of_a_cell_suit_and_differ():
    from vgcourse.course.checks.session import seeds_of

    exercise = registry.find("find-fault")
    seeds = seeds_of(exercise, 0, checks=3)
    assert len(set(seeds)) == 3 and [exercise.suitable(seed) for seed in seeds] == seeds
