"""`make bench`: every benchmark in a process of its own, one after the other. Ratios of one run count.

Writes docs/benchmarks.md, where benchmarks that did not run, or failed, keep what stood there, and tells each ratio
that is 1.3 times worse than the last one kept; ``--keep`` keeps them.
What takes half an hour runs only where it is named: ``python -m tests.benchmarks steadiness``.
"""

import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.benchmarks import figures

ON_DEMAND = ("steadiness", "draws")


def main(wanted: list[str]) -> int:
    """Run all benchmarks but those on demand, or those whose names are given (``training sweeping``).

    Returns 1 where one failed or a ratio got worse, 2 where there is no such benchmark.
    """
    keeps, wanted = "--keep" in wanted, [name for name in wanted if name != "--keep"]
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    if unknown := [name for name in wanted if name not in names]:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(names)}")
        return 2
    chosen = [name for name in names if (name in wanted if wanted else name not in ON_DEMAND)]
    with tempfile.TemporaryDirectory() as folder:
        handed = Path(folder) / "figures"
        ran = {name: run(name, handed) for name in chosen}
        found, before = figures.handed_on(handed), figures.kept()
    output = {name: text for name, (code, text) in ran.items() if not code}
    old = figures.PAGE.read_text(encoding="utf-8") if figures.PAGE.exists() else ""
    today = f"Measured on {date.today():%d %B %Y}."
    figures.PAGE.write_text(figures.page(found, before, output, old, today), encoding="utf-8")
    told = figures.worse(found, before)
    print("".join(f"\nworse: {sentence}" for sentence in told))
    if keeps:
        figures.keep(found)
    return int(bool(told) or any(code for code, _ in ran.values()))


def run(name: str, handed: Path) -> tuple[int, str]:
    """Run one benchmark: its exit status, and what it printed, which is shown as it comes."""
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"tests.benchmarks.bench_{name}"]
    environment = {**os.environ, figures.HANDED: str(handed), "PYTHONUNBUFFERED": "1"}
    lines = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, "".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
