import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from vgcourse.course.checks.handed import HandedOut
from vgcourse.course.checks.observation import ARRAY, LIMIT, ObservationError, decode, encode


def test_plain_data_survives_the_trip_through_bytes():
    seen = {
        "number": 1.5,
        "count": 3,
        "text": "tanh",
        "none": None,
        "flag": True,
        "list": [1, [2.0, "x"]],
        "nested": {"a": np.arange(6, dtype="float32").reshape(2, 3)},
        "strange": np.array([np.nan, np.inf, -np.inf]),
    }
    back = decode(encode(seen))
    np.testing.assert_array_equal(back["nested"]["a"], seen["nested"]["a"])
    assert back["nested"]["a"].dtype == np.float32
    np.testing.assert_array_equal(back["strange"], seen["strange"])
    assert {k: back[k] for k in ("number", "count", "text", "none", "flag", "list")} == {
        k: seen[k] for k in ("number", "count", "text", "none", "flag", "list")
    }


def test_a_numpy_scalar_and_an_array_like_become_arrays():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0])

    back = decode(encode({"scalar": np.float64(2.5), "tensor": Tensor()}))
    assert back["scalar"].shape == () and float(back["scalar"]) == 2.5
    np.testing.assert_array_equal(back["tensor"], [1.0, 2.0])


class EqualToEverything(float):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@pytest.mark.parametrize("value", [object(), lambda: 1, np.array(["a"]), np.array([object()]), {1, 2}, b"bytes"])
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(ObservationError):
        encode({"answer": value})


def test_exact_numbers_and_arrays_of_several_shapes_arrive_as_what_they_stand_for():
    exact = {"a": Fraction(1, 4), "b": np.asarray(Decimal("0.5")), "c": np.array([Fraction(1, 2), 3], dtype=object)}
    assert decode(encode(exact)) == {"a": 0.25, "b": 0.5, "c": [0.5, 3]}
    ragged = np.array([np.ones((2, 2)), np.zeros(3)], dtype=object)
    assert [array.shape for array in decode(encode({"a": ragged}))["a"]] == [(2, 2), (3,)]
    with pytest.raises(ObservationError, match="no float"):
        encode({"a": Fraction(10**5000)})


def test_what_is_refused_is_named_for_what_it_is():
    for value, name in ((np.asarray(n for n in "ab"), "a generator"), (np.asarray("0.5"), "a str")):
        with pytest.raises(ObservationError, match=f"^{name} is not a number"):
            encode({"answer": value})


def test_an_object_that_compares_equal_to_everything_arrives_as_its_number():
    back = decode(encode({"answer": EqualToEverything(3.0)}))
    assert type(back["answer"]) is np.ndarray and not np.array_equal(back["answer"], 4.0)


def test_too_large_and_too_deep_are_refused():
    with pytest.raises(ObservationError, match="too large"):
        encode({"answer": np.zeros(LIMIT)})
    with pytest.raises(ObservationError, match="digits"):
        encode({"answer": 10**5000})
    deep = 0
    for _ in range(50):
        deep = [deep]
    with pytest.raises(ObservationError, match="nested"):
        encode({"answer": deep})


def _array(**change):
    whole = {ARRAY: "AAAAAAAA8D8=", "dtype": "<f8", "shape": [1]}
    return json.dumps({"answer": {**whole, **change}})


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[1, 2]",
        "[" * 100_000,
        json.dumps({ARRAY: "AAAAAAAA8D8=", "dtype": "<f8", "shape": [1]}),
        _array(dtype="i4,("),
        _array(dtype="|O"),
        _array(dtype="nonsense"),
        _array(shape=[2]),
        _array(shape=[-1]),
        _array(shape=["1"]),
        _array(shape=[2**62, 2**62]),
        _array(shape=None),
        _array(**{ARRAY: "?"}),
        _array(**{ARRAY: 7}),
        "x" * (LIMIT + 1),
        None,
    ],
)
def test_a_damaged_observation_is_refused_with_a_sentence(text):
    assert decode(_array())["answer"] == 1.0
    with pytest.raises(ObservationError):
        decode(text)


@pytest.mark.parametrize(("value", "kind"), [("0.5", "str"), ((i for i in range(3)), "generator")])
def test_an_array_of_no_numbers_is_named_by_what_it_holds(value, kind):
    with pytest.raises(ObservationError, match=f"a {kind} is not a number"):
        encode({"a": np.asarray(value)})


class Weight:
    """What a weight looks like to the check."""

    def __init__(self, values):
        self.values = np.array(values, "float32")
        self.shape, self.dtype = self.values.shape, self.values.dtype

    def assign(self, values):
        self.values = np.asarray(values, "float32")


class Layer:
    """A layer with one weight, which remembers it apart from the attribute, as Keras's do."""

    name, trainable = "norm", True

    def __init__(self):
        self.mean = Weight([1.0, 2.0])
        self._kept = [self.mean]

    def get_weights(self):
        return [one.values for one in self._kept]

    def get_config(self):
        return {}


@pytest.mark.parametrize("puts_an_array", [True, False])
def test_an_array_in_the_place_of_a_weight_is_told(puts_an_array):
    def answer(layer):
        if puts_an_array:
            layer.mean = np.zeros(2)
        else:
            layer.mean.assign(np.zeros(2))

    handed = HandedOut(meant=(0,))
    handed.guard("refresh", answer)(Layer())
    told = "norm.mean was a weight and is an array, which is no weight"
    assert (handed.changed or {}).get("setting") == (told if puts_an_array else None)
