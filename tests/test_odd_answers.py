"""Whatever stands in an observation, a judge comes to a verdict: nobody waits for a person because of it.

The generator puts something odd in every place of what is observed of the course's own version.
"""

import copy

import numpy as np
import pytest

from vgcourse.course.checks import registry
from vgcourse.course.checks.exercise import CHECK_FAILED
from vgcourse.course.checks.observation import encode

SEED = 5
ODD = (
    *("text", None, True, 10**30, float("nan"), [], {}, [[1, 2], [3]], ["a", "b"]),
    *(np.zeros((2, 3, 2)), np.array([[7.0]])),
)
EXERCISES = [exercise for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]


def places(seen, at=()):
    """The way to every part of an observation, itself included; of a list, the first two."""
    if at:
        yield at
    parts = seen.items() if isinstance(seen, dict) else enumerate(seen[:2]) if isinstance(seen, list) else ()
    for key, part in parts:
        yield from places(part, (*at, key))


def with_odd(seen, at, odd):
    changed = holder = copy.deepcopy(seen)
    for key in at[:-1]:
        holder = holder[key]
    holder[at[-1]] = odd
    return changed


def spoiled(seen):
    for at in places(seen):
        part = seen
        for key in at:
            part = part[key]
        is_array = isinstance(part, np.ndarray) and part.ndim and part.dtype.kind == "f"
        arrays = [part[:0], part * np.nan] if is_array else []
        for odd in (*ODD, *arrays):
            yield at, odd, with_odd(seen, at, odd)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.reference], ids=lambda e: e.id)
def test_no_odd_answer_stops_a_judge(exercise, monkeypatch):
    seed, stopped = exercise.suitable(SEED), []
    own = exercise._model(seed)
    monkeypatch.setattr(exercise, "_model", lambda _: own)
    for at, odd, seen in spoiled(own):
        verdict = exercise.verdict(encode({"seen": seen}), seed)
        if verdict.key == CHECK_FAILED:
            stopped.append((*at, str(odd)[:40], verdict.message[60:160]))
    assert not stopped, "\n".join(map(str, stopped[:20]))
