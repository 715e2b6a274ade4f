"""Answers that give back anything at all: no check falls over, and none says that the student's code stopped.

The generator takes the course's own version of every exercise and bends what comes out of it.
"""

import collections
import functools
import random
import re
import runpy
import types
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vgcourse.course.checks import observation, registry, session
from vgcourse.course.checks.observation import decode
from vgcourse.course.checks.verdicts import CHECK_BROKEN, CHECK_FAILED, RAISES

SEED = 5


touched = set()  # the bends that met a number


def in_numbers(bend):
    """Bend every array and number, however deep it lies in tuples, lists and dictionaries."""

    def bent(value):
        if isinstance(value, (np.ndarray, np.generic, float, int)):
            if np.asarray(value).dtype.kind in "iuf":
                touched.add(bend)
            return bend(np.asarray(value))
        if isinstance(value, (tuple, list)):
            return type(value)(map(bent, value))
        return {key: bent(part) for key, part in value.items()} if isinstance(value, dict) else value

    return bent


def in_containers(bend):
    """Bend every container and name, from the innermost outwards."""

    def bent(value):
        if type(value) is dict:
            value = {key: bent(part) for key, part in value.items()}
        elif type(value) in (tuple, list):
            value = type(value)(map(bent, value))
        return bend(value)

    return bent


ODD = {
    "nothing": lambda value: None,
    "text": lambda value: "text",
    "bytes": lambda value: b"text",
    "an empty list": lambda value: [],
    "an empty dictionary": lambda value: {},
    "three": lambda value: 3,
    "an object": lambda value: object(),
    "a generator": lambda value: (part for part in [value]),
    "a function of it": lambda value: lambda *args, **kwargs: value,
    "a class": lambda value: float,
    "lists of two lengths": lambda value: [[1, 2], [3]],
    "with None": lambda value: [value, None],
    "in a list": lambda value: [value],
    "three times": lambda value: (value, value, value),
    "in a dictionary": lambda value: {"a": value},
    "the first of it": lambda value: value[0] if isinstance(value, (tuple, list)) and value else value,
    "its text": repr,
    "None as text": lambda value: "None" if value is None else value,
    "complex": in_numbers(lambda array: array + 1j),
    "nan": in_numbers(lambda array: array * np.nan),
    "inf": in_numbers(lambda array: array * 0 + np.inf),
    "columns": in_numbers(lambda array: array.reshape(-1, 1)),
    "first numbers": in_numbers(lambda array: array.ravel()[:1]),
    "no numbers": in_numbers(lambda array: array.ravel()[:0]),
    "twice as long": in_numbers(lambda array: np.append(array.ravel(), array.ravel())),
    "numbers as text": in_numbers(lambda array: array.astype(str)),
}


# What people hand over without looking; and what Python prints for it should stand in no sentence.
ODD |= {
    "truth": lambda value: True,
    "a huge array": lambda value: np.zeros((300, 300)),
    "a table": lambda value: pd.DataFrame({"a": [1, 2]}),
    "a set": lambda value: {1, 2},
    "odd keys": lambda value: {1: 2, (1, 2): 3, None: 4, np.float64(1.5): np.float64(2.5)},
    "numbers of several kinds": lambda value: [np.float64(1 / 3), np.float32(0.1), np.int64(3)],
    "a function in a list": lambda value: [lambda: 1],
    "a long text": lambda value: 300 * "x",
    "much too large": in_numbers(lambda array: array.astype(float) * 1e300),
    "a third too large": in_numbers(lambda array: array * (4 / 3) if array.dtype.kind == "f" else array),
}


PRINTED = (
    r"\bnp\.\w+\(", r"\barray\(", r"dtype=", r"<tf\.", r" at 0x", r"<class ", r"<function", r"<module", r"Traceback",
    r"\d\.\d{11,}", r"\{[a-z_]*\}", r"  ", r"['\"(\[<]\S{81,}",
    r"\b1 (?:arrays|entries|things|numbers|kernels|layers)\b",
)  # fmt: skip


def unreadable(message):
    """What of a sentence is no sentence: what Python prints for an object, sixteen digits, no end, …"""
    found = [pattern for pattern in PRINTED if re.search(pattern, message)]
    ended = message.endswith((".", "!", "?", "`", ")", "…")) or "Your code stopped" in message
    return found + ["no end"] * (not ended) + ["too long"] * (len(message) > 600)


