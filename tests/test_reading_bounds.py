"""No hand-in costs its grader minutes, gigabytes or its life: each hostile one is read or refused within bounds."""

import json
import subprocess
import sys

import pytest

from tests import reading_bounds

SEED, WITHIN = 0, 15  # seconds of processor time, of which an honest notebook takes a tenth of one

pytestmark = [
    pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="limits and forks as on Linux")
]  # fmt: skip


def test_every_hostile_hand_in_is_read_or_refused_within_bounds(root, tmp_path):
    command = [sys.executable, "-m", "tests.reading_bounds", str(tmp_path / "hostile"), str(SEED)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    cases = {case["case"]: case for case in map(json.loads, done.stdout.splitlines())}
    assert set(cases) == {make.__name__ for make in (*reading_bounds.NOTEBOOKS, *reading_bounds.ARCHIVES)}
    ended = {name: case["what"] for name, case in cases.items() if case["cpu"] is None}
    assert ended == {}
    assert {name: case["cpu"] for name, case in cases.items() if case["cpu"] > WITHIN} == {}
