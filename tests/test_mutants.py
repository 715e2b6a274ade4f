"""A sample of the mutation audit (`make mutants` has all of it), and the machine itself."""

import random

import numpy as np
import pytest

from tests.mutants import accidents, audit
from tests.mutants.build import Mutant, mutants_of
from tests.mutants.same import SAME, is_same
from tests.mutants.worker import trial
from vgcourse.course.checks import registry

# Exercises whose check refuses every mutant; those that build Keras models take too long for a sample.
QUICK = (
    "first-check",
    "leak-free-scaling",
    "radial-threshold",
    "sigmoid",
    "backward-pass",
    "ten-slopes",
    "tanh-slopes",
)
QUICK += ("count-parameters", "quartile-band", "fair-pairs", "share-of-gap")
QUICK += ("layer-statistics", "path-length", "update-ratio")


@pytest.mark.parametrize("id", QUICK)
def test_a_sample_of_mutants_is_refused(id):
    mutants = [mutant for mutant in mutants_of(id) if not is_same(id, mutant.id)]
    for mutant in random.Random(id).sample(mutants, 8):
        seen = trial(id, mutant.source, [7])
        assert not seen["felt"] or "passed" not in seen["keys"], mutant.id


def every():
    return [exercise.id for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]


def test_every_solution_has_many_mutants_and_each_stands_once():
    for id in every():
        mutants = mutants_of(id)
        assert len(mutants) >= (16 if id == "six-findings" else 20), id  # that answer is a table of twelve words
        assert len({m.source for m in mutants}) == len({m.id for m in mutants}) == len(mutants)


def test_what_is_listed_as_the_same_exists_and_has_a_reason():
    for id, listed in SAME.items():
        ids = [mutant.id for mutant in mutants_of(id)]
        for pattern, reason in listed.items():
            assert reason and any(is_same(id, one, {pattern}) for one in ids), f"{id}: {pattern}"


def test_a_mutant_that_never_comes_back_is_refused_and_the_next_one_is_asked(monkeypatch, tmp_path):
    monkeypatch.setattr(audit, "LIMIT", 4)
    monkeypatch.setattr(audit, "CACHE", tmp_path)
    endless = Mutant("ten-slopes", "endless", "def best_case(depth):\n    while True: pass")
    right = Mutant("ten-slopes", "right", "def best_case(depth):\n    return 0.25 ** depth")
    monkeypatch.setattr(audit, "_stamp", lambda exercise: "")
    count = audit.audit([endless, right], processes=1, seeds=[1])["ten-slopes"]
    assert (count.mutants, count.killed, count.passed) == (2, 1, ["right"])


def test_an_accident_that_cannot_happen_is_told_from_one_that_nobody_saw():
    accidents.felt["any"] = False
    assert accidents.spoils(lambda depth: depth, 0)(3) == 3 and not accidents.felt["any"]
    x = np.ones(3)
    assert accidents.spoils(lambda x: x, 0)(x).sum() == 3 and x.sum() == 4 and accidents.felt["any"]
