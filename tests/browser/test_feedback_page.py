"""Feedback and report in Chromium: nothing runs, nobody is called, maths is drawn, every width is readable."""

import sys
from pathlib import Path

import pytest
from markupsafe import Markup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hostile_pages import HTML, MARKDOWN
from report_class import make_class

from vgcourse.grading.pages.feedback.notebook import STYLE
from vgcourse.grading.pages.feedback.sanitize import clean, render
from vgcourse.grading.pages.page import page
from vgcourse.grading.pages.report import report_page

pytestmark = pytest.mark.browser
CLICK_ALL = (
    """() => { for (const a of document.querySelectorAll('a, button, summary')) a.click(); return window.hit }"""
)


def without_policy(text: str) -> str:
    """The page without its second wall, so that the first one is what is tested."""
    assert 'http-equiv="Content-Security-Policy"' in text
    return text.replace('http-equiv="Content-Security-Policy"', 'name="none"')


def opened(open_page, path: Path, text: str, **options):
    path.write_text(text, encoding="utf-8")
    watched = open_page(**options)
    watched.page.goto(path.as_uri())
    return watched


def test_the_attacks_do_work_on_a_page_that_lets_them(open_page, tmp_path):
    body = "".join(HTML[name] for name in ("script", "handler", "remote image", "style element"))
    watched = opened(open_page, tmp_path / "raw.html", f"<html><body>{body}</body></html>")
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("window.hit") == 1 and watched.outside


@pytest.mark.parametrize("name", ["each alone", "all together"])
def test_no_attack_runs_or_calls_even_without_the_pages_policy(open_page, tmp_path, name):
    shown = [clean(html) for html in HTML.values()] + [render(text) for text in MARKDOWN.values()]
    if name == "all together":
        shown = [clean("\n".join(HTML.values())), render("\n\n".join(MARKDOWN.values()))]
    body = Markup("").join(Markup('<section class="cell">{}</section>').format(part) for part in shown)
    watched = opened(open_page, tmp_path / "page.html", without_policy(page("x", body, STYLE)))
    watched.page.wait_for_timeout(500)
    assert watched.page.evaluate(CLICK_ALL) is None
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("window.hit") is None
    assert watched.outside == [] and watched.page.url == (tmp_path / "page.html").as_uri()
    assert watched.page.evaluate("document.elementFromPoint(5, 5)?.id !== 'overlay'")


def test_the_policy_alone_stops_what_would_get_past_the_sanitiser(open_page, tmp_path):
    body = Markup("".join(html for name, html in HTML.items() if name != "refresh"))
    (tmp_path / "page.html").write_text(page("x", body, STYLE), encoding="utf-8")
    watched, failed = open_page(), {}
    watched.page.on("requestfailed", lambda request: failed.update({request.url: request.failure}))
    watched.page.goto((tmp_path / "page.html").as_uri())
    watched.page.wait_for_timeout(500)
    assert watched.page.evaluate("window.hit") is None
    # The browser's own words for what it never sent.
    assert watched.outside and {failed.get(url) for url in watched.outside} <= {"csp", "origin"}


def test_maths_is_drawn_without_a_script(open_page, tmp_path):
    pytest.importorskip("latex2mathml")
    body = Markup('<div class="prose">{}</div>').format(
        render(r"$x$ or $\frac{1}{1 + e^{-z}}$ or $$\sum_{i=1}^{n} x_i^2$$")
    )
    watched = opened(open_page, tmp_path / "maths.html", page("x", body, STYLE))
    heights = watched.page.evaluate(
        "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)"
    )
    letter, fraction, total = heights
    assert fraction > 1.2 * letter and total > 1.2 * letter
    watched.assert_clean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 800, 400])
def test_the_report_fits_every_width_and_calls_nobody(open_page, tmp_path, width, scheme):
    text = report_page(make_class(40))
    viewport = {"width": width, "height": 1000}
    watched = opened(open_page, tmp_path / "report.html", text, viewport=viewport, color_scheme=scheme)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = (
        "[...document.querySelectorAll('svg text')].filter(t => { const b = t.getBoundingClientRect();"
        " return b.left < 0 || b.right > innerWidth }).map(t => t.textContent)"
    )
    assert watched.page.evaluate(clipped) == []
    assert watched.page.locator("circle.dot").count() == 37
    watched.assert_clean()


def test_the_report_has_no_accessibility_fault(open_page, axe, tmp_path):
    for scheme in ("light", "dark"):
        watched = opened(
            open_page, tmp_path / "report.html", without_policy(report_page(make_class(40))), color_scheme=scheme
        )
        watched.page.evaluate(axe)
        found = watched.page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
        assert found == [], scheme
