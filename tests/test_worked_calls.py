"""Every exercise shows a worked call, and each of them gives what stands below it."""

import ast
import doctest
import re

import pytest

from tests.mutants.source import ROOT, answer_of
from vgcourse.course.checks import registry

EVERY = [(lesson, exercise.id) for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]
ALIKE = doctest.NORMALIZE_WHITESPACE


def worked_calls(lesson, id):
    """The examples in the text of a task, from its heading to the cell for the answer."""
    text = (ROOT / "solutions" / lesson / f"{lesson.partition('_')[2]}.py").read_text("utf-8")
    task = text[: text.index(f'# %% answer="{id}"')].rpartition("\n### Exercise")[2]
    blocks = re.findall(r"^```python\n(>>> .*?)^```$", task, re.MULTILINE | re.DOTALL)
    return doctest.DocTestParser().get_doctest("\n".join(blocks), {}, id, lesson, 0)


@pytest.mark.parametrize(("lesson", "id"), EVERY, ids=[id for _, id in EVERY])
def test_a_worked_call_gives_what_it_shows(lesson, id):
    calls = worked_calls(lesson, id)
    assert any(example.want for example in calls.examples), "the task shows no call with its result"
    prelude, answer = answer_of(id, "\n".join(example.source for example in calls.examples))
    exec(prelude, calls.globs)
    if id not in ("repair", "six-cures"):  # results of an experiment; their calls stand without them
        exec(compile(answer, id, "exec"), calls.globs)
    told = []
    doctest.DocTestRunner(verbose=False, optionflags=ALIKE).run(calls, out=told.append)
    assert not told, "".join(told)


@pytest.mark.parametrize(("lesson", "id"), EVERY, ids=[id for _, id in EVERY])
def test_whoever_copies_a_worked_call_overwrites_nothing_of_the_lesson(lesson, id):
    lesson_cells = ast.parse((ROOT / "solutions" / lesson / f"{lesson.partition('_')[2]}.py").read_text("utf-8"))
    calls = ast.parse("\n".join(example.source for example in worked_calls(lesson, id).examples))
    assert not bound(calls) & bound(lesson_cells)


def bound(tree):
    """The names that a module's own level binds; inside a comprehension they are its own."""
    inside = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.SetComp)
    found, waiting = set(), list(tree.body)
    for node in waiting:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, inside):
            waiting += ast.iter_child_nodes(node)
    return found
