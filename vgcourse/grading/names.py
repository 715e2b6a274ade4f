"""Names from outside, as they may be shown: in a terminal, in a table that a spreadsheet opens, in a page.

A file, a folder or a student may be called anything: with codes that paint a terminal, with line breaks that forge
another's row, with a sign that a spreadsheet takes for a formula, with bytes that are no text.
"""

import html
import os
import re

from vgcourse.course import text_table

LONGEST_NAME, LONGEST_SENTENCE = 120, 2000
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")


def shown(name: str | os.PathLike[str], most: int = LONGEST_NAME) -> str:
    """One line of printable text: what does not print is spelt out, bytes that are no text are replaced."""
    return text_table.shown(os.fspath(name), most)


def defused(text: str) -> str:
    """Text that a spreadsheet shows and does not compute: a leading apostrophe before a formula's sign."""
    return f"'{text}" if _FORMULA.match(text) else text


def in_table(text: str, most: int = LONGEST_SENTENCE) -> str:
    """A name or a sentence for a cell of a CSV: one line, and no formula."""
    return defused(shown(text, most))


def in_page(text: str, most: int = LONGEST_SENTENCE) -> str:
    """A name or a sentence for HTML."""
    return html.escape(shown(text, most))
