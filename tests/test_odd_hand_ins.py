"""What a class may hold on its disk: the command `vgcourse grade` marks the honest and says of the others what to do.

Folders that may not be opened, paths beyond the system's limit, names in the bytes of an old zip, names that paint a
terminal: all in one class, because one of them must not cost the others their marks.
"""

import csv
import ctypes
import os
import shutil
import subprocess
import sys
from textwrap import indent

import pytest

from tests.classes import RIGHT, hand_in, make_course

pytestmark = [
    pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="names and modes as on Linux")
]  # fmt: skip

RED, FORGED = "\x1b[31mada\x1b[0m", "notes\nada_honest  1 of 1  all checks passed.txt"
LATIN_1 = b"M\xfcller".decode("utf-8", "surrogateescape")

NAMES = {"latin_1": f"{LATIN_1}.png", "painted": FORGED, "formula": "=HYPERLINK(1).png"}


def closed_folder(folder):
    folder.chmod(0)


def closed_parent(folder):
    folder.parent.chmod(0)


def closed_notebook(folder):
    next(folder.glob("*.ipynb")).chmod(0)


def odd_files_beside(folder):
    """A folder that may not be opened, a name in another encoding, names that paint and forge."""
    (folder / "data").mkdir()
    for name in (f"{LATIN_1}.csv", f"{RED}.csv", FORGED, "=1+1.csv", "data/a.csv"):
        (folder / name).write_text("1,2")
    (folder / "data").chmod(0)


def deep_path(folder):
    """A path of some 6000 characters, made step by step as an unpacking program does."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(os.open("a.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def latin_1_notebook(folder):
    next(folder.glob("*.ipynb")).rename(folder / f"{LATIN_1}.ipynb")


def renamed(name):
    """The notebook bears another name, which is no notebook's: it is found, and the name stands in a note."""
    return lambda folder: next(folder.glob("*.ipynb")).rename(folder / name)


def photo_only(name):
    """A picture in place of the notebook: the name stands in the reason."""

    def happens(folder):
        next(folder.glob("*.ipynb")).unlink()
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

    return happens


# One process, for each would import nbgrader anew; what is raised gets out of it.
COMMANDS = """
import sys
from vgcourse.cli import main
code = main(["grade", "00_start", "--jobs", "1"])
main(["report", "00_start", "--out", "report.html"]) or main(["export", "00_start", "--csv", "marks.csv"])
sys.exit(code)
"""

# Who hands in what: what happens to the folder, and what the row then says; None: it is marked like any other.
VICTIMS = {
    "closed_folder": (closed_folder, "permission"),
    "closed_parent": (closed_parent, "permission"),
    "closed_notebook": (closed_notebook, "permission"),
    "closed_beside": (odd_files_beside, None),
    "deep_path": (deep_path, None),
    "latin_1_notebook": (latin_1_notebook, None),
    **{f"{what}_renamed": (renamed(name), None) for what, name in NAMES.items()},
    **{f"{what}_photo": (photo_only(name), "start.ipynb is missing") for what, name in NAMES.items()},
    LATIN_1: (lambda folder: None, None),
    RED: (lambda folder: None, None),
}


@pytest.fixture(scope="module")
def class_(root, tmp_path_factory):
    """The class, graded once by the command: (what it gave back, the bytes of grades.csv, its rows, the folder)."""
    course = make_course(root, tmp_path_factory.mktemp("odd"))
    hand_in(course, "ada_honest", RIGHT)
    for student, (happens, _) in VICTIMS.items():
        happens(hand_in(course, student, RIGHT))
    (course / "commands.py").write_text(
        f"if __name__ == '__main__':\n{indent(COMMANDS, '    ')}"
    )  # a worker reads it
    command = [sys.executable, "commands.py"]
    done = subprocess.run(command, cwd=course, capture_output=True, timeout=600, preexec_fn=_as_anybody)
    data = (course / "grades.csv").read_bytes()
    yield done, data, list(csv.DictReader(data.decode("utf-8").splitlines())), course
    _open_again(course / "submitted")


def _as_anybody():
    """Root opens what is closed: give that up (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH), for good."""
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def _open_again(submitted):
    for path in (submitted / "closed_parent", *submitted.glob("closed_*/*"), *submitted.glob("closed_*/*/*")):
        path.chmod(0o700)
    shutil.rmtree(submitted / "deep_path")  # pytest's own cleaning meets the limit


def row_of(class_, student):
    """The one row of a student, by what of the name every system can write."""
    plain = {LATIN_1: "M\ufffdller", RED: "31mada"}.get(student, student)
    found = [row for row in class_[2] if row["student"] == plain or (plain != student and plain in row["student"])]
    assert len(found) == 1, [row["student"] for row in class_[2]]
    return found[0]


def test_the_command_ends_with_a_code_and_no_traceback(class_):
    done, data, rows, _ = class_
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 1, said[-3000:]
    assert "Traceback" not in said
    assert len(rows) == len(VICTIMS) + 1 and data.endswith(b"\n")


def test_the_honest_student_is_marked(class_):
    row = row_of(class_, "ada_honest")
    assert float(row["score"]) == float(row["max_score"]) > 0 and row["reason"] == ""


@pytest.mark.parametrize("student", VICTIMS, ids=ascii)
def test_a_victim_is_marked_or_told_what_to_do(class_, student):
    wanted, row = VICTIMS[student][1], row_of(class_, student)
    if wanted is None:
        assert float(row["score"]) == float(row["max_score"]) > 0, row
    else:
        assert row["score"] == "" and wanted in row["reason"].lower(), row


def test_no_name_paints_the_terminal_forges_a_row_or_computes(class_):
    done, data, rows, _ = class_
    said = done.stdout.decode("utf-8") + data.decode("utf-8")
    assert "\x1b[31m" not in said and "\nada_honest  1 of 1" not in said
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_report_and_export_are_whole_and_hold_no_markup_of_a_name(class_):
    page = (class_[3] / "report.html").read_text(encoding="utf-8")
    marks = (class_[3] / "marks.csv").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>") and "\x1b" not in page + marks
    assert len(marks.splitlines()) == len(VICTIMS) + 2
