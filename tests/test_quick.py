"""Which tests `make test-quick` takes."""

from types import SimpleNamespace

import pytest

from tests import quick


def item(name, fixtures=()):
    file = name.partition("::")[0]
    return SimpleNamespace(nodeid=name, path=file, fixturenames=["request", *fixtures])


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    """The names that are left of some tests, where some are known to be slow."""

    def choose(items, *slow):
        monkeypatch.setattr(quick, "KEPT", tmp_path / "slow.txt")
        quick.KEPT.write_text("".join(f"{name}\n" for name in slow))
        hook = SimpleNamespace(pytest_deselected=lambda items: None)
        quick.pytest_collection_modifyitems(SimpleNamespace(wings={"nets"}, hook=hook), items)
        return [i.nodeid for i in items]

    return choose


def test_slow_tests_and_those_that_wait_for_the_same_fixture_are_left_out(chosen):
    tests = [item("a::one", ["trained"]), item("a::two", ["trained"]), item("a::three"), item("b::four", ["trained"])]
    assert chosen(tests, "a::one (set-up)") == ["a::three", "b::four"]
    assert chosen([item("a::one"), item("a::two")], "a::two") == ["a::one"]


def test_of_many_cases_a_few_are_taken_evenly(chosen):
    found = chosen([item(f"a::many[{i}]") for i in range(95)] + [item("a::one")])
    assert found == [f"a::many[{i}]" for i in range(0, 95, 16)] + ["a::one"]


def test_a_whole_run_says_which_are_slow(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "KEPT", tmp_path / "slow.txt")
    heard = quick.SlowTests()
    for name, when, seconds in [("a", "call", 9.0), ("b", "setup", 9.0), ("c", "call", 0.1), ("d", "teardown", 9.0)]:
        heard.pytest_runtest_logreport(SimpleNamespace(nodeid=name, when=when, duration=seconds))
    heard.pytest_sessionfinish()
    assert quick.KEPT.read_text() == "a\nb (set-up)\n"


def test_wings_are_those_that_a_file_imports_from(tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text("from vgcourse.nets import theory\nfrom vgcourse.grading.export import csv\n")
    assert quick.wings_of(file) == {"nets", "grading"}
    file.write_text("import vgcourse as vg\n")
    assert quick.wings_of(file) == {"measure", "course"}