NO_NUMBERS = {"complex", "nan", "numbers as text"}  # with these in its numbers, no answer passes


class OwnList(list):
    pass


class OwnDict(dict):
    pass


def text_array(value):
    """Several texts as an array of NumPy's."""
    texts = type(value) in (tuple, list) and len(value) > 1 and all(type(part) is str for part in value)
    return np.array(value) if texts else value


def series(array):
    return pd.Series(array) if array.ndim == 1 else array


def tensor(array):
    import keras

    return keras.ops.convert_to_tensor(array) if array.dtype.kind == "f" and array.size else array


def named(value):
    return namedtuple("Result", [f"part_{i}" for i in range(len(value))])(*value) if type(value) is tuple else value


LEGAL = {
    "float32": in_numbers(lambda array: array.astype("float32") if array.dtype.kind == "f" else array),
    "lists": in_numbers(lambda array: array.tolist()),
    "read-only": in_numbers(lambda array: np.broadcast_to(array, array.shape)),
    "named tuples": in_containers(named),
    "lists of one's own": in_containers(lambda value: OwnList(value) if type(value) is list else value),
    "dictionaries of one's own": in_containers(lambda value: OwnDict(value) if type(value) is dict else value),
    "arrays of names": in_containers(text_array),
    "series of pandas'": in_numbers(series),
    "tensors": in_numbers(tensor),
    "names of NumPy's": in_containers(lambda value: np.str_(value) if type(value) is str else value),
}


class Callable:
    def __init__(self, answer):
        self.answer = answer

    def __call__(self, *args, **kwargs):
        return self.answer(*args, **kwargs)


def swapped(value):
    """Lists as tuples, tuples as lists."""
    return tuple(value) if type(value) is list else list(value) if type(value) is tuple else value


# The answer itself in another dress.
CALLED = {
    "an object that is called": Callable,
    "a partial function": functools.partial,
    "a lambda": lambda answer: lambda *args, **kwargs: answer(*args, **kwargs),
}
WORN = {
    **LEGAL,
    "tuples and lists exchanged": in_containers(swapped),
    "arrays of one number": in_numbers(np.asarray),
    "numbers of NumPy's": in_numbers(lambda array: array[()]),
}


def dressed(answer, name):
    """The answer in one of these dresses; a class and a model stay as they are."""
    if not callable(answer) or isinstance(answer, type) or hasattr(answer, "get_weights"):
        return answer
    return CALLED[name](answer) if name in CALLED else bent(answer, WORN[name])


def bent(answer, odd):
    if not callable(answer) or isinstance(answer, type) or hasattr(answer, "get_weights"):
        return odd(answer)

    @functools.wraps(answer)
    def answer_bent(*args, **kwargs):
        return odd(answer(*args, **kwargs))

    return answer_bent


def own_answers(exercise):
    own = exercise.reference()
    return own if isinstance(own, tuple) and len(exercise.answers) > 1 else (own,)


def bent_answers(exercise):
    own = own_answers(exercise)
    for name, odd in ODD.items():
        for place in range(len(own)):
            yield name, place, tuple(bent(one, odd) if i == place else one for i, one in enumerate(own))


# An exercise that trains nets at each look is looked at by fewer bends: those that a judge most often forgets.
SLOW = {
    "find-fault",
    "make-mlp",
    "weight-capture",
    "break-symmetry",
    "fifty-blocks",
    "branch-scale",
    "repair",
    "train-step",
}
FEW = {"nothing", "text", "nan", "a class", "with None", "columns"}
EXERCISES = [one for lesson in registry.LESSONS for one in registry.exercises(lesson) if one.reference]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_whatever_an_answer_gives_back_gets_a_verdict(exercise, monkeypatch):
    seed, found = exercise.suitable(SEED), []
    model = exercise._model(seed)
    monkeypatch.setattr(exercise, "_model", lambda _: model)
    for name, place, answers in bent_answers(exercise):
        if exercise.id in SLOW and name not in FEW:
            continue
        touched.clear()
        seen = exercise.observe_answers(answers, seed, watched=False)
        verdict = exercise.verdict(seen, seed)
        if verdict.passed and name in NO_NUMBERS and touched:
            found.append((name, place, verdict.key, verdict.message))
        stopped = verdict.key in (CHECK_FAILED, CHECK_BROKEN) or decode(seen).get("problem") == RAISES
        if stopped or unreadable(verdict.message):
            found.append((name, place, verdict.key, unreadable(verdict.message), verdict.message))
    assert not found, "\n".join(map(str, found))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "exercise", [one for one in EXERCISES if one.id not in SLOW], ids=lambda exercise: exercise.id
)
def test_a_right_answer_passes_in_any_legal_dress(exercise):
    seed = exercise.suitable(SEED)
    for name, dress in LEGAL.items():
        answers = tuple(bent(one, dress) for one in own_answers(exercise))
        verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
        assert verdict.passed, (name, verdict.message)


