import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vgcourse.errors import CourseError
from vgcourse.published import claims, many_seeds, report, reproduce
from vgcourse.published.experiments import Experiment, Published, experiments, load, select
from vgcourse.published.kept import report_rows

ALL = {e.id: e for e in experiments(Path("mnist.npz"))}


# The table of experiments


def test_every_experiment_has_a_name_of_its_own():
    assert len(ALL) == len(experiments(Path("mnist.npz")))


@pytest.mark.parametrize(
    "id, settings, published",
    [
        ("T1.relu1", (1, 5, "relu", "glorot_uniform", "adam", 100, 32), [("loss", 0.2404), ("accuracy", 0.973)]),
        ("T1.sig3", (3, 5, "sigmoid", "glorot_uniform", "adam", 100, 32), [("loss", 0.6922), ("accuracy", 0.533)]),
        (
            "T1.sig4",
            (4, 5, "sigmoid", "normal", "rmsprop", 100, 32),
            [("loss", 0.665), ("accuracy", 0.588), ("accuracy", 0.652)],
        ),
        (
            "T2.tanh5",
            (5, 5, "tanh", "uniform", "sgd", 500, 32),
            [("accuracy", 0.53), ("test_accuracy", 0.468)],
        ),
        ("T2.relu20", (20, 5, "relu", "he_uniform", "sgd", 500, 32), []),
        ("T3.leaky.digits", (5, 10, "leaky_relu", "glorot_uniform", "adam", 100, 30), [("gradient_ratio", 6)]),
    ],
)
def test_set_ups_are_the_published_ones(id, settings, published):
    e = ALL[id]
    assert settings == (e.depth, e.width, e.activation, e.initializer, e.optimizer, e.epochs, e.batch_size)
    assert list(e.published) == [Published(*figure) for figure in published]


def test_a_change_keeps_the_rest_and_claims_no_published_figure():
    base, changed = ALL["T1.sig4"], ALL["T1.sig4+glorot"]
    assert replace(changed, id=base.id, initializer="normal", published=base.published, change="") == base
    assert all(not e.published for e in ALL.values() if "+" in e.id)


def test_optimizers_have_the_published_settings():
    sgd, adam = many_seeds._optimizer(ALL["T2.tanh5"]), many_seeds._optimizer(ALL["T1.sig1+rate10"])
    assert (type(sgd).__name__, float(sgd.learning_rate), sgd.momentum) == ("SGD", pytest.approx(0.01), 0.9)
    assert (type(adam).__name__, float(adam.learning_rate)) == ("Adam", pytest.approx(0.01))
    assert float(many_seeds._optimizer(ALL["T1.sig4"]).learning_rate) == pytest.approx(0.001)


def test_names_select_one_experiment_its_changes_or_a_whole_tutorial():
    assert [e.id for e in select(ALL.values(), ["T1.relu1"])] == ["T1.relu1"]
    assert {e.id[:2] for e in select(ALL.values(), ["T3"])} == {"T3"}
    assert "T2.tanh5+glorot" in [e.id for e in select(ALL.values(), ["T2.tanh5", "T2.tanh5"])]
    assert len(select(ALL.values(), None)) == len(ALL)


def test_mnist_is_an_experiment_only_where_there_is_a_file_of_it():
    assert not any("mnist" in e.id for e in experiments())
    named = [e for e in experiments(Path("mnist.npz")) if "mnist" in e.id]
    assert len(named) == 3 and {e.file for e in named} == {Path("mnist.npz")}
    here, there = (many_seeds._file(Path(), "runs", replace(named[0], file=Path(file))) for file in "ab")
    assert here == there, "what was run is kept, wherever the file lies"


def test_a_file_that_is_no_mnist_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"no")
    for file, said in (("mnist.npz", "is no MNIST file"), ("other.npz", "there is no file")):
        with pytest.raises(CourseError, match=said):
            reproduce.run(tmp_path / "out", seeds=1, progress=False, mnist=tmp_path / file)
    assert not (tmp_path / "out").exists()


# Running and keeping


def rows(seeds):
    return pd.DataFrame({"seed": list(seeds), "accuracy": [seed / 100 for seed in seeds]})


