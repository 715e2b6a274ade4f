"""Feedback: what a student gets back is right, complete, clean, and holds no hidden test."""

import errno
import html
import os
import re
import shutil
import stat
import sys
import time
from pathlib import Path

import nbformat
import pytest
from exchange_accounts import Ground, forked, with_accounts
from graded_class import LESSON, WORDS, GradedClass, copy_course
from hostile_pages import HTML, MARKDOWN, OUTSIDE
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from vgcourse.cli import main
from vgcourse.course.checks.verdicts import BLANK, WRITE_HERE, Verdict
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.notebook.execute import leave_verdict
from vgcourse.grading.notebook.idle_cells import leave_word
from vgcourse.grading.pages.feedback import FeedbackExporter
from vgcourse.grading.pages.feedback.hidden import LEFT_OUT, without_hidden
from vgcourse.grading.pages.feedback.maths import mathml
from vgcourse.grading.pages.feedback.outputs import outputs
from vgcourse.grading.pages.feedback.sanitize import clean, render, safe_html, safe_markdown
from vgcourse.grading.pages.feedback.summary import line
from vgcourse.grading.pages.page import POLICY

DANGEROUS = re.compile(
    r"<(script|iframe|object|embed|form|input|button|meta|link|base|style|svg|video|audio|template|xmp|body)\b"
    r"|<[^>]*\s(on\w+|srcset|srcdoc|poster|background|action|id)\s*="
    r"|<[^>]*\s(?:href|src)\s*=\s*[\"']?\s*(?!https?:|mailto:|#|data:image/)[^\s\"'>]",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    """Three students: a comment and marks by hand, a wrong check, an answer nobody has read; one refused."""
    made = GradedClass(copy_course(root, tmp_path_factory.mktemp("course")))
    made.add("ada", "The test set must stay unseen: $\\max$ leaks.", first_name="Ada", last_name="Lovelace")
    made.give("ada", 1.5, "Well *said*.")
    made.add("ben", wrong=("sigmoid",))
    made.add("cho", "Because.")
    made.refuse("dia", "the notebook is not JSON")
    return made


@pytest.fixture(scope="module")
def pages(graded):
    """Student → page, as the command writes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(graded.classroom.root)
        assert main(["feedback", LESSON]) == 0
    folder = graded.classroom.root / "feedback"
    return {p.parent.parent.name: p.read_text(encoding="utf-8") for p in folder.glob("*/*/*.html")}


@pytest.mark.parametrize("name", HTML)
def test_hostile_html_leaves_nothing_that_runs_or_calls(name):
    assert not DANGEROUS.search(clean(HTML[name])), clean(HTML[name])
    assert OUTSIDE not in clean(HTML[name])


@pytest.mark.parametrize("name", MARKDOWN)
def test_hostile_markdown_leaves_nothing_that_runs_or_calls(name):
    shown = re.sub(r"<code class=\"tex\">.*?</code>|alttext=\"[^\"]*\"", "", render(MARKDOWN[name]))
    assert not DANGEROUS.search(shown), shown
    assert f'="{OUTSIDE}' not in shown


def test_honest_html_keeps_its_look():
    table = '<table border="1"><tbody><tr><th style="color: rgb(1, 2, 3)">a</th></tr></tbody></table>'
    assert clean(table) == table
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="two rings" style="max-width: 100%">'
    assert clean(picture) == picture
    assert clean('<a href="https://keras.io/api">Keras</a>') == '<a href="https://keras.io/api">Keras</a>'


def test_a_remote_picture_leaves_its_description():
    assert clean(f'<img src="{OUTSIDE}/i.png" alt="a cat">') == "<em>[picture: a cat]</em>"


def test_the_formgraders_filters_clean_once_and_keep_maths():
    assert safe_html("<b onclick=x>a</b>") == "<b>a</b>"
    once = safe_markdown({}, "**a** <script>x</script>$x$")
    assert safe_html(once) == once and "<script" not in once


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 20_000,
        "<b " + "a=1 " * 50_000 + ">",
        "<" * 50_000,
        "[" * 5_000,
        "> " * 3_000 + "x",
        "\\begin{a}" * 9_000,
    ],
    ids=["nested", "attributes", "open", "brackets", "quotes", "environments"],
)
def test_what_would_hold_a_parser_up_for_minutes_is_shown_as_it_is(source):
    """The limits before the parsers: without them the first took two minutes."""
    started = time.monotonic()
    shown = render(source) if "begin" in source else clean(source)
    assert source[:20] in html.unescape(str(shown))
    assert time.monotonic() - started < 20


def test_formulas_are_set_as_tex_sets_them():
    pytest.importorskip("latex2mathml")
    assert "+0" not in mathml(r"h_0 \xrightarrow{\;U\;} h_1", block=True)
    assert "mspace" in mathml(r"\ln 10")
    assert not any("mspace" in mathml(tex) for tex in (r"\ln(10)", r"\max_i x", r"\log_2 n"))


def test_maths_is_mathml_that_needs_no_network():
    pytest.importorskip("latex2mathml")
    shown = mathml(r"\frac{\partial L}{\partial W_1}")
    assert shown.startswith("<math") and "<mfrac>" in shown and r'alttext="\frac' in shown
    assert "<script" not in shown and "class=" not in shown


@pytest.mark.parametrize("tex", [r"\text{<b>x</b>}", "{" * 5000, r"\frac{", "x" * 5000])
def test_maths_that_cannot_be_drawn_stays_readable_tex(tex):
    shown = mathml(tex)
    assert shown.startswith('<code class="tex">') and "<b>" not in shown


def test_without_the_converter_maths_is_readable_tex(monkeypatch):
    monkeypatch.setattr("vgcourse.grading.pages.feedback.maths.convert", None)
    mathml.cache_clear()
    assert mathml("x^2") == '<code class="tex">x^2</code>'
    mathml.cache_clear()


SECRET = "assert answer(3) == 1234567, 'three'"
HIDDEN = f"assert answer(1) == 1\n### BEGIN HIDDEN TESTS\nif True:\n    {SECRET}\n### END HIDDEN TESTS\nprint('done')"


def checked(outputs_of_check, outputs_of_answer=()):
    """A notebook with an instructor's own hidden test, as it comes from autograding."""
    meta = {"grade": True, "solution": False, "grade_id": "own-test", "points": 2, "score": 0, "locked": True}
    answer = {"grade": False, "solution": True, "grade_id": "own-answer", "locked": False}
    return new_notebook(
        cells=[
            new_markdown_cell("# A lesson\n\n### Exercise 1 · The answer ★ (2 points)"),
            new_code_cell("def answer(n): ...", outputs=list(outputs_of_answer), metadata={"nbgrader": answer}),
            new_code_cell(HIDDEN, outputs=list(outputs_of_check), metadata={"nbgrader": meta}),
        ]
    )


def page_of(notebook):
    own = {"student": "ada", "notebook": "lesson", "score": 0, "max_score": 2, "late_penalty": 0}
    return FeedbackExporter().from_notebook_node(notebook, {"nbgrader": own})[0]


def test_hidden_tests_are_in_no_cell_and_no_traceback():
    trace = [
        "\x1b[0;31m----\x1b[0m",
        f"Cell In[9], line 4\n      2 if True:\n----> 4     \x1b[32m{SECRET}\x1b[39m",
        "AssertionError: three",
    ]
    page = page_of(checked([new_output("error", ename="AssertionError", evalue="three", traceback=trace)]))
    assert "1234567" not in page and "HIDDEN" not in page
    assert "AssertionError: three" in page and LEFT_OUT in page
    assert "The answer" in page and "0 of 2" in page


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", name="stdout", text=f"first\n{SECRET}\nlast"),
        new_output(
            "display_data", data={"text/html": "<pre><b>assert</b> answer(3) == 1234567, &#x27;three&#x27;</pre>"}
        ),
        new_output("execute_result", data={"text/plain": repr(HIDDEN)}),
        new_output("display_data", data={"text/markdown": f"`{SECRET}`", "text/plain": "x"}),
        new_output("display_data", data={"image/svg+xml": f"<svg><text>{SECRET}</text></svg>"}),
    ],
    ids=["printed", "HTML", "repr", "Markdown", "SVG"],
)
def test_a_hidden_test_that_a_student_shows_is_left_out(output):
    assert "1234567" not in page_of(checked([], [output]))


