"""A check calls an answer with more than one value of each number and name: none can be written into the answer.

The generator is the course's own version, wrapped such that it notes what it is called with.
"""

import functools
import inspect
from collections import defaultdict

import numpy as np
import pytest

from vgcourse.course.checks import registry

# Their checks build or train nets; what these are called with was looked at by hand, and takes long.
NETS = {
    "make-mlp", "weight-capture", "break-symmetry", "train-step", "layer-rms", "output-gradients", "find-fault",
    "initializers", "repair", "residual-block", "fifty-blocks", "branch-scale", "refresh-statistics", "walk-back",
}  # fmt: skip
ALL = [one for lesson in registry.LESSONS for one in registry.exercises(lesson) if one.reference]


def noting(answer, met):
    if not inspect.isfunction(answer):
        return answer
    signature = inspect.signature(answer)

    @functools.wraps(answer)
    def noted(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        for name, value in given.arguments.items():
            if isinstance(value, (int, float, str, np.generic)):
                met[answer.__name__, name].add(value)
        return answer(*args, **kwargs)

    return noted


@pytest.mark.parametrize("exercise", [one for one in ALL if one.id not in NETS], ids=lambda one: one.id)
def test_no_number_and_no_name_is_always_the_same(exercise):
    own, met = exercise.reference(), defaultdict(set)
    answers = own if isinstance(own, tuple) and len(exercise.answers) > 1 else (own,)
    noted = tuple(noting(answer, met) for answer in answers)
    exercise.observe_answers(noted, exercise.suitable(3), watched=False)
    assert {argument: values for argument, values in met.items() if len(values) < 2} == {}
