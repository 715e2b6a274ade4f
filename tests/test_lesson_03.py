"""Lesson 3: what its prose claims is what its code measures, and nobody gets stuck.

The solved notebook and the student's run once each, cell by cell, in processes of their own without Jupyter.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.exercises.gradients import oracle
from vgcourse.course.exercises.weights import symmetry
from vgcourse.course.lesson import Lesson
from vgcourse.nets.data import circles, t1_circles
from vgcourse.nets.models import initial_weights

ROOT = Path(__file__).parents[1]
LESSON = Lesson("03_weights", ROOT)
SOLVED = solved_notebook(LESSON)
LAYERS = ["hidden_1", "hidden_2", "hidden_3", "hidden_4", "output"]

KEEP = r"""
import numpy as np
def kernels(run):
    return {name: np.asarray(kernel, float).tolist() for name, kernel in run.kernels.items()}
def gradients(run):
    return [np.sqrt(np.mean(run.kernel_gradients[name][0].astype(float) ** 2)).tolist() for name in run.layers]
kept = {
    "kernels": {name: [kernels(run) for run in nets] for name, nets in space["runs"].items()},
    "accuracy": {name: [float(run.accuracy[-1]) for run in nets] for name, nets in space["runs"].items()},
    "gradients": {name: [gradients(run) for run in nets] for name, nets in space["runs"].items()},
    "yours": kernels(space["run"]),
    "your_accuracy": float(space["run"].accuracy[-1]),
    "ratios": space["ratios"].to_dict("list"),
    "gap": float(space["gap"]),
    "moving": space["moving"],
    "shared": kernels(space["shared"]),
    "shared_accuracy": float(space["shared"].accuracy[-1]),
    "parted": {name: [*units, float(accuracy)] for name, (units, accuracy) in space["rows"].items()},
}
"""


@pytest.fixture(scope="module")
def space(solved):
    return solved["space"]


@pytest.fixture(scope="module")
def walks(space):
    """Activation -> layer -> (networks, moments, weights)."""
    return {
        name: {layer: np.array([k[layer] for k in nets]).reshape(len(nets), 101, -1) for layer in LAYERS}
        for name, nets in space["kernels"].items()
    }


def test_the_solved_lesson_passes_all_its_checks(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(registry.exercises(LESSON.id)) == 5
    assert [cell["source"] for cell in checks if cell["failed"]] == []


def test_an_unanswered_lesson_runs_through_and_shows_the_same_numbers(both):
    cells = both[1]["cells"]
    assert [c["failed"] for c in cells if c["source"].startswith("check(")] == ["blank"] * 5
    for key in ("ratios", "parted"):
        for name, values in both[1]["space"][key].items():
            np.testing.assert_allclose(values, both[0]["space"][key][name], atol=0.05)


def test_it_stays_below_1_gb(both):
    assert max(ran["peak_mb"] for ran in both) < 1000


def test_a_dict_of_variable_names_keeps_two_of_ten_variables(printed):
    assert "dict_keys(['kernel', 'bias'])" in printed


def test_the_students_callback_and_the_packages_see_the_same(printed, space, prose):
    assert re.findall(r"(\w+) +\(16, \d, \d\), largest difference ([\d.]+)", printed) == [(n, "0.0") for n in LAYERS]
    assert "this network has learned most of its task" in prose and space["your_accuracy"] > 0.9
    moved = {layer: np.abs(np.subtract(k[-1], k[0])).mean() for layer, k in space["yours"].items()}
    assert "ends about 0.1 from where it began" in prose and 0.07 < moved["hidden_1"] < 0.17
    assert max(moved, key=moved.get) == "output"


def first_kernel_over_last(seed):
    """rms of the first kernel's gradient over the last one's, of T1's sigmoid net before its first step."""
    X, y = (part.astype(float) for part in circles())
    weights = initial_weights(4, 5, "normal", seed)
    hs = [X]
    for kernel, bias in weights:
        hs.append(1 / (1 + np.exp(-(hs[-1] @ kernel + bias))))
    error, sizes = hs[-1] - y[:, None], []
    for (kernel, _), h in zip(weights[::-1], hs[-2::-1], strict=True):
        sizes.append(np.sqrt(np.mean((h.T @ error) ** 2)))
        error = (error @ kernel.T) * h * (1 - h)
    return sizes[-1] / sizes[0]


