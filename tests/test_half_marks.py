"""Half right is half marked, in all exercises of two functions alike, whatever the other function does (or not yet).

The generator takes the course's own version and bends one of its functions.
"""

import functools

import numpy as np
import pytest

from vgcourse.course.checks import registry
from vgcourse.course.checks.compare import of_two
from vgcourse.course.checks.exercise import Exercise, Miss
from vgcourse.course.checks.render import look

SEED = 3
# Neither builds a net; the rest of the exercises with two answers look at classes, or need all of them.
PAIRS = ("radial-threshold", "sigmoid", "short-window", "batch-norm")


def stub(*args, **kwargs):
    """Not written yet."""
    ...


def unwritten(*args, **kwargs):
    raise NotImplementedError


def off(value):
    if isinstance(value, (list, tuple)):
        return type(value)(map(off, value))
    return np.asarray(value, float) * 1.37 + 0.21


BENT = {
    "open": lambda answer: stub,
    "to be written": lambda answer: unwritten,
    "gives nothing": lambda answer: lambda *args: print(answer(*args)),
    "gives a dictionary": lambda answer: lambda *args: {"it": answer(*args)},
    "gives text": lambda answer: lambda *args: str(answer(*args)),
    "gives a text in a list": lambda answer: lambda *args: [str(float(np.ravel(np.asarray(answer(*args)[0]))[0]))],
    "gives a generator": lambda answer: lambda *args: (part for part in [answer(*args)]),
    "gives a function": lambda answer: lambda *args: answer,
    "is no function": lambda answer: 0.5,
    "stops": lambda answer: lambda *args: answer(*args)[None, 7, "no such place"],
    "wrong": lambda answer: functools.wraps(answer)(lambda *args, **kwargs: off(answer(*args, **kwargs))),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("bend", BENT)
@pytest.mark.parametrize("id", PAIRS)
def test_one_right_function_of_two_earns_a_half(id, bend):
    exercise = registry.find(id)
    own = exercise.reference()
    # best_threshold compares what radial_accuracy gives: without that nothing can be said of it.
    places = (1,) if id == "radial-threshold" and bend != "wrong" else (0, 1)
    for place in places:
        answers = tuple(BENT[bend](answer) if i == place else answer for i, answer in enumerate(own))
        verdict = exercise.verdict(exercise.observe_answers(answers, SEED, watched=False), SEED)
        assert verdict.share == 0.5 and "right" in verdict.message, (place, verdict)
        assert "{" not in verdict.message and look(verdict)[1] != "Open"


def test_a_share_of_one_function_is_not_taken_for_a_word_on_the_other():
    misses = {"nearly": Miss("One is nearly right.", share=0.5), "no-return": "Two gives nothing."}
    pair = Exercise("pair", points=2, title="a pair", answers=("one", "two"), passed="Both.", misses=misses)
    pair.observe(lambda one, two, rng: {"one": one(1), "two": two(1)})

    @pair.judge
    def judge_pair(seen, rng):
        first = None if seen["one"] == 1 else "nearly"
        return of_two(first, "no-return" if seen["two"] is None else None, pair.answers, pair.misses)

    for one, share in ((lambda x: x, 0.5), (lambda x: 2 * x, 0)):
        verdict = pair.verdict(pair.observe_answers((one, lambda x: x / 0), SEED, watched=False), SEED)
        assert (verdict.key, verdict.share, "one is right." in verdict.message) == ("raises", share, share > 0)


@pytest.mark.parametrize("bend", ["open", "stops"])
def test_one_wrong_function_beside_one_that_is_open_earns_nothing(bend):
    exercise = registry.find("sigmoid")
    sigmoid, slope = exercise.reference()
    for answers in ((lambda z: off(sigmoid(z)), BENT[bend](slope)), (BENT[bend](sigmoid), lambda z: off(slope(z)))):
        verdict = exercise.verdict(exercise.observe_answers(answers, SEED, watched=False), SEED)
        assert verdict.share == 0 and verdict.key == {"open": "blank", "stops": "raises"}[bend]
