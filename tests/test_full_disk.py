"""A disk that fills up: one true sentence, nothing half written that would pass for somebody's work, nothing lost."""

import errno
import multiprocessing
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from traitlets.config import Config

from tests.classes import make_course
from tests.test_preflight import zip_of
from vgcourse.cli import main
from vgcourse.course.lesson import Lesson
from vgcourse.grading.class_run import pool
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.intake import archives
from vgcourse.grading.kept_files import DiskFault

COMMANDS = {
    "start": "lessons/01_circles/circles.ipynb",
    "new-course": "solutions/01_circles/circles.py",
}


@pytest.fixture
def full_after(monkeypatch):
    """``full_after(n)``: the disk takes ``n`` files more, and half of the next."""
    writing = Path.write_bytes

    def fill(room):
        left = iter(range(room))

        def write(path, data):
            if next(left, None) is not None:
                return writing(path, data)
            writing(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        monkeypatch.setattr(Path, "write_bytes", write)

    yield fill
    monkeypatch.setattr(Path, "write_bytes", writing)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("room", [0, 1, 2, 5])
def test_no_half_file_stays_for_the_next_run(command, room, full_after, tmp_path, monkeypatch, capsys):
    full_after(room)
    assert main([command, str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "cannot be written" in said and "No space left" in said and said.count("\n") == 1
    there = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(there) == room and all(path.read_bytes() for path in there)
    monkeypatch.undo()
    assert main([command, str(tmp_path)]) == 0
    whole = Path(__file__).parents[1] / COMMANDS[command]
    assert (tmp_path / COMMANDS[command]).read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("room", [0, 1, 3])
def test_a_download_that_has_no_room_blames_nobody_and_leaves_what_was_there(room, full_after, tmp_path):
    submitted = tmp_path / "submitted"
    old = submitted / "ada_11" / "01_circles" / "circles.ipynb"
    old.parent.mkdir(parents=True)
    old.write_text("an earlier hand-in")
    names = ("ada_11_1_circles.ipynb", "ben_12_2_circles.ipynb", "cho_13_3_circles.ipynb", "dia_14_4_circles.ipynb")
    download = zip_of(tmp_path / "canvas.zip", dict.fromkeys(names, "{}"))
    full_after(room)
    with pytest.raises(DiskFault, match=r"No space left.*give the same command again"):
        archives.collect(download, submitted, "01_circles")
    assert [path for path in submitted.rglob("*") if path.is_file()] == [old]
    assert old.read_text() == "an earlier hand-in"


class Room:
    def __init__(self, root):
        self.root = root


def test_a_full_disk_is_no_reason_of_a_students(tmp_path, monkeypatch):
    """The class stops, and whoever had a mark keeps it: the same reason would stand in everybody's row."""
    refused = Result("ada", "00_start", None, 1, reason="its files cannot be read (No space left on device)")
    monkeypatch.setattr(pool, "grade_submission", lambda *all: refused)
    assert pool.grade_one(Room(tmp_path), Lesson("00_start", tmp_path), "ada") == refused
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=40_000))
    with pytest.raises(DiskFault, match="is full: 40 kB are left"):
        pool.grade_one(Room(tmp_path), Lesson("00_start", tmp_path), "ada")


def test_a_disk_that_is_full_before_the_lesson_is_entered_is_told_in_one_sentence(root, tmp_path, monkeypatch):
    course = make_course(root, tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=40_000))
    with pytest.raises(DiskFault, match="is full: 40 kB are left"):
        Classroom(course, Config()).prepare(Lesson("00_start", course))
    assert not (course / "gradebook.db").exists()


def test_what_is_graded_without_a_fault_counts_on_a_disk_that_is_nearly_full(tmp_path, monkeypatch):
    graded = Result("ada", "00_start", 1, 1)
    monkeypatch.setattr(pool, "grade_submission", lambda *all: graded)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=40_000))
    assert pool.grade_one(Room(tmp_path), Lesson("00_start", tmp_path), "ada") == graded


class Grades:
    """A classroom as a worker makes it."""

    def __init__(self, root, config):
        self.root, self.directory = root, SimpleNamespace(student_id="")


def test_a_worker_that_cannot_write_says_so_and_stops(tmp_path, monkeypatch):
    """The driver hears of it as of a refusal; nobody has a row for it."""

    def grade(classroom, lesson, student):
        raise DiskFault("The disk is full.")

    monkeypatch.setattr(pool, "Classroom", Grades)
    monkeypatch.setattr(pool, "grade_one", grade)
    monkeypatch.setattr(pool.signal, "signal", lambda *all: None)
    ours, theirs = multiprocessing.Pipe()
    ours.send(False)  # no parent is lent
    ours.send((Lesson("00_start", tmp_path), "ada"))
    pool.serve(theirs, str(tmp_path), Config())
    assert (ours.recv(), ours.recv()) == (("ready", None), ("refused", "The disk is full."))


def test_what_happens_before_the_first_result_is_told_once(tmp_path, monkeypatch):
    told, graded = [], Result("ada", "00_start", 1, 1)
    workers = pool.Pool(Room(tmp_path), 2)
    workers.tell = told.append
    ours, theirs = multiprocessing.Pipe()
    for said in (("ready", None), ("done", graded), ("ready", None), ("done", graded)):
        theirs.send(said)
    workers._workers.append(pool._Worker(SimpleNamespace(join=lambda: None), ours))
    monkeypatch.setattr(workers, "_staff", lambda left, lesson: None)
    assert list(workers.grade(Lesson("00_start", tmp_path), ["ada", "ben"])) == [graded, graded]
    assert told == [pool.STARTING, pool.BEGUN]
