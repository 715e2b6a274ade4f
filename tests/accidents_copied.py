"""Accidents of copying: code that went through a chat, a page, a telephone, a file's raw text, a script and back.

They change a ``Handed`` of ``accidents.py``: ``COPIED`` its answers, which Python cannot read then, or reads as
something else; ``CONVERTED`` all of its cells.
"""

import html
import json
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.accidents_edited import _written
from tests.accidents_typed import _stub

_CALLED = re.compile(r"(?m)^(?:def|return|import|from|for|if|else|elif|while|with|class|try|except)\b")
ABOVE = (
    "python\nCopy code\n", "python\n", "Copy\n", "Source: https://example.org/q/5963269\n\n", "Ada Lovelace\n\n",
    "Answer:\n", "Lösung\n", "// my answer\n", "/* mine */\n", "<!-- mine -->\n", "## My answer\n", "In [7]:\n\n",
    "Input In [7]\n", "[7]:\n", "1. First try\n2. Second try\n\n",
)  # fmt: skip
BELOW = ("\n\nThis squares each entry, then takes the mean.", "\n\nSource: a friend", "\n\n👍", "\n\n———", "\n```")
AROUND = (
    ("```{python}\n", "\n```"), ("```{python}\n#| label: mine\n", "\n```"), ("~~~python\n", "\n~~~"),
    ("\\begin{verbatim}\n", "\n\\end{verbatim}"), ("[code]\n", "\n[/code]"), ("#+BEGIN_SRC python\n", "\n#+END_SRC"),
    ("<pre><code>\n", "\n</code></pre>"), ("\u2068", "\u2069"), ("\u200e", "\n\x1a"),
)  # fmt: skip


def _copied(name, doc, change):
    """An accident: ``change`` makes of an answer's text, and a random generator, what came of it."""

    def accident(h):
        for cell in _written(h):
            cell.source = change(cell.source, h.random)

    accident.__name__, accident.__doc__ = name, doc
    return accident


def _coloured(text, chance):
    return re.sub(r"\b(def|return|for|if)\b", "\x1b[32m\\1\x1b[0m", text)


def _of_a_page(text, chance):
    text = html.escape(text, quote=False)
    return re.sub(r"\b(def|return|for|if)\b", r'<span class="k">\1</span>', text) + "<br></p>"


def _capitals(text, chance):
    return re.sub(r"(?m)^( *)([a-z]+)\b(?=.*[: ])", _capital, text)


def _capital(found):
    word = found[2]
    return found[1] + (word.capitalize() if _CALLED.match(word) else word)


def _escaped(text, chance):
    return re.sub(r"([*_\[\]])", r"\\\1", text)


COPIED = (
    _copied("words_above", "What stood above it came along.", lambda text, chance: chance.choice(ABOVE) + text),
    _copied("words_below", "What stood below it came along.", lambda text, chance: text + chance.choice(BELOW)),
    _copied("block", "The marks of a block came along.", lambda text, chance: text.join(chance.choice(AROUND))),
    _copied("coloured", "Copied from a terminal, with its colours.", _coloured),
    _copied("of_a_page", "Copied from a page's source.", _of_a_page),
    _copied("entities", "A page made entities of comparisons.", lambda text, chance: text.replace("<", "&lt;")),
    _copied("capitals", "A telephone begins each line with a capital.", _capitals),
    _copied("escaped", "What writes Markdown set marks before some signs.", _escaped),
    _copied("in_one_string", "Copied out of the notebook's file.", lambda text, chance: json.dumps(text)[1:-1]),
    _copied("next_line", "The line ends of a mainframe.", lambda text, chance: text.replace("\n", "\x85")),
    _copied("left_open", "It goes on, says its end.", lambda text, chance: text + chance.choice((" \\", "\n\\\n"))),
    _copied("by_a_call", "A script made a call of its magic.",
            lambda text, chance: f"get_ipython().run_cell_magic('time', '', {text!r})"),
)  # fmt: skip


def behind_columns(h):
    """Copied out of what shows code beside something else: who wrote each line and when, bars, arrows."""
    shape = h.random.choice(("a1b2c3d4 (Ada 2026-05-04 {:3d}) {}", "│ {1}", "{:4d} │ {}", "    {:3d} -> | {}"))
    for cell in _written(h):
        cell.source = "\n".join(shape.format(n, line) for n, line in enumerate(cell.source.split("\n"), 1))


def tabs_here_and_there(h):
    """Two editors: one writes blanks, one a tab."""
    for cell in _written(h):
        lines = cell.source.split("\n")
        mixed = [re.sub("^    (?! )", "\t", line) if n % 2 else line for n, line in enumerate(lines)]
        cell.source = "\n".join(mixed)


def squares(h):
    """A word processor wrote the powers small, and other signs of arithmetic."""
    for cell in _written(h):
        if "**2" in cell.source:
            cell.source = cell.source.replace("**2", "²").replace(" * ", " × ").replace(" <= ", " ≤ ")


def of_a_pdf(h):
    """Copied out of a PDF: all lines begin at the margin."""
    for cell in _written(h):
        if not re.search(r"(?m)^ +(?:for|if|else|with|while|def|try)\b|^class|[(\[,]$", cell.source):
            cell.source = re.sub(r"(?m)^ +", "", cell.source)


def merge_with_a_stub(h):
    """A merge was left open: the answer on one side, the lesson's stub on the other, or between the two."""
    for cell in _written(h):
        mine, stub = cell.source, _stub(h, cell).source
        sides = h.random.choice(((mine, stub), (stub, mine), (f"{mine}\n||||||| base\n{stub}", mine)))
        cell.source = f"<<<<<<< local\n{sides[0]}\n=======\n{sides[1]}\n>>>>>>> remote"


def _as_script(h, mark):
    parts = []
    for n, cell in enumerate(h.nb.cells, 1):
        if cell.cell_type == "code":
            parts.append(f"{mark.format(n)}\n\n\n{cell.source}\n")
        else:
            head = "# %% [markdown]\n" if "%%" in mark else ""
            parts.append(head + "\n".join(f"# {line}" if line else "# " for line in cell.source.split("\n")))
    return parts


def script_in_one_cell(h):
    """Exported as a script, which was pasted into one cell."""
    mark = h.random.choice(("# In[{}]:", "# %%"))
    text = "\n\n".join(["#!/usr/bin/env python\n# coding: utf-8", *_as_script(h, mark)])
    h.nb.cells = [new_code_cell(text)]


def script_parted_at_its_marks(h):
    """Exported as a script, and a notebook made of it again: a cell goes from mark to mark."""
    text = "\n\n".join(_as_script(h, "# In[{}]:"))
    h.nb.cells = [new_code_cell(part) for part in re.split(r"(?m)^(?=# In\[)", text) if part.strip()]


def garbled(h):
    """UTF-8 that a program took for the encoding of Windows."""
    for cell in h.nb.cells:
        raw = cell.source.encode()
        cell.source = "".join(bytes([b]).decode("cp1252") if b not in _HOLES else chr(b) for b in raw)
        if h.random.random() < 0.5:
            cell.metadata = NotebookNode()


_HOLES = {0x81, 0x8D, 0x8F, 0x90, 0x9D}

COPIED = (*COPIED, behind_columns, tabs_here_and_there, squares, of_a_pdf, merge_with_a_stub)
CONVERTED = (script_in_one_cell, script_parted_at_its_marks, garbled)
