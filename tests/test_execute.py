"""The judge sits outside the student's kernel: what counts is what the numbers say."""

import asyncio
import json
from queue import Empty

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError
from nbclient.util import run_sync
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from vgcourse.course.checks import registry
from vgcourse.grading.notebook import execute
from vgcourse.grading.notebook.execute import JudgedExecute, verdicts
from vgcourse.grading.notebook.judging import count_checks, judge_outputs, observations
from vgcourse.grading.notebook.stopped import NO_OBSERVATION

ID = "first-check"
IMPORT = "from vgcourse import check"


def graded(source, id=ID, points=1):
    mark = {"grade": True, "grade_id": id, "locked": True, "points": points, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**mark, "solution": False, "task": False}})


def run(*cells, seed="course"):
    nb = new_notebook(cells=[new_code_cell(IMPORT), *cells])
    JudgedExecute(config=Config({"JudgedExecute": {"seed": seed, "timeout": 60}})).preprocess(nb, {"metadata": {}})
    return nb


@pytest.fixture(scope="module")
def right(root):
    """A right answer as source, and the call that checks it."""
    files = sorted((root / "tests" / "right_answers" / "00_start" / ID).glob("*.py"))
    return files[0].read_text(), f'check("{ID}", {", ".join(registry.find(ID).answers)})'


def test_a_right_and_a_wrong_answer_are_told_apart(right):
    source, check = right
    name = registry.find(ID).answers[0]
    good = run(new_code_cell(source), graded(check))
    bad = run(new_code_cell(f"def {name}(*a, **k): return 0.123"), graded(check))
    (passed,), (missed,) = verdicts(good), verdicts(bad)
    assert passed.passed and not missed.passed
    kinds = [output.output_type for output in bad.cells[-1].outputs]
    assert kinds == ["display_data", "error"]  # what nbgrader reads as no credit
    assert [output.output_type for output in good.cells[-1].outputs] == ["display_data"]


def test_the_verdict_does_not_depend_on_what_the_kernel_prints_or_raises(right):
    source, check = right
    name = registry.find(ID).answers[0]
    noisy = new_code_cell(source + "\nimport sys\nprint('noise', file=sys.stderr)")
    assert verdicts(run(noisy, graded(check)))[0].passed
    patched = new_code_cell(
        f"def {name}(*a, **k): return 0.123\nimport numpy as np\nnp.allclose = lambda *a, **k: True\n"
        "import vgcourse.course.checks.exercise as e\n"
        "e.Exercise.verdict = lambda *a: e.Verdict('x', 1, 1.0, 'passed', '')"
    )
    assert not verdicts(run(patched, graded(check)))[0].passed


def test_no_observation_no_credit(right):
    _, check = right
    name = registry.find(ID).answers[0]
    silent = new_code_cell(f"check = lambda *a, **k: None\n{name} = None")
    (verdict,) = verdicts(run(silent, graded(check)))
    assert (verdict.key, verdict.share) == (NO_OBSERVATION, 0)


def test_an_undefined_answer_leaves_the_other_cells_graded(right):
    source, check = right
    nb = run(graded("this_name_does_not_exist"), new_code_cell(source), graded(check))
    lost, found = verdicts(nb)
    assert (lost.key, found.key) == (NO_OBSERVATION, "passed")
    assert "its cell stopped before, with NameError (name 'this_name_does_not_exist' is not defined)." in lost.message


def test_a_check_that_ran_out_of_time_says_so():
    cell = new_code_cell(f"check({ID!r}, f)")
    cell.outputs = [new_output("error", ename="CellTimeoutError", evalue="No reply from kernel", traceback=[])]
    assert "its cell ran out of time." in judge_outputs(cell, registry.find(ID), [0]).message


def test_each_check_of_a_cell_has_draws_of_its_own_and_the_worst_counts(right):
    source, check = right
    twice = f"{check}\n{check[:-1]}, hidden=True)"
    assert count_checks(twice) == 2
    assert verdicts(run(new_code_cell(source), graded(twice)))[0].passed
    half = f"{check}\nraise RuntimeError('before the hidden check')\n{check}"
    assert verdicts(run(new_code_cell(source), graded(half)))[0].key == NO_OBSERVATION


def test_a_replayed_observation_is_worth_nothing(right, monkeypatch):
    source, check = right
    drawn = []
    keep = JudgedExecute._draw_seed
    monkeypatch.setattr(JudgedExecute, "_draw_seed", lambda *a: drawn.append(keep(*a)) or drawn[-1])
    monkeypatch.setattr(execute, "leave_verdict", lambda cell, verdict: None)
    nb = run(new_code_cell(source), graded(check), seed="monday")
    seen = observations(nb.cells[-1])[0][1]
    exercise = registry.find(ID)
    assert exercise.verdict(seen, drawn[0]).passed
    run(new_code_cell(source), graded(check), seed="tuesday")
    assert drawn[0] != drawn[1]
    assert not exercise.verdict(seen, drawn[1]).passed


def test_an_instructors_own_assert_is_left_to_nbgrader():
    nb = run(graded("assert 1 + 1 == 2", id="my-own"), graded("assert 1 + 1 == 3", id="my-other"))
    kinds = [[output.output_type for output in cell.outputs] for cell in nb.cells[1:]]
    assert kinds == [[], ["error"]] and not verdicts(nb)


def test_the_seed_leaves_no_trace_in_the_notebook(right):
    source, check = right
    nb = run(
        new_code_cell(source), graded(check), new_code_cell("print(sorted(n for n in dir() if 'seed' in n), len(In))")
    )
    assert nb.cells[-1].outputs[0].text.startswith("[]")
    assert "observe_only" not in json.dumps(nb)


def test_a_graded_notebook_is_valid_and_keeps_its_verdicts(right, tmp_path):
    source, check = right
    path = tmp_path / "graded.ipynb"
    nbformat.write(run(new_code_cell(source), graded(check)), path)
    assert verdicts(nbformat.read(path, as_version=4))[0].passed


class Chatterbox:
    """A kernel that keeps talking, and never of what it was asked."""

    said = 0

    def execute(self, source, **options):
        return "the question"

    async def get_shell_msg(self, timeout):
        self.said += 1
        await asyncio.sleep(min(timeout, 0.01))
        assert self.said < 1000, "nobody stops listening"
        if timeout <= 0.01:
            raise Empty
        return {"parent_header": {"msg_id": "something else"}}


def test_a_kernel_that_talks_of_something_else_does_not_answer(monkeypatch):
    monkeypatch.setattr(execute, "ANSWER_WITHIN", 0.1)
    runner = JudgedExecute()
    runner.kc = Chatterbox()
    with pytest.raises(DeadKernelError, match="no longer answers"):
        run_sync(runner._ask)("pass")
