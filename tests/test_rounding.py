from tests.rounding import otherwise


def test_a_number_that_would_be_written_otherwise_is_told():
    assert otherwise(3e-28, 2.46e-28) == [(3e-28, 2.46e-28)]
    assert otherwise({"a": [0.52, 0.2]}, {"a": [0.5254, 0.204]}) == [(0.52, 0.5254)]


def test_what_rounds_to_it_is_not():
    assert otherwise([2e-28, 0.53, 16, 0], [2.46e-28, 0.5254, 16, 1]) == []
    assert otherwise(0.7071067811865, 0.6972) == []  # worked out, not written
