"""Odd but legal arguments of the measuring package are taken, wrong ones answered by a sentence, nothing is lost."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from keras import layers

import vgcourse as vg
from vgcourse.measure.objective import choose_objective
from vgcourse.measure.recording import Recording, files

X = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
y = (X[:, 0] > 0).astype("float32")


@pytest.fixture(scope="module")
def net():
    keras.utils.set_random_seed(1)
    net = keras.Sequential(
        [keras.Input((2,)), layers.Dense(4, "tanh", name="first"), layers.Dense(1, "sigmoid", name="out")]
    )
    net.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
    return net


@pytest.fixture
def recording():
    return Recording(("a",), [-1.0, 0.0], [0, 1], [0.5, 0.4], [np.nan, np.nan], {"a": np.ones((2, 3, 3))})


@pytest.mark.parametrize("kept", [0, 5, 300, -40])
def test_a_damaged_file_is_answered_by_one_sentence_that_advises_nothing_unsafe(kept, recording, tmp_path):
    whole = recording.save(tmp_path / "whole").read_bytes()
    (tmp_path / "part.npz").write_bytes(whole[:kept])
    with pytest.raises(ValueError, match="cannot be read as a Recording") as error:
        Recording.load(tmp_path / "part.npz")
    assert "pickle" not in str(error.value)


def test_what_is_no_recording_is_said_so(tmp_path):
    np.save(tmp_path / "array.npy", X)
    np.savez(tmp_path / "other.npz", X=X)
    for name in ("array.npy", "other.npz"):
        with pytest.raises(ValueError, match="Recording"):
            Recording.load(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Recording.load(tmp_path / "none")


def test_a_recording_is_found_by_the_name_that_it_was_saved_under(recording, tmp_path):
    assert recording.save(tmp_path / "run").name == "run.npz"
    assert np.array_equal(Recording.load(tmp_path / "run").loss, recording.loss)


def test_a_file_that_stands_there_is_kept_where_saving_fails(recording, tmp_path, monkeypatch):
    path = recording.save(tmp_path / "run")
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        recording.save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_a_table_of_mixed_columns_is_a_table_of_numbers(net):
    mixed = pd.DataFrame({"a": X[:, 0], "b": X[:, 1].astype(object)})
    assert mixed.to_numpy().dtype == object
    assert vg.diagnose(net, mixed, y).loss == pytest.approx(vg.diagnose(net, X, y).loss, rel=1e-5)
    objective = choose_objective(net, y.astype(object), tf.zeros((2, 1)))
    assert objective.y.dtype == tf.float32 and objective.kind == "binary"


@pytest.mark.parametrize(
    ("inputs", "targets", "words"),
    [
        (tf.data.Dataset.from_tensor_slices((X, y)).batch(8), None, "X: expected whole arrays.*GradientCapture"),
        (X, np.array(["cat", "dog"] * 16), "got <U3 values such as 'cat'"),
        ({"a": X}, y, "X: the model does not take inputs in this structure: The structure of `inputs`"),
        (X[:, :1].astype("U"), y, "X: expected numbers"),
    ],
)
def test_wrong_data_for_train_are_named_in_one_line(net, inputs, targets, words):
    with pytest.raises(ValueError, match=words) as error:
        vg.train(net, inputs, targets, epochs=1, progress=False)
    assert "\n" not in str(error.value) and "\x1b" not in str(error.value) and "np.str_" not in str(error.value)


def test_a_model_with_nothing_to_learn_is_not_told_to_be_built():
    with pytest.raises(ValueError, match="none of its layers has anything to learn"):
        vg.diagnose(keras.Sequential([keras.Input((2,)), layers.Flatten()]), X, y)


def test_of_one_class_no_accuracy_is_known(net):
    y_pred = tf.zeros((2, 1))
    assert choose_objective(net, np.ones((32, 1)), y_pred, keras.losses.CategoricalCrossentropy()).kind is None


def test_what_a_capture_is_given(net, tmp_path):
    capture = vg.GradientCapture(every=np.int64(2))
    net.fit(X, y, epochs=1, batch_size=8, verbose=0, callbacks=[capture])
    assert capture.recording.steps.tolist() == [0, 2]
    (tmp_path / "file").write_text("")
    for wrong, words in (
        ({"layers": []}, "layers: none is named"),
        ({"log_dir": tmp_path / "file"}, "log_dir: .*folder"),
    ):
        with pytest.raises(ValueError, match=words):
            net.fit(X, y, epochs=1, verbose=0, callbacks=[vg.GradientCapture(**wrong)])
