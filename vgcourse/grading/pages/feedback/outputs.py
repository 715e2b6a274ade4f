"""A cell's outputs as clean HTML: of each, the best form that says something."""

import base64
import json
import re
from html import unescape

from markupsafe import Markup
from nbconvert.filters import ansi2html
from nbformat import NotebookNode

from vgcourse.grading.notebook.idle_cells import NOT_RUN
from vgcourse.grading.pages.feedback.maths import mathml
from vgcourse.grading.pages.feedback.sanitize import clean, render, says_something

LONGEST = 20_000  # characters of printed text; the rest is in the notebook
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
WIDGET = "application/vnd.jupyter.widget-view+json"
_ONLY_THERE = Markup('<p class="quiet">(something to use: open the notebook for it)</p>')
_NOT_RUN = Markup('<p class="quiet">(not run for grading: no mark depends on it)</p>')
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


def outputs(cell: NotebookNode) -> Markup:
    """All outputs of a cell, one below the other."""
    shown = [_output(output) for output in _joined(cell.get("outputs", []))]
    return Markup("\n").join(Markup('<div class="out">{}</div>').format(part) for part in shown if part)


def _joined(found: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs, with what was printed piece by piece in one piece."""
    joined: list[NotebookNode] = []
    for output in found:
        last = joined[-1] if joined else {}
        if output.output_type == last.get("output_type") == "stream" and output.name == last.name:
            joined[-1] = NotebookNode(last, text=last.text + output.text)
        else:
            joined.append(output)
    return joined


def _output(output: NotebookNode) -> Markup:
    if output.output_type == "stream":
        return printed(output.text, "stderr" if output.name == "stderr" else "")
    if output.output_type == "error":
        said = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return printed(said, "error")
    return _displayed(output.get("data", {}), output.get("metadata", {}))


def printed(text: str, kind: str = "") -> Markup:
    """Text as it was printed, with the terminal's colours, cut where it is very long."""
    if not text.strip():
        return Markup("")
    more = Markup('<p class="quiet">… and {} more characters.</p>').format(f"{len(text) - LONGEST:,}")
    body = Markup(ansi2html(text[:LONGEST].rstrip("\n")))
    pre = Markup('<pre class="{}" tabindex="0">{}</pre>').format(kind, body)
    return pre + (more if len(text) > LONGEST else "")


def _displayed(data: NotebookNode, metadata: NotebookNode) -> Markup:
    """The first form that can be shown and is not empty; where none is, a word in its place."""
    if WIDGET in data:  # its text is the widget's source, its state lies in the kernel
        return _ONLY_THERE
    for mime, show in _FORMS:
        value = data.get(mime)
        if value is None:
            continue
        shown = show(value if isinstance(value, str) else json.dumps(value), mime, data, metadata)
        if says_something(shown):
            return shown
    return _ONLY_THERE if data else Markup("")


def _html(value: str, mime: str, data: NotebookNode, metadata: NotebookNode) -> Markup:
    return clean(value)


def _markdown(value: str, mime: str, data: NotebookNode, metadata: NotebookNode) -> Markup:
    return render(value)


def _latex(value: str, mime: str, data: NotebookNode, metadata: NotebookNode) -> Markup:
    return mathml(value.strip().strip("$"), block=True)


def _plain(value: str, mime: str, data: NotebookNode, metadata: NotebookNode) -> Markup:
    return _NOT_RUN if value == NOT_RUN else printed(value)


def _picture(value: str, mime: str, data: NotebookNode, metadata: NotebookNode) -> Markup:
    """A picture in an ``img``, where even an SVG can neither run nor load anything."""
    own = metadata.get(mime, {}) if isinstance(metadata.get(mime), dict) else {}
    alt = own.get("alt") or data.get("text/plain", "")
    if mime == "image/svg+xml":
        value = base64.b64encode(value.encode()).decode()
    if not _BASE64.fullmatch(value):
        return Markup("")
    width = own.get("width")
    size = Markup(' width="{}"').format(int(width)) if isinstance(width, int | float) and 0 < width < 1e5 else ""
    return Markup('<img alt="{}"{} src="data:{};base64,{}">').format(unescape(str(alt)), size, mime, value)


_FORMS = [
    ("text/html", _html),
    ("text/markdown", _markdown),
    *((mime, _picture) for mime in PICTURES),
    ("text/latex", _latex),
    ("text/plain", _plain),
]
