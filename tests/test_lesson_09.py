"""Lesson 9: what its prose claims is what its code and its kept runs show, and nobody gets stuck.

The solved notebook and the student's run once each, cell by cell, in a process of their own without Jupyter.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.lesson_runs import number
from tests.numpy_net import Net
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.nets.clinic import KINDS
from vgcourse.nets.clinic.charts import SEEDS, Chart
from vgcourse.nets.clinic.patients import Patient
from vgcourse.nets.clinic.tasks import STEPS
from vgcourse.nets.data import circles
from vgcourse.nets.models import initial_weights
from vgcourse.published.kept.clinic_runs import clinic_runs

LESSON = Lesson("09_clinic", Path(__file__).parents[1])
SOLVED = solved_notebook(LESSON)
TABLE = clinic_runs()
SOLUTION = " ".join(LESSON.text.read_text(encoding="utf-8").split())


def share_healed(kind, change, fault="none"):
    rows = TABLE[(TABLE.kind == kind) & (TABLE.change == change) & (TABLE.fault == fault)]
    assert len(rows) == SEEDS >= 16
    return np.mean(rows.score >= KINDS[kind].level)


def test_every_prediction_is_asked_before_it_is_revealed_and_its_reveal_is_folded():
    code = [cell for cell in SOLVED.cells if cell.cell_type == "code"]
    at = {
        word: {
            found[1]: cell
            for cell in code
            if (found := re.search(rf'^{word}\(\s*"([\w-]+)"', cell.source, re.MULTILINE))
        }
        for word in ("predict", "reveal")
    }
    assert list(at["predict"]) == list(at["reveal"]) and len(at["predict"]) >= 5
    for id, asked in at["predict"].items():
        assert code.index(asked) < code.index(at["reveal"][id])
        assert at["reveal"][id].metadata.jupyter.source_hidden


def test_whoever_says_the_frequent_class_has_half_a_nat(prose):
    shares = np.array([0.91] + 9 * [0.01])
    assert -np.sum(shares * np.log(shares)) == pytest.approx(0.5, abs=0.01)
    assert "A net with a loss of 1.0" in prose and 0.5 < 1.0 < np.log(10)


def test_ten_sigmoid_layers_lose_their_first_gradient_in_sixteen_bits_and_a_scale_brings_it_back(printed, prose):
    assert [lost_in_half(seed) for seed in range(16)] == 16 * [1.0]
    assert number(printed, r"loss times \d+:") < 20, "per cent of the first kernel"
    assert "its first kernel gets less than a millionth of what the last one gets" in prose
    assert number(printed, "first kernel over last:") < 1e-6


def lost_in_half(seed):
    """The share of the first kernel's gradient that is 0 in float16, by a net of NumPy alone."""
    X, y = circles(seed=0)
    net = Net([kernel for kernel, _ in initial_weights(10, 32, seed=seed)], "sigmoid")
    return np.mean(net.kernel_gradients(X, net.logistic_deltas(X, y)[-1])[0].astype("float16") == 0)


