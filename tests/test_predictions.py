import ast
import json
import random
import shutil
from datetime import date

import nbformat
import numpy as np
import pytest

from tests.lesson_runs import truths
from vgcourse.course import certificate, predictions, progress
from vgcourse.course.checks.verdicts import Verdict


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("VGCOURSE_PROGRESS", str(path))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return path


def press(panel, value):
    panel.children[1].value = value
    panel.children[2].children[0].click()
    return panel.children[2].children[1].value


def test_a_guess_is_kept_and_back_after_a_restart(kept):
    ask = lambda: predictions.predict("ceiling", "How well can it do?", choices=["0.5", "0.8", "1.0"])  # noqa: E731
    assert ask().children[1].value is None  # nothing is chosen for you
    assert "Kept: <strong>0.8</strong>" in press(ask(), "0.8")
    assert ask().children[1].value == "0.8"
    assert json.loads(kept.read_text())["predictions"]["ceiling"]["guess"] == "0.8"


def test_pressing_without_a_choice_says_so(kept):
    panel = predictions.predict("ceiling", "?", choices=["a", "b"])
    assert "Choose" in press(panel, None) and not kept.exists()


def test_a_number_is_asked_with_a_slider(kept):
    press(predictions.predict("ratio", "How much?", between=(0, 10), step=1), 4)
    assert progress.read()["predictions"]["ratio"]["guess"] == 4


@pytest.mark.parametrize(
    ("guess", "result", "near", "right"),
    [
        ("a", "a", None, True),
        ("a", "b", None, False),
        (0.8, 0.84, None, True),
        (0.5, 0.84, None, False),
        (3, 4, 2, 1),
    ],
)
def test_a_guess_counts_as_right_when_it_is_near(guess, result, near, right):
    assert predictions.agrees(guess, result, near) == right


def test_the_result_stands_beside_the_guess_and_is_kept(kept):
    press(predictions.predict("ceiling", "?", choices=["0.5", "0.8"]), "0.5")
    outcome = predictions.reveal("ceiling", "0.8", note="The rings overlap <a little>.")
    assert "your guess: 0.5" in repr(outcome) and "result: 0.8" in repr(outcome)
    page = outcome._repr_html_()
    assert "&lt;a little&gt;" in page and "<a little>" not in page
    assert progress.read()["predictions"]["ceiling"]["right"] is False


def test_a_result_without_a_guess_is_shown_all_the_same(kept):
    assert "you made no guess" in repr(predictions.reveal("ceiling", 0.84))
    assert progress.progress_page().predictions() == []


def test_a_first_guess_after_the_result_was_shown_is_told_and_counted_as_such(kept):
    predictions.reveal("ceiling", "0.8")
    press(predictions.predict("ceiling", "?", choices=["0.5", "0.8"]), "0.8")
    outcome = predictions.reveal("ceiling", "0.8")
    assert "when the result was known" in outcome._repr_html_() and not repr(outcome).startswith("✓")
    page = progress.progress_page()
    assert page.predictions()[0][3].startswith("·") and "came true" not in page._repr_html_()


def test_a_guess_that_is_not_yet_revealed_is_not_counted_as_wrong(kept):
    for id, guess in (("one", "a"), ("two", "a"), ("three", "b")):
        press(predictions.predict(id, "?", choices=["a", "b"]), guess)
    predictions.reveal("one", "a")
    assert "1 of 1 predictions came true.</strong></p>" in progress.progress_page()._repr_html_()
    predictions.reveal("three", "a")
    assert "1 of 2 predictions came true.</strong> The others" in progress.progress_page()._repr_html_()


def test_a_number_outside_the_slider_is_no_guess_at_it(kept):
    kept.write_text(json.dumps({"predictions": {"q": {"guess": 50}}}))
    panel = predictions.predict("q", "?", between=(0, 10))
    assert "No guess is kept yet." in panel._repr_mimebundle_()["text/plain"]


ODD_GUESSES = [None, True, [], [1], {}, {"a": 1}, float("nan"), float("inf"), 10**400]
QUESTIONS = [{"choices": ["a", "b"]}, {"between": (0, 10)}, {"between": (0.0, 1.0)}]


@pytest.mark.parametrize("guess", ODD_GUESSES, ids=repr)
def test_what_is_no_guess_in_the_file_stops_no_lesson_and_is_told_as_none(kept, guess):
    kept.write_text(json.dumps({"predictions": {"q": {"guess": guess}}}))
    for question in QUESTIONS:
        panel = predictions.predict("q", "?", **question)
        assert "No guess is kept yet." in panel._repr_mimebundle_()["text/plain"]
    for result in ("a", np.str_("a"), 0.5, np.float32(0.5), np.int64(3)):
        assert "you made no guess" in repr(predictions.reveal("q", result))


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_guess_at_an_older_question_is_asked_for_again(kept, question):
    kept.write_text(json.dumps({"predictions": {"q": {"guess": "zz"}}}))
    panel = predictions.predict("q", "?", **question)
    assert "No guess is kept yet." in panel._repr_mimebundle_()["text/plain"]


