"""What a stacked run costs, against one by `train`: ``python -m tests.benchmarks.bench_sweeping [runs]``.

T1.sig4: 4 hidden layers of 5 sigmoid units, 1,000 points, batches of 32, 100 epochs. The goal for 1,000
recorded runs on 2 cores: 30 s, 0.015 CPU-s a run, 1.2 GB.
"""

import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import vgcourse as vg
from tests.benchmarks.figures import Figure, hand_on

NET = {"depth": 4, "width": 5, "activation": "sigmoid", "initializer": "normal"}
FEW = 12


def timed(function, *arguments) -> tuple[float, float]:
    """(wall, CPU) seconds of a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    function(*arguments)
    return time.perf_counter() - wall, time.process_time() - cpu


def separate_runs(data) -> None:
    for seed in range(FEW):
        vg.train(vg.mlp(**NET, seed=seed), *data, epochs=100, seed=seed, progress=False)


def sweep(runs: int, keep: str) -> None:
    vg.sweep(**NET, seeds=range(runs), epochs=100, keep=keep, progress=False)


def report(name: str, runs: int, wall: float, cpu: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name:34} {runs:5} runs {wall:7.2f} s, per run {1e3 * wall / runs:7.2f} ms, "
        f"CPU {1e3 * cpu / runs:7.2f} ms; peak {peak:.2f} GB",
        flush=True,
    )


def main(runs: int = 1000) -> None:
    data = vg.circles()
    for keep in ("recordings", "summary"):
        report(f"sweep, {keep}, compile included", runs, *timed(sweep, runs, keep))
    _, stacked = timed(sweep, 128, "recordings")
    timed(separate_runs, data)
    wall, alone = timed(separate_runs, data)
    report("train, compiled before", FEW, wall, alone)
    saved = Figure("sweeping", "CPU of one run by train over a stacked one's", alone / FEW / (stacked / 128))
    print(f"{saved.label}: {saved.ratio:.1f}")
    hand_on(saved)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
