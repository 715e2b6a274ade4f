"""What a Recording promises: named arrays over time, a tidy frame, and a file that gives it back."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from vgcourse.measure.recording import COLUMNS, Recording
from vgcourse.measure.statistics import STATISTICS, first_nonfinite, layer_statistics

TIME = {"epochs": np.arange(3) - 1.0, "steps": np.arange(3) * 4}


def small(**fields) -> Recording:
    values = np.arange(18.0).reshape(3, 2, 3) - 4
    return Recording(
        **{
            "layers": ("block/dense", "output"),
            **TIME,
            "loss": np.array([3.0, 2.0, 1.0]),
            "accuracy": np.array([0.5, 0.6, 0.7]),
            "kernels": {"block/dense": values},
            "kernel_gradients": {"block/dense": values / 10},
            "variables": {"block/norm/gamma": np.ones((3, 4))},
            "variable_gradients": {"block/norm/gamma": np.zeros((3, 4))},
            "backprop": {"output": np.array([1e-30, 0.1, 0.2])},
            "dead": {"output": np.array([0, 0.25, 1])},
            "activations": {"output": "sigmoid"},
            "info": {"seed": 3, "rate": np.float32(0.5)},
            **fields,
        }
    )


def test_the_frame_holds_the_statistics_of_every_quantity_and_epoch():
    frame = small().frame()
    assert list(frame.columns) == list(COLUMNS)
    quantities = {"kernel", "kernel_gradient", "gamma", "gamma_gradient", "backprop", "dead"}
    assert set(frame.quantity) == quantities and len(frame) == 3 * len(quantities)
    row = frame.query("quantity == 'kernel' and epoch == 0").iloc[0]
    values = np.arange(6, 12) - 4.0
    assert row.layer == "block/dense"
    assert (row["mean"], row["std"], row["rms"]) == pytest.approx(
        (values.mean(), values.std(), np.sqrt((values**2).mean()))
    )
    assert (row["mean_abs"], row["l1"], row["min"], row["max"], row["zeros"]) == (4.5, 27, 2, 7, 0)
    assert frame.query("quantity == 'gamma_gradient'").zeros.tolist() == [1, 1, 1]
    assert frame.query("quantity == 'gamma'").layer.unique().tolist() == ["block/norm"]


def test_signals_stand_in_the_column_that_says_what_they_are():
    frame = small().frame().set_index("quantity")
    assert frame.loc["backprop", "rms"].tolist() == [1e-30, 0.1, 0.2]
    assert frame.loc["dead", "mean"].tolist() == [0, 0.25, 1]
    assert frame.loc["dead", "rms"].isna().all()


def test_statistics_of_tiny_and_of_broken_values_are_neither_lost_nor_an_error():
    tiny = layer_statistics(np.full((1, 3), 1e-30, np.float32))
    assert tiny["rms"][0] == pytest.approx(1e-30, rel=1e-6)
    broken = layer_statistics(np.array([[1.0, np.nan], [1.0, 2.0]]))
    assert np.isnan(broken["mean"][0]) and broken["mean"][1] == 1.5
    assert all(np.isnan(v).all() for v in layer_statistics(np.zeros((2, 0))).values())


def test_save_and_load_give_everything_back_without_pickle(tmp_path):
    statistics = pd.DataFrame([[0.0, "big", "kernel", *range(len(STATISTICS))]], columns=list(COLUMNS))
    before = small(statistics=statistics)
    path = before.save(tmp_path / "run")
    assert path.suffix == ".npz" and path.exists()
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
    after = Recording.load(path)
    pd.testing.assert_frame_equal(after.frame(), before.frame(), check_dtype=False)
    assert after.layers == before.layers and after.activations == before.activations
    assert after.info == {"seed": 3, "rate": 0.5, "nonfinite_at": None}
    np.testing.assert_array_equal(after.kernels["block/dense"], before.kernels["block/dense"])


def test_a_file_that_holds_something_else_is_named(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match=r"other\.npz is not a Recording"):
        Recording.load(tmp_path / "other.npz")


def test_an_empty_record_is_refused():
    with pytest.raises(ValueError, match="nothing was recorded"):
        small(layers=())
    with pytest.raises(ValueError, match="nothing was recorded"):
        Recording(("a",), *[np.zeros(0)] * 4)


def test_arrays_of_another_length_are_refused_by_name():
    with pytest.raises(ValueError, match="kernels/block/dense has 2 moments, but epochs has 3"):
        small(kernels={"block/dense": np.zeros((2, 5))})


def test_it_prints_in_one_line_and_as_a_table():
    text = repr(small())
    assert "\n" not in text and "loss 3 → 1" in text and "accuracy 0.700" in text
    assert "not finite" in repr(small(info={"nonfinite_at": 1.0}))
    html = small(layers=("<b>",), backprop={"<b>": np.array([1e-30, 1, 2])})._repr_html_()
    assert "&lt;b&gt;" in html and "<b>" not in html and "1e-30 → 2" in html


def test_the_first_loss_that_is_no_number_is_found():
    epochs = np.array([-1.0, 0, 1, 2])
    assert first_nonfinite(epochs, np.array([1, 1, 1, 1.0])) is None
    assert first_nonfinite(epochs, np.array([1, np.inf, np.nan, 1])) == 0


def test_it_needs_no_tensorflow():
    code = "import sys, vgcourse.measure.recording; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
