"""How steady the checks are: every right answer, graded over and over, earns full marks; a wrong one never does.

Run ``python -m tests.benchmarks.bench_steadiness [LESSON ...] [--times N] [--wrong-times N] [--jobs N]``. Right
answers are those in ``tests/right_answers`` and the lesson's own, in the lesson's own run. Each time is another
student's draw of one secret: an answer made anew, its check cell run to observe only, what it displays sent through
JSON and judged as in `vgcourse.grading.notebook.execute`. A wrong answer must show its misconception each time.
A process a lesson; ``--secret`` repeats a run.
"""

import argparse
import contextlib
import copy
import hashlib
import io
import json
import multiprocessing
import os
import runpy
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 12  # failures of one exercise that are written out


@dataclass
class Tally:
    """What became of one exercise's answers of one kind."""

    lesson: str
    exercise: str
    kind: str
    answers: int = 0
    times: int = 0
    fit: int = 0
    seconds: float = 0.0
    off: list[str] = field(default_factory=list)

    def told(self) -> str:
        """A line, and one for each failure."""
        each = 1000 * self.seconds / max(1, self.times)
        name = f"{self.lesson}/{self.exercise}"
        counts = f"{self.answers:>3} answers {self.times:>5} times {self.fit:>5} as they should"
        lines = [f"{name:<36} {self.kind:<5} {counts} {each:>7.1f} ms each", *(f"    {o}" for o in self.off[:SHOWN])]
        more = len(self.off) - SHOWN
        return "\n".join([*lines, f"    and {more} more"] if more > 0 else lines)


class Grader:
    """One check cell, graded as a class is: ``grade`` runs it among an answer's names and judges what it shows."""

    def __init__(self, cell: Any, secret: str) -> None:
        from vgcourse.grading.notebook.execute import judged_exercise

        self.exercise, self.cell, self.secret = judged_exercise(cell), cell, secret
        self.code = compile(cell.source, self.exercise.id, "exec")

    def grade(self, names: dict[str, Any], student: str) -> tuple[Any, int]:
        """The verdict and the seed of its draw."""
        from nbformat.v4 import new_output

        from vgcourse.course.checks import observation, session
        from vgcourse.grading.notebook.judging import count_checks, judge_outputs

        draw = hashlib.sha256(f"{self.secret}/{student}/{self.exercise.id}".encode()).digest()
        seed, sent = int.from_bytes(draw[:4], "big"), []
        emit, session._emit = session._emit, lambda text, id: sent.append({"exercise": id, "observation": text})
        try:
            seeds = session.seeds_of(self.exercise, seed, max(1, count_checks(self.cell.source)))
            session.observe_only(seeds)
            exec(self.code, names)
        finally:
            session.observe_only(None)
            session._emit = emit
        cell = copy.deepcopy(self.cell)
        cell.outputs = [
            new_output("display_data", data={observation.MIME: one}) for one in json.loads(json.dumps(sent))
        ]
        return judge_outputs(cell, self.exercise, seeds), seed


def repeat(tally: Tally, name: str, times: int, make: Callable[[], dict[str, Any]], grader: Grader) -> None:
    """Grade one answer that many times; a right one's ``name`` is its file's, a wrong one's begins with its key."""
    key = name.split(".")[0] if tally.kind == "wrong" else "passed"
    for number in range(times):
        started = time.perf_counter()
        verdict, seed = grader.grade(make(), f"student {number}")
        tally.seconds += time.perf_counter() - started
        fits = verdict.key == key and verdict.passed == (tally.kind == "right")
        tally.fit += fits
        if not fits:
            mark = "PASSED, " if verdict.passed else ""
            tally.off.append(f"{name}: seed {seed}: {mark}{verdict.key} ({verdict.share:g}): {verdict.message}")
    tally.answers, tally.times = tally.answers + 1, tally.times + times


def steady(lesson: str, times: int, wrong_times: int, secret: str) -> list[Tally]:
    """Everything of one lesson."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="2", MPLBACKEND="agg", NBGRADER_EXECUTION="steadiness")
    from vgcourse.course.authoring import build
    from vgcourse.course.lesson import Lesson
    from vgcourse.grading.notebook.execute import judged_exercise

    notebook = build.solved_notebook(Lesson(lesson, ROOT))
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    graders = {one.exercise.id: one for one in (Grader(cell, secret) for cell in cells if judged_exercise(cell))}
    tallies = {(id, kind): Tally(lesson, id, kind) for id in graders for kind in ("right", "wrong")}
    screen = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        _the_lessons_own(cells, graders, tallies, times)
        for (id, kind), tally in tallies.items():
            for path in sorted((ROOT / "tests" / f"{kind}_answers" / lesson / id).glob("*.py")):
                many = times if kind == "right" else wrong_times
                repeat(tally, path.stem, many, lambda path=path: _names(path), graders[id])
                _forget()
            print(tally.told(), file=screen, flush=True)
    return list(tallies.values())


def _the_lessons_own(cells: list, graders: dict[str, Grader], tallies: dict, times: int) -> None:
    """Run the solved lesson; at each check, grade the answer that stands there."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if id in graders:
            repeat(tallies[id, "right"], "the lesson's own", times, lambda: space, graders[id])
        exec(compile(cell.source, cell.id, "exec"), space)


def _forget() -> None:
    """What Keras keeps of models that are gone: a class grades each submission in a process of its own."""
    if keras := sys.modules.get("keras"):
        keras.backend.clear_session()


def _names(path: Path) -> dict[str, Any]:
    from vgcourse.course.checks import session

    return {**runpy.run_path(str(path)), "check": session.check}


def main() -> int:
    """Grade, print a line an exercise and every failure; 1 where there is one."""
    from vgcourse.course.checks import registry

    parser = argparse.ArgumentParser()
    parser.add_argument("lessons", nargs="*", default=list(registry.LESSONS), metavar="LESSON")
    parser.add_argument("--times", type=int, default=100, help="for each right answer")
    parser.add_argument("--wrong-times", type=int, default=10, help="for each wrong answer")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--secret", default=secrets.token_hex(16))
    options = parser.parse_args()
    unknown = sorted(set(options.lessons) - set(registry.LESSONS))
    if unknown:
        parser.error(f"no lesson is called {', '.join(unknown)}; there are {', '.join(registry.LESSONS)}")
    print(f"secret {options.secret}", flush=True)
    started, totals, bad = time.perf_counter(), Counter(), 0
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, max_tasks_per_child=1) as pool:
        work = [
            pool.submit(steady, lesson, options.times, options.wrong_times, options.secret)
            for lesson in options.lessons
        ]
        for future in as_completed(work):
            for tally in future.result():
                totals[tally.kind] += tally.times
                bad += len(tally.off)
    took = time.perf_counter() - started
    done = f"{totals['right']} times right, {totals['wrong']} times wrong answers"
    print(f"{done}, {took:.0f} s: {bad} not as they should")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
