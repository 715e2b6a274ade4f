"""nbgrader's formgrader on a graded class: the list, a written answer read and marked, feedback written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from graded_class import LESSON, WORDS, GradedClass, copy_course
from hostile_pages import MARKDOWN
from nbformat.v4 import new_output

pytestmark = pytest.mark.browser
TOKEN = "formgrader"


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    """Ada waits to be read; Mal's answers are hostile."""

    def spoil(notebook):
        for cell in notebook.cells:
            if cell["id"] == WORDS:
                cell.source = "\n\n".join(["A <b>bold</b> answer, $x^2$.", *MARKDOWN.values()])
            if cell["id"] == "sigmoid-answer":
                script = "<p>drawn</p><script>window.hit=1</script><img src=x onerror='window.hit=1'>"
                cell.outputs = [new_output("display_data", data={"text/html": script})]
                cell.outputs += [new_output("display_data", data={"application/javascript": "window.hit=1"})]

    made = GradedClass(copy_course(root, tmp_path_factory.mktemp("course")))
    made.add("ada", "The test set must stay unseen.", first_name="Ada", last_name="Lovelace")
    made.add("mal", "x", edit=spoil)
    made.add("zoe", wrong=("sigmoid",))
    return made


@pytest.fixture(scope="module")
def server(browser, graded, tmp_path_factory):
    """JupyterLab on the course, with nbgrader's extensions, its own settings in a temporary folder."""
    from conftest import _free_port, _lab_environment, _wait_for

    home, port = tmp_path_factory.mktemp("server"), _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={graded.classroom.root}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.extension_manager=readonly",
    ]
    with (home / "log").open("w") as log:
        environment = _lab_environment(home)
        process = subprocess.Popen(command, cwd=graded.classroom.root, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", process, home / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def watched(open_lasting_page, server):
    """One page, logged in."""
    found = open_lasting_page()
    found.page.goto(f"{server}/formgrader?token={TOKEN}")
    return found


def look(page, name: str) -> None:
    """A picture for whoever wants to look: set FORMGRADER_PICTURES to a folder."""
    if folder := os.environ.get("FORMGRADER_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def open_submission(page, server: str, student: str) -> None:
    page.goto(f"{server}/formgrader/gradebook/{LESSON}/circles")
    page.locator("tbody tr").first.wait_for()
    names = page.locator("tbody tr")
    names.filter(has_text="Lovelace" if student == "ada" else student).locator("a").first.click()
    # The formgrader fetches the marks, and only then listens to what is typed.
    page.locator(f"textarea#{WORDS}-comment[placeholder^='Type any comments']").wait_for()
    page.wait_for_load_state("networkidle")


def test_the_lesson_and_its_submissions_are_listed(watched, server):
    page = watched.page
    page.locator("a", has_text=LESSON).first.wait_for()
    look(page, "lessons")
    page.goto(f"{server}/formgrader/manage_submissions/{LESSON}")
    page.locator("tbody tr", has_text="Lovelace").wait_for()
    text = page.locator("tbody").inner_text()
    assert "needs manual grading" in text and "10 / 12" in text.replace("10.0", "10").replace("12.0", "12")
    look(page, "submissions")


def test_a_written_answer_is_read_marked_and_saved(watched, server, graded):
    page = watched.page
    open_submission(page, server, "ada")
    assert page.get_by_text("The test set must stay unseen.").is_visible()
    score = page.locator(f"input#{WORDS}")
    with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT") as saved:
        score.fill("1.5")
        score.press("Tab")
    assert saved.value.ok
    comment = page.locator(f"textarea#{WORDS}-comment")
    with page.expect_response(lambda r: "/api/comment/" in r.url and r.request.method == "PUT"):
        comment.fill("Well said.")
        comment.blur()
    look(page, "answer")
    with graded.book() as book:
        grade = book.find_grade(WORDS, "circles", LESSON, "ada")
        assert grade.manual_score == 1.5 and not grade.needs_manual_grade
        assert book.find_submission(LESSON, "ada").score == 11.5


def test_the_verdict_of_a_check_stands_in_the_formgrader(watched, server):
    open_submission(watched.page, server, "zoe")
    assert watched.page.get_by_text("Not yet: sigmoid misses.").first.is_visible()


def test_a_hostile_answer_cannot_run_on_the_instructors_server(watched, server):
    """The formgrader is served by the instructor's Jupyter: a script there could do all that she can."""
    open_submission(watched.page, server, "mal")
    watched.page.wait_for_timeout(500)
    assert watched.page.evaluate("window.hit") is None
    assert watched.page.locator("b", has_text="bold").first.is_visible()
    assert watched.page.get_by_text("drawn", exact=True).is_visible()
    look(watched.page, "hostile")


def test_feedback_is_written_from_the_formgrader(watched, server, graded):
    page = watched.page
    page.goto(f"{server}/formgrader/manage_submissions/{LESSON}")
    row = page.locator("tbody tr", has_text="Lovelace")
    row.wait_for()
    with page.expect_response(lambda r: "generate_feedback" in r.url, timeout=40_000) as answered:
        row.locator("td.generate-feedback a").click()
    assert answered.value.json()["success"], answered.value.json()
    feedback = graded.classroom.folder("feedback", graded.lesson, "ada") / "circles.html"
    text = feedback.read_text(encoding="utf-8")
    assert "<strong>11.5</strong> of 12 points" in text and "Well said." in text
    page.goto(feedback.as_uri())
    look(page, "feedback")


PAGES = ("", "/gradebook", f"/gradebook/{LESSON}", f"/gradebook/{LESSON}/circles", "/manage_students",
         "/manage_students/ada", f"/manage_students/ada/{LESSON}", f"/manage_submissions/{LESSON}")  # fmt: skip


def test_no_page_asks_any_other_host(watched, server):
    """On all pages, those of the tests before too: not a single request to anything but this server."""
    for page in PAGES:
        watched.page.goto(f"{server}/formgrader{page}")
        watched.page.wait_for_load_state("networkidle")
    for student in ("ada", "mal", "zoe"):
        open_submission(watched.page, server, student)
        assert watched.page.evaluate("typeof window.MathJax.Hub") == "object", "ours, which lets the marks be given"
    assert watched.outside == []
