"""Honest notebooks after thousands of accidents: every answer comes back, or the reason names what happened.

Run ``python -m tests.benchmarks.bench_accidents [N] [--lesson 01_circles ...] [--first SEED]``. Nothing is run: a
notebook is aligned, and read as to what each check would be given. A case that fails is printed with its seed.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.accidents import Course
from vgcourse.course.lesson import Lesson, lessons

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 12


def main(arguments: list[str]) -> int:
    """Try N cases, in turn of each lesson; exit 1 where one came back wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=int, nargs="?", default=2000)
    parser.add_argument("--lesson", nargs="*", default=[])
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args(arguments)
    chosen = [Course(Lesson(id, ROOT)) for id in options.lesson or [lesson.id for lesson in lessons(ROOT)]]
    began, failed, refused = time.perf_counter(), [], Counter()
    for number in range(options.first, options.first + options.cases):
        course = chosen[number % len(chosen)]
        problem = course.problem(number)
        refused.update(course.refusals[-1:])
        course.refusals.clear()
        if problem:
            failed.append(f"{course.lesson.id} {number}: {problem}")
    seconds = time.perf_counter() - began
    print(f"{options.cases} cases in {seconds:.1f} s: {options.cases - len(failed)} as they should, "
          f"{sum(refused.values())} of them refused ({dict(refused)})")  # fmt: skip
    print("\n".join(failed[:SHOWN]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