def test_the_solved_lesson_passes_all_its_checks_in_less_than_1_gb(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(registry.exercises(LESSON.id)) == 6
    assert [cell["source"] for cell in checks if cell["failed"]] == []
    assert solved["peak_mb"] < 1000


def test_an_unanswered_lesson_runs_through_and_every_check_says_open(unanswered):
    assert [cell["failed"] for cell in unanswered["cells"] if cell["source"].startswith("check(")] == ["blank"] * 6
    assert unanswered["peak_mb"] < 1000
    assert "after refresh" in "\n".join(cell["text"] for cell in unanswered["cells"])


def test_the_first_patient_stays_at_the_constant_answer_and_learns_once_cured(printed, prose):
    assert number(printed, "a constant answer:") == pytest.approx(np.log(2), abs=0.002) and "0.69" in prose
    ill, well = (float(score) for score in re.findall(r"score on the test examples: ([\d.]+)", printed))
    assert ill < 0.65 and well > 0.8
    assert 1e-7 < 0.5**23 < 1.5e-7 and "$\\tfrac12$ to the power of 23 is left, a ten-millionth" in prose
    assert STEPS == 24 and "It reads 24 numbers" in prose


def test_no_oddity_keeps_a_net_from_learning(prose):
    assert "**They all learn.**" in prose
    assert all(share_healed(kind, "cured") == 1 for kind in KINDS)
    odd = TABLE[TABLE.change == "cured"].groupby(["kind", "oddity"]).size()
    assert len(odd) == 2 * len(KINDS) and (odd == SEEDS // 2).all()


def test_frozen_wrong_statistics_leave_a_tenth(prose):
    frozen = TABLE[(TABLE.kind == "cnn") & (TABLE.fault == "frozen") & (TABLE.change == "nothing")]
    assert len(frozen) == 2 * SEEDS and frozen.score.median() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_behind_frozen_wrong_statistics_every_unit_is_off_for_every_picture(seed):
    kind = KINDS["cnn"]
    assert "cut off by the next relu, for every picture" in " ".join(SOLUTION.split())
    for fault in (one for one in kind.faults if one.setting == "frozen"):
        sick = Patient(kind, seed, Chart(kind, seed, fault).settings)
        h = sick.X[:200]
        for layer in sick.model.layers[: [one.name for one in sick.model.layers].index(fault.value) + 1]:
            h = layer(h, training=True)  # the others normalise by the batch, as they do while it learns
        assert np.asarray(h).max() < 0


def test_refresh_makes_a_trained_net_read_again(printed):
    words = ("trained", "other statistics", "after refresh")
    before, spoiled, after = (number(printed, f"{word}:") for word in words)
    assert before > 0.7 and spoiled < 0.4 and after > before - 0.1


def test_pixels_kill_a_residual_net_and_leave_batch_normalisation_alone(prose):
    assert "Pixels from 0 to 255 kill a residual net" in prose
    assert share_healed("resnet", "nothing", "pixels") == 0
    rows = TABLE[(TABLE.kind == "cnn") & (TABLE.change == "cured") & (TABLE.oddity == "pixels")]
    assert (rows.score >= KINDS["cnn"].level).all()


def test_of_what_else_is_tried_on_the_lstm_patience_heals_a_few_and_the_rest_nobody(printed, prose):
    tried = TABLE[(TABLE.kind == "lstm") & (TABLE.fault == "forget_bias")]
    learned = (tried.score >= KINDS["lstm"].level).groupby(tried.change).sum()
    assert (tried.groupby("change").size() == SEEDS).all() and "Sixteen seeds for each change" in prose
    assert learned["rate=0.1"] == learned["nothing"] == 0 and "Ten times the rate heals none" in prose
    assert 0 < learned["epochs=9"] < SEEDS / 3 and "Three times the epochs heal a few" in prose
    assert share_healed("lstm", "cured") == 1 and "One number in one bias heals them all" in prose
    cost = TABLE[(TABLE.kind == "lstm")].groupby("change").updates.median()
    assert cost["epochs=9"] == 3 * cost["cured"] and "the cheapest that heals: forget_bias=1.0" in printed


def test_every_cross_of_the_figure_lies_below_its_line_and_every_circle_above(prose):
    assert "No cross lies above its line, and no circle below it" in prose
    below = TABLE[(TABLE.change == "nothing") & (TABLE.score < -0.02)]
    assert "Crosses well below 0, of the variational autoencoder" in prose and set(below.kind) == {"vae"}
    for kind in KINDS:
        assert TABLE[(TABLE.kind == kind) & (TABLE.change == "nothing")].score.max() < KINDS[kind].level
        assert share_healed(kind, "cured") == 1


def test_a_small_weight_of_the_divergence_heals_every_seed(prose):
    assert "in the clinic's table every seed passes its level" in SOLUTION
    (fault,) = (one for one in KINDS["vae"].faults if one.setting == "kl_weight")
    assert "five hundred times smaller" in SOLUTION and fault.value / KINDS["vae"].well["kl_weight"] == 500
    assert share_healed("vae", "cured") == 1 and share_healed("vae", "nothing", "kl_weight") == 0


def test_float16_has_the_floor_that_the_text_names(prose):
    assert np.finfo("float16").smallest_subnormal == 2.0**-24 and "$2^{-24}$, six hundred-millionths" in prose
    assert np.float16(2.0**-25) == 0 < np.float16(1.01 * 2.0**-25)


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    assert f"**Points** {sum(e.points for e in registry.exercises(LESSON.id)) + 2:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in SOLVED.cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(headings) == 7 and all(text.count("<details><summary>Hint") == 3 for text in checked)
    for text, exercise in zip(checked, registry.exercises(LESSON.id), strict=True):
        assert re.search(rf"★ \({exercise.points:g} points\)", text.splitlines()[0])
