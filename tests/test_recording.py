"""What a Recording promises: named arrays over time, a tidy frame, and a file that gives it back."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from vgcourse.measure.recording import COLUMNS, Recording, files
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
    finite = dict.fromkeys(("nonfinite_at", "weights_nonfinite_at", "gradients_nonfinite_at"))
    assert after.info == {"seed": 3, "rate": 0.5} | finite
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


def test_files_of_every_version_are_read(root):
    """Kept files, never to be written anew: what was recorded once can be read for ever."""
    kept = {path.stem: Recording.load(path) for path in (root / "tests" / "kept_recordings").glob("*.npz")}
    assert set(kept) >= {"version_1", "version_2"}
    for recording in kept.values():
        assert recording.layers == ("dense", "lstm") and recording.info["seed"] == 3
        np.testing.assert_allclose(recording.kernels["dense"][1], [[1.0, 2.0]])
        assert recording.frame().query("layer == 'lstm' and quantity == 'recurrent_kernel'").rms.tolist() == [2, 2]
    np.testing.assert_array_equal(kept["version_2"].learning_rate, [0.1, 0.05])
    np.testing.assert_array_equal(kept["version_2"].step_gradients["lstm"], [[0.1, 0.2, 0.4]] * 2)
    assert np.isnan(kept["version_1"].learning_rate).all()


def test_a_file_of_a_later_version_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "VERSION", 99)
    path = small().save(tmp_path / "later")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="later version"):
        Recording.load(path)


def test_two_recordings_are_compared_in_one_call():
    one = small(info={"seed": 3})
    other = small(info={"seed": 4}, kernels={"block/dense": one.kernels["block/dense"] * 2})
    table = one.compare(other)
    assert (table.query("quantity == 'kernel'").ratio == 2).all()
    assert (table.query("quantity == 'kernel_gradient'").ratio == 1).all()
    assert table.attrs["info"] == {"seed": (3, 4)}
    with pytest.raises(ValueError, match="share no quantity"):
        one.compare(small(epochs=np.arange(3) + 100.0))


def test_weights_that_are_no_number_are_seen_though_the_loss_is():
    kernel = np.ones((3, 2, 3))
    kernel[1:, 0] = np.nan
    broken = small(kernels={"block/dense": kernel})
    assert broken.info["weights_nonfinite_at"] == 0 and "weights not finite from epoch 0" in repr(broken)


def test_gradients_that_are_finite_again_are_said_to_be():
    """A loss scale that is too large makes some steps' infinite; these steps are skipped."""
    gradient = np.ones((3, 2, 3))
    gradient[0] = np.inf
    assert "gradients not finite at epoch -1, and finite again" in repr(small(kernel_gradients={"output": gradient}))
    assert "gradients not finite from epoch -1" in repr(small(kernel_gradients={"output": gradient + np.inf}))


def test_it_becomes_an_xarray_dataset_where_xarray_is_installed():
    recording = small(step_gradients={"output": np.ones((3, 5))})
    try:
        import xarray  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match="pip install xarray"):
            recording.to_xarray()
        return
    dataset = recording.to_xarray()
    assert dataset["step_gradients/output"].dims == ("moment", "step_5")
