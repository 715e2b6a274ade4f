"""Broken and tricky hand-ins: mended where they can be, else a reason; the original is never touched."""

import hashlib
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from vgcourse.errors import CourseError
from vgcourse.grading.intake import archives, preflight
from vgcourse.grading.intake.preflight import NotGraded, Prepared, prepare, student_ids

NAME = "circles"
STUB = "def f(x):\n    ..."
ANSWER = "def f(x):\n    return x  # é"


def marked(id, source, kind=new_code_cell, **fields):
    blank = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    return kind(source, id=id, metadata={"nbgrader": {**blank, "grade_id": id, **fields}})


def make(answer=STUB, why="Your answer here."):
    cells = [
        new_code_cell("import numpy as np", id="circles-000"),
        marked("f-answer", answer, solution=True),
        marked("f", 'check("f", f)', grade=True, locked=True, points=2),
        new_markdown_cell("More.", id="circles-003"),
        marked("g-answer", "g = ...", solution=True),
        marked("g", 'check("g", g)', grade=True, locked=True, points=1),
        marked("why", why, new_markdown_cell, grade=True, solution=True, points=3),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


RELEASE = make()


@pytest.fixture
def folder(tmp_path):
    handed = tmp_path / "handed"
    handed.mkdir()
    return handed


def hand_in(folder, nb=None, name=f"{NAME}.ipynb", data=None):
    (folder / name).write_bytes(data if data is not None else nbformat.writes(nb or make(ANSWER)).encode())


def state(folder):
    """Everything about a folder that a careless program could change."""
    found = []
    for path in sorted(folder.rglob("*")):
        details = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(details.st_mode) else ""
        found.append((str(path), details.st_mode, details.st_mtime_ns, content))
    return found


def prepared(folder):
    """The result, the notebook that came out, and the notes in one text; the original is as it was."""
    before = state(folder)
    result = prepare(folder, folder.parent / "clean", RELEASE, NAME)
    assert state(folder) == before
    assert isinstance(result, Prepared), result
    nb = nbformat.read(result.folder / f"{NAME}.ipynb", as_version=4)
    nbformat.validate(nb)
    assert [c.id for c in nb.cells if "nbgrader" in c.metadata] == ["f-answer", "f", "g-answer", "g", "why"]
    return result, nb, "; ".join(map(str, result.notes))


def refused(folder):
    before = state(folder)
    result = prepare(folder, folder.parent / "clean", RELEASE, NAME)
    assert state(folder) == before
    assert isinstance(result, NotGraded) and not (folder.parent / "clean").exists()
    return result.reason


def source(nb, id):
    return next(cell.source for cell in nb.cells if cell.id == id)


def raw(nb=None):
    return json.loads(nbformat.writes(nb or make(ANSWER)))


# --- a clean submission


def test_a_clean_submission_passes_without_a_note(folder):
    hand_in(folder)
    (folder / "data.csv").write_text("1,2")
    result, nb, notes = prepared(folder)
    assert notes == ""
    assert source(nb, "f-answer") == ANSWER
    assert (result.folder / "data.csv").read_text() == "1,2"


def test_a_lesson_handed_in_as_it_was_released_comes_out_the_same(folder, root):
    for path in sorted((root / "lessons").glob("*/*.ipynb")):
        release = nbformat.read(path, as_version=4)
        shutil.copy(path, folder)
        result = prepare(folder, folder.parent / "clean", release, path.stem)
        assert result == Prepared(folder.parent / "clean")
        clean = nbformat.read(result.folder / path.name, as_version=4)
        assert [(c.id, c.source, c.metadata) for c in clean.cells] == [
            (c.id, c.source, c.metadata) for c in release.cells
        ]
        (folder / path.name).unlink()


def test_an_earlier_clean_copy_is_replaced(folder):
    hand_in(folder)
    (folder.parent / "clean").mkdir()
    (folder.parent / "clean" / "old.txt").write_text("old")
    result, _, _ = prepared(folder)
    assert sorted(path.name for path in result.folder.iterdir()) == [f"{NAME}.ipynb"]


# --- cells


def test_a_copied_test_cell_is_there_once(folder):
    nb = make(ANSWER)
    nb.cells.append(nb.cells[2].copy())
    nb.cells[-1].id = "copied"
    hand_in(folder, nb)
    _, clean, notes = prepared(folder)
    assert [cell.source for cell in clean.cells].count('check("f", f)') == 1
    assert "the test f was there 2 times" in notes


def test_of_a_copied_answer_the_one_that_was_written_counts_and_both_still_run(folder):
    nb = make(STUB)
    again = nb.cells[1].copy()
    again.source, again.id = ANSWER, "again"
    other = nb.cells[1].copy()
    other.source, other.id = "helper = 1", "other"
    nb.cells[1:2] = [other, again, nb.cells[1]]
    hand_in(folder, nb)
    _, clean, _ = prepared(folder)
    assert source(clean, "f-answer") == ANSWER
    assert "helper = 1" in [cell.source for cell in clean.cells]


def test_a_deleted_test_is_put_back_behind_its_answer(folder):
    nb = make(ANSWER)
    del nb.cells[2]
    hand_in(folder, nb)
    _, clean, notes = prepared(folder)
    ids = [cell.id for cell in clean.cells]
    assert ids.index("f") == ids.index("f-answer") + 1
    assert "the test f was missing and was put back" in notes


def test_a_deleted_answer_is_put_back_empty(folder):
    nb = make(ANSWER)
    del nb.cells[1]
    hand_in(folder, nb)
    _, clean, notes = prepared(folder)
    assert source(clean, "f-answer") == STUB
    assert "the answer cell f-answer was missing" in notes


def test_a_changed_test_is_the_released_one_again(folder):
    nb = make(ANSWER)
    nb.cells[2].source = "assert True"
    nb.cells[2].metadata.nbgrader.update(points=100, grade=False, locked=False, solution=True)
    nb.cells[2].metadata.tags = ["skip-execution"]
    hand_in(folder, nb)
    _, clean, notes = prepared(folder)
    test = next(cell for cell in clean.cells if cell.id == "f")
    assert test.source == 'check("f", f)' and test.metadata == RELEASE.cells[2].metadata
    assert "the test f had been changed" in notes


def test_no_cell_can_ask_to_be_skipped(folder):
    nb = make(ANSWER)
    nb.metadata.kernelspec.name = "bash"
    for cell in nb.cells:
        cell.metadata.tags = ["skip-execution"]
    hand_in(folder, nb)
    _, clean, _ = prepared(folder)
    assert not any(cell.metadata.get("tags") for cell in clean.cells)
    assert clean.metadata.kernelspec.name == "python3"


def test_cells_of_the_students_own_stay_behind_the_cell_they_followed(folder):
    nb = make(ANSWER)
    nb.cells.insert(2, new_code_cell("helper()"))
    hand_in(folder, nb)
    _, clean, notes = prepared(folder)
    sources = [cell.source for cell in clean.cells]
    assert sources.index("helper()") == sources.index(ANSWER) + 1 and notes == ""


def test_a_test_that_was_moved_above_its_answer_comes_back(folder):
    nb = make(ANSWER)
    nb.cells[1], nb.cells[2] = nb.cells[2], nb.cells[1]
    hand_in(folder, nb)
    _, _, notes = prepared(folder)
    assert "another order" in notes


def test_an_editor_that_dropped_all_metadata_loses_nothing(folder):
    nb = make(ANSWER, "Because.")
    for cell in nb.cells:
        cell.metadata = {}
    hand_in(folder, nb)
    _, clean, _ = prepared(folder)
    assert source(clean, "f-answer") == ANSWER and source(clean, "why") == "Because."


def test_the_number_of_ids_and_kinds_of_cells_do_not_matter(folder):
    data = raw()
    data["cells"][1]["id"] = data["cells"][2]["id"] = "same"
    data["cells"][3] = {"cell_type": "heading", "source": 5}
    data["cells"].append("no cell")
    hand_in(folder, data=json.dumps(data).encode())
    _, clean, notes = prepared(folder)
    assert "2 damaged cells" in notes and source(clean, "f-answer") == ANSWER


def test_a_picture_in_a_written_answer_stays_and_markup_does_not_pose_as_one(folder):
    nb = make(ANSWER, "See ![](plot.png)")
    nb.cells[-1].attachments = {"plot.png": {"image/png": "aGk="}, "bad": {"text/html": "<script>"}}
    hand_in(folder, nb)
    _, clean, _ = prepared(folder)
    assert clean.cells[-1].attachments == {"plot.png": {"image/png": "aGk="}}


def test_large_outputs_are_left_out(folder):
    nb = make(ANSWER)
    nb.cells[1].outputs = [nbformat.v4.new_output("stream", text="x" * 3_000_000)]
    hand_in(folder, nb)
    result, _, notes = prepared(folder)
    assert "3.0 MB of outputs" in notes
    assert (result.folder / f"{NAME}.ipynb").stat().st_size < 20_000


# --- bytes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_are_read(folder, encoding):
    text = json.dumps(raw(), ensure_ascii=False)
    hand_in(folder, data=text.encode(encoding))
    _, clean, notes = prepared(folder)
    assert source(clean, "f-answer") == ANSWER
    assert "saved" in notes


def test_windows_line_ends_and_control_characters_are_read(folder):
    data = raw()
    data["cells"][1]["source"] = ANSWER.replace("\n", "\r\n") + "\0"
    hand_in(folder, data=json.dumps(data).replace("\\u0000", "\\u0000\t").encode())
    _, clean, _ = prepared(folder)
    assert "\r" not in source(clean, "f-answer") and "\0" not in source(clean, "f-answer")


def test_a_lone_surrogate_does_not_stop_the_writing(folder):
    data = raw()
    data["cells"][0]["source"] = "x = '\ud800'"
    hand_in(folder, data=json.dumps(data).encode())
    prepared(folder)


def test_the_old_format_is_upgraded(folder):
    old = nbformat.convert(make(ANSWER), 3)
    hand_in(folder, data=nbformat.writes(old, version=3).encode())
    _, clean, notes = prepared(folder)
    assert source(clean, "f-answer") == ANSWER and "old notebook format 3" in notes


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b'{"cells": [{"cell_type": "co', "breaks off"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04rest", "zip"),
        (b"import numpy as np", "not JSON"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": [], "nbformat": 4}', "no cells"),
        (b'{"cells": {"a": 1}}', "no cells"),
        (b'{"nbformat": 99}', "does not know"),
        (b'{"nbformat": "4"}', "does not know"),
        (b'{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}', "none of the lesson's exercises"),
        (b"[" * 200_000, "not a notebook"),
        (b'{"a":\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n}', "unresolved merge"),
        (b'{"cells": [' + b'{"cell_type": "raw"},' * 2500 + b"1]}", "cells"),
        (b'{"nbformat": 3, "worksheets": 7}', "cannot be upgraded"),
        (b"9" * 6000, "not"),
    ],
)
def test_what_is_no_notebook_is_named(folder, data, says):
    hand_in(folder, data=data)
    assert says in refused(folder)


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "circles (1).ipynb",
        "Circles.ipynb",
        "CIRCLES.IPYNB",
        "circles-Copy1.ipynb",
        "Copy of circles.ipynb",
        "circles - Copy.ipynb",
        "circles_final.ipynb",
        "01_circles.ipynb",
        "ｃircles.ipynb",
        "my homework.ipynb",
    ],
)
def test_a_name_close_to_the_right_one_is_understood(folder, name):
    hand_in(folder, name=name)
    _, clean, notes = prepared(folder)
    assert source(clean, "f-answer") == ANSWER
    assert "was taken for circles.ipynb" in notes


