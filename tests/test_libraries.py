"""What kernels find imported is what their lesson needs: the grader of a lesson without TensorFlow waits for none."""

import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest

import vgcourse
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.grading.class_run import libraries
from vgcourse.grading.confinement import kernels

WITHOUT = {"00_start", "01_circles"}  # `test_lesson_01` holds that its run loads no TensorFlow


@pytest.mark.parametrize("lesson", registry.known())
def test_a_lesson_that_needs_tensorflow_finds_it_imported(root, lesson):
    found = Lesson(lesson, root)
    room = SimpleNamespace(release=lambda lesson: nbformat.read(lesson.student, as_version=4))
    stack = libraries.stack_of(room, found)
    assert ("tensorflow" in stack) == (lesson not in WITHOUT)


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("import keras", True),
        ("from tensorflow import constant", True),
        ("model = vg.mlp(3)", True),
        ("from vgcourse import t1_circles, train", True),
        ("with vg.clinic.patient(3) as p: pass", True),
        ("import numpy as np\nX, y = vg.circles()", False),
        ("vg.plots.tell('a train of thought')", False),
        ("train, test = split(X)", False),
    ],
)
def test_code_that_brings_tensorflow_is_seen(code, needs):
    assert libraries.needs_tensorflow(code) == needs


def test_the_names_that_bring_tensorflow_are_those_whose_modules_load_it():
    homes = {**vgcourse._HOME, **vgcourse._MODULES}
    loads = _what_loads({home for home in homes.values() if home != "nets.clinic"})  # it loads Keras when called
    assert set(vgcourse.names_that_bring_tensorflow()) == {name for name, home in homes.items() if home in loads} | {
        "clinic"
    }


def _what_loads(homes: set[str]) -> set[str]:
    """Those of the modules that load TensorFlow or Keras by being imported: they fail where nobody brings them."""
    code = """
import importlib, sys
lazy = sys.argv[1:]
for home in lazy:
    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("keras", "tensorflow"):
                raise ImportError("brings it")
    sys.meta_path[:0] = [Refuse()]
    before = set(sys.modules)
    try:
        importlib.import_module("vgcourse." + home)
    except Exception:
        print(home)
        for name in set(sys.modules) - before:
            del sys.modules[name]
    sys.meta_path.pop(0)
"""
    done = subprocess.run([sys.executable, "-c", code, *sorted(homes)], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_warm_parent_that_lacks_something_is_replaced_and_one_that_has_more_is_kept(monkeypatch):
    monkeypatch.setattr(kernels, "_parents", {})
    few = kernels.warm_parent(("ipykernel.kernelapp",))
    try:
        assert kernels.warm_parent(()) is few, "any will do"
        more = kernels.warm_parent(("ipykernel.kernelapp", "colorsys"))
        assert more is not few and not few.is_alive and set(more.imported) == {"ipykernel.kernelapp", "colorsys"}
        assert kernels.warm_parent(("ipykernel.kernelapp",)) is more
        more._process.kill()
        more._process.wait()
        assert kernels.warm_parent(("ipykernel.kernelapp",)) is not more, "another takes its place"
    finally:
        kernels.close_parent()
