"""What is handed in for a notebook: other names, archives, copies, broken and foreign files.

Each is marked in full, or not graded for a reason that names this very accident.
"""

import base64
import copy
import gzip
import io
import json
import re
import zipfile

import nbformat
import pytest

from tests.accidents import Course
from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.intake.preflight import Prepared, prepare
from vgcourse.grading.intake.reading import Cell


@pytest.fixture(scope="module")
def course(root):
    return Course(Lesson("00_start", root))


@pytest.fixture(scope="module")
def right(course):
    """The notebook with all answers, as JSON."""
    return course.case(2, [])[0].nb


def text_of(nb) -> bytes:
    return json.dumps(nb, indent=1, ensure_ascii=False).encode()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, data in files.items():
            opened.writestr(name.replace("__", "."), data)
    return out.getvalue()


def outcome(course, folder, files):
    """The reason for which it is not graded; or the notes, where every answer stands before its check."""
    handed = folder / "handed"
    for name, data in files.items():
        (handed / name).parent.mkdir(parents=True, exist_ok=True)
        (handed / name).write_bytes(data)
    came = prepare(handed, folder / "clean", course.release, "start")
    if not isinstance(came, Prepared):
        return came.reason
    assert [*course.problems_of(nbformat.read(came.folder / "start.ipynb", 4))] == []
    return "; ".join(map(str, came.notes))


