"""Below namespaces: what Landlock keeps apart, and what a plain process does not, as its notice says.

A few attacks of each sort; all of them by ``python -m tests.attacks.levels landlock`` and ``… process``.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from tests.attacks import levels
from vgcourse.grading.confinement import landlock
from vgcourse.grading.confinement.isolation import LANDLOCK, PROCESS


@pytest.fixture(scope="module", autouse=True)
def world():
    if sys.platform != "linux" or not levels.can_be_made():
        pytest.skip("attacks below namespaces need root and a world apart")


# Each tries another wall: files, handles, sockets, processes, memory of others, marks, what is left.
TRIED = ["reads_the_course", "rewrites_the_gradebook", "connects_by_socket_file", "inspects_the_first_process",
         "leaves_a_process", "deep_folders", "forged_in_the_check"]  # fmt: skip
# What Landlock takes from honest answers too, and what its notice says of it.
TAKEN = {"right_with_processes": "without the shared memory that a pool of processes asks for"}
# At the level of a process: attack → what its notice says of it.
OPEN = {
    "reads_the_course": "They can read what the grader can",
    "leaves_the_root": "They can read what the grader can",
    "links_to_the_course": "They can read what the grader can",
    "rewrites_the_gradebook": "and write it",
    "deletes_the_submissions": "and write it",
}
HELD = ["forged_in_the_check", "leaves_a_process", "early_idle", "a01_universal_look", "b02_update_verdict"]


@pytest.mark.skipif(landlock.version() < 6, reason="the kernel's Landlock knows no signals")
def test_landlock_holds():
    for one in levels.tried(LANDLOCK, [*TRIED, *TAKEN]):
        assert bool(one["wrong"]) == (one["attack"] in TAKEN), one
        assert TAKEN.get(one["attack"], "") in one["notice"]


def test_what_a_process_does_not_hold_its_notice_says():
    for one in levels.tried(PROCESS, [*OPEN, *HELD]):
        assert not one["wrong"] or one["attack"] in OPEN, one
        assert OPEN.get(one["attack"], "") in one["notice"]
        assert not any(what.startswith("earned") for what in one["wrong"])
