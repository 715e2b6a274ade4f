"""What a person waits for: lessons from top to bottom, a check in a terminal, JupyterLab, the first training.

Run ``python -m tests.benchmarks.bench_waits`` (some three minutes, two cores). A lesson is run solved, cell by
cell, in a process of its own, its imports included; so is each first call of ``vg.train``. CPU seconds are those of
a process and all that it started. A lesson's ratio is to ``import keras`` with the libraries that come with it.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests import lesson_runs
from tests.benchmarks.figures import Figure, hand_on
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.lesson import lessons

ROOT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("vgcourse"))
FIRST = """
import time, vgcourse as vg
X, y = vg.circles()
net = vg.mlp({depth}, activation="sigmoid", initializer="normal", seed=0)
start = time.perf_counter()
vg.train(net, X, y, progress=False)
print(time.perf_counter() - start)
"""


def spent(work) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds of the processes that it waited for, and what it gave back."""
    start, before = time.perf_counter(), _children()
    result = work()
    return time.perf_counter() - start, _children() - before, result


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def call(*command: str) -> str:
    """What a command prints, in the course's folder, with no progress of anybody's touched."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "NBGRADER_EXECUTION": "bench"}
        answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
        return answer.stdout


def lab_up() -> None:
    """Start JupyterLab and end it when its page is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser",
        f"--port={port}",
        "--ServerApp.token=bench",
        "--allow-root",
        "--ServerApp.port_retries=0",
    ]
    with tempfile.TemporaryDirectory() as home:
        lab = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=ROOT,
            env={**os.environ, "HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while lab.poll() is None and not _answers(f"http://127.0.0.1:{port}/lab?token=bench"):
                time.sleep(0.05)
        finally:
            lab.terminate()
            lab.wait(30)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def main() -> None:
    """Print a line for each wait."""
    keras, _, _ = spent(lambda: call(sys.executable, "-c", "import keras"))
    print(f"import keras: {keras:.1f} s")
    for lesson in lessons(ROOT):
        wall, cpu, ran = spent(lambda lesson=lesson: lesson_runs.run(solved_notebook(lesson)))
        told = f"{wall:5.1f} s wall, {cpu:5.1f} CPU-s, peak {ran['peak_mb']:4.0f} MB"
        print(f"lesson {lesson.id:17} {told}, {len(ran['cells'])} cells")
        hand_on(Figure("waits", f"lesson {lesson.id}, solved, over `import keras`", wall / keras, more=False))
    commands = {
        "vgcourse --help": (COMMAND, "--help"),
        "vgcourse check lessons/01_circles": (COMMAND, "check", "lessons/01_circles"),
        "vgcourse build --check": (COMMAND, "build", "--check"),
    }
    for name, command in commands.items():
        wall, cpu, _ = spent(lambda command=command: call(*command))
        print(f"{name}: {wall:.1f} s wall, {cpu:.1f} CPU-s")
        hand_on(Figure("waits", f"{name} over `import keras`", wall / keras, more=False))
    wall, cpu, _ = spent(lab_up)
    print(f"JupyterLab, until its page is there: {wall:.1f} s wall, {cpu:.1f} CPU-s")
    for depth in (4, 20):
        first = float(call(sys.executable, "-c", FIRST.format(depth=depth)))
        print(f"first call of vg.train, depth {depth}, 100 epochs: {first:.1f} s")
        hand_on(
            Figure("waits", f"first call of vg.train, depth {depth}, over `import keras`", first / keras, more=False)
        )


if __name__ == "__main__":
    main()
