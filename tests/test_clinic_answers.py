"""Lesson 9's two checks of patients, put to every finding and to every kind of treatment, for many names.

The patients are drawn from a name, so a list of answers says little. Here each answer is made from the charts, and
what a check says of it is held against what the charts say.
"""

from itertools import permutations

import numpy as np
import pytest

from tests.clinic_stand_ins import KnowsAll, StandIn
from vgcourse.course.checks import registry
from vgcourse.course.exercises.clinic import cures, findings
from vgcourse.nets import clinic
from vgcourse.nets.clinic.charts import CAUSES, KINDS, SEEDS, Chart, draw
from vgcourse.nets.clinic.values import refused

NAMES = ["Ada Lovelace", "Émilie du Châtelet", "s1234567", "李雷", *(f"student {i}" for i in range(16))]
SAID = (*CAUSES, *findings.SYMPTOMS, "healthy")
ROUND, CURES = registry.find("six-findings"), registry.find("six-cures")


def names_of_layers():
    """kind → every place that a finding may name, whichever oddity a patient has."""
    found = {}
    for kind, one in KINDS.items():
        models = [clinic.patient(kind, seed=seed).model for seed in (0, 1)]
        layers = {layer.name for model in models for layer in model.layers}
        places = {place for change in (*one.faults, *one.oddities) for place in change.places}
        found[kind] = sorted(layers | places | {"data", "optimizer", "loss"})
    return found


@pytest.fixture(scope="module")
def places():
    return names_of_layers()


def right_findings(charts):
    return {kind: [chart.fault.places[0], chart.fault.cause] for kind, chart in charts.items()}


def verdict_on(name, found):
    seen = {"name": name, "findings": found}
    return findings.judge_six_findings(seen, None)


def expected(chart, place, cause):
    """Which sentences about this finding are true, worked out anew: for the check's words, see `findings.misses`."""
    here, why = place in chart.fault.places, cause == chart.fault.cause
    if here and why:
        return {None}
    if why:
        return {"other-place"}
    if cause == "healthy":
        return {"healthy" if chart.fault.hidden else "not-healthy"}
    if cause in findings.SYMPTOMS:
        return {"symptom"}
    if cause == chart.kind.oddity(chart.seed).cause:
        return {"oddity"}
    return {"other-cause" if here else "wrong-finding"}


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_but_the_patients_own_is_refused_with_what_is_true_of_it(name, places):
    charts = draw(name)
    right = right_findings(charts)
    assert verdict_on(name, right) is None
    for kind, chart in charts.items():
        for place in places[kind]:
            for cause in SAID:
                told = verdict_on(name, {**right, kind: [place, cause]})
                key = told[0] if told else None
                assert {key} == expected(chart, place, cause), (kind, place, cause)
                assert not told or told[1]["kind"] == kind


def test_what_a_neighbour_found_earns_next_to_nothing():
    """Two or three faults a kind: by chance a neighbour has half of them. Of the cured nets hardly one is alike."""
    drawn = {name: draw(name) for name in (f"student {i}" for i in range(60))}
    found = {name: right_findings(charts) for name, charts in drawn.items()}
    pairs = list(permutations(drawn, 2))
    told = [verdict_on(mine, found[other]) for mine, other in pairs]
    earns = [key is None or findings.six_findings.misses[key[0]].share > 0 for key in told]
    same = [sum(drawn[a][kind] == drawn[b][kind] for kind in KINDS) for a, b in pairs]
    assert np.mean(earns) < 0.12 and told.count(None) < 0.02 * len(pairs)
    assert np.mean(same) < 0.3 and max(same) < cures.HALF


def test_the_handbook_says_how_often_a_neighbours_findings_fit(root):
    """Worked out: each kind's fault is drawn by itself, and all faults of a kind are equally likely."""
    text = " ".join((root / "docs" / "handbook.md").read_text(encoding="utf-8").split())
    shares = [1 / len(kind.faults) for kind in KINDS.values()]
    fit = np.poly1d([1.0])
    for share in shares:
        fit = fit * np.poly1d([share, 1 - share])
    assert "some three of the six fit" in text and sum(shares) == pytest.approx(3, abs=0.5)
    assert "all six in about one pair of names in a hundred" in text and fit[6] == pytest.approx(0.01, rel=0.1)
    assert "five, which earn half of the points, in one of fourteen" in text and findings.HALF == 5
    assert fit[5] == pytest.approx(1 / 14, rel=0.05)


def test_a_setting_that_is_ill_is_found_in_every_layer_that_has_it():
    for kind in KINDS.values():
        for change in (*kind.faults, *kind.oddities):
            layers = {layer.name for layer in clinic.patient(kind.name, seed=0).model.layers}
            layers |= {layer.name for layer in clinic.patient(kind.name, seed=1).model.layers}
            assert set(change.places) <= layers | {"data", "optimizer", "loss"}, (kind.name, change)


@pytest.mark.parametrize("name", NAMES[:8])
def test_a_place_may_be_a_layer_inside_the_right_one_as_diagnose_writes_it(name):
    right = right_findings(draw(name))
    for kind, (place, cause) in right.items():
        for inside, key in ((f"{place}/token", None), (f"{place} / key", None), (f"other/{place}", "other-place")):
            told = verdict_on(name, {**right, kind: [inside, cause]})
            assert (told[0] if told else None) == key, (kind, inside)


