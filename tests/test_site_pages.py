"""What the site makes of a lesson and of the package, without building it: nothing is lost, nothing is noise."""

import re
from importlib import import_module

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import vgcourse


@pytest.fixture
def prepare(root, monkeypatch):
    """The function ``prepare`` of ``site/prepare.py``."""
    monkeypatch.syspath_prepend(str(root / "site"))
    return import_module("prepare").prepare


def test_every_public_name_stands_on_the_page_of_the_package(root):
    page = (root / "site" / "pages" / "api.md").read_text("utf-8")
    documented = set(re.findall(r"^\.\. auto\w+:: vgcourse\.(\w+)$", page, re.MULTILINE))
    assert documented == set(vgcourse._HOME)
    told = set(re.findall(r"vg\.(\w+)$", page, re.MULTILINE))
    assert told == set(vgcourse._MODULES) - {"checks"}  # a lesson calls check, never the module


def test_what_was_printed_is_one_block_and_the_dots_of_an_answer_show_nothing(prepare):
    printed = [new_output("stream", name=name, text=f"{name}\n") for name in ("stdout", "stderr", "stdout")]
    dots = new_output("execute_result", data={"text/plain": "Ellipsis"})
    cells = [new_code_cell("print(1)", outputs=printed), new_code_cell("healed = ...", outputs=[dots])]
    prepare(new_notebook(cells=cells))
    assert [output.text for output in cells[0].outputs] == ["stdout\nstdout\n"] and not cells[1].outputs


def test_a_cell_that_only_asks_is_its_form_alone(prepare):
    sources = ['predict("a", "How many?", between=(0, 9))', 'n = 3\nreveal("a", n)', 'check("a", n)', "print(1)"]
    cells = [new_code_cell(source) for source in sources]
    cells[1].metadata["jupyter"] = {"source_hidden": True}
    prepare(new_notebook(cells=cells))
    tags = [cell.metadata["tags"] for cell in cells]
    assert tags == [["remove-input"], ["hide-input"], [], []]
