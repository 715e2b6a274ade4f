"""The report of a class: right numbers, names escaped, nothing loaded, copies found and coincidence left alone."""

import re
import time
from dataclasses import replace

import pytest
from graded_class import LESSON, GradedClass, copy_course
from report_class import make_class

from vgcourse.cli import main
from vgcourse.course.checks.verdicts import Verdict
from vgcourse.grading.class_run.class_table import Mark, Standing
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.class_run.terminal_table import shows
from vgcourse.grading.pages.page import POLICY, number
from vgcourse.grading.pages.report import drawing, numbers, report_page
from vgcourse.grading.pages.report.page import ClassReport
from vgcourse.grading.pages.report.similarity import alike, code_tokens, pieces, similarity


@pytest.fixture(scope="module")
def made():
    return make_class(40)


@pytest.fixture(scope="module")
def text(made):
    return report_page(made)


def student(name, shares, reason="", **result):
    """A standing with these shares of one point, exercise → share (None: still to be read)."""
    marks = {id: Mark(id, share or 0.0, 1.0, False, share is None) for id, share in shares.items()}
    score = None if reason else sum(mark.points for mark in marks.values())
    return Standing(name, LESSON, score, 3, reason, marks, Result(name, LESSON, score, 3, reason=reason, **result))


def test_the_numbers_of_an_exercise_are_those_of_the_class():
    class_ = [student("a", {"x": 1}), student("b", {"x": 0.5}), student("c", {"x": 0}), student("d", {"x": None})]
    (found,) = numbers.exercises([*class_, student("e", {}, "it is not JSON")], {"x": "X"}, ())
    assert (found.full, found.part, found.none, found.waiting, found.graded) == (1, 1, 1, 1, 3)
    assert found.mean == pytest.approx(0.5) and found.zeros == pytest.approx(1 / 3)


def page_of(made, titles, in_words, *class_):
    return report_page(replace(made, standings=list(class_), titles=titles, in_words=in_words, links={}, alike=[]))


def test_answers_that_are_still_being_read_say_nothing_of_the_class(made):
    class_ = [student("a", {"x": 0}), student("b", {"x": None})]
    assert "points on average" in page_of(made, {"x": "X"}, (), *class_)
    assert "points on average" not in page_of(made, {"x": "X"}, ("x",), *class_)
    assert "points on average" in page_of(made, {"x": "X"}, ("x",), class_[0])


def test_a_sign_is_not_told_again_as_a_note(made):
    told = "the test x was missing and was put back"
    text = page_of(made, {"x": "X"}, (), student("a", {"x": 1}, signs=(told,), notes=("unpacked", told)))
    assert text.count(told) == 1 and "unpacked" in text


def test_misconceptions_are_counted_by_key_the_commonest_first(made):
    for exercise in numbers.exercises(made.standings, made.titles, made.in_words):
        counts = [len(m.students) for m in exercise.misconceptions]
        assert counts == sorted(counts, reverse=True)
        for shown in exercise.misconceptions:
            who = {
                s.student
                for s in made.standings
                for v in (s.result.verdicts)
                if (v.exercise, v.key) == (exercise.id, shown.key)
            }
            assert set(shown.students) == who and shown.key not in ("blank", "passed")


def test_seconds_of_an_exercise_are_its_answer_and_its_check():
    class_ = [
        student("a", {"x": 1}, cells={"x": 2.0, "x-answer": 1.0, "cell 3": 9.0}),
        student("b", {"x": 1}, cells={"x": 4.0}),
    ]
    (found,) = numbers.exercises(class_, {"x": "X"}, ())
    assert found.seconds == 7.0
    assert [(c.id, c.median, c.slowest) for c in numbers.cells(class_)] == [
        ("cell 3", 9.0, "a"),
        ("x", 3.0, "b"),
        ("x-answer", 1.0, "a"),
    ]


def test_the_page_names_who_needs_a_look_and_why(text):
    for clause in (
        "because no notebook was handed in",
        "cell 7 prints a verdict of its own",
        "the second got a name",
    ):
        assert clause in text
    assert "3 not graded" in text and "37 graded" in text


def test_every_student_with_a_mark_is_a_dot_with_a_link(made, text):
    marked = numbers.graded(made.standings)
    assert text.count('<circle class="dot') == len(marked)
    assert all(text.count(f'href="feedback/{s.student}.html"') >= 1 for s in marked)