@pytest.mark.parametrize("name", NAMES[:8])
def test_a_right_finding_passes_in_any_dress(name):
    charts = draw(name)
    for place in (0, -1):
        found = {k: (c.fault.places[place], c.fault.cause) for k, c in charts.items()}
        dressed = [
            found,
            {k: list(pair) for k, pair in found.items()},
            {k: tuple(np.array(pair)) for k, pair in found.items()},
            {k: (a.upper(), f" {b.replace(' ', '_')} ") for k, (a, b) in found.items()},
            dict(reversed(found.items())) | {"notes": "looked at twice"},
        ]
        for answer in dressed:
            seed = 1
            verdict = ROUND.verdict(ROUND.observe_answers((f"  {name.upper()}", answer), seed), seed)
            assert verdict.passed, (answer, verdict.message)


SEED = 3
OTHER = {  # a value that no chart has
    **{"pixels": 2, "rate": 0.003, "forget_bias": 2.0, "clipnorm": 0.5, "dropout": 0.2, "heads": 4},
    **{"frozen": "norm_1", "activation": "relu", "kl_weight": 0.01, "branch_scale": 0.2},
}
PAIRS = [("paired", "shuffled"), ("own", "shared"), ("drawn", "constant"), ("linear", "sigmoid"), (True, False)]
FLIP = dict(PAIRS) | {b: a for a, b in PAIRS}


def look(chart, change, learned=True, times=1.0, hidden=()):
    """What the check sees of the patient with this change, as if trained; ``hidden`` changes are not told."""
    one = StandIn(chart)
    one.changed, one.chart = change, {**one.drawn, **change, **dict(hidden)}
    updates = cures.allowed(chart)
    one.model = KnowsAll(one.task, one.chart.get("pixels", 1), int(times * updates))
    one.model.answers = learned
    return cures._look(chart.kind.name, one, cures._rows(np.random.default_rng(SEED)))


def treatments(chart):
    """(look, the key that is true of it) for treatments of all kinds, of one patient."""
    fault, odd, drawn = chart.fault, chart.kind.oddity(chart.seed), chart.settings
    cure = {fault.setting: chart.kind.well[fault.setting]}
    for setting in drawn:
        value = OTHER[setting] if setting in OTHER else FLIP[drawn[setting]]
        if setting == fault.setting:
            yield look(chart, cure, learned=False), "not-healed"
            continue
        yield look(chart, {setting: value}), "hides-it"
        failed = "treats-the-oddity" if setting == odd.setting else "not-healed"
        yield look(chart, {setting: value}, learned=False), failed
    yield look(chart, cure, times=2), "trained-longer"
    yield look(chart, cure, learned=False, times=0), "not-trained"
    yield look(chart, {}), "not-treated"
    yield look(chart, {**cure, odd.setting: chart.kind.well[odd.setting]}), "two-changes"
    yield look(chart, cure, hidden={odd.setting: chart.kind.well[odd.setting]}.items()), "another-patient"
    yield look(Chart(chart.kind, (chart.seed + 2) % SEEDS, fault), cure), "another-patient"


@pytest.mark.parametrize("name", NAMES)
def test_every_treatment_but_the_cure_is_refused_with_what_is_true_of_it(name):
    charts = draw(name)
    right = {k: look(c, {c.fault.setting: c.kind.well[c.fault.setting]}) for k, c in charts.items()}
    assert cures.judge_six_cures({"name": name, "healed": right}, np.random.default_rng(SEED)) is None
    for kind, chart in charts.items():
        for seen, key in treatments(chart):
            told = cures.judge_six_cures({"name": name, "healed": {**right, kind: seen}}, np.random.default_rng(SEED))
            assert told and told[0] == key, (kind, seen["changed"], told)
            text = CURES.misses[key].message.format(**told[1])
            assert text.startswith(f"{kind}: ")
            if "score" in told[1]:
                assert (told[1]["score"] >= chart.kind.level) == (key == "hides-it")


def test_what_a_chart_cannot_hold_is_refused_before_it_is_built_and_what_it_can_is_not():
    odd = (None, "", "norm_9", float("nan"), [1], "yes", -1)
    for kind in KINDS.values():
        for setting, well in kind.well.items():
            changes = [c for c in (*kind.faults, *kind.oddities) if c.setting == setting]
            for value in (well, OTHER.get(setting, FLIP.get(well)), *(c.value for c in changes)):
                assert refused(setting, value) is None, (setting, value)
            for value in odd:
                allowed = (setting, value) in [("clipnorm", None), ("forget_bias", -1), ("branch_scale", -1)]
                assert bool(refused(setting, value)) != allowed, (setting, value)
    one = clinic.patient("cnn", "frozen")
    with pytest.raises(ValueError, match="frozen: expected 'none', 'norm_1', 'norm_2' or 'norm_3', got None"):
        one.treated(frozen=None)


def test_a_net_built_anew_says_what_the_patient_says_and_one_that_looks_answers_up_has_none():
    for kind, one in clinic.ward("Ada Lovelace").items():
        rng = np.random.default_rng(0)
        one.model.set_weights([w + 0.01 * rng.normal(size=w.shape).astype(w.dtype) for w in one.model.get_weights()])
        anew, X = cures._built_anew(kind, one), one.X_test[:20]
        assert np.allclose(anew(X, training=False), one.model(X, training=False), rtol=1e-4), kind
    chart = draw("Ada Lovelace")["cnn"]
    assert cures._built_anew("cnn", StandIn(chart)) is None
