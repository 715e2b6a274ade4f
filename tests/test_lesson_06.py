"""Lesson 6: what its prose claims is what its code and its kept runs show, and nobody gets stuck.

The solved notebook and the student's run once each, cell by cell, in a process of their own without Jupyter. Of
the kept runs some are trained again, with the table's own trainer and with `vgcourse.train`.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.lesson_runs import number
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.exercises.residual import backward, scales
from vgcourse.course.lesson import Lesson
from vgcourse.nets import theory
from vgcourse.nets.data import circles
from vgcourse.nets.models import initial_weights
from vgcourse.published.kept import residual_runs

LESSON = Lesson("06_residual", Path(__file__).parents[1])
SOLVED = solved_notebook(LESSON)
TABLE = residual_runs.residual_runs()
KEEP = """
rings = [space["slope_around"](*case, seed=3) for case in space["cases"].values()]
kept = [int(sum(a * b < 0 for a, b in zip(ring, [*ring[1:], ring[0]]))) for ring in rings]
"""
ROOT_RULE, ZERO, LOUD = "skip, scale 1/√L", "skip, zero branches", "skip, scale 1"


def accuracy(net, depth=None, column="accuracy"):
    rows = TABLE[(TABLE.net == net) & (TABLE.depth == depth if depth else True)]
    assert len(rows) == residual_runs.SEEDS
    return rows[column].to_numpy()


def test_the_solved_lesson_passes_all_its_checks_in_less_than_1_gb(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(registry.exercises(LESSON.id)) == 5
    assert [cell["source"] for cell in checks if cell["failed"]] == []
    assert solved["peak_mb"] < 1000


def test_an_unanswered_lesson_runs_through_and_every_check_says_open(unanswered):
    assert [cell["failed"] for cell in unanswered["cells"] if cell["source"].startswith("check(")] == ["blank"] * 5
    assert unanswered["peak_mb"] < 1000
    text = "\n".join(cell["text"] for cell in unanswered["cells"])
    assert "its 50 blocks: median" in text and "rule: scale grows" in text


# The kept runs


def test_the_table_holds_every_set_up_with_twenty_seeds():
    kept = TABLE.groupby(["net", "depth", "scale"]).size()
    assert len(kept) == len(residual_runs.nets()) and (kept == 20).all()


def test_kept_runs_can_be_repeated():
    # Rounding grows while a net trains, and is another one on another processor.
    chosen = [net for net in residual_runs.nets() if net.depth == 5 and net.net in ("plain", ROOT_RULE)]
    again = residual_runs.measure(chosen, seeds=3).groupby("net").accuracy
    for name, group in again:
        assert np.median(np.abs(group.to_numpy() - accuracy(name, 5)[:3])) < 0.01


def test_the_tables_trainer_takes_the_steps_of_train():
    import vgcourse as vg

    X, y = vg.circles()
    net = residual_runs.Net("", 4, "relu", "he_normal", True, 0.5)
    model = vg.residual_mlp(4, residual_runs.WIDTH, "relu", "he_normal", seed=3, branch_scale=0.5)
    recording = vg.train(model, X, y, epochs=3, optimizer="adam", seed=3, progress=False, xla=False)
    assert residual_runs.train([(net, 3)], epochs=3)["loss"][0] == pytest.approx(recording.loss[-1], rel=1e-3)


def test_a_lesion_skips_one_block():
    net = residual_runs.Net("", 3, "relu", "he_normal", True, 1.0)
    stack, X = residual_runs._Stack([(net, 0)]), np.random.default_rng(0).normal(size=(1, 9, 2))
    stack.kernels[2] = 0 * stack.kernels[2]
    np.testing.assert_array_equal(stack.forward(X), stack.forward(X, without=2))
    assert not np.allclose(stack.forward(X), stack.forward(X, without=1))


# What the prose claims


def test_the_same_small_weights_fail_without_the_skip_and_learn_with_it(printed, prose):
    assert "From .500 to .992, with the same weights" in prose
    assert set(accuracy("relu, small weights, plain")) == {0.5}
    skip = accuracy("relu, small weights, skip")
    assert np.median(skip) == pytest.approx(0.992, abs=0.001)
    assert [skip.min(), skip.max()] == pytest.approx([0.984, 0.997], abs=0.001)
    tanh = accuracy("tanh, small weights, skip")
    assert np.median(tanh) == 0.5 and np.mean(tanh > 0.75) >= 0.25 and "most runs stay at a half" in prose


def test_the_gradient_falls_tenfold_per_plain_layer_and_is_level_with_skips(printed, prose):
    assert "falls by a factor of ten per layer" in prose
    assert number(printed, "plain:") ** (1 / 20) == pytest.approx(0.1, abs=0.02)
    assert number(printed, "skip:") == pytest.approx(1, abs=0.3)
    assert "2 nets" not in printed and "plain" in printed


def test_he_branches_double_and_scaled_ones_stay_below_e(printed, prose):
    one, root, small, zero = (float(m) for m in re.findall(r"per block, ([\d.e+]+) in all", printed))
    assert one == pytest.approx(2.0**50, rel=0.5) and 2.4 < root < np.e
    assert small == pytest.approx(1.02, abs=0.01) and zero == 1
    for depth in (2, 20, 1000):
        assert theory.residual_growth(depth, depth**-0.5) < np.e
    assert "keeps the growth below $e = 2.72$ at any depth" in prose


def test_fifty_scaled_blocks_train_like_five(prose):
    assert "Not one of 20 runs fails" in prose
    for net in (ROOT_RULE, ZERO):
        for depth in residual_runs.DEPTHS:
            runs_of = accuracy(net, depth)
            assert runs_of.min() > 0.98 and np.median(runs_of) == pytest.approx(0.995, abs=0.0016)
    assert min(accuracy(ROOT_RULE, depth).min() for depth in residual_runs.DEPTHS) == pytest.approx(0.984, abs=0.001)


def test_twenty_plain_relu_layers_need_no_skip(prose, printed):
    assert "Twenty layers need no skip" in prose
    medians = [np.median(accuracy("plain", depth)) for depth in residual_runs.DEPTHS]
    assert min(medians[:4]) > 0.99 and medians[4:] == [0.5, 0.5]
    assert accuracy("plain", 20).min() > 0.95
    assert np.percentile(accuracy("plain", 30), 25) < 0.51 and "its lower quartile is at .500" in prose
    assert number(printed, "20 plain layers: median") == pytest.approx(0.99, abs=0.001)
    assert "At 40 and 50, plain relu with He's weights fails in most runs" in prose
    assert all(np.mean(accuracy("plain", depth) > 0.95) < 0.5 for depth in (40, 50))


def test_fifty_plain_layers_of_tanh_train_from_orthogonal_weights(prose):
    assert "Fifty plain layers train, if the weights are right for the activation" in prose
    runs_of = accuracy("tanh, orthogonal, plain", 50)
    assert np.sum(runs_of > 0.95) >= 18 and np.median(runs_of) == pytest.approx(0.986, abs=0.003)
    assert "even 50 layers, .986" in prose
    assert np.sum(accuracy("tanh, Glorot, plain", 50) > 0.95) == 0
    assert all(accuracy("tanh, orthogonal, plain", depth).min() > 0.95 for depth in (20, 30, 40))


def test_at_twenty_and_thirty_blocks_full_branches_do_worse_than_no_skip(prose):
    assert "the plain net's median is *better*" in prose
    medians = {depth: np.median(accuracy(LOUD, depth)) for depth in (20, 30, 50)}
    assert list(medians.values()) == pytest.approx([0.988, 0.936, 0.654], abs=0.001)
    assert all(np.median(accuracy("plain", depth)) > medians[depth] for depth in (20, 30))


def test_narrow_nets_have_smaller_factors_than_wide_ones(prose):
    factors = {skip: _factor(30, skip) for skip in (0.0, 1.0)}
    assert "about 0.86 and 1.3" in prose and list(factors.values()) == pytest.approx([0.86, 1.3], abs=0.04)
    assert "leaves a hundredth of the error, and the other makes thousands of it" in prose
    assert 0.003 < factors[0.0] ** 30 < 0.03 and 1000 < factors[1.0] ** 30 < 10_000


def _factor(depth, skip):
    """Factor of the error per block of width 8 with He's weights: the median over 40 nets."""
    X, shares = circles()[0].astype(float), []
    for seed in range(40):
        stem, *kernels, output = [k.astype(float) for k, _ in initial_weights(depth + 1, 8, "he_normal", seed)]
        end = backward.forward(X @ stem, kernels, skip)[-1]
        first, *_, last = backward.back(X @ stem, kernels, output.T * (end > 0), skip)
        if last.any():
            shares.append((np.sum(first**2) / np.sum(last**2)) ** (0.5 / depth))
    return np.median(shares)


