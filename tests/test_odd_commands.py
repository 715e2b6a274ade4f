"""Odd invocations of every command: whatever is typed, wherever, there is a result or one sentence, no mark is lost.

A small gradebook stands ready; commands run in this process. ``ODD_COMMANDS=2000`` tries more of them.
"""

import contextlib
import io
import os
import random
import shutil
from pathlib import Path

import pytest

from tests.graded_class import LESSON, GradedClass, copy_course
from vgcourse.cli import main
from vgcourse.course.start import start
from vgcourse.grading.kept_files import digest

NAMES = ["ada", "b\x1b[31mred", "line\nbreak", "=1+1", "d[0]", "\u202eright-to-left", "x" * 180, "ümlaut"]
WORDS = ["", ".", "..", "/", "-", "--", "\n", "\x1b[2J", "\u202e", "a b", "nobody", "ada", "circles", LESSON, "01",
         "99", "no/such/folder", "folder", "file", "broken.zip", "empty", "locked", "x" * 300, "\udcff", "-1", "0",
         "1e9", "é", "roster.csv", "rows.csv", "*", "out.csv"]  # fmt: skip
FLAGS = {
    "report": ["--out"],
    "feedback": ["--student"],
    "export": ["--all", "--canvas", "--moodle", "--csv", "--gradescope", "--roster", "--column", "--partial"],
    "grade": ["--all", "--from", "--student", "--jobs", "--csv", "--scheduler", "--isolation"],
    "check": [],
    "build": ["--check"],
    "start": [],
    "new-course": [],
    "reproduce": ["--only", "--seeds", "--out"],
    "": ["--version", "--help"],
}
LONG = {"start", "new-course", "build", "reproduce"}  # they write much where the words fit: only with odd ones


def odd_call(draw):
    """One invocation: a command, some of its options and some of another's, and words in any place."""
    command = draw.choice([*FLAGS, "export", "report", "feedback", "grade"])
    parts = [draw.choice([LESSON, LESSON, *WORDS])] if draw.random() < 0.85 else []
    flags = [*FLAGS[command], *draw.choice(list(FLAGS.values())), "--what"]
    for flag in draw.choices(flags, k=draw.randint(0, 3)):
        parts += [flag, draw.choice(WORDS)] if draw.random() < 0.85 else [flag]
    if draw.random() < 0.15:
        draw.shuffle(parts)
    return [*([command] if command else []), *parts]


def would_work_for_long(call):
    """What is no odd call but an honest one that takes minutes, or one outside this folder."""
    command, *words = call
    if command in LONG and not any(word in ("file", "locked", "file/x", "\udcff") for word in words):
        return True
    return command == "check" and any(word in (LESSON, "circles", "01") for word in words)


def call(arguments, where):
    """Exit code and all that was printed; an exception that comes out is the fault that is looked for."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict") for _ in range(2))
    with contextlib.chdir(where), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = stop.code
    out.flush(), err.flush()
    return code, out.buffer.getvalue().decode("ascii"), err.buffer.getvalue().decode("ascii")


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """A course with a graded class of odd names, and a room with odd files beside it."""
    folder = copy_course(root, tmp_path_factory.mktemp("odd"))
    for name in NAMES:
        (folder / "submitted" / name / LESSON).mkdir(parents=True)
    made = GradedClass(folder)
    for student in made.classroom.students(made.lesson):
        made.add(student, wrong=("sigmoid",))
    return made


def room(made):
    """The folder that the commands run in, whole again."""
    here = made.classroom.root / "lessons" / "room"
    shutil.rmtree(here, ignore_errors=True)
    (here / "folder").mkdir(parents=True)
    (here / "file").write_text("x")
    (here / "empty").write_bytes(b"")
    (here / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    (here / "roster.csv").write_text(f"Student,ID,{LESSON}\n,,\nA,1,\n", encoding="utf-8")
    (here / "rows.csv").write_text("Identifier,Full name,Grade,Maximum grade\nParticipant 1,A\n,\n", encoding="utf-8")
    (here / "locked").symlink_to("/proc/1/root/no/such")
    return here


def marks(made):
    return made.classroom.book.marks(made.lesson)


def test_no_odd_call_ends_in_a_traceback_or_costs_a_mark(made, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    before, draw = marks(made), random.Random(int(os.environ.get("ODD_SEED", "0")))
    texts = digest(made.classroom.root / "solutions")
    codes = {0: 0, 1: 0, 2: 0}
    for _ in range(int(os.environ.get("ODD_COMMANDS", "60"))):
        arguments = odd_call(draw)
        if would_work_for_long(arguments) or _grades(arguments):
            continue
        code, out, err = call(arguments, room(made))
        codes[code] += 1
        assert "Traceback" not in err, (arguments, err)
        assert "\x1b" not in out + err.replace("\x1b[31m", ""), (arguments, out, err)
        if code == 2:
            assert err.strip(), arguments
            said = [line for line in err.splitlines() if line.startswith("vgcourse")]
            assert len(said) == 1, (arguments, err)
        assert marks(made) == before, arguments
    assert digest(made.classroom.root / "solutions") == texts
    assert min(codes.values()) >= 0 and codes[2] > 5


def _grades(arguments):
    """Whether it would really grade, which other tests do."""
    fine = any(word in (LESSON, "circles", "01", ".", "--all") for word in arguments)
    return arguments[0] == "grade" and fine


@pytest.mark.parametrize("command", ["report", "feedback", "export", "grade"])
def test_a_gradebook_that_is_broken_is_one_sentence(made, command, tmp_path):
    book = Path(made.classroom.directory.db_url.removeprefix("sqlite:///").partition("?")[0])
    whole = book.read_bytes()
    options = ["--csv", str(tmp_path / "x.csv")] if command in ("export", "grade") else []
    try:
        for damage in (
            b"",
            b"no database at all, but long" * 99,
            whole[: len(whole) // 3],
        ):
            book.write_bytes(damage)
            code, _, err = call([command, LESSON, *options], made.classroom.root)
            said = [line for line in err.splitlines() if line.startswith("vgcourse")]
            assert "Traceback" not in err and (code in (0, 1) or len(said) == 1), (command, err)
    finally:
        book.write_bytes(whole)


@pytest.mark.parametrize("word", [*WORDS, "65536", "99999", "1.5", "٣"])
@pytest.mark.parametrize(
    ("command", "option", "low", "high"), [("lab", "--port", 0, 65535), ("grade", "--jobs", 1, None)]
)
def test_a_number_that_cannot_be_is_refused_before_anything_starts(
    command, option, low, high, word, monkeypatch, tmp_path
):
    started = []
    monkeypatch.setattr("vgcourse.lab.open_lab", lambda root, port, browser: started.append(port) or 0)
    monkeypatch.setattr("vgcourse.cli.teaching._grade", lambda options: started.append(options.jobs) or 0)
    code, _, err = call([command, *([LESSON] if command == "grade" else []), f"{option}={word}"], tmp_path)
    assert all(low <= number <= (high or number) for number in started), started
    if not started:
        assert code == 2 and err.count("\n") == 1 and (f"argument {option}" in err or "course" in err), err


def test_a_class_is_not_graded_in_a_students_folder(tmp_path):
    start(tmp_path)
    for command in ("grade", "report", "feedback"):
        code, _, err = call([command, LESSON], tmp_path)
        assert code == 2 and "no nbgrader_config.py" in err and "new-course" in err, err
