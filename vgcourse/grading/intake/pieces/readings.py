"""A text that is no Python, read as the code that it was before somebody copied it: in a chat, a listing, a page.

Nothing here decides: each reading is tried, and one that Python reads, and that defines what is asked, is taken.
"""

import ast
import html
import itertools
import json
import quopri
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from vgcourse.grading.intake.code import PROMPT, plain_text, read_code
from vgcourse.grading.intake.reading.merges import merge_marks, merge_sides

MOST_READINGS = 48  # that are tried of one cell which is no Python
MOST_TEXT = 250_000  # characters of them together: a long cell is read in fewer ways
NARROWEST = 40  # characters of a line that a mail program breaks
WIDEST_FRONT = 80  # characters in front of each line of code
MOST_WORDS = 8  # lines of words above the code, or below it
# What stands in front of each line of a mail's quotation, a listing, a diff; what a cell printed, below it.
_QUOTE = re.compile(r"^> ?", re.MULTILINE)
_NUMBER = re.compile(r"^[ \t]*\(?\d+[ \t]?[:|.)]?", re.MULTILINE)
_START = re.compile(r"\b(?:def|class|import|from|async def)[ ]|@\w|#")
_BEFORE_CODE = " \t|│┃:)>"
_DIFF = re.compile(r"^(?:@@.*|[-+ ].*|)$")
_DIFF_HEADS = re.compile(r"\A(?:diff .*\n)?(?:(?:new|index) .*\n)*(?:--- .*\n\+\+\+ .*\n)?")
_FOUND = re.compile(r"^[\w./ -]+\.\w+:\d+[:-]", re.MULTILINE)  # by grep
_PRINTED = re.compile(r"^[ \t]*(?:Out\[\d+\]:.*|[\[(]*-?\d[-+\d \t.,eE\[\]()]*)$", re.MULTILINE)
_TRACE = re.compile(r"^.*Traceback \(most recent call last\)", re.MULTILINE)
_FENCE = re.compile(r"^(?:```|~~~)[^\n`~]*\n(.*?)^(?:```|~~~)", re.MULTILINE | re.DOTALL)
_FENCES = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_TAG = re.compile(r"</?[a-z][^<>\n]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>\n?")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|nbsp|#\d+);")
_IN_FRONT = re.compile(r"(?:async )?def \w+\(|class \w+|import \w|from [\w.]+ import ")
_CODED = re.compile(r"\\u00([0-7][0-9a-fA-F])")  # by what writes JSON for a web page
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|~-])")  # by what writes Markdown
_PRINTABLE = re.compile(r"=3D|=[ \t]*\n|=[0-9A-F]{2}=[0-9A-F]{2}")  # signs as a mail sends them
_COLOURS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")  # of a terminal
_KEYWORDS = "Def|Class|Return|Import|From|For|If|Elif|Else|While|With|Try|Except|Finally|Raise|Pass|Assert|Del"
_CAPITAL = re.compile(rf"^([ \t]*)({_KEYWORDS})\b(?!\()", re.MULTILINE)  # a telephone begins lines with them
# How a line of code begins; words that somebody wrote above it or below begin otherwise.
_CODE = re.compile(
    r"[ \t]|@|(?:def|class|return|elif|else|except|try|finally|while|with|raise|assert|del|async)\b|import \w"
    r"|from \S+ import|for .+ in |if .+:|[\w.\[\]'\"]+[ \t]*(?:[-+*/|&^%@<>]*=|,.*=)|[\w.]+[(\[]|[)\]}'\"#]"
)
_HEAD = re.compile(r"(?:async )?def \w+\(.*\).*:\s*(?:#.*)?$")  # of a function whose body stands below
_BLOCK = re.compile(r"(?:for|while|if|elif|else|with|try|except|finally|class|match|case)\b.*:\s*(?:#.*)?$")
_QUOTES = dict.fromkeys("‘’‚‛′‵", "'") | dict.fromkeys("“”„‟″‶〃", '"')
_SIGNS = {
    "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "⋅": "*", "÷": "/", "²": "**2", "³": "**3", "½": " 0.5",
    "·": "*", "∗": "*", "¼": " 0.25", "¾": " 0.75", "\u2212": "-", "\x85": "\n", "\x0b": "\n", "\x0c": "\n",
    "،": ",", "、": ",", "؛": ";", "\u3164": " ", "\uffa0": " ",
}  # fmt: skip


def plain_readings(source: str) -> Iterator[str]:
    """The source without what does not belong to Python, in the ways in which that comes about, and two at a time."""
    seen, waiting = set(), [_typed(source)]
    # The marks of a merge are no words.
    ways = _WAYS if merge_marks(source) else (*_WAYS, _without_words, _from_first_to_last)
    for text in waiting:
        if text in seen:
            continue
        if len(seen) >= MOST_READINGS or len(seen) * len(source) > MOST_TEXT:
            return
        seen.add(text)
        if not _ENTITY.search(text):  # `a &lt; b` would be `a & lt`
            yield text
        waiting += [other for way in ways for other in way(text) if other not in seen]


