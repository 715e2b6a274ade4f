"""Hostile and broken submissions: no credit that was not earned, nothing of anybody else's seen or touched.

The attacks stand in ``attacks/kernel``: code for the answer's cell, with a header that says what must come of it.
One is added by adding a file. Those on folders, notebooks and archives are in ``test_preflight.py``.
"""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from ground import ANSWERS, ATTACKS, EXERCISE, Ground, grade, left_behind

from vgcourse.course.checks.observation import decode
from vgcourse.course.checks.registry import find
from vgcourse.grading.confinement import kernels
from vgcourse.grading.confinement.isolation import NAMESPACES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation stands on Linux")


@pytest.fixture(scope="module")
def parent():
    found = kernels.isolation_here()
    if found.level != NAMESPACES:
        # Some of these attacks delete and kill whatever they reach: only where they reach nothing.
        pytest.skip(f"attacks are tried in namespaces only: {found.notice()}")
    return kernels.warm_parent()


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    ground = Ground(tmp_path_factory.mktemp("ground"))
    yield ground
    ground.close()


@pytest.fixture(scope="module")
def victims(ground, parent):
    """Two neighbours' outcomes before any attack: one right, one wrong."""
    return [grade(ANSWERS[kind], ground).earned for kind in ("right", "wrong")]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing_and_reaches_nobody(attack, ground, parent, victims):
    before = ground.digest()
    outcome = grade(attack.code, ground, attack.hangs)
    assert outcome.earned in attack.earns, outcome
    assert attack.says in outcome.said
    assert "unexpected keyword" not in outcome.said, "the attack patches something that is not so any more"
    assert "LEAK" not in outcome.printed and ground.token not in outcome.everything
    assert outcome.earned != "not graded" or outcome.said.strip(), "the instructor is told nothing"
    assert ground.heard() == []
    assert ground.digest() == before
    assert left_behind(parent) == []
    assert parent.is_alive


def test_the_neighbours_of_all_attackers_get_what_they_got_before(ground, parent, victims):
    assert victims == ["1", "0"]
    assert [grade(ANSWERS[kind], ground).earned for kind in ("right", "wrong")] == victims


def test_what_is_forged_has_the_form_that_the_judge_reads():
    """An attack on a check that has changed since tries nothing any more."""
    forged = {key for attack in ATTACKS for key in re.findall(r'"seen": ?\{"(\w+)"', attack.code)}
    assert forged == {"sizes"} == {*decode(find(EXERCISE).observe_answers((len,), 0, watched=False))["seen"]}


def test_the_corpus_says_what_each_attack_tries():
    assert len(ATTACKS) >= 60
    assert all(a.answer in ANSWERS and set(a.earns) <= {"0", "1", "not graded"} for a in ATTACKS)
