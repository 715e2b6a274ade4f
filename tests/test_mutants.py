"""A sample of the mutation audit (`make mutants` has all of it), and the machine itself."""

import ast
import random
import warnings

import numpy as np
import pytest

from tests.mutants import accidents, audit, scores
from tests.mutants.build import Mutant, mutants_of
from tests.mutants.flow import moved
from tests.mutants.same import SAME, is_same
from tests.mutants.worker import trial

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


def test_every_solution_has_many_mutants_and_each_stands_once():
    for id in scores.all_ids():
        mutants = mutants_of(id)
        assert len(mutants) >= (14 if id == "six-findings" else 20), id  # that answer is a table of twelve words
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


def test_kept_scores_are_98_percent_and_no_verdict_is_luck():
    rows = scores.read()
    assert len(rows) > 15 and [id for id in scores.all_ids() if id in rows] == list(rows)
    for id, row in rows.items():
        killed, of = int(row["killed"]), int(row["mutants"]) - int(row["same"])
        assert 100 * killed / max(1, of) >= scores.LOWEST and row["flips"] == "0", id


def test_scores_tell_of_the_checks_as_they_are():
    """A row of an older check is no fault, but its number may be one: the tests' output says so."""
    rows = scores.read()
    older = [id for id in rows if rows[id]["source"] != scores.source_of(id)]
    if older:
        warnings.warn(f"changed since their score was measured: {' '.join(older)} (make mutants)", stacklevel=1)
    if missing := [id for id in scores.all_ids() if id not in rows]:
        warnings.warn(f"without a score: {' '.join(missing)} (make mutants)", stacklevel=1)


def test_a_changed_check_or_solution_is_known_by_its_source(monkeypatch, tmp_path):
    before = scores.source_of("ten-slopes")
    assert before == scores.source_of("ten-slopes") != scores.source_of("tanh-slopes")
    monkeypatch.setattr(scores, "text_of", lambda id: "def best_case(depth):\n    return 0")
    assert scores.source_of("ten-slopes") != before


def test_a_kept_score_takes_the_place_of_the_older_one(monkeypatch, tmp_path):
    monkeypatch.setattr(scores, "TABLE", tmp_path / "scores.csv")
    scores.keep({"ten-slopes": audit.Count(mutants=4, killed=2, same=1)}, {"ten-slopes": 9})
    scores.keep({"first-check": audit.Count(mutants=3, killed=3)}, {"first-check": 3})
    scores.keep({"ten-slopes": audit.Count(mutants=4, killed=3, same=1)}, {"ten-slopes": 9})
    rows = scores.read()
    assert list(rows) == ["first-check", "ten-slopes"]  # the order of the course
    assert (rows["ten-slopes"]["score"], rows["ten-slopes"]["of"]) == ("100.0", "9")


def test_lines_are_swapped_and_moved_only_where_their_order_can_matter():
    body = ast.parse("a = 1\nb = 2\nc = a + b\nfor x in c:\n    a += x\n    d = a").body
    done = [what for i in range(len(body)) for what, _ in moved(body, i)]
    assert done == ["after the next line"] * 2 + ["its last line after it", "the line before it inside"]


def test_results_of_the_page_are_refused_only_by_a_later_draw():
    shown = next(m for m in mutants_of("count-parameters") if "the page's results" in m.id)
    assert trial("count-parameters", shown.source, [1]) == {"keys": [], "felt": False}
    seen = trial("count-parameters", shown.source, [1, 20])
    assert seen["felt"] and "passed" not in seen["keys"] and len(seen["keys"]) == 1