def test_sigmoid_nets_first_kernels_get_hundreds_of_times_less_as_a_rule(space, prose):
    assert "gets a gradient hundreds of times smaller than that of `output`" in prose
    shares = np.array([first_kernel_over_last(seed) for seed in range(100)])
    gradients = np.array(space["gradients"]["sigmoid"])
    np.testing.assert_allclose(shares[:16], gradients[:, 0] / gradients[:, -1], rtol=0.02)
    assert 300 < 1 / np.median(shares) < 1000 and np.mean((shares < 1 / 100) & (shares > 1 / 3000)) > 0.7


def test_the_sigmoid_nets_first_layer_gets_500_times_less_than_the_last(space, prose):
    gradients = np.array(space["gradients"]["sigmoid"])
    assert gradients.shape == (16, 5)
    assert "by a factor of more than 500 in all" in prose and "lose a factor of more than 500" in prose
    ratio = np.median(gradients[:, -1]) / np.median(gradients[:, 0])
    assert 520 < ratio < 620
    assert np.all(np.diff(np.median(gradients, axis=0)) > 0)
    assert "the lowest one begins just below the limit" in prose and "Ten would be far below it" in prose
    assert 0.4 < np.median(gradients[:, 0]) / 10**-3.5 < 0.8 and np.median(gradients[:, -1]) / ratio ** (9 / 4) < 1e-6
    level = np.median(space["gradients"]["tanh"], axis=0)
    assert "the four hidden layers begin with much the same gradient and the output layer with two to three" in prose
    assert level[:-1].max() < 1.2 * level[:-1].min() and 2 < level[-1] / np.median(level[:-1]) < 3


def test_the_layer_with_the_smallest_gradient_goes_the_longest_way(walks, prose, space):
    path = _paths(walks["sigmoid"])
    assert "The path gets *longer*" in prose and list(np.argsort(-np.median(path, axis=0))) == [0, 1, 2, 3, 4]
    assert "`hidden_1` has the longest path in 14 of the 16 networks" in prose
    assert list(np.bincount(path.argmax(axis=1))) == [14, 2]
    assert "path 0.34, 0.43, 0.49, 0.54, 0.81" in prose and "has the longest path of all (0.81)" in prose
    np.testing.assert_allclose(np.median(path, axis=0), [0.81, 0.54, 0.49, 0.43, 0.34], atol=0.03)
    straight = np.median(path / _distances(walks["sigmoid"]), axis=0)
    assert "hardly longer than its distance" in prose and straight[0] < 1.25 and straight[0] == straight.min()
    assert "more than half of these networks still end below .7" in prose
    assert np.mean(np.array(space["accuracy"]["sigmoid"]) < 0.7) > 0.5


def test_with_tanh_the_output_layer_goes_farthest_and_the_first_to_and_fro(walks, prose, space):
    path, distance = _paths(walks["tanh"]), _distances(walks["tanh"])
    assert "the longest in 16 of 16" in prose and np.all(path.argmax(axis=1) == 4)
    assert "path 1.60 in `output`" in prose and np.median(path[:, 4]) == pytest.approx(1.60, abs=0.1)
    assert "path is twice the distance" in prose and np.median(path[:, 0] / distance[:, 0]) == pytest.approx(
        2, abs=0.2
    )
    assert np.median(path[:, 0]) == pytest.approx(0.36, abs=0.03)
    assert np.median(distance[:, 0]) == pytest.approx(0.18, abs=0.02) and "ended about 0.18 from" in prose
    size = np.median(walks["tanh"]["hidden_1"][:, 0].std(1))
    assert "their standard deviation is about 0.8" in prose and size == pytest.approx(0.82, abs=0.01)
    assert "more than a fifth of the weights' own size" in prose and 0.2 < np.median(distance[:, 0]) / size < 0.25
    assert np.median(space["accuracy"]["tanh"]) == pytest.approx(0.995, abs=0.002)


