"""Hidden tests stay hidden: out of the cells, and out of everything that a run printed or raised about them."""

import html
import re
from collections.abc import Iterable

from nbformat import NotebookNode

# nbgrader's own marks: hidden tests, and the marking scheme of a task.
_REGION = re.compile(r"^.*BEGIN (HIDDEN TESTS|MARK SCHEME)(?:.|\n)*?(?:^.*END \1.*$\n?|\Z)", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SPACE = re.compile(r"\s+|\\[nt]")
TELLING = 6  # characters: a shorter line of a test ("else:") stands in many programs
LEFT_OUT = "… (left out: a hidden test)"


def hidden_lines(nb: NotebookNode) -> set[str]:
    """The lines of the notebook's hidden tests, without their white space."""
    regions = [match[0] for cell in nb.cells for match in _REGION.finditer(cell.source)]
    lines = [_bare(line) for region in regions for line in region.splitlines()]
    return {line for line in lines if len(line) >= TELLING}


def without_hidden(source: str) -> str:
    """A cell's source without its hidden regions."""
    return _REGION.sub("", source).rstrip()


def redacted(text: str, hidden: Iterable[str]) -> str:
    """``text`` with every line replaced that shows a line of ``hidden``."""
    if not hidden:
        return text
    return "\n".join(LEFT_OUT if shows(line, hidden) else line for line in text.split("\n"))


def shows(text: str, hidden: Iterable[str]) -> bool:
    """Whether a line of ``hidden`` stands in the text: as it is, escaped, coloured or spaced another way."""
    bare = _bare(html.unescape(re.sub(r"<[^>]*>", "", text))) + "\n" + _bare(text)
    return any(line in bare for line in hidden)


def redact(nb: NotebookNode) -> NotebookNode:
    """Take the hidden tests out of the notebook, sources and outputs, in place; returns it."""
    hidden = hidden_lines(nb)
    for cell in nb.cells:
        cell.source = without_hidden(cell.source)
        for output in cell.get("outputs", []):
            _redact_output(output, hidden)
    return nb


def _redact_output(output: NotebookNode, hidden: set[str]) -> None:
    if output.output_type == "stream":
        output.text = redacted(output.text, hidden)
    if output.output_type == "error":
        output.evalue = redacted(output.evalue, hidden)
        output.traceback = [redacted(part, hidden) for part in output.traceback]
    for mime, value in list(output.get("data", {}).items()):
        if mime == "text/plain":
            output.data[mime] = redacted(value, hidden)
        elif shows(value if isinstance(value, str) else str(value), hidden):
            output.data.pop(mime)
            output.data.setdefault("text/plain", LEFT_OUT)


def _bare(text: str) -> str:
    return _SPACE.sub("", _ANSI.sub("", text))
