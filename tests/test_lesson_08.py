"""Lesson 8: what its prose claims is what its code and its kept runs show, and nobody gets stuck.

The solved notebook and the student's run once each, cell by cell, in a process of their own without Jupyter.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.lesson_runs import number
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.exercises.ways_out import cheapest, factors, norms, pretraining
from vgcourse.course.lesson import Lesson
from vgcourse.published.kept.ways import marks, set_ups, transformer, ways_runs
from vgcourse.published.kept.ways.stack import Layers

LESSON = Lesson("08_ways_out", Path(__file__).parents[1])
SOLVED = solved_notebook(LESSON)
TABLE = ways_runs()
DIGITS = TABLE[TABLE.net == "digits"]
NETS = ("20 sigmoid", "20 relu", "50 relu")
EXERCISES = registry.exercises(LESSON.id)


def digits(way, optimizer, epochs):
    rows = DIGITS[(DIGITS.way == way) & (DIGITS.optimizer == optimizer) & (DIGITS.epochs == epochs)]
    assert len(rows) == 16
    return rows.accuracy.to_numpy()


def deep(net, way, column="accuracy", rate=None):
    rows = TABLE[(TABLE.net == net) & (TABLE.way == way) & ((TABLE.rate == rate) if rate else True)]
    assert len(rows) == 16
    return rows[column].to_numpy()


def middle(values):
    return pytest.approx(np.median(values), abs=0.0006)


def test_the_solved_lesson_passes_all_its_checks_in_less_than_1_gb(solved):
    checks = [cell for cell in solved["cells"] if cell["source"].startswith("check(")]
    assert len(checks) == len(EXERCISES) == 5
    assert [cell["source"] for cell in checks if cell["failed"]] == []
    assert solved["peak_mb"] < 1000


def test_an_unanswered_lesson_runs_through_and_every_check_says_open(unanswered):
    assert [cell["failed"] for cell in unanswered["cells"] if cell["source"].startswith("check(")] == ["blank"] * 5
    text = "\n".join(cell["text"] for cell in unanswered["cells"])
    assert "theory, wide layers: 1.211" in text and "the sweep cost" in text and unanswered["peak_mb"] < 1000


# Section 1 and 2


def test_the_patient_loses_the_error_and_patience_pays_with_adam_alone(printed, prose):
    assert number(printed, "factor of a layer, 16 seeds:") == pytest.approx(0.234, abs=0.002)
    assert number(printed, "down to layer 1:") == pytest.approx(7e-4, rel=0.05)
    assert "Seven parts in ten thousand arrive" in prose
    assert all(np.median(digits("as it is", "sgd", epochs)) == pytest.approx(0.1, abs=0.002) for epochs in (10, 1000))
    assert middle(digits("as it is", "adam", 1000)) == 0.930 and "reaches .930 in a thousand epochs" in prose
    assert "a hundred times the epochs bought SGD nothing (.10) and Adam .930" in prose
    work = DIGITS[DIGITS.way == "as it is"].groupby("epochs").work.first()
    assert "in billions: 0.3 for ten epochs, 30 for a thousand" in prose
    assert work[10] == pytest.approx(0.3, abs=0.01) and work[1000] == pytest.approx(30, abs=0.5)


def test_a_better_start_reaches_more_for_less(prose):
    assert "A better start will reach more than .930 with 0.9" in prose
    start = DIGITS[(DIGITS.way == "right variance") & (DIGITS.epochs == 30)]
    assert start.work.max() == pytest.approx(0.9, abs=0.02)
    assert min(np.median(digits("right variance", kind, 30)) for kind in ("sgd", "adam")) > 0.930


def test_pre_training_helps_and_most_of_it_is_the_size(prose):
    pre, mixed, centred = (
        digits(way, "sgd", 100)
        for way in ("pre-trained", "pre-trained, shuffled", "pre-trained, shuffled, re-centred")
    )
    assert middle(pre) == 0.958 and middle(centred) == 0.947 and middle(digits("right variance", "sgd", 100)) == 0.972
    assert (
        "around .958" in prose
        and "Yes, from .10 to .958" in prose
        and "reach .947 against .958" in prose
        and "re-centred: .947" in prose
        and "no pre-training: .972" in prose
    )
    assert np.median(mixed) < 0.93 and np.ptp(mixed) > 0.2
    assert (
        np.median(digits("pre-trained", "sgd", 30))
        > np.median(centred_30 := digits("pre-trained, shuffled, re-centred", "sgd", 30)) + 0.2
        and np.median(centred_30) > 0.3
    )
    for epochs in (10, 30, 100):
        assert np.median(digits("right variance", "sgd", epochs)) > np.median(digits("pre-trained", "sgd", epochs))
    factor = DIGITS[DIGITS.way == "right variance"].factor.median()
    assert factor == pytest.approx(0.84, abs=0.006) and "a factor of .84" in prose


def test_the_pre_trained_nets_took_the_steps_that_the_text_says(prose):
    assert "a thousand steps of plain descent each (the kept runs had six, and 4,200 steps of Adam for each" in prose
    orders = set_ups.orders_of(1347, set_ups._BATCH["digits"], set_ups._PRE_EPOCHS, [0])
    assert len(orders) == 4200 and set_ups.SICK.depth == 6


def test_an_autoencoder_makes_its_kernels_larger_and_its_factor(printed, prose):
    fresh, trained = (
        np.array([[float(m) for m in pair] for pair in re.findall(r"√n ([\d.]+), factor ([\d.]+)", line)])
        for line in printed.splitlines()
        if line.startswith(("fresh", "trained"))
    )
    assert fresh.shape == trained.shape == (2, 2)
    assert (trained[:, 0] > 1.3 * fresh[:, 0]).all() and (trained[:, 1] > fresh[:, 1] + 0.02).all()
    kept = DIGITS[DIGITS.epochs == 10].groupby("way").factor.median()
    assert kept[["as it is", "pre-trained"]].to_list() == pytest.approx([0.23, 0.56], abs=0.006)
    assert "from .23 to .56" in prose


# Section 3


NINE = [
    "as it is",
    "pre-trained",
    "gate",
    "skip",
    "relu",
    "relu and He",
    "batch norm",
    "layer norm",
    "right variance",
]
SUMS = ("skip", "gate")


def medians(optimizer, epochs=30):
    rows = DIGITS[(DIGITS.optimizer == optimizer) & (DIGITS.epochs == epochs)]
    return rows.groupby("way").accuracy.median()


def test_every_way_out_is_one_with_adam(prose):
    found = medians("adam")[NINE[1:]]
    found["1,000 epochs"] = np.median(digits("as it is", "adam", 1000))
    assert medians("adam")["as it is"] == pytest.approx(0.33, abs=0.005) and found.min() >= 0.80
    assert len(found) == 9 and sum(found > 0.9301) == 7
    assert "from .33 in thirty epochs to .80 at least, and seven of the nine pass .93" in prose


def test_patience_and_pre_training_are_dear_and_reach_less(prose):
    work = DIGITS[DIGITS.epochs == 30].groupby("way").work.first()
    assert [work[way] for way in ("pre-trained", "skip", "gate")] == pytest.approx([6.7, 0.91, 1.53], abs=0.01)
    assert medians("adam")["pre-trained"] == pytest.approx(0.804, abs=0.0006)
    assert medians("adam")["pre-trained"] == medians("adam")[NINE[1:]].min()
    assert "They cost 30 and 6.7, the others 0.9 (the gate" in prose and ".930 and .804 with Adam" in prose


def test_the_sums_and_the_right_variance_are_sure_with_both_optimizers(prose):
    for way in (*SUMS, "right variance"):
        assert min(digits(way, kind, 30).min() for kind in ("sgd", "adam")) >= 0.92, way
    assert min(digits(way, kind, 30).min() for way in SUMS for kind in ("sgd", "adam")) > 0.92
    assert "all 32 runs of each are above .92" in prose


def test_relu_is_at_home_with_adam_and_a_gamble_with_sgd(prose):
    assert middle(digits("relu", "adam", 30)) == 0.953 and middle(digits("relu and He", "adam", 30)) == 0.962
    assert ".953, and with He's weights .962" in prose
    loose, he = digits("relu", "sgd", 30), digits("relu and He", "sgd", 30)
    assert [loose.min(), loose.max(), he.min(), he.max()] == pytest.approx([0.1, 0.964, 0.1, 0.969], abs=0.0006)
    assert "from .100 to .964, with He's weights up to .969" in prose
    late = digits("relu and He", "sgd", 100)
    assert middle(late) == 0.292 and "the median with He's weights is *lower*, .292" in prose
    assert np.sum((he > 0.9) & (late < 0.9)) >= 2  # learned, and lost


def test_batch_norm_is_best_with_both_and_soon(prose):
    assert all(medians(kind)[NINE].idxmax() == "batch norm" for kind in ("sgd", "adam"))
    assert [middle(digits("batch norm", kind, 30)) for kind in ("sgd", "adam")] == [0.974, 0.977]
    assert all(np.median(digits("batch norm", kind, 10)) > 0.95 for kind in ("sgd", "adam"))
    assert (
        "**Batch norm is the best of all with both**, .974 and .977, and after ten epochs already above .95" in prose
    )
    assert "Batch norm is the cheapest: above .95 in ten epochs" in prose
    # up: its square, 1 / s, gamma; down: gamma, hat for dL/dgamma, g hat, hat times its mean, 1 / s
    assert "some eight numbers a unit and example, up and down, beside the 96 of the matrix products" in prose


def test_layer_norm_is_second_with_adam_and_spreads_with_sgd(prose):
    assert medians("adam")[NINE].drop("batch norm").idxmax() == "layer norm"
    assert middle(digits("layer norm", "adam", 30)) == 0.969 and "second with Adam** (.969)" in prose
    spread = digits("layer norm", "sgd", 30)
    assert [spread.min(), spread.max()] == pytest.approx([0.1, 0.924], abs=0.0006)
    factor = DIGITS[DIGITS.way == "layer norm"].factor.median()
    assert factor == pytest.approx(0.39, abs=0.005) and factor**5 < 0.01
    assert "with SGD its runs spread from .100 to .924" in prose
    assert "Adam makes up for that, and so does SGD in 100 epochs, with .960." in prose
    assert middle(digits("layer norm", "sgd", 100)) == 0.960
    assert "with SGD, in thirty epochs, the sums (skip, gate), batch norm and the right variance are sure" in prose
    assert "Its factor is .39 a layer: less than a hundredth" in prose


def test_of_the_four_ways_that_are_asked_for_one_is_sure(printed):
    lowest = {way: digits(way, "sgd", 30).min() for way in NINE}
    assert [way for way in ("relu and He", "layer norm", "pre-trained", "skip") if lowest[way] > 0.94] == ["skip"]
    assert min(lowest[way] for way in ("batch norm", "gate", "right variance")) > 0.94
    assert max(lowest[way] for way in ("relu and He", "layer norm", "pre-trained")) < 0.8


def test_the_cheapest_way_is_batch_norm_and_the_sweep_costs_three_thousand_times_as_much(printed, prose):
    assert "sgd : ('batch norm', 10), 0.30" in printed and "adam: ('batch norm', 10), 0.30" in printed
    bills = [float(bill.replace(",", "")) for bill in re.findall(r"the sweep cost ([\d,]+)", printed)]
    assert len(bills) == 2 and all(2900 < bill / 0.30259 < 3200 for bill in bills)
    assert "some three thousand times" in prose and "in ten epochs: 0.30 billion" in prose


def test_units_die_at_high_rates_and_some_wake_at_a_low_one(prose):
    share = {
        rate: (deep("10 of 8", "relu", "dead_start", rate).mean(), deep("10 of 8", "relu", "dead", rate).mean())
        for rate in (0.001, 0.03)
    }
    assert share[0.001][1] < share[0.001][0] - 0.02 and "At the lowest rate the share *falls*" in prose
    assert share[0.03][1] == pytest.approx(0.455, abs=0.002) and "nearly half of relu's units end dead" in prose


def test_relus_relatives_bring_nothing_here(prose):
    kinds = {way: deep("10 of 8", way, rate=0.03) for way in ("relu", "leaky_relu", "elu", "gelu")}
    assert [int(np.sum(a > 0.95)) for a in kinds.values()] == [16, 14, 16, 16]
    assert "Leaky relu passes .95 in 14 of 16, ELU and GELU in all" in prose
    assert all(0.9885 < np.median(a) < 0.9935 for a in kinds.values()) and "between .989 and .993" in prose


# Section 4


def test_the_way_back_is_a_difference_quotient(printed):
    assert number(printed, "relative error") < 1e-6
    assert number(printed, "largest sum of dL/dz over the batch:") < 1e-12


def test_batch_norm_grows_the_error_whatever_the_kernels(printed, prose):
    one, hundred, hundredth = (float(m) for m in re.findall(r"factor of a layer ([\d.]+)", printed))
    assert "with kernels a hundred times too small the factor is 0.3" in prose and 0.25 < hundredth < 0.35
    assert one == pytest.approx(hundred, abs=0.003) and one == pytest.approx(1.2112, abs=0.025)
    grown = [1.2112**layers for layers in (10, 20, 50)]
    assert grown == pytest.approx([7, 46, 14_500], rel=0.05)
    assert (
        "grow by about 1.21" in prose and "grows the error by 1.21 a layer" in prose and "1.21 is harmless" in prose
    )
    assert "To the power of ten it is 7, of twenty 46, of fifty about 14,500" in prose


def test_batch_norm_rescues_twenty_sigmoid_layers_and_breaks_fifty_of_relu(prose):
    assert set(deep("20 sigmoid", "none")) == set(deep("20 sigmoid", "layer")) == {0.5}
    assert middle(deep("20 sigmoid", "batch")) == 0.992 and deep("20 sigmoid", "batch").min() > 0.95
    assert middle(deep("50 relu", "none")) == 0.996 and np.sum(deep("50 relu", "none") > 0.95) == 15
    assert middle(deep("50 relu", "batch")) == 0.523 and np.sum(deep("50 relu", "batch") > 0.95) == 0
    assert "from .500 to .992" in prose and "from .996 to .523" in prose


def test_what_is_left_of_the_error_is_the_factor_of_all_layers(prose):
    wanted = {("20 sigmoid", "none"): 0.22, ("20 sigmoid", "batch"): 1.17, ("50 relu", "none"): 0.97}
    wanted |= {("50 relu", "batch"): 1.26, ("20 sigmoid", "layer"): 0.39}
    for (net, way), factor in wanted.items():
        assert np.median(deep(net, way, "factor")) == pytest.approx(factor, abs=0.006)
        assert f"{factor:g}".lstrip("0") in prose
    lost, grown, blown = (
        np.median(deep(net, way, "factor")) ** (layers - 1)
        for net, way, layers in (("20 sigmoid", "none", 20), ("20 sigmoid", "batch", 20), ("50 relu", "batch", 50))
    )
    assert 1e-13 < lost < 1e-12 and "takes the error down to .22 of it, and less than $10^{-12}$ is left" in prose
    assert (
        grown == pytest.approx(18, abs=1)
        and "each makes 1.17 times as much of it, a factor of eighteen in all" in prose
    )
    assert 7e4 < blown < 1e5 and "1.26 a layer, nearly $10^5$ in all" in prose


def test_layer_norm_has_the_levellest_factor_at_fifty_and_learns_nothing(prose):
    names = ("none", "batch", "layer")
    levels = {(net, way): np.median(deep(net, way, "factor")) for net in NETS for way in names}
    assert min(levels, key=lambda case: abs(np.log(levels[case]))) == ("50 relu", "layer")
    assert levels["50 relu", "layer"] == pytest.approx(1.0, abs=0.005) and "1.00, the levellest of all nine" in prose
    assert set(deep("50 relu", "layer")) == {0.5} and "And .500: nothing is learned" in prose


def test_layer_norm_takes_the_rings_together_and_the_points(printed, prose):
    found = re.findall(
        r"(\d+) layers, (no norm|layer norm(?:, third input)?) +rings apart ([\d.]+), spread ([\d.]+)", printed
    )
    apart = {(int(n), name): (float(a), float(s)) for n, name, a, s in found}
    assert len(apart) == 6
    for depth in (20, 50):
        assert apart[depth, "no norm"][0] == pytest.approx(1.1, abs=0.25)
        assert apart[depth, "layer norm"][0] < 0.1 < 0.2 < apart[depth, "layer norm, third input"][0] < 0.45
        assert apart[depth, "no norm"][1] > 0.4
    assert "brings some of it back, about 0.3" in prose
    assert apart[50, "layer norm"][1] == pytest.approx(0.05, abs=0.02)
    assert apart[50, "layer norm"][1] < apart[20, "layer norm"][1] / 2


def test_the_third_input_helps_at_twenty_and_not_at_fifty(prose):
    third = "layer, a third input of 1"
    above = [int(np.sum(deep(net, way) > 0.95)) for net in ("20 relu", "50 relu") for way in ("layer", third)]
    assert above == [12, 16, 0, 0]
    assert "12 of 16 nets pass .95 without the third input, all 16 with it" in prose and "none and none" in prose


# Section 5


def test_post_norms_gradient_is_level_and_it_wants_a_warm_up_all_the_same(prose):
    post, pre = (deep("transformer", way, "first_last", 0.003) for way in ("post", "pre"))
    assert 0.3 < np.median(post) < 2 and post.min() > 0.1 and 1 < np.median(pre) < 6
    said = {
        ("post", 0.003, 0.18): "learns next to nothing: .18" in prose,
        (
            "post, warm-up",
            0.003,
            0.76,
        ): "A warm-up over the first 150 steps, and nothing else changed, takes it to .76" in prose,
        ("pre", 0.003, 0.98): "needs none: .98" in prose,
        ("post", 0.001, 0.80): ".80 in the same 300 steps" in prose,
    }
    for (way, rate, accuracy), stands in said.items():
        assert stands and np.median(deep("transformer", way, rate=rate)) == pytest.approx(accuracy, abs=0.006)
    assert deep("transformer", "post", rate=0.003).max() < deep("transformer", "post, warm-up").min()


def test_patient_and_transformer_are_as_the_lesson_says(prose):
    assert Layers(6, 32) == set_ups.SICK and "The patient has 64 inputs" in prose
    assert (transformer.WIDTH, transformer.HEADS, transformer.SYMBOLS, transformer.PLACES) == (32, 4, 8, 8)
    assert {one.depth for one in transformer.SET_UPS} == {12} and "A small transformer, twelve blocks" in prose


def test_who_does_not_look_at_the_sequence_is_right_in_two_places_of_five(prose):
    symbols = np.sort(np.random.default_rng(0).integers(0, 8, (200_000, 8)))
    likeliest = [np.bincount(place).max() / len(place) for place in symbols.T]
    assert np.mean(likeliest) == pytest.approx(0.406, abs=0.002)
    assert "without a look at the sequence, in .41 of them" in prose and "after 300 steps of Adam, 16 seeds" in prose
    assert set(TABLE[TABLE.net == "transformer"].updates) == {300}
    assert np.median(deep("transformer", "post", rate=0.003)) < 0.41


def test_the_model_answer_has_the_factors_of_the_kept_runs():
    wanted = {("20 sigmoid", "layer"): 0.39, ("20 sigmoid", "batch"): 1.17, ("50 relu", "batch"): 1.26}
    for (net, way), factor in {**wanted, ("50 relu", "layer"): 1.00}.items():
        assert round(float(np.median(deep(net, way, "factor"))), 2) == factor
    assert set(deep("50 relu", "layer")) == {0.5}


def test_the_words_for_figures_2_and_3_are_those_of_the_kept_runs():
    found = {kind: {way: digits(way, kind, 30) for way in NINE} for kind in ("sgd", "adam")}
    for ways in found.values():
        middles = {way: np.median(values) for way, values in ways.items()}
        assert max(middles, key=middles.get) == "batch norm" and middles["batch norm"] == pytest.approx(
            0.975, abs=0.006
        )
        assert all(0.935 < middles[way] < 0.965 for way in ("skip", "gate", "right variance"))
    three = ("relu", "relu and He", "layer norm")
    assert all(found["sgd"][way].min() < 0.11 and found["sgd"][way].max() > 0.9 for way in three)
    assert all(found["adam"][way].min() > 0.93 for way in three)
    assert digits("as it is", "sgd", 1000).max() < 0.11
    bills = DIGITS[DIGITS.epochs == 30].groupby("way").work.median().round(1)
    assert (bills[NINE].drop(["gate", "pre-trained"]) == 0.9).all() and tuple(bills[["gate", "pre-trained"]]) == (
        1.5,
        6.7,
    )
    assert DIGITS[DIGITS.epochs == 1000].work.median() == pytest.approx(30.3, abs=0.05)
    assert (
        deep("20 sigmoid", "batch").min() > 0.97
        and max(deep("20 sigmoid", w).max() for w in ("none", "layer")) < 0.51
    )
    assert [int(np.sum(deep("20 relu", way) > 0.95)) for way in ("none", "batch", "layer")] == [16, 16, 12]
    assert (
        deep("50 relu", "none").min() > 0.9 and max(deep("50 relu", way).max() for way in ("batch", "layer")) < 0.56
    )


def test_figure_4_shows_what_is_said_of_it():
    nets = dict(zip("ABCDE", marks.five_nets(seed=0), strict=True))
    size = {name: net["size"] for name, net in nets.items()}
    assert 0.45 < size["A"][0] < 0.6 and 4.4 < size["A"][-1] < 5 and size["E"][-1] < 0.5 * size["E"][0]
    assert all(np.all((size[name] > 0.4) & (size[name] < 0.65)) for name in "BCD")
    arrives = {name: net["gradient"][0] / net["gradient"][-1] for name, net in nets.items()}
    assert arrives["D"] < arrives["B"] < 1e-2 and 2 < arrives["C"] < 5
    assert all(0.4 < arrives[name] < 1.6 for name in "AE")
    assert 0.4 < nets["E"]["zeros"].mean() < 0.6 and not any(nets[name]["zeros"].any() for name in "ABCD")
    assert nets["C"]["unit_mean"].max() < 1e-8 and nets["B"]["example_mean"].max() < 1e-8


# The checks' own ground


def test_the_formula_of_batch_norm_is_a_difference_quotient():
    for z, gamma, beta, error, eps in norms._draw(np.random.default_rng(4)):
        found = norms.back(z, gamma, error, eps)[0]
        step = np.zeros_like(z)
        step[1, 2] = 1e-6 * max(1, abs(z[1, 2]))
        up, down = (np.sum(error * norms.up(z + way * step, gamma, beta, eps)) for way in (1, -1))
        size = np.abs(found).max()
        assert found[1, 2] == pytest.approx((up - down) / (2 * step[1, 2]), rel=1e-4, abs=1e-4 * size)


def test_an_autoencoders_steps_go_down_the_loss():
    X, layers, *_ = pretraining._draw(np.random.default_rng(4))[0]

    def loss(W, b, V, c):
        return np.sum((pretraining.code_of(X, W, b) @ V + c - X) ** 2) / (2 * len(X))

    start = layers[0]
    one = pretraining.trained(X, start, 1e-6, 1)
    for part in range(4):
        moved = [*start]
        step = np.zeros_like(start[part])
        step.ravel()[0] = 1e-6
        up, down = (loss(*moved[:part], start[part] + way * step, *moved[part + 1 :]) for way in (1, -1))
        slope = (start[part] - one[part]).ravel()[0] / 1e-6
        assert slope == pytest.approx((up - down) / 2e-6, rel=1e-3)


def test_the_factor_of_the_check_is_a_tapes():
    import tensorflow as tf

    X, kernels, error = factors._draw(np.random.default_rng(1))[0]
    h = first = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(first)
        for W in kernels:
            mean, variance = tf.nn.moments(h @ W, axes=[0])
            h = tf.nn.relu((h @ W - mean) / tf.sqrt(variance + 1e-3))
        loss = tf.reduce_sum(h * error)
    np.testing.assert_allclose(factors.errors(X, kernels, error)[0], tape.gradient(loss, first), rtol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_every_misreading_of_the_markets_chooses_otherwise_in_one_of_them(seed):
    markets = cheapest.draw(np.random.default_rng(seed))
    serving = [market for market in markets if market.choice() is not None]
    assert 0 < len(serving) < len(markets)
    for reading, made in cheapest._READINGS.items():
        for dress in zip(*map(made, serving), strict=True):
            assert list(dress) != [market.choice() for market in serving], reading
    for market in markets[:2]:
        one, strict = market.accuracy[:, :, 0] >= market.target, market.accuracy > market.target
        assert not np.allclose(one, market.shares()) and not np.allclose(strict.mean(2), market.shares())


def test_the_points_that_the_lesson_announces_are_those_it_gives(prose):
    assert f"**Points** {sum(e.points for e in EXERCISES) + 2:g}." in prose


def test_every_exercise_shows_its_stars_its_points_and_three_hints():
    texts = [cell.source for cell in SOLVED.cells if cell.cell_type == "markdown"]
    headings = [text[text.index("### Exercise") :] for text in texts if "### Exercise" in text]
    checked = [text for text in headings if "read by a person" not in text]
    assert len(headings) == 6 and all(text.count("<details><summary>Hint") == 3 for text in headings)
    for text, exercise in zip(checked, EXERCISES, strict=True):
        assert re.search(rf"★ \({exercise.points:g} points\)", text.splitlines()[0])