def in_numbers_alone(bend, met):
    """Bend numbers that stand by themselves, in a tuple or a dictionary; ``met`` gets each of them."""

    def bent(value):
        if type(value) is tuple:
            return tuple(map(bent, value))
        if type(value) is dict:
            return {key: bent(part) for key, part in value.items()}
        if isinstance(value, (bool, str)) or np.ndim(value) or np.asarray(value).dtype.kind not in "iuf":
            return value
        met.append(value)
        return bend(value)

    return bent


OF_ONE = {
    "an array": lambda number: np.array([number]),
    "a matrix": lambda number: np.array([[number]]),
    "a tensor": lambda number: tensor(np.array([number], "float32")),
    "a series": lambda number: pd.Series([number]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "exercise", [one for one in EXERCISES if one.id not in SLOW - {"branch-scale"}], ids=lambda exercise: exercise.id
)
def test_an_array_of_one_number_is_that_number_and_a_list_is_not(exercise):
    """As NumPy sees it; in all exercises alike."""
    seed, own = exercise.suitable(SEED), own_answers(exercise)
    for name, bend in {**OF_ONE, "a list": lambda number: [number]}.items():
        met: list = []
        worn = tuple(bent(one, in_numbers_alone(bend, met)) for one in own)
        verdict = exercise.verdict(exercise.observe_answers(worn, seed, watched=False), seed)
        # Where a choice may be None or a pair, nobody looks for a number in it.
        if met and exercise.id != "cheapest-way":
            assert verdict.passed == (name != "a list"), (name, verdict.message)


MAPPINGS = {
    "a mapping": types.MappingProxyType,
    "a dictionary of one's own making": collections.UserDict,
    "a series": lambda found: pd.Series(found, dtype=object),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", ["share-of-gap", "layer-statistics", "layer-rms", "output-gradients"])
@pytest.mark.parametrize("name", MAPPINGS)
def test_where_a_dictionary_is_asked_for_any_mapping_will_do(id, name):
    exercise = registry.find(id)

    def mapped(value):
        return MAPPINGS[name](value) if type(value) is dict else value

    worn = tuple(bent(one, mapped) for one in own_answers(exercise))
    verdict = exercise.verdict(exercise.observe_answers(worn, SEED, watched=False), SEED)
    assert verdict.passed, verdict.message


def wrong_answers(exercise):
    lesson = registry.lesson_of(exercise.id)
    return sorted((Path(__file__).parent / "wrong_answers" / lesson / exercise.id).glob("*.py"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "exercise", [one for one in EXERCISES if one.id not in SLOW], ids=lambda exercise: exercise.id
)
def test_a_wrong_answer_is_as_wrong_in_any_legal_dress(exercise):
    """A drawn sample of answers and dresses; the same mistake gets the same verdict."""
    draw, seed = random.Random(exercise.id), exercise.suitable(SEED)
    for path in draw.sample(wrong_answers(exercise), 2):
        names, dress = runpy.run_path(str(path)), draw.choice([*WORN, *CALLED])
        answers = [names[name] for name in exercise.answers]
        keys = [
            exercise.verdict(exercise.observe_answers(tuple(worn), seed, watched=False), seed).key
            for worn in (answers, [dressed(one, dress) for one in answers])
        ]
        assert keys[0] == keys[1], (path.name, dress)


PAIRS = [one for one in EXERCISES if len(one.answers) > 1 and all(map(callable, own_answers(one)))]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", PAIRS, ids=lambda exercise: exercise.id)
def test_one_wrong_function_of_two_leaves_part_of_the_points(exercise):
    """Whichever it is, and it is said which of them is right."""
    own, seed = own_answers(exercise), exercise.suitable(SEED)
    for place in range(len(own)):
        off = in_numbers(lambda array: array * 1.7 + 0.3)
        answers = tuple(bent(one, off) if i == place else one for i, one in enumerate(own))
        verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
        assert verdict.share > 0, (exercise.answers[place], verdict.key)
        others = [name for name in exercise.answers if name != exercise.answers[place]]
        assert (
            verdict.passed
            or any(f"{name} is right" in verdict.message for name in others)
            or ("gradients are right" in verdict.message)
        ), verdict.message


def test_whose_code_stopped():
    """An error is the answer's where it was called, or passed through its lines; else the check's."""
    exercise = registry.find("tanh-slopes")
    own = own_answers(exercise)

    def stops(x, w, depth):
        raise KeyError("mine")

    def takes_too_few(x):
        return 0

    for answer in (stops, takes_too_few, lambda x, w, depth: helper_that_is_nowhere):  # noqa: F821
        answers = (answer, *own[1:])
        assert decode(exercise.observe_answers(answers, SEED))["problem"] == RAISES


def test_a_check_that_cannot_be_imported_is_nobodys_zero(monkeypatch):
    def broken(id):
        raise NameError("name 'FOUR' is not defined")

    said = []
    monkeypatch.setattr(registry, "find", broken)
    monkeypatch.setattr(session, "_emit", lambda text, id: said.append((text, id)))
    session.observe_only([1])
    try:
        session.check("tanh-slopes", lambda x: x)
    finally:
        assert session.observe_only(None) == 1
    monkeypatch.undo()
    [(text, id)] = said
    verdict = registry.find(id).verdict(text, 1)
    assert verdict.is_withheld and "FOUR" in verdict.message and observation.decode(text)["problem"] == CHECK_BROKEN


def test_a_slip_of_the_check_is_not_told_as_the_students(monkeypatch):
    exercise = registry.find("tanh-slopes")

    def slips(*answers):
        return {"seen": name_that_was_cut_away}  # noqa: F821

    slips.__globals__["__name__"], here = "vgcourse.course.exercises.circles", __name__
    monkeypatch.setattr(exercise, "observing", slips)
    try:
        verdict = exercise.verdict(exercise.observe_answers(own_answers(exercise), SEED, watched=False), SEED)
    finally:
        slips.__globals__["__name__"] = here
    assert verdict.is_withheld and "name_that_was_cut_away" in verdict.message


def test_what_cannot_be_used_is_named():
    exercise = registry.find("block-growth")
    answers = (lambda x, kernels, scale=1.0: dict(enumerate(kernels)),)
    verdict = exercise.verdict(exercise.observe_answers(answers, SEED, watched=False), SEED)
    assert verdict.key == "cannot-be-used" and "; block_growth gives back a dict." in verdict.message, verdict


def test_it_is_said_in_which_call_an_answer_stopped():
    exercise = registry.find("ten-slopes")

    def best_case(depth):
        return {1: 0.25, 2: 0.0625}[depth]

    verdict = exercise.verdict(exercise.observe_answers((best_case,), SEED, watched=False), SEED)
    assert verdict.message == "Your code stopped with KeyError: 3 (in the call best_case(3))"


def test_whatever_else_is_wrong_a_changed_argument_is_named():
    exercise = registry.find("path-length")

    def path_length(kernels):
        kernels[1:] -= kernels[:-1].copy()
        return np.abs(kernels[1:]).sum()

    verdict = exercise.verdict(exercise.observe_answers((path_length,), SEED, watched=False), SEED)
    assert verdict.key == "total" and verdict.message.endswith(
        "Besides, path_length changes the array that it is given."
    )
    exercise = registry.find("layer-statistics")

    def layer_statistics(kernels):
        for name, kernel in kernels.items():
            kernels[name] = np.mean(kernel, axis=(1, 2)), np.std(kernel, axis=(1, 2))
        return kernels

    verdict = exercise.verdict(exercise.observe_answers((layer_statistics,), SEED, watched=False), SEED)
    assert verdict.key == "changes-input" and "the dictionary" in verdict.message, verdict.message