def test_the_median_is_drawn_where_it_is():
    class_ = [student(str(i), {"x": share}) for i, share in enumerate((0, 1, 1))]
    drawn = drawing.marks(class_, 3, {})
    x = drawing.LEFT + (drawing.RIGHT - drawing.LEFT) / 3
    assert f'class="median" x1="{number(x)}%"' in drawn and "median 1" in drawn


def test_where_many_have_the_median_the_page_does_not_call_them_half_of_the_class(made):
    page = page_of(made, {"x": "X"}, (), *(student(name, {"x": 1}) for name in "abc"), student("d", {"x": 0}))
    assert "The median is 1 point; 0 of 4 reached half of the points." in page


@pytest.mark.parametrize("most", [0.5, 1, 7, 12, 25, 100, 1000])
def test_any_number_of_points_makes_at_most_24_columns_and_few_ticks(most):
    assert most / drawing.bin_width(most) <= drawing.BINS
    drawn = drawing.marks([replace(student("a", {"x": 1}), score=most)], most, {})
    assert drawn.count('text-anchor="middle"') <= 12


def test_names_reasons_and_sentences_cannot_become_html(made):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    bad = replace(made.standings[0], student=evil, first_name=evil, last_name="")
    bad = replace(bad, result=replace(bad.result, signs=(evil,), notes=(evil,), student=evil, cells={evil: 9.0}))
    gone = Standing(evil + "2", LESSON, None, 12, evil)
    page = report_page(replace(made, standings=[bad, gone, *made.standings[1:]], links={evil: f"javascript:{evil}"}))
    assert "<script" not in page and "<img" not in page
    assert page.count("&lt;script&gt;") >= 5


def test_the_page_loads_nothing_and_forbids_to(text):
    assert POLICY in text.replace("&#39;", "'")
    assert not re.search(r"https?://|<script|@import|url\(", text)


def test_a_class_without_a_mark_and_a_class_of_one_have_a_page():
    nobody = ClassReport("L", [student("a", {}, "it is not JSON")], {"x": "X"})
    assert "Nobody has a mark yet" in report_page(nobody)
    assert "1 student handed in" in report_page(ClassReport("L", [student("a", {"x": 1})], {"x": "X"}))
    assert "0 students handed in" in report_page(ClassReport("L", [], {"x": "X"}))


STUB = "def f(x):\n    '''What it does.'''\n    ..."
ANSWER = """def f(x):
    total, rows = 0, []
    for i, row in enumerate(x):  # every row
        weight = np.exp(-row.sum()) / (1 + i)
        rows.append(weight * row.mean())
        if weight > 0.5:
            total += np.log1p(weight) * len(rows)
    return total / max(1, len(rows)), np.asarray(rows)
"""
RENAMED = (
    ANSWER.replace("total", "t").replace("rows", "values").replace("weight", "w").replace("# every row", "")
    .replace("def f(x):", "def f(data: list) -> tuple:\n    'Mine.'").replace("(x)", "(data)").replace("    ", "  ")
)  # fmt: skip
OTHER = """def f(x):
    weights = [np.exp(-sum(row)) / (1 + i) for i, row in enumerate(x)]
    means = np.array([np.mean(row) for row in x]) * weights
    heavy = [np.log1p(w) * (k + 1) for k, w in enumerate(weights) if w > 0.5]
    return sum(heavy) / max(1, len(x)), means
"""


def test_names_comments_and_spacing_make_no_difference():
    assert similarity(pieces(ANSWER), pieces(RENAMED)) == 1.0


def test_the_same_thing_written_another_way_is_not_alike():
    assert similarity(pieces(ANSWER), pieces(OTHER)) < 0.5
    assert alike({"e": {"ada": ANSWER, "ben": OTHER}}, {"e": STUB}) == []


def test_copies_are_found_and_the_released_cell_is_not():
    blank = {f"s{i}": STUB for i in range(5)}
    (group,) = alike({"e": {**blank, "ada": ANSWER, "ben": RENAMED, "cho": OTHER}}, {"e": STUB})
    assert group.students == ("ada", "ben") and group.exercises == {"e": 1.0}