def holds_entities(source: str, names: frozenset[str]) -> bool:
    """Whether a page's ``&lt;`` stands where Python reads the ``names`` that the code uses: it is no ``and`` then."""
    return not names.isdisjoint(_ENTITY.findall(source))


def _typed(source: str) -> str:
    """The text as a programmer's keyboard has it: blanks, line ends, minuses, quotation marks; nothing unseen."""
    return "".join(map(_as_typed, _COLOURS.sub("", source)))


@lru_cache(4096)
def _as_typed(letter: str) -> str:
    if letter in _SIGNS or letter in _QUOTES:
        return _SIGNS.get(letter) or _QUOTES[letter]
    if (letter.isprintable() and letter.isascii()) or letter in "\t\n\r":
        return letter
    kinds = {"Zs": " ", "Zl": "\n", "Zp": "\n", "Cf": "", "Pd": "-", "Cc": ""}
    return kinds.get(unicodedata.category(letter), letter)


def _without_fronts(text: str) -> Iterator[str]:
    """The text without what stands in front of its lines: of a console, a mail, a listing, a diff."""
    yield PROMPT.sub("", text)
    lines = [line for line in text.split("\n") if line.strip()]
    if all(map(_QUOTE.match, lines)):
        yield _QUOTE.sub("", text)
    if all(map(_NUMBER.match, lines)):
        yield textwrap.dedent(_NUMBER.sub("", text))
    if all(map(_FOUND.match, lines)):
        yield _FOUND.sub("", text)
    if all(map(_DIFF.match, _DIFF_HEADS.sub("", text).split("\n"))):
        added = _DIFF_HEADS.sub("", text).split("\n")
        yield "\n".join(line[1:] for line in added if not line.startswith(("-", "@@")))


def _without_columns(text: str) -> Iterator[str]:
    """The text from some column on, where something stands in front of it in each line: names, dates, bars."""
    lines = text.strip("\n").split("\n")
    starts = [found.start() for found in _START.finditer(lines[0][:WIDEST_FRONT])][:3]
    for at in starts:
        fronts = {line[:at].strip() for line in lines if line}
        is_remark = fronts == {"#"}  # somebody put the code aside
        if at and all(fronts) and not is_remark and all(line[at - 1 : at] in ("", *_BEFORE_CODE) for line in lines):
            yield "\n".join(line[at:] for line in lines)


def _without_front_of_first(text: str) -> Iterator[str]:
    """Without what stands in front of the first line's code: a button's label, who sent it when, a slip."""
    first, end, rest = text.lstrip("\n").partition("\n")
    if (found := _IN_FRONT.search(first)) and found.start():
        yield f"{first[found.start() :]}{end}{rest}"


def _without_fences(text: str) -> Iterator[str]:
    """What stands in the fences, with the code that stands beside them and by itself."""
    if len(_FENCES.findall(text)) % 2 == 0 and (fenced := _FENCE.findall(text)):
        beside = [_code_of(part) for part in _FENCE.sub("\0", text).split("\0")]
        if any(beside):
            both = itertools.chain(*itertools.zip_longest(beside, fenced, fillvalue=""))
            yield "\n\n".join(part for part in both if part)
        yield "\n\n".join(fenced)


def _code_of(text: str) -> str:
    """What defines something in a text with words above it or below; empty where nothing does."""
    texts = (part for part in (text, *_without_words(text)) if read_code(part).parses)
    return next((part.strip("\n") for part in texts if read_code(part).defines), "")


def _of_one_side(text: str) -> Iterator[str]:
    """Of a merge that was left open, where its sides say the same."""
    if (sides := merge_sides(text)) and plain_text(sides[0]) == plain_text(sides[1]):
        yield sides[0]


def _from_json(text: str) -> Iterator[str]:
    """The lines as they stand in a notebook's file, each in quotation marks; or all of them in one, with ``\\n``."""
    bare = text.strip().rstrip(",")
    lines = [line.strip().rstrip(",") for line in bare.split("\n") if line.strip()]
    if lines and all(len(line) > 1 and line[0] == line[-1] == '"' for line in lines):
        yield from _json(f"[{','.join(lines)}]")
    elif "\\n" in bare and "\n" not in bare:
        yield from _json(f'["{bare}"]')


def _of_a_mail(text: str) -> Iterator[str]:
    """Decoded, where a mail program wrote ``=3D`` for ``=``, and ``=`` where it broke a line."""
    if _PRINTABLE.search(text):
        text = re.sub(r"=[ \t]+$", "=", text, flags=re.MULTILINE)
        yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _unwrapped(text: str) -> Iterator[str]:
    """With the lines whole again that a mail program broke where the next word would have gone beyond its margin."""
    lines = text.split("\n")
    width, out = max(map(len, lines)), lines[:1]
    for before, line in itertools.pairwise(lines):
        first = (line.split() or [""])[0]
        broken = first and line[0] not in " \t" and len(before) > NARROWEST and len(before) + 1 + len(first) > width
        out[-1:] = [f"{out[-1]} {line}"] if broken else [out[-1], line]
    if len(out) < len(lines):
        yield "\n".join(out)


