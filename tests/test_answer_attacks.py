"""Whole lessons with hostile answers: exactly the points that were earned, whatever the other cells do.

The attacks stand in ``attacks/answers``; one is added by adding a file.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from lab import ANSWER_ATTACKS, grade_answers

from vgcourse.grading.confinement import kernels
from vgcourse.grading.confinement.isolation import NAMESPACES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation stands on Linux")


@pytest.fixture(scope="module", autouse=True)
def isolated():
    if (found := kernels.isolation_here()).level != NAMESPACES:
        pytest.skip(f"attacks are tried in namespaces only: {found.notice()}")


@pytest.mark.parametrize("attack", ANSWER_ATTACKS, ids=lambda attack: attack.name)
def test_an_answer_earns_what_it_is_worth(attack, root):
    came = grade_answers(root, attack.lesson, attack.cells, limit=attack.limit)
    assert came.earned in (None, attack.honest), came
    shown = [output for cell in came.nb.cells for output in cell.get("outputs", []) if output.output_type != "error"]
    assert "LEAK" not in str(shown)
    assert attack.says in came.said + "; ".join(came.signs)
