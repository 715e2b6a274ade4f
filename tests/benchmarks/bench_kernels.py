"""What a kernel for grading costs: forked and isolated, against an ordinary start, in turn.

Run ``python -m tests.benchmarks.bench_kernels [ROUNDS]``. Each round starts both kinds, runs the same first cell
(the imports of a lesson) and ends them; CPU seconds are those of the kernel and all that it started, and of a
fork's keeper. The warm parent's own start is measured once: it is paid once a worker.
"""

import resource
import statistics
import sys
import time

import psutil
from jupyter_client.manager import start_new_kernel

from tests.benchmarks.figures import Figure, hand_on
from tests.test_kernels import Session
from vgcourse.grading.confinement import kernels

CELL = "import numpy, pandas, sklearn.datasets, matplotlib.pyplot, tensorflow, keras, vgcourse.course.checks"


def forked() -> tuple[float, float]:
    """Wall and CPU seconds of one forked kernel."""
    start = time.perf_counter()
    session = Session()
    keeper = psutil.Process(session.kernel.keeper)
    session.run(CELL)
    watching = sum(keeper.cpu_times()[:2])
    ending = session.close()
    return time.perf_counter() - start, ending.cpu + watching


def stock() -> tuple[float, float]:
    """The same of a kernel as Jupyter starts it."""
    start, before = time.perf_counter(), _children()
    manager, client = start_new_kernel()
    client.execute_interactive(CELL, timeout=120, output_hook=lambda _: None)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return time.perf_counter() - start, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print medians and their ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    start = time.perf_counter()
    parent = psutil.Process(kernels.warm_parent().pid)
    cpu = sum(parent.cpu_times()[:2])
    print(f"warm parent, once a worker: {time.perf_counter() - start:.1f} s wall, {cpu:.1f} CPU-s")
    pairs = [(forked(), stock()) for _ in range(rounds)]
    for place, unit in ((1, "CPU-s"), (0, "s wall")):
        ours = statistics.median(pair[0][place] for pair in pairs)
        theirs = statistics.median(pair[1][place] for pair in pairs)
        print(f"{unit}: forked {ours:.2f}, stock {theirs:.2f}, ratio {theirs / ours:.1f} ({rounds} rounds, in turn)")
        hand_on(Figure("kernels", f"{unit} of a stock kernel over a forked one's", theirs / ours))


if __name__ == "__main__":
    main()
