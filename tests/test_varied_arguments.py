"""A check calls an answer with more than one value of each number and name: none can be written into the answer.

The generator is the course's own version, wrapped such that it notes what it is called with: of numbers and names
the values, of models and arrays how many layers, units, inputs and examples they have.
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


def sizes(value):
    """(what, value) of all that an answer could take for given."""
    if isinstance(value, (int, float, str, np.generic)):
        yield "", value
    elif hasattr(value, "get_weights") and hasattr(value, "layers"):
        kernels = [weights.shape for weights in value.weights if len(weights.shape) > 1]
        yield from ((".layers", len(value.layers)), (".inputs", kernels[0][-2]))
        yield from ((".units", tuple(shape[-1] for shape in kernels)), (".name", value.name))


def noting(answer, met):
    if not inspect.isfunction(answer):
        return answer
    signature = inspect.signature(answer)

    @functools.wraps(answer)
    def noted(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        for name, value in given.arguments.items():
            for what, size in sizes(value):
                met[answer.__name__, f"{name}{what}"].add(size)
        return answer(*args, **kwargs)

    return noted


@pytest.mark.parametrize("exercise", [one for one in ALL if one.id not in NETS], ids=lambda one: one.id)
def test_no_number_and_no_name_is_always_the_same(exercise):
    own, met = exercise.reference(), defaultdict(set)
    answers = own if isinstance(own, tuple) and len(exercise.answers) > 1 else (own,)
    noted = tuple(noting(answer, met) for answer in answers)
    exercise.observe_answers(noted, exercise.suitable(3), watched=False)
    assert {argument: values for argument, values in met.items() if len(values) < 2} == {}


# Of models, what is always the same, and why nothing can be made of it.
ALWAYS = {
    "layer-rms": {"model.inputs"},  # nothing is computed from X: gradients are handed in
    "find-fault": {"model.inputs"},  # X comes with the model, and a net is called with it
    "break-symmetry": {"model.inputs"},  # as few as possible: the first kernel, which has them, is best left as it is
}


MODELS = ("layer-rms", "output-gradients", "find-fault", "train-step", "break-symmetry", "refresh-statistics")


@pytest.mark.parametrize("id", MODELS)
def test_no_size_of_a_model_is_always_the_same(id):
    exercise, met = registry.find(id), defaultdict(set)
    own = exercise.reference()
    noted = tuple(noting(answer, met) for answer in (own if isinstance(own, tuple) else (own,)))
    exercise.observe_answers(noted, exercise.suitable(3), watched=False)
    same = {argument for (_, argument), values in met.items() if len(values) < 2}
    assert same == ALWAYS.get(id, set()) and met
