"""What a file is that was handed in for a notebook and is none, in one clause for people."""

import ast
import json
import re
import warnings

# How a file begins that bears a notebook's name.
_BEGINNINGS = (
    ("<", "a web page, not a notebook"),
    ("pk\x03\x04", "a zip archive or an office document with a notebook's name"),
    ("\x1f", "a gzip archive with a notebook's name"),
    ("%pdf", "a PDF with a notebook's name: the notebook itself is needed"),
    ("‰png", "a picture with a notebook's name: the notebook itself is needed"),
    ("{\\rtf", "a text document (RTF) with a notebook's name: the notebook itself is needed"),
    ("version https://git-lfs", "a pointer of Git LFS: the notebook itself was not uploaded"),
    ("http", "a link, not a notebook: the notebook itself is needed"),
)
_LEAST_BASE64 = 200  # letters without a space, of which no text consists


def seems(text: str, error: Exception) -> str:
    """What a text is that JSON could not be read from, and where it is damaged."""
    start = text[:2000].lstrip(" \t\r\n\ufeff").lower()  # not more: what a gzip begins with is white space to Python
    if re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        return "not readable: it holds the marks of an unresolved merge (<<<<<<<)"
    if found := next((what for begins, what in _BEGINNINGS if start.startswith(begins)), ""):
        return found
    if re.match(r"\[?\s*\{", start):
        return _damaged(text, error)
    if re.match(r"[A-Za-z0-9+/]{60}", text) and len("".join(text.split())) > _LEAST_BASE64:
        return "a notebook as a mail carries it (base64): the notebook itself is needed"
    if _is_python(text):
        return "a Python script with a notebook's name: the notebook itself is needed"
    return "not a notebook (it is not JSON)"


def _damaged(text: str, error: Exception) -> str:
    """Whether the file breaks off, as a download that was interrupted does, or is spoilt at some line."""
    if isinstance(error, RecursionError):
        what = "its lists and objects are nested without end"
    elif not isinstance(error, json.JSONDecodeError):
        what = "it holds a number with more digits than can be read"
    elif _breaks_off(text.rstrip(" \t\r\n\0"), error):
        what = "it breaks off before its end"
    else:
        what = f"its JSON cannot be read at line {error.lineno}"
    return f"damaged: {what}; a fresh download or an older version is needed"


def _breaks_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether more was expected behind the last letter; at a bracket that closes, something before it is wrong."""
    at_the_end = error.pos >= len(text) - (text[-1:] not in ("}", "]"))
    return at_the_end or error.msg.startswith("Unterminated string")


def _is_python(text: str) -> bool:
    """Whether it is a script, as an export makes one of a notebook."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return len(text) < 200_000 and bool(ast.parse(text).body) and "\n" in text.strip()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