def test_the_right_name_wins_over_copies(folder):
    hand_in(folder)
    hand_in(folder, make("other"), name="circles (1).ipynb")
    _, clean, _ = prepared(folder)
    assert source(clean, "f-answer") == ANSWER


def test_two_candidates_are_not_guessed_between(folder):
    hand_in(folder, name="circles (1).ipynb")
    hand_in(folder, make("def f(x):\n    return 2"), name="circles (2).ipynb")
    assert refused(folder).startswith("circles (1).ipynb and circles (2).ipynb could each be circles.ipynb")


def test_another_notebook_is_not_taken(folder):
    hand_in(folder, new_notebook(cells=[new_code_cell("1")]), name="notes.ipynb")
    assert refused(folder) == "circles.ipynb is missing; there is only notes.ipynb"


def test_an_empty_folder_and_a_missing_one(folder):
    assert refused(folder) == "circles.ipynb is missing; there is no notebook"
    assert isinstance(prepare(folder / "no", folder.parent / "clean", RELEASE, NAME), NotGraded)


def test_a_notebook_one_folder_down_is_found_and_two_are_not_guessed_between(folder):
    (folder / "a").mkdir()
    hand_in(folder / "a")
    (folder / ".ipynb_checkpoints").mkdir()
    hand_in(folder / ".ipynb_checkpoints", make("old"))
    _, clean, _ = prepared(folder)
    assert source(clean, "f-answer") == ANSWER
    (folder / "b").mkdir()
    hand_in(folder / "b")
    prepared(folder)  # the same again
    hand_in(folder / "b", make("def f(x):\n    return 2"))
    assert "2 times" in refused(folder)


