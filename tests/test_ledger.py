"""The ledger loses nothing that it has taken, and takes no half of a line; the course's secret stays one."""

import errno
import json
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from vgcourse.course.checks.verdicts import Verdict
from vgcourse.errors import CourseError
from vgcourse.grading import kept_files
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import Result

WHOLE = Result(
    "ada ［1］", "01_circles", 3.5, 4.0, True, "", ("mended",), [Verdict("sigmoid", 1.0, 0.5, "overflows", "Groß.")],
    ("odd",), 1.5, 0.7, {"sigmoid": 0.25}, "namespaces", "ab" * 32, "2026-01-02T03:04:05+00:00",
)  # fmt: skip


def test_a_result_survives_its_line():
    line = WHOLE.to_json()
    assert "\n" not in line and Result.from_json(line) == WHOLE


@pytest.mark.parametrize("text", ["", "{", "3", "null", '{"student": "ada"}', '{"verdicts": 3, "student": 1}'])
def test_what_is_no_result_is_refused(text):
    with pytest.raises(ValueError):
        Result.from_json(text)


def test_a_field_of_a_later_version_is_no_hindrance():
    assert Result.from_json(json.dumps({**json.loads(WHOLE.to_json()), "mood": "fine"})) == WHOLE


@pytest.mark.parametrize(
    ("reason", "by_hand", "status"),
    [("", False, "graded"), ("", True, "needs reading"), ("it is empty", True, "not graded")],
)
def test_the_status_follows_from_reason_and_reading(reason, by_hand, status):
    assert Result("a", "00_start", None, 1, by_hand, reason).status == status


def test_the_last_line_of_a_student_counts(tmp_path):
    ledger = Ledger(tmp_path / "new" / "folder")
    for student, score in (("ada", 1), ("ben", 2), ("ada", 3)):
        ledger.append(Result(student, "00_start", score, 4))
    assert {s: r.score for s, r in ledger.results("00_start").items()} == {"ada": 3, "ben": 2}
    assert ledger.results("01_circles") == {}


def test_a_torn_line_costs_itself_only_and_the_next_is_whole(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(Result("ada", "00_start", 1, 1))
    with ledger.file("00_start").open("ab") as file:
        file.write(Result("ben", "00_start", 1, 1).to_json().encode()[:40])
    assert set(ledger.results("00_start")) == {"ada"}
    ledger.append(Result("cho", "00_start", 1, 1))
    assert set(ledger.results("00_start")) == {"ada", "cho"}


def test_garbage_in_the_middle_is_passed_over(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(Result("ada", "00_start", 1, 1))
    with ledger.file("00_start").open("ab") as file:
        file.write(b"\xff\x00\xfe garbage\n")
    ledger.append(Result("ben", "00_start", 1, 1))
    assert set(ledger.results("00_start")) == {"ada", "ben"}


def test_every_line_is_on_the_disk_before_append_returns(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    ledger = Ledger(tmp_path)
    ledger.append(WHOLE)
    assert synced == [ledger.file("01_circles").stat().st_size]


FILL = """
import resource, signal, sys
from pathlib import Path
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import Result
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
ledger, done = Ledger(Path(sys.argv[1])), 0
try:
    for number in range(100):
        ledger.append(Result(f"student {number}", "00_start", 1, 1))
        done += 1
except CourseError as error:
    print(done, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk_leaves_whole_lines_and_a_sentence(tmp_path):
    run = subprocess.run([sys.executable, "-c", FILL, str(tmp_path)], capture_output=True, text=True, check=True)
    done, _, said = run.stdout.partition(" ")
    ledger = Ledger(tmp_path)
    assert 0 < int(done) < 100 and "same command again" in said
    assert len(ledger.results("00_start")) == int(done)
    assert ledger.file("00_start").read_bytes().endswith(b"\n")
    ledger.append(Result("later", "00_start", 1, 1))
    assert len(ledger.results("00_start")) == int(done) + 1


def test_a_line_that_cannot_be_synced_is_taken_back(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    ledger = Ledger(tmp_path)
    ledger.append(Result("ada", "00_start", 1, 1))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match="No space left"):
        ledger.append(Result("ben", "00_start", 1, 1))
    assert set(ledger.results("00_start")) == {"ada"}


def test_the_ledger_of_a_course_lies_in_the_folder_it_keeps(tmp_path):
    assert Ledger.of(SimpleNamespace(keep=tmp_path)).path == tmp_path


def test_the_secret_is_one_and_its_owners_only(tmp_path):
    path, found = tmp_path / ".vgcourse" / "secret", []
    threads = [threading.Thread(target=lambda: found.append(kept_files.course_secret(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and len(found) == 4 and len(found[0]) == 64
    assert [file.name for file in path.parent.iterdir()] == ["secret"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    assert kept_files.course_secret(tmp_path / "other" / "secret") != found[0]


def test_a_damaged_secret_is_said(tmp_path):
    (tmp_path / "secret").write_text("short")
    with pytest.raises(CourseError, match="damaged"):
        kept_files.course_secret(tmp_path / "secret")


def test_a_digest_sees_names_contents_and_links(tmp_path):
    seen = set()
    (tmp_path / "a.txt").write_text("1")
    for change in (
        lambda: None,
        lambda: (tmp_path / "a.txt").write_text("2"),
        lambda: (tmp_path / "a.txt").rename(tmp_path / "b.txt"),
        lambda: (tmp_path / "link").symlink_to("b.txt"),
        lambda: ((tmp_path / "link").unlink(), (tmp_path / "link").symlink_to("nowhere")),
    ):
        change()
        seen.add(kept_files.digest(tmp_path))
        assert kept_files.digest(tmp_path) in seen
    assert len(seen) == 5
    assert kept_files.digest(tmp_path / "missing") == kept_files.digest(tmp_path / "missing")


@pytest.mark.skipif(sys.platform == "win32", reason="no such lock there")
def test_a_course_is_graded_by_one_run_at_a_time(tmp_path):
    refused = pytest.raises(CourseError, match="being graded already")
    with kept_files.only_one(tmp_path), refused, kept_files.only_one(tmp_path):
        pass
    with kept_files.only_one(tmp_path):
        pass