def test_other_lines_than_the_hidden_ones_stay():
    assert without_hidden(HIDDEN) == "assert answer(1) == 1\nprint('done')"
    assert "first" in page_of(checked([], [new_output("stream", name="stdout", text=f"first\n{SECRET}")]))


def test_a_hidden_region_that_never_ends_is_hidden_to_the_end():
    assert without_hidden(f"a = 1\n### BEGIN HIDDEN TESTS\n{SECRET}") == "a = 1"


def test_the_page_says_the_total_what_was_by_hand_and_the_comment(pages):
    page = pages["ada"]
    assert "<strong>11.5</strong> of 12 points" in page and "1.5 of them given by hand" in page
    assert "Well <em>said</em>." in page and "Ada Lovelace" in page


def test_the_page_shows_the_sentence_of_every_check(pages):
    assert "Not yet: sigmoid misses." in pages["ben"] and "0 of 1" in pages["ben"]
    assert pages["ben"].count('class="verdict good"') == 5


def test_a_page_asks_nobody_to_run_a_cell(pages):
    """What a check says of an empty answer is meant for the notebook; a page has no cell to run."""
    lines = [text for page in pages.values() for text in re.findall(r'<ol class="lines">.*?</ol>', page, re.DOTALL)]
    assert lines and not any("run that cell" in text for text in lines)
    own = {"grade": True, "solution": False, "grade_id": "sigmoid", "points": 1.0, "score": 0.0}
    cell = new_code_cell('check("sigmoid", ...)', metadata={"nbgrader": own})
    leave_verdict(cell, Verdict("sigmoid", 1.0, 0.0, BLANK, "Not answered yet.", WRITE_HERE))
    assert WRITE_HERE in cell.outputs[0].data["text/html"]
    told = line(cell, "", "cell-0")
    assert (told.state, told.message) == ("open", "Not answered yet.")


