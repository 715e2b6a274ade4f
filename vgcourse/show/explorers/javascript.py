"""What a module of ``web/`` imports, exports and declares: the few forms that `bundle` can join, and no others.

Anything else that is legal JavaScript (``export default``, ``import * as``, a renamed import, ``import()``, a
top-level ``const {a, b} = …``) would be joined wrongly without a word. It is refused, with the line it stands on.
"""

import re
from dataclasses import dataclass
from functools import cache

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w.]+)";[ \t]*\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|const|class|function|let)\b)", re.MULTILINE)
_DECLARED = re.compile(r"^(?:export )?(?:async )?(const|let|var|class|function\s*\*?)\s*([\w$]+|[{\[])", re.MULTILINE)
_MODULE_WORD = re.compile(r"(?<![\w$.])(import|export)(?![\w$]|\s*:)")
_REGEX_MAY_FOLLOW = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%<>~^\n]|\b(?:return|typeof|case|in|of))\s*$")


@dataclass(frozen=True)
class Module:
    """One file: its name, the names it takes from each other module, what it declares and exports, its bare text."""

    name: str
    imports: tuple[tuple[str, tuple[str, ...]], ...]
    declared: tuple[str, ...]
    exported: tuple[str, ...]
    body: str


@cache
def read_module(name: str, text: str) -> Module:
    """Parse one module. Raises ValueError with the file and line of the first form that cannot be joined."""
    bare = outermost(text)
    known = {match.start() for match in _IMPORT.finditer(text)} | {match.start() for match in _EXPORT.finditer(text)}
    for word in _MODULE_WORD.finditer(bare.everywhere):
        if word.start() not in known:
            _refuse(name, text, word.start(), f"this form of {word[1]}")
    imports = tuple((match[2], _names(name, text, match)) for match in _IMPORT.finditer(text))
    declared, exported = _declarations(name, text, bare.outside)
    return Module(name, imports, declared, exported, _EXPORT.sub("", _IMPORT.sub("", text)))


def _names(module: str, text: str, match: re.Match) -> tuple[str, ...]:
    names = [part.strip() for part in match[1].split(",") if part.strip()]
    for name in names:
        if not re.fullmatch(r"[\w$]+", name):
            _refuse(module, text, match.start(), f"the import {name!r}")
    return tuple(names)


def _declarations(module: str, text: str, outside: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    declared, exported = [], []
    for match in _DECLARED.finditer(outside):
        kind, name = match[1], match[2]
        if kind == "var" or name in "{[":
            _refuse(module, text, match.start(), f"a top-level {kind} {name}")
        if kind in ("const", "let") and "," in outside[match.end() : outside.find(";", match.end())]:
            _refuse(module, text, match.start(), f"several names in one {kind}")
        declared.append(name)
        if match[0].startswith("export"):
            exported.append(name)
    return tuple(declared), tuple(exported)


def _refuse(module: str, text: str, at: int, what: str) -> None:
    line = text.count("\n", 0, at) + 1
    raise ValueError(
        f'{module}, line {line}: {what} cannot be joined; write import {{ name }} from "./module.js"; and '
        "export const, let, function, async function or class, one name each."
    )


@dataclass(frozen=True)
class Bare:
    """A module's text with blanks for strings, comments, templates and regular expressions (same length, same lines).

    ``outside`` has blanks also for all that stands in brackets.
    """

    everywhere: str
    outside: str


def outermost(text: str) -> Bare:
    """`Bare` text of JavaScript."""
    everywhere, outside = list(text), list(text)
    at = depth = 0
    templates: list[int] = []  # depths at which a template's ${ was opened
    while at < len(text):
        end = _literal_end(text, at, "".join(everywhere[max(0, at - 40) : at]))
        if text[at] == "`" or (text[at] == "}" and templates and templates[-1] == depth):
            if text[at] == "}":
                templates.pop()
                depth -= 1
            end = _template_end(text, at + 1)
            if text[end - 1] == "{":
                depth += 1
                templates.append(depth)
        if end > at:
            _blank(everywhere, at, end)
            _blank(outside, at, end)
            at = end
            continue
        if text[at] in "([{":
            depth += 1
        if depth and text[at] != "\n":
            # the bracket right after a declaring word stays: it tells `const { a }` from `const a`
            outside[at] = text[at] if depth == 1 and text[at] in "{[" else " "
        if text[at] in ")]}":
            depth -= 1
        at += 1
    return Bare("".join(everywhere), "".join(outside))


def _blank(letters: list[str], start: int, end: int) -> None:
    for at in range(start, end):
        if letters[at] != "\n":
            letters[at] = " "


def _literal_end(text: str, at: int, before: str) -> int:
    """Where the comment, string or regular expression that begins at ``at`` ends; ``at`` where none does."""
    if text.startswith("//", at):
        return (text.find("\n", at) + len(text) + 1) % (len(text) + 1) or len(text)
    if text.startswith("/*", at):
        return text.find("*/", at) + 2
    if text[at] in "\"'":
        return re.compile(r"(?:\\.|[^\\])*?" + text[at], re.DOTALL).match(text, at + 1).end()
    if text[at] == "/" and _REGEX_MAY_FOLLOW.search(before):
        found = re.compile(r"(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*").match(text, at + 1)
        return found.end() if found else at
    return at


def _template_end(text: str, at: int) -> int:
    """Just after the ` or the ${ that ends this stretch of a template literal."""
    return re.compile(r"(?:\\.|\$(?!\{)|[^\\`$])*(?:`|\$\{)", re.DOTALL).match(text, at).end()