def test_finished_runs_survive_an_interruption_and_are_not_run_again(tmp_path):
    asked = []

    def interrupted(seeds):
        if asked:
            raise KeyboardInterrupt
        asked.extend(seeds)
        return rows(seeds)

    file, ticks = tmp_path / "runs" / "a.csv.gz", []
    with pytest.raises(KeyboardInterrupt):
        many_seeds._kept(file, list(range(10)), interrupted, ticks.append, chunk=4)
    assert asked == [0, 1, 2, 3]

    def resumed(seeds):
        asked.extend(seeds)
        return rows(seeds)

    ticks.clear()
    frame = many_seeds._kept(file, list(range(10)), resumed, ticks.append, chunk=4)
    assert asked == list(range(10)) and ticks == [4, 4, 2]
    pd.testing.assert_frame_equal(frame, rows(range(10)), check_dtype=False)
    assert list(many_seeds._kept(file, [3, 5], resumed, ticks.append)["seed"]) == [3, 5]
    assert asked == list(range(10))


def test_an_interrupted_sweep_that_returns_what_it_has_is_kept_and_stops(tmp_path):
    file = tmp_path / "runs" / "a.csv.gz"
    with pytest.raises(KeyboardInterrupt):
        many_seeds._kept(file, list(range(10)), lambda seeds: rows(seeds[:3]), int, chunk=5)
    assert list(pd.read_csv(file)["seed"]) == [0, 1, 2]


def test_a_changed_set_up_is_not_served_from_the_old_one_s_file(tmp_path):
    e = ALL["T1.sig4"]
    assert many_seeds._file(tmp_path, "runs", e) == many_seeds._file(tmp_path, "runs", replace(e, published=()))
    assert many_seeds._file(tmp_path, "runs", e) != many_seeds._file(tmp_path, "runs", replace(e, width=6))


SMALL = replace(ALL["T2.relu5"], epochs=3, depth=2)


def test_a_swept_run_is_the_run_that_train_makes(tmp_path):
    from vgcourse.measure.training import train
    from vgcourse.nets.models import mlp

    frame = many_seeds.measure(SMALL, range(3), tmp_path)
    split = load(ALL["T2.tanh1"])
    for seed in range(3):
        model = mlp(2, activation="relu", initializer="he_uniform", output_initializer="glorot_uniform", seed=seed)
        optimizer = many_seeds._optimizer(SMALL)
        recording = train(model, split.X_train, split.y_train, epochs=3, optimizer=optimizer, seed=seed)
        test = np.mean((np.asarray(model(split.X_test))[:, 0] > 0.5) == split.y_test)
        assert frame["loss"][seed] == pytest.approx(recording.loss[-1], abs=1e-4)
        assert frame["accuracy"][seed] == pytest.approx(recording.accuracy[-1], abs=0.005)
        assert frame["test_accuracy"][seed] == pytest.approx(test, abs=0.005)


def test_a_trace_holds_every_epoch_and_layer(tmp_path):
    frame = many_seeds.trace(SMALL, range(2), tmp_path)
    table = claims.per_epoch({"x": frame}, "x", "kernel", "std")
    assert list(table.index) == [(seed, epoch) for seed in (0, 1) for epoch in (-1, 0, 1, 2)]
    assert list(table.columns) == ["hidden_1", "hidden_2", "output"]
    assert table["hidden_2"].iloc[0] == pytest.approx(np.sqrt(2 / 5), rel=0.4)  # He
    assert frame.groupby(["seed", "epoch"])["loss"].nunique().eq(1).all()


def test_t3_measures_gradients_while_it_learns():
    e = replace(ALL["T3.relu.digits"], depth=2, iterations=300)
    run = many_seeds._t3_run(e, load(e), seed=0)
    assert run["accuracy"] > 0.5 and run["loss"] < 1.5  # chance is .1, and ln 10 = 2.3
    assert run["gradient_ratio"] == pytest.approx(run["gradient_output"] / run["gradient_hidden_1"])
    assert 0.1 < run["ratio_at_start"] < 10 and 0 <= run["negative_share"] <= 1


def test_passes_show_every_example_equally_often():
    counts = np.bincount(many_seeds._passes(7, 21, seed=0))
    assert (counts == 3).all() and len(many_seeds._passes(7, 20, seed=0)) == 20
    assert sorted(many_seeds._passes(7, 7, seed=1)) == list(range(7))


def test_long_runs_are_fewer_but_never_under_ten():
    assert reproduce._runs_of(ALL["T1.sig4"], 100) == 100
    assert reproduce._runs_of(ALL["T2.relu20+width32"], 100) == 10
    assert 10 < reproduce._runs_of(ALL["T2.tanh5+width25"], 100) < 100
    assert reproduce._runs_of(ALL["T2.tanh10+width25"], 3) == 3


# The report


