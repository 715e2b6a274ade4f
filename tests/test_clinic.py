"""The clinic: who bears a name has patients; each is ill, and well after its cure; what it is to show is shown."""

import subprocess
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from vgcourse.nets import clinic
from vgcourse.nets.clinic import tasks
from vgcourse.nets.clinic.charts import CAUSES, KINDS, SEEDS, Chart, draw
from vgcourse.published.kept import clinic_runs as kept

TABLE = kept.clinic_runs()
FAULTS = [(kind, fault) for kind in KINDS.values() for fault in kind.faults]


def scores(kind, change, fault="none", value="none"):
    rows = TABLE[(TABLE.kind == kind) & (TABLE.change == change) & (TABLE.fault == fault) & (TABLE.value == value)]
    assert sorted(rows.seed) == list(range(SEEDS))
    return rows.score.to_numpy()


@pytest.mark.parametrize(("kind", "fault"), FAULTS, ids=[f"{k.name}-{f.setting}-{f.value}" for k, f in FAULTS])
def test_every_patient_that_can_be_drawn_is_ill_and_well_once_cured(kind, fault):
    ill, well = scores(kind.name, "nothing", fault.setting, str(fault.value)), scores(kind.name, "cured")
    assert ill.max() < kind.level - 0.05 and well.min() >= kind.level


def test_the_table_holds_nothing_but_what_can_be_drawn():
    drawn = {(kind.name, fault.setting, str(fault.value)) for kind, fault in FAULTS}
    ill = TABLE[TABLE.change == "nothing"]
    assert set(zip(ill.kind, ill.fault, ill.value, strict=True)) == drawn


def test_one_name_has_one_ward_however_it_is_spaced_and_spelled_with_capitals():
    assert draw("Ada Lovelace") == draw("  ada   LOVELACE ") != draw("Ada Lovelac")
    assert draw("\u00c9milie") == draw("E\u0301milie"), "an accent as a letter of its own"


def test_neighbours_seldom_have_the_same_answers():
    names = [f"student {i}" for i in range(60)]
    wards = [tuple((c.fault.setting, c.fault.value, c.seed % 2) for c in draw(name).values()) for name in names]
    alike = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in combinations(wards, 2)]
    assert np.mean(np.array(alike) == len(KINDS)) < 0.01 and np.mean(alike) < 3


def test_of_copied_findings_half_fit_and_all_in_one_pair_of_a_hundred():
    wards = [[(c.fault.places, c.fault.cause) for c in draw(f"name {i}").values()] for i in range(300)]
    fit = np.array([sum(a == b for a, b in zip(*pair, strict=True)) for pair in combinations(wards, 2)])
    assert 2.6 < fit.mean() < 3.1 and 0.005 < np.mean(fit == len(KINDS)) < 0.017


def test_every_fault_and_every_seed_is_drawn():
    charts = [chart for i in range(400) for chart in draw(f"name {i}").values()]
    faults = Counter((chart.kind.name, chart.fault) for chart in charts)
    assert len(faults) == len(FAULTS) and len({chart.seed for chart in charts}) == SEEDS


def test_every_change_has_a_cause_that_the_list_explains_and_is_not_what_is_well():
    for kind in KINDS.values():
        for change in (*kind.faults, *kind.oddities):
            assert change.cause in CAUSES and kind.well[change.setting] != change.value
        settings = {change.setting for change in kind.faults}
        assert not settings & {odd.setting for odd in kind.oddities}


def test_charts_are_drawn_without_tensorflow():
    code = "import sys; from vgcourse.nets import clinic; clinic.draw('Ada'); print('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_what_else_was_tried_was_tried_on_every_seed_of_the_lstm_that_forgets():
    tried = TABLE[~TABLE.change.isin([kept.NOTHING, kept.CURED])]
    assert set(tried.change) == set(kept.TRIED) and set(zip(tried.kind, tried.fault, strict=True)) == {kept.TRIED_ON}
    for change, rows in tried.groupby("change"):
        assert sorted(rows.seed) == list(range(SEEDS))
        assert set(rows.updates) == {32 * kept.TRIED[change].get("epochs", KINDS["lstm"].epochs)}


@pytest.mark.parametrize("seed", [0, 1])  # one of either oddity
@pytest.mark.parametrize(("kind", "fault"), FAULTS, ids=[f"{k.name}-{f.setting}-{f.value}" for k, f in FAULTS])
def test_diagnose_says_of_a_fresh_patient_what_the_lesson_counts_on(kind, fault, seed):
    from vgcourse.measure.diagnosis import diagnose

    one = clinic.Patient(kind, seed, Chart(kind, seed, fault).settings)
    report = diagnose(one.model, one.X, one.y)
    if (kind.name, fault.setting) == ("vae", "pixels"):
        assert not report.healthy  # what is seen: numbers that are not finite
    else:
        assert report.cause == ("healthy" if fault.hidden else fault.cause)


def test_a_treatment_changes_one_setting_and_leaves_the_patient_as_it_was():
    ill = clinic.patient("resnet", "rate", seed=3)
    better = ill.treated(rate=0.1)
    assert better.changed == {"rate": 0.1} and ill.changed == {} and ill.chart["rate"] == 5.0
    assert better.chart == {**ill.chart, "rate": 0.1}
    for one, other in zip(ill.model.get_weights(), better.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(TypeError, match="which one"):
        ill.treated(rate=0.1, pixels=1)
    with pytest.raises(ValueError, match="no setting 'speed'"):
        ill.treated(speed=3)


def test_unknown_kinds_and_faults_are_named():
    with pytest.raises(ValueError, match="expected one of cnn"):
        clinic.patient("gan")
    with pytest.raises(ValueError, match="pixels or rate"):
        clinic.patient("resnet", "bad luck")


def test_kept_runs_can_be_repeated():
    # Rounding grows while a net trains, and is another one on another processor.
    again = kept.measure(["resnet"], seeds=[0, 1, 2])
    for change, group in again.groupby(["change", "fault", "value"]):
        was = scores("resnet", change[0], *change[1:])[:3]
        assert np.median(np.abs(group.score.to_numpy() - was)) < 0.05


def test_nets_that_take_turns_learn_as_they_would_alone():
    one = clinic.patient("resnet", seed=1)
    one.fit()
    table = kept.measure(["resnet"], seeds=[3, 1])
    turn = table[(table.change == "cured") & (table.seed == 1)].score.item()
    assert one.score() == pytest.approx(turn, abs=0.06)


def test_an_answer_that_is_not_finite_is_wrong_and_explains_nothing():
    y = np.arange(6.0).reshape(3, 2)
    assert tasks.score(y, y) == 1 and tasks.score(y, np.full((3, 2), np.nan)) == 0
    assert tasks.score(y, np.tile(y.mean(axis=0), (3, 1))) == pytest.approx(0)
    assert tasks.score(np.array([0.0, 1.0]), np.array([[-2.0], [3.0]])) == 1
    nan = float("nan")
    assert tasks.score(np.array([1, 1, 0, 0]), np.array([[nan], [3.0], [nan], [-1.0]])) == 0.5
    assert tasks.score(np.array([0, 1]), np.array([[nan, 0.0], [0.0, 1.0]])) == 0.5
    assert tasks.score(np.array([2, 0]), np.array([[0, 0, 1], [0, 1, 0]])) == 0.5