NAMES = (
    "start.txt", "start", "start.json", "start.ipynb~", "start.ipynb.bak", "start.ipynb.crdownload", "start.jpynb",
    "start.ipynb ", "start.ipynb.html", "start.py", "a/b/c/d/e/f/g/h/start.ipynb",
    ".ipynb_checkpoints/start-checkpoint.ipynb",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_found_whatever_its_name_has_become(course, right, tmp_path, name):
    outcome(course, tmp_path, {name: text_of(right)})


BESIDE = (
    ".ipynb_checkpoints/start-checkpoint.ipynb", "mine.zip", "start.ipynb.bak", "start (1).ipynb",
    "start-DESKTOP-7.ipynb", "Untitled3.ipynb", "HW 1 Ada Lovelace.ipynb", "mine/homework.ipynb",
)  # fmt: skip


@pytest.mark.parametrize("beside", BESIDE)
def test_answers_that_lie_beside_an_untouched_notebook_count(course, right, tmp_path, beside):
    data = zipped(start__ipynb=text_of(right)) if beside.endswith(".zip") else text_of(right)
    said = outcome(course, tmp_path, {"start.ipynb": text_of(course.release), beside: data})
    assert "no answers" in said


@pytest.mark.parametrize("beside", ["start (Ada's conflicted copy 2026-05-04).ipynb", "new.ipynb", "a/new.ipynb"])
def test_other_answers_in_a_notebook_of_any_name_are_pointed_out(course, right, tmp_path, beside):
    other = text_of(right).replace(b"np.mean(", b"np.median(")
    said = outcome(course, tmp_path, {"start.ipynb": text_of(right), beside: other})
    assert f"{beside.split('/')[-1]} holds other answers and was left out" in said


def test_a_notebook_of_the_right_name_in_a_folder_does_not_win_over_other_answers_above_it(course, right, tmp_path):
    other = text_of(right).replace(b"np.mean(", b"np.median(")
    said = outcome(course, tmp_path, {"backup/start.ipynb": other, "start_final.ipynb": text_of(right)})
    assert said == "start.ipynb and start_final.ipynb could each be start.ipynb: their answers differ"


def test_archives_within_archives_and_beside_each_other_are_opened(course, right, tmp_path):
    inner = zipped(start__ipynb=text_of(right))
    assert "unpacked" in outcome(course, tmp_path / "1", {"a.zip": zipped(b__zip=inner)})
    assert "unpacked" in outcome(course, tmp_path / "2", {"a.zip": inner, "data.zip": zipped(d__csv=b"1")})


def test_a_broken_copy_beside_an_untouched_notebook_is_no_zero(course, right, tmp_path):
    broken = text_of(right)[:3000]
    said = outcome(course, tmp_path, {"start.ipynb": text_of(course.release), "start (1).ipynb": broken})
    assert "start.ipynb has no answers in it, and start (1).ipynb is damaged: it breaks off" in said


ELSEWHERE = (
    "start.py", "answers.py", "start.html", "start.pdf", "start.docx", "start.md", "answer.txt", "mine.rar",
    "mine.7z", "mine.tar.gz", "start.ipynb.bz2", "hw.eml", "photo.png", "start.url", "onlinetext.html",
)  # fmt: skip


@pytest.mark.parametrize("beside", ELSEWHERE)
def test_an_untouched_notebook_beside_what_may_hold_the_answers_is_no_zero(course, tmp_path, beside):
    said = outcome(course, tmp_path, {"start.ipynb": text_of(course.release), beside: b"def rms(values): ..."})
    assert f"start.ipynb has no answers in it, and {beside} lies beside it: if that holds them" in said


@pytest.mark.parametrize("broken", [b"Rar!\x1a\x07\x01\x00", zipped(start__ipynb=b"x" * 500)[:300]])
def test_an_untouched_notebook_beside_a_zip_that_cannot_be_opened_is_no_zero(course, tmp_path, broken):
    said = outcome(course, tmp_path, {"start.ipynb": text_of(course.release), "mine.zip": broken})
    assert "start.ipynb has no answers in it, and mine.zip is not a zip that can be opened" in said


@pytest.mark.parametrize("beside", ["data.csv", "README.md", "requirements.txt", "written_answers.md", "LICENSE.txt"])
def test_an_untouched_notebook_beside_what_holds_no_answers_is_graded(course, tmp_path, beside):
    for name, data in {"start.ipynb": text_of(course.release), beside: b"1,2"}.items():
        (tmp_path / "handed" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "handed" / name).write_bytes(data)
    assert isinstance(prepare(tmp_path / "handed", tmp_path / "clean", course.release, "start"), Prepared)


# What another tool makes of the file or its cells, with the text of every cell in it still.
def _codes(nb, **fields):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell |= fields
    return nb


def _sources_as(nb, name):
    for cell in nb.cells:
        cell[name] = cell.pop("source")
    return nb


SHAPES = {
    "a text within JSON": lambda nb: json.dumps(nb),
    "cells only": lambda nb: nb.cells,
    "what a server says of it": lambda nb: {"name": "x", "type": "notebook", "content": nb},
    "cells by number": lambda nb: {**nb, "cells": {str(i): cell for i, cell in enumerate(nb.cells)}},
    "sheets, and format 4": lambda nb: {"nbformat": 4, "worksheets": [{"cells": nb.cells}]},
    "a version in words": lambda nb: {**nb, "nbformat": "4"},
    "the wrong version": lambda nb: {**nb, "nbformat": 3},
    "other kinds of cells": lambda nb: _codes(nb, cell_type="python"),
    "sources elsewhere": lambda nb: _sources_as(nb, "value"),
    "sources within": lambda nb: _codes_within(nb),
    "lines with holes": lambda nb: _lines_with_holes(nb),
}


def _codes_within(nb):
    for cell in nb.cells:
        cell.source = {"text": cell.source}
    return nb


def _lines_with_holes(nb):
    for cell in nb.cells:
        cell.source = [*cell.source.splitlines(keepends=True), None]
    return nb


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_notebook_is_read_in_whatever_shape_a_tool_wrote_it(course, right, tmp_path, shape):
    outcome(course, tmp_path, {"start.ipynb": json.dumps(shape(copy.deepcopy(right))).encode()})


def test_an_answer_whose_text_is_gone_is_no_zero(course, right, tmp_path):
    nb = copy.deepcopy(right)
    next(cell for cell in nb.cells if grade_id(cell).endswith("-answer")).source = None
    said = outcome(course, tmp_path, {"start.ipynb": json.dumps(nb).encode()})
    assert "the cell of the answer to first-check-answer is damaged" in said


def test_a_merge_by_git_that_touches_no_cells_text_is_settled(course, right, tmp_path):
    sides = '<<<<<<< HEAD\n   "execution_count": 3,\n=======\n   "execution_count": 4,\n>>>>>>> theirs\n'
    text = re.sub(r' +"execution_count": null,\n', sides, text_of(right).decode(), count=3)
    assert "a merge" in outcome(course, tmp_path, {"start.ipynb": text.encode()})


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_file_that_breaks_off_is_said_to(course, right, tmp_path, tenths):
    data = text_of(right)
    said = outcome(course, tmp_path, {"start.ipynb": data[: len(data) * tenths // 10]})
    assert "breaks off" in said


FOREIGN = {
    "a web page": b"<!DOCTYPE html><html>",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"0" * 50,
    "office document": zipped(Content=b"x", **{"[Content_Types]__xml": b"x"}),
    "a gzip": gzip.compress(b"{}"),
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\n",
    "a link": b"https://colab.research.google.com/drive/1",
    "a Python script": b"import numpy as np\n\n\ndef rms(v):\n    return 1\n",
    "base64": base64.encodebytes(b"x" * 999),
    "RTF": b"{\\rtf1\\ansi",
    "line 3": b'{\n "cells": [],\n},,\n "metadata": {}\n}',
    "line 1": b'{"cells": [], "metadata": {},}',
    "more digits": b'{"cells": [], "metadata": ' + b"9" * 5000 + b"}",
    "nested without end": b'{"cells": ' + b"[" * 99_999,
    "is empty": b" \n",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_notebook_is_called_by_its_name(course, tmp_path, what):
    said = outcome(course, tmp_path, {"start.ipynb": FOREIGN[what]})
    assert what in said or "left-over" in said, said


def test_another_lessons_notebook_is_not_graded_as_this_one(root, tmp_path):
    circles = Course(Lesson("01_circles", root))
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed" / "circles.ipynb").write_bytes(Lesson("02_depth", root).student.read_bytes())
    came = prepare(tmp_path / "handed", tmp_path / "clean", circles.release, "circles")
    assert "it may be another notebook" in came.reason


def test_words_that_may_be_lost_are_asked_for(root):
    circles = Course(Lesson("01_circles", root))
    only = [Cell("code", source) for source in circles.right.values()]
    _, notes = align(only, circles.release, "circles.ipynb")
    assert [note.fields["cell"] for note in notes if note.kind == "words-lost" and note.needs_look] == ["leak-why"]


@pytest.mark.parametrize("name", ["text.html", "onlinetext.html", "link.html", "mine.html"])
def test_what_the_platform_wrote_is_no_page_made_of_a_notebook(course, tmp_path, name):
    said = outcome(course, tmp_path, {name: b"<p>My answer: the root of the mean of the squares."})
    assert ("a web page made of it" in said) == (name == "mine.html") and name in said
    assert "typed into the platform" in said or "text" not in name
