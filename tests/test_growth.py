"""How a cost grows is said as it was measured, and a measurement's memory is that of the work alone."""

import threading

import numpy as np
import psutil
import pytest

from tests.benchmarks import growing
from tests.benchmarks.growing import Growth


@pytest.mark.parametrize(
    ("power", "said"),
    [
        (0, "does not grow (twice the size costs 1.00 times)"),
        (0.5, "twice the size costs 1.41 times, less than in proportion"),
        (1, "grows in proportion (twice the size costs 2.00 times)"),
        (2, "twice the size costs 4.00 times"),
        (-1, "shrinks (twice the size costs 0.50 times)"),
    ],
)
def test_the_slope_is_that_of_the_power_law(power, said):
    costs = {size: 3.0 * size**power for size in (4, 16, 64, 100)}
    assert growing.exponent(costs) == pytest.approx(power, abs=1e-9)
    assert growing.growth(costs) == said


def test_one_size_has_no_slope():
    assert growing.growth({4: 1.0}) == "one size only"


def test_a_table_has_a_row_a_size_and_a_sentence_for_each_who():
    found = Growth("vg.train", "hidden layers", "s")
    for size in (2, 4):
        found.add("vg.train", size, size / 10)
    found.add("eager loop", 4, 130.0)
    text = "\n".join(found.lines())
    assert "vg.train, s, against hidden layers" in text and "vg.train: grows in proportion" in text
    assert "eager loop: one size only." in text and "130" in text and "–" in text


def test_the_peak_is_what_the_work_took_at_most_though_it_gave_it_back():
    held, seen = threading.Event(), threading.Event()
    looks: list[bool] = []

    def processes():
        if looks and looks[-1]:  # the look before this one saw what is held, from its beginning to its end
            seen.set()
        looks.append(held.is_set())
        return [psutil.Process()]

    def work():
        ones = np.ones(30_000_000 // 8)  # 30 MB, touched
        held.set()
        assert seen.wait(60), "nobody looked"
        return float(ones.sum())

    result, most = growing.peak_while(work, processes)
    assert result == 3_750_000 and 20 < most < 200


def test_the_picture_shows_every_measured_point(tmp_path):
    found = Growth("vg.train", "epochs", "s", {"vg.train": {25: 0.1, 100: 0.4}, "eager loop": {25: 80.0, 100: 300.0}})
    growing.draw([found, found], tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_text()
    assert drawn.count("<path") > 8 and "date" not in drawn.lower()
