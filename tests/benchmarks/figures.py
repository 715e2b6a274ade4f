"""Ratios that benchmarks measure: handed to ``make bench``, held against the last ones kept, shown on one page.

A ratio compares two things of one run, so it can be held against one of another day and another machine.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = Path(__file__).with_name("kept.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PICTURE = PAGE.with_suffix(".svg")
ALT = "Time against depth, width, epochs, runs, parameters and students, ours and what one would do instead"
HANDED = "VGCOURSE_BENCH_FIGURES"  # the file to which a benchmark appends what it measured
WORSE = 1.3


@dataclass(frozen=True)
class Figure:
    """A ratio of one benchmark; ``more`` says whether a larger one is better."""

    bench: str
    label: str
    ratio: float
    more: bool = True

    @property
    def key(self) -> str:
        return f"{self.bench}: {self.label}"

    def times_worse(self, kept: float) -> float:
        """How many times worse this ratio is than the one kept: 2 where half is left of what is better when large."""
        return kept / self.ratio if self.more else self.ratio / kept


def hand_on(figure: Figure) -> None:
    """Give a figure to ``make bench``; where a benchmark runs by itself, nothing happens."""
    if path := os.environ.get(HANDED):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(figure)) + "\n")


def handed_on(path: Path) -> list[Figure]:
    """The figures that were handed on to a file, none where there is no file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Figure(**json.loads(line)) for line in lines]


def kept(path: Path = KEPT) -> dict[str, float]:
    """Key of a figure → the ratio last kept."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def keep(figures: Iterable[Figure], path: Path = KEPT) -> None:
    """Keep these ratios; those of benchmarks that did not run stay as they are."""
    found = {**kept(path), **{figure.key: float(f"{figure.ratio:.3g}") for figure in figures}}
    path.write_text(json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def worse(figures: Iterable[Figure], before: dict[str, float]) -> list[str]:
    """A sentence for each figure that is more than ``WORSE`` times worse than the one kept."""
    pairs = [(figure, before[figure.key]) for figure in figures if figure.key in before]
    return [
        f"{figure.key}: {figure.ratio:.3g}, kept is {was:.3g}: {figure.times_worse(was):.2f} times worse."
        for figure, was in pairs
        if figure.times_worse(was) > WORSE
    ]


def page(
    figures: Iterable[Figure], before: dict[str, float], output: dict[str, str], old: str = "", today: str = ""
) -> str:
    """The page as Markdown: all ratios beside those kept, then what each benchmark printed.

    ``old``: the page as it was; sections of benchmarks that did not run stay. ``today``: stands above what ran.
    """
    now = {figure.key: f"{figure.ratio:.3g}" for figure in figures}
    ways = {figure.key: "more" if figure.more else "less" for figure in figures} | _ways(old)
    rows = [
        f"| {key.replace(': ', ' | ', 1)} | {now.get(key, '–')} | {f'{before[key]:.3g}' if key in before else '–'} "
        f"| {ways.get(key, '')} |"
        for key in sorted(now.keys() | before.keys())
    ]
    told = f"{today}\n\n" if today else ""
    ran = {name: f"{told}```text\n{text.strip()}\n```" for name, text in output.items()}
    sections = dict(sorted((_sections(old) | ran).items()))
    head = "# Benchmarks\n\nWritten by `make bench`. Ratios compare two things of one run; times are this machine's."
    table = ["| benchmark | ratio | now | kept | better is |", "|---|---|---|---|---|", *rows]
    drawn = [f"![{ALT}]({PICTURE.name})"] if "growth" in sections and PICTURE.exists() else []
    printed = [f"## {name}\n\n{text}" for name, text in sections.items()]
    return "\n\n".join([head, *(["\n".join(table)] if rows else []), *drawn, *printed]) + "\n"


def _sections(page: str) -> dict[str, str]:
    """Benchmark → what stands below its heading."""
    parts = re.split(r"^## (\w+)$", page, flags=re.M)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _ways(page: str) -> dict[str, str]:
    """Key of a figure → which way is better, as an earlier page says it."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|[^|]*\|[^|]*\| (more|less) \|$", page, flags=re.M)
    return {f"{bench}: {label}": way for bench, label, way in rows}
