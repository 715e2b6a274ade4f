"""The course as a site: built from one lesson, opened from disk, and watched."""

import re
import subprocess
import sys
from html import unescape

import pytest

from vgcourse.course.authoring.build import removed_lines, solved_notebook
from vgcourse.course.lesson import Lesson

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The site with lesson 0 alone: the others differ from it in length."""
    pytest.importorskip("myst_nb", reason="the extra [site] is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "site/make.py", "--out", str(folder / "out"), "--only", "start"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "out"


def test_landing_page_plays_and_asks_nobody_else(site, watched):
    page = watched.page
    page.goto((site / "index.html").as_uri())
    page.wait_for_selector(".vg-mount .vg-thermometers canvas")
    page.wait_for_function("document.querySelector('.vg-mount .vg').vgShell.explorer.epoch >= 1", timeout=60_000)
    assert page.locator("h1:visible").count() == 1
    watched.assert_clean()


def test_a_prediction_covers_its_result_and_is_kept(site, watched):
    page = watched.page
    page.goto((site / "lessons" / "00_start" / "start.html").as_uri())
    page.wait_for_selector("form.vg-predict")
    assert page.locator("[data-reveals]").is_hidden()
    page.locator("form.vg-predict input").first.press("ArrowRight")
    page.click("form.vg-predict button[type=submit]")
    assert page.locator("[data-reveals]").is_visible()
    said = page.inner_text("form.vg-predict > output")
    page.reload()
    page.wait_for_selector("form.vg-predict")
    assert page.inner_text("form.vg-predict > output") == said and page.locator("[data-reveals]").is_visible()
    assert page.locator(".vg-check-waits").count() >= 1
    watched.assert_clean()


@pytest.mark.parametrize("width", [1400, 800, 390])
def test_nothing_sticks_out(site, open_page, width):
    page = open_page(viewport={"width": width, "height": 900}).page
    for name in ("index.html", "explorers.html", "lessons/00_start/start.html", "api.html"):
        page.goto((site / name).as_uri())
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_no_solution_and_no_hidden_test_is_on_the_site(site, root):
    """Every line that a student must not see, and that the student's notebook does not hold for another reason."""
    pages = "\n".join(path.read_text("utf-8") for path in [*site.rglob("*.html"), *site.rglob("*.js")])
    words = unescape(re.sub(r"<[^>]+>", "", pages))
    lessons = [Lesson(path.name, root) for path in sorted((root / "solutions").glob("[0-9]*_*"))]
    built = [lesson for lesson in lessons if (site / "lessons" / lesson.id).is_dir()]
    assert built
    for lesson in built:
        shown = lesson.student.read_text("utf-8")
        for line in removed_lines(solved_notebook(lesson)):
            if len(line) > 12 and line not in shown.replace('\\"', '"'):
                assert line not in words, (lesson.id, line)
    for path in site.glob("lessons/*/*.html"):
        assert not re.search("BEGIN (SOLUTION|HIDDEN)", path.read_text("utf-8")), path.name
