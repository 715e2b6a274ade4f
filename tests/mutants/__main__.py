"""``python -m tests.mutants [EXERCISE ...]``: print the mutation table; ends with 1 where a mutant passes."""

import argparse
import math
import random
import sys

from tests.mutants import scores
from tests.mutants.audit import SEEDS, Count, audit
from tests.mutants.build import mutants_of
from vgcourse.course.checks import registry


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="ids of exercises or lessons; all, if none is named")
    parser.add_argument("--processes", type=int, default=0, help="worker processes (default: one a core)")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="draws a mutant (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants an exercise, drawn (default: all)")
    parser.add_argument("--minutes", type=float, default=math.inf, help="so long an exercise, in a drawn order")
    parser.add_argument("--fresh", action="store_true", help="ask the checks again, whatever is in the cache")
    parser.add_argument("--keep", action="store_true", help="write the scores into tests/mutants/scores.csv")
    parser.add_argument("--quiet", action="store_true", help="the table alone, without the mutants that pass")
    options = parser.parse_args()
    every = [(lesson, exercise.id) for lesson in registry.LESSONS for exercise in registry.exercises(lesson)]
    asked = [id for lesson, id in every if not options.exercises or {id, lesson} & set(options.exercises)]
    seeds = [*SEEDS, *range(9000, 9000 + options.seeds)][: options.seeds]
    counts, of, passed = {}, {}, 0
    print(f"{'exercise':20} mutants  killed  same   score  flips", flush=True)
    for id in asked:
        mutants = mutants_of(id)
        of[id] = len(mutants)
        if 0 < options.sample < len(mutants):
            mutants = random.Random(id).sample(mutants, options.sample)
        if options.minutes < math.inf:
            random.Random(id).shuffle(mutants)
        found = audit(mutants, options.processes, seeds, options.fresh, options.minutes)
        count = counts[id] = found.get(id, Count())
        _print_row(id, count)
        if options.keep:
            scores.keep({id: count}, of)
        for mark, found in () if options.quiet else (("passes", count.passed), ("flips", count.flips)):
            for mutant in found:
                print(f"    {mark}  {mutant}", flush=True)
        passed += len(count.passed) + len(count.flips)
    _print_sum(counts)
    return 1 if passed else 0


def _print_row(id: str, c) -> None:
    print(f"{id:20} {c.mutants:7} {c.killed:7} {c.same:5} {c.score:6.1f}% {len(c.flips):6}", flush=True)


def _print_sum(counts: dict) -> None:
    mutants, killed, same = (sum(getattr(c, name) for c in counts.values()) for name in ("mutants", "killed", "same"))
    flips, score = sum(len(c.flips) for c in counts.values()), 100 * killed / max(1, mutants - same)
    print(f"{'all':20} {mutants:7} {killed:7} {same:5} {score:6.1f}% {flips:6}")


if __name__ == "__main__":
    sys.exit(main())
