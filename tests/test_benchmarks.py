"""Ratios of benchmarks: what got worse is told, what was not measured stays, whatever way is better."""

import json

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure

FASTER, SLOWER = (
    Figure("training", "faster than the loop", 50.0),
    Figure("capture", "slower with it", 3.0, more=False),
)


@pytest.mark.parametrize("kept, told", [(50.0, False), (64.0, False), (66.0, True), (10.0, False)])
def test_a_ratio_that_should_be_large_is_told_where_it_has_shrunk(kept, told):
    assert bool(figures.worse([FASTER], {FASTER.key: kept})) is told


@pytest.mark.parametrize("kept, told", [(3.0, False), (2.4, False), (2.2, True), (9.0, False)])
def test_a_ratio_that_should_be_small_is_told_where_it_has_grown(kept, told):
    assert bool(figures.worse([SLOWER], {SLOWER.key: kept})) is told


def test_keeping_leaves_what_did_not_run(tmp_path):
    path = tmp_path / "kept.json"
    figures.keep([FASTER, SLOWER], path)
    figures.keep([Figure("training", "faster than the loop", 60.0)], path)
    assert figures.kept(path) == {FASTER.key: 60.0, SLOWER.key: 3.0}


def test_a_benchmark_that_runs_under_make_bench_hands_its_figures_on(tmp_path, monkeypatch):
    monkeypatch.delenv(figures.HANDED, raising=False)
    figures.hand_on(FASTER)
    monkeypatch.setenv(figures.HANDED, str(tmp_path / "handed"))
    figures.hand_on(FASTER)
    figures.hand_on(SLOWER)
    assert figures.handed_on(tmp_path / "handed") == [FASTER, SLOWER]


def test_the_page_shows_ratios_now_and_kept_and_what_was_printed():
    text = figures.page([FASTER, SLOWER], {SLOWER.key: 2.5}, {"training": "a line\n"})
    assert "| training | faster than the loop | 50 | – | more |" in text
    assert "| capture | slower with it | 3 | 2.5 | less |" in text and "a line" in text


def test_the_page_shows_the_picture_of_growth_where_it_was_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "PICTURE", tmp_path / "benchmarks.svg")
    assert "](benchmarks.svg)" not in figures.page([], {}, {"growth": "a line\n"})
    (tmp_path / "benchmarks.svg").touch()
    assert "](benchmarks.svg)" in figures.page([], {}, {"growth": "a line\n"})
    assert "](benchmarks.svg)" not in figures.page([], {}, {"training": "a line\n"})


def test_a_benchmark_that_did_not_run_keeps_its_place_on_the_page():
    first = figures.page([FASTER, SLOWER], {}, {"training": "100 runs\n", "capture": "a line"}, today="Monday.")
    kept = {FASTER.key: 50.0, SLOWER.key: 3.0}
    again = figures.page([FASTER], kept, {"training": "200 runs"}, old=first, today="Friday.")
    assert "200 runs" in again and "100 runs" not in again and "a line" in again
    assert (again.count("Monday."), again.count("Friday.")) == (1, 1)
    assert "| capture | slower with it | – | 3 | less |" in again
    assert "| training | faster than the loop | 50 | 50 | more |" in again


def test_bench_ends_with_1_and_says_so_where_a_figure_got_worse(tmp_path, monkeypatch, capsys):
    def measured(name, handed):
        monkeypatch.setenv(figures.HANDED, str(handed))
        figures.hand_on(FASTER)
        return 0, "a line\n"

    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({FASTER.key: 100.0}))
    monkeypatch.setattr(bench, "run", measured)
    monkeypatch.setattr(figures, "kept", lambda: json.loads(kept.read_text()))
    monkeypatch.setattr(figures, "PAGE", tmp_path / "page.md")
    assert bench.main(["training"]) == 1 and "2.00 times worse" in capsys.readouterr().out
    assert "| training | faster than the loop | 50 |" in figures.PAGE.read_text()
    bench.main([])
    assert "| 50 | 100 |" in figures.PAGE.read_text()
    assert bench.main(["no-such"]) == 2
