"""What CONTRIBUTING.md shows is what works."""

import re

import numpy as np
import pytest


@pytest.fixture(scope="module")
def guide(root):
    return (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_exercise_of_the_guide_works(guide):
    code = next(block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "Exercise(" in block)
    names: dict = {}
    exec(code, names)
    exercise = names["two_norm"]

    def key(answer):
        return exercise.verdict(exercise.observe_answers((answer,), 3, watched=False), 3).key

    assert key(exercise.reference()) == key(lambda v: float(np.linalg.norm(v))) == "passed"
    assert key(lambda v: v @ v) == "squared"
    for slip in (lambda v: v.dtype.type(exercise.reference()(v)), lambda v: round(float(np.linalg.norm(v)), 4)):
        assert key(slip) == "wrong-values"  # as the machine would have it wrong: the guide's own cases tell
    assert key(lambda v: print(end="")) == "no-return"
    assert key(lambda v: np.abs(v).sum()) == "wrong-values"


def test_the_rule_of_the_guide_works(guide):
    from tests.sick_nets import HEALTHY
    from vgcourse.measure.diagnosis import diagnose
    from vgcourse.measure.diagnosis.facts.layer import Batch
    from vgcourse.measure.diagnosis.rules.finding import Finding

    code = next(block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "Finding(" in block)
    names: dict = {"Batch": Batch, "Finding": Finding, "np": np}
    exec(code, names)
    model, X, y = HEALTHY["one sigmoid layer"](0)
    assert names["all_alike"](diagnose(model, X, y).batch) is None
    found = names["all_alike"](diagnose(model, X, 0 * y + 1).batch)
    assert (found.cause, found.layer) == ("targets alike", "output")


def test_every_path_and_target_that_the_guide_names_is_there(root, guide):
    for path in re.findall(r"`((?:measure|course|grading|published|show)/[\w/.*]+)`", guide):
        assert list((root / "vgcourse").glob(path.rstrip("/"))), path
    for path in re.findall(r"`(tests/[\w/]+\.py|vgcourse/[\w/]+\.py)`", guide):
        assert list(root.glob(path.replace("NN", "[0-9][0-9]"))), path
    targets = re.findall(r"^([\w -]+):", (root / "Makefile").read_text(), re.MULTILINE)
    known = {word for line in targets for word in line.split()}
    assert set(re.findall(r"\bmake ([a-z][\w-]+)", guide)) <= known
