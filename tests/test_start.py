"""`vgcourse start`: a student's own copies of the lessons, wherever the package was installed from."""

import pytest

from vgcourse.cli import main
from vgcourse.course import start as starting
from vgcourse.course.lesson import find_root


def test_every_lesson_is_written_as_it_was_released(root, tmp_path, capsys):
    assert main(["start", str(tmp_path / "my course")]) == 0
    written = sorted((tmp_path / "my course/lessons").glob("*/*.ipynb"))
    assert [path.read_bytes() for path in written] == [p.read_bytes() for p in sorted(root.glob("lessons/*/*.ipynb"))]
    assert "cd '" in capsys.readouterr().out  # the folder's space is quoted
    assert find_root(written[0].parent) == (tmp_path / "my course").resolve()


def test_work_that_is_there_stays(tmp_path, capsys):
    main(["start", str(tmp_path)])
    notebook = tmp_path / "lessons/01_circles/circles.ipynb"
    notebook.write_text("mine")
    (tmp_path / "lessons/00_start/start.ipynb").unlink()
    (tmp_path / "lessons/01_circles/written_answers.md").unlink()
    assert main(["start", str(tmp_path)]) == 0
    assert notebook.read_text() == "mine"
    assert "Wrote 1 lesson to" in capsys.readouterr().out


def test_a_folder_that_is_a_file_is_told_in_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["start", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_an_installation_without_lessons_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "_SHIPPED", (tmp_path,))
    with pytest.raises(starting.CourseError, match="no lessons"):
        starting.shipped_lessons()


@pytest.mark.parametrize("command", [["build"], ["build", "--check"], ["build", "01_circles"], ["demo"]])
def test_what_needs_the_texts_says_where_they_are(command, tmp_path, monkeypatch, capsys):
    """A student's folder holds lessons and no text: nothing there is "up to date"."""
    main(["start", str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(command) == 2
    said = capsys.readouterr()
    assert "vgcourse new-course FOLDER" in said.err and not said.out


def test_who_is_there_already_is_not_sent_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["start", "."])
    assert "Open them:  vgcourse lab" in capsys.readouterr().out
