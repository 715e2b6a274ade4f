"""Text that was saved in UTF-8 and read as if in the encoding of Windows: ``Â·`` where a dot stood."""

import re

_GARBLED = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")  # how two bytes or more of one letter look then


def ungarbled(text: str) -> str:
    """The text as it was; unchanged where it is not all garbled, as no other text is by chance."""
    if text.isascii() or not _GARBLED.search(text):
        return text
    try:
        return b"".join(map(_byte, text)).decode("utf-8")
    except UnicodeError:
        return text


def _byte(letter: str) -> bytes:
    """The byte that was read as this letter; five have none in that encoding and were kept as they are."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
