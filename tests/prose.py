"""Sentences of a lesson that hold a number, and what holds each of them.

Prose has such sentences, and so have model answers, notes beside a result, words for those who do not see a figure. A
test holds a sentence by quoting a part of it (``assert "half of its way" in prose and 0.4 < share < 0.6``). Of a
set-up in prose the numbers stand in the code beside it. For the rest, `prose_holders.txt` names the test that
measures it without quoting it, or says why none has to: it is worked out in the text, or it is told from elsewhere.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
# Digits that are names and no measurements; formulas, but for powers of ten; code.
NAMES = re.compile(
    r"(?:hidden|layer)_\d+|[Ll]essons?(?: \d+,?(?: (?:to|and) \d+)?)+"
    r"|(?:[Ff]igure|[Ss]ection|[Ee]xercise|[Ss]tep)s? \d+(?: (?:to|and) \d+)?|\bT[123]\b|\b(?:tanh|relu|sig)\d+"
    r"|\bL1\b|float\d+|\b(?:19|20)\d\d\b|(?:^| )\d\.(?= |$)|2-5-1"
)
FORMULA = re.compile(r"\$\$.*?\$\$|\$(?!(?:3\\cdot)?10\^)[^$]*\$|`[^`]*`", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?|(?<![\w.])[-−]?\.\d+")
PLAIN = {0.0, 1.0}  # say nothing by themselves
# A measurement in words: a share or a multiple. ("Two" and "ten" count things more often than they measure.)
IN_WORDS = re.compile(
    r"\b(?:a|an|about|than|nearly) half\b|\bhalf of (?!the (?:story|> )|what|each)|\bhalves (?!of)"
    r"|\b(?:quarter|tenth|twentieth)s?\b|\b(?:a|two) (?:third|fifth|sixth|eighth)s?\b(?! (?:tutorial|input))"
    r"|\b\S*(?:hundred|thousand|million|billion)ths?\b"
    r"|\b(?!mani)[a-z]+fold\b|\bone in (?:two|three|four|five|ten|twenty)\b|\b[a-z]+ percent\b|\btwice as\b"
)


@dataclass(frozen=True)
class Sentence:
    text: str
    numbers: frozenset[float]
    beside: frozenset[float]  # numbers in the code around it
    in_words: bool = False  # whether it says a share or a multiple in words, of which no code holds a digit


def sentences(source: str) -> list[Sentence]:
    """The sentences of a lesson's source that say a number, in their order."""
    cells = [cell.partition("\n") for cell in re.split(r"^# %%", source, flags=re.MULTILINE)]
    found = []
    for i, (head, _, body) in enumerate(cells):
        if "[markdown]" not in head:
            found += _with_numbers(told_by_code(body), frozenset())
        elif "written=" in head:
            found += _with_numbers([_said(body.partition("**Rubric")[0])], frozenset())
        else:
            code = [b for h, _, b in cells[max(0, i - 4) : i + 5] if "[markdown]" not in h]
            beside = frozenset(n for b in code for n in _numbers(b.replace("_", "")))
            found += _with_numbers([_said(body)], beside)
    return found


def told_by_code(body: str) -> list[str]:
    """What a cell says in sentences: notes of a reveal, words of `vg.plots.tell`, a question that holds a share."""
    nodes = list(ast.walk(ast.parse(body)))
    calls = [(ast.unparse(node.func), node.args[1:]) for node in nodes if isinstance(node, ast.Call)]
    told = [part for name, parts in calls if name in ("reveal", "vg.plots.tell") for part in parts]
    told += [node.value for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "note"]
    asked = [_text(parts[0]) for name, parts in calls if name == "predict"]
    said = [_text(part) for part in told if isinstance(part, (ast.Constant, ast.JoinedStr))]
    return said + [question for question in asked if re.search(r"\.\d", question)]


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """The words of a string; what is filled in is measured."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    words = (getattr(part, "value", None) for part in parts)
    return "".join(word if isinstance(word, str) else "…" for word in words)


def _with_numbers(texts: Iterable[str], beside: frozenset[float]) -> Iterator[Sentence]:
    for text in (part for whole in texts for part in _split(whole)):
        plain = NAMES.sub("", FORMULA.sub("", text))
        numbers, in_words = frozenset(_numbers(plain)) - PLAIN, bool(IN_WORDS.search(plain))
        if numbers or in_words:
            yield Sentence(text, numbers, beside, in_words)


def _said(body: str) -> str:
    """A cell without hints, code, headings, sources, the line of minutes and points."""
    body = body.partition("## Sources")[0]
    body = re.sub(
        r"<details>.*?</details>|```.*?```|^#[^\n]*$|^\*\*Time\*\*.*?\n\n", "", body, flags=re.DOTALL | re.M
    )
    return body.strip("r\"'\n ")


def _split(text: str) -> Iterator[str]:
    parts = re.split(r"\n\s*\n|(?<=[.!?:])[*)]*\s+(?=[A-Z*`($])|\n- ", text)
    return (" ".join(part.split()) for part in parts)


def _numbers(text: str) -> Iterator[float]:
    for found in NUMBER.findall(text):
        yield abs(float(found.replace("−", "-").rstrip(",").replace(",", "")))


def quoted(tests: str) -> set[str]:
    """The texts of which a test module asserts that they stand in the lesson's prose."""
    asked = (node for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Compare))
    left = (node.left for node in asked if isinstance(node.ops[0], ast.In) and "prose" in ast.unparse(node))
    return {node.value for node in left if isinstance(node, ast.Constant)}


def is_held(sentence: Sentence, quotes: set[str]) -> bool:
    in_code = not sentence.in_words and sentence.numbers <= sentence.beside
    return in_code or any(quote in sentence.text for quote in quotes)