def test_the_percentile_counts_ties_half():
    assert report.percentile(np.array([0.1, 0.2, 0.2, 0.4]), 0.2) == 50
    assert report.percentile(np.array([0.1, 0.2]), 0.0) == 0
    assert report.percentile(np.array([0.1, 0.2]), 0.3) == 100


@pytest.mark.parametrize(
    "share, word",
    [
        (1.0, "holds"),
        (0.9, "holds"),
        (0.75, "usually"),
        (0.5, "a coin toss"),
        (0.2, "seldom"),
        (0.0, "does not hold"),
    ],
)
def test_verdicts(share, word):
    assert claims.verdict(share) == word


def trace_frame(quantity, statistic, values):
    """One seed; values is layer -> one number per epoch, from -1."""
    parts = [
        pd.DataFrame({"seed": 0, "epoch": np.arange(len(v)) - 1.0, "layer": k, "quantity": quantity, statistic: v})
        for k, v in values.items()
    ]
    return {"x": pd.concat(parts)}


@pytest.mark.parametrize("late, answer", [(0.0, True), (0.5, False)])
def test_early_moves_are_told_from_late_ones(late, answer):
    mean = np.concatenate([np.linspace(0, 1, 11), 1 + late * np.arange(1, 31)])
    assert claims._means_move_early(trace_frame("kernel", "mean", {"hidden_1": mean}), "x")[0] == answer


@pytest.mark.parametrize("other, answer", [(1.1, True), (1.4, False)])
def test_a_growing_first_layer_is_told_from_all_layers_growing(other, answer):
    traces = trace_frame("kernel", "std", {"hidden_1": [1, 1.5], "hidden_2": [1, other], "output": [1, 1.0]})
    assert claims._only_first_spreads(traces, "x")[0] == answer


@pytest.mark.parametrize("output, answer", [(0.4, True), (0.02, False)])
def test_gradients_in_the_last_layer_only(output, answer):
    sizes = {name: [-0.01, 0.01, 0.02] for name in claims.HIDDEN} | {"output": [output, -output, output]}
    assert claims._in_last_layer_only(trace_frame("kernel_gradient", "mean", sizes), "x")[0] == answer


@pytest.mark.parametrize("middle, answer", [(0.001, True), (0.2, False)])
def test_a_quiet_middle(middle, answer):
    sizes = {"hidden_1": [0.1], "hidden_2": [middle], "hidden_3": [0.001], "hidden_4": [0.001], "output": [0.1]}
    assert claims._middle_is_quiet(trace_frame("kernel_gradient", "mean_abs", sizes), "x")[0] == answer


def test_epochs_to_a_loss_are_counted_and_infinite_where_never_reached():
    frame = pd.DataFrame({"seed": [0] * 3 + [1] * 3, "epoch": [-1, 0, 1] * 2, "loss": [0.7, 0.2, 0.1, 0.7, 0.6, 0.5]})
    assert list(claims._epochs_to({"x": frame}, "x", 0.3)) == [1, np.inf]


def test_t3_shows_test_accuracy_and_ratio_whether_published_or_not():
    numbers = {"seed": [0, 1], "accuracy": [0.2, 0.4], "gradient_ratio": [20.0, 40.0]}
    chosen = [ALL["T3.sigmoid.digits"], ALL["T3.relu.digits"]]
    table = report.published_table(chosen, {e.id: pd.DataFrame(numbers) for e in chosen})
    assert table["quantity"].value_counts().to_dict() == {"test accuracy": 2, "|gradient|, last / first layer": 2}
    published = table[table["published"] != ""]
    assert published[["published", "median", "percentile"]].to_numpy().tolist() == [["30.0", "30.0", "50"]]


def test_claims_about_final_accuracy_follow_the_numbers():
    numbers = {"seed": [0, 1], "accuracy": [0.55, 0.75], "gradient_ratio": [9, 9], "negative_share": [1, 0.5]}
    frames = {id: pd.DataFrame(numbers) for id in ALL}
    table = report.claims_table(frames, {}).set_index("claim")
    assert table.loc["Five tanh layers no longer learn", "true in"] == "1 of 2 seeds"
    assert table.loc["Relu still learns with 15 layers", "verdict"] == "a coin toss"
    assert table.loc["Sigmoid is far less accurate than relu", "verdict"] == "does not hold"


