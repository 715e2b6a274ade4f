"""Every key that a judge can return has a sentence, and every field of the sentence is filled: read, not run.

A judge hands on what its helpers find; a helper counts as part of the judge where it gives back keys.
"""

import ast
import inspect
import re
from string import Formatter

import pytest

from vgcourse.course.checks import registry
from vgcourse.course.checks.verdicts import PASSED

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+|[a-z]{3,}")
EXERCISES = [exercise for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]


def returned(node):
    """What an expression in a return's place may come to: pairs of a key and the names of its fields, None for some.

    Fields are a set; None where they cannot be read.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, set()
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        for key, _ in returned(node.elts[0]):
            yield key, fields_of(node.elts[1])
    elif isinstance(node, ast.IfExp):
        yield from (*returned(node.body), *returned(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from returned(value)


def fields_of(node):
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {key.value for key in node.keys}
    return None


def reached(function, module):
    """The function and those of its module that it calls, as syntax."""
    tree = ast.parse(inspect.getsource(module))
    there = {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef)}
    waiting, found = [function.__name__], {}
    while waiting:
        name = waiting.pop()
        if name in there and name not in found:
            found[name] = there[name]
            waiting += [node.id for node in ast.walk(there[name]) if isinstance(node, ast.Name)]
    return found.values()


def keys_of(exercise):
    """Keys and fields; those that a caller adds, as in ``{"layer": name, **fields}``, count as filled."""
    judge = exercise._judge
    nodes = [node for part in reached(judge, inspect.getmodule(judge)) for node in ast.walk(part)]
    added = {key for node in nodes for key in added_fields(node)}
    for node in nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            yield from ((key, fields if fields is None else fields | added) for key, fields in returned(node.value))


def added_fields(node):
    dicts = []
    if isinstance(node, ast.Dict) and None in node.keys:
        dicts = [node]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):  # place = {...}, handed on by its name
        dicts = [node.value]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        dicts = [side for side in (node.left, node.right) if isinstance(side, ast.Dict)]
    return [key.value for part in dicts for key in part.keys if isinstance(key, ast.Constant)]


def wanted_fields(sentence):
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_key_of_a_judge_has_a_sentence_whose_fields_are_filled(exercise):
    found = [(key, fields) for key, fields in keys_of(exercise) if KEY.fullmatch(key) and key != PASSED]
    assert found, "nothing was read: the way in which this judge returns keys is not known here"
    for key, fields in found:
        assert key in exercise.misses, f"{exercise.id} has no sentence for {key!r}"
        if fields is not None:
            assert wanted_fields(exercise.misses[key].message) <= fields, (exercise.id, key)