def test_an_answer_nobody_has_read_is_said_to_be_open(pages):
    assert "Nobody has read this yet" in pages["cho"] and "1 answer is still to be read" in pages["cho"]


def test_the_page_forbids_every_request(pages):
    assert all(f'content="{POLICY}"' in page.replace("&#39;", "'") for page in pages.values())
    assert not any(re.search(r"<script|https?://[^\s\"<]*(mathjax|cdn)", page) for page in pages.values())


def test_a_full_disk_is_told_once_and_not_of_every_student(graded, monkeypatch, capsys):
    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.chdir(graded.classroom.root)
    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(
        NbGraderAPI, "generate_feedback", lambda *all, **named: {"success": False, "log": "", "error": ""}
    )
    assert main(["feedback", LESSON]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "No space left" in said.err and said.out == ""


def test_nobody_without_a_mark_gets_a_page(pages, graded, monkeypatch, capsys):
    assert set(pages) == {"ada", "ben", "cho"}
    monkeypatch.chdir(graded.classroom.root)
    assert main(["feedback", LESSON, "--student", "dia"]) == 1
    assert "dia: no page, because the notebook is not JSON." in capsys.readouterr().out
    assert main(["feedback", LESSON, "--student", "zoe"]) == 2
    assert "No submission of 01_circles from zoe" in capsys.readouterr().err


def test_a_mark_changed_by_hand_is_the_one_shown(graded):
    made = graded.add("eve", wrong=("ten-slopes",))
    with graded.book() as book:
        book.find_grade("ten-slopes", "circles", LESSON, "eve").manual_score = 0.5
        book.db.commit()
    page = graded.classroom.feedback(graded.lesson, "eve").read_text(encoding="utf-8")
    assert made.is_file() and "0.5 of 1 · by hand" in page and "<strong>9.5</strong>" in page


def test_a_hostile_notebook_makes_a_harmless_page(graded):
    def spoil(notebook):
        for cell in notebook.cells:
            if cell["id"] == WORDS:
                cell.source = "\n\n".join(MARKDOWN.values())
        cell = next(cell for cell in notebook.cells if cell["id"] == "sigmoid-answer")
        cell.outputs = [new_output("display_data", data={"text/html": text}) for text in HTML.values()]
        cell.outputs += [new_output("display_data", data={"application/javascript": "window.hit=1"})]

    graded.add("mal", "x", edit=spoil)
    page = graded.classroom.feedback(graded.lesson, "mal").read_text(encoding="utf-8")
    body = re.sub(r' alttext="[^"]*"', "", page.partition("<body>")[2].partition("</body>")[0])
    assert not re.search(r"<(script|iframe|form|meta|style|svg|object)\b|<[^>]*\son\w+=", body, re.IGNORECASE)


def test_nothing_that_was_handed_in_lies_beside_the_page(graded):
    handed_in = graded.add("fay").parent
    for name in ("feedback.html", "circles.html", "data/more.html", "timestamp.txt"):
        (handed_in / name).parent.mkdir(exist_ok=True)
        (handed_in / name).write_text("<script>window.hit=1</script>")
    page = graded.classroom.feedback(graded.lesson, "fay")
    assert sorted(p.name for p in page.parent.rglob("*") if p.is_file()) == [
        *("circles.html", "submission_secret.txt", "timestamp.txt")
    ]
    assert "window.hit" not in page.read_text(encoding="utf-8")


def test_the_exchange_takes_the_pages_of_all_also_of_those_who_handed_in_by_another_way(graded, tmp_path):
    """By its secret a page goes to whoever handed in; a page without one stops nobody else's."""
    for student in ("gus", "hal"):
        place = graded.add(student).parent
        if student == "gus":
            (place / "submission_secret.txt").write_text("a secret")
            (place / "timestamp.txt").write_text("2026-05-04 10:00:00.000000 UTC")
        graded.classroom.feedback(graded.lesson, student)
    exchange = Config({"Exchange": {"root": str(tmp_path)}})
    (tmp_path / "vgcourse").mkdir()
    room = Classroom(graded.classroom.root, exchange)
    answer = room.api.release_feedback(graded.lesson.id)
    assert answer["success"], answer
    released = {path.stem for path in (tmp_path / "vgcourse" / "feedback").glob("*.html")}
    assert notebook_hash(secret="a secret", notebook_id="circles") in released and len(released) >= 2


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can act for other accounts")
def test_between_accounts_everybody_fetches_the_own_page_also_under_the_name_that_was_handed_in(graded):
    if said := forked(with_accounts):
        pytest.skip(f"no namespace for accounts here: {said.splitlines()[-1]}")
    said = forked(lambda: _through_the_exchange(graded))
    assert not said, said


def _through_the_exchange(graded):
    """Release, fetch, submit, collect, feedback, fetch it: sam as it should be, tom under another file's name."""
    with_accounts()
    ground = Ground(graded.lesson.student.parent)
    try:
        ground.step("ina", "ReleaseAssignment")
        for name in ("sam", "tom"):
            ground.step(name, "FetchAssignment")
            if name == "tom":
                work = ground.home(name) / LESSON
                (work / "circles.ipynb").rename(work / "circles (1).ipynb")
            ground.step(name, "Submit")
        inbound = ground.place / "exchange" / "vgcourse" / "inbound"
        assert stat.S_IMODE(inbound.stat().st_mode) & 0o007 == 0o003  # others may only put in
        ground.step("ina", "Collect")
        assert sorted(path.name for path in (ground.home("ina") / "submitted").iterdir()) == ["sam", "tom"]
        _give_feedback(graded, ground)
        ground.step("ina", "ReleaseFeedback")
        for name, file in (("sam", "circles.html"), ("tom", "circles (1).html")):
            ground.step(name, "FetchFeedback")
            (page,) = (ground.home(name) / LESSON / "feedback").rglob("*.html")
            assert page.name == file and f"· {name}</title>" in page.read_text(encoding="utf-8")
    finally:
        shutil.rmtree(ground.place)


def _give_feedback(graded, ground):
    for name in ("sam", "tom"):
        autograded = graded.add(name).parent
        collected = ground.home("ina") / "submitted" / name / LESSON
        for file in collected.glob("*.txt"):
            shutil.copy(file, autograded)
        shutil.copytree(collected, graded.classroom.folder("submitted", graded.lesson, name), dirs_exist_ok=True)
        page = graded.classroom.feedback(graded.lesson, name)
        shutil.copytree(page.parent, ground.home("ina") / "feedback" / name / LESSON)
    ground.give_homes()


def test_an_attached_picture_is_shown_and_a_missing_one_named():
    cell = {"attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}}
    shown = safe_markdown({"cell": cell}, "![rings](attachment:a.png) ![lost](attachment:b.png)")
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown and "[picture: lost]" in shown


def test_what_only_a_notebook_can_show_is_named():
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "VBox(children=())"}
    shown = outputs(new_code_cell("", outputs=[new_output("display_data", data=widget)]))
    assert "open the notebook" in shown and "VBox" not in shown


def test_a_cell_that_grading_passed_over_says_so_quietly():
    cell = new_code_cell("draw()")
    leave_word(cell)
    assert 'class="quiet">(not run' in outputs(cell)


def test_empty_html_gives_way_to_the_picture():
    data = {"text/html": "<script>draw()</script>", "image/png": "iVBORw0KGgo=", "text/plain": "two rings"}
    shown = outputs(new_code_cell("", outputs=[new_output("display_data", data=data)]))
    assert 'alt="two rings"' in shown and "data:image/png;base64,iVBORw0KGgo=" in shown


def test_pieces_of_printing_stand_together_and_long_ones_are_cut():
    parts = [new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n" * 20_000)]
    shown = outputs(new_code_cell("", outputs=parts))
    assert shown.count("<pre") == 1 and "more characters" in shown


def test_nbgraders_own_command_writes_the_same_page(graded, pages):
    import subprocess
    import sys
    from pathlib import Path

    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    command = [nbgrader, "generate_feedback", LESSON, "--student", "ben", "--force"]
    subprocess.run(command, cwd=graded.classroom.root, check=True, capture_output=True)
    page = graded.classroom.folder("feedback", graded.lesson, "ben") / "circles.html"
    assert page.read_text(encoding="utf-8") == pages["ben"]
    assert nbformat.read(page.with_suffix(".ipynb").parents[3] / "autograded/ben" / LESSON / "circles.ipynb", 4)