def test_fifty_blocks_of_keras_learn_in_ten_epochs_and_can_spare_one(printed, prose):
    assert number(printed, "epoch 9: mean loss") < 0.2 < 0.5 < number(printed, "epoch 0: mean loss")
    assert number(printed, "whole net") > 0.97 and number(printed, "50 blocks: median") > 0.95
    assert "above .97 after ten epochs" in prose


def test_a_chain_breaks_and_a_sum_does_not(prose):
    middles = {}
    for net in ("plain", LOUD, ROOT_RULE, ZERO):
        learned = accuracy(net, 20) > 0.95
        middles[net] = np.median(accuracy(net, 20, "without_one")[learned])
    assert list(middles.values()) == pytest.approx([0.528, 0.747, 0.978, 0.994], abs=0.002)
    assert ".995 → .528" in prose and np.median(accuracy(ROOT_RULE, 50, "without_one")) > 0.99


def test_plain_gradients_shatter_and_scaled_ones_do_not(printed, prose, solved):
    near, far = ([float(m) for m in re.findall(rf"{word} (-?[\d.]+)", printed)] for word in ("neighbours", "apart"))
    assert min(near[0], near[2]) > 0.9 and near[1] < 0.6
    assert min(far[0], far[2]) > 0.6 and abs(far[1]) < 0.35
    assert (
        "its sign 16 times" in prose and "and 68 changes of sign" in prose and "a slow wave again, with 20" in prose
    )
    assert solved["space"] == pytest.approx([16, 68, 20], abs=1)