def test_the_crowd_of_the_tanh_nets_first_layer_stands_still_while_its_weights_move(walks, prose):
    first = walks["tanh"]["hidden_1"]
    assert "change by less than 0.1, in the median of the sixteen" in prose
    mean, sd, norm = first.mean(2), first.std(2), np.abs(first).mean(2)
    assert np.median(np.abs(mean[:, -1] - mean[:, 0])) < 0.08
    assert np.median(np.abs(sd[:, -1] - sd[:, 0])) < 0.08
    assert "Its L1 norm changes by 6 %" in prose
    assert np.median(np.abs(norm[:, -1] / norm[:, 0] - 1)) == pytest.approx(0.065, abs=0.015)
    assert np.median(np.abs(norm[:, -1] - norm[:, 0])) < 0.08


def test_the_sigmoid_nets_first_standard_deviation_grows_most_in_all(walks, prose):
    grown = np.stack([k.std(2)[:, -1] - k.std(2)[:, 0] for k in walks["sigmoid"].values()], axis=1)
    assert "It grows the most in all sixteen networks" in prose and np.all(grown.argmax(axis=1) == 0)
    middle = np.median(grown, axis=0)
    assert "in the median by more than twice as much as any other" in prose
    assert middle[0] > 2 * middle[1:].max() and np.all(middle > 0.05)
    assert np.median(walks["sigmoid"]["hidden_1"].std(2)[:, -1]) == pytest.approx(1.52, abs=0.06)


def test_the_sigmoid_nets_upper_means_move_in_the_first_ten_epochs(walks, prose):
    assert "go about four tenths of their way in that tenth of the time" in prose
    shares = {}
    for layer, kernel in walks["sigmoid"].items():
        steps = np.abs(np.diff(kernel.mean(2), axis=1))
        shares[layer] = np.median(steps[:, :10].sum(1) / steps.sum(1))
    assert 0.35 < shares["output"] < 0.5 and 0.35 < shares["hidden_4"] < 0.5 and shares["hidden_1"] < 0.12


def test_with_tanh_and_relu_the_layers_do_not_drift_together(walks, space, prose):
    assert "climbs above 2" in prose and "the lowest layer's changes far less" in prose
    sd = {layer: np.median(walks["tanh"][layer].std(2), axis=0) for layer in ("hidden_1", "output")}
    changed = {layer: abs(row[-1] - row[0]) for layer, row in sd.items()}
    assert changed["hidden_1"] < 0.25 * changed["output"]
    assert np.median(walks["tanh"]["output"].std(2)[:, -1]) == pytest.approx(2.23, abs=0.1)
    relu = {layer: np.std(space["yours"][layer], axis=(1, 2)) for layer in LAYERS}
    grown = {layer: sd[-1] - sd[0] for layer, sd in relu.items()}
    assert max(grown, key=grown.get) == "output" and abs(grown["hidden_1"]) < 0.06


def test_sgd_shows_a_staircase_and_rmsprop_one_level(space, prose):
    sgd, rmsprop = (np.array(space["ratios"][name]) for name in ("sgd", "rmsprop"))
    assert "−3.1 in `output`, −3.9, −4.5, −4.7, and −5.4 in `hidden_1`" in prose
    np.testing.assert_allclose(sgd, [-5.4, -4.7, -4.5, -3.9, -3.1], atol=0.1)
    assert np.all(np.diff(sgd) > 0.2)
    assert "runs along the guide line at −3, and each layer below it lies lower, down to below −5" in prose
    assert abs(sgd[-1] + 3) < 0.2 and sgd[0] < -5
    assert "some 200 times less" in prose and 150 < space["gap"] < 250
    assert "near −3" in prose and np.all(np.abs(rmsprop + 3.15) < 0.2)


def test_from_zero_only_the_sigmoid_net_moves(space, printed, prose):
    assert space["moving"] == {"sigmoid": LAYERS[1:], "tanh": []}
    assert "(Not to `hidden_1`: the little that reaches it is far below RMSprop's limit.)" in prose
    assert len(re.findall(r": accuracy 0\.500, moved: \[", printed)) == 2


