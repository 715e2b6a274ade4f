"""A fact tells two numbers apart: "yours is 0.5, wanted 0.5" tells nobody anything.

The generator takes the course's own version of every exercise of numbers and puts it a little off, by a share and by
a sum, from below what a check can see to a hundredth. `python -m tests.test_told_apart` does so with more sizes.
"""

import re
import sys

import pytest

from tests.test_odd_answers import EXERCISES, SLOW, bent, in_numbers, own_answers

SIZES = (1e-5, 5e-5, 3e-4, 3e-3)
NUMBER = r"(-?[\d.]+(?:e[-+]?\d+)?)"
TWO = (
    rf" (?:gives|is) {NUMBER}; wanted is {NUMBER}\.(?: |$)",
    rf"yours is {NUMBER}, wanted {NUMBER}\.(?: |$)",
    rf"you get {NUMBER}, where \D*{NUMBER}\.(?: |$)",
)
IDS = [exercise for exercise in EXERCISES if exercise.id not in SLOW]


def twins(message):
    """The number that a sentence gives twice, as one's own and as the wanted one."""
    found = (re.search(pattern, message) for pattern in TWO)
    return next((match[1] for match in found if match and match[1] == match[2]), None)


def alike(exercise, sizes=SIZES):
    seed, own = exercise.suitable(5), own_answers(exercise)
    for size in sizes:
        for moved in (lambda a, by=size: a * (1 + by), lambda a, by=size: a + by):
            off = in_numbers(lambda array, moved=moved: moved(array) if array.dtype.kind == "f" else array)
            for place in range(len(own)):
                answers = tuple(bent(one, off) if i == place else one for i, one in enumerate(own))
                verdict = exercise.verdict(exercise.observe_answers(answers, seed, watched=False), seed)
                if twins(verdict.message):
                    yield size, verdict.key, verdict.message


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", IDS, ids=lambda exercise: exercise.id)
def test_two_numbers_that_differ_are_not_shown_as_one(exercise):
    assert list(alike(exercise)) == []


if __name__ == "__main__":
    wide = [10 ** (-power / 3) for power in range(6, 19)]
    found = [(exercise.id, *one) for exercise in IDS for one in alike(exercise, wide)]
    print(*found, sep="\n")
    sys.exit(bool(found))
