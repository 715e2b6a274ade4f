"""The certificate is one page that asks nobody for anything, says what the folder holds, and trusts nothing in it."""

import base64
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from vgcourse.course import certificate as page
from vgcourse.course import progress
from vgcourse.course.checks import registry
from vgcourse.course.predictions import reveal
from vgcourse.course.progress import PASSED
from vgcourse.errors import CourseError

SHOWN = ("h1", "h2", "p", "div", "strong", "table", "tr", "th", "td", "span", "figure", "img", "figcaption")
DAY = date(2026, 5, 4)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder of lessons of which one has been worked on, and the kernel in it."""
    for lesson in registry.known():
        (tmp_path / lesson).mkdir()
    monkeypatch.delenv("VGCOURSE_PROGRESS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(tmp_path / "01_circles")
    return tmp_path


def keep(folder, checks=None, predictions=None):
    text = json.dumps({"checks": checks or {}, "predictions": predictions or {}})
    (folder / "progress.json").write_text(text, encoding="utf-8")


def save(folder, lesson, *figures):
    """A notebook whose cells show these (PNG bytes, words)."""
    outputs = [
        {"output_type": "display_data", "data": {"image/png": base64.b64encode(png).decode(), "text/plain": words}}
        for png, words in figures
    ]
    cells = [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]} for output in outputs]
    (folder / lesson / f"{lesson[3:]}.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")


def test_points_and_predictions_are_those_that_the_lessons_kept(course):
    full = registry.find("sigmoid").points
    done = {"passed": True, "key": PASSED, "now": full, "earned": full}
    half = {"passed": False, "key": "one-mean", "now": 1, "earned": 1.5}
    guess = {"question": "How far?", "guess": "a tenth", "result": "a half", "right": False}
    keep(course, {"sigmoid": done, "layer-rms": half}, {"far": guess, "near": {"guess": "only guessed"}})
    text = page.certificate("Ada Lovelace").path.read_text(encoding="utf-8")
    most = sum(exercise.points for lesson in registry.known() for exercise in registry.exercises(lesson))
    assert (
        f"<strong>{full + 1:g} of {most:g} points</strong>" in text
        and f"1 of {all_exercises()} exercises passed" in text
    )
    assert "How far?" in text and "a half" in text and "0 of 1 predictions came true" in text
    assert "only guessed" not in text, "what is not revealed yet is no outcome"


def test_a_guess_made_anew_when_the_result_was_known_counts_for_nothing(course, monkeypatch):
    first = {"question": "How far?", "guess": "a half", "result": "a tenth", "right": False}
    keep(course, predictions={"far": first, "near": {"guess": 0.12345678, "result": 0.2, "right": False}})
    progress.record_prediction("far", {"guess": "a tenth", "question": "How far?"})
    assert "0 of 1 predictions came true" in page.certificate("Ada").path.read_text("utf-8"), "and not revealed anew"
    assert "saw it coming" not in reveal("far", "a tenth")._repr_html_()
    text = page.certificate("Ada").path.read_text("utf-8")
    assert "0 of 1 predictions came true" in text and "<td>·</td><td>How far?</td><td>a tenth</td>" in text
    assert "guessed when the result was known, and not counted" in text and "<td>0.1235</td>" in text
    assert ("How far?", "a tenth", "a tenth", "· guessed when the result was known") in (
        progress.progress_page().predictions()
    )


def test_the_same_guess_kept_twice_is_still_the_first(course):
    progress.record_prediction("far", {"guess": "a half", "question": "How far?"})
    reveal("far", "a half")
    progress.record_prediction("far", {"guess": "a half", "question": "How far?"})
    assert "1 of 1 predictions came true" in page.certificate("Ada").path.read_text("utf-8")


def test_answers_in_words_are_counted_and_said_to_be_outside_the_sum(course, root):
    shutil.copytree(root / "lessons" / "01_circles", course / "01_circles", dirs_exist_ok=True)
    keep(course)
    text = page.certificate("Ada").path.read_text("utf-8")
    assert "Answers in words: 0 of 1 written; a person reads them, outside this sum of points." in text


def all_exercises():
    return sum(len(registry.exercises(lesson)) for lesson in registry.known())


@pytest.mark.parametrize("earned", [1e9, -3, "12", None, True, float("nan")])
def test_what_is_no_number_of_points_counts_as_none(course, earned):
    keep(course, {"sigmoid": {"passed": True, "key": PASSED, "now": earned, "earned": earned}})
    assert "<strong>0 of " in page.certificate("Ada").path.read_text(encoding="utf-8")


def test_nothing_a_student_wrote_becomes_a_tag(course):
    evil = "\"><script>alert(1)</script><img src=//e.x/a onerror=x>'&"
    keep(course, predictions={evil: {"question": evil, "guess": evil, "result": evil, "right": True}})
    save(course, "04_gradients", (PNG, evil))
    text = page.certificate(evil).path.read_text(encoding="utf-8")
    assert "<script" not in text and "onerror=x>" not in text
    assert set(re.findall(r"<(\w+)", text)) <= {"html", "head", "meta", "link", "title", "style", "body", *SHOWN}


def test_the_page_asks_no_other_host_for_anything(course):
    keep(course)
    save(course, "02_depth", (PNG, "two curves"))
    text = page.certificate("Ada").path.read_text(encoding="utf-8")
    assert "default-src 'none'" in text and "<script" not in text
    assert all(source.startswith("data:") for source in re.findall(r"(?:src|href)=['\"]([^'\"]*)", text))
    assert not re.search(r"https?://|url\(|@import", text)


def test_the_last_figure_of_each_notebook_is_there_with_its_words(course):
    keep(course)
    save(course, "02_depth", (PNG + b"first", "one curve"), (PNG + b"last", "two curves"))
    save(course, "05_initialization", (PNG + b"other", "a   wide\nband"))
    text = page.certificate("Ada").path.read_text(encoding="utf-8")
    assert base64.b64encode(PNG + b"last").decode() in text and "alt='two curves'" in text
    assert base64.b64encode(PNG + b"first").decode() not in text and "a wide band" in text


@pytest.mark.parametrize("png", [b"<svg onload=alert(1)>", b"", b"GIF89a"])
def test_what_only_calls_itself_a_picture_is_left_out(course, png):
    save(course, "02_depth", (png, "words"))
    assert page.pictures(course / "02_depth") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"outputs": [{}]}]}'])
def test_a_notebook_that_cannot_be_read_has_no_figures(course, text):
    (course / "02_depth" / "depth.ipynb").write_text(text)
    assert page.pictures(course / "02_depth") == []


def test_without_name_or_folder_nothing_is_written_and_it_says_so(course, monkeypatch):
    for nobody in (..., "", "  ", None):
        assert page.certificate(nobody).path is None and "Whose" in repr(page.certificate(nobody))
    monkeypatch.setenv("NBGRADER_EXECUTION", "1")
    assert page.certificate("Ada").path is None
    assert not list(course.rglob("certificate.html"))


def test_a_file_that_cannot_be_written_is_one_sentence(course):
    with pytest.raises(CourseError, match="cannot be written"):
        page.certificate("Ada", to=Path("no", "such", "folder.html"))


def test_the_page_says_that_nobody_has_looked_it_over(course):
    assert "Nobody has looked over them" in page.as_html("Ada", {"checks": {}, "predictions": {}}, course, DAY)
