"""Lesson 4: what its prose claims is what its code measures, and nobody gets stuck.

The solved notebook and the student's run once each, cell by cell, in processes of their own without Jupyter.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.exercises.gradients import fault_nets, faults, oracle
from vgcourse.course.lesson import Lesson
from vgcourse.nets import theory
from vgcourse.nets.data import circles
from vgcourse.nets.models import initial_weights

ROOT = Path(__file__).parents[1]
LESSON = Lesson("04_gradients", ROOT)
SOLVED = solved_notebook(LESSON)

KEEP = r"""
import numpy as np
arrays = ("means", "sizes", "kernels", "errors", "first", "last")
kept = {name: space[name].tolist() for name in arrays if hasattr(space.get(name), "tolist")}
kept["tanh"] = [part.tolist() for part in space["results"]["tanh"]]
kept["measured"] = {f"{a} {w}": rows.tolist() for (a, w), rows in space["measured"].items()}
kept["at_start"] = {name: float(ratio) for name, ratio in space["at_start"].items()}
"""


@pytest.fixture(scope="module")
def space(solved):
    return {key: value if isinstance(value, dict) else np.array(value) for key, value in solved["space"].items()}


def test_the_solved_lesson_passes_all_its_checks(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(registry.exercises(LESSON.id)) == 5
    assert [cell["source"] for cell in checks if cell["failed"]] == []


def test_an_unanswered_lesson_runs_through_and_shows_the_same_numbers(both):
    cells = both[1]["cells"]
    assert [c["failed"] for c in cells if c["source"].startswith("check(")] == ["blank"] * 5
    for key in ("errors", "kernels", "first"):
        np.testing.assert_allclose(both[1]["space"][key], both[0]["space"][key], rtol=1e-3)


def test_it_stays_below_1_gb(both):
    assert max(ran["peak_mb"] for ran in both) < 1000


def test_the_signed_mean_points_at_the_smallest_layer_hardly_more_often_than_chance(space, prose):
    means, sizes = space["tanh"]
    same = np.sum(means.argmin(1) == sizes.argmin(1))
    assert means.shape == (20, 5) and same == 6
    assert "smallest by rms in 6" in prose
    share = np.median(means / sizes, axis=0)
    assert share.min() > 0.05 and share.max() < 0.26
    assert "mostly a quarter of the size or less" in prose


def test_t1s_means_shrink_from_a_few_tenths_to_about_a_ten_thousandth(printed, prose):
    assert "the means shrink from a few tenths to about a ten-thousandth" in prose
    means = [abs(float(mean)) for mean in re.findall(r"/kernel .*mean ([-+.e\d]+)", printed)]
    assert len(means) == 5 and means == sorted(means)
    assert 3e-5 < means[0] < 3e-4 and 0.15 < means[-1] < 0.5


def test_the_mean_of_a_sigmoid_nets_output_layer_cannot_cancel(space, prose, printed):
    share = space["means"] / space["sizes"]
    assert "nine tenths of the rms" in prose and "in the median network, at a third or less" in prose
    assert np.median(share[:, -1]) == pytest.approx(0.9, abs=0.05) and share[:, -1].min() > 0.75
    assert np.median(share[:, :-1], axis=0).max() < 1 / 3
    assert "Single networks spread widely" in prose and np.mean((share[:, :-1] > 1 / 3).any(axis=1)) > 0.2
    tanh, sigmoid = (int(n) for n in re.findall(r"smallest layer in (\d+) of 20", printed))
    assert "with sigmoids the two measures mostly name the same layer" in prose and sigmoid >= 14 > tanh


def test_a_level_kernel_gradient_hides_an_error_that_halves_at_every_layer(space, prose):
    kernels, errors = space["kernels"], space["errors"]
    assert kernels.shape == errors.shape == (20, 20)
    ratio = kernels[:, 0] / kernels[:, -1]
    assert 0.4 < np.median(ratio) < 2.5
    assert "halves the *signal*" in prose
    assert 0.45 < _factor(errors) < 0.58
    middle = np.median(errors, axis=0)
    assert "falls from about 0.1 at layer 20 to less than a millionth at layer 1" in prose
    assert 0.07 < middle[-1] < 0.2 and middle[0] < 1e-6
    level = np.median(kernels, axis=0)
    assert 3e-10 < np.median(level) < 3e-9 and level.max() < 1e-8 and level.max() / level.min() < 4


def test_a_kernels_gradient_is_signal_times_error():
    rng = np.random.default_rng(3)
    weights = [(rng.normal(size=s), rng.normal(size=s[1])) for s in ((2, 4), (4, 3), (3, 1))]
    X, y = rng.normal(size=(20, 2)), (rng.random(20) < 0.5).astype(float)
    ran = oracle.run(weights, "tanh", X, y)
    np.testing.assert_allclose(ran.kernels[1], ran.h[0].T @ ran.dz[1])
    np.testing.assert_allclose(ran.dh[0], ran.dz[1] @ weights[1][0].T)
    for layer, i in ((0, (1, 2)), (1, (3, 0)), (2, (0, 0))):
        assert ran.kernels[layer][i] == pytest.approx(_rise_over_run(weights, layer, i, X, y), rel=1e-5)


def _rise_over_run(weights, layer, i, X, y, step=1e-5):
    losses = []
    for way in (step, -step):
        moved = [(kernel.copy(), bias) for kernel, bias in weights]
        moved[layer][0][i] += way
        losses.append(len(X) * oracle.run(moved, "tanh", X, y).loss)
    return (losses[0] - losses[1]) / (2 * step)


@pytest.mark.parametrize(
    "name, low, high", [("sigmoid 32", 0.224, 0.24), ("relu 32", 0.67, 0.74), ("tanh 32", 0.94, 1)]
)
def test_layer_factors_lie_within_five_percent_of_theory(space, prose, name, low, high):
    assert "within five percent" in prose
    measured = _factor(np.array(space["measured"][name]))
    assert low < measured < high
    predicted = theory.layer_factor(name.split()[0], "glorot_uniform", 32)
    assert measured == pytest.approx(predicted, rel=0.05)


def test_a_narrow_sigmoid_net_loses_more_than_theory_says(space, printed):
    measured = _factor(np.array(space["measured"]["sigmoid 5"]))
    assert 0.18 < measured < 0.225
    assert f"width  5: measured {measured:.3f}" in printed


def _factor(profiles):
    layers = np.arange(profiles.shape[1])
    return np.exp(-np.median(np.polyfit(layers, np.log(profiles).T, 1)[0]))


def test_t3s_ratio_is_above_a_thousand_before_training_and_near_one_for_relu(space, prose):
    ratios = space["at_start"]
    assert "before training it is above a thousand" in prose
    assert 1000 < ratios["sigmoid"] < 1700
    assert 0.6 < ratios["relu"] < 1.2 and 0.7 < ratios["leaky_relu"] < 1.3


def test_under_fit_the_first_layers_gradient_grows_and_the_last_stays(space, printed, prose):
    first, last = space["first"], space["last"]
    assert "the last layer's gradient stays where it was, the first layer's grows" in prose
    assert first[-1] > 3 * first[0] and 0.4 < last[-1] / last[0] < 2.5
    kernels = [float(v) for v in re.findall(r"kernel of hidden_3 ([\d.]+)", printed)]
    assert last[-1] / first[-1] > 60 and "it is still far above 30" in prose
    assert len(kernels) == 4 and kernels[-1] > 1.2 * kernels[0]
    accuracy = [float(v) for v in re.findall(r"accuracy ([\d.]+)", printed)]
    assert accuracy[0] < 0.15 and 0.15 < accuracy[-1] < 0.26
    ratio = np.divide(last, first)
    assert "the ratio first rises and then falls to less than a third within ten epochs" in prose
    assert ratio[0] < ratio.max() and ratio[-1] < ratio.max() / 3
    assert "The accuracy creeps from one in ten to one in five." in prose
    assert "The accuracy is still near one in five." in prose


def test_tensorboards_files_hold_the_histograms(printed):
    assert re.search(r"1 event file for TensorBoard, \d\d+ kB.*\ntensorboard --logdir \S+", printed)


def test_the_patient_has_the_two_planted_faults_and_units_that_were_born_dead(printed):
    found = re.search(r"the error is lost in (\w+); (\d+) of 48 units are dead:\n(.*)", printed)
    assert found[1] == "hidden_4" and int(found[2]) == 7 == found[3].count("[")
    assert "hidden_2[5]" in found[3]


def test_no_shortcut_names_the_faulty_layer_of_the_nets_that_are_always_tried():
    nets = [faults._examined(*net) for net in faults._nets(np.random.default_rng(0))[1:]]
    for case in nets[:2]:
        ran = oracle.run(case.weights, "relu", case.X, case.y)
        assert case.weak not in faults._shortcuts(case, ran).values() and case.dead
        factors = np.sort(faults._factors(ran))
        assert factors[1] > 1.4 * factors[0] > 0
    assert [case.weak for case in nets] == [1, 6, 3, 4, 3] and not nets[2].dead and nets[2].asleep


def test_a_norm_and_a_mean_of_sizes_blame_other_layers_of_the_net_with_wide_and_narrow_ones():
    case = faults._examined(*fault_nets.of_widths(fault_nets.UNLIKE))
    ran = oracle.run(case.weights, "relu", case.X, case.y)
    for size in (np.linalg.norm, lambda d: np.abs(d).mean(), lambda d: np.abs(d).max()):
        sizes = np.array([size(d) for d in ran.dh])
        assert 1 + np.argmin(sizes[:-1] / sizes[1:]) != case.weak
    assert np.divide(*np.sort(faults._factors(ran))[1::-1]) > 1.05 and not case.dead | case.asleep


@pytest.mark.parametrize("seed", range(20))
def test_an_unknown_net_has_one_layer_to_blame_and_two_dead_units(seed):
    weights, X, y, placed = fault_nets.draw(np.random.default_rng(registry.find("find-fault").suitable(seed)))
    ran = oracle.run(weights, "relu", X, y)
    dead = {(i, int(u)) for i, h in enumerate(ran.h) for u in np.flatnonzero((h == 0).all(0))}
    assert dead == placed["dead"] and len(dead) == 2
    assert int(np.argmin(faults._factors(ran))) + 1 == placed["weak"]
    layer, unit = placed["unheard"]
    assert np.all(ran.dh[layer][:, unit] == 0) and ran.h[layer][:, unit].any()


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    assert f"**Points** {sum(e.points for e in registry.exercises(LESSON.id)) + 2:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in SOLVED.cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(headings) == 6 and all(text.count("<details><summary>Hint") == 3 for text in headings)
    for text, exercise in zip(checked, registry.exercises(LESSON.id), strict=True):
        assert re.search(rf"★ \({exercise.points:g} points\)", text.splitlines()[0])


def test_the_shares_of_the_analysis_of_section_2(space, prose):
    tanh, sigmoid = np.divide(*space["tanh"]), space["means"] / space["sizes"]
    assert (
        "lies between 7 % and 24 % in the five layers, and from network to network it goes from 0 % to 85 %" in prose
    )
    middle = np.median(tanh, axis=0)
    assert [middle.min(), middle.max()] == pytest.approx([0.07, 0.24], abs=0.015)
    assert tanh.min() < 0.005 and tanh.max() == pytest.approx(0.85, abs=0.02)
    assert "hidden layers' medians are 15 % to 29 %, the output layer's is 92 %, and 80 % in the lowest case" in prose
    middle = np.median(sigmoid, axis=0)
    assert [middle[:-1].min(), middle[:-1].max()] == pytest.approx([0.15, 0.29], abs=0.015)
    assert [middle[-1], sigmoid[:, -1].min()] == pytest.approx([0.92, 0.80], abs=0.015)


def test_the_factors_of_the_analyses_of_sections_3_and_4(space, prose):
    assert "about five millionths: nineteen factors of 0.525" in prose
    lost = np.median(space["errors"][:, 0] / space["errors"][:, -1])
    assert lost == pytest.approx(5e-6, rel=0.3) and lost ** (1 / 19) == pytest.approx(0.525, abs=0.01)
    assert "a little less than half at each" in prose and 0.4 < 1 - lost ** (1 / 19) < 0.5
    assert "leaves a 60,000th or less" in prose and 1 / 62_000 < 3**-10 < 1 / 58_000
    assert "The left panel is level at about $10^{-9}$" in prose
    assert 10**-9.5 < np.median(space["kernels"]) < 10**-8.5
    measured = [
        _factor(np.array(space["measured"][name])) for name in ("sigmoid 32", "relu 32", "tanh 32", "sigmoid 5")
    ]
    assert (
        "at about 0.23 against a theory of 0.236, relu at about 0.70 against 0.707, and tanh at about 0.96" in prose
    )
    assert "Sigmoid at width 5 gives about 0.20" in prose
    assert measured == pytest.approx([0.23, 0.70, 0.96, 0.20], abs=0.015)
    assert all(len(rows) == 20 for rows in space["measured"].values())
    predicted = [theory.layer_factor(name, "glorot_uniform", 32) for name in ("sigmoid", "relu")]
    assert predicted == pytest.approx([0.236, 0.707], abs=0.0006)
    assert "$0.20^9$ is less than a third of $0.23^9$" in prose and 3 * 0.20**9 < 0.23**9
    assert "a hundredth of the error, and the lowest of ten with $0.23^9$, two millionths" in prose
    np.testing.assert_allclose([0.23**3, 0.23**9], [0.012, 1.8e-6], rtol=0.02)


def test_on_the_other_side_of_one_the_same_power_explodes(prose):
    assert "nine such steps make a quarter of a million of 1" in prose
    assert theory.layer_factor("relu", "normal", 32) == pytest.approx(4, abs=0.01) and 240_000 < 4**9 < 265_000


def test_the_gradient_is_a_product_of_matrices():
    rng = np.random.default_rng(4)
    weights = [(rng.normal(size=s), rng.normal(size=s[1])) for s in ((2, 4), (4, 3), (3, 5), (5, 1))]
    X, y = rng.normal(size=(1, 2)), np.ones(1)
    ran = oracle.run(weights, "tanh", X, y)
    error = ran.dh[2][0]
    for layer in (2, 1):
        error = error @ np.diag(1 - ran.h[layer][0] ** 2) @ weights[layer][0].T
    np.testing.assert_allclose(error, ran.dh[0][0])


def test_t3s_median_ratio_and_the_dead_units_of_the_patient(space, printed, prose):
    assert "receives about 1,500 times what its first receives (20 networks)" in prose
    assert space["at_start"]["sigmoid"] == pytest.approx(1500, rel=0.05)
    assert "Of the 7 dead units four were dead before" in prose and "7 of 48 units are dead" in printed
    dead = {faults: _dead_of_the_patient(faults) for faults in (False, True)}
    born = dead[False] & dead[True]
    assert len(dead[True]) == 7 and {layer for layer, _ in born} == {2, 3, 5} and len(born) == 4
    assert "The two of `hidden_6` die of our fault" in prose
    assert {layer for layer, unit in dead[True] - born if (layer, unit) != (2, 5)} == {6}


def _dead_of_the_patient(with_faults):
    """(layer, unit) of the relu units that are 0 at all points, by hand."""
    dead, h = set(), circles()[0].astype(float)
    for layer, (kernel, _) in enumerate(initial_weights(6, 8, "he_normal", 1)[:-1], 1):
        bias = np.where(np.arange(8) == 5, -9.0, 0.0) if with_faults and layer == 2 else 0
        h = np.maximum(h @ np.asarray(kernel, float) * (0.02 if with_faults and layer == 4 else 1) + bias, 0)
        dead |= {(layer, int(unit)) for unit in np.flatnonzero((h == 0).all(axis=0))}
    return dead


def test_the_prediction_of_t3s_ratio_has_choices_of_one_kind_and_the_truth_is_nearest_to_its_own(space):
    ratio = space["at_start"]["sigmoid"]
    assert min((1, 30, 1e3, 3e4), key=lambda n: abs(np.log(ratio / n))) == 1e3
