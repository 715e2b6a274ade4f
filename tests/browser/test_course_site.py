"""The course as a site: built with one lesson run, opened from disk, and watched."""

import os
import re
import subprocess
import sys
from html import unescape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import pytest
from keyboard import faults, walk

from vgcourse.course.authoring.build import removed_lines, solved_notebook
from vgcourse.course.lesson import Lesson

pytestmark = pytest.mark.browser


NEEDED = ("sphinx", "myst_nb", "sphinx_book_theme")


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The site with all lessons, of which lesson 0 alone has been run: running the others takes minutes."""
    if any(find_spec(name) is None for name in NEEDED):
        pytest.skip("the extra [site] is not installed: `pip install -e .[site]` brings Sphinx, which makes the site")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "site/make.py", "--out", str(folder / "out"), "--run", "start"]
    environment = {name: value for name, value in os.environ.items() if name != "VGCOURSE_REPOSITORY"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    amiss = [line for line in done.stderr.splitlines() if re.search("(WARNING|ERROR|CRITICAL):", line)]
    assert not amiss, f"a docstring or a page that Sphinx cannot read as it is meant: {amiss[:3]}"
    return folder / "out"


@pytest.fixture
def maker(root, monkeypatch):
    """The module ``site/make.py``."""
    monkeypatch.syspath_prepend(str(root / "site"))
    return import_module("make")


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


@pytest.mark.parametrize("name", ["index.html", "story.html", "lessons/00_start/start.html"])
def test_tab_walks_through_a_page_with_all_that_is_around_it(site, watched, name):
    watched.page.emulate_media(color_scheme="dark" if name == "story.html" else "light")
    watched.page.goto((site / name).as_uri())
    watched.page.wait_for_selector(".vg-story.vg-live, .vg-mount .vg, form.vg-predict", state="attached")
    assert not faults(watched.page, walk(watched.page))
    watched.assert_clean()


def test_nothing_sticks_out_of_any_page(site, open_page):
    page = open_page(viewport={"width": 1400, "height": 900}).page
    found = []
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        for width in (1400, 800, 390):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{path.relative_to(site)} is {wide} px wide at {width}")
    assert not found


def test_no_line_of_code_or_of_what_was_printed_is_cut(site, open_page):
    """On a phone and on paper, where nobody scrolls; printed tables aside, which keep their lines."""
    page = open_page(viewport={"width": 390, "height": 900}).page
    cut = """() => [...document.querySelectorAll('.bd-article pre')]
        .filter(pre => pre.scrollWidth > pre.clientWidth + 2 && !pre.matches('.vg-columns'))
        .map(pre => pre.innerText.slice(0, 80))"""
    for name in ("lessons/00_start/start.html", "lessons/05_initialization/initialization.html", "contributing.html"):
        for media in ("screen", "print"):
            page.goto((site / name).as_uri())
            page.emulate_media(media=media)
            assert not page.evaluate(cut), (name, media)


def test_code_is_never_taken_for_columns(site, watched):
    """Two spaces in its strings say nothing: it keeps its colours and goes on below. What it prints scrolls."""
    for name in ("04_gradients/gradients.html", "05_initialization/initialization.html"):
        watched.page.goto((site / "lessons" / name).as_uri())
        assert watched.page.locator("div.cell_input pre").count() > 20
        assert watched.page.locator("div.cell_input pre.vg-columns").count() == 0
    watched.page.goto((site / "lessons" / "02_depth" / "depth.html").as_uri())
    told = watched.page.locator("pre.vg-columns", has_text=">>> print(quartile_band")
    assert len(set(told.locator("span").evaluate_all("all => all.map(one => getComputedStyle(one).color)"))) > 2


def test_the_words_of_a_figure_can_be_read_on_a_telephone(site, open_page):
    """Of one 800 wide, with letters of 14, none is smaller than 10; the page itself does not scroll to the side."""
    page = open_page(viewport={"width": 390, "height": 800}).page
    page.goto((site / "lessons" / "00_start" / "start.html").as_uri())
    image = '<img class="vg-lines" width="800" alt="a" style="max-width:100%">'
    figure = f'<div class="cell_output"><div class="output text_html">{image}</div></div>'
    page.evaluate("figure => document.querySelector('.bd-article').insertAdjacentHTML('beforeend', figure)", figure)
    page.add_script_tag(path=site / "_static" / "explorer.js")
    page.wait_for_selector(".vg-figure[tabindex='0']")
    assert page.locator("img.vg-lines").bounding_box()["width"] / 800 * 14 >= 10
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_search_from_disk_finds_lessons_and_asks_for_no_page(site, watched):
    watched.page.goto((site / "search.html").as_uri() + "?q=initializer")
    watched.page.wait_for_selector("#search-results li a[href*='05_initialization']")
    watched.assert_clean()


def test_a_page_that_is_not_there_leads_to_those_that_are(maker, tmp_path):
    (tmp_path / "404.html").write_text(maker.lost_page("https://github.com/OWNER/COURSE"))
    assert 'href="/COURSE/"' in (tmp_path / "404.html").read_text("utf-8") and 'href="/"' in maker.lost_page("")


def test_every_link_of_a_page_leads_to_a_page_and_to_its_part(site, watched):
    """What the browser makes of each address, followed to the file and to what has that name in it."""
    pages = [page for page in site.rglob("*.html") if "_static" not in page.parts and page.name != "404.html"]
    links, names = {}, {}
    for page in pages:
        watched.page.goto(page.as_uri(), wait_until="domcontentloaded")
        links[page] = set(
            watched.page.eval_on_selector_all("a[href], img[src], link[href]", "all => all.map(a => a.href || a.src)")
        )
        names[page] = set(watched.page.eval_on_selector_all("[id]", "all => all.map(one => one.id)"))
    dead = set()
    for page, addresses in links.items():
        for address in (urlsplit(one) for one in addresses if one.startswith("file:")):
            file, part = Path(url2pathname(address.path)), unquote(address.fragment)
            if not file.is_file() or (
                part and file in names and file.name != "play.html" and part not in names[file]
            ):
                dead.add((page.name, address.geturl()))
    assert not dead and sum(map(len, links.values())) > 500


def test_two_hyphens_stay_two_hyphens(site):
    """Those of an option, also where it does not stand in code."""
    pages = {page.name: unescape(page.read_text("utf-8")) for page in site.glob("*.html")}
    assert "vgcourse --help" in pages["benchmarks.html"]
    assert not {name for name, text in pages.items() if re.search(r"\s–[a-z]", text)}


def test_a_text_of_the_repository_links_to_its_page_or_to_where_it_is_published(maker, monkeypatch):
    text = "[a](other.md#there), ![seen](seen.png), [b](../more/c.yml), [d](https://e.f)"
    pages = {"docs/other.md": "page.md"}
    monkeypatch.setenv("VGCOURSE_REPOSITORY", "")
    assert (
        maker.leading_somewhere(text, Path("docs"), pages)
        == "[a](page.md#there), ![seen](seen.png), b, [d](https://e.f)"
    )
    monkeypatch.setenv("VGCOURSE_REPOSITORY", "https://github.com/OWNER/COURSE")
    assert "[b](https://github.com/OWNER/COURSE/blob/main/more/c.yml)" in maker.leading_somewhere(
        text, Path("docs"), pages
    )


def test_no_solution_and_no_hidden_test_is_on_the_site(site, root):
    """Every line that a student must not see, and that the student's notebook does not hold for another reason."""
    words, code = _words_and_lines_of_scripts(site)
    lessons = [Lesson(path.name, root) for path in sorted((root / "solutions").glob("[0-9]*_*"))]
    assert [lesson.id for lesson in lessons] == sorted(path.name for path in site.glob("lessons/*"))
    shown = "\n".join(lesson.student.read_text("utf-8") for lesson in lessons).replace('\\"', '"')
    leaked = {
        (lesson.id, line)
        for lesson in lessons
        for line in removed_lines(solved_notebook(lesson))
        if len(line) > 12 and line not in shown and (line in words or line in code)
    }
    assert not leaked
    for path in site.glob("lessons/*/*.html"):
        assert not re.search("BEGIN (SOLUTION|HIDDEN)", path.read_text("utf-8")), path.name


def _words_and_lines_of_scripts(site):
    """All text of the pages, and the whole lines of the scripts: these have their own `return shares.map(…)`."""
    pages = "\n".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    inside = re.compile(r"<script.*?</script>", re.DOTALL)
    scripts = [*inside.findall(pages), *(path.read_text("utf-8") for path in site.rglob("*.js"))]
    words = unescape(re.sub(r"<[^>]+>", "", inside.sub("", pages)))
    return words, {line.strip() for script in scripts for line in re.split(r"\n|\\n", script)}


def test_without_an_address_no_button_leads_nowhere(site):
    for path in site.rglob("*.html"):
        assert not re.search(r"OWNER/REPOSITORY/|mybinder\.org/v2|colab\.research", path.read_text("utf-8")), (
            path.name
        )


def test_a_page_too_large_for_a_telephone_is_named(maker, tmp_path):
    for name, size in {"small": 1_400_000, "large": 1_600_000}.items():
        page = tmp_path / "lessons" / name / f"{name}.html"
        page.parent.mkdir(parents=True)
        page.write_bytes(b" " * size)
    (said,) = maker.too_large(tmp_path)
    assert said.startswith("lessons/large/large.html has 1.6 MB")
