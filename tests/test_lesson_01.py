"""Lessons 0 and 1: what their prose claims is what their code measures, and nobody gets stuck.

Each notebook runs once, cell by cell, in a process of its own without Jupyter.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm, rice
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KDTree

from tests.lesson_runs import number, run
from vgcourse.course.authoring.build import solved_notebook, student_notebook
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.nets import data

ROOT = Path(__file__).parents[1]
START, LESSON = Lesson("00_start", ROOT), Lesson("01_circles", ROOT)
SOLVED = solved_notebook(LESSON)


def test_the_solved_lessons_pass_all_their_checks(solved):
    for lesson, ran in ((START, run(solved_notebook(START))), (LESSON, solved)):
        checks = [cell for cell in ran["cells"] if cell["source"].startswith("check(")]
        assert len(checks) == len(registry.exercises(lesson.id))
        assert [cell["source"] for cell in checks if cell["failed"]] == []


def test_unanswered_lessons_run_through_and_every_check_says_open(unanswered):
    start = run(student_notebook(solved_notebook(START), START))
    for lesson, ran in ((START, start), (LESSON, unanswered)):
        failed = [cell["failed"] for cell in ran["cells"] if cell["source"].startswith("check(")]
        assert failed == ["blank"] * len(registry.exercises(lesson.id))


def test_the_lesson_goes_on_with_right_answers_of_any_shape():
    folder = ROOT / "tests" / "right_answers" / LESSON.id
    odd = {
        "leak-free-scaling": "interpolated_float32_lists",
        "radial-threshold": "sorted_radii",
        "sigmoid": "masks_and_cosh",
        "backward-pass": "einsum_float32",
        "ten-slopes": "searched",
        "tanh-slopes": "one_start_at_a_time",
    }
    answers = {id: folder / id / f"{name}.py" for id, name in odd.items()}
    cells = run(student_notebook(SOLVED, LESSON), answers)["cells"]
    assert [cell["failed"] for cell in cells if cell["failed"]] == []


def test_lesson_1_needs_no_tensorflow_and_less_than_300_mb(solved):
    assert solved["loaded"] == []
    assert solved["peak_mb"] < 300


def test_a_line_is_at_chance_and_below_it_on_the_other_half(printed, prose):
    t2 = data.t2_circles()
    line = LogisticRegression().fit(t2.X_train, t2.y_train)
    # The published net of five tanh layers, 0.530 and 0.468, did what a line does on this very split.
    assert "0.530 on the training half and 0.468 on the test half" in prose
    assert line.score(t2.X_train, t2.y_train) == pytest.approx(0.530, abs=0.01)
    assert line.score(t2.X_test, t2.y_test) == pytest.approx(0.468, abs=0.01)
    # 200 draws: standard errors are 0.0017 and 0.0016.
    assert number(printed, "test half: mean") == pytest.approx(0.478, abs=0.007)
    assert number(printed, "fresh points: mean") == pytest.approx(0.500, abs=0.007)
    assert "mostly lands *below* a half" in prose and number(printed, "below one half in") > 75


def test_the_leak_of_a_min_max_scale_is_too_small_to_see(printed, prose):
    gains = [_leak(seed) for seed in range(1000, 1200)]
    error = np.std(gains) / np.sqrt(len(gains))
    assert abs(np.mean(gains)) < 4 * error < 0.002
    gain, error = (float(n) for n in re.search(r"the leak gains (\S+) ± (\S+) percentage", printed).groups())
    assert "The gain is smaller than its own uncertainty." in prose and abs(gain) < error < 0.03


def _leak(seed):
    X, y = data.circles(factor=0.8, seed=seed)
    (everything,) = data.minmax(X)
    return _neighbours(everything[:500], everything[500:], y) - _neighbours(*data.minmax(X[:500], X[500:]), y)


def _neighbours(train, test, y):
    nearest = KDTree(train).query(test, k=15, return_distance=False)
    return np.mean((y[:500][nearest].mean(axis=1) > 0.5) == y[500:])


def test_choosing_columns_before_the_split_predicts_coin_flips(printed, prose):
    assert "Six coin flips in seven" in prose
    assert number(printed, "on all 100 rows:") / 100 == pytest.approx(6 / 7, abs=0.024)
    assert number(printed, "on the 50 training rows:") / 100 == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize(
    "name, inner, ceiling, radius, feature",
    [("T1", 0.5, "0.9936", "0.757", 0.995), ("T2", 0.8, "0.8406", "0.906", 0.84)],
)
def test_the_ceilings_are_those_of_rices_distribution(printed, prose, name, inner, ceiling, radius, feature):
    def missed(t):
        return 1 - (rice.cdf(t, inner / 0.1, scale=0.1) + rice.sf(t, 1 / 0.1, scale=0.1)) / 2

    best = minimize_scalar(missed, bounds=(inner, 1), method="bounded")
    assert f"{1 - best.fun:.4f}" == ceiling and ceiling in prose
    assert f"{best.x:.3f}" == radius and radius in prose
    # 200,000 points: standard error 0.0008; the circle is found on 5,000 points.
    found = re.search(rf"{name}: circle of radius ([\d.]+), ([\d.]+)", printed)
    assert float(found[2]) == pytest.approx(float(ceiling), abs=0.004)
    assert re.search(rf"{name}: train {feature:.3f}", printed)


def test_the_overlap_of_t2_is_a_third(prose):
    assert "overlap by a third" in prose
    assert abs(2 * (1 - 0.8406) - 1 / 3) < 0.02


def test_one_neuron_and_one_hidden_layer_find_the_ring(printed):
    assert number(printed, "accuracy") == 0.995
    assert 0.7 < number(printed, "changes its mind at r =") < 0.8
    assert number(printed, r"loss [\d.]+ →") < 0.06
    assert number(printed, r"→ [\d.]+, accuracy") > 0.99


def test_the_first_loss_lies_just_above_a_coins_and_confident_nets_begin_higher(printed, prose):
    assert "$-\\log \\tfrac12 = \\log 2 = 0.693$" in prose and np.log(2) == pytest.approx(0.693, abs=0.0005)
    assert 0 < number(printed, "Loss before any learning:") - np.log(2) < 0.03
    assert "Ten times larger weights would begin at about 5" in prose and "the mark is $\\log 10 = 2.30$" in prose
    assert np.median([_first_loss(10, seed) for seed in range(200)]) == pytest.approx(5.2, abs=0.5)
    assert np.log(10) == pytest.approx(2.30, abs=0.005)


def _first_loss(scale, seed):
    circles, rng = data.t1_circles(), np.random.default_rng(seed)
    hidden = 1 / (1 + np.exp(-circles.X_train.astype(float) @ (scale * rng.normal(size=(2, 5)))))
    z = hidden @ (scale * rng.normal(size=5))
    return np.mean(np.logaddexp(0, z) - circles.y_train * z)


def test_gradients_agree_with_rise_over_run(printed):
    pairs = re.findall(r"W1\[\d, \d\]\s+measured (\S+)\s+by the chain rule (\S+)", printed)
    assert len(pairs) == 10
    np.testing.assert_allclose(*np.array(pairs, float).T, atol=2e-9)


def test_ten_sigmoids_leave_a_millionth_and_typically_a_ten_millionth(printed, prose):
    s = norm.rvs(size=(100_000, 10), random_state=3)
    typical = np.median(np.prod(1 / (2 + 2 * np.cosh(s)), axis=1))
    assert "a ten-millionth" in prose and typical == pytest.approx(1e-7, rel=0.2)
    assert number(printed, "ten layers: at best") == pytest.approx(0.25**10, rel=0.01)
    assert number(printed, "typically") == pytest.approx(typical, rel=0.05)
    assert 1 / (2 + 2 * np.cosh(5)) < 0.01 and "beyond ±5 it is below 0.01" in prose


def test_a_chain_of_tanh_keeps_most_just_below_weight_one(printed, prose):
    tops = [float(w) for w in re.findall(r"at best, at w = ([\d.]+)", printed)]
    assert len(tops) == 5 and tops == sorted(tops) and tops[0] > 0.85 and tops[-1] == 0.99
    assert "from 0.04 to 0.0016" in prose
    assert _chain(np.tanh, 10) == pytest.approx(0.04, abs=0.002)
    assert _chain(np.tanh, 100) == pytest.approx(0.0016, abs=0.00005)
    assert "$10^{-65}$" in prose and np.log10(_chain(lambda z: 1 / (1 + np.exp(-z)), 100)) == pytest.approx(
        -65, abs=0.5
    )


def _chain(phi, depth):
    """d h_depth / dx at x = 1, weight 1, as a product of numerical slopes."""
    h, product = 1.0, 1.0
    for _ in range(depth):
        product *= (phi(h + 1e-6) - phi(h - 1e-6)) / 2e-6
        h = phi(h)
    return product


def test_the_page_of_lessons_names_every_lesson():
    page = START.text.read_text(encoding="utf-8")
    others = [folder.name for folder in (ROOT / "solutions").iterdir() if re.match(r"\d\d_", folder.name)]
    missing = [id for id in others if id != START.id and f"../{id}/{id[3:]}.ipynb" not in page]
    assert missing == [], "add these lessons to the table at the end of solutions/00_start/start.py"


def test_the_points_that_lesson_1_announces_are_those_it_gives(prose):
    written = 2
    total = sum(exercise.points for exercise in registry.exercises(LESSON.id)) + written
    assert f"**Points** {total:g}." in prose


@pytest.mark.parametrize("lesson", [START, LESSON])
def test_every_exercise_shows_its_stars_its_points_and_three_hints(lesson):
    texts = [cell.source for cell in solved_notebook(lesson).cells if cell.cell_type == "markdown"]
    exercises = registry.exercises(lesson.id)
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(checked) == len(exercises)
    for text, exercise in zip(checked, exercises, strict=True):
        unit = "point" if exercise.points == 1 else "points"
        assert re.search(rf"★ \({exercise.points:g} {unit}\)", text.splitlines()[0])
        assert text.count("<details><summary>Hint") == 3
