"""Lesson 2: what its prose claims is what its runs show, and nobody gets stuck.

The notebook runs once solved and once unanswered, cell by cell, in a process of its own without Jupyter. The runs
that the course keeps are trained again, a few seeds of each kind.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.lesson_runs import number
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.exercises.gradients import oracle
from vgcourse.course.lesson import Lesson
from vgcourse.nets import theory
from vgcourse.published.kept import tutorial_runs
from vgcourse.published.kept.tutorial_runs import depth_runs, published_runs, published_settings

LESSON = Lesson("02_depth", Path(__file__).parents[1])
SOLVED = solved_notebook(LESSON)


@pytest.fixture(scope="module")
def accuracy():
    """id → accuracies of all seeds."""
    return {id: group.accuracy.to_numpy() for id, group in published_runs().groupby("id")}


def test_the_solved_lesson_passes_all_its_checks_in_less_than_1_gb(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(registry.exercises(LESSON.id))
    assert [cell["source"] for cell in checks if cell["failed"]] == []
    assert solved["peak_mb"] < 1000


def test_an_unanswered_lesson_runs_through_and_every_check_says_open(unanswered):
    cells = unanswered["cells"]
    failed = [cell["failed"] for cell in cells if cell["source"].startswith("check(")]
    assert failed == ["blank"] * len(registry.exercises(LESSON.id))


def test_the_runs_that_the_course_keeps_are_those_that_a_sweep_makes(printed):
    # The lesson trains T1.sig1 anew. The first epochs are the same to the last digit; rounding may move a point.
    assert number(printed, "between your runs and the table's:") <= 0.02


def test_kept_runs_over_depth_can_be_repeated(tmp_path):
    from vgcourse.published.many_seeds import measure

    experiment = next(e for e in tutorial_runs._grid() if e.id == "depths.relu2")
    kept = depth_runs().query("id == 'depths.relu2'").set_index("seed").accuracy
    again = measure(experiment, range(8), tmp_path).set_index("seed").accuracy
    # Rounding grows while a net trains: most runs agree to a point or two, a rare one may take another way.
    assert np.median(np.abs(again - kept.loc[range(8)])) < 0.01


def test_every_set_up_has_its_runs(accuracy):
    assert all(len(runs) >= 10 for runs in accuracy.values())
    assert all(
        len(accuracy[id]) == 100 for id in published_settings().index if id.startswith("T") and "+width" not in id
    )
    assert (depth_runs().groupby(["activation", "depth"]).size() == 40).all()


def test_the_published_draws_lie_among_ours(accuracy, prose):
    published = {
        **{"T1.relu1": 0.973, "T1.sig1": 0.654, "T1.sig3": 0.533},
        **{"T2.tanh1": 0.816, "T2.tanh5": 0.530, "T2.relu5": 0.836},
    }
    off = {id: abs(np.median(accuracy[id]) - value) for id, value in published.items()}
    assert all(accuracy[id].min() < value < accuracy[id].max() for id, value in published.items())
    assert "five of the six published numbers are within .04 of the median" in prose
    assert sorted(off.values())[4] < 0.04 < off["T2.tanh5"] < 0.06
    assert accuracy["T1.sig1"].min() < 0.5 and accuracy["T1.sig1"].max() > 0.9
    assert "one hidden layer of sigmoids, and a median of .67" in prose
    assert np.median(accuracy["T1.sig1"]) == pytest.approx(0.67, abs=0.005)


def test_one_repeat_in_four_turns_the_order_round(printed, prose):
    assert "one honest repeat in four" in prose
    # 100 seeds each: the standard error of such a share is below .036.
    assert number(printed, r"T1.sig3 beats one run of T1.sig1 in") == pytest.approx(25, abs=10)
    assert "one pair in thirty" in prose
    assert 100 / number(printed, r"T2.tanh5 beats one run of T2.relu5 in") == pytest.approx(30, abs=8)


def test_ten_layers_have_fourteen_times_the_parameters_of_one(prose, accuracy):
    count = registry.find("count-parameters").reference()
    assert "ten layers of 5 units have 14 times" in prose and round(count(10, 5) / count(1, 5)) == 14
    ten, one = (np.median(accuracy[f"T2.tanh{depth}"]) for depth in (10, 1))
    assert "T2's ten layers will do worse than its one" in prose and ten < one - 0.2
    assert "20,000 weights" in prose and count(20, 32) == pytest.approx(20_000, rel=0.02)


def test_t2s_tanh_network_falls_where_the_lesson_says(accuracy, prose):
    medians = [np.median(accuracy[f"T2.tanh{depth}"]) for depth in range(1, 11)]
    assert all(0.795 < median < 0.825 for median in medians[:3]) and "reach .80 to .82" in prose
    assert medians[3:5] == pytest.approx([0.65, 0.58], abs=0.006) and ".65 at four layers, .58 at five" in prose
    assert all(abs(median - 0.5) < 0.01 for median in medians[7:])
    width = [np.diff(np.percentile(accuracy[f"T2.tanh{depth}"], [25, 75]))[0] for depth in range(1, 11)]
    assert set(np.argsort(width)[-2:]) == {2, 3}
    four = accuracy["T2.tanh4"]
    assert [four.min(), four.max()] == pytest.approx([0.52, 0.84], abs=0.01) and "from .52 to .84" in prose
    wide = [np.median(accuracy[f"T2.tanh{depth}+width25"]) for depth in range(1, 11)]
    assert min(wide[:2]) > 0.81 and all(abs(median - 0.5) < 0.025 for median in wide[2:])


def test_whether_deep_relu_learns_is_a_probability(printed):
    shares = [number(printed, rf"{id}: above .7 in") for id in ("T2.relu5", "T2.relu15", "T2.relu20")]
    assert shares[0] > 90 and 15 < shares[1] < 45 and 2 < shares[2] < 20


def test_with_glorot_and_adam_tanh_trains_at_every_depth_and_the_others_do_not(printed, prose):
    medians = depth_runs().groupby(["activation", "depth"]).accuracy.quantile([0.25, 0.5]).unstack()
    assert medians.loc["tanh"].min().min() > 0.975
    assert medians.loc["relu"][0.5].min() > 0.975 and (medians.loc["relu"][0.25].loc[8:] < 0.51).all()
    assert (medians.loc["relu"][0.25].loc[:7] > 0.98).all()
    sigmoid = medians.loc["sigmoid"]
    assert (sigmoid[0.5].loc[:7] > 0.98).all() and (sigmoid[0.5].loc[9:] < 0.51).all()
    assert sigmoid[0.25].loc[3] > 0.98 > 0.9 > sigmoid[0.25].loc[4]
    shares = {a: number(printed, rf"ten layers of {a}\s*: above .9 in") for a in ("sigmoid", "relu", "tanh")}
    assert shares["sigmoid"] < 10 and 40 < shares["relu"] < 70 and shares["tanh"] > 80


def test_six_pairs_are_fair_and_t2s_main_pair_is_not(printed):
    assert "6 fair pairs of 36" in printed
    fair = [{a, b} for a, b in re.findall(r"(T\S+)\s+and (T\S+)\s+differ in", printed)]
    assert {"T2.tanh5", "T2.relu5"} not in fair and {"T1.sig4", "T1.relu4"} in fair


def test_ten_times_the_rate_walks_the_same_road_ten_times_faster(printed):
    slow = number(printed, "median loss:")
    fast = number(printed, "slow epochs,")
    assert slow == pytest.approx(fast, abs=0.01)
    assert 0.65 < slow < np.log(2)


@pytest.mark.parametrize(
    "id, low, high",
    [
        ("T1.sig1+rate10", 0.975, 0.995),
        ("T1.sig4+rate10", 0.985, 1),
        ("T1.sig4+epochs1000", 0.985, 1),
        ("T1.sig4+glorot", 0.49, 0.51),
        ("T2.tanh5+glorot", 0.82, 0.845),
        ("T2.relu20+width32", 0.8406, 0.87),
        ("T2.tanh5+hidden", 0.82, 0.845),
        ("T2.tanh5+output", 0.53, 0.62),
    ],
)
def test_one_change_rescues_or_does_not(accuracy, id, low, high):
    failing = id.split("+")[0]
    assert np.median(accuracy[failing]) < 0.7
    assert low <= np.median(accuracy[id]) <= high


def test_the_wide_net_of_twenty_layers_rests_on_ten_runs_and_the_text_says_so(accuracy, prose):
    wide = accuracy["T2.relu20+width32"]
    assert "learns at width 32 (in all ten runs of it that the table has)" in prose
    assert len(wide) == 10 and wide.min() > 0.7
    assert "the last one with Glorot's weights in its output layer as well" in prose


def test_relu_alone_rescues_no_run_and_the_weights_alone_rescue_all(accuracy, printed, prose):
    assert "of a hundred runs, not one gets past .504" in prose and accuracy["T2.relu5+uniform"].max() < 0.5045
    assert "not one of the hundred runs fails" in prose and accuracy["T2.tanh5+hidden"].min() > 0.75
    shares = [float(share) for share in re.findall(r"closes\s+(-?\d+)% of the gap", printed)]
    assert shares == pytest.approx([-30, 100, -2], abs=8)


def test_tanh5_gets_further_with_more_epochs_or_adam_and_only_other_weights_bring_it_to_the_ceiling(accuracy, prose):
    failing, epochs, adam, glorot = (
        np.median(accuracy[f"T2.tanh5{change}"]) for change in ("", "+epochs1000", "+adam", "+glorot")
    )
    assert "gets somewhat further with twice the epochs, and further still with Adam" in prose
    assert failing + 0.04 < epochs < adam - 0.08 < 0.7
    assert "with Glorot's weights throughout the same tanh network has a median of .83" in prose
    assert glorot == pytest.approx(0.83, abs=0.006)


def test_the_gradient_of_t2s_failing_tanh_network_does_not_vanish_before_training(prose):
    from vgcourse.nets.data import t2_circles
    from vgcourse.nets.models import initial_weights

    assert "the first layer begins with *more* of it than the last" in prose
    data, ratios = t2_circles(), []
    for seed in range(20):
        weights = initial_weights(5, 5, "uniform", seed, 2, 1)
        dh = oracle.run(weights, "tanh", data.X_train, data.y_train).dh
        ratios.append(np.sqrt(np.mean(dh[0] ** 2) / np.mean(dh[-1] ** 2)))
    assert np.median(ratios) > 1.5


def test_glorots_weights_lose_more_of_a_sigmoids_gradient_than_normal_ones():
    glorot, normal = (theory.layer_factor("sigmoid", name, width=5) for name in ("glorot_uniform", "normal"))
    assert glorot < 0.8 * normal


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    written = 2
    total = sum(exercise.points for exercise in registry.exercises(LESSON.id)) + written
    assert f"**Points** {total:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in solved_notebook(LESSON).cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    for text, exercise in zip(checked, registry.exercises(LESSON.id), strict=True):
        unit = "point" if exercise.points == 1 else "points"
        assert re.search(rf"★ \({exercise.points:g} {unit}\)", text.splitlines()[0])
        assert text.count("<details><summary>Hint") == 3


def test_the_quartiles_and_shares_of_the_analyses_are_those_of_the_kept_runs(accuracy, prose):
    for id, low, high in re.findall(r"`(T\d\.\w+)` (\.\d{3}) to (\.\d{3})", prose):
        np.testing.assert_allclose(np.percentile(accuracy[id], [25, 75]).round(3), [float(low), float(high)])
    assert "`T1.relu1` .944 to .987" in prose and "`T2.relu5` .823 to .842" in prose
    assert "`T1.sig1` reaches from below .5 to above .9" in prose
    middle = {id: np.median(runs) for id, runs in accuracy.items()}
    low, high = np.percentile(accuracy["T1.sig1"], [25, 75])
    assert "a difference of .10 between medians means little where the interquartile range is .17" in prose
    assert [middle["T1.sig1"] - middle["T1.sig3"], high - low] == pytest.approx([0.105, 0.17], abs=0.006)
    assert "hence 25 % of reversed pairs; the other two comparisons have bands far apart and 3 %" in prose
    pairs = (("T1.sig3", "T1.sig1"), ("T2.tanh5", "T2.relu5"), ("T1.sig1", "T1.relu1"))
    assert [round(100 * np.mean(accuracy[a][:, None] > accuracy[b])) for a, b in pairs] == [25, 3, 3]


def test_the_model_answer_has_the_medians_of_the_kept_runs(accuracy):
    wanted = {"T1.sig4": 0.628, "T1.sig4+rate10": 0.993, "T1.sig4+epochs1000": 0.995}
    assert {id: round(float(np.median(accuracy[id])), 3) for id in wanted} == wanted
    assert np.percentile(accuracy["T1.sig4"], [25, 75]) == pytest.approx([0.590, 0.746], abs=0.001)


def test_the_gap_of_t2_and_what_each_change_leaves_of_it(accuracy, prose):
    middle = {id: np.median(runs) for id, runs in accuracy.items()}
    bad, good = middle["T2.tanh5"], middle["T2.relu5"]
    assert "Of the gap of .255 between the medians (.580 and .835)" in prose
    assert [good - bad, bad, good] == pytest.approx([0.255, 0.580, 0.835], abs=0.0006)
    assert "(median .834, lowest of 100 runs .798)" in prose
    hidden = accuracy["T2.tanh5+hidden"]
    assert [np.median(hidden), hidden.min()] == pytest.approx([0.834, 0.798], abs=0.0006)
    assert (
        "alone change nothing (−2 %" in prose and round(100 * (middle["T2.tanh5+output"] - bad) / (good - bad)) == -2
    )
    relu = accuracy["T2.relu5+uniform"]
    assert "ReLU alone closes −30 %: all hundred runs end at .496 to .504" in prose
    assert [relu.min(), relu.max()] == pytest.approx([0.496, 0.504], abs=0.0006)
    from vgcourse.nets.data import t2_circles

    assert ".504 is the accuracy of a constant answer on these 500 points" in prose
    y = t2_circles().y_train
    assert len(y) == 500 and max(y.mean(), 1 - y.mean()) == pytest.approx(0.504)
    assert "a flat .5 in most runs" in prose and np.mean(np.abs(accuracy["T1.sig4+glorot"] - 0.5) < 0.01) > 0.5