def test_a_result_in_numpys_dress_is_kept_as_any_other(kept):
    for guess, result in (("a", np.str_("a")), ("b", np.str_("a"))):
        press(predictions.predict("q", "?", choices=["a", "b"]), guess)
        predictions.reveal("q", result)
        assert progress.read()["predictions"]["q"]["right"] is (guess == "a")


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({}, "either choices"),
        ({"choices": ["a", "b"], "between": (0, 1)}, "either choices"),
        ({"choices": ["a", "a"]}, "two different"),
        ({"between": (1, 0)}, "smaller one first"),
        ({"between": (0, float("inf"))}, "finite"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question, sentence):
    with pytest.raises(ValueError, match=sentence):
        predictions.predict("x", "?", **question)


def verdict(share, key="half"):
    return Verdict("double", 2, share, key, "a sentence")


def test_progress_remembers_that_an_exercise_was_passed_once(kept):
    progress.record_check(verdict(0))
    progress.record_check(verdict(1, "passed"))
    progress.record_check(verdict(0.5))
    entry = progress.read()["checks"]["double"]
    assert entry["passed"] and entry["earned"] == 2 and entry["tries"] == 3 and entry["key"] == "half"


def test_the_progress_page_does_not_keep_a_pass_that_is_gone(kept):
    progress.record_check(Verdict("first-check", 1, 1, "passed", ""))
    progress.record_check(Verdict("first-check", 1, 0, "wrong", ""))
    row = next(row for row in progress.progress_page().rows() if row[1] == "the root mean square")
    assert row[2:] == ("✗ passed before, now not", "0 of 1")
    progress.record_check(Verdict("first-check", 1, 1, "passed", ""))
    assert "✓ passed" in repr(progress.progress_page())


def test_the_progress_page_knows_the_written_exercises(kept, root):
    lesson = kept.parent / "01_circles"
    shutil.copytree(root / "lessons" / "01_circles", lesson)
    words = [row[2] for row in progress.progress_page().rows() if row[3] == "– of 2"]
    assert words == ["○ open"]
    nb = nbformat.read(lesson / "circles.ipynb", as_version=4)
    next(c for c in nb.cells if c["id"] == "leak-why").source = "The test set must stay unseen."
    nbformat.write(nb, lesson / "circles.ipynb")
    page = progress.progress_page()
    assert [row[2] for row in page.rows() if row[3] == "– of 2"] == ["✎ written"]
    assert "1 written, for a person to read" in page._repr_html_()


OPEN = [
    "",
    " \n\t",
    "&nbsp;",
    "\u200b",
    "<!-- later -->",
    "<br/><p></p>",
    "...",
    "*Your answer here: a few sentences.*",
]
OPEN += ["Your answer here: a few sentences.", "> *Your answer here:*  a few  sentences", "**", "<!-- cut off"]
SAID = [
    "*Your answer here: a few sentences.* No.",
    "Nein.",
    "没有",
    "$x<y$",
    "![](attachment:a.png)",
    "<img src='a.png'>",
]


@pytest.mark.parametrize("source", OPEN + SAID)
def test_a_written_answer_is_open_where_a_reader_would_see_no_word(kept, root, source):
    lesson = kept.parent / "01_circles"
    shutil.copytree(root / "lessons" / "01_circles", lesson)
    nb = nbformat.read(lesson / "circles.ipynb", as_version=4)
    next(c for c in nb.cells if c["id"] == "leak-why").source = source
    nbformat.write(nb, lesson / "circles.ipynb")
    words = [row[2] for row in progress.progress_page().rows() if row[3] == "– of 2"]
    assert words == ["○ open" if source in OPEN else "✎ written"]


def test_progress_lies_beside_the_lesson_folders(tmp_path, monkeypatch):
    monkeypatch.delenv("VGCOURSE_PROGRESS")
    lesson = tmp_path / "lessons" / "01_circles"
    lesson.mkdir(parents=True)
    monkeypatch.chdir(lesson)
    progress.record_check(verdict(1))
    assert (tmp_path / "lessons" / "progress.json").is_file()
    monkeypatch.chdir(tmp_path)  # some other kernel: nothing is left behind
    assert progress.path() is None


def test_nothing_is_recorded_while_a_class_is_graded(kept, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    progress.record_check(verdict(1))
    assert not kept.exists()


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", '{"checks": 3}', '{"checks": {"double": {}}, "odd": 1}', '{"checks": {"double": 5}}'],
)
def test_a_damaged_file_does_not_stop_a_lesson(kept, text):
    kept.write_text(text)
    progress.record_check(verdict(1, "passed"))
    assert progress.read()["checks"]["double"]["passed"]


def test_a_damaged_file_is_put_aside_and_not_lost(kept):
    kept.write_text('{"checks": {"sigmoid": {"passed": true')
    progress.record_check(verdict(1, "passed"))
    assert "sigmoid" in kept.with_name("progress.json.damaged").read_text()