def _json(text: str) -> Iterator[str]:
    try:
        yield "".join(json.loads(text))
    except ValueError:
        return


def _without_words(text: str) -> Iterator[str]:
    """Without lines of words above the code and below it: a name, a source, a button's label, marks of a block."""
    lines = text.strip("\n").split("\n")
    first, last = 0, len(lines)
    while first < min(last, MOST_WORDS) and not _CODE.match(lines[first]):
        first += 1
    while last > max(first, len(lines) - MOST_WORDS) and not _CODE.match(lines[last - 1]):
        last -= 1
    if 0 < last - first < len(lines):
        yield textwrap.dedent("\n".join(lines[first:last]))


def _from_first_to_last(text: str) -> Iterator[str]:
    """From the first definition or import on, and without what stands at the margin below: whatever looks like code.

    What is left out above is no Python by itself, and within a function nothing is.
    """
    lines = text.strip("\n").split("\n")
    first = next((at for at, line in enumerate(lines[: MOST_WORDS + 1]) if _START.match(line)), 0)
    first = 0 if read_code("\n".join(lines[:first])).parses else first
    for last in range(len(lines), max(first, len(lines) - MOST_WORDS), -1):
        part = "\n".join(lines[first:last])
        if part != text and read_code(part).parses:
            yield part
            return
        if lines[last - 1][:1] in (" ", "\t"):
            return


def _indented_again(text: str) -> Iterator[str]:
    """Functions whose lines all begin at the margin, as copied from a PDF, where it is plain what belongs to them."""
    if not is_flat(text) or any(map(_BLOCK.match, lines := text.split("\n"))):
        return
    out, inside = [], False
    for at, line in enumerate(lines):
        out.append(f"    {line}" if inside and line.strip() and not _HEAD.match(line) else line)
        ends = line.startswith("return") or (not line.strip() and not _returns(lines[at:]))
        inside = bool(_HEAD.match(line)) or (inside and not ends)
    yield "\n".join(out)


def is_flat(text: str) -> bool:
    """Whether a function is followed by a line at the margin, and no line stands anywhere else."""
    lines = [line for line in text.split("\n") if line.strip()]
    heads = [at for at, line in enumerate(lines) if _HEAD.match(line)]
    return not any(line[0] in " \t" for line in lines) and any(at + 1 < len(lines) for at in heads)


def _returns(lines: list[str]) -> bool:
    """Whether a function goes on to a return before the next one begins."""
    first = next((line for line in lines if line.startswith("return") or _HEAD.match(line)), "")
    return first.startswith("return")


_WAYS: tuple[Callable[[str], Iterator[str]], ...] = (
    lambda text: iter([html.unescape(text), unicodedata.normalize("NFKC", text)]),
    _without_fronts,
    _without_columns,
    _without_front_of_first,
    lambda text: iter([_PRINTED.sub("", text), _TRACE.split(text)[0]]),
    lambda text: iter([text.expandtabs(4), text.expandtabs(8)] if "\t" in text else []),
    _without_fences,
    _of_one_side,
    lambda text: iter([_TAG.sub("", _BREAK.sub("\n", text))] if "</" in text or "<br" in text else []),
    lambda text: iter([text.replace('\\"', '"')] if '\\"' in text else []),
    lambda text: iter([_ESCAPED.sub(r"\1", text)]),
    lambda text: iter([_CODED.sub(lambda found: chr(int(found[1], 16)), text)]),
    lambda text: iter([text.replace("\\n", "\n")] if "\\n" in text and "\n" not in text.strip() else []),
    lambda text: iter([_CAPITAL.sub(lambda found: found[1] + found[2].lower(), text)]),
    lambda text: iter([text.rstrip("\\ \t\n")]),
    _from_json,
    _of_a_mail,
    _unwrapped,
    _indented_again,
)


def without_calls_of_magics(source: str) -> str:
    """What a script made of a cell with ``%%time`` is that cell's text again, which it hands to the magic."""
    return _MAGIC_CALL.sub(_body, source) if "run_cell_magic(" in source else source


# nbconvert writes the cell as one string with single quotation marks, or double ones.
_MAGIC_CALL = re.compile(
    r"^get_ipython\(\)\.run_cell_magic\((['\"])(?:time|capture|prun)\1, (?:'[^'\n]*'|\"[^\"\n]*\"), "
    r"('(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\")\)[ \t]*$",
    re.MULTILINE,
)


def _body(call: re.Match[str]) -> str:
    return ast.literal_eval(call[2])