def test_folder_names_that_a_pattern_would_misread_get_a_twin():
    names = ["c[1]", "c［1］", "a b", "José", "Jose\u0301", "🙂", "a+b", "..", "x" + os.fsdecode(b"\xff"), "*"]
    ids = student_ids(names)
    assert sorted(ids) == sorted(names) and len(set(ids.values())) == len(names)
    assert not any(set(id) & set("[]*?+/\\") or id.startswith(".") for id in ids.values())
    assert ids["a b"] == "a b" and ids["🙂"] == "🙂"
    "".join(ids.values()).encode()


# --- files


@pytest.mark.parametrize("target", ["../secret.txt", "nowhere", "/etc/passwd"])
def test_links_are_left_out(folder, target):
    (folder.parent / "secret.txt").write_text("secret")
    hand_in(folder)
    (folder / "data.txt").symlink_to(target)
    (folder / "inside").symlink_to("..")
    result, _, notes = prepared(folder)
    assert sorted(path.name for path in result.folder.iterdir()) == [f"{NAME}.ipynb"]
    assert "data.txt is a link" in notes and "inside is a link" in notes


def test_a_notebook_that_is_a_link_is_refused(folder):
    hand_in(folder.parent)
    (folder / f"{NAME}.ipynb").symlink_to(folder.parent / f"{NAME}.ipynb")
    assert refused(folder) == "circles.ipynb is a link"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives a file away")