def test_outside_a_lessons_folder_a_guess_lives_as_long_as_the_kernel(tmp_path, monkeypatch):
    monkeypatch.delenv("VGCOURSE_PROGRESS")
    monkeypatch.setattr(progress, "_unfiled", {"checks": {}, "predictions": {}})
    monkeypatch.chdir(tmp_path)
    press(predictions.predict("ceiling", "?", choices=["0.5", "0.8"]), "0.5")
    assert "your guess: 0.5" in repr(predictions.reveal("ceiling", "0.8"))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_does_not_stop_a_lesson(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VGCOURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    progress.record_check(verdict(1))


def test_the_progress_page_shows_passed_tried_and_open(kept):
    progress.record_check(Verdict("first-check", 1, 1, "passed", ""))
    page = progress.progress_page()
    words = {title: word for _, title, word, _ in page.rows()}
    assert words["the root mean square"] == "✓ passed"
    assert list(words.values()).count("○ open") == len(words) - 1
    assert "1 of" in page._repr_html_()
    press(predictions.predict("ceiling", "How <well>?", choices=["0.5", "0.8"]), "0.5")
    predictions.reveal("ceiling", "0.5")
    assert "1 of 1 predictions came true" in progress.progress_page()._repr_html_()
    assert "&lt;well&gt;" in progress.progress_page()._repr_html_()


def test_code_in_a_question_or_note_is_marked_as_code(kept):
    note = predictions.reveal("says", "healthy", note="`fit` <b> did not see it.")._repr_html_()
    assert "<code>fit</code> &lt;b&gt;" in note
    panel = predictions.predict("says", "What does `diagnose` say?", choices=["healthy", "vanishing"])
    assert "<code>diagnose</code>" in predictions._in_html(panel)


FIELDS = (
    "passed",
    "key",
    "points",
    "tries",
    "earned",
    "now",
    "guess",
    "question",
    "result",
    "right",
    "late",
    "shown",
    "when",
)
ODD = ("x", "", None, True, False, 0, 3, -3, 1.5, float("nan"), float("inf"), 10**400, [1], {"a": 1}, "passed", 1e9)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_hand_has_written_into_the_file_stops_no_lesson(kept, seed):
    """Some fields are anything that JSON holds: nothing raises, and no exercise has too many points."""
    dice = random.Random(seed)
    entry = {"sigmoid": {field: dice.choice(ODD) for field in dice.sample(FIELDS, 6)}, "layer-rms": dice.choice(ODD)}
    write(kept, checks=entry, predictions={"a": {**entry["sigmoid"]}, "b": dice.choice(ODD)})
    page = progress.progress_page()
    assert "of" in repr(page) and "exercises passed" in page._repr_html_()
    got = [points.split(" of ") for *_, word, points in page.rows() if "✎" not in word and " of " in points]
    assert all(0 <= float(had) <= float(most) for had, most in got), got
    assert "points" in certificate.as_html("Ada", progress.read(), kept.parent, date(2026, 5, 4))
    press(predictions.predict("a", "How?", choices=["0.5", "0.8"]), "0.5")
    assert "0.5" in repr(predictions.reveal("a", "0.5"))
    progress.record_check(Verdict("sigmoid", 1, 1, "passed", ""))
    assert progress.read()["checks"]["sigmoid"]["now"] == 1


def write(kept, checks=None, predictions=None):
    kept.write_text(json.dumps({"checks": checks or {}, "predictions": predictions or {}}), encoding="utf-8")


# What the lessons ask


def asked(root):
    """(lesson, id, choices) of every prediction with choices that a lesson writes out, in their order."""
    for path in sorted(root.glob("solutions/0*/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict":
                choices = [word.value for word in node.keywords if word.arg == "choices"]
                if choices and isinstance(choices[0], ast.List):
                    yield path.parent.name, node.args[0].value, [one.value for one in choices[0].elts]


def test_neither_place_nor_length_of_a_choice_gives_the_truth_away(root):
    """Over all lessons; whoever always takes the first, the last, the third, the longest is right by chance."""
    told = truths()
    questions = [(id, choices, choices.index(told[id])) for _, id, choices in asked(root)]
    by_chance = sum(1 / len(choices) for _, choices, _ in questions)
    longest = sum(len(choices[at]) > max(len(c) for c in choices if c != choices[at]) for _, choices, at in questions)
    habits = {place: sum(at == place for _, _, at in questions) for place in range(4)}
    habits["last"] = sum(at == len(choices) - 1 for _, choices, at in questions)
    assert len(questions) > 25 and max(habits.values()) < 1.5 * by_chance, habits
    assert longest < 1.5 * by_chance
    for lesson in {lesson for lesson, *_ in asked(root)}:
        places = [choices.index(told[id]) - len(choices) for name, id, choices in asked(root) if name == lesson]
        assert len(places) < 3 or len(set(places)) > 1, f"{lesson}: always the same place"
