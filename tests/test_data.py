import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from vgcourse.nets import data


@pytest.mark.parametrize("n, noise, factor, seed", [(1000, 0.1, 0.5, 0), (7, 0.0, 0.8, 3), (2, 1.5, 0.0, 9)])
def test_circles_are_scikit_learns_points(n, noise, factor, seed):
    X, y = data.circles(n, noise=noise, factor=factor, seed=seed)
    expected_X, expected_y = make_circles(n, noise=noise or None, factor=factor, random_state=seed)
    np.testing.assert_allclose(X, expected_X, atol=1e-7)
    np.testing.assert_array_equal(y, expected_y)
    assert X.dtype == y.dtype == np.float32


def test_another_seed_gives_other_points():
    assert not np.array_equal(data.circles(seed=0)[0], data.circles(seed=1)[0])


def test_the_inner_circle_is_class_one():
    X, y = data.circles(noise=0)
    radius = np.linalg.norm(X, axis=1)
    np.testing.assert_allclose(radius[y == 1], 0.5, atol=1e-6)
    np.testing.assert_allclose(radius[y == 0], 1.0, atol=1e-6)


def test_arrays_go_into_scikit_learn_and_a_line_stays_near_chance():
    X, y = data.circles()
    assert LogisticRegression().fit(X, y).score(X, y) < 0.6


@pytest.mark.parametrize(
    "change, error, sentence",
    [
        ({"n": -3}, ValueError, "n: must be 2 or more, got -3"),
        ({"n": 2.5}, TypeError, "n: expected a whole number, got 2.5"),
        ({"n": True}, TypeError, "n: expected a whole number, got True"),
        ({"noise": -0.1}, ValueError, "noise .* got -0.1"),
        ({"noise": float("nan")}, ValueError, "noise must be finite"),
        ({"noise": "much"}, TypeError, "noise must be a number, got 'much'"),
        ({"factor": 1}, ValueError, "factor .* below 1, got 1"),
        ({"factor": -0.5}, ValueError, "factor .* at least 0"),
        ({"seed": -1}, ValueError, "seed: must be 0 or more, got -1"),
        ({"seed": 2**32}, ValueError, "seed must be at most"),
        ({"seed": None}, TypeError, "seed: expected a whole number, got None"),
    ],
)
def test_circles_name_the_bad_argument(change, error, sentence):
    with pytest.raises(error, match=sentence):
        data.circles(**change)


def test_t1_trains_and_tests_on_the_same_points():
    split = data.t1_circles()
    np.testing.assert_array_equal(split.X_train, data.circles(1000, 0.1, 0.5, 0)[0])
    np.testing.assert_array_equal(split.X_train, split.X_test)


def test_t2_is_scaled_before_the_split_as_published():
    X, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
    X = MinMaxScaler(feature_range=(-1, 1)).fit_transform(X)
    split = data.t2_circles()
    np.testing.assert_allclose(split.X_train, X[:500], atol=1e-6)
    np.testing.assert_allclose(split.X_test, X[500:], atol=1e-6)
    np.testing.assert_array_equal(split.y_test, y[500:])


def test_leak_free_t2_knows_nothing_of_its_test_points():
    split = data.t2_circles(leak_free=True)
    np.testing.assert_allclose([split.X_train.min(0), split.X_train.max(0)], [[-1, -1], [1, 1]], atol=1e-6)
    assert np.abs(split.X_test).max() > 1.02


def test_scalers_equal_scikit_learns_and_learn_from_the_first_array_only():
    rng = np.random.default_rng(0)
    train, test = rng.normal(3, 2, (50, 4)), rng.normal(-5, 1, (20, 4))
    for ours, theirs in ((data.minmax, MinMaxScaler((-1, 1))), (data.standardize, StandardScaler())):
        theirs.fit(train)
        for scaled, X in zip(ours(train, test), (train, test), strict=True):
            np.testing.assert_allclose(scaled, theirs.transform(X), atol=1e-12)


@pytest.mark.parametrize("scale, constant", [(data.minmax, -1.0), (data.standardize, 0.0)])
def test_a_constant_feature_is_scaled_without_nan(scale, constant):
    train = np.column_stack([np.full(9, 0.1, "float32"), np.arange(9, dtype="float32")])
    (scaled,) = scale(train)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled[:, 0], constant, atol=1e-6)