def test_a_hard_link_to_a_file_of_somebody_elses_is_left_out_and_one_of_a_backup_is_not(folder):
    hand_in(folder.parent)
    (folder.parent / "secret.txt").write_text("secret")
    for name in (f"{NAME}.ipynb", "secret.txt"):
        os.link(folder.parent / name, folder / name)
    assert {path.name for path in prepared(folder)[0].folder.iterdir()} == {f"{NAME}.ipynb", "secret.txt"}
    os.chown(folder.parent / "secret.txt", 1, 1)
    result, _, notes = prepared(folder)
    assert [path.name for path in result.folder.iterdir()] == [f"{NAME}.ipynb"]
    assert "secret.txt is another name of a file of somebody else's (a hard link)" in notes and result.signs
    os.chown(folder.parent / f"{NAME}.ipynb", 1, 1)
    assert refused(folder) == "circles.ipynb is another name of a file of somebody else's (a hard link)"


def test_a_folder_that_is_a_link_is_refused(folder):
    hand_in(folder)
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert prepare(link, folder.parent / "clean", RELEASE, NAME) == NotGraded(
        "its folder is a link", "folder-is-link"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_hang_the_grader(folder):
    os.mkfifo(folder / f"{NAME}.ipynb")
    assert refused(folder) == "circles.ipynb is no ordinary file"


def test_oversize_and_countless_files_are_left_out_or_refused(folder, monkeypatch):
    hand_in(folder)
    monkeypatch.setattr(preflight, "LARGEST_FILE", 1000)
    (folder / "big.bin").write_bytes(b"x" * 2000)
    result, _, notes = prepared(folder)
    assert "big.bin is larger" in notes and not (result.folder / "big.bin").exists()
    for number in range(preflight.MOST_FILES + 1):
        (folder / f"{number}.txt").touch()
    assert "more than 500 files" in refused(folder)


def test_a_notebook_too_large_to_read_is_refused(folder):
    with open(folder / f"{NAME}.ipynb", "wb") as file:
        file.truncate(100 * 1024**2)
    assert "larger than 48 MB" in refused(folder)


@pytest.mark.parametrize("text", ["yesterday-ish", "", "2025-13-45 99:99", "\0\0", "9" * 400, "{}"])
def test_a_bad_time_is_reported_and_left_out(folder, text):
    hand_in(folder)
    (folder / "timestamp.txt").write_text(text)
    result, _, notes = prepared(folder)
    assert "not known" in notes and not (result.folder / "timestamp.txt").exists()


@pytest.mark.parametrize("text", ["2099-01-01 00:00:00 UTC", "2025-02-02 15:58:23 XQZ"])
def test_a_time_to_come_or_in_no_known_zone_never_counts_as_late(folder, text):
    hand_in(folder)
    (folder / "timestamp.txt").write_text(text)
    result, _, notes = prepared(folder)
    assert "not known" in notes and not (result.folder / "timestamp.txt").exists()


def test_a_good_time_is_kept_in_utc(folder):
    hand_in(folder)
    (folder / "timestamp.txt").write_text("2025-02-02 15:58:23 +0200\n")
    result, _, notes = prepared(folder)
    assert notes == ""
    assert (result.folder / "timestamp.txt").read_text() == "2025-02-02 13:58:23.000000 UTC"


# --- archives


def zip_of(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_an_archive_in_place_of_the_notebook_is_unpacked(folder):
    zip_of(folder / "homework.zip", {"work/circles.ipynb": nbformat.writes(make(ANSWER)), "work/data.txt": "1"})
    _, clean, notes = prepared(folder)
    assert source(clean, "f-answer") == ANSWER and "homework.zip was unpacked" in notes
    assert not (folder.parent / "clean.unpacked").exists()


def test_a_broken_archive_is_named(folder):
    (folder / "homework.zip").write_bytes(b"PK\x03\x04 broken")
    assert "homework.zip is not a zip that can be opened" in refused(folder)


@pytest.mark.parametrize(
    "name", ["../up.txt", "/etc/abs.txt", "a/../../up.txt", "..\\up.txt", "C:\\x.txt", "a//../../b", "...", "x" * 300]
)
def test_an_entry_that_leads_out_is_refused_by_itself(tmp_path, name):
    archive = zip_of(tmp_path / "a.zip", {name: "bad", "good.txt": "good"})
    notes = archives.unpack(archive, tmp_path / "room")
    assert len(notes) == 1
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["good.txt"]


def test_links_encrypted_and_oversize_entries_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_ENTRY", 10_000)
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zip_of(tmp_path / "a.zip", {link: "/etc/passwd", "bomb.txt": "0" * 1_000_000, "good.txt": "good"})
    notes = " ".join(map(str, archives.unpack(archive, tmp_path / "room")))
    assert "link.txt was left out: it is a link" in notes and "bomb.txt was left out" in notes
    assert [path.name for path in (tmp_path / "room").rglob("*")] == ["good.txt"]


def test_an_entry_that_lies_about_its_size_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_ENTRY", 10_000)
    archive = zip_of(tmp_path / "a.zip", {"bomb.txt": "0" * 1_000_000, "good.txt": "good"})
    data = archive.read_bytes().replace((1_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    archive.write_bytes(data)
    assert archives.unpack(archive, tmp_path / "room")
    assert (tmp_path / "room" / "good.txt").read_text() == "good"
    assert not (tmp_path / "room" / "bomb.txt").exists() or (tmp_path / "room" / "bomb.txt").stat().st_size <= 100


def test_canvas_names_are_sorted_into_students_and_the_last_attempt_stays(tmp_path):
    download = zip_of(
        tmp_path / "submissions.zip",
        {
            "lovelaceada_4711_81234_circles.ipynb": "first",
            "lovelaceada_4711_81240_circles-1.ipynb": "second",
            "turingalan_LATE_4712_81235_circles.ipynb": "late",
            "turingalan_LATE_4712_81235_data set_1.csv": "1",
            "../evil_1_2_circles.ipynb": "evil",
            "strange.txt": "?",
        },
    )
    handed, notes = archives.collect(download, tmp_path / "submitted", "01_circles")
    found = {h.student: h for h in handed}
    assert sorted(found) == ["lovelaceada_4711", "turingalan_4712"]
    assert (found["lovelaceada_4711"].folder / "circles.ipynb").read_text() == "second"
    assert found["turingalan_4712"].late and found["turingalan_4712"].lms_id == "4712"
    assert (found["turingalan_4712"].folder / "data set_1.csv").read_text() == "1"
    assert any("evil" in str(note) and "out of the folder" in str(note) for note in notes)
    assert any("strange.txt" in str(note) for note in notes)
    assert sorted(p.name for p in (tmp_path / "submitted").iterdir()) == sorted(found)


@pytest.mark.parametrize("between", ["/", "_/", "_"])
def test_moodle_names_are_sorted_into_students(tmp_path, between):
    entries = {
        f"Ada de L'Étoile_81234_assignsubmission_file{between}circles.ipynb": "ada",
        "Ada_1_assignsubmission_onlinetext_/x.html": "x",
    }
    handed, notes = archives.collect(zip_of(tmp_path / "a.zip", entries), tmp_path / "submitted", "01_circles")
    assert [h.student for h in handed] == ["Ada de L'Étoile_81234", "Ada_1"] and notes == []
    assert "typed into the platform's own box" in handed[1].notes[0]
    assert (handed[0].folder / "circles.ipynb").read_text() == "ada"


def test_an_unpacked_download_is_sorted_too_and_an_old_one_leaves_nothing(tmp_path):
    download = tmp_path / "download"
    download.mkdir()
    (download / "lovelaceada_4711_81234_circles.ipynb").write_text("new")
    old = tmp_path / "submitted" / "lovelaceada_4711" / "01_circles"
    old.mkdir(parents=True)
    (old / "left.txt").write_text("old")
    (handed,), _ = archives.collect(download, tmp_path / "submitted", "01_circles")
    assert [path.name for path in handed.folder.iterdir()] == ["circles.ipynb"]


@pytest.mark.parametrize("data", [b"", b"no zip", None])
def test_a_download_that_cannot_be_read_says_so(tmp_path, data):
    path = Path(tmp_path / "download.zip")
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CourseError, match="cannot be collected"):
        archives.collect(path, tmp_path / "submitted", "01_circles")