def test_from_a_shared_start_all_layers_travel_and_no_unit_ever_differs(space, printed, prose):
    for layer in LAYERS[:-1]:
        kernels = np.array(space["shared"][layer])
        assert np.ptp(kernels, axis=0).max() > 0.05 and np.ptp(kernels, axis=2).max() < 1e-5
    assert printed.count("different units: 1 to 1") == 4
    assert "in 101 moments no unit ever differs" in prose and len(kernels) == 101
    assert "tanh reaches .64" in prose and space["shared_accuracy"] == pytest.approx(0.64, abs=0.02)


def test_randomness_does_not_spread_and_two_kernels_part_all_units(space, prose):
    parted = space["parted"]
    assert parted["first only"][:4] == [5, 1, 1, 1]
    assert parted["break_symmetry"][:4] == parted["all five"][:4] == [5, 5, 5, 5]
    assert "no better than those where only the first kernel was drawn" in prose
    assert max(parted["break_symmetry"][4], parted["first only"][4]) < 0.99 < parted["all five"][4]
    assert parted["break_symmetry"][4] < parted["first only"][4] + 0.01


def test_below_its_epsilon_an_optimizer_does_not_divide_by_the_gradients_size():
    import keras

    sizes, shares = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7], []
    for optimizer in (keras.optimizers.RMSprop(0.001), keras.optimizers.Adam(0.001)):
        weights = keras.Variable(np.zeros(5))
        for _ in range(200):
            optimizer.apply([keras.ops.convert_to_tensor(sizes, "float32")], [weights])
        shares.append(-weights.numpy() / 0.2)
    np.testing.assert_allclose(shares[0], [0.99, 0.30, 0.032, 0.0032, 0.00032], rtol=0.05)
    np.testing.assert_allclose(shares[1], [1.00, 1.00, 0.96, 0.72, 0.22], rtol=0.05)


def test_ten_sigmoid_layers_stay_at_chance_by_adams_epsilon(prose):
    import keras

    from vgcourse.measure.sweeping import sweep

    settings = {"depth": 10, "width": 8, "activation": "sigmoid", "initializer": "glorot_uniform", "epochs": 300}
    t1, ends = t1_circles()[:2], {}
    for epsilon in (1e-7, 1e-30):
        adam = keras.optimizers.Adam(0.001, epsilon=epsilon)
        runs = sweep(**settings, optimizer=adam, seeds=range(16), data=t1, progress=False)
        ends[epsilon] = np.array(runs.accuracy)
    assert "All end at .50; with $\\epsilon = 10^{-30}$ none does." in prose
    assert ends[1e-7].max() < 0.51 and ends[1e-30].min() > 0.55


