"""The package's code is known again under any name, and nobody else's is taken for it."""

import ast
import inspect
import runpy
import textwrap
import types
from pathlib import Path

import numpy as np
import pytest

from vgcourse.course.checks import own_work, registry
from vgcourse.course.checks.handed import HandedOut
from vgcourse.course.checks.sources import whose_code
from vgcourse.measure import statistics
from vgcourse.nets.theory import activations

RMS = registry.find("first-check")


def under_another_name(function):
    renamed = function.__code__.replace(co_filename=np.__file__, co_name="mine", co_qualname="mine", co_firstlineno=3)
    return types.FunctionType(renamed, vars(statistics), "mine", function.__defaults__)


def with_other_names_and_constants(function):
    code = function.__code__
    names = tuple(f"v{number}" for number in range(len(code.co_varnames)))
    constants = tuple(None if isinstance(one, str) else one for one in code.co_consts)
    changed = code.replace(co_varnames=names, co_consts=(*constants, 12345), co_filename="mine", co_name="mine")
    return types.FunctionType(changed, vars(statistics), "mine", function.__defaults__)


def from_the_text(function):
    scope = {"np": np}
    exec(inspect.getsource(function).replace(f"def {function.__name__}", "def mine"), scope)
    return scope["mine"]


def without_its_docstring(function):
    tree = ast.parse(inspect.getsource(inspect.getmodule(function)))
    for part in ast.walk(tree):
        if isinstance(part, ast.FunctionDef) and ast.get_docstring(part):
            part.body = part.body[1:] or [ast.Pass()]
    scope = {}
    exec(compile(tree, np.__file__, "exec"), scope)
    return scope[function.__name__]


COPIES = (lambda f: f, under_another_name, with_other_names_and_constants, from_the_text, without_its_docstring)


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_the_packages(copied):
    found = whose_code.of_files().origin(copied(statistics.rms).__code__)
    assert (found.file, found.name, found.computes) == (str(Path("measure", "statistics.py")), "rms", True)


def test_a_copy_of_an_exercises_own_helper_is_known_too():
    """With the seed, which stands in a frame above the answer, it would draw what the check has drawn."""
    from vgcourse.course.exercises.depth import gaps

    codes = whose_code.of_modules((gaps.__name__,))
    assert codes.origin(under_another_name(gaps._two_setups).__code__).is_plain
    assert not whose_code.of_files().origin(gaps._two_setups.__code__)


def test_another_function_is_not():
    def rms(values, axis=None):
        return np.sqrt(np.mean(np.asarray(values, np.float64) ** 2, axis=axis))

    assert whose_code.of_files().origin(rms.__code__) is None
    assert not whose_code.of_files().origin(np.ma.masked_equal.__code__)


ANSWERS = sorted(Path(__file__).parent.glob("*_answers/*/*/*.py"))


@pytest.mark.parametrize("lesson", registry.LESSONS)
def test_no_function_of_an_answer_is_taken_for_the_packages(lesson):
    """Of the kept answers, and of the course's own versions written anew: whoever follows the hints writes them."""
    for exercise in registry.exercises(lesson):
        helpers = own_work._helpers(exercise.observing.__module__)
        sources = [path.read_text(encoding="utf-8") for path in ANSWERS if path.parent.name == exercise.id]
        if exercise.reference is not None:
            sources.append(textwrap.dedent(inspect.getsource(exercise.reference)))
        for code in (code for source in sources for code in functions(source)):
            helper = helpers.origin(code)
            assert not (helper and helper.is_plain) and whose_code.of_files().origin(code) is None, exercise.id


def functions(source):
    """The code of the functions of an answer, or of those inside the function that makes the course's own version."""
    tree = ast.parse(source)
    made = [part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef) and not part.decorator_list]
    for part in made:
        yield from whose_code.inner_codes(compile(ast.Module([part], []), "<cell>", "exec"))


def test_what_is_written_in_a_line_or_two_is_nobodys():
    """`deaf_inputs`, as a helper of its check computes it."""
    from vgcourse.course.exercises.recurrent import windows

    scope = {"np": np}
    exec("def deaf(X, window):\n    return np.flatnonzero(~np.any(X[:, -window:] != 0, axis=(0, 1)))", scope)
    codes = whose_code.of_modules((windows.__name__,))
    assert codes.origin(scope["deaf"].__code__) is None
    assert codes.origin(under_another_name(windows.deaf).__code__).name == "deaf"


def handed_on(values):
    """The package's own wrapper calls it."""
    return HandedOut().guard("size", statistics.rms)(values)


def by_a_file_of_the_package(values):
    scope = {"rms": statistics.rms}
    exec(compile("def go(v):\n    return rms(v)", whose_code.__file__, "exec"), scope)
    return scope["go"](values)


@pytest.mark.parametrize("answer", [handed_on, by_a_file_of_the_package, under_another_name(statistics.rms)])
def test_work_that_the_package_does_earns_nothing_whoever_seems_to_call_it(answer):
    verdict = RMS.verdict(RMS.observe_answers((answer,), 5), 5)
    assert (verdict.key, verdict.share) == ("uses-the-package", 0), verdict


def test_what_a_check_hands_out_may_use_its_own_helpers():
    exercise = registry.find("share-of-gap")

    def shares(bad, good, run):
        low, high = np.median(run(bad)), np.median(run(good))
        differ = [key for key in bad if bad[key] != good[key]]
        return {key: (np.median(run(bad | {key: good[key]})) - low) / (high - low) for key in differ}

    assert exercise.verdict(exercise.observe_answers((shares,), 5), 5).passed


def test_a_module_that_an_answer_imports_may_compute_while_it_is_imported():
    """Its functions run, called by nobody but itself."""

    def rms(values):
        runpy.run_path(activations.__file__)
        return np.sqrt(np.mean(np.square(values)))

    assert RMS.verdict(RMS.observe_answers((rms,), 5), 5).passed


def test_what_a_check_computes_with_the_package_itself_is_not_the_answers_work():
    exercise = registry.find("repair")
    names = runpy.run_path(str(Path(__file__).parent / "right_answers/05_initialization/repair/he.py"))
    answers = tuple(names[answer] for answer in exercise.answers)
    assert exercise.verdict(exercise.observe_answers(answers, 5), 5).key != "uses-the-package"
