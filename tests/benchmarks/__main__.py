"""`make bench`: every benchmark in a process of its own, one after the other. Ratios of one run count.

What takes half an hour runs only where it is named: ``python -m tests.benchmarks steadiness``.
"""

import subprocess
import sys
from pathlib import Path

ON_DEMAND = ("steadiness",)


def main(wanted: list[str]) -> int:
    """Run all benchmarks but those on demand, or those whose names are given (``training sweeping``)."""
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if (name in wanted if wanted else name not in ON_DEMAND)]
    if not chosen:
        print(f"no such benchmark; there are {', '.join(names)}")
        return 2
    failed = 0
    for name in chosen:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"]).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