@pytest.mark.parametrize("seed", range(5))
def test_equal_units_stay_equal_unless_one_of_their_two_kernels_differs(seed):
    starts, X, y, _ = symmetry._draw(np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    for start in starts:
        assert _different(symmetry._train(start, X, y)) == [1] * (len(start) - 1)
        for drawn in range(len(start)):
            weights = [(rng.normal(size=k.shape) if i == drawn else k, b) for i, (k, b) in enumerate(start)]
            parted = [i for i, n in enumerate(_different(symmetry._train(weights, X, y))) if n > 1]
            assert parted == [i for i in (drawn - 1, drawn) if 0 <= i < len(start) - 1]


def test_a_zero_start_gives_tanh_and_relu_no_kernel_gradient():
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3 == 0
    zero = [(np.zeros(shape), np.zeros(shape[1])) for shape in ((2, 4), (4, 4), (4, 1))]
    for activation in ("tanh", "relu"):
        ran = oracle.run(zero, activation, X, y.astype(float))
        assert not any(np.any(kernel) for kernel in ran.kernels)
        assert np.any(ran.biases[-1]) and not any(np.any(bias) for bias in ran.biases[:-1])


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    assert f"**Points** {sum(e.points for e in registry.exercises(LESSON.id)) + 2:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in SOLVED.cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(headings) == 6 and all(text.count("<details><summary>Hint") == 3 for text in headings)
    for text, exercise in zip(checked, registry.exercises(LESSON.id), strict=True):
        assert re.search(rf"★ \({exercise.points:g} points\)", text.splitlines()[0])


def _paths(walks):
    """(networks, layers), per weight."""
    return np.stack([np.abs(np.diff(k, axis=1)).mean(2).sum(1) for k in walks.values()], axis=1)


def _distances(walks):
    return np.stack([np.abs(k[:, -1] - k[:, 0]).mean(1) for k in walks.values()], axis=1)


def _different(weights):
    """How many units of each hidden layer differ, by what goes in."""
    return [symmetry._different(np.vstack([k, b])) for k, b in weights[:-1]]


def test_the_numbers_of_the_analyses(space, walks, prose):
    sd = {name: {layer: np.median(k.std(2), axis=0) for layer, k in of.items()} for name, of in walks.items()}
    ends = {name: {layer: [row[0], row[-1]] for layer, row in of.items()} for name, of in sd.items()}
    assert "`hidden_1` from 0.82 to 1.52, the other layers by 0.1 to 0.3" in prose
    assert ends["sigmoid"]["hidden_1"] == pytest.approx([0.82, 1.52], abs=0.06)
    grown = [end - start for layer, (start, end) in ends["sigmoid"].items() if layer != "hidden_1"]
    assert min(grown) > 0.05 and max(grown) < 0.3
    assert "`output` from 0.72 to 2.23, `hidden_4` from 1.00 to 1.30, `hidden_1` begins and ends at 0.82" in prose
    for layer, wanted in (("output", [0.72, 2.23]), ("hidden_4", [1.00, 1.30]), ("hidden_1", [0.82, 0.82])):
        assert ends["tanh"][layer] == pytest.approx(wanted, abs=0.08)
    assert "at a median accuracy of about .64, tanh at .995" in prose
    medians = [np.median(space["accuracy"][name]) for name in ("sigmoid", "tanh")]
    assert medians == pytest.approx([0.64, 0.995], abs=0.03)
    assert "gradient at the start 0.10, 0.017, 0.0048, 0.0023, 0.00018" in prose
    first = np.median(space["gradients"]["sigmoid"], axis=0)[::-1]
    np.testing.assert_allclose(first, [0.10, 0.017, 0.0048, 0.0023, 0.00018], rtol=0.05)
    assert "gradients 0.05 in the hidden layers and 0.12 in `output`" in prose
    level = np.median(space["gradients"]["tanh"], axis=0)
    np.testing.assert_allclose(level, [0.05, 0.05, 0.05, 0.05, 0.12], atol=0.005)


def test_what_the_analyses_say_of_motion(space, walks, prose):
    straight = np.median(_paths(walks["sigmoid"]) / _distances(walks["sigmoid"]), axis=0)[0]
    assert "Its path is 1.11 times its distance" in prose and straight == pytest.approx(1.11, abs=0.06)
    assert "go 40 and 45 % of all their way in the first ten epochs, that of `hidden_1` 7 %" in prose
    shares = {}
    for layer, kernel in walks["sigmoid"].items():
        steps = np.abs(np.diff(kernel.mean(2), axis=1))
        shares[layer] = np.median(steps[:, :10].sum(1) / steps.sum(1))
    found = [shares[layer] for layer in ("hidden_4", "output", "hidden_1")]
    assert found == pytest.approx([0.40, 0.45, 0.07], abs=0.04)
    assert "−3.0 to −3.1 in all layers but `hidden_1`, −3.2 there" in prose
    assert space["ratios"]["rmsprop"] == pytest.approx([-3.2, -3.1, -3.1, -3.1, -3.0], abs=0.08)
    assert "With RMSprop every layer is at −3, the picture of health" in prose


def test_what_the_analyses_say_of_symmetry(space, prose):
    assert "at a median accuracy of about .78" in prose
    assert space["parted"]["break_symmetry"][4] == pytest.approx(0.78, abs=0.1)
    assert "All five kernels drawn: .994" in prose and space["parted"]["all five"][4] == pytest.approx(
        0.994, abs=0.006
    )
    assert (
        "tanh moves no kernel by as much as $10^{-6}$ in 100 epochs; sigmoid moves four of five and ends at .5"
        in prose
    )
    assert [len(space["moving"][name]) for name in ("tanh", "sigmoid")] == [0, 4]
