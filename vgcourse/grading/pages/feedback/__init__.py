"""The page a student gets back: the verdicts on top, then the notebook, clean, with no hidden test in it.

``nbgrader_config.py`` plugs ``FeedbackExporter`` and ``GetMarks`` into nbgrader's GenerateFeedback, so that
``nbgrader generate_feedback``, the formgrader's button and ``vgcourse feedback`` all write the same page.
"""

import secrets
from pathlib import Path
from typing import Any

import nbgrader
from nbconvert.exporters import Exporter, HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from traitlets import default
from traitlets.config import Config

from vgcourse.grading.pages.feedback.hidden import redact
from vgcourse.grading.pages.feedback.marks import GetMarks
from vgcourse.grading.pages.feedback.notebook import STYLE, cells
from vgcourse.grading.pages.feedback.summary import summary, title
from vgcourse.grading.pages.page import join, page

__all__ = ["FeedbackExporter", "GetMarks", "feedback_config"]

SECRET = "submission_secret.txt"  # by which nbgrader's exchange gives a page to its student and to nobody else
MOST_NAMES = 12  # of one page; as many notebooks are looked at when the one to grade is chosen


class FeedbackExporter(Exporter):
    """A graded notebook as one page that loads nothing and runs nothing."""

    export_from_notebook = "Feedback"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, **kwargs: Any
    ) -> tuple[str, ResourcesDict]:
        """The page of a notebook whose cells hold their marks (see GetMarks)."""
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        nb = redact(nb)
        own = resources.get("nbgrader", {})
        text = page(f"{title(nb, own)} · {own.get('student', '')}", join([summary(nb, own), cells(nb)]), STYLE)
        if isinstance(self.parent, GenerateFeedback):
            _make_ready(self.parent, own, text)
        return text, resources


def _make_ready(converter: GenerateFeedback, own: dict, text: str) -> None:
    """nbgrader copies all that was handed in beside the page: a student's own HTML would pass for ours."""
    pages = {Path(path).with_suffix(".html").name for path in converter.notebooks}
    folder = Path(converter.coursedir.format_path(converter._output_directory, own["student"], own["assignment"]))
    for path in folder.rglob("*"):
        keep = path.parent == folder and path.name in {"timestamp.txt", SECRET, *pages}
        if (path.is_file() or path.is_symlink()) and not keep:
            path.unlink()
    _complete_for_exchange(folder)
    for name in _handed_in_as(converter, own, pages):
        (folder / name).write_text(text, encoding="utf-8")


def _handed_in_as(converter: GenerateFeedback, own: dict, pages: set[str]) -> list[str]:
    """The page's names by which `nbgrader fetch_feedback` asks: those of the notebooks as they were handed in.

    Empty where the lesson's notebook is among them, or nothing came through the exchange.
    """
    where = converter.coursedir.format_path(
        converter.coursedir.submitted_directory, own["student"], own["assignment"]
    )
    handed = {path.with_suffix(".html").name for path in Path(where).glob("*.ipynb")}
    return [] if handed & pages or not Path(where, SECRET).is_file() else sorted(handed)[:MOST_NAMES]


def _complete_for_exchange(folder: Path) -> None:
    """Whoever handed in by another way has no secret, and `nbgrader release_feedback` would stop there for everybody.

    Under a secret that nobody has, the page is released, and nobody can fetch it.
    """
    folder.mkdir(parents=True, exist_ok=True)  # nbgrader makes it only when the page is written
    for name, text in ((SECRET, secrets.token_hex(32)), ("timestamp.txt", "")):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


def feedback_config() -> Config:
    """nbgrader's settings for pages: feedback, and the formgrader, which shows answers on the instructor's server."""
    config = Config()
    config.GenerateFeedback.exporter_class = "vgcourse.grading.pages.feedback.FeedbackExporter"
    config.GenerateFeedback.preprocessors = ["vgcourse.grading.pages.feedback.GetMarks"]
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.template_paths = _template_paths()
    config.HTMLExporter.filters = {
        "markdown2html": "vgcourse.grading.pages.feedback.sanitize.safe_markdown",
        "clean_html": "vgcourse.grading.pages.feedback.sanitize.safe_html",
    }
    return config


def _template_paths() -> list[str]:
    """Where the formgrader finds its templates, ours first: nbconvert looks for extra ones behind its own only."""
    formgraders = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
    plain = HTMLExporter(template_name="formgrade", extra_template_basedirs=[str(formgraders)])
    return [str(Path(__file__).parent / "formgrader"), *plain.template_paths]