def test_the_measured_rule_is_about_one_over_the_root(printed, prose):
    assert number(printed, "rule: scale grows like depth to the") == pytest.approx(-0.5, abs=0.06)
    exact = [np.sqrt(10 ** (1 / depth) - 1) for depth in (5, 10, 20, 50)]
    assert np.polyfit(np.log([5, 10, 20, 50]), np.log(exact), 1)[0] == pytest.approx(-0.55, abs=0.01)
    assert "a slope of -0.55" in prose


def test_any_quiet_scale_trains_fifty_blocks_and_a_loud_one_does_not(prose):
    fifty = TABLE[TABLE.net == "fifty"].groupby("scale")
    middle, lowest, loss = fifty.accuracy.median(), fifty.accuracy.min(), fifty.loss.median()
    assert (middle[:0.5] >= 0.995).all() and (lowest[:0.3] > 0.97).all()
    assert "anything from a hundredth to 0.3" in prose
    assert middle[0.7] == pytest.approx(0.984, abs=0.001) and middle[1.0] == pytest.approx(0.654, abs=0.001)
    assert lowest[0.5] < 0.8 and loss.idxmin() == 0.3 and "lowest at 0.3" in prose


# The checks' own ground


def test_the_formula_is_a_difference_quotient():
    x, kernels, error, skip, scale = backward._draw(np.random.default_rng(5))[0]
    wanted = backward.back(x, kernels, error, skip, scale)[0]
    step = np.zeros_like(x)
    step[3, 2] = 1e-6
    up, down = (backward.forward(x + way * step, kernels, skip, scale)[-1] for way in (1, -1))
    assert wanted[3, 2] == pytest.approx(np.sum(error * (up - down)) / 2e-6, rel=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_an_unknown_law_has_one_answer(seed):
    law = scales._draw(np.random.default_rng(seed))
    by_call = [
        max(s for s in law.scales if np.median([law.growth(depth, s, seed) for seed in law.seeds]) <= scales.LIMIT)
        for depth in law.depths
    ]
    np.testing.assert_array_equal(by_call, law.scales[law.chosen()])


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    assert f"**Points** {sum(e.points for e in registry.exercises(LESSON.id)) + 2:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in SOLVED.cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(headings) == 6 and all(text.count("<details><summary>Hint") == 3 for text in headings)
    for text, exercise in zip(checked, registry.exercises(LESSON.id), strict=True):
        assert re.search(rf"★ \({exercise.points:g} points\)", text.splitlines()[0])


def test_the_numbers_of_the_analyses_are_those_of_the_kept_runs(prose):
    def medians(net):
        return [np.median(accuracy(net, depth)) for depth in (20, 30, 50)]

    assert "20, 30 and 50 blocks: plain .995, .994, .500; scale 1: .988, .936, .654; 1/√L: .996 each time" in prose
    assert medians("plain") == pytest.approx([0.995, 0.994, 0.5], abs=0.0006)
    assert medians(ROOT_RULE) == pytest.approx([0.996] * 3, abs=0.0006)
    assert all(0.9935 <= middle <= 0.9955 for middle in medians(ZERO)) and "zero branches .994 to .995" in prose
    assert "The lowest of all 120 runs with 1/√L is .984" in prose
    assert sum(len(accuracy(ROOT_RULE, depth)) for depth in residual_runs.DEPTHS) == 120
    assert "and the 20 runs end between .984 and .997" in prose
    assert "a quarter of the runs gets above .75, the median is .500" in prose
    assert "At 50 blocks with $1/\\sqrt L$ it is .996 → .992" in prose
    assert np.median(accuracy(ROOT_RULE, 50, "without_one")) == pytest.approx(0.992, abs=0.001)


def test_the_numbers_of_the_sweep_over_scales(printed, prose):
    fifty = TABLE[TABLE.net == "fifty"].groupby("scale")
    middle, lowest, loss = fifty.accuracy.median(), fifty.accuracy.min(), fifty.loss.median()
    assert "the medians are .995 to .997 for every scale from 0.01 to 0.5, .984 at 0.7, .654 at 1" in prose
    assert middle[:0.5].between(0.9945, 0.9975).all()
    assert "From 0.01 to 0.3 all runs lie at the right edge, above .97" in prose and lowest[:0.3].min() > 0.97
    assert "at 1 the runs are spread from .46 to .96" in prose
    assert [lowest[1.0], fifty.accuracy.max()[1.0]] == pytest.approx([0.46, 0.963], abs=0.001)
    assert "The loss has its minimum, .007, at 0.3" in prose and loss[0.3] == pytest.approx(0.007, abs=0.0006)
    assert loss.iloc[(np.abs(loss.index - 50**-0.5)).argmin()] == pytest.approx(0.009, abs=0.0006)
    assert "fall from 0.71 at 5 blocks to 0.22 at 50; the fitted exponent lies near -0.5." in prose
    chosen = [float(s) for s in re.findall(r"depth +\d+: scale ([\d.]+) at most", printed)]
    assert chosen[0] == pytest.approx(0.71, abs=0.09) and chosen[-1] == pytest.approx(0.22, abs=0.03)
    assert "1.020 at $1/\\sqrt{50}$ and 1.000 below" in prose
    growths = [float(g) for g in re.findall(r": ([\d.]+) per block", printed)]
    assert growths[1:] == pytest.approx([1.02, 1.0, 1.0], abs=0.002)