def test_the_report_gives_each_way_out_a_row_with_its_verdict_and_its_work():
    table = report_rows.ways_table()
    words = table["way out"]
    for way in ("layer-wise", "LSTM: its gate", "faster hardware", "residual: a skip around each", "relu"):
        assert words.str.startswith(way).sum() >= 2, way  # T3's five, with SGD and with Adam
    assert words.str.startswith("later: ").sum() == 4 and (table["runs"].astype(int) >= 16).all()
    patience = table[words.str.startswith("faster")].set_index("optimizer")
    assert patience["at least .2 better in"].to_dict() == {"sgd": "0 of 16 seeds", "adam": "16 of 16 seeds"}
    assert patience["a way out"].to_dict() == {"sgd": "does not hold", "adam": "holds"}
    assert set(patience["work"]) == {"30.3"}


def test_a_way_out_is_counted_seed_by_seed():
    before = pd.DataFrame({"seed": [0, 1, 2], "accuracy": [0.1, 0.5, 0.9]})
    after = pd.DataFrame({"seed": [2, 1, 0], "accuracy": [0.95, 0.9, 0.2]})
    row = report_rows._way_row("a way", "sgd", before, after)
    assert row["at least .2 better in"] == "1 of 3 seeds" and row["work"] == ""


def test_the_report_says_of_each_recurrent_layer_whether_its_gradient_vanishes():
    table = report_rows.recurrent_table().set_index("recurrent layer")["the gradient vanishes"]
    assert [table[cell] for cell in ("SimpleRNN, tanh", "GRU", "LSTM")] == ["holds"] * 3
    assert [table[cell] for cell in ("LSTM, forget bias 3", "SimpleRNN, relu, identity")] == ["does not hold"] * 2


@pytest.mark.parametrize("tutorial", ["T1", "T2", "T3"])
def test_a_tutorials_rows_from_kept_runs_stand_in_its_report(tutorial):
    e = next(e for e in ALL.values() if e.id.startswith(f"{tutorial}."))
    numbers = {"seed": [0, 1], "loss": 0.1, "accuracy": [0.2, 0.4], "test_accuracy": 0.3, "gradient_ratio": 20.0}
    said = report.text((e,), {e.id: pd.DataFrame(numbers)}, {}, {})
    assert ("## T2 on recurrent nets" in said) == (tutorial == "T2")
    assert ("## T3's five ways out" in said) == (tutorial == "T3")


def test_every_claim_names_experiments_that_exist():
    assert {id for claim in claims.CLAIMS for id in (*claim.needs, *claim.traces)} <= set(ALL)
    assert {id for claim in claims.CLAIMS for id in claim.traces} <= set(reproduce._TRACED)


def test_the_report_holds_what_was_measured_and_a_second_call_runs_nothing(tmp_path, monkeypatch):
    small = (
        Experiment("T1.a", 1, "relu", epochs=2, published=(Published("accuracy", 0.5),)),
        Experiment("T1.a+fast", 1, "relu", epochs=2, learning_rate=0.1, change="a higher rate"),
    )
    monkeypatch.setattr(reproduce, "experiments", lambda mnist: small)
    path = reproduce.run(tmp_path / "out", seeds=3, progress=False)
    first = path.read_text()
    measured = many_seeds.measure(small[0], range(3), tmp_path / "out")
    line = next(line for line in first.splitlines() if line.startswith("| T1.a | accuracy"))
    assert f"| {measured['accuracy'].median():.3f} |" in line
    assert f"| {report.percentile(measured['accuracy'], 0.5):.0f} |" in line
    assert "| T1.a | " in first and "| a higher rate | " in first
    for name in re.findall(r"!\[.+?\]\((.+?)\)", first):
        assert (path.parent / name).read_bytes().startswith(b"\x89PNG")
    assert (path.parent / "overview.png").stat().st_size > 10_000

    def refuse(*_):
        raise AssertionError("run again")

    monkeypatch.setattr(many_seeds, "_sweep_runs", refuse)
    assert reproduce.run(tmp_path / "out", seeds=3, progress=False).read_text() == first


@pytest.mark.parametrize("seeds", [0, -1, 2.5, True])
def test_the_number_of_seeds_is_checked(tmp_path, seeds):
    with pytest.raises(CourseError, match="number of seeds"):
        reproduce.run(tmp_path, seeds=seeds)


def test_unknown_names_and_a_file_in_place_of_a_folder_are_one_sentence(tmp_path):
    with pytest.raises(CourseError, match=r"no experiment 'T9'; there are T1, T2, T3"):
        reproduce.run(tmp_path, only=["T9"])
    (tmp_path / "taken").write_text("")
    with pytest.raises(CourseError, match="taken is a file"):
        reproduce.run(tmp_path / "taken", only=["T1.sig1"])
    with pytest.raises(CourseError, match="taken/deeper cannot be made"):
        reproduce.run(tmp_path / "taken" / "deeper", only=["T1.sig1"])