def test_short_answers_and_what_a_fifth_of_the_class_writes_are_left_aside():
    short = "def f(x):\n    return x + 1"
    assert alike({"e": {"ada": short, "ben": short}}, {"e": STUB}) == []
    assert alike({"e": {f"s{i}": ANSWER for i in range(10)}}, {"e": STUB}) == []


def test_who_is_alike_in_several_exercises_comes_first():
    more = ANSWER.replace("0.5", "0.7").replace("log1p", "sqrt").replace("mean", "max")
    found = alike(
        {
            "e": {"ada": ANSWER, "ben": RENAMED, "cho": ANSWER, "dia": OTHER},
            "g": {"ada": more, "ben": more, "cho": OTHER},
        },
        {"e": STUB, "g": STUB},
    )
    assert found[0].students == ("ada", "ben") and set(found[0].exercises) == {"e", "g"}
    assert found[1].students == ("ada", "ben", "cho")


def test_answers_in_words_are_compared_by_words():
    said = (
        "The minimum and the maximum of all points tell the training something about the test set: unseen it is not."
    )
    other = (
        "Because scaling uses numbers from points that should be new, the score on them is too good to be believed."
    )
    answers = {"e": {"ada": said, "ben": said.upper() + "\n", "cho": other}}
    (group,) = alike(answers, {"e": "*Your answer here.*"}, frozenset({"e"}))
    assert group.students == ("ada", "ben")


@pytest.mark.parametrize(
    "source", ["def f(:", "%timeit f(1)\n!ls", "x" * 100_000, "(" * 3000, "-" * 5000 + "1", "\0", "a = '\ud800'"]
)
def test_an_answer_that_is_no_python_is_compared_all_the_same(source):
    assert isinstance(code_tokens(source), list)


def test_a_class_of_200_is_compared_in_seconds():
    answers = {
        e: {f"s{i:03d}": ANSWER.replace("0.5", f"0.{i + 1}").replace("log1p", f"f{i}") for i in range(200)}
        for e in "abcdefg"
    }
    started = time.process_time()
    alike(answers, dict.fromkeys("abcdefg", STUB))
    assert time.process_time() - started < 20


def test_the_command_writes_a_page_with_links_that_hold(root, tmp_path_factory, monkeypatch, capsys):
    graded = GradedClass(copy_course(root, tmp_path_factory.mktemp("course")))
    graded.add("ada b#c", "Words.", first_name="Ada")
    graded.add("ben", wrong=("sigmoid",))
    graded.refuse("cho", "the notebook is not JSON")
    monkeypatch.chdir(graded.classroom.root)
    assert main(["report", LESSON, "--out", "pages.html"]) == 0
    page = (graded.classroom.root / "pages.html").read_text(encoding="utf-8")
    assert "autograded/ada%20b%23c/01_circles/circles.ipynb" in page and "because the notebook is not JSON" in page
    assert "Not yet: sigmoid misses." in page and "Lesson 1" in page
    capsys.readouterr()
    assert main(["report", LESSON, "--out", "no/such/folder/r.html"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    Ledger.of(graded.classroom).file(LESSON).unlink()  # graded by plain nbgrader: no ledger
    assert main(["report", LESSON, "--out", "pages.html"]) == 0
    page = (graded.classroom.root / "pages.html").read_text(encoding="utf-8")
    assert "Not yet: sigmoid misses." in page and "it has not been graded yet" in page


def test_no_row_ends_before_it_says_who_handed_in():
    """Whose submission a mark is of may not be known."""
    rows = [shows(one) for one in make_class(40).standings]
    assert len(rows) == 40 and not any("handed in by" in row for row in rows)


def test_a_written_answer_in_which_nothing_stands_is_told_as_blank():
    wrong = Verdict("sigmoid", 1, 0.0, "overflows", "It overflows.")
    words = Mark("leak-why", 0, 2, in_words=True)
    lowered, unread = replace(words, points=1, by_hand=True), replace(words, waiting=True)

    def row(*marks):
        result = Result("ada", "01_circles", 0, 4, verdicts=[wrong])
        return shows(Standing("ada", "01_circles", 0, 4, marks={m.id: m for m in marks}, result=result))

    assert row(words) == "sigmoid: overflows, leak-why: blank"
    assert row(lowered) == row(unread) == "sigmoid: overflows"
    assert row(Mark("own-test", 1, 2)) == "sigmoid: overflows, own-test: 1 of 2"