@pytest.mark.parametrize(
    "arrays, error, sentence",
    [
        ([np.zeros(3)], ValueError, r"X_train must have shape \(n, features\)"),
        ([np.zeros((0, 2))], ValueError, "not be empty"),
        ([np.array([[np.nan, 1]])], ValueError, "X_train holds NaN"),
        ([np.ones((2, 2)), np.ones((2, 3))], ValueError, "array 1 has 3 features where X_train has 2"),
        ([np.array([["a"]])], TypeError, "X_train must hold numbers"),
    ],
)
@pytest.mark.parametrize("scale", [data.minmax, data.standardize])
def test_scalers_name_the_bad_array(scale, arrays, error, sentence):
    with pytest.raises(error, match=sentence):
        scale(*arrays)


def test_minmax_refuses_an_empty_interval():
    with pytest.raises(ValueError, match="low must lie below high"):
        data.minmax(np.ones((2, 2)), low=1, high=1)


def test_digits_are_all_there_scaled_and_stratified():
    split = data.digits(seed=0, test_size=0.25)
    X = np.concatenate([split.X_train, split.X_test])
    assert X.shape == (1797, 64) and X.dtype == np.float32
    assert (X.min(), X.max()) == (0, 1)
    assert X.sum() * 16 == pytest.approx(load_digits().data.sum(), rel=1e-6)
    assert len(split.y_test) == 450 and split.y_test.dtype == np.int64
    assert np.bincount(split.y_test).min() >= 43


def test_digits_split_by_seed():
    assert np.array_equal(data.digits(seed=1).y_test, data.digits(seed=1).y_test)
    assert not np.array_equal(data.digits(seed=1).y_test, data.digits(seed=2).y_test)


@pytest.mark.parametrize("share", [0, 1, -0.2, 1.5])
def test_digits_refuse_a_share_that_leaves_one_side_empty(share):
    with pytest.raises(ValueError, match="test_size is a share"):
        data.digits(test_size=share)


def write_mnist(path, images=(28, 28), dtype="uint8", highest=9, **extra):
    rng = np.random.default_rng(0)
    arrays = {f"x_{part}": rng.integers(0, 255, (12, *images)).astype(dtype) for part in ("train", "test")}
    arrays |= {f"y_{part}": np.arange(12, dtype="uint8") % 10 for part in ("train", "test")}
    arrays["y_test"][0] = highest
    np.savez(path, **(arrays | extra))
    return path


def test_mnist_reads_the_file_it_is_given(tmp_path):
    path = write_mnist(tmp_path / "mine.npz")
    split = data.mnist(path)
    with np.load(path) as stored:
        np.testing.assert_allclose(split.X_train, stored["x_train"].reshape(12, 784) / 255, atol=1e-7)
        np.testing.assert_array_equal(split.y_test, stored["y_test"])
    assert split.X_test.dtype == np.float32 and split.y_train.dtype == np.int64


def test_mnist_is_found_in_the_working_folder_and_in_keras_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    write_mnist(tmp_path / "keras" / "datasets" / "mnist.npz")
    assert data.mnist().X_train.shape == (12, 784)
    write_mnist(tmp_path / "mnist.npz", highest=3)
    assert data.mnist().y_test[0] == 3


def test_mnist_falls_back_to_digits_and_says_so_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "_noticed", False)
    assert data.mnist().X_train.shape == data.mnist().X_train.shape == (1347, 64)
    assert capsys.readouterr().out.count("digits") == 1


@pytest.mark.parametrize(
    "broken",
    [{"images": (8, 8)}, {"dtype": "float32"}, {"highest": 10}, {"y_train": np.zeros(3, "uint8")}],
)
def test_mnist_refuses_a_file_of_another_kind(tmp_path, broken):
    with pytest.raises(ValueError, match=r"mine.npz is no MNIST file"):
        data.mnist(write_mnist(tmp_path / "mine.npz", **broken))


def test_mnist_refuses_what_is_no_archive_and_what_is_not_there(tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    np.save(tmp_path / "one.npy", np.ones(3))
    for name in ("text.npz", "other.npz", "one.npy"):
        with pytest.raises(ValueError, match=f"{name} is no MNIST file"):
            data.mnist(tmp_path / name)
    with pytest.raises(ValueError, match="there is no file"):
        data.mnist(tmp_path / "missing.npz")


def test_circles_load_neither_tensorflow_nor_scikit_learn():
    code = "import sys, vgcourse as vg; vg.circles(); print({'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"
