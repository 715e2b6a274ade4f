"""The audit: mutants go to worker processes, verdicts into a cache, counts into a table."""

import atexit
import hashlib
import json
import math
import os
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.build import Mutant
from tests.mutants.same import is_same
from tests.mutants.scores import modules_of
from tests.mutants.source import ROOT

SEEDS = [1, 20, 300]
LIMIT = 60  # seconds of processor time for one mutant, all its seeds: a slow machine makes no mutant endless
LONGER = {"repair": 600, "six-cures": 600}  # answers that train nets themselves
PATIENCE = 600  # seconds by the clock, for one that sleeps
SPEECH = {"render.py", "session.py"}  # how a verdict is shown decides none
CACHE = ROOT / ".pytest_cache" / "mutants"


@dataclass
class Count:
    """What became of an exercise's mutants."""

    mutants: int = 0
    killed: int = 0
    same: int = 0
    flips: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    wavering: list[str] = field(default_factory=list)  # refused always, with different sentences

    @property
    def score(self) -> float:
        return 100 * self.killed / max(1, self.mutants - self.same)


class Worker:
    """One process that puts mutants to their checks; it is replaced when it does not come back in time."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None

    def ask(self, mutant: Mutant, seeds: list[int]) -> dict:
        if self.process is None:
            command = [sys.executable, "-m", "tests.mutants.worker"]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=ROOT)
        asked = {"exercise": mutant.exercise, "source": mutant.source, "seeds": seeds}
        asked["limit"] = LONGER.get(mutant.exercise, LIMIT)
        try:
            self.process.stdin.write((json.dumps(asked) + "\n").encode())
            self.process.stdin.flush()
            with selectors.DefaultSelector() as ready:
                ready.register(self.process.stdout, selectors.EVENT_READ)
                line = self.process.stdout.readline() if ready.select(PATIENCE) else b""
        except BrokenPipeError:
            line = b""
        if line:
            return json.loads(line)
        self.close()
        return {"keys": ["never comes back"], "felt": True}

    def close(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


IDLE: list[Worker] = []  # they have TensorFlow loaded, and wait for the next exercise
atexit.register(lambda: [worker.close() for worker in IDLE])


def audit(
    mutants: Iterable[Mutant],
    processes: int = 0,
    seeds: list[int] = SEEDS,
    fresh: bool = False,
    minutes: float = math.inf,
) -> dict:
    """Exercise id → Count. Verdicts are kept by the text of mutant and checks; ``fresh`` asks again.

    After so many ``minutes`` nothing more is asked: those that are known then are counted.
    """
    end = time.monotonic() + 60 * minutes
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    answers: dict[Mutant, dict] = {}
    mutants = list(mutants)
    stamps = {id: _stamp(id) for id in {mutant.exercise for mutant in mutants}}
    for mutant in mutants:
        kept = _kept(mutant, stamps[mutant.exercise], seeds)
        if kept.is_file() and not fresh:
            answers[mutant] = json.loads(kept.read_text("utf-8"))
        else:
            waiting.put(mutant)

    def work() -> None:
        worker = IDLE.pop() if IDLE else Worker()
        while not waiting.empty() and time.monotonic() < end:
            try:
                mutant = waiting.get_nowait()
            except queue.Empty:
                break
            answers[mutant] = worker.ask(mutant, seeds)
            _kept(mutant, stamps[mutant.exercise], seeds).write_text(json.dumps(answers[mutant]), "utf-8")
        IDLE.append(worker)

    CACHE.mkdir(parents=True, exist_ok=True)
    threads = [threading.Thread(target=work) for _ in range(processes or os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _counted([mutant for mutant in mutants if mutant in answers], answers)


def _counted(mutants: list[Mutant], answers: dict[Mutant, dict]) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for mutant in mutants:
        count, keys = counts.setdefault(mutant.exercise, Count()), set(answers[mutant]["keys"])
        count.mutants += 1
        if is_same(mutant.exercise, mutant.id) or not answers[mutant]["felt"]:
            count.same += 1
        elif keys == {"passed"}:
            count.passed.append(mutant.id)
        elif "passed" in keys:
            count.flips.append(mutant.id)
        else:
            count.killed += 1
            if len(keys) > 1:
                count.wavering.append(f"{mutant.id}: {', '.join(sorted(keys))}")
    return counts


def _stamp(exercise: str) -> str:
    """A hash of all that decides a verdict besides the mutant: the checks, and the exercise's modules."""
    shared = sorted((ROOT / "vgcourse" / "course" / "checks").glob("*.py"))
    files = [path for path in shared if path.name not in SPEECH]
    files += [*modules_of(exercise), Path(__file__).with_name("worker.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _kept(mutant: Mutant, stamp: str, seeds: list[int]) -> Path:
    happens = "accidents." in mutant.source.rpartition("\n")[2]
    accidents = Path(__file__).with_name("accidents.py").read_text("utf-8") if happens else ""
    text = json.dumps([mutant.exercise, mutant.source, stamp, seeds, accidents])
    return CACHE / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
