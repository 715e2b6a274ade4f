"""Whether anybody has written an answer, read from the cells."""

import pytest
from nbformat.v4 import new_code_cell

from vgcourse.grading.notebook.answered import is_answered, may_define

NOTHING = (
    "def rms(v): ...",
    'def rms(v):\n    """The root mean square."""\n    ...  # YOUR CODE HERE',
    "def rms(v):\n    raise NotImplementedError()",
    "def rms(v):\n    return None",
    "rms = ...",
    "class rms:\n    def __call__(self, v):\n        ...",
    "print(rms([1]))",
    "# rms",
    "ip.user_ns[name] = value",
)
SOMETHING = (
    "def rms(v): return 1",
    "def rms(v):\n    pass\nrms = lambda v: 2",
    "from helper import rms",
    "from helper import size as rms",
    "globals()['rms'] = f",
    "exec('def rms(v): return 1')",
    "%%time\ndef rms(v): return 1",
    "def make():\n    global rms\n    rms = f",
    "for rms in (f,): pass",
    "class rms(list):\n    n = 1",
    "rms = fun(  # does not compile",
    "import __main__; __main__.rms = f",
    "def \uff52\uff4d\uff53(v): return 1",  # wide letters
)


@pytest.mark.parametrize("source", NOTHING)
def test_what_defines_nothing(source):
    assert not may_define(source, {"rms"})


@pytest.mark.parametrize("source", SOMETHING)
def test_what_may_define_the_name(source):
    assert may_define(source, {"rms"})


def test_a_name_may_come_from_a_file_that_was_handed_in(tmp_path):
    cell = new_code_cell("from helper import *")
    assert not is_answered([cell], ("rms",), str(tmp_path))
    (tmp_path / "helper.py").write_text("def rms(v): return 1")
    assert is_answered([cell], ("rms",), str(tmp_path)) and not is_answered([], ("rms",), str(tmp_path))
