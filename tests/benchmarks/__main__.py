"""`make bench`: every benchmark in a process of its own, one after the other. Ratios of one run count."""

import subprocess
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run all benchmarks, or those whose names are given (``training sweeping``)."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if not wanted or name.removeprefix("bench_") in wanted]
    if not chosen:
        print(f"no such benchmark; there are {', '.join(name.removeprefix('bench_') for name in names)}")
        return 2
    failed = 0
    for name in chosen:
        print(f"\n== {name.removeprefix('bench_')}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
